"""Requests: the command that makes a product again, and the folder that is its own."""

import shlex

import pytest

from datawall.product import Request

OPTIONS = {
    "scenarios": ["baseline", "my own.toml"],
    "draws": 10,
    "seed": 0,
    "set": ["mfu=0.4"],
    "given": ["release[5.5]<2027", "mfu=0.4"],
    "as_of": None,
    "refit": False,
    "calibrated": True,
}


def request(**changes):
    return Request("forecast", OPTIONS | changes, ("baseline", "mine"), ("0f", "1a"))


def test_a_command_has_every_option_that_is_used():
    words = ["forecast", "baseline", "my own.toml", "--draws", "10", "--seed", "0", "--set", "mfu=0.4"]
    words += ["--given", "release[5.5]<2027", "--given", "mfu=0.4", "--calibrated"]
    assert request().words == words
    assert shlex.split(request().command) == ["datawall", *words]


def test_what_was_changed_in_python_has_no_command():
    assert Request("forecast", OPTIONS, is_command=False).command == ""


@pytest.mark.parametrize("changes", [{"given": []}, {"as_of": "2026-11-01"}, {"seed": 1}, {"set": []}])
def test_any_option_changes_the_folder(changes):
    assert request().folder == request().folder
    assert request(**changes).folder != request().folder


def test_a_changed_file_changes_the_folder_and_its_path_does_not():
    changed = Request("forecast", OPTIONS, ("baseline", "mine"), ("0f", "2b"))
    assert changed.folder != request().folder
    assert request(scenarios=["baseline", "elsewhere/mine.toml"]).folder == request().folder
    assert request().folder.name.startswith("forecast-baseline-mine-10-seed0-")


def test_a_manifest_says_what_was_asked():
    found = request().manifest({"draws": 10}, 1.23456)
    assert (found["kind"], found["options"], found["command"]) == ("forecast", OPTIONS, request().command)
    assert found["seconds"] == 1.235
    assert {"versions", "python", "device", "draws"} <= set(found)

"""`datawall fit`, as its users meet it: what it writes, and how it ends when it must not be believed."""

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from datawall.cli import app
from datawall.errors import DatawallError, UntrustedPosteriorError
from datawall.inference import fit_by_name, models
from support import toy_models as toys


def torn(given, observed):
    """State two modes, whatever is observed."""
    toys.two_modes(given, None if observed is None else {"y": np.full(len(given.coords["row"]), 9.0)})


@pytest.fixture
def fit(monkeypatch, tmp_path):
    """Run the command on toys that are modules by name."""
    rival = replace(toys.module(torn), name="toy.torn")
    known = {"toy": toys.module(), "rivalled": replace(toys.module(), rivals=(rival,))}
    for place in (models, fit_by_name):
        monkeypatch.setattr(place, "MODULES", known)
    return lambda *words: CliRunner().invoke(app, ["fit", *words, "--out", str(tmp_path)])


def test_a_fit_is_printed_and_written(fit, tmp_path):
    found = fit("toy")
    assert found.exit_code == 0, found.exception
    assert "a toy" in found.stdout
    assert "verdict" in found.stdout
    assert json.loads((tmp_path / "toy.json").read_text())["manifest"]["diagnosis"]["trusted"]
    with xr.open_datatree(tmp_path / "toy.nc", engine="h5netcdf") as tree:
        assert set(tree["posterior"].data_vars) == {"mean"}


def test_a_rival_that_cannot_be_trusted_ends_with_status_3_after_everything_is_written(fit, tmp_path):
    found = fit("rivalled", "--json")
    assert isinstance(found.exception, UntrustedPosteriorError)
    assert found.exception.exit_status == 3
    assert "toy.torn: R-hat" in str(found.exception)
    manifest = json.loads(found.stdout)["rivalled"]["manifest"]
    assert manifest["diagnosis"]["trusted"]
    assert not manifest["rivals"]["toy.torn"]["trusted"]
    assert json.loads((tmp_path / "rivalled.json").read_text())["manifest"] == manifest


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["compute", "scalin"], "scalin: unknown module of inference; did you mean 'scaling'"),
        (["all", "--data", "runs.csv"], "--data: belongs to one module"),
        (["scaling", "--write", "--as-of", "2025"], "--write: ships the fit to all"),
        (["scaling", "--seed", "-1"], "seed"),
        (["scaling", "--as-of", "tomorrow"], "as-of"),
        (["scaling", "--data", "nowhere.csv"], "nowhere.csv: cannot be read"),
        (["repetition", "--data", "empty.csv"], "empty.csv: the file is empty"),
        (["scaling", "--data", "two.csv"], "two.csv: need at least 10 usable runs of two, got 2"),
        (["scaling", "--data", "negative.csv"], "negative.csv:2: loss: need a positive loss, got '-1'"),
        (
            ["scaling", "--data", "billions.csv"],
            "billions.csv:2: params: need a number of parameters above 1e4",
        ),
    ],
)
def test_mistakes_are_one_sentence_and_status_2(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, rows in {
        "empty": "",
        "two": "params,tokens,loss\n1e8,2e9,3\n2e8,2e9,3\n",
        "negative": "params,tokens,loss\n1e8,2e9,-1\n",
        "billions": "params,tokens,loss\n0.1,2,3\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(rows, encoding="utf-8")
    found = CliRunner().invoke(app, ["fit", *words])
    assert isinstance(found.exception, DatawallError)
    assert found.exception.exit_status == 2
    assert message in str(found.exception)
    assert "\n" not in str(found.exception)

"""The command line, as its users meet it."""

import json
import signal
import subprocess
import sys
import time

import pytest


def datawall(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "datawall.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


def test_forecast_prints_tables_and_writes_a_run_folder(tmp_path):
    found = datawall("forecast", "--draws", "2000", "--seed", "4", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "When is each data wall reached?" in found.stdout
    assert "efficiency[0.1]" in found.stdout
    assert "100%" in found.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("baseline-")
    assert folder.name.endswith("-2000-sobol-seed4")
    assert (folder / "forecast.nc").exists()


def test_json_is_the_summary_file_of_the_scenario_as_set(tmp_path):
    chosen = ("--set", "repetition_form=additive_penalty", "--as-of", "2024-06-01")
    found = datawall("forecast", "seed2024", "--draws", "500", "--json", "--out", str(tmp_path), *chosen)
    assert found.returncode == 0, found.stderr
    flat = json.loads(found.stdout)
    assert flat == json.loads((tmp_path / "summary.json").read_text())
    facts = flat["manifest"]
    assert facts["as_of"] == pytest.approx(2024.415, abs=0.001)
    assert facts["scenario_resolved"]["priors"]["repetition_form"]["statement"]["value"] == "additive_penalty"
    assert facts["sources_after_as_of"]
    assert "later than the as-of date" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["forecast", "--draws", "0"], ["draws", "0"]),
        (["forecast", "--seed", "-1"], ["seed", "-1"]),
        (["forecast", "nowhere"], ["nowhere", "baseline"]),
        (["forecast", "--set", "mfu=2"], ["mfu", "2"]),
        (["forecast", "--set", "mfuu=0.3"], ["mfuu", "mfu"]),
        (["forecast", "--set", "mfu"], ["mfu", "key=value"]),
        (["forecast", "--as-of", "2026-02-30"], ["as_of", "2026-02-30"]),
        (["forecast", "--as-of", "2055"], ["as_of", "horizon"]),
        (["forecast", "--out", "/proc/none/run"], ["--out", "/proc/none/run"]),
        (["priors", "show", "nowhere"], ["nowhere", "baseline"]),
        (["priors", "check", "/"], ["/", "folder"]),
    ],
)
def test_mistakes_end_in_one_sentence(arguments, words):
    found = datawall(*arguments)
    last = found.stderr.strip().splitlines()[-1]
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
    assert found.stdout == ""
    assert all(word in last for word in words), last


def test_priors_commands():
    assert "seed2024" in datawall("priors", "list").stdout
    shown = datawall("priors", "show", "baseline").stdout
    assert "compute_growth (metalog)" in shown
    assert "▁" in shown
    assert "arXiv" in shown
    assert "valid" in datawall("priors", "check", "bullish").stdout
    assert json.loads(datawall("priors", "show", "seed2024", "--json").stdout)["name"] == "seed2024"


def test_help_is_quick():
    # the promise is one second on an idle machine; twice that leaves room for a busy one
    start = time.perf_counter()
    assert "forecast" in datawall("--help").stdout
    assert time.perf_counter() - start < 2.0


def test_an_interrupt_ends_cleanly_and_writes_nothing(tmp_path):
    command = [
        sys.executable,
        "-m",
        "datawall.cli",
        "forecast",
        "--draws",
        "2000000000",
        "--out",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        time.sleep(15)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert not list(tmp_path.iterdir())

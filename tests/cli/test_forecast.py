"""The command line, as its users meet it."""

import json
import shlex
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from datawall.cli import app
from datawall.errors import DatawallError
from datawall.forecasting import forecast
from datawall.forecasting.export import summary
from datawall.reporting.products import Product
from support import pairs
from support.command import datawall
from support.scenario_files import write


@pytest.mark.integration
def test_forecast_prints_tables_and_writes_a_run_folder(tmp_path):
    found = datawall("forecast", "--draws", "2000", "--seed", "4", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "When is each data wall reached?" in found.stdout
    assert "efficiency[0.1]" in found.stdout
    assert "100%" in found.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("forecast-baseline-2000-seed4-")
    assert (folder / "forecast.nc").exists()


@pytest.mark.integration
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
        (["forecast", "--given", "mfu"], ["given mfu", "NAME=VALUE"]),
        (["sensitivity", "--output", "P(wall.tokens[1])"], ["--output", "P(NAME<=LEVEL)"]),
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


@pytest.mark.integration
def test_priors_commands():
    assert "seed2024" in datawall("priors", "list").stdout
    shown = datawall("priors", "show", "baseline").stdout
    assert "slowdown_date (split_normal)" in shown
    assert "▁" in shown
    assert "arXiv" in shown
    assert "valid" in datawall("priors", "check", "bullish").stdout
    assert json.loads(datawall("priors", "show", "seed2024", "--json").stdout)["name"] == "seed2024"


def test_help_loads_nothing_slow():
    code = (
        "import sys; from datawall.cli import app; app(['--help'], standalone_mode=False); "
        "slow = {'jax', 'numpyro', 'xarray', 'matplotlib', 'pandas'}; "
        "print(*sorted(slow & set(sys.modules)), file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "forecast" in found.stdout
    assert found.stderr.strip() == ""


@pytest.mark.integration
def test_an_interrupt_writes_what_there_is_and_the_same_command_goes_on(tmp_path, monkeypatch):
    whole = forecast.forecast("baseline", draws=24_000)
    run = forecast.run
    # three blocks, of which two are in flight when the first is done
    monkeypatch.setattr("datawall.sampling.execution.blocks.BLOCK", {"cpu": 8192})
    monkeypatch.setattr("datawall.sampling.execution.devices._cores", lambda: 1)

    def interrupted(plan, *, control, store):
        def progress(*_):
            if forecast.run is interrupted:
                monkeypatch.setattr(forecast, "run", run)  # one Ctrl-C is enough
                signal.raise_signal(signal.SIGINT)

        return run(plan, control=replace(control, progress=progress), store=store)

    command = ["forecast", "--draws", "24000", "--out", str(tmp_path), "--keep-draws", "all"]
    monkeypatch.setattr(forecast, "run", interrupted)
    monkeypatch.setattr(Product, "save", lambda _, tree, __: written.append(tree) or summary(tree))
    written = []
    stopped = CliRunner().invoke(app, command)
    assert stopped.exit_code == 130
    assert "the same command continues" in stopped.stderr
    assert "of 24,000 draws" in stopped.stdout
    assert (tmp_path / "checkpoint.npz").exists()
    assert CliRunner().invoke(app, command).exit_code == 0
    assert not (tmp_path / "checkpoint.npz").exists()
    part, rest = (json.loads(tree.attrs["manifest"]) for tree in written)
    assert part["partial"]
    assert 0 < part["draws"] < rest["draws"] == 24_000
    assert rest["result_digest"] == json.loads(whole.attrs["manifest"])["result_digest"]
    with xr.open_datatree(tmp_path / "draws.zarr", engine="zarr", consolidated=False) as draws:
        for name, kept in whole["prior_predictive"].data_vars.items():
            stored = draws["prior_predictive"][str(name)]
            assert stored.sizes["draw"] == 24_000
            assert stored.attrs["unit"] == kept.attrs["unit"]
            np.testing.assert_array_equal(stored.isel(draw=slice(4096)), kept)
        assert not np.isnan(draws["prior/mfu"]).any()


@pytest.mark.integration
def test_a_precision_is_reached_and_stated(tmp_path, monkeypatch):
    monkeypatch.setattr(Product, "save", lambda _, tree, __: summary(tree))
    found = CliRunner().invoke(app, ["forecast", "--precision", "0.003", "--json", "--out", str(tmp_path)])
    assert found.exit_code == 0
    facts = json.loads(found.stdout)["manifest"]
    assert facts["draws"] == 65_536
    assert facts["ordered_precision"]["met"]
    assert 0.001 < facts["ordered_precision"]["largest_error_probability"] <= 0.003
    assert "precision 0.003 met with 65,536 draws" in found.stderr


@pytest.mark.integration
def test_the_command_of_a_manifest_gives_the_same_digest(tmp_path, monkeypatch):
    """With an own file, settings, conditions on an input and on an outcome, and a precision."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mine.toml", pairs.tables("mine", pairs.FIRST, pairs.FIRST_ANCHORS))
    words = ["forecast", "./mine.toml", "--draws", "4096", "--set", "mfu=0.4"]
    words += ["--given", "frontier_flop>1e27", "--given", "wall.tokens[4]<2040"]
    words += ["--precision", "0.5yr", "--as-of", "2026-02-01"]
    first = CliRunner().invoke(app, [*words, "--json"])
    assert first.exit_code == 0, first.exception
    facts = json.loads(first.stdout)["manifest"]
    assert facts["options"]["given"] == ["frontier_flop>1e27", "wall.tokens[4]<2040"]
    again = CliRunner().invoke(app, [*shlex.split(facts["command"])[1:], "--json"])
    assert again.exit_code == 0, again.exception
    repeated = json.loads(again.stdout)["manifest"]
    assert repeated["result_digest"] == facts["result_digest"]
    assert repeated["command"] == facts["command"]
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("forecast-mine-4096-seed0-")


@pytest.mark.parametrize("command", [["sensitivity"], ["compare", "baseline", "bearish"]])
def test_an_analysis_takes_values_of_inputs_alone(command, tmp_path):
    folder = tmp_path / "run"
    words = [*command, "--given", "release[5.5]<2027.5", "--out", str(folder)]
    found = CliRunner().invoke(app, words)
    assert isinstance(found.exception, DatawallError)
    assert "only a forecast takes outcomes and ranges" in str(found.exception)
    assert not folder.exists()


@pytest.mark.integration
@pytest.mark.slow
def test_workers_give_the_forecast_of_one_process(tmp_path):
    found = datawall("forecast", "--draws", "150000", "--workers", "2", "--json", "--out", str(tmp_path))
    assert found.returncode == 0, found.stderr
    whole = forecast.forecast("baseline", draws=150_000)
    expected = json.loads(whole.attrs["manifest"])["result_digest"]
    assert json.loads(found.stdout)["manifest"]["result_digest"] == expected
    assert not (tmp_path / "parts").exists()


def test_workers_are_given_what_decides_the_draws(tmp_path, monkeypatch):
    def open_executor(_spread, _folder, command):
        raise DatawallError(" ".join(command))

    monkeypatch.setattr("datawall.cli.forecasting.open_executor", open_executor)
    options = ["seed2024", "--workers", "2", "--refit", "--seed", "3", "--set", "mfu=0.4"]
    found = CliRunner().invoke(app, ["forecast", "--out", str(tmp_path), *options])
    decided = "--draws 1048576 --seed 3 --sampler sobol --set mfu=0.4 --refit"
    expected = f"forecast seed2024 {decided} --out {tmp_path} --join"
    assert str(found.exception) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--workers", "0"], "--workers 0: need at least 1"),
        (["--workers", "2", "--join"], "give one"),
        (["--join", "--distributed"], "give one"),
        (["--coordinator", "127.0.0.1:1"], "all four or none"),
        (["--distributed", "--process", "1"], "all four or none"),
        (
            ["--distributed", "--coordinator", "a", "--processes", "2", "--process", "0"],
            "--coordinator a: need HOST:PORT",
        ),
        (
            ["--distributed", "--coordinator", "a:1", "--processes", "2", "--process", "2"],
            "--process 2: need 0 to 2 - 1",
        ),
        (["--keep-draws", "all", "--join"], "--keep-draws all"),
        (["--precision", "soon"], "--precision soon: need a positive standard error"),
        (["--precision", "-1yr"], "--precision -1yr"),
        (["--precision", "nan"], "--precision nan"),
    ],
)
def test_options_that_do_not_fit_are_named(options, words, tmp_path):
    found = CliRunner().invoke(app, ["forecast", "--out", str(tmp_path), *options])
    assert isinstance(found.exception, DatawallError)
    assert words in str(found.exception)

"""A run that is killed loses no fit that was done: the same run goes on where it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

from support.counted_fits import counted_run

pytestmark = pytest.mark.integration

SCRIPT = """
import pathlib, sys
from support.counted_fits import counted_run
counted_run(pathlib.Path(sys.argv[1]), stop_before=2)
"""
TESTS = Path(__file__).parents[1]


def killed_run(log):
    """Run in a process of its own, and return how it ended."""
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(log)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([*sys.path, str(TESTS)])},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.returncode, found.stderr


def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(tmp_path, monkeypatch):
    logs = {name: tmp_path / name / "fits" for name in ("stopped", "whole")}
    for log in logs.values():
        log.parent.mkdir()
        log.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "stopped"))
    status, said = killed_run(logs["stopped"])
    assert status == -signal.SIGKILL, said
    assert logs["stopped"].read_text().split() == ["2", "3"]
    resumed = counted_run(logs["stopped"])
    assert logs["stopped"].read_text().split() == ["2", "3", "4"]  # only the fit that was missing
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "whole"))
    whole = counted_run(logs["whole"])
    assert len(logs["whole"].read_text().split()) == 3
    for group in ("questions", "forecasts/baseline", "forecasts/trend"):
        xr.testing.assert_identical(resumed[group], whole[group])

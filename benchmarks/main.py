"""`datawall bench`: run suites, record them for this device, and render the record."""

import contextlib
import datetime as dt
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine, record
from benchmarks.setting import Setting
from datawall.errors import DatawallError

ROOT = Path(__file__).resolve().parents[1]
SUITES = ("peers", "error", "memory", "compile", "scaling", "roofline", "nuts", "sensitivity")
REPEATS = 7


def available() -> list[str]:
    """Return the suites that are in this checkout."""
    return [name for name in SUITES if Path(__file__).with_name(f"{name}.py").is_file()]


def run(suites: Sequence[str], quick: bool, repeats: int | None, out: Path | None) -> Path:
    """Run suites and put what they find into a record; returns its path.

    Raises
    ------
    DatawallError
        If a suite is unknown, a number cannot be used, or contenders do not answer alike.
    """
    known = available()
    for name in suites:
        if name not in known:
            raise DatawallError(f"bench: no suite {name!r}; choose from {', '.join(known)}")
    if repeats is not None and repeats < 1:
        raise DatawallError(f"--repeats: need at least 1, got {repeats}")
    words = machine.describe()
    folder = ROOT / "runs" / "benchmarks" if quick else ROOT / "benchmarks" / "results"
    path = out or folder / f"{machine.label(words)}.json"
    for name in suites or known:
        with tempfile.TemporaryDirectory() as scratch:
            setting = Setting(repeats or (2 if quick else REPEATS), quick, Path(scratch), _say)
            found = importlib.import_module(f"benchmarks.{name}").run(setting)
        about = {
            "command": f"datawall bench {name} --repeats {setting.repeats}" + " --quick" * quick,
            "commit": machine.commit(ROOT),
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "versions": machine.versions(),
        }
        record.write(path, words, about, {name: found})
        _say(f"{name}: written to {path}")
    return path


def render() -> Path:
    """Write the page of all records; returns its path."""
    from benchmarks.render import render

    return render(ROOT / "benchmarks" / "results", ROOT / "reports")


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(line, file=sys.stderr, flush=True)

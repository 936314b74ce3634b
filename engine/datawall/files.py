"""Atomic file writes and CSV tables."""

from __future__ import annotations

import csv
import io
import math
import tempfile
from typing import TYPE_CHECKING

from datawall.errors import DatawallError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path


def prepare(folder: Path) -> None:
    """Create the run folder before a long run starts.

    Raises
    ------
    DatawallError
        If it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DatawallError(
            f"--out {folder}: cannot write there ({error.strerror}); give a folder that can be written"
        ) from error


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file atomically."""
    partial = path.with_name(f".{path.name}")
    try:
        write(partial)
        partial.replace(path)
    except OSError as error:
        raise DatawallError(
            f"{path}: cannot be written ({error.strerror or error}); free its place"
        ) from error


def csv_text(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as CSV under the union of their keys; None and NaN are blank.

    Examples
    --------
    >>> print(csv_text([{"who": "trend", "crps": 0.5}, {"who": "trend", "crps": float("nan")}]), end="")
    who,crps
    trend,0.5
    trend,
    """
    rows = list(rows)
    out = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: "" if _is_nan(value) else value for key, value in row.items()})
    return out.getvalue()


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)

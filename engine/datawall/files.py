"""Files written whole or not at all."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from datawall.errors import DatawallError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def prepare(folder: Path) -> None:
    """Make the run folder, before hours of work depend on it.

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
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}")
    try:
        write(partial)
        partial.replace(path)
    except OSError as error:
        raise DatawallError(
            f"{path}: cannot be written ({error.strerror or error}); free its place"
        ) from error

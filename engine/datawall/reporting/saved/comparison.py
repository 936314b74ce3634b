"""A comparison as a folder holds it: its summary, and its tree for the figures."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr

from datawall.errors import DatawallError

FILES = ("comparison.json", "comparison.nc")


@dataclass(frozen=True)
class SavedComparison:
    """One comparison.

    Attributes
    ----------
    folder
        Where it lies.
    flat
        Its ``comparison.json``.
    place
        Among the comparisons of the page, from 0.
    """

    folder: Path
    flat: dict[str, Any]
    place: int = 0

    @cached_property
    def tree(self) -> xr.DataTree:
        """Its ``comparison.nc``."""
        with xr.open_datatree(self.folder / FILES[1], engine="h5netcdf") as tree:
            return tree.load()

    @property
    def manifest(self) -> dict[str, Any]:
        """Where the numbers come from."""
        return self.flat["manifest"]

    @property
    def names(self) -> list[str]:
        """What the scenarios are called, the first one against the others."""
        return list(self.flat["scenarios"])


def is_comparison(folder: Path) -> bool:
    """Return whether a folder holds a comparison."""
    return all((folder / name).is_file() for name in FILES)


def read_comparison(folder: Path, place: int) -> SavedComparison:
    """Read the comparison of a folder.

    Raises
    ------
    DatawallError
        If it cannot be read.
    """
    try:
        found = SavedComparison(folder, json.loads((folder / FILES[0]).read_text(encoding="utf-8")), place)
        _ = found.names, found.flat["sentences"][0], found.flat["decompositions"], found.manifest["scenarios"]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DatawallError(
            f"{folder}: its comparison cannot be read ({error!r}); run datawall compare again"
        ) from None
    return found

"""A run as a folder holds it: its summary, from which every number on a page comes, and its draws."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr

from datawall.errors import DatawallError

FILES = ("summary.json", "forecast.nc")


@dataclass(frozen=True)
class SavedRun:
    """One run.

    Attributes
    ----------
    folder
        Where it lies.
    flat
        Its ``summary.json``.
    place
        Among the runs of the page, from 0.
    """

    folder: Path
    flat: dict[str, Any]
    place: int

    @cached_property
    def tree(self) -> xr.DataTree:
        """Its ``forecast.nc``."""
        with xr.open_datatree(self.folder / FILES[1], engine="h5netcdf") as tree:
            return tree.load()

    @property
    def manifest(self) -> dict[str, Any]:
        """Where the numbers come from."""
        return self.flat["manifest"]

    @property
    def name(self) -> str:
        """What to call it: its scenario."""
        return self.manifest["scenario"]

    @property
    def limits(self) -> tuple[float, float]:
        """Its as-of date and its horizon [decimal year]."""
        return self.manifest["as_of"], self.manifest["horizon"]

    @cached_property
    def summary(self) -> xr.Dataset:
        """Quantiles over all draws."""
        return self.tree["summary"].to_dataset()

    @cached_property
    def cdf(self) -> xr.Dataset:
        """Distributions of dates over all draws."""
        return self.tree["cdf"].to_dataset()

    def row(self, name: str) -> dict[str, Any]:
        """Return a quantity of the summary."""
        return self.flat["quantities"][name]

    def names(self, prefix: str) -> list[str]:
        """Return the quantities whose name starts so, in their order."""
        return [name for name in self.flat["quantities"] if name.startswith(prefix)]


def is_run(folder: Path) -> bool:
    """Return whether a folder holds a run."""
    return all((folder / name).is_file() for name in FILES)


def read_run(folder: Path, place: int) -> SavedRun:
    """Read the run of a folder.

    Raises
    ------
    DatawallError
        If it holds none.
    """
    if not is_run(folder):
        need = " and ".join(FILES)
        raise DatawallError(f"{folder}: is no run (need {need}); give what `datawall forecast --out` wrote")
    try:
        flat = json.loads((folder / FILES[0]).read_text(encoding="utf-8"))
        run = SavedRun(folder, flat, place)
        _ = run.manifest["scenario"], flat["quantities"], flat["probabilities"], run.tree
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatawallError(f"{folder}: its run cannot be read ({error!r}); run the forecast again") from None
    return run

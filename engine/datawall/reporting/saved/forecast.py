"""A run as a folder holds it: its summary, from which every number on a page comes, and its draws."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import xarray as xr

from datawall.reporting.products import Saved


@dataclass(frozen=True)
class SavedRun:
    """One run.

    Attributes
    ----------
    flat
        Its ``summary.json``.
    tree
        Its ``forecast.nc``.
    place
        Among the runs of the page, from 0.
    """

    flat: dict[str, Any]
    tree: xr.DataTree
    place: int

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


def saved_run(saved: Saved, place: int) -> SavedRun:
    """Return a forecast for the page.

    Raises
    ------
    DatawallError
        If it lacks something.
    """
    run = SavedRun(saved.flat, saved.tree, place)
    with saved.checked():
        _ = run.manifest["scenario"], run.flat["quantities"], run.flat["probabilities"], run.summary, run.cdf
    return run

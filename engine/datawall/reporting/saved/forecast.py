"""A run as a folder holds it: its summary, from which every number on a page comes, and its draws."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr

from datawall import formatting
from datawall.reporting.document import Value
from datawall.reporting.products import Saved


@dataclass(frozen=True)
class SavedRun:
    """One run.

    Attributes
    ----------
    folder
        Where it lies.
    flat
        Its ``summary.json``.
    tree
        Its ``forecast.nc``.
    place
        Among the runs of the page, from 0.
    """

    folder: Path
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

    def date(self, name: str, key: str = "q50", digits: int = 1) -> Value:
        """Return a quantile of a date, as it is printed."""
        return self._value(name, key, formatting.date(self.row(name)[key], digits))

    def amount(self, name: str, key: str = "q50", digits: int = 2) -> Value:
        """Return a quantile of an amount, as it is printed."""
        return self._value(name, key, formatting.amount(self.row(name)[key], digits))

    def mass(self, name: str, kind: str) -> Value:
        """Return the probability that a date is ``"past"`` or ``"never"``, as it is printed."""
        key = f"p_{kind}"
        return self._value(name, key, formatting.share(self.row(name)[key]))

    def probability(self, name: str) -> Value:
        """Return a probability of the summary, as it is printed."""
        value = self.flat["probabilities"][name]["value"]
        return Value(formatting.share(value), f"probabilities/{name}/value", self.place)

    def _value(self, name: str, key: str, text: str) -> Value:
        return Value(text, f"quantities/{name}/{key}", self.place)


def saved_run(saved: Saved, place: int) -> SavedRun:
    """Return a forecast for the page.

    Raises
    ------
    DatawallError
        If it lacks something.
    """
    run = SavedRun(saved.file.parent, saved.flat, saved.tree, place)
    with saved.checked():
        _ = run.manifest["scenario"], run.flat["quantities"], run.flat["probabilities"], run.summary, run.cdf
    return run

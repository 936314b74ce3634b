"""A comparison as a folder holds it: its summary, and its tree for the figures."""

from dataclasses import dataclass
from typing import Any

import xarray as xr

from datawall.reporting.products import Saved


@dataclass(frozen=True)
class SavedComparison:
    """One comparison.

    Attributes
    ----------
    flat
        Its ``comparison.json``.
    tree
        Its ``comparison.nc``.
    place
        Among the comparisons of the page, from 0.
    """

    flat: dict[str, Any]
    tree: xr.DataTree
    place: int = 0

    @property
    def manifest(self) -> dict[str, Any]:
        """Where the numbers come from."""
        return self.flat["manifest"]

    @property
    def names(self) -> list[str]:
        """What the scenarios are called, the first one against the others."""
        return list(self.flat["scenarios"])


def saved_comparison(saved: Saved, place: int) -> SavedComparison:
    """Return a comparison for the page.

    Raises
    ------
    DatawallError
        If it lacks something.
    """
    found = SavedComparison(saved.flat, saved.tree, place)
    with saved.checked():
        _ = found.names, found.flat["sentences"][0], found.flat["decompositions"], found.manifest["scenarios"]
    return found

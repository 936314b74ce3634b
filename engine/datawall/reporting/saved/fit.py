"""Fits on disk: what `datawall fit` leaves in a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from datawall.reporting.products import Saved


@dataclass(frozen=True)
class SavedFit:
    """The posterior of a module, as it was saved.

    Attributes
    ----------
    summary
        What `datawall.inference.summary.summary` says of it.
    tree
        Draws, densities and predictions in ArviZ's groups.
    """

    summary: Mapping[str, Any]
    tree: xr.DataTree

    @property
    def name(self) -> str:
        """Name of the module."""
        return self.summary["module"]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was done, and whether it can be trusted."""
        return self.summary["manifest"]

    @cached_property
    def headline(self) -> list[str]:
        """The parameters worth showing; those of rivals are shown nowhere else than in the comparison."""
        labels = (label.partition("[")[0] for label in self.summary["headline"])
        known = self.group("posterior")
        return [name for name in dict.fromkeys(labels) if name in known]

    @property
    def faults(self) -> list[str]:
        """What speaks against the posterior, or those of its rivals, in words."""
        return faults(self.manifest)

    def group(self, name: str) -> xr.Dataset:
        """Return a group of the tree."""
        return self.tree[name].to_dataset()

    def has(self, group: str) -> bool:
        """Whether the tree has this group, and something in it."""
        return group in self.tree.children and bool(self.tree[group].data_vars)

    def is_finite(self, group: str) -> bool:
        """Whether every number in a group is one."""
        return all(bool(np.isfinite(values).all()) for values in self.group(group).values())


def faults(manifest: Mapping[str, Any]) -> list[str]:
    """Return from the manifest of a fit what speaks against the posterior, or those of its rivals."""
    rivals = manifest.get("rivals", {})
    others = [f"{name}: {fault}" for name, found in rivals.items() for fault in found["faults"]]
    return [*manifest["diagnosis"]["faults"], *others]


def saved_fit(saved: Saved) -> SavedFit:
    """Return a fit for the page.

    Raises
    ------
    DatawallError
        If it lacks something.
    """
    found = SavedFit(saved.flat, saved.tree)
    with saved.checked():
        _ = found.headline, found.faults
    return found

"""Fits on disk: what `datawall fit` leaves in a folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from datawall.errors import DatawallError

KIND = ".nc"


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
        rivals = self.manifest.get("rivals", {})
        others = [f"{name}: {fault}" for name, found in rivals.items() for fault in found["faults"]]
        return [*self.manifest["diagnosis"]["faults"], *others]

    def group(self, name: str) -> xr.Dataset:
        """Return a group of the tree."""
        return self.tree[name].to_dataset()

    def has(self, group: str) -> bool:
        """Whether the tree has this group, and something in it."""
        return group in self.tree.children and bool(self.tree[group].data_vars)

    def is_finite(self, group: str) -> bool:
        """Whether every number in a group is one."""
        return all(bool(np.isfinite(values).all()) for values in self.group(group).values())


def holds_fits(path: Path) -> bool:
    """Whether `path` is a saved fit, or a folder with some."""
    return bool(_files(path))


def read_fits(path: Path) -> list[SavedFit]:
    """Return the fits that a folder holds, by the name of their module; or the one fit of a file.

    Parameters
    ----------
    path
        A folder that ``datawall fit --out`` wrote, or one ``MODULE.nc`` in it.

    Raises
    ------
    DatawallError
        If there is none, or one cannot be read.
    """
    found = [_read(file) for file in _files(path)]
    if not found:
        raise DatawallError(f"{path}: need a folder of fits, found none; make one by datawall fit --out")
    return found


def _files(path: Path) -> list[Path]:
    """Return the trees of draws that have a summary beside them."""
    files = sorted(path.glob(f"*{KIND}")) if path.is_dir() else [path] * (path.suffix == KIND)
    return [file for file in files if file.with_suffix(".json").is_file()]


def _read(file: Path) -> SavedFit:
    try:
        summary = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        with xr.open_datatree(file, engine="h5netcdf") as tree:
            saved = SavedFit(summary, tree.load())
            _ = saved.headline, saved.faults
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatawallError(f"{file}: cannot be read as a fit ({error}); run datawall fit again") from None
    return saved

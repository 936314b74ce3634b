"""Draw store: every draw of a forecast on disk, in Zarr, block by block."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr
import zarr
from zarr.codecs import BloscCodec

from datawall.errors import DatawallError
from datawall.forecasting.datatree import predictive_group, prior_group
from datawall.forecasting.labels import Labels

GROUPS = {"prior": prior_group, "prior_predictive": predictive_group}
CHUNK = 65_536
"""Draws in a chunk of the store: those of the blocks of a run that keeps every draw."""


class DrawStore:
    """A Zarr store of all inputs and outputs, with the groups, names and units of a forecast.

    Writing a block is idempotent, so a killed run can be continued. Draws that are not yet
    made are NaN.

    Parameters
    ----------
    path
        Of the store.
    labels
        Labels of the axes of the outputs.
    identity
        Of the run, as plain data; kept in the store.
    draws
        Number of draws, at most.
    """

    def __init__(self, path: Path, labels: Labels, identity: Mapping[str, Any], draws: int):
        self._path, self._labels, self._draws = path, labels, draws
        try:
            self._root = zarr.open_group(path, mode="a", zarr_format=3)
        except (OSError, ValueError) as error:
            raise DatawallError(f"{path}: cannot be opened ({error}); give another --out") from error
        if self._root.attrs.setdefault("identity", dict(identity)) != identity:
            raise DatawallError(f"{path}: holds the draws of another run; give another --out, or delete it")

    def write(self, first: int, outputs: Mapping[str, np.ndarray]) -> None:
        """Write the outputs of the draws from `first` on, each of shape (..., n)."""
        pushed: Any = SimpleNamespace(kept=outputs)
        for name, group_of in GROUPS.items():
            dataset = group_of(pushed, self._labels)
            if name not in self._root:
                self._create(name, dataset)
            for key, variable in dataset.data_vars.items():
                array: Any = self._root[f"{name}/{key}"]
                array[:, first : first + variable.sizes["draw"]] = variable.values

    def sign(self, manifest: str) -> None:
        """Record the provenance of the draws."""
        self._root.attrs["manifest"] = manifest

    def cut(self, draws: int) -> None:
        """Cut the store to the draws of a finished run."""
        for name in GROUPS:
            for _, array in self._root.require_group(name).arrays():
                if array.ndim > 1:  # all but the coordinates
                    array.resize((1, draws, *array.shape[2:]))

    def _create(self, name: str, dataset: xr.Dataset) -> None:
        """Make a group: its coordinates, and its variables without values."""
        dataset.coords.to_dataset().to_zarr(self._path, group=name, mode="a", consolidated=False)
        group = self._root.require_group(name)
        for key, variable in dataset.data_vars.items():
            sizes = variable.shape[2:]
            group.create_array(
                str(key),
                shape=(1, self._draws, *sizes),
                chunks=(1, CHUNK, *sizes),
                dtype=variable.dtype,
                fill_value=np.nan,
                compressors=[BloscCodec(cname="lz4", shuffle="bitshuffle")],
                dimension_names=[str(dim) for dim in variable.dims],
                attributes=variable.attrs,
            )

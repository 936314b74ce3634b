"""The store of every draw: written block by block, continued, and cut."""

import numpy as np
import pytest
import xarray as xr

from datawall.errors import DatawallError
from datawall.forecasting.draw_store import DrawStore
from datawall.forecasting.labels import labels_of
from datawall.model.inputs import DECLARATIONS
from datawall.scenario import load_scenario

RUN = {"seed": 1}


@pytest.fixture(scope="module")
def labels():
    return labels_of(load_scenario("baseline"))


def block(labels, first, count):
    """Return outputs that say which draw they are of."""
    priors = labels.scenario.priors
    per = [DECLARATIONS[name].per for name in priors]
    rows = sum(len(labels.coords[dim]) if dim else 1 for dim in per)
    draws = np.arange(first, first + count, dtype=np.float64)
    sizes = {o.name: [len(labels.coords[dim]) for dim in o.dims] for o in labels.outputs}
    outputs = {name: np.broadcast_to(draws, (*own, count)) for name, own in sizes.items()}
    return {"inputs": np.broadcast_to(draws, (rows, count)), **outputs}


def stored(path):
    with xr.open_zarr(path, group="prior", consolidated=False) as prior:
        return prior["mfu"].values[0]


def test_blocks_lie_where_they_belong_in_any_order_and_written_twice(labels, tmp_path):
    path = tmp_path / "draws.zarr"
    store = DrawStore(path, labels, RUN, 12)
    store.write(4, block(labels, 4, 4))
    np.testing.assert_array_equal(np.isnan(stored(path)), [True] * 4 + [False] * 4 + [True] * 4)
    store.write(0, block(labels, 0, 4))
    again = DrawStore(path, labels, RUN, 12)
    again.write(4, block(labels, 4, 4))
    again.cut(8)
    np.testing.assert_array_equal(stored(path), np.arange(8.0))


def test_the_draws_of_another_run_are_not_mixed_in(labels, tmp_path):
    DrawStore(tmp_path / "draws.zarr", labels, RUN, 12)
    with pytest.raises(DatawallError, match="holds the draws of another run"):
        DrawStore(tmp_path / "draws.zarr", labels, {"seed": 2}, 12)

"""Every product is saved, read back as it was, and carries the command that makes it again."""

import json

import pytest
import xarray as xr

import datawall
from datawall.inference import fit as fitting
from datawall.inference.summary import with_summary
from datawall.reporting import products
from support import pairs, toy_backtest
from support import toy_models as toys
from support.scenario_files import write

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    """The path of a scenario that is quick to compile."""
    path = tmp_path_factory.mktemp("scenario") / "mine.toml"
    return write(path, pairs.tables("mine", pairs.FIRST, pairs.FIRST_ANCHORS))


MAKE = {
    "forecast": lambda path: datawall.forecast(path, draws=4096, given="frontier_flop>2e27"),
    "compare": lambda path: datawall.compare(path, path, draws=512, outputs=["wall.tokens[4]"]),
    "sensitivity": lambda path: datawall.sensitivity(path, "wall.tokens[4]", methods=["rank"], draws=4096),
    "backtest": lambda _: toy_backtest.tree(),
    "fit": lambda _: with_summary(fitting.fit(toys.module(), toys.evidence())),
}


@pytest.mark.parametrize("kind", products.PRODUCTS)
def test_a_product_comes_back_as_it_was_saved(kind, scenario, tmp_path):
    tree = MAKE[kind](scenario)
    flat = products.save(tree, tmp_path)
    (saved,) = products.load(tmp_path)
    assert saved.product.kind == saved.manifest["kind"] == kind
    assert saved.flat == json.loads(json.dumps(flat))
    for name, node in tree.children.items():
        xr.testing.assert_identical(saved.tree[name].to_dataset(), node.to_dataset())
    assert saved.manifest["command"].startswith(f"datawall {kind} ")
    assert saved.manifest["options"]["seed"] == 0
    if "scenarios" in saved.manifest["options"] and kind != "backtest":
        assert str(scenario) in saved.manifest["command"]

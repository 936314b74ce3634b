"""Groups, summary, figure and folder of the experiment."""

import json

import arviz as az
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.text import Annotation

from datawall.errors import DatawallError
from datawall.reporting.document import Table
from datawall.studies.learning_order import PRODUCT, learning_order, summary
from datawall.studies.learning_order.figures import document, draw

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def tree():
    return learning_order(seeds=2, steps=200, seed=1)


def test_groups_are_arviz_shaped_and_every_variable_has_a_unit(tree):
    assert set(tree.children) == {"posterior", "sample_stats", "observed_data", "constant_data", "curves"}
    for group in ("posterior", "sample_stats"):
        assert all(values.dims[:2] == ("chain", "draw") for values in tree[group].data_vars.values())
    for node in tree.leaves:
        assert all(variable.attrs.get("unit") for variable in node.data_vars.values()), node.path


def test_what_was_stopped_is_at_the_budget_and_said_to_be(tree):
    steps, censored = tree["observed_data/log10_steps"].values, tree["constant_data/censored"].values
    assert censored[7].all()
    assert not censored[0].any()
    np.testing.assert_allclose(steps[censored], np.log10(200))
    assert (steps[~censored] <= np.log10(200)).all()


def test_summary_counts_what_was_learned_and_is_json(tree):
    flat = json.loads(json.dumps(summary(tree)))
    assert flat["learned"]["1"]["networks"] == 2
    assert flat["learned"]["8"] == {"networks": 0, "median_steps": None}
    assert flat["ooms_per_two"]["q10"] < flat["ooms_per_two"]["q50"] < flat["ooms_per_two"]["q90"]
    assert flat["ooms_per_two"]["q50"] == pytest.approx(2 * flat["slope"]["q50"])
    assert flat["manifest"]["seed"] == 1
    (table,) = document(summary(tree)).first
    assert isinstance(table, Table)
    assert len(table.rows) == 8


def test_folder_holds_results_that_arviz_reads(tree, tmp_path):
    PRODUCT.save(tree, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    files = {"learning_order.nc", "learning_order.png", "learning_order.svg"}
    assert names == files | {"summary.json", "manifest.json"}
    found = az.from_netcdf(tmp_path / "learning_order.nc")
    assert "slope" in az.summary(found, var_names=["slope"]).index
    found.close()


def test_figure_shows_every_k_in_both_panels(tree):
    left, right = draw(tree).axes
    labels = {text.get_text() for text in left.texts}
    assert {"k = 1", *map(str, range(2, 9))} <= labels
    stopped = int(tree["constant_data"].to_dataset()["censored"].sum())
    arrows = [text for text in right.texts if isinstance(text, Annotation)]
    assert len(arrows) == stopped
    shown = sum(
        len(np.asarray(points.get_offsets()))
        for points in right.collections
        if isinstance(points, PathCollection)
    )
    assert shown == 16 - stopped


@pytest.mark.parametrize(
    ("arguments", "word"), [({"seeds": 0}, "seeds"), ({"steps": 0}, "steps"), ({"seed": -1}, "seed")]
)
def test_impossible_requests_are_refused(arguments, word):
    with pytest.raises(DatawallError, match=word):
        learning_order(**arguments)

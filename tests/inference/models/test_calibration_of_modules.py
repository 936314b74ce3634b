"""Simulation-based calibration of the modules, and one wrong likelihood that must fail.

A module takes ten seconds or more, most of it compilation, so three stand for all: they have edges,
intervals, waits that go on, pooled developers and counts among them. `calibrate` takes the others too.
"""

from dataclasses import replace

import pytest

from datawall.inference.models import data_stock, run_sizes
from datawall.inference.simulation_based_calibration import calibrate
from support.shipped_modules import small_evidence


@pytest.mark.slow
@pytest.mark.parametrize("name", ["data_stock", "cadence", "run_sizes"])
def test_ranks_are_uniform(name, tmp_path):
    # false alarm: 1e-3 for each module
    calibration = calibrate(*small_evidence(name, tmp_path), replications=64)
    assert calibration.passes(), sorted(calibration.p_values().items(), key=lambda item: item[1])[:3]


@pytest.mark.slow
def test_bounds_on_the_wrong_side_are_noticed(tmp_path):
    def turned(evidence, observed):
        """Put the parts above their stock, and below it the wholes."""
        sides = evidence.constants | {"side": -evidence.constants["side"]}
        data_stock.MODULE.model(replace(evidence, constants=sides), observed)

    module, evidence = small_evidence("data_stock", tmp_path)
    wrong = replace(module, model=turned)
    assert not calibrate(module, evidence, replications=64, truth=wrong).passes()


@pytest.mark.slow
def test_forgetting_the_models_without_a_size_is_noticed(tmp_path):
    def all_seen(evidence, observed):
        """Show every model of a period with its size."""
        nothing = {"unsized": 0.0 * evidence.constants["unsized"]}
        run_sizes.MODULE.model(replace(evidence, constants=evidence.constants | nothing), observed)

    module, evidence = small_evidence("run_sizes", tmp_path)
    assert not calibrate(module, evidence, replications=64, truth=replace(module, model=all_seen)).passes()

"""Simulation-based calibration of the modules, and one wrong likelihood that must fail.

A module takes ten seconds or more, most of it compilation, so two stand for all: they have edges, intervals,
waits that go on and pooled developers among them. `calibrate` takes the others in the same way.
"""

from dataclasses import replace

import pytest

from datawall.inference.calibration import calibrate
from datawall.inference.modules import data_stock
from inference.modules.shipped_modules import small_evidence


@pytest.mark.slow
@pytest.mark.parametrize("name", ["data_stock", "cadence"])
def test_ranks_are_uniform(name, tmp_path):
    # false alarm: 1e-3 for each module
    calibration = calibrate(*small_evidence(name, tmp_path), replications=64)
    assert calibration.passes(), sorted(calibration.p_values().items(), key=lambda item: item[1])[:3]


@pytest.mark.slow
def test_bounds_on_the_wrong_side_are_noticed(tmp_path):
    def turned(evidence, observed):
        """Put the parts above their stock, and below it the wholes."""
        sides = evidence.constants | {"side": -evidence.constants["side"]}
        data_stock.model(replace(evidence, constants=sides), observed)

    module, evidence = small_evidence("data_stock", tmp_path)
    wrong = replace(module, model=turned)
    assert not calibrate(module, evidence, replications=64, truth=wrong).passes()

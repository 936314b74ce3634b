"""Simulation-based calibration of every module on small data, and one wrong likelihood that must fail."""

from dataclasses import replace

import numpyro
import numpyro.distributions as dist
import pytest

from datawall.inference.calibration import calibrate
from datawall.inference.modules import training_sets
from inference.modules.shipped_modules import TABLES, small_evidence

REPLICATIONS = 64


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_ranks_are_uniform(name, tmp_path):
    # false alarm: 1e-3 for each module
    module, evidence = small_evidence(name, tmp_path)
    calibration = calibrate(module, evidence, replications=REPLICATIONS)
    assert calibration.passes(), sorted(calibration.p_values().items(), key=lambda item: item[1])[:3]


@pytest.mark.slow
def test_data_on_the_other_side_of_the_edge_are_noticed(tmp_path):
    def above(evidence, observed):
        """Scatter training sets about the line that they should stay below."""
        with numpyro.handlers.block(hide=["log_tokens"]):
            training_sets.model(evidence, observed)
        with numpyro.plate("set", len(evidence.constants["error"])):
            numpyro.sample("log_tokens", dist.Normal(40.0, 0.1))

    module, evidence = small_evidence("training_sets", tmp_path)
    wrong = replace(module, model=above)
    assert not calibrate(module, evidence, replications=REPLICATIONS, truth=wrong).passes()

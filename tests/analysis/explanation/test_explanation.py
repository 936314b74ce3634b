"""An explained future: its arithmetic can be redone, and it is the future that the forecast counted."""

import ast
import json
import math

import numpy as np
import pytest

import datawall
from datawall.analysis.explanation import explain, inputs_of_draw, median_inputs
from datawall.errors import DatawallError
from datawall.scenario import load_scenario
from support.arithmetic import redo
from support.command import datawall as run

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("baseline")


@pytest.fixture(scope="module")
def explained(scenario):
    return {draw: explain(scenario, inputs_of_draw(scenario, draw, 0, "sobol")) for draw in range(12)}


def steps_of(explanation):
    return {f"{s.title}|{step.name}": step for s in explanation.sections for step in s.steps}


def test_every_line_of_arithmetic_gives_its_value(explained):
    checked = 0
    for explanation in explained.values():
        for name, step in steps_of(explanation).items():
            if step.numbers:
                # dates are written to four digits after the point, the rest to seven digits
                found = redo(ast.parse(step.numbers, mode="eval"))
                assert found == pytest.approx(step.value, rel=3e-5), name
                checked += 1
    assert checked > 12 * 30


def test_a_step_with_a_wrong_number_would_be_seen(explained):
    step = steps_of(explained[0])["Loss law and architecture|optimal tokens at 1e21 FLOP"]
    wrong = step.numbers.replace("/ 6", "/ 5")
    assert redo(ast.parse(wrong, mode="eval")) != pytest.approx(step.value, rel=3e-5)


def as_counted(scenario, step):
    """A forecast counts dates before the as-of date as past and after the horizon as never."""
    if step.value < scenario.as_of:
        return -math.inf
    return math.inf if step.value >= scenario.horizon else step.value


def test_it_is_the_future_that_the_forecast_counted(scenario, explained):
    kept = datawall.forecast(scenario, draws=12)["prior_predictive"].to_dataset().isel(chain=0)
    for draw, explanation in explained.items():
        steps = steps_of(explanation)
        for wall in kept["wall"].values:
            expected = kept["wall_date"].sel(draw=draw, wall=wall).item()
            np.testing.assert_allclose(as_counted(scenario, steps[f"Walls|{wall}"]), expected, atol=2e-3)
        for g in kept["generation"].values:
            expected = kept["release"].sel(draw=draw, generation=g, compute="raw").item()
            found = as_counted(scenario, steps[f"Generations, raw compute|{g:g} released"])
            np.testing.assert_allclose(found, expected, atol=2e-3)


def test_demand_meets_supply_at_the_wall(explained):
    met = [
        step.value
        for explanation in explained.values()
        for name, step in steps_of(explanation).items()
        if name.startswith("At the wall") and name.endswith("|ratio")
    ]
    assert len(met) > 3
    np.testing.assert_allclose(met, 1.0, rtol=2e-3)


def test_the_median_future_has_median_inputs(scenario):
    inputs = median_inputs(scenario)
    prior = scenario.priors["compute_growth"].distribution
    assert inputs.compute_growth == pytest.approx(float(prior.quantile(0.5)), rel=1e-5)
    json.dumps(explain(scenario, inputs).as_data(), allow_nan=False)


def test_a_draw_below_zero_is_refused(scenario):
    with pytest.raises(DatawallError, match="--draw"):
        inputs_of_draw(scenario, -1, 0, "sobol")


def test_the_command_prints_text_and_json():
    found = run("explain", "seed2024", "--median")
    assert found.returncode == 0, found.stderr
    assert "At the as-of date" in found.stdout
    assert "params_exponent = 0.5\n" in found.stdout  # no unit where there is none
    data = json.loads(run("explain", "--draw", "2", "--json").stdout)
    assert {"inputs", "sections"} == set(data)
    refused = run("explain", "--draw", "2", "--median")
    assert (refused.returncode, "--median" in refused.stderr) == (2, True)

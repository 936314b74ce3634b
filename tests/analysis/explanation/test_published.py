"""The arithmetic shown for gptn2024 and villalobos2024 gives what the model gives."""

import ast
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.analysis.explanation.future import Equations
from datawall.distributions.joint import inputs_from_scores
from datawall.model.clock import clock_at
from datawall.model.frontier import ceilings
from datawall.model.inputs import Inputs
from datawall.model.supply import training_tokens
from datawall.scenario import load_scenario
from support.arithmetic import redo

DRAWS = 24


@pytest.fixture(scope="module", autouse=True)
def exact():
    with jax.enable_x64(True):
        yield


@cache
def futures(name):
    """Return draws of a scenario in plain numbers."""
    scenario = load_scenario(name)
    joint = scenario.joint()
    z = np.random.default_rng(4).standard_normal((len(joint.streams), DRAWS))
    values = jax.jit(inputs_from_scores, static_argnums=0)(joint.structure, joint.params, jnp.asarray(z))
    draws = ({key: np.asarray(value)[..., draw] for key, value in values.items()} for draw in range(DRAWS))
    plain = ({key: v if v.ndim else float(v) for key, v in one.items()} for one in draws)
    return scenario, [Inputs(**one) for one in plain]


def shown(numbers):
    return np.log(redo(ast.parse(numbers, mode="eval")))


@pytest.mark.parametrize("date", [2022.5, 2024.75, 2027.1, 2037.25])
@pytest.mark.parametrize(
    ("name", "ceiling"),
    [("gptn2024", "table"), ("gptn2024_bullish", "table"), ("villalobos2024", "datasets")],
)
def test_the_arithmetic_of_a_ceiling_gives_its_path(name, ceiling, date):
    scenario, draws = futures(name)
    for inputs in draws:
        (path,) = ceilings(inputs, clock_at(scenario.as_of, scenario.anchors), (ceiling,))
        numbers = Equations(inputs, scenario.as_of, scenario.anchors).ceiling(ceiling, date).numbers
        assert shown(numbers) == pytest.approx(float(path.at(date - scenario.as_of)), abs=1e-5)


@pytest.mark.parametrize("date", [2022.5, 2030.0])
def test_the_arithmetic_of_the_stock_gives_its_path(date):
    scenario, draws = futures("villalobos2024")
    for inputs in draws:
        tokens = training_tokens(inputs, clock_at(scenario.as_of, scenario.anchors), "web_pages")
        numbers = Equations(inputs, scenario.as_of, scenario.anchors).supply("web_pages", date).numbers
        assert shown(numbers) == pytest.approx(float(tokens.at(date - scenario.as_of)), abs=1e-5)

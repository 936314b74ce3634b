"""The arithmetic shown for Epoch's ceilings and its stock of data gives what the model has."""

import ast

import jax
import numpy as np
import pytest

from datawall.analysis.explanation.future import Equations
from datawall.model.clock import clock_at
from datawall.model.frontier import ceilings
from datawall.model.registry import CEILINGS
from datawall.model.supply import training_tokens
from support.arithmetic import redo
from support.epoch_draws import DATES, one_draw, wide_draws

AS_OF = 2024.5


@pytest.fixture(scope="module", autouse=True)
def exact():
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("date", [2022.5, 2024.75, 2030.0, 2037.25])
def test_the_arithmetic_gives_the_path(date):
    clock = clock_at(AS_OF, DATES)
    draws = wide_draws(24, seed=5)
    names = tuple(name for name in CEILINGS if name.startswith("epoch_"))
    assert len(names) == 6
    for index in range(24):
        inputs = one_draw(draws, index)
        equations = Equations(inputs, AS_OF, DATES)
        for name, path in zip(names, ceilings(inputs, clock, names), strict=True):
            shown = redo(ast.parse(equations.ceiling(name, date).numbers, mode="eval"))
            assert np.log(shown) == pytest.approx(float(path.at(date - AS_OF)), abs=3e-5), name
        shown = redo(ast.parse(equations.supply("modalities", date).numbers, mode="eval"))
        tokens = training_tokens(inputs, clock, "modalities").at(date - AS_OF)
        assert np.log(shown) == pytest.approx(float(tokens), abs=1e-5)

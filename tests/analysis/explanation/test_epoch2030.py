"""The arithmetic shown for Epoch's ceilings and its stock of data gives what the model has."""

import ast

import jax
import numpy as np
import pytest

from datawall.analysis.explanation import epoch2030
from datawall.analysis.explanation.compute import EQUATIONS
from datawall.model.ceilings.frontier import ceilings
from datawall.model.clock import clock_at
from datawall.model.supply import training_tokens
from support.arithmetic import redo
from support.epoch_draws import DATES, one_draw, wide_draws


@pytest.fixture(scope="module", autouse=True)
def exact():
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("date", [2022.5, 2024.75, 2030.0, 2037.25])
def test_the_arithmetic_gives_the_path(date):
    clock = clock_at(2024.5, DATES)
    draws = wide_draws(24, seed=5)
    names = tuple(epoch2030.NUMBERS)
    assert set(names) < set(EQUATIONS)
    for index in range(24):
        inputs = one_draw(draws, index)
        for name, path in zip(names, ceilings(inputs, clock, names), strict=True):
            shown = redo(ast.parse(epoch2030.NUMBERS[name](inputs, DATES, date), mode="eval"))
            assert np.log(shown) == pytest.approx(float(path.at(date - 2024.5)), abs=3e-5), name
        shown = redo(ast.parse(epoch2030.supply(inputs, date - DATES["supply"]), mode="eval"))
        tokens = training_tokens(inputs, clock, "modalities").at(date - 2024.5)
        assert np.log(shown) == pytest.approx(float(tokens), abs=1e-5)

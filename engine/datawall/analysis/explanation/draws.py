"""Inputs of one future as plain numbers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.distributions.joint import inputs_from_scores
from datawall.errors import DatawallError
from datawall.model.inputs import DECLARATIONS, Inputs, ranks
from datawall.sampling.prng import split_index
from datawall.sampling.samplers import SAMPLERS
from datawall.scenario import Scenario


def inputs_of_draw(scenario: Scenario, draw: int, seed: int, sampler: str) -> Inputs:
    """Return the inputs of one draw of a forecast with this seed and sampler."""
    spread = SAMPLERS[sampler]
    if not 0 <= draw < spread.most_draws:
        raise DatawallError(f"--draw: need 0 to {spread.most_draws - 1}, got {draw}; draws count from 0")
    joint = scenario.joint()
    points = spread.points(seed, spread.address(joint.streams, ranks(joint.streams)))
    z = spread.scores(points, split_index(draw), 1)
    return _one(inputs_from_scores(joint.structure, joint.params, z))


def median_inputs(scenario: Scenario) -> Inputs:
    """Return every input at the median of its prior, and each choice at its median option."""
    joint = scenario.joint()
    return _one(inputs_from_scores(joint.structure, joint.params, jnp.zeros((len(joint.streams), 1))))


def _one(values: dict[str, jax.Array]) -> Inputs:
    columns = {name: np.asarray(value, np.float64)[..., 0] for name, value in values.items()}
    return Inputs(**{name: value if value.ndim else float(value) for name, value in columns.items()})


def named(inputs: Inputs) -> dict[str, tuple[Any, str]]:
    """Return value and unit of each input; the value of a choice is the name of its option."""
    named = {}
    for name, declaration in DECLARATIONS.items():
        if getattr(inputs, name) is None:
            continue
        values = np.atleast_1d(getattr(inputs, name))
        if declaration.options:
            shown = [declaration.options[round(value)] for value in values]
        else:
            shown = [float(value) for value in values]
        named[name] = (shown if declaration.per else shown[0], declaration.unit)
    return named

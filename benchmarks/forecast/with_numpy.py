"""The baseline forecast in plain NumPy: float64, whole arrays."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.forecast.world import World, baseline, everything
from datawall.model.inputs import Inputs


def inputs_at(world: World, scores: np.ndarray) -> Inputs:
    """Inputs at independent normal scores of shape (streams, n)."""
    joint, priors = world.joint, world.scenario.priors
    tied = list(joint.structure.correlated)
    scores = scores.copy()
    scores[tied] = joint.params["cholesky"] @ scores[tied]
    return Inputs(
        **{
            name: priors[name].distribution.score_quantile(
                scores[first : first + size] if size else scores[first]
            )
            for name, first, size in joint.structure.inputs
        }
    )


def build(draws: int) -> Callable[[int], Mapping[str, Any]]:
    """Draws futures at a seed; returns every output of every draw."""
    world = baseline()

    def run(seed: int) -> Mapping[str, Any]:
        scores = np.random.default_rng(seed).standard_normal((len(world.joint.streams), draws))
        inputs = inputs_at(world, scores)
        return everything(inputs, world.plain_outputs(np, inputs))

    return run

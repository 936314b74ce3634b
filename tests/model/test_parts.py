"""Each part of the model runs on the inputs that are in play because of it, and on those that always are."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from datawall.model.clock import clock_at
from datawall.model.frontier import ceilings
from datawall.model.inputs import DECLARATIONS, Inputs, in_play
from datawall.model.registry import CEILINGS, RELEASES, SUPPLIES
from datawall.model.release import release_delay
from datawall.model.supply import training_tokens
from support.world_cases import ANCHORS, AS_OF, QUESTIONS

CLOCK = clock_at(AS_OF, ANCHORS)


def inputs_of(part):
    def value(name):
        declared = DECLARATIONS[name]
        number = 0.0 if declared.options else min(max(declared.lower, 1.5), declared.upper)
        return jnp.full(len(QUESTIONS.generations), number) if declared.per else number

    return Inputs(**{name: value(name) for name in in_play([part])})


@pytest.mark.parametrize("name", CEILINGS)
def test_a_ceiling_needs_its_own_inputs_alone(name):
    (path,) = ceilings(inputs_of(f"ceilings.{name}"), CLOCK, (name,))
    assert np.isfinite(path.at(1.0))


@pytest.mark.parametrize("name", SUPPLIES)
def test_a_supply_account_needs_its_own_inputs_alone(name):
    assert np.isfinite(training_tokens(inputs_of(f"supply.{name}"), CLOCK, name).at(1.0))


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_account_needs_its_own_inputs_alone(name):
    delay = release_delay(inputs_of(f"release.{name}"), replace(QUESTIONS, release=name))
    assert np.isfinite(delay).all()

"""Summaries of posteriors: what is worth printing, whatever was known."""

import json

import pytest

from datawall.inference.models import HOMES, MODULES
from datawall.scenario import files


@pytest.mark.parametrize("name", HOMES)
def test_all_evidence_knows_of_every_parameter_worth_printing(name):
    shipped = json.loads((files.posteriors() / f"{name}.json").read_text(encoding="utf-8"))
    assert {label.partition("[")[0] for label in shipped["headline"]} == set(MODULES[name].headline)


@pytest.mark.parametrize("name", HOMES)
def test_a_posterior_that_ships_states_its_levels_when_its_model_does(name):
    shipped = json.loads((files.posteriors() / f"{name}.json").read_text(encoding="utf-8"))
    assert shipped.get("anchors", {}) == MODULES[name].load(None, ()).anchors

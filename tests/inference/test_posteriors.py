"""Summaries of posteriors: what is worth printing, whatever was known."""

import pytest

from datawall.inference.fitting import fit
from datawall.inference.modules import HOMES, MODULES
from datawall.inference.nuts import Settings
from datawall.inference.posteriors import summary
from datawall.inference.target import sites_of

BEFORE_ANY_PENALTY = 2026.0


@pytest.mark.parametrize("name", HOMES)
def test_all_evidence_knows_of_every_parameter_worth_printing(name):
    module = MODULES[name]
    assert set(module.headline) <= set(sites_of(module, module.load(None, ())))


def test_what_was_not_yet_read_is_not_printed():
    module = MODULES["repetition"]
    settings = Settings(chains=2, warmup=20, draws=20)
    found = summary(fit(module, module.load(BEFORE_ANY_PENALTY, ()), settings=settings))
    assert list(found["headline"]) == ["r_d", "r_n"]
    assert set(found["inputs"]) == {"repetition_r_d", "repetition_r_n"}

"""No check of a claim is one that cannot fail: some world that the model admits has another verdict."""

import itertools
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from datawall.model.inputs import DECLARATIONS, POSITIVE, Inputs
from datawall.studies.claims import records_and_dates
from datawall.studies.claims.computations import COMPUTATIONS, beliefs_of, draw_beliefs, drawn
from datawall.studies.claims.schema import load_claims
from datawall.studies.claims.verdict import Claimed, Verdict, judge

CHECKS = {
    f"{name}-{index}": check
    for name, claim in load_claims().claims.items()
    for index, check in enumerate(claim.checks)
}

FAR = 30.0
"""How far beyond what is believed an unbounded input goes [x]."""


def extremes(declared, prior):
    """Return the ends of what an input may be; where it is unbounded, far beyond what is believed."""
    low, high = (float(prior.distribution.quantile(u)) for u in (0.001, 0.999))
    lower = declared.lower if declared.lower > POSITIVE else low / FAR
    return lower, declared.upper if np.isfinite(declared.upper) else high * FAR


@pytest.fixture(scope="module")
def worlds():
    """Draws of the baseline; in the first of them one input after the other is at an end of its range."""
    with jax.enable_x64(True):
        beliefs = draw_beliefs()
        values = {name: np.array(getattr(beliefs.inputs, name)) for name in beliefs.scenario.priors}
        numbers = [name for name in values if not DECLARATIONS[name].options]
        ends = [
            (name, end)
            for name in numbers
            for end in extremes(DECLARATIONS[name], beliefs.scenario.priors[name])
        ]
        for world, (name, end) in enumerate(ends):
            values[name][..., world] = end
        yield beliefs_of(Inputs(**values), beliefs.scenario), len(ends)


def counterfactuals(check, worlds, monkeypatch):
    """Return the values of a check under other inputs, other laws and other records."""
    computation, (beliefs, count) = COMPUTATIONS[check.computation], worlds

    def values(under):
        return drawn(under, computation.run(under, **check.given))

    found = [values(beliefs)[: 4 * count], *(values(beliefs.under(law))[:count] for law in computation.laws)]
    for factor in (0.1, 10.0):
        with monkeypatch.context() as patch:
            moved = first_moved(records_and_dates.evidence, factor)
            patch.setattr(records_and_dates, "evidence", moved)
            found.append(values(beliefs)[:count])
    together = np.concatenate(found)
    return together[~np.isnan(together)]


def first_moved(evidence, factor):
    """Return a reader of records that finds the first of them multiplied: a ratio has two."""
    factors = itertools.chain([factor], itertools.repeat(1.0))
    return lambda *key: next(factors) * evidence(*key)


def stuck(check, worlds, monkeypatch):
    """Return why a check cannot fail, or nothing."""
    claimed, values = check.what_is_claimed(), counterfactuals(check, worlds, monkeypatch)
    if np.ptp(values) == 0.0:
        # arithmetic on stated numbers: it is the claim that may be wrong, so it must not be among them
        if not check.exact:
            return "arithmetic that need not come out"
        return "the claim is its own premise" if claimed.low in check.given.values() else ""
    verdicts = {judge(claimed, value) for value in np.unique(values)}
    return "" if Verdict.FAILS in verdicts else f"only {verdicts}"


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_can_fail(name, worlds, monkeypatch):
    assert not stuck(CHECKS[name], worlds, monkeypatch)


def check(computation, given, low, high, exact=False):
    claimed = Claimed(low, high, "x", exact)
    return SimpleNamespace(computation=computation, given=given, exact=exact, what_is_claimed=lambda: claimed)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (check("drawn_input", {"name": "mfu"}, -np.inf, 1.0), "only"),
        (check("drawn_input", {"name": "growth_kept"}, -np.inf, 0.5), "only"),
        (check("ratio_of", {"over": 1000.0, "under": 1.0}, 1000.0, 1000.0, exact=True), "premise"),
        (check("ratio_of", {"over": 9.0, "under": 3.0}, 3.1, 3.1), "arithmetic"),
    ],
)
def test_a_check_that_cannot_fail_is_caught(wrong, why, worlds, monkeypatch):
    assert why in stuck(wrong, worlds, monkeypatch)

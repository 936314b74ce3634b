"""The rule that turns a claimed and a computed number into a verdict."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datawall.studies.claims.verdict import Claimed, Verdict, judge, miss, probability_near, ratio, worst

ORDER = list(Verdict)
positive = st.floats(1e-20, 1e30)
factors = st.floats(1.0, 1e6)


def number(value, unit="x", **rest):
    return Claimed(value, value, unit, **rest)


@pytest.mark.parametrize(
    ("claimed", "computed", "verdict"),
    [
        (number(9.0), 6.28, "roughly"),
        (number(9.0), 9.0 / 1.25, "holds"),
        (number(9.0), 4.4, "fails"),
        (Claimed(2.0, 3.0, "x"), 2.65, "holds"),
        (Claimed(2.0, 3.0, "x"), 1.51, "roughly"),
        (Claimed(2.0, 3.0, "x"), 6.1, "fails"),
        (Claimed(-math.inf, 5.0, "passes"), 3.9, "holds"),
        (Claimed(-math.inf, 5.0, "passes"), 5.1, "roughly"),
        (Claimed(-math.inf, 5.0, "passes"), math.inf, "fails"),
        (Claimed(100.0, math.inf, "x"), 424.0, "holds"),
        (Claimed(-math.inf, 0.05, "x"), 0.0, "holds"),
        (number(2025.2, "year"), 2025.16, "holds"),
        (number(2025.2, "year"), 2025.6, "roughly"),
        (number(2028.0, "year"), 2026.7, "fails"),
        (number(2028.0, "year"), math.inf, "fails"),
        (number(9.0), math.nan, "fails"),
        (number(9.0), -9.0, "fails"),
        (number(0.8, "years"), 0.5, "roughly"),
    ],
)
def test_known_verdicts(claimed, computed, verdict):
    assert judge(claimed, computed) == verdict


@pytest.mark.parametrize(
    ("claimed", "computed", "verdict"),
    [
        (7e25, 6.75e25, "holds"),
        (7e25, 7.6e25, "roughly"),
        (7.5e11, 7.5e11 * (1 - 1e-12), "holds"),
        (80e12, 8.16e13, "holds"),
        (8e28, 7.5e28 * (1 - 1e-13), "holds"),
        (3.8e25, 3.99e25, "roughly"),
        (0.53, 0.537, "roughly"),
        (41.0, 41.17, "holds"),
        (41.0, 20.0, "fails"),
    ],
)
def test_exact_claims_must_come_out_to_the_digits_stated(claimed, computed, verdict):
    assert judge(number(claimed, exact=True), computed) == verdict


@given(positive, factors, factors, st.booleans(), st.booleans())
def test_a_larger_factor_is_never_better(computed, one, other, over, exact):
    small, large = sorted((one, other))
    verdicts = [
        judge(number(computed * f if over else computed / f, exact=exact and f == large), computed)
        for f in (small, large)
    ]
    assert ORDER.index(verdicts[0]) <= ORDER.index(verdicts[1])


@given(positive, factors)
def test_over_and_under_are_judged_alike(computed, factor):
    above, below = number(computed * factor), number(computed / factor)
    assert math.isclose(float(miss(above, computed)), float(miss(below, computed)), rel_tol=1e-9)
    assert math.isclose(float(ratio(above, computed)) * float(ratio(below, computed)), 1.0, rel_tol=1e-9)


@given(positive, factors, positive)
def test_a_wider_claim_is_never_worse(low, width, computed):
    narrow, wide = Claimed(low, low, "x"), Claimed(low / 2, low * width, "x")
    assert ORDER.index(judge(wide, computed)) <= ORDER.index(judge(narrow, computed))


def test_probability_counts_draws():
    draws = np.array([1.0, 2.0, 2.9, 3.1, 4.4, 4.6, math.inf])
    assert probability_near(number(3.0), draws) == pytest.approx(4 / 7)
    assert probability_near(Claimed(-math.inf, 3.0, "x"), draws) == pytest.approx(3 / 7)
    assert probability_near(number(2026.0, "year"), np.array([2025.4, 2025.6, 2026.5])) == pytest.approx(
        2 / 3
    )


def test_the_worst_number_decides():
    assert worst([Verdict.HOLDS, Verdict.FAILS, Verdict.ROUGHLY]) is Verdict.FAILS
    assert worst([Verdict.HOLDS]) is Verdict.HOLDS

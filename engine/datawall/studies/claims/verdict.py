"""Verdict on a claim: one rule for every number.

A number is compared with the computed one as a ratio; it holds within a factor 1.25, roughly within 2, and
fails otherwise. Of a claimed range the end nearer to the computed value counts; a value inside agrees. A
bound holds when it is kept, and an exact claim when the computed value, rounded to the digits claimed, is the
number claimed; either can otherwise hold only roughly. A date holds within a quarter of a year and roughly
within one.
"""

import enum
import math
from dataclasses import dataclass

import numpy as np

DATE_UNIT = "year"


class Verdict(enum.StrEnum):
    """Agreement of a claim with the computed value, best first."""

    HOLDS = "holds"
    ROUGHLY = "roughly"
    FAILS = "fails"


@dataclass(frozen=True)
class _Tolerance:
    """Largest miss allowed by each verdict: a factor, or years for a date."""

    holds: float
    roughly: float
    near: float


_FACTOR = _Tolerance(holds=1.25, roughly=2.0, near=1.5)
_YEARS = _Tolerance(holds=0.25, roughly=1.0, near=0.5)


@dataclass(frozen=True)
class Claimed:
    """Claimed value, range or bound of a quantity.

    Attributes
    ----------
    low, high
        The range claimed; equal for a number, -inf or inf for a bound.
    unit
        Unit; dates are in ``"year"``.
    exact
        Whether the number is arithmetic and must match to the digits stated.
    """

    low: float
    high: float
    unit: str
    exact: bool = False

    @property
    def is_bound(self) -> bool:
        """True for a one-sided claim."""
        return bool(np.isinf(self.low) or np.isinf(self.high))

    @property
    def tolerance(self) -> _Tolerance:
        """Tolerance that counts as near."""
        return _YEARS if self.unit == DATE_UNIT else _FACTOR


def _nearest(claimed: Claimed, computed: np.ndarray | float) -> np.ndarray:
    """Return the claimed value that is nearest to the computed one."""
    return np.clip(computed, claimed.low, claimed.high)


def ratio(claimed: Claimed, computed: np.ndarray | float) -> np.ndarray:
    """Return claimed over computed [x], or for dates computed minus claimed [years].

    Examples
    --------
    >>> float(ratio(Claimed(9.0, 9.0, "x"), 6.0)), float(ratio(Claimed(2.0, 3.0, "x"), 2.6))
    (1.5, 1.0)
    """
    value, computed = _nearest(claimed, computed), np.asarray(computed, float)
    agrees = value == computed  # also where both are infinite or zero
    if claimed.unit == DATE_UNIT:
        return np.where(agrees, 0.0, np.where(agrees, value, computed) - value)
    with np.errstate(divide="ignore"):
        return np.where(agrees, 1.0, value / np.where(agrees, 1.0, computed))


def miss(claimed: Claimed, computed: np.ndarray | float) -> np.ndarray:
    """Return the miss of a claim: a factor of at least 1, or years for dates; inf if not comparable."""
    signed = ratio(claimed, computed)
    if claimed.unit == DATE_UNIT:
        return np.abs(signed)
    with np.errstate(divide="ignore"):
        size = np.maximum(signed, 1.0 / signed)
    return np.where(signed > 0, size, np.inf)


def _verdict_of_miss(size: float, tolerance: _Tolerance = _FACTOR) -> Verdict:
    """Return the verdict on a plain number for its miss, a factor (or years).

    Examples
    --------
    >>> [str(_verdict_of_miss(size)) for size in (1.2, 1.45, 3.0)]
    ['holds', 'roughly', 'fails']
    """
    if math.isnan(size):
        raise ValueError("a computation gave no number")  # a defect of the model does not refute a claim
    if size <= tolerance.holds:
        return Verdict.HOLDS
    return Verdict.ROUGHLY if size <= tolerance.roughly else Verdict.FAILS


def judge(claimed: Claimed, computed: float) -> Verdict:
    """Return the verdict on a claim, given the computed value; see the rule at the head of this module."""
    plain = _verdict_of_miss(float(miss(claimed, computed)), claimed.tolerance)
    kept = _comes_out(claimed, computed) if claimed.exact else _nearest(claimed, computed) == computed
    if (claimed.exact or claimed.is_bound) and plain is Verdict.HOLDS and not kept:
        return Verdict.ROUGHLY
    return plain


def _comes_out(claimed: Claimed, computed: float) -> bool:
    """Return whether the computed value, rounded to the digits of the claim, equals the claim.

    The digits of 7.5e25 are two, those of 80e12 one: zeros at the end do not count.
    """
    digits = len(f"{claimed.low:.15e}".partition("e")[0].replace(".", "").rstrip("0"))
    # a tie such as 8.75 rounds up, whatever the last bit
    return float(f"{computed * (1 + 1e-12):.{digits - 1}e}") == claimed.low


def probability_near(claimed: Claimed, computed: np.ndarray) -> float:
    """Return the share of draws in which the claim is within a factor 1.5 (half a year), or a bound kept."""
    if claimed.is_bound:
        return float(np.mean(_nearest(claimed, computed) == computed))
    return float(np.mean(miss(claimed, computed) <= claimed.tolerance.near))


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the worst of some verdicts, which is that of the statement."""
    return max(verdicts, key=list(Verdict).index)

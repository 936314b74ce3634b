"""Evaluation of claims: under the draws, under each published law, and in other readings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from datawall.errors import DatawallError
from datawall.model.inputs import DECLARATIONS
from datawall.studies.claims.computations import COMPUTATIONS, Beliefs, draw_beliefs, drawn
from datawall.studies.claims.schema import CheckTable, ClaimTable, load_claims
from datawall.studies.claims.verdict import Claimed, Verdict, judge, probability_near, ratio, worst
from datawall.validation import suggestion

_FORMS = DECLARATIONS["repetition_form"].options


@dataclass(frozen=True)
class Case:
    """Alternative computation of a quantity: under a published law, by a form of the law, or in a reading.

    Attributes
    ----------
    name
        The law, form or reading.
    computed
        Median over the draws.
    ratio
        Claimed over computed [x], or for dates computed minus claimed [years].
    verdict
        Verdict in this case.
    """

    name: str
    computed: float
    ratio: float
    verdict: Verdict


@dataclass(frozen=True)
class Check:
    """Check of one number of a statement, computed and judged.

    Attributes
    ----------
    quantity, claimed
        Claimed quantity and its value.
    law
        Deciding law: a published law that the statement presumes, ``"draws"``, or ``"none"`` where the value
        rests on no uncertain input.
    computed
        The deciding value: under `law`, the median over the draws.
    median, low, high
        Median and 80 % interval over the draws of the baseline.
    near
        Probability over the draws that the claim is within a factor 1.5 (half a year), or its bound kept.
    ratio
        Claimed over `computed` [x], or for dates computed minus claimed [years].
    verdict
        By the rule of `datawall.studies.claims.verdict`.
    cases
        The same under other laws and readings.
    """

    quantity: str
    claimed: Claimed
    law: str
    computed: float
    median: float
    low: float
    high: float
    near: float
    ratio: float
    verdict: Verdict
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Judged:
    """Judged statement with its verdict.

    Attributes
    ----------
    id, statement, kind, reason
        As the claims file has them; the reason is empty where the verdict is plain.
    verdict
        The worst of its checks; None outside the model.
    checks
        Its numbers; empty outside the model.
    """

    id: str
    statement: str
    kind: str
    reason: str
    verdict: Verdict | None
    checks: tuple[Check, ...]


def evaluate(ids: Iterable[str] = (), claims: Mapping[str, ClaimTable] | None = None) -> list[Judged]:
    """Compute and judge claims under the baseline's uncertainty, by default all of the shipped ones.

    Raises
    ------
    DatawallError
        If an id is unknown.
    """
    claims = load_claims().claims if claims is None else claims
    wanted = list(ids) or list(claims)
    for name in wanted:
        if name not in claims:
            raise DatawallError(f"claims: no claim {name!r}; {suggestion(name, claims, 'datawall claims')}")
    with jax.enable_x64(True):
        beliefs = draw_beliefs()
        return [_judge(name, claims[name], beliefs) for name in claims if name in wanted]


def _judge(name: str, claim: ClaimTable, beliefs: Beliefs) -> Judged:
    checks = tuple(_check_claim(check, beliefs) for check in claim.checks)
    return Judged(
        id=name,
        statement=claim.statement,
        kind=claim.kind,
        reason=claim.outside or claim.reason or "",
        verdict=worst([check.verdict for check in checks]) if checks else None,
        checks=checks,
    )


def _check_claim(check: CheckTable, beliefs: Beliefs) -> Check:
    """Compute and judge one number of a statement."""
    computation, claimed = COMPUTATIONS[check.computation], check.what_is_claimed()

    def values(under: Beliefs, **changed: Any) -> np.ndarray:
        return drawn(under, computation.run(under, **check.given | changed))

    def case(name: str, computed: np.ndarray) -> Case:
        return Case(name, *_verdict(claimed, computed))

    over_draws = values(beliefs)
    low, median, high = _quantiles(over_draws)
    premise = beliefs.under(check.law) if check.law else beliefs
    computed, signed, verdict = _verdict(claimed, values(premise))
    by_law = [case(law, values(beliefs.under(law))) for law in computation.laws if law != check.law]
    forms = enumerate(_FORMS if computation.by_form else ())
    by_form = [case(form, over_draws[beliefs.inputs.repetition_form == index]) for index, form in forms]
    readings = [case(name, values(premise, **changed)) for name, changed in check.variants.items()]
    return Check(
        quantity=check.quantity,
        claimed=claimed,
        law=check.law or ("draws" if low < high else "none"),
        computed=computed,
        median=median,
        low=low,
        high=high,
        near=probability_near(claimed, over_draws),
        ratio=signed,
        verdict=verdict,
        cases=(*by_law, *by_form, *readings),
    )


def _verdict(claimed: Claimed, values: np.ndarray) -> tuple[float, float, Verdict]:
    """Return the median, claimed over it, and the verdict."""
    median = _quantiles(values)[1]
    return median, float(ratio(claimed, median)), judge(claimed, median)


def _quantiles(values: np.ndarray) -> tuple[float, float, float]:
    # an order statistic, as draws may be infinite and must not be interpolated
    low, median, high = np.quantile(values, (0.1, 0.5, 0.9), method="inverted_cdf")
    return float(low), float(median), float(high)

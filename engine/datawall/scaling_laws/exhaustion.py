"""Date of exhaustion: demand for training tokens meets supply, both growing exponentially."""

import enum
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jax.core import Tracer

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.effective_data import (
    REPETITIONS,
    Repetition,
    effective_multiple,
    repetition_frontier,
)
from datawall.scaling_laws.laws import LAWS, Real, ScalingLaw, log

type _ExhaustionCriterion = Literal["tokens", "effective", "frontier"]
type DistillMode = Literal["nominal", "physical"]


class WallStatus(enum.StrEnum):
    """Status of the wall. Arrays carry the position in this list, 0, 1 or 2."""

    FUTURE = "future"
    PAST = "past"
    NEVER = "never"


_STATUSES = tuple(WallStatus)
_FUTURE, _PAST, _NEVER = range(3)


@pytree_dataclass
class _Wall:
    """Status and date at which demand meets supply.

    Attributes
    ----------
    status
        A `WallStatus`; for arrays and inside `jit` or `vmap` its position in `WallStatus`: 0 future, 1 past,
        2 never.
    date
        The date [year]: at most t0 when past, -inf when past with supply growing as fast as demand, inf when
        never.
    """

    status: Any
    date: Real


def wall_date(
    kappa: Real,
    exponent: Real,
    flop0: Real,
    flop_growth: Real,
    stock0: Real,
    stock_growth: Real,
    t0: Real,
    epochs: Real = 1.0,
    criterion: _ExhaustionCriterion = "tokens",
    distill: Real = 1.0,
    distill_mode: DistillMode = "nominal",
    rep: Repetition = REPETITIONS["muennighoff2023"],
    law: ScalingLaw = LAWS["muennighoff2023"],
) -> _Wall:
    """Return the date at which the largest run exhausts the data.

    Demand is ``D*(C) = kappa C^exponent``; the wall is where it reaches Q times the stock, with Q the worth
    of the epochs allowed under the criterion.

    Parameters
    ----------
    kappa, exponent
        Optimal tokens at one FLOP [tokens], and token exponent b.
    flop0, flop_growth
        Compute of the largest run at t0 [FLOP] and its growth [x/yr].
    stock0, stock_growth
        Unique tokens at t0 [tokens] and their growth [x/yr].
    t0
        Start [year].
    epochs
        Epochs allowed e, at least 1.
    criterion
        ``"tokens"``: demand is e times the stock. ``"effective"``: demand is the worth of e epochs.
        ``"frontier"``: the best run over the stock makes e epochs, ``C = M(e) C0(S)`` with C0 by this demand.
    distill
        Token multiplier m, at least 1 [x].
    distill_mode
        ``"nominal"``: demand for real tokens falls m-fold. ``"physical"``: the optimum re-allocates.
    rep, law
        The repetition constants, and the law that gives M(e); used where the criterion needs them.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264, for the worth of epochs.

    Examples
    --------
    >>> wall_date(0.299, 0.537, 3.8e25, 4.0, 3e14, 1.05, 2024.5).status
    <WallStatus.FUTURE: 'future'>
    """
    distill_power = {"nominal": 1.0, "physical": 1 - exponent}[distill_mode]
    log_supply = (
        _log_worth(criterion, epochs, exponent, rep, law) + distill_power * log(distill) + log(stock0)
    )
    gap = log_supply - log(kappa) - exponent * log(flop0)
    closing = exponent * log(flop_growth) - log(stock_growth)
    closes = closing > 0
    date = t0 + gap / jnp.where(closes, closing, 1.0)
    past = gap <= 0
    code = jnp.where(past, _PAST, jnp.where(closes, _FUTURE, _NEVER))
    return _Wall(
        status=_status(code),
        date=jnp.where(closes, date, jnp.where(past, -jnp.inf, jnp.inf)),
    )


def _log_worth(
    criterion: _ExhaustionCriterion, epochs: Real, exponent: Real, rep: Repetition, law: ScalingLaw
) -> Real:
    """Return ln Q, the demand at the wall over the stock."""
    match criterion:
        case "tokens":
            return log(epochs)
        case "effective":
            return log(effective_multiple(epochs, rep.r_d))
        case "frontier":
            return exponent * log(repetition_frontier(law, rep, epochs).compute_multiplier)
    raise ValueError(f"criterion is {criterion!r}; expected 'tokens', 'effective' or 'frontier'")


def _status(code: jax.Array) -> Any:
    """Return the name of a single status; an array or a tracer stays a code."""
    if isinstance(code, Tracer) or code.ndim:
        return code
    return _STATUSES[int(code)]

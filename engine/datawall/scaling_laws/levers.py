"""Levers on data and model size: distillation, overtraining and sparsity."""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.allocation import Allocation, flop_for_optimal_tokens, optimal_allocation
from datawall.scaling_laws.effective_data import Repetition, effective_multiple, multiple_for_effective
from datawall.scaling_laws.laws import Real, ScalingLaw, log
from datawall.scaling_laws.repetition import log_effective_params


@pytree_dataclass
class Overtraining:
    """Factors by which a smaller model needs more data and compute at equal loss.

    Attributes
    ----------
    data_factor
        Tokens over those of the optimum [x]; inf where no amount suffices.
    compute_factor
        Compute over that of the optimum [x].
    k_max
        Shrink factor at and past which no amount of data suffices [x].
    """

    data_factor: Real
    compute_factor: Real
    k_max: Real


@pytree_dataclass
class _OvertrainedRun:
    """A smaller model that reaches the loss of a compute-optimal one on limited data.

    Attributes
    ----------
    params
        Active parameters.
    effective_tokens_needed
        Fresh tokens D' that the loss requires.
    epochs
        Epochs over the data, at least 1; inf where nothing suffices.
    tokens
        Real tokens seen.
    flop
        Training compute [FLOP].
    """

    params: Real
    effective_tokens_needed: Real
    epochs: Real
    tokens: Real
    flop: Real


def distilled_optimum(law: ScalingLaw, flop: Real, multiplier: Real) -> Allocation:
    """Allocate compute when every real token counts for `multiplier` tokens.

    The loss is that of ``multiplier`` times the compute without the lever. Teacher compute is not counted.

    Parameters
    ----------
    law
        The loss law.
    flop
        Training compute [FLOP].
    multiplier
        Token multiplier m of distillation or synthetic data, at least 1 [x].

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> law = LAWS["besiroglu2024"]
    >>> gain = distilled_optimum(law, 1e25, 10.0).loss - optimal_allocation(law, 1e26).loss
    >>> bool(abs(gain) < 1e-5)
    True
    """
    token_term = law.B * jnp.exp(-law.beta * log(multiplier))
    return optimal_allocation(ScalingLaw(law.E, law.A, token_term, law.alpha, law.beta), flop)


def overtraining(law: ScalingLaw, shrink: Real) -> Overtraining:
    """Return the data and compute that a smaller model needs at equal loss.

    Parameters
    ----------
    law
        The loss law; E, A and B do not matter.
    shrink
        Factor k by which the model is smaller than the unconstrained optimum [x].

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> three = overtraining(LAWS["besiroglu2024"], 3.0)
    >>> round(float(three.data_factor), 2), round(float(three.compute_factor), 2)
    (6.28, 2.09)
    """
    ratio = law.alpha / law.beta
    k_max = jnp.exp(jnp.log1p(ratio) / law.alpha)
    room = 1 + ratio - jnp.exp(law.alpha * log(shrink))
    possible = (shrink < k_max) & (room > 0)
    log_factor = (log(ratio) - jnp.log(jnp.where(possible, room, 1.0))) / law.beta
    factor = jnp.where(possible, jnp.exp(log_factor), jnp.inf)
    return Overtraining(data_factor=factor, compute_factor=factor / shrink, k_max=k_max)


def overtraining_constrained(
    law: ScalingLaw, rep: Repetition, shrink: Real, flop_base: Real, unique: Real, distill: Real = 1.0
) -> _OvertrainedRun:
    """Reach the loss of a compute-optimal run with a smaller model, on data that must repeat.

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants.
    shrink
        Factor k by which the model is smaller than the optimum [x].
    flop_base
        Compute of the unconstrained optimum that sets size and loss [FLOP].
    unique
        Unique real tokens U.
    distill
        Token multiplier m, at least 1 [x].

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264, for the worth of repeated tokens and excess parameters.

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> LAW, REP = LAWS["besiroglu2024"], REPETITIONS["muennighoff2023"]
    >>> f"{float(overtraining_constrained(LAW, REP, 3.0, 6.75e25, 27e12).tokens):.2e}"
    '8.96e+13'
    """
    base = optimal_allocation(law, flop_base)
    params = base.params / shrink
    worth = 1.0 * distill * unique
    log_effective = log_effective_params(law, rep, log(params), log(worth))
    needed = base.tokens * overtraining(law, base.params / jnp.exp(log_effective)).data_factor
    fits = needed <= worth
    epochs = multiple_for_effective(jnp.maximum(needed / worth, 1.0), rep.r_d)
    tokens = jnp.where(fits, needed / distill, epochs * worth / distill)
    return _OvertrainedRun(
        params=params,
        effective_tokens_needed=needed,
        epochs=epochs,
        tokens=tokens,
        flop=6 * params * tokens,
    )


def max_overtraining(
    law: ScalingLaw, rep: Repetition, flop_base: Real, unique: Real, epochs: Real, distill: Real = 1.0
) -> jax.Array:
    """Return the largest shrink factor at equal loss [x]; nan where the optimum itself lacks data.

    Parameters
    ----------
    law, rep, flop_base, unique, distill
        As for `overtraining_constrained`.
    epochs
        Most epochs allowed, at least 1.

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> LAW, REP = LAWS["besiroglu2024"], REPETITIONS["muennighoff2023"]
    >>> round(float(max_overtraining(LAW, REP, 2e27, 50e12, 16.0, 2.0)), 2)
    3.85
    """
    worth = _worth(rep, unique, epochs, distill)
    log_slack = log(worth) - log(optimal_allocation(law, flop_base).tokens)
    feasible = log_slack >= 0
    lost = -jnp.expm1(-law.beta * jnp.where(feasible, log_slack, 0.0))
    return jnp.where(feasible, jnp.exp(jnp.log1p(law.alpha / law.beta * lost) / law.alpha), jnp.nan)


def overtrained_wall_flop(
    law: ScalingLaw, rep: Repetition, shrink: Real, unique: Real, epochs: Real, distill: Real = 1.0
) -> jax.Array:
    """Return the base compute at which models `shrink` times smaller use up the data [FLOP]; 0 from `k_max`.

    Parameters
    ----------
    law, rep, shrink, unique, epochs, distill
        As for `overtraining_constrained` and `max_overtraining`.

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> LAW, REP = LAWS["besiroglu2024"], REPETITIONS["muennighoff2023"]
    >>> f"{float(overtrained_wall_flop(LAW, REP, 3.0, 50e12, 16.0, 2.0)):.2e}"
    '1.19e+28'
    """
    worth = _worth(rep, unique, epochs, distill)
    return flop_for_optimal_tokens(law, worth / overtraining(law, shrink).data_factor)


def effective_parameters(active: Real, sparsity: Real, exponent: Real) -> jax.Array:
    """Return the dense parameters that a mixture of experts is worth, ``N_active s^rho``.

    Parameters
    ----------
    active
        Parameters active per token; these are what training compute counts.
    sparsity
        Total over active parameters s, at least 1 [x].
    exponent
        rho, 0 to .6 in the literature.

    Examples
    --------
    >>> f"{float(effective_parameters(37e9, 18.0, 0.5)):.2e}"
    '1.57e+11'
    """
    return jnp.exp(log(active) + exponent * log(sparsity))


def _worth(rep: Repetition, unique: Real, epochs: Real, distill: Real) -> Real:
    """Return the worth in fresh tokens of unique tokens after all the epochs allowed."""
    return 1.0 * distill * unique * effective_multiple(epochs, rep.r_d)

"""Repetition frontier: best runs over limited data, by their number of epochs.

With N_opt(U) and C0(U) the size and compute whose unconstrained optimum uses the U unique tokens once, every
ratio here depends on the exponents of the law and on the repetition constants alone, not on U, A, B or E.
"""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.allocation import log_flop_for_optimal_tokens
from datawall.scaling_laws.effective_data import (
    Repetition,
    effective_multiple,
    log_optimal_multiples,
    matching_multiple,
    returns_lost,
)
from datawall.scaling_laws.laws import Real, ScalingLaw, log


@pytree_dataclass
class _RepetitionFrontier:
    """The best run over U unique tokens that makes e epochs.

    Attributes
    ----------
    param_multiple
        N/N_opt(U) [x].
    compute_multiplier
        M(e) = C/C0(U) [x].
    ratio_multiplier
        Tokens per parameter over those of the optimum at C0 [x].
    effective_token_multiple
        D'/U, the worth of the tokens seen in fresh ones [x].
    avg_token_value
        D'/D, the worth of the average token seen.
    marginal_token_value
        dD'/dD, the worth of the next token seen.
    equal_loss_compute_multiplier
        C_eq/C0(U) [x], where C_eq reaches the run's loss with unlimited data.
    compute_efficiency
        C_eq/C.
    equal_loss_unique_multiple
        D*(C_eq)/U, the unique tokens that would have reached the run's loss in one epoch [x].
    token_discount
        e over the former: the factor by which a token seen is worth less, by equal loss [x].
    """

    param_multiple: Real
    compute_multiplier: Real
    ratio_multiplier: Real
    effective_token_multiple: Real
    avg_token_value: Real
    marginal_token_value: Real
    equal_loss_compute_multiplier: Real
    compute_efficiency: Real
    equal_loss_unique_multiple: Real
    token_discount: Real


def repetition_frontier(law: ScalingLaw, rep: Repetition, epochs: Real) -> _RepetitionFrontier:
    """Return ratios that describe the best run with a given number of epochs over its data.

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants.
    epochs
        Epochs e, at least 1.

    Returns
    -------
    RepetitionFrontier
        Ratios of the run to the run that uses the same data once.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264; derived in `datawall.scaling_laws.effective_data`.

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> from datawall.scaling_laws.effective_data import REPETITIONS
    >>> frontier = repetition_frontier(LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"], 16.0)
    >>> round(float(frontier.effective_token_multiple), 1), round(float(frontier.avg_token_value), 2)
    (10.6, 0.66)
    """
    log_epochs = log(epochs)
    log_params = _log_param_multiple(law, rep, epochs)
    log_multiplier = log_params + log_epochs
    params = effective_multiple(jnp.exp(log_params), rep.r_n)
    tokens = effective_multiple(epochs, rep.r_d)
    share = law.token_exponent
    # In units of the reducible loss at C0; that of unlimited data falls as C^-(beta share).
    reducible = (1 - share) * jnp.exp(-law.alpha * log(params)) + share * jnp.exp(-law.beta * log(tokens))
    log_equal_tokens = -jnp.log(reducible) / law.beta
    log_equal_multiplier = log_equal_tokens / share
    return _RepetitionFrontier(
        param_multiple=jnp.exp(log_params),
        compute_multiplier=jnp.exp(log_multiplier),
        ratio_multiplier=jnp.exp(log_epochs - log_params),
        effective_token_multiple=tokens,
        avg_token_value=tokens / epochs,
        marginal_token_value=jnp.exp((1 - epochs) / rep.r_d),
        equal_loss_compute_multiplier=jnp.exp(log_equal_multiplier),
        compute_efficiency=jnp.exp(log_equal_multiplier - log_multiplier),
        equal_loss_unique_multiple=jnp.exp(log_equal_tokens),
        token_discount=jnp.exp(log_epochs - log_equal_tokens),
    )


def _log_param_multiple(law: ScalingLaw, rep: Repetition, epochs: Real) -> jax.Array:
    """Return ln(N/N_opt(U)) of the best run over U with a given number of epochs."""
    lost, _, _ = returns_lost(log(epochs), rep.r_d, law.beta)
    return matching_multiple(lost, rep.r_n, law.alpha)


def epochs_for_compute_multiplier(law: ScalingLaw, rep: Repetition, multiplier: Real) -> jax.Array:
    """Return the epochs that the best run makes with `multiplier` times C0(U), the inverse of M(e).

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants; A, B and E do not matter.
    multiplier
        C/C0(U) [x].

    Returns
    -------
    Array
        Epochs, 1 where the multiplier is at most 1.

    Examples
    --------
    >>> from datawall.scaling_laws.effective_data import REPETITIONS
    >>> from datawall.scaling_laws.laws import LAWS
    >>> LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> round(float(epochs_for_compute_multiplier(LAW, REP, 20.0)), 2)
    5.44
    """
    _, log_epochs = log_optimal_multiples(law.alpha, law.beta, rep.r_d, rep.r_n, log(multiplier))
    return jnp.maximum(1.0, jnp.exp(log_epochs))


def frontier_flop(law: ScalingLaw, rep: Repetition, unique: Real, epochs: Real) -> jax.Array:
    """Return the compute at which the best run over U makes a given number of epochs, ``M(e) C0(U)``.

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants.
    unique
        Unique tokens U.
    epochs
        Epochs, at least 1.

    Returns
    -------
    Array
        Training compute [FLOP].

    Examples
    --------
    >>> from datawall.scaling_laws.effective_data import REPETITIONS
    >>> from datawall.scaling_laws.laws import LAWS
    >>> LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> f"{float(frontier_flop(LAW, REP, 50e12, 16.0)):.2e}"
    '9.89e+28'
    """
    log_multiplier = _log_param_multiple(law, rep, epochs) + log(epochs)
    return jnp.exp(log_multiplier + log_flop_for_optimal_tokens(law, log(unique)))


def unique_tokens_needed(law: ScalingLaw, rep: Repetition, flop: Real, epochs: Real) -> jax.Array:
    """Return the unique tokens over which the best run with `flop` makes a given number of epochs.

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants.
    flop
        Training compute [FLOP].
    epochs
        Epochs, at least 1.

    Returns
    -------
    Array
        Unique tokens U.

    Examples
    --------
    >>> from datawall.scaling_laws.effective_data import REPETITIONS
    >>> from datawall.scaling_laws.laws import LAWS
    >>> LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> f"{float(unique_tokens_needed(LAW, REP, 1e28, 4.0)):.2e}"
    '5.28e+13'
    """
    log_multiplier = _log_param_multiple(law, rep, epochs) + log(epochs)
    return jnp.exp(law.log_optimal_tokens(log(flop) - log_multiplier))

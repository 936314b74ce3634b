"""Pivoted loss law: stated by its optimum at a reference compute, instead of by A, B, alpha and beta.

ln A and alpha correlate at .999 in every fit, so independent priors on (A, B, alpha, beta) give absurd
frontiers. Studies do identify the optimum at a reference compute and its exponent in compute.
"""

import math

import jax.numpy as jnp

from datawall.model.inputs import Inputs, Scalar
from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import LOG6, ScalingLaw

LOG_FLOP_REF = math.log(1e21)
"""ln of the reference compute, in the middle of the public fits [ln FLOP]."""


@pytree_dataclass
class PivotLaw:
    """The law ``L = E + A N^-alpha + B D^-beta``, pivoted at 1e21 FLOP; all in logs.

    Attributes
    ----------
    params_exponent
        a in N* proportional to C^a; tokens grow as C^b, b = 1 - a.
    exponent_sum
        alpha + beta.
    log_tokens_ref
        ln D* at the reference compute [ln tokens].
    irreducible
        E [nats/token].
    log_reducible_ref
        ln (L* - E) at the reference compute.
    """

    params_exponent: Scalar
    exponent_sum: Scalar
    log_tokens_ref: Scalar
    irreducible: Scalar
    log_reducible_ref: Scalar

    @property
    def tokens_exponent(self) -> Scalar:
        """The exponent b of compute-optimal tokens in compute."""
        return 1.0 - self.params_exponent

    @property
    def alpha(self) -> Scalar:
        """The exponent of the parameter term: b = alpha / (alpha + beta)."""
        return self.tokens_exponent * self.exponent_sum

    @property
    def beta(self) -> Scalar:
        """The exponent of the token term."""
        return self.params_exponent * self.exponent_sum

    @property
    def loss_exponent(self) -> Scalar:
        """Gamma = alpha beta / (alpha + beta): reducible loss at the optimum falls as C^-gamma."""
        return self.params_exponent * self.tokens_exponent * self.exponent_sum

    def log_optimal_tokens(self, log_flop: Scalar) -> Scalar:
        """Return ln D*(C)."""
        return self.log_tokens_ref + self.tokens_exponent * (log_flop - LOG_FLOP_REF)

    def log_flop_for_optimal_tokens(self, log_tokens: Scalar) -> Scalar:
        """Return ln of the compute C0 whose optimum uses these tokens."""
        return LOG_FLOP_REF + (log_tokens - self.log_tokens_ref) / self.tokens_exponent

    def log_reducible_loss(self, log_flop: Scalar) -> Scalar:
        """Return ln (L*(C) - E)."""
        return self.log_reducible_ref - self.loss_exponent * (log_flop - LOG_FLOP_REF)


def pivot_law(inputs: Inputs) -> PivotLaw:
    """Return the law of one draw.

    At the reference compute, D/N = r and 6 N D = C give ``D* = sqrt(r C / 6)``.
    """
    log_tokens_ref = 0.5 * (jnp.log(inputs.tokens_per_param_1e21) + LOG_FLOP_REF - LOG6)
    return PivotLaw(
        inputs.params_exponent,
        inputs.exponent_sum,
        log_tokens_ref,
        inputs.irreducible_loss,
        jnp.log(inputs.reducible_loss_1e21),
    )


def scaling_law(law: PivotLaw) -> ScalingLaw:
    """Return the same law by its five usual constants.

    At an optimum ``alpha A N^-alpha = beta B D^-beta``, so the parameter term holds the share a of the
    reducible loss and the token term the share b.
    """
    log_params_ref = LOG_FLOP_REF - LOG6 - law.log_tokens_ref
    return ScalingLaw(
        law.irreducible,
        law.params_exponent * jnp.exp(law.log_reducible_ref + law.alpha * log_params_ref),
        law.tokens_exponent * jnp.exp(law.log_reducible_ref + law.beta * law.log_tokens_ref),
        law.alpha,
        law.beta,
    )

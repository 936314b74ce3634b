"""Loss laws as published, with their constants.

The laws were fitted at 7e7 to 1.6e10 parameters and at most some 1e22 FLOP: a frontier run extrapolates them
a thousandfold and more.
"""

from typing import Any

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass

Real = Any
"""A float, or a real array of any shape; arguments of one call are scalars or of one shape."""

LOG6 = 1.791759469228055
LOG2 = 0.6931471805599453
LOG10 = 2.302585092994046


def log(value: Real) -> jax.Array:
    """Return the natural log, also of integers that overflow 32 bits."""
    return jnp.log(1.0 * value)


@pytree_dataclass
class ScalingLaw:
    """Chinchilla's law of the loss, ``L(N, D) = E + A N^-alpha + B D^-beta`` [nats/token].

    Attributes
    ----------
    E
        Irreducible loss [nats/token].
    A, alpha
        Coefficient [nats/token · params^alpha] and exponent of the parameters.
    B, beta
        Coefficient [nats/token · tokens^beta] and exponent of the tokens.
    """

    E: Real
    A: Real
    B: Real
    alpha: Real
    beta: Real

    @property
    def token_exponent(self) -> Real:
        """Exponent b of the optimal tokens, ``D* ∝ C^b``."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def log_ratio(self) -> jax.Array:
        """Log of ``G = (alpha A / (beta B))^(1 / (alpha + beta))``."""
        return (log(self.alpha * self.A) - log(self.beta * self.B)) / (self.alpha + self.beta)

    @property
    def log_token_coef(self) -> jax.Array:
        """Log of the optimal tokens at one FLOP."""
        return -self.log_ratio - self.token_exponent * LOG6

    def log_optimal_tokens(self, log_flop: Real) -> Real:
        """Log of the optimal tokens for a log of compute."""
        return self.log_token_coef + self.token_exponent * log_flop

    def log_optimal_params(self, log_tokens: Real) -> Real:
        """Log of the parameters for which `log_tokens` is the optimal number of tokens."""
        return self.log_ratio + self.beta / self.alpha * (self.log_ratio + log_tokens)

    def reducible(self, log_params: Real, log_tokens: Real) -> Real:
        """Loss above `E` [nats/token]; formed directly, because ``L - E`` loses digits at large compute."""
        return jnp.exp(log(self.A) - self.alpha * log_params) + jnp.exp(log(self.B) - self.beta * log_tokens)

    def loss_at(self, log_params: Real, log_tokens: Real) -> Real:
        """Loss [nats/token]."""
        return self.E + self.reducible(log_params, log_tokens)


@pytree_dataclass
class AllocationLaw:
    """A power law of the optimal tokens, ``D*(C) = coef C^exponent``, without a loss.

    Attributes
    ----------
    coef
        Optimal tokens at one FLOP [tokens].
    exponent
        Token exponent b.
    """

    coef: Real
    exponent: Real

    @property
    def token_exponent(self) -> Real:
        """Exponent b of the optimal tokens, ``D* ∝ C^b``."""
        return self.exponent

    @property
    def log_token_coef(self) -> jax.Array:
        """Log of the optimal tokens at one FLOP."""
        return log(self.coef)

    def log_optimal_tokens(self, log_flop: Real) -> Real:
        """Log of the optimal tokens for a log of compute."""
        return self.log_token_coef + self.token_exponent * log_flop

    def loss_at(self, log_params: Real, log_tokens: Real) -> Real:
        """Undefined under an allocation law: nan."""
        return jnp.nan * (log_params + log_tokens)


LAWS: dict[str, Any] = {
    "hoffmann2022": ScalingLaw(E=1.69, A=406.4, B=410.7, alpha=0.34, beta=0.28),
    "besiroglu2024": ScalingLaw(E=1.8172, A=482.01, B=2085.43, alpha=0.3478, beta=0.3658),
    "muennighoff2023": ScalingLaw(E=1.87, A=521.0, B=1488.0, alpha=0.353, beta=0.353),
    "llama3": AllocationLaw(coef=0.299, exponent=0.537),
    "twenty_to_one": AllocationLaw(coef=(20 / 6) ** 0.5, exponent=0.5),
}
"""Published laws, a `ScalingLaw` or an `AllocationLaw` by id.

- ``hoffmann2022``: arXiv 2203.15556, rounded as printed, which gives 93 tokens a parameter at 6e23 FLOP: for
  comparison only.
- ``besiroglu2024``: arXiv 2404.10102, a refit of the same 240 runs (7e7 to 1.6e10 parameters).
- ``muennighoff2023``: arXiv 2305.16264, base law on C4; belongs with that paper's repetition constants.
- ``llama3``: arXiv 2407.21783, the unrounded pair, fitted at 6e18 to 1e22 FLOP; allocation only.
- ``twenty_to_one``: the rule of 20 tokens a parameter; allocation only.
"""

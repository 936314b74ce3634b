"""Laws of the loss in parameters and tokens, stated by what they say in the middle of the data.

ln A and alpha of the usual parametrisation correlate at .999, so that no prior on one of them makes sense
alone. Here each law is stated by the size of its terms at the geometric mean of the runs. A law maps
``(latents, x, y)`` to the logarithm of the loss, with ``x = ln(N/N0)`` and ``y = ln(D/D0)``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

type Latents = Mapping[str, Any]


@dataclass(frozen=True)
class LossLaw:
    """A law of the loss.

    Attributes
    ----------
    name, title
        How results refer to it.
    latents
        The latents that it needs, declared under ``scaling_points``.
    log_loss
        The logarithm of the loss.
    """

    name: str
    title: str
    latents: tuple[str, ...]
    log_loss: Callable[[Latents, Any, Any], Any]


def additive(v: Latents, x: Any, y: Any) -> Any:
    """Return ``ln(E + a exp(-alpha x) + b exp(-beta y))``, with a and b the terms at the centre.

    References
    ----------
    Hoffmann et al. 2022, arXiv 2203.15556.
    """
    terms = (v["log_floor"], v["log_params_term"] - v["alpha"] * x, v["log_tokens_term"] - v["beta"] * y)
    return jnp.logaddexp(jnp.logaddexp(terms[0], terms[1]), terms[2])


def equal_exponents(v: Latents, x: Any, y: Any) -> Any:
    """Return the additive law with beta = alpha.

    The law of over-trained models, ``E + (a M^eta + b M^-eta) C^-eta`` with M = D/N, is this one: alpha is
    twice its eta.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264; Gadre et al. 2024, arXiv 2403.08540.
    """
    return additive({**v, "beta": v["alpha"]}, x, y)


def nested(v: Latents, x: Any, y: Any) -> Any:
    """Return ``beta ln((N_c/N)^(alpha/beta) + D_c/D)``: no floor, the terms add inside a power.

    The terms are stated as for the additive law: the loss with plenty of the other resource.

    References
    ----------
    Kaplan et al. 2020, arXiv 2001.08361.
    """
    params = (v["log_params_limit"] - v["alpha"] * x) / v["beta"]
    tokens = (v["log_tokens_limit"] - v["beta"] * y) / v["beta"]
    return v["beta"] * jnp.logaddexp(params, tokens)


TERMS = ("log_floor", "log_params_term", "log_tokens_term")

ADDITIVE = LossLaw("additive", "E + A/N^alpha + B/D^beta", (*TERMS, "alpha", "beta"), additive)
EQUAL_EXPONENTS = LossLaw("equal_exponents", "E + A/N^alpha + B/D^alpha", (*TERMS, "alpha"), equal_exponents)
NESTED = LossLaw(
    "nested",
    "((N_c/N)^(alpha/beta) + D_c/D)^beta",
    ("log_params_limit", "log_tokens_limit", "alpha", "beta"),
    nested,
)

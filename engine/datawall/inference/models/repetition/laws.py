"""Laws of the loss of runs that repeat their data, stated by what they say in the middle of the runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from datawall.inference.evidence_model import Arrays
from datawall.model.loss.additive_penalty import LOG_REFERENCE_TOKENS_PER_PARAM, REFERENCE_EXTRA_PASSES
from datawall.scaling_laws.effective_data import Repetition
from datawall.scaling_laws.laws import ScalingLaw
from datawall.scaling_laws.repetition import RepetitionPenalty, data_constrained_loss, penalised_loss


@dataclass(frozen=True)
class RepetitionLaw:
    """A law of the loss in parameters, tokens and unique tokens.

    Attributes
    ----------
    name, title
        How results refer to it.
    exponents
        Latents of the loss of fresh tokens beside `TERMS`.
    constants
        Latents of repetition, of which the forecast has inputs.
    loss
        ``loss(latents, runs)``: the loss of each run [nats/token].
    """

    name: str
    title: str
    exponents: tuple[str, ...]
    constants: tuple[str, ...]
    loss: Callable[[Arrays, Arrays], Any]


def base_law(v: Arrays, runs: Arrays) -> ScalingLaw:
    """Return the law of fresh tokens from its terms at the centre of the runs; without beta it is alpha."""
    alpha, beta = v["alpha"], v.get("beta", v["alpha"])
    return ScalingLaw(
        E=jnp.exp(v["log_floor"]),
        A=jnp.exp(v["log_params_term"] + alpha * runs["log_params_centre"]),
        B=jnp.exp(v["log_tokens_term"] + beta * runs["log_tokens_centre"]),
        alpha=alpha,
        beta=beta,
    )


def effective_data(v: Arrays, runs: Arrays) -> Any:
    """Return the loss when repeats and excess parameters lose their value exponentially.

    The kink where the parameters are just what the data deserve is one of curvature only: the value of excess
    parameters starts at one to one, so the gradient is continuous.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264, equations 5 to 7.
    """
    rep = Repetition(r_d=v["r_d"], r_n=v["r_n"])
    return data_constrained_loss(
        base_law(v, runs), rep, runs["params"], runs["tokens"], runs["unique_tokens"]
    )


def additive_penalty(v: Arrays, runs: Arrays) -> Any:
    """Return the loss when repetition adds a penalty.

    The penalty is stated at ten extra passes and twenty unique tokens a parameter.

    References
    ----------
    Lovelace et al. 2026, arXiv 2605.01640.
    """
    delta, kappa = v["passes_exponent"], v["size_exponent"]
    log_growth = delta * jnp.log(REFERENCE_EXTRA_PASSES) - kappa * LOG_REFERENCE_TOKENS_PER_PARAM
    penalty = RepetitionPenalty(
        scale=v["penalty"] * jnp.exp(-log_growth), passes_exponent=delta, size_exponent=kappa
    )
    return penalised_loss(base_law(v, runs), penalty, runs["params"], runs["tokens"], runs["unique_tokens"])


TERMS = ("log_floor", "log_params_term", "log_tokens_term")
"""What the loss is made of at the centre of the runs."""

EFFECTIVE_DATA = RepetitionLaw(
    "effective_data", "repeats lose value", ("alpha", "beta"), ("r_d", "r_n"), effective_data
)
EQUAL_EXPONENTS = RepetitionLaw(
    "equal_exponents", "repeats lose value, alpha = beta", ("alpha",), ("r_d", "r_n"), effective_data
)
ADDITIVE_PENALTY = RepetitionLaw(
    "additive_penalty",
    "repeats add a penalty",
    ("alpha", "beta"),
    ("penalty", "passes_exponent", "size_exponent"),
    additive_penalty,
)

"""U(t), the unique training tokens that can be had."""

import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.frontier import log_growth
from datawall.model.inputs import Inputs, Scalar


def log_unique_tokens(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:
    """Return ln of the unique tokens at `t` [years since as-of].

    Indexed-web text after quality filters, private and licensed text and multimodal tokens where they are
    used, all growing alike, and synthetic tokens in proportion.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325: raw stock x quality x growth. Sevilla et al. 2024, "Can AI
    scaling continue through 2030?", Epoch AI: multimodal tokens.
    """
    natural = (
        inputs.text_tokens * inputs.text_quality
        + inputs.private_text * inputs.private_text_tokens
        + inputs.multimodal * inputs.multimodal_tokens
    )
    growth = log_growth(inputs.supply_growth, t - clock.supply)
    return jnp.log(natural) + jnp.log1p(inputs.synthetic_ratio) + growth


def log_training_tokens(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:
    """Return ln of m U(t): unique tokens times what distillation makes of each."""
    return log_unique_tokens(inputs, clock, t) + jnp.log(inputs.distillation_multiplier)

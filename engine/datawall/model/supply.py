"""U(t), the unique training tokens that can be had."""

from collections.abc import Callable

import jax.numpy as jnp

from datawall.model.ceilings.epoch2030 import modalities
from datawall.model.ceilings.growth import Growth, growth
from datawall.model.ceilings.villalobos2024 import web_pages
from datawall.model.clock import Clock
from datawall.model.inputs import Inputs


def unique_tokens(inputs: Inputs, clock: Clock) -> Growth:
    """Return the path of ln of the unique tokens.

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
    log_stock = jnp.log(natural) + jnp.log1p(inputs.synthetic_ratio)
    return growth(log_stock, jnp.log(inputs.supply_growth), clock.supply)


_ACCOUNTS: dict[str, Callable[[Inputs, Clock], Growth]] = {
    "components": unique_tokens,
    "modalities": modalities,
    "web_pages": web_pages,
}
"""The path of each of `questions.SUPPLIES`."""


def training_tokens(inputs: Inputs, clock: Clock, account: str) -> Growth:
    """Return the path of ln m U: unique tokens by one account times what distillation makes of each.

    `account` is one of `questions.SUPPLIES`.
    """
    unique = _ACCOUNTS[account](inputs, clock)
    return Growth(unique.level + jnp.log(inputs.distillation_multiplier), unique.rate)

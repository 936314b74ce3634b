"""Data stock of unique training tokens, by kind of data."""

from typing import TYPE_CHECKING, override

from datawall.model.parts import SupplyAccount, Values

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Growth


class Components(SupplyAccount):
    """Stock of web text, private text, other modalities and synthetic tokens.

    Indexed-web text after quality filters, private and licensed text and multimodal tokens where they are
    used, all growing alike, and synthetic tokens in proportion.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325: raw stock x quality x growth. Sevilla et al. 2024, "Can AI
    scaling continue through 2030?", Epoch AI: multimodal tokens.
    """

    name = "components"
    title = "text of the web, private text, other modalities and synthetic tokens"
    inputs = (
        "text_tokens",
        "text_quality",
        "supply_growth",
        "private_text",
        "private_text_tokens",
        "multimodal",
        "multimodal_tokens",
        "synthetic_ratio",
    )
    rank = 0

    @override
    def path(self, inputs: Values, clock: "Clock") -> "Growth":
        import jax.numpy as jnp

        from datawall.model.growth import growth

        natural = (
            inputs.text_tokens * inputs.text_quality
            + inputs.private_text * inputs.private_text_tokens
            + inputs.multimodal * inputs.multimodal_tokens
        )
        log_stock = jnp.log(natural) + jnp.log1p(inputs.synthetic_ratio)
        return growth(log_stock, jnp.log(inputs.supply_growth), clock.supply)

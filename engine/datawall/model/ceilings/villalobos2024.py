"""Indexed-web data stock and projected training sets of Villalobos et al. 2024.

References
----------
Villalobos et al. 2024, arXiv 2211.04325.
"""

import math
from typing import TYPE_CHECKING, override

from datawall.model.parts import Ceiling, SupplyAccount, Values

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Growth

TOKENS_PER_PARAM = 20.0
"""Tokens per parameter of a compute-optimal run, as the source takes it."""


class WebPages(SupplyAccount):
    """Data stock of the indexed web, with the gain from repetition.

    Pages x bytes a page / bytes a token, times the share worth training on, times the gain from repeating it.
    """

    name = "web_pages"
    title = "the indexed web, page by page, and what repeating it gains"
    inputs = (
        "web_pages",
        "bytes_per_page",
        "bytes_per_token",
        "text_quality",
        "repetition_gain",
        "supply_growth",
    )
    rank = 21

    @override
    def path(self, inputs: Values, clock: "Clock") -> "Growth":
        import jax.numpy as jnp

        from datawall.model.growth import growth

        tokens = inputs.web_pages / inputs.bytes_per_token * inputs.bytes_per_page
        log_stock = jnp.log(tokens) + jnp.log(inputs.text_quality * inputs.repetition_gain)
        return growth(log_stock, jnp.log(inputs.supply_growth), clock.supply)


class Datasets(Ceiling):
    """Demand as a ceiling: the run whose optimum uses the projected training set.

    Either the largest training set grows as it did, ``C = 6 (D / 20) D``, or the compute of the largest run;
    the source gives both projections equal weight.
    """

    name = "datasets"
    title = "the run that uses the training set projected, or the compute projected"
    inputs = ("frontier_flop", "compute_growth", "demand_projection", "dataset_tokens", "dataset_growth")
    colour = "orange"
    rank = 21

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Growth":
        import jax
        import jax.numpy as jnp

        from datawall.model.growth import growth
        from datawall.model.inputs import DECLARATIONS
        from datawall.scaling_laws.laws import LOG6

        log_flop = LOG6 + 2.0 * log.dataset_tokens - math.log(TOKENS_PER_PARAM)
        by_datasets = growth(log_flop, 2.0 * log.dataset_growth, clock.frontier)
        by_compute = growth(log.frontier_flop, log.compute_growth, clock.frontier)
        chosen = inputs.demand_projection == DECLARATIONS["demand_projection"].options.index("compute")
        return jax.tree.map(lambda a, b: jnp.where(chosen, a, b), by_compute, by_datasets)

"""The text of the indexed web, and the training sets that will ask for it (Villalobos et al. 2024)."""

import math

import jax
import jax.numpy as jnp

from datawall.model.ceilings.growth import Growth, growth
from datawall.model.clock import Clock
from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.scaling_laws.laws import LOG6

TOKENS_PER_PARAM = 20.0
"""Of a compute-optimal run, as the source takes it."""
BY_COMPUTE = DECLARATIONS["demand_projection"].options.index("compute")


def web_pages(inputs: Inputs, clock: Clock) -> Growth:
    """Return the path of ln of the effective stock: what the indexed web is worth when it is repeated.

    Pages x bytes a page / bytes a token, times the share worth training on, times what repeating it gains.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325.
    """
    tokens = inputs.web_pages / inputs.bytes_per_token * inputs.bytes_per_page
    log_stock = jnp.log(tokens) + jnp.log(inputs.text_quality * inputs.repetition_gain)
    return growth(log_stock, jnp.log(inputs.supply_growth), clock.supply)


def datasets(inputs: Inputs, log: Inputs, clock: Clock) -> Growth:
    """Return ln FLOP of the run whose optimum uses the training set projected.

    Either the largest training set grows as it did, ``C = 6 (D / 20) D``, or the compute of the largest run.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325, which gives both projections equal weight.
    """
    log_flop = LOG6 + 2.0 * log.dataset_tokens - math.log(TOKENS_PER_PARAM)
    by_datasets = growth(log_flop, 2.0 * log.dataset_growth, clock.frontier)
    by_compute = growth(log.frontier_flop, log.compute_growth, clock.frontier)
    chosen = inputs.demand_projection == BY_COMPUTE
    return jax.tree.map(lambda a, b: jnp.where(chosen, a, b), by_compute, by_datasets)

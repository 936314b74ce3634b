"""The baseline forecast as a user makes it."""

from collections.abc import Callable

import numpy as np

import datawall
from benchmarks.forecast.world import DATES, baseline


def build(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """Forecasts at a seed, summary included; returns the dates of the draws that are kept."""
    world = baseline()

    def run(seed: int) -> dict[str, np.ndarray]:
        tree = datawall.forecast(world.scenario, draws=draws, seed=seed)
        kept = tree["prior_predictive"].to_dataset().squeeze("chain")
        dates = {name: np.moveaxis(kept[name].values, 0, -1) - world.scenario.as_of for name in DATES}
        return {**dates, "price_share": np.moveaxis(kept["price_share"].values, 0, -1)}

    return run

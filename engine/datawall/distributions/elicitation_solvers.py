"""Parameters of a family from the interval or quantiles a person states, where no formula gives them."""

from collections.abc import Callable

import numpy as np

from datawall.distributions.special import ndtr, ndtri
from datawall.validation import Problem, shown


def bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where an increasing function crosses zero between `low` and `high`; an end if it does not."""
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (low, middle) if function(middle) >= 0.0 else (middle, high)
    return (low + high) / 2.0


def split_normal_quantile(mode: float, sd_low: float, sd_high: float, z: np.ndarray) -> np.ndarray:
    """Return Fechner's two-piece normal: half of ``sd_low`` below the mode, half of ``sd_high`` above.

    The density is continuous at the mode, so the probability below it is ``sd_low/(sd_low + sd_high)``.

    References
    ----------
    Wallis (2014), The Two-Piece Normal, Binormal, or Double Gaussian Distribution, Statistical Science
    29(1), arXiv:1405.4995.
    """
    total = sd_low + sd_high
    below = sd_low * ndtri(np.minimum(ndtr(z) * total / (2.0 * sd_low), 0.5))
    above = -sd_high * ndtri(np.minimum(ndtr(-z) * total / (2.0 * sd_high), 0.5))
    return mode + below + above


def split_normal_parameters(p10: float, p50: float, p90: float) -> tuple[float, float, float]:
    """Return mode and spreads of the split normal with these quantiles.

    The asymmetry (p90 - p50)/(p50 - p10) depends on the ratio of the spreads alone, and lies between those of
    the two half-normals (0.566 and 1.768).
    """
    scores = ndtri(np.array([0.1, 0.5, 0.9]))

    def unit(share_high: float) -> np.ndarray:
        return split_normal_quantile(0.0, 1.0 - share_high, share_high, scores)

    def excess(share_high: float) -> float:
        low, middle, high = unit(share_high)
        return (high - middle) * (p50 - p10) - (middle - low) * (p90 - p50)

    smallest = 1e-6
    if not excess(smallest) < 0.0 < excess(1.0 - smallest):
        message = f"need (p90 - p50)/(p50 - p10) from 0.566 to 1.768, got {shown([p10, p50, p90])}"
        raise Problem(("quantiles",), f"{message}; use a metalog, or a lognormal if the number is positive")
    share = bisect(excess, smallest, 1.0 - smallest)
    low, middle, high = unit(share)
    scale = (p90 - p10) / (high - low)
    return p50 - scale * middle, scale * (1.0 - share), scale * share


def gamma_parameters(low: float, high: float, mass: float) -> tuple[float, float]:
    """Return shape and scale of the gamma distribution with `mass` in the interval."""
    from scipy.special import gammaincinv

    tail = (1.0 - mass) / 2.0

    def excess(log_shape: float) -> float:
        shape = np.exp(log_shape)
        return low * gammaincinv(shape, 1.0 - tail) - high * gammaincinv(shape, tail)

    shape = float(np.exp(bisect(lambda log_shape: -excess(log_shape), np.log(0.05), np.log(1e7))))
    scale = high / float(gammaincinv(shape, 1.0 - tail))
    if not np.isclose(scale * gammaincinv(shape, tail), low, rtol=1e-6, atol=0.0):
        raise _no_member("gamma", low, high, "lognormal")
    return shape, scale


def beta_parameters(low: float, high: float, mass: float) -> tuple[float, float]:
    """Return a and b of the beta distribution with `mass` in the interval."""
    from scipy.special import betainc

    tail = (1.0 - mass) / 2.0

    def mean_for(size: float) -> float:
        return bisect(lambda mean: tail - betainc(mean * size, (1 - mean) * size, low), 1e-9, 1 - 1e-9)

    def excess(log_size: float) -> float:
        size = np.exp(log_size)
        mean = mean_for(size)
        return betainc(mean * size, (1 - mean) * size, high) - (1.0 - tail)

    size = float(np.exp(bisect(excess, np.log(0.05), np.log(1e7))))
    a, b = mean_for(size) * size, (1 - mean_for(size)) * size
    if not np.allclose(betainc(a, b, [low, high]), [tail, 1.0 - tail], rtol=0.0, atol=1e-6):
        raise _no_member("beta", low, high, "logit_normal")
    return a, b


def _no_member(family: str, low: float, high: float, other: str) -> Problem:
    return Problem(("interval",), f"no {family} distribution has it, got {shown([low, high])}; use {other}")

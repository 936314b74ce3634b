"""Elicitation of continuous distributions from stated intervals, bounds and quantiles.

One class for each continuous family: its keys in a scenario, and the parameters that reproduce them.
Intervals are equal-tailed: ``mass = 0.8`` puts 10 % below the interval and 10 % above it.
"""

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import model_validator

from datawall.distributions.families import tabulate, to_line
from datawall.distributions.special import ndtr, ndtri
from datawall.distributions.statement import Statement
from datawall.validation import Number, Pair, Problem, Quantiles, Share, check, shown, wrong


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where an increasing function crosses zero between `low` and `high`; an end if it does not."""
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (low, middle) if function(middle) >= 0.0 else (middle, high)
    return (low + high) / 2.0


def _split_normal_quantile(mode: float, sd_low: float, sd_high: float, z: np.ndarray) -> np.ndarray:
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
        return _split_normal_quantile(0.0, 1.0 - share_high, share_high, scores)

    def excess(share_high: float) -> float:
        low, middle, high = unit(share_high)
        return (high - middle) * (p50 - p10) - (middle - low) * (p90 - p50)

    smallest = 1e-6
    if not excess(smallest) < 0.0 < excess(1.0 - smallest):
        message = f"need (p90 - p50)/(p50 - p10) from 0.566 to 1.768, got {shown([p10, p50, p90])}"
        raise Problem(("quantiles",), f"{message}; use a metalog, or a lognormal if the number is positive")
    share = _bisect(excess, smallest, 1.0 - smallest)
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

    shape = float(np.exp(_bisect(lambda log_shape: -excess(log_shape), np.log(0.05), np.log(1e7))))
    scale = high / float(gammaincinv(shape, 1.0 - tail))
    if not np.isclose(scale * gammaincinv(shape, tail), low, rtol=1e-6, atol=0.0):
        raise _no_member("gamma", low, high, "lognormal")
    return shape, scale


def beta_parameters(low: float, high: float, mass: float) -> tuple[float, float]:
    """Return a and b of the beta distribution with `mass` in the interval."""
    from scipy.special import betainc

    tail = (1.0 - mass) / 2.0

    def mean_for(size: float) -> float:
        return _bisect(lambda mean: tail - betainc(mean * size, (1 - mean) * size, low), 1e-9, 1 - 1e-9)

    def excess(log_size: float) -> float:
        size = np.exp(log_size)
        mean = mean_for(size)
        return betainc(mean * size, (1 - mean) * size, high) - (1.0 - tail)

    size = float(np.exp(_bisect(excess, np.log(0.05), np.log(1e7))))
    a, b = mean_for(size) * size, (1 - mean_for(size)) * size
    if not np.allclose(betainc(a, b, [low, high]), [tail, 1.0 - tail], rtol=0.0, atol=1e-6):
        raise _no_member("beta", low, high, "logit_normal")
    return a, b


def _no_member(family: str, low: float, high: float, other: str) -> Problem:
    return Problem(("interval",), f"no {family} distribution has it, got {shown([low, high])}; use {other}")


_POSITIVE = "use a family that allows zero or less, such as normal, or a positive number"


class Uniform(Statement):
    """A uniform distribution between the bounds."""

    family: Literal["uniform"]
    bounds: Pair

    def _params(self) -> dict[str, Any]:
        return dict(zip(("lower", "upper"), self.bounds, strict=True))


_PositivePair = Annotated[Pair, check(lambda pair: pair[0] > 0, "need 0 < low", _POSITIVE)]


class LogUniform(Statement):
    """A log-uniform distribution between the bounds."""

    family: Literal["loguniform"]
    bounds: _PositivePair

    def _params(self) -> dict[str, Any]:
        return dict(zip(("log_lower", "log_upper"), np.log(self.bounds).tolist(), strict=True))


def _gaussian(low: float, high: float, mass: float) -> dict[str, float]:
    return {"loc": (low + high) / 2.0, "scale": (high - low) / (2.0 * ndtri((1.0 + mass) / 2.0))}


class Normal(Statement):
    """A normal with `mass` in the interval."""

    family: Literal["normal"]
    interval: Pair
    mass: Share

    def _params(self) -> dict[str, Any]:
        return _gaussian(*self.interval, self.mass)


class LogNormal(Statement):
    """A lognormal: the logarithm is normal."""

    family: Literal["lognormal"]
    interval: _PositivePair
    mass: Share

    def _params(self) -> dict[str, Any]:
        low, high = map(math.log, self.interval)
        return _gaussian(low, high, self.mass) | {"lower": 0.0}


class TruncatedNormal(Statement):
    """A truncated normal: a normal with `mass` in the interval, cut to the bounds."""

    family: Literal["truncated_normal"]
    interval: Pair
    mass: Share
    bounds: Pair

    def _params(self) -> dict[str, Any]:
        normal = _gaussian(*self.interval, self.mass)
        lower, upper = ((bound - normal["loc"]) / normal["scale"] for bound in self.bounds)
        if not ndtr(upper) - ndtr(lower) > 0.01:
            message = f"need over 1 % of the normal inside, got {shown(list(self.bounds))}"
            raise Problem(("bounds",), f"{message}; widen the bounds or move the interval")

        def value(z: np.ndarray) -> np.ndarray:
            below = ndtr(lower) * ndtr(-z) + ndtr(upper) * ndtr(z)
            above = ndtr(-lower) * ndtr(-z) + ndtr(-upper) * ndtr(z)
            # The smaller of the two probabilities keeps its digits.
            score = np.where(below < above, ndtri(below), -ndtri(above))
            return np.clip(normal["loc"] + normal["scale"] * score, *self.bounds)

        return tabulate(value)


class LogitNormal(Statement):
    """A logit-normal: the logit of the position between the bounds (0 and 1 unless stated) is normal."""

    family: Literal["logit_normal"]
    interval: Pair
    mass: Share
    bounds: Pair = (0.0, 1.0)

    @model_validator(mode="after")
    def _inside(self) -> "LogitNormal":
        (lower, upper), (low, high) = self.bounds, self.interval
        if not lower < low < high < upper:
            raise wrong(
                f"need numbers between {lower:g} and {upper:g}",
                list(self.interval),
                "widen bounds",
                "interval",
            )
        return self

    def _params(self) -> dict[str, Any]:
        lower, upper = self.bounds
        low, high = (math.log((x - lower) / (upper - x)) for x in self.interval)
        return _gaussian(low, high, self.mass) | {"lower": lower, "upper": upper}


class SplitNormal(Statement):
    """A split normal: two halves of normals with different spreads, joined at the mode."""

    family: Literal["split_normal"]
    quantiles: Quantiles

    def _params(self) -> dict[str, Any]:
        mode, sd_low, sd_high = split_normal_parameters(*self.quantiles.values())
        return tabulate(lambda z: _split_normal_quantile(mode, sd_low, sd_high, z))


class Triangular(Statement):
    """A triangular distribution: the density rises to the mode and falls from it, linearly."""

    family: Literal["triangular"]
    bounds: Pair
    mode: Number

    @model_validator(mode="after")
    def _mode_inside(self) -> "Triangular":
        if not self.bounds[0] <= self.mode <= self.bounds[1]:
            raise wrong("need a mode within bounds", self.mode, "move the mode or the bounds", "mode")
        return self

    def _params(self) -> dict[str, Any]:
        return {"lower": self.bounds[0], "mode": self.mode, "upper": self.bounds[1]}


class Beta(Statement):
    """A beta distribution with `mass` in the interval."""

    family: Literal["beta"]
    interval: Annotated[
        Pair,
        check(lambda x: x[0] > 0 and x[1] < 1, "need 0 < low and high < 1", "use logit_normal with bounds"),
    ]
    mass: Share

    def _params(self) -> dict[str, Any]:
        from scipy.special import betaincinv

        a, b = beta_parameters(*self.interval, self.mass)
        return tabulate(lambda z: betaincinv(a, b, ndtr(z)))


class Gamma(Statement):
    """A gamma distribution with `mass` in the interval."""

    family: Literal["gamma"]
    interval: _PositivePair
    mass: Share

    def _params(self) -> dict[str, Any]:
        from scipy.special import gammaincinv

        shape, scale = gamma_parameters(*self.interval, self.mass)
        return tabulate(lambda z: scale * gammaincinv(shape, ndtr(z)))


class StudentT(Statement):
    """A Student t with `df` degrees of freedom and `mass` in the interval."""

    family: Literal["student_t"]
    df: Annotated[Number, check(lambda x: x >= 1, "need df of at least 1", "use 3 to 7 for heavy tails")]
    interval: Pair
    mass: Share

    def _params(self) -> dict[str, Any]:
        from scipy.special import stdtrit

        low, high = self.interval
        scale = (high - low) / (2.0 * stdtrit(self.df, (1.0 + self.mass) / 2.0))
        return tabulate(lambda z: (low + high) / 2.0 + scale * stdtrit(self.df, ndtr(z)))


class Metalog(Statement):
    """Keelin's three-term metalog through three quantiles: unbounded, bounded on a side, or on both."""

    family: Literal["metalog"]
    quantiles: Quantiles
    lower: Number | None = None
    upper: Number | None = None

    @model_validator(mode="after")
    def _inside(self) -> "Metalog":
        quantiles, lower, upper = self.quantiles, self.lower, self.upper
        if (lower is not None and lower >= quantiles.p10) or (upper is not None and upper <= quantiles.p90):
            raise wrong(
                "need lower < p10 and p90 < upper",
                list(self.quantiles.values()),
                "move the bounds",
                "quantiles",
            )
        return self

    def _params(self) -> dict[str, Any]:
        bounds = {k: v for k, v in (("lower", self.lower), ("upper", self.upper)) if v is not None}
        p10, p50, p90 = (float(to_line(bounds, np.asarray(x))) for x in self.quantiles.values())
        logit_90 = math.log(9.0)
        a2 = (p90 - p10) / (2.0 * logit_90)
        a3 = (p90 + p10 - 2.0 * p50) / (0.8 * logit_90)
        # The quantile rises where a2 + a3 (u - 1/2 + u (1 - u) logit u) > 0; the bracket is below .59984.
        if not abs(a3) < a2 * 1.66711:
            message = f"no metalog has these quantiles, got {shown(list(self.quantiles.values()))}"
            raise Problem(
                ("quantiles",),
                f"{message}; move p50 towards the middle or state a bound nearer to p10 or p90",
            )
        return {"a1": p50, "a2": a2, "a3": a3, **bounds}

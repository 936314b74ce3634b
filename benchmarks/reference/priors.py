"""The reference workload's thirty inputs: made-up beliefs, each from one standard normal score.

A belief whose quantile has no cheap formula is a polynomial in the score, fitted here once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from scipy import stats

REACH = 5.3
"""Largest score that the engine's points have."""
DEGREE = 15


@dataclass(frozen=True)
class Prior:
    """One belief: a family and its numbers.

    normal: mean, sd. lognormal: median, sd of the log. truncated: mean, sd, lower, upper. beta: a, b.
    discrete: values, weights.
    """

    family: str
    numbers: tuple[Any, ...]

    @cached_property
    def polynomial(self) -> np.ndarray:
        """Coefficients in the score, constant first, of a truncated value or of the logit of a beta."""
        scores = REACH * np.cos(np.linspace(0.0, np.pi, 2001))
        below, above = stats.norm.cdf(scores), stats.norm.sf(scores)
        if self.family == "truncated":
            mean, sd, lower, upper = self.numbers
            frozen = stats.truncnorm((lower - mean) / sd, (upper - mean) / sd, mean, sd)
            exact = np.where(scores < 0, frozen.ppf(below), frozen.isf(above))
        else:
            frozen = stats.beta(*self.numbers)
            value, rest = frozen.ppf(below), stats.beta(*self.numbers[::-1]).ppf(above)
            exact = np.log(value) - np.log(rest)
        # what is rarely drawn may be less exact
        weights = np.exp(-(scores**2) / 8.0) + 1e-3
        return Polynomial.fit(scores, exact, DEGREE, w=weights).convert().coef

    @cached_property
    def thresholds(self) -> np.ndarray:
        """Scores from which each value after the first of a discrete belief is drawn."""
        return stats.norm.ppf(np.cumsum(self.numbers[1])[:-1])

    def at_score(self, xp: Any, z: Any) -> Any:
        """Value at a normal score, in NumPy or JAX."""
        match self.family:
            case "normal":
                return self.numbers[0] + self.numbers[1] * z
            case "lognormal":
                return xp.exp(float(np.log(self.numbers[0])) + self.numbers[1] * z)
            case "discrete":
                values, value = self.numbers[0], self.numbers[0][0] + 0.0 * z
                for threshold, following in zip(self.thresholds, values[1:], strict=True):
                    value = xp.where(z >= float(threshold), following, value)
                return value
            case _:
                total = 0.0 * z
                for coefficient in self.polynomial[::-1]:
                    total = total * z + float(coefficient)
                return total if self.family == "truncated" else 1.0 / (1.0 + xp.exp(-total))


PRIORS: dict[str, Prior] = {
    name: Prior(family, tuple(numbers))
    for name, family, *numbers in (
        ("log_flop", "normal", 58.3, 0.4),
        ("growth", "truncated", 1.4, 0.2, 0.6, 2.2),
        ("growth_years", "lognormal", 7.0, 0.4),
        ("log_power", "normal", 61.0, 0.7),
        ("power_growth", "truncated", 0.9, 0.2, 0.3, 1.6),
        ("softness", "lognormal", 4.0, 0.3),
        ("alpha", "truncated", 0.35, 0.03, 0.23, 0.47),
        ("beta", "truncated", 0.36, 0.03, 0.24, 0.48),
        ("log_tokens_ref", "normal", 29.0, 0.4),
        ("log_reducible_ref", "normal", -1.6, 0.2),
        ("irreducible", "normal", 1.75, 0.06),
        ("r_d", "discrete", (15.39, 31.0, 41.0, 60.0), (0.4, 0.25, 0.2, 0.15)),
        ("r_n", "lognormal", 5.31, 0.6),
        ("log_text", "normal", 32.6, 0.7),
        ("text_growth", "truncated", 0.07, 0.03, 0.0, 0.16),
        ("quality", "beta", 4.0, 14.0),
        ("log_multimodal", "normal", 30.5, 1.0),
        ("multimodal_growth", "truncated", 0.12, 0.05, 0.0, 0.3),
        ("private_share", "beta", 2.5, 9.0),
        ("synthetic", "discrete", (0.0, 0.5, 1.0, 4.0), (0.3, 0.3, 0.25, 0.15)),
        ("ramp_date", "normal", 4.0, 1.5),
        ("ramp_years", "lognormal", 1.5, 0.3),
        ("log_gpt4", "normal", 58.3, 0.3),
        ("generation_step", "truncated", 2.5, 0.6, 1.0, 4.5),
        ("progress", "lognormal", 1.0, 0.3),
        ("training_years", "lognormal", 0.33, 0.25),
        ("lag_1", "lognormal", 0.4, 0.5),
        ("lag_2", "lognormal", 0.4, 0.5),
        ("lag_3", "lognormal", 0.5, 0.6),
        ("lag_4", "lognormal", 0.6, 0.6),
    )
}


def at_scores(xp: Any, z: Any) -> dict[str, Any]:
    """Every input at the rows of normal scores, shape (30, n)."""
    return {name: prior.at_score(xp, row) for (name, prior), row in zip(PRIORS.items(), z, strict=True)}

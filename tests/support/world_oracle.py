"""The plain world checked by brute force, one draw at a time: searches and roots, in calendar years.

The path of compute and the supply of data are those of `benchmarks.forecast.plain`, which the bench times;
the loss law, repeats, first passages and releases are written anew from MODEL.md, with nothing but grids.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.forecast import plain
from benchmarks.forecast.plain import Moment, effective
from datawall.model.clock import Clock
from datawall.model.inputs import Inputs
from support.numerics import root

EFFECTIVE_DATA, ADDITIVE_PENALTY = 0, 1
LADDER = np.array(plain.LADDER)
"""One pass, then half octaves with every power of two midway between two of them."""
_ASKED: Any = SimpleNamespace(ceilings=("trend", "spend", "power", "chips", "latency"))
STEP = 1 / 24
"""Dates this far apart are looked at for the first passage [years]."""

type Path = Callable[[np.ndarray], np.ndarray]


def least(function: Callable[[np.ndarray], np.ndarray], lower: Any, upper: Any) -> tuple[Any, Any]:
    """Return where a function is least between bounds, and its value: a search by ever finer grids."""
    lower, upper = np.broadcast_arrays(np.atleast_1d(lower), np.atleast_1d(upper))
    for points in (65, *[17] * 10):
        x = np.linspace(lower, upper, points)
        best = np.argmin(function(x), axis=0)
        lower, upper = (
            np.take_along_axis(x, np.clip(best + side, 0, points - 1)[None], axis=0)[0] for side in (-1, 1)
        )
    x = np.linspace(lower, upper, 17)
    values = function(x)
    best = np.argmin(values, axis=0)
    return np.take_along_axis(x, best[None], axis=0)[0], values.min(axis=0)


@dataclass(frozen=True)
class Oracle:
    """One draw of the world.

    Attributes
    ----------
    draw
        Floats; one value for each generation where the inputs have one.
    as_of
        As-of date [decimal year].
    anchors
        Date of each level [decimal year].
    start, end
        First and last date looked at [decimal year].
    counts
        Passes that a run may make under the penalty; every number up to 300 if none are given.
    """

    draw: Inputs
    as_of: float
    anchors: dict[str, float]
    start: float
    end: float
    counts: np.ndarray | None = None

    def at(self, year: Any, floor: Any = -np.inf) -> Moment:
        """The plain world at a date, given ln C that had been reached before."""
        years = {name: date - self.as_of for name, date in self.anchors.items()}
        whole = float(np.floor(self.as_of))
        clock = Clock(as_of_year=whole, as_of_fraction=self.as_of - whole, **years)
        return Moment(np, self.draw, clock, _ASKED, year - self.as_of, floor)

    # The largest run.
    def ceilings(self, year: Any) -> np.ndarray:
        """ln FLOP by trend, money, power, chips and latency."""
        return self.at(year).allowed

    @cached_property
    def history(self) -> np.ndarray:
        return np.linspace(self.start, self.end, round((self.end - self.start) / STEP) + 1)

    @cached_property
    def highest(self) -> np.ndarray:
        return np.maximum.accumulate(self.ceilings(self.history).min(axis=0))

    def log_flop(self, year: Any) -> np.ndarray:
        """ln C, which never falls."""
        reached = self.highest[np.searchsorted(self.history, year, side="right") - 1]
        return np.maximum(reached, self.ceilings(year).min(axis=0))

    def binding(self, year: Any) -> np.ndarray:
        return np.argmin(self.ceilings(year), axis=0)

    # The data.
    def unique(self, year: Any) -> np.ndarray:
        """Training tokens m U."""
        return np.exp(self.at(year).log_tokens)

    def dense_flop(self, year: Any) -> Any:
        """Compute of the dense, plainly trained run with the same optimum."""
        return np.exp(self.at(year, self.log_flop(year)).log_useful)

    # The loss law, from what holds at its optimum at 1e21 FLOP.
    @cached_property
    def law(self) -> tuple[float, float, float, float]:
        """A, B, alpha, beta."""
        d = self.draw
        alpha, beta = (1 - d.params_exponent) * d.exponent_sum, d.params_exponent * d.exponent_sum
        params = (1e21 / 6 / d.tokens_per_param_1e21) ** 0.5
        tokens = d.tokens_per_param_1e21 * params
        # d/dN and d/dD balance at fixed ND: alpha A N^-alpha = beta B D^-beta
        params_term = d.reducible_loss_1e21 * beta / (alpha + beta)
        tokens_term = d.reducible_loss_1e21 * alpha / (alpha + beta)
        return params_term * params**alpha, tokens_term * tokens**beta, alpha, beta

    def optimum(self, flop: Any) -> tuple[Any, Any]:
        """N*, D* (Hoffmann et al. 2022, equation 4)."""
        A, B, alpha, beta = self.law
        G = (alpha * A / (beta * B)) ** (1 / (alpha + beta))
        params = G * (flop / 6) ** (beta / (alpha + beta))
        return params, flop / (6 * params)

    def params_for(self, tokens: Any) -> Any:
        """N whose optimum uses these tokens."""
        A, B, alpha, beta = self.law
        return (alpha * A / (beta * B) * tokens**beta) ** (1 / alpha)

    def reducible(self, params: Any, tokens: Any) -> Any:
        A, B, alpha, beta = self.law
        return A * params**-alpha + B * tokens**-beta

    def flop_for_reducible(self, loss: Any) -> Any:
        """C whose optimum has this reducible loss: a power law, so two computes give it."""
        low, high = (np.log(self.reducible(*self.optimum(flop))) for flop in (1e20, 1e30))
        return np.exp(np.log(1e20) + (np.log(loss) - low) / (high - low) * np.log(1e10))

    # Repeats.
    def penalty(self, params: Any, unique: Any, passes: Any) -> Any:
        """P at ten extra passes and twenty unique tokens a parameter, and its powers of both."""
        d = self.draw
        extra = np.maximum(passes - 1, 0) / 10
        size = params / unique * 20
        return d.repetition_penalty * extra**d.penalty_passes_exponent * size**d.penalty_size_exponent

    def limited_loss(self, flop: Any, unique: Any, passes: Any) -> Any:
        """Reducible loss of a run that makes 1 or more passes."""
        tokens = passes * unique
        params = flop / (6 * tokens)
        if self.draw.repetition_form == EFFECTIVE_DATA:
            deserved = np.minimum(self.params_for(unique), params)
            worth = deserved * effective(np, params / deserved, self.draw.repetition_r_n)
            return self.reducible(worth, unique * effective(np, passes, self.draw.repetition_r_d))
        return self.reducible(params, tokens) + self.penalty(params, unique, passes)

    def best(self, year: Any) -> tuple[Any, Any]:
        """Passes and reducible loss of the best run."""
        flop, unique = self.dense_flop(year), self.unique(year)
        params, tokens = self.optimum(flop)
        if self.draw.repetition_form == ADDITIVE_PENALTY and self.counts is not None:
            losses = np.array([self.limited_loss(flop, unique, e) for e in self.counts])
            passes, loss = self.counts[np.argmin(losses, axis=0)], losses.min(axis=0)
        else:
            # more passes than C / C0 would leave the model smaller than one pass deserves
            most = flop / (6 * unique * self.params_for(unique))
            most = most if self.draw.repetition_form == EFFECTIVE_DATA else np.full_like(most, 300.0)
            log_passes, loss = least(
                lambda x: self.limited_loss(flop, unique, np.exp(x)), 0.0 * most, np.log(np.maximum(most, 1))
            )
            passes = np.exp(log_passes)
        plenty = tokens <= unique
        return np.where(plenty, tokens / unique, passes), np.where(
            plenty, self.reducible(params, tokens), loss
        )

    def log_equal_flop(self, year: Any) -> Any:
        """ln C_eq."""
        return np.log(self.flop_for_reducible(self.best(year)[1]))

    def worth(self, year: Any, most: float, shrink: float) -> Any:
        """Unique tokens, over m U, that up to `most` passes are worth to a model of N*(C) / shrink."""
        if self.draw.repetition_form == EFFECTIVE_DATA:
            return effective(np, most, self.draw.repetition_r_d) + 0 * year
        unique = self.unique(year)
        params = self.optimum(self.dense_flop(year))[0] / shrink
        _, B, _, beta = self.law

        def tokens_loss(passes: Any) -> Any:
            return B * (passes * unique) ** -beta + self.penalty(params, unique, passes)

        if self.counts is None:
            _, loss = least(lambda x: tokens_loss(np.exp(x)), 0.0 * unique, np.log(most) + 0.0 * unique)
        else:
            allowed = [*self.counts[self.counts <= most], most]
            loss = np.min([tokens_loss(e) for e in allowed], axis=0)
        return (B / loss) ** (1 / beta) / unique

    # What is asked.
    def log_demand(self, year: Any) -> Any:
        return np.log(self.draw.overtraining_factor * self.optimum(self.dense_flop(year))[1])

    def overtrained_loss(self, flop: Any, shrink: Any, tokens: Any) -> Any:
        """Reducible loss of a model smaller than the optimum of `flop`, of a hybrid architecture."""
        params, factor = self.optimum(flop)[0] / shrink, self.draw.hybrid_factor

        def with_all(used: Any) -> Any:
            dense, best = self.reducible(params, used), self.reducible(*self.optimum(6 * params * used))
            return best + factor * (dense - best)

        if factor <= 1:
            return with_all(tokens)
        # a penalty made larger can grow with the tokens, and nobody has to use them all
        most = np.log(tokens)
        return least(lambda x: with_all(np.exp(x)), most - 30, most)[1].reshape(np.shape(tokens))

    def headroom(self, year: Any, at: float) -> Any:
        """Largest k whose tokens are affordable, with repeats priced as for a model `at` times smaller."""
        tokens = self.worth(year, self.draw.max_passes, at) * self.unique(year)
        return np.array([self.smallest(*run) for run in zip(self.dense_flop(year), tokens, strict=True)])

    def smallest(self, flop: float, tokens: float) -> float:
        """Largest k at equal loss on these tokens; their share of the optimum's where they do not feed it."""
        params, needed = self.optimum(flop)
        if tokens < needed:
            return tokens / needed
        loss = self.reducible(params, needed)
        log_k = root(lambda x: np.log(self.overtrained_loss(flop, np.exp(x), tokens) / loss), 0.0, 30.0)
        return np.exp(log_k)

    def walls(self, questions: Any) -> list[Path]:
        """Numbers that reach zero at each wall."""
        d, k = self.draw, questions.levels("overtrained")[0]

        def tokens(e: float) -> Path:
            return lambda t: self.log_demand(t) - np.log(e * self.unique(t))

        def effective(e: float) -> Path:
            return lambda t: self.log_demand(t) - np.log(self.worth(t, e, 1.0) * self.unique(t))

        def overtrained(t: Any) -> Any:
            flop = self.dense_flop(t)
            tokens = self.worth(t, d.max_passes, k) * self.unique(t)
            return np.log(self.overtrained_loss(flop, k, tokens) / self.reducible(*self.optimum(flop)))

        def frontier(e: float) -> Path:
            return lambda t: np.log(self.best(t)[0] / e)

        def efficiency(x: float) -> Path:
            return lambda t: np.log(x) + np.log(self.dense_flop(t)) - self.log_equal_flop(t)

        return [
            *map(tokens, questions.levels("tokens")),
            *map(effective, questions.levels("effective")),
            overtrained,
            *map(frontier, questions.levels("frontier")),
            *map(efficiency, questions.levels("efficiency")),
        ]

    def compute_levels(self, questions: Any) -> list[Path]:
        """Numbers that reach zero when a run of each amount of compute can start."""
        return [lambda t, level=level: self.log_flop(t) - np.log(level) for level in questions.compute_levels]

    def generations(self, questions: Any) -> dict[str, list[Path]]:
        """Numbers that reach zero when training of each generation can start."""
        d = self.draw

        def log_effective(t: Any) -> Any:
            doublings = (t - self.anchors["gpt4"]) * 12 / d.algorithmic_halving_months
            lost = np.log(self.dense_flop(t)) - self.log_equal_flop(t)
            return self.log_flop(t) - lost + doublings * np.log(2)

        def reach(path: Path, index: float) -> Path:
            level = d.gpt4_flop * 10 ** (d.oom_per_generation * (index - 4))
            return lambda t: path(t) - np.log(level)

        paths = {"raw": self.log_flop, "effective": log_effective}
        return {kind: [reach(path, i) for i in questions.generations] for kind, path in paths.items()}

    def first(self, gap: Path) -> float:
        """Year in which a gap first reaches zero: -inf by the first date, inf if it does not."""
        reached = np.flatnonzero(gap(self.history) >= 0)
        if not reached.size:
            return np.inf
        after = reached[0]
        if after == 0:
            return -np.inf
        return root(lambda t: float(np.squeeze(gap(np.array([t])))), *self.history[[after - 1, after]])

    def releases(self, starts: list[float]) -> list[float]:
        """Year in which a model at least as large as each generation is out."""
        d = self.draw
        extra = [np.zeros_like(d.slip_months), d.staging_months, d.slip_months, d.retry_months]
        months = d.post_training_lag_months + np.choose(np.int64(d.release_outcome), extra)
        own = np.array(starts) + d.training_days / 365.25 + months / 12
        return [float(own[i:].min()) for i in range(len(own))]

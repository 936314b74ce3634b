"""The world of `datawall.model` written plainly: whole arrays, dates on the leading axes, draws last.

It runs on NumPy and on every library that looks like it. The passes are found by the engine's Halley steps;
dates are bracketed on the same grid and found by false position, where the engine takes Newton steps.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from datawall.model.clock import Clock
from datawall.model.inputs import Inputs
from datawall.model.questions import Questions

FLOP_PER_S = 989.4e12
DAY, HOUR, YEAR = 86_400.0, 3_600.0, 365.25
LOG_REF = np.log(1e21)
LOG6, LOG10 = np.log(6.0), np.log(10.0)
LADDER = [1.0, *(2.0 ** ((rung + 0.5) / 2.0) for rung in range(12))]
REFINEMENTS = 6


def bent(xp: Any, log_value: Any, log_ceiling: Any) -> Any:
    return log_ceiling + xp.log(-xp.expm1(-xp.exp(log_value - log_ceiling)))


def effective(xp: Any, multiple: Any, r: Any) -> Any:
    return 1.0 - r * xp.expm1((1.0 - multiple) / r)


def returns(xp: Any, log_multiple: Any, r: Any, exponent: Any) -> tuple[Any, Any, Any]:
    """Log of the returns lost after so many uses, with two derivatives."""
    multiple = xp.exp(log_multiple)
    gained = xp.expm1((1.0 - multiple) / r)
    worth = 1.0 - r * gained
    elasticity = multiple * (1.0 + gained) / worth
    value = (multiple - 1.0) / r + (1.0 + exponent) * xp.log(worth) - log_multiple
    slope = multiple / r + (1.0 + exponent) * elasticity - 1.0
    curvature = multiple / r + (1.0 + exponent) * elasticity * (1.0 - multiple / r - elasticity)
    return value, slope, curvature


def best_split(xp: Any, alpha: Any, beta: Any, r_d: Any, r_n: Any, total: Any) -> tuple[Any, Any]:
    """Log of the parameter multiple and of the passes that spend `total` >= 0 best."""
    slope_e, slope_n = beta + 1.0 / r_d, alpha + 1.0 / r_n
    saturated = xp.abs(0.5 * xp.log(r_d / r_n))
    lean = xp.clip(total * (slope_n / (slope_e + slope_n) - 0.5), -saturated, saturated)
    log_e = xp.clip(0.5 * total + lean, 0.0, total)
    for _ in range(2):
        lost_e, slope_e, curve_e = returns(xp, log_e, r_d, beta)
        lost_n, slope_n, curve_n = returns(xp, total - log_e, r_n, alpha)
        first_e, first_n = slope_e / (1.0 + lost_e), slope_n / (1.0 + lost_n)
        second_e = curve_e / (1.0 + lost_e) - first_e**2
        second_n = curve_n / (1.0 + lost_n) - first_n**2
        slope, curvature = first_e + first_n, second_e - second_n
        newton = xp.log((1.0 + lost_e) / (1.0 + lost_n)) / slope
        log_e = log_e - newton / (1.0 - xp.clip(0.5 * newton * curvature / slope, -0.5, 0.5))
        log_e = xp.clip(log_e, 0.0, total)
    lost_e, slope_e, _ = returns(xp, log_e, r_d, beta)
    lost_n, slope_n, _ = returns(xp, total - log_e, r_n, alpha)
    log_e = xp.where(total > 0.0, log_e - (lost_e - lost_n) / (slope_e + slope_n), 0.0)
    return total - log_e, log_e


@dataclass(frozen=True)
class Moment:
    """Many draws at dates `t`, given what the largest run had reached before; worked out when asked for.

    Axes: (row of a criterion, draw), or (date of the grid, 1, draw).
    """

    xp: Any
    d: Inputs
    clock: Clock
    questions: Questions
    t: Any
    floor: Any

    # C(t)
    @cached_property
    def ceilings(self) -> dict[str, Any]:
        d, clock, t = self.d, self.clock, self.t
        slowdown = self.xp.maximum(d.slowdown_date - clock.as_of_year - clock.as_of_fraction, clock.frontier)
        years = (
            self.xp.minimum(t, slowdown) - clock.frontier + d.growth_kept * self.xp.maximum(t - slowdown, 0.0)
        )
        log_per_s = self.xp.log(FLOP_PER_S * d.format_speedup * d.mfu)
        log_per_run = log_per_s + self.xp.log(d.training_days * DAY)
        since = t - clock.spending
        usd = bent(
            self.xp,
            self.xp.log(d.run_budget_usd) + self.xp.log(d.run_budget_growth) * since,
            self.xp.log(d.run_budget_ceiling_usd),
        )
        per_usd = (
            log_per_s + self.xp.log(HOUR / d.usd_per_h100e_hour) + self.xp.log(d.flop_per_usd_growth) * since
        )
        since = t - clock.power
        watts = bent(
            self.xp,
            self.xp.log(d.site_power_w) + self.xp.log(d.site_power_growth) * since,
            self.xp.log(d.site_power_ceiling_w),
        )
        per_watt = (
            self.xp.log(d.sites_per_run / d.watts_per_h100e) + self.xp.log(d.flop_per_watt_growth) * since
        )
        stock = self.xp.log(d.chip_stock_h100e) + self.xp.log(d.chip_stock_growth) * (t - clock.chips)
        return {
            "trend": self.xp.log(d.frontier_flop) + self.xp.log(d.compute_growth) * years,
            "spend": usd + per_usd,
            "power": watts + per_watt + log_per_run,
            "chips": stock + self.xp.log(d.largest_run_share) + log_per_run,
            "latency": self.xp.log(d.latency_flop) + 0.0 * t,
        }

    @cached_property
    def allowed(self) -> Any:
        return self.xp.stack(
            self.xp.broadcast_arrays(*(self.ceilings[name] for name in self.questions.ceilings))
        )

    @cached_property
    def log_flop(self) -> Any:
        return self.xp.maximum(self.allowed.min(axis=0), self.floor)

    # U(t)
    @cached_property
    def log_tokens(self) -> Any:
        d = self.d
        natural = (
            d.text_tokens * d.text_quality
            + d.private_text * d.private_text_tokens
            + d.multimodal * d.multimodal_tokens
        )
        level = self.xp.log(natural * (1.0 + d.synthetic_ratio) * d.distillation_multiplier)
        return level + self.xp.log(d.supply_growth) * (self.t - self.clock.supply)

    # The loss law
    @cached_property
    def b(self) -> Any:
        return 1.0 - self.d.params_exponent

    @cached_property
    def alpha(self) -> Any:
        return self.b * self.d.exponent_sum

    @cached_property
    def beta(self) -> Any:
        return self.d.params_exponent * self.d.exponent_sum

    @cached_property
    def gamma(self) -> Any:
        return self.d.params_exponent * self.alpha

    @cached_property
    def log_tokens_ref(self) -> Any:
        return 0.5 * (self.xp.log(self.d.tokens_per_param_1e21) + LOG_REF - LOG6)

    def log_reducible(self, log_flop: Any) -> Any:
        return self.xp.log(self.d.reducible_loss_1e21) - self.gamma * (log_flop - LOG_REF)

    # Demand against supply
    @cached_property
    def log_useful(self) -> Any:
        d = self.d
        physical = self.xp.where(d.distillation_reading == 1, self.xp.log(d.distillation_multiplier), 0.0)
        gain = (
            d.sparsity_exponent * self.xp.log(d.sparsity) + self.xp.log1p(-d.multi_token_overhead) + physical
        )
        return self.log_flop + gain

    @cached_property
    def log_ratio(self) -> Any:
        return self.log_tokens_ref + self.b * (self.log_useful - LOG_REF) - self.log_tokens

    @cached_property
    def log_demand_ratio(self) -> Any:
        return self.log_ratio + self.xp.log(self.d.overtraining_factor)

    @cached_property
    def beyond(self) -> Any:
        return self.xp.maximum(self.log_ratio / self.b, 0.0)

    @cached_property
    def is_effective(self) -> Any:
        return self.d.repetition_form == 0

    @cached_property
    def split(self) -> tuple[Any, Any]:
        return best_split(
            self.xp, self.alpha, self.beta, self.d.repetition_r_d, self.d.repetition_r_n, self.beyond
        )

    @cached_property
    def log_penalty(self) -> Any:
        d = self.d
        log_c0 = LOG_REF + (self.log_tokens - self.log_tokens_ref) / self.b
        log_size = log_c0 - LOG6 - 2.0 * self.log_tokens + self.xp.log(20.0)
        return (
            self.xp.log(d.repetition_penalty)
            + d.penalty_size_exponent * log_size
            - self.log_reducible(log_c0)
        )

    def repeat_cost(self, count: Any) -> Any:
        extra = self.xp.maximum(count - 1.0, 0.0) / 10.0
        return self.xp.where(extra > 0.0, extra**self.d.penalty_passes_exponent, 0.0)

    @cached_property
    def rungs(self) -> list[Any]:
        """Loss on each rung of the ladder under the penalty form."""
        kappa = self.d.penalty_size_exponent
        params_term = self.d.params_exponent * self.xp.exp(-self.alpha * self.beyond)
        penalty = self.xp.exp(self.log_penalty + kappa * self.beyond)
        return [
            params_term * count**self.alpha
            + self.b * count**-self.beta
            + penalty * (self.repeat_cost(count) * count**-kappa)
            for count in LADDER
        ]

    @cached_property
    def lowest(self) -> Any:
        return self.xp.stack(self.rungs).min(axis=0)

    @cached_property
    def log_efficiency(self) -> Any:
        d = self.d
        log_params, log_passes = self.split
        smooth = (
            d.params_exponent * effective(self.xp, self.xp.exp(log_params), d.repetition_r_n) ** -self.alpha
        )
        smooth = smooth + self.b * effective(self.xp, self.xp.exp(log_passes), d.repetition_r_d) ** -self.beta
        loss = self.xp.where(self.is_effective, smooth, self.lowest)
        return self.xp.where(self.beyond > 0.0, -self.xp.log(loss) / self.gamma - self.beyond, 0.0)

    @cached_property
    def log_effective_flop(self) -> Any:
        doublings = 12.0 / self.d.algorithmic_halving_months * (self.t - self.clock.gpt4)
        return self.log_flop + self.log_efficiency + self.xp.log(2.0) * doublings

    def log_worth(self, most: Any, log_shrink: float) -> Any:
        """Log of the tokens, over the unique ones, that up to `most` passes are worth to a smaller model."""
        log_size = self.d.params_exponent * self.log_ratio / self.b - log_shrink
        penalty = self.xp.exp(self.log_penalty + self.d.penalty_size_exponent * log_size)

        def token_loss(count: Any) -> Any:
            return self.b * count**-self.beta + penalty * self.repeat_cost(count)

        least = token_loss(most)
        for count in LADDER:
            least = self.xp.where(count <= most, self.xp.minimum(least, token_loss(count)), least)
        penalised = (self.xp.log(self.b) - self.xp.log(least)) / self.beta
        return self.xp.where(
            self.is_effective, self.xp.log(effective(self.xp, most, self.d.repetition_r_d)), penalised
        )

    @property
    def shrink(self) -> float:
        """How many times smaller the overtrained model is."""
        (factor,) = self.questions.levels("overtrained")
        return factor

    @cached_property
    def log_affordable(self) -> Any:
        """Log of the tokens the data are worth to the overtrained model, over those of the optimum."""
        return self.log_worth(self.d.max_passes, self.xp.log(self.shrink)) - self.log_ratio

    def overtrained(self, log_shrink: Any, log_tokens: Any) -> tuple[Any, Any, Any]:
        """Relative loss of an overtrained model, the best of its compute, and its parameter term."""
        hybrid = self.d.hybrid_factor
        # a model of an architecture that makes size matter more stops where more tokens would hurt
        steeper = hybrid > 1.0
        turn = self.xp.log(hybrid / self.xp.where(steeper, hybrid - 1.0, 1.0)) - self.gamma * log_shrink
        used = self.xp.minimum(log_tokens, self.xp.where(steeper, turn / (self.beta - self.gamma), np.inf))
        params_term = self.d.params_exponent * self.xp.exp(self.alpha * log_shrink)
        dense = params_term + self.b * self.xp.exp(-self.beta * used)
        best = self.xp.exp(self.gamma * (log_shrink - used))
        return best + hybrid * (dense - best), best, params_term

    @cached_property
    def headroom(self) -> Any:
        hybrid, s = self.d.hybrid_factor, self.alpha / self.beta
        log_tokens = self.xp.maximum(self.log_affordable, 0.0)
        log_shrink = self.xp.log1p(-s * self.xp.expm1(-self.beta * log_tokens)) / self.alpha
        for _ in range(4):
            loss, best, params_term = self.overtrained(log_shrink, log_tokens)
            slope = (1.0 - hybrid) * self.gamma * best + hybrid * self.alpha * params_term
            log_shrink = log_shrink + (1.0 - loss) / slope
        return self.xp.exp(log_shrink + self.xp.minimum(self.log_affordable, 0.0))

    # What is asked: one row for each level; zero or more once it is reached
    def tokens_gap(self) -> Any:
        return self.log_demand_ratio - _log_column(self.questions.levels("tokens"))

    def effective_gap(self) -> Any:
        return self.log_demand_ratio - self.log_worth(_column(self.questions.levels("effective")), 0.0)

    def overtrained_gap(self) -> Any:
        return self.xp.log(self.overtrained(self.xp.log(self.shrink), self.log_affordable)[0])

    def frontier_gap(self) -> Any:
        counts = np.array(self.questions.levels("frontier"))
        losses = self.xp.stack(self.rungs)
        fewer = [sum(rung < count for rung in LADDER) for count in counts]
        rows = self.xp.broadcast_to(
            losses, (len(LADDER), *np.broadcast_shapes(losses.shape[1:], (len(counts), 1)))
        )
        margins = [
            rows[:k, ..., row, :].min(axis=0, initial=np.inf) - rows[k:, ..., row, :].min(axis=0)
            for row, k in enumerate(fewer)
        ]
        log_counts = _log_column(counts)
        limited = self.xp.where(
            self.is_effective, self.split[1] - log_counts, self.xp.stack(margins, axis=-2)
        )
        gap = self.xp.where(self.beyond > 0.0, limited, self.log_ratio - log_counts)
        return self.xp.where(log_counts == 0.0, self.log_ratio, gap)

    def efficiency_gap(self) -> Any:
        return _log_column(self.questions.levels("efficiency")) - self.log_efficiency

    @property
    def levels(self) -> Any:
        steps = _column(self.questions.generations) - 4.0
        return self.xp.log(self.d.gpt4_flop) + steps * LOG10 * self.d.oom_per_generation

    def effective_level_gap(self) -> Any:
        return self.log_effective_flop - self.levels

    def raw_level_gap(self) -> Any:
        return self.log_flop - self.levels

    def compute_level_gap(self) -> Any:
        return self.log_flop - _log_column(self.questions.compute_levels)

    @property
    def paths(self) -> dict[str, Any]:
        best = self.xp.asarray(LADDER)[self.xp.argmin(self.xp.stack(self.rungs), axis=0)]
        passes = self.xp.where(self.is_effective, self.xp.exp(self.split[1]), best)
        passes = self.xp.where(self.beyond > 0.0, passes, self.xp.exp(self.log_ratio))
        loss = self.d.irreducible_loss + self.xp.exp(
            self.log_reducible(self.log_useful + self.log_efficiency)
        )
        paths = {
            "frontier_flop": self.log_flop / LOG10,
            "effective_flop": self.log_effective_flop / LOG10,
            "demand_tokens": (self.log_tokens + self.log_demand_ratio) / LOG10,
            "supply_tokens": self.log_tokens / LOG10,
            "passes": self.xp.log10(passes),
            "efficiency": self.log_efficiency / LOG10,
            "overtraining_headroom": self.headroom,
            "loss": loss,
            "binding_ceiling": self.xp.argmin(self.allowed, axis=0).astype(float),
        }
        allowed = self.xp.swapaxes(self.allowed[:, :, 0], 0, 1) / LOG10
        return {name: path[:, 0] for name, path in paths.items()} | {"ceiling_flop": allowed}


GAPS = (
    Moment.tokens_gap,
    Moment.effective_gap,
    Moment.overtrained_gap,
    Moment.frontier_gap,
    Moment.efficiency_gap,
    Moment.effective_level_gap,
    Moment.raw_level_gap,
    Moment.compute_level_gap,
)


def _column(values: Any) -> Any:
    return np.asarray(values)[:, None]


def _log_column(values: Any) -> Any:
    return np.log(_column(values))


def first_passage(gap: Any, moment: Moment, on_grid: Any, level: Any, grid: Any) -> Any:
    """Dates, one row for each level of a criterion: bracketed on the grid, then false position."""
    xp = moment.xp
    reached = on_grid >= 0.0
    index = xp.argmax(reached, axis=0)
    inside = reached.any(axis=0) & (index > 0)
    before = xp.maximum(index - 1, 0)
    gap_low = xp.where(inside, xp.take_along_axis(on_grid, before[None], axis=0)[0], -1.0)
    gap_high = xp.where(inside, xp.take_along_axis(on_grid, index[None], axis=0)[0], 1.0)
    low, high = xp.where(inside, grid[before], grid[0]), xp.where(inside, grid[index], grid[-1])
    floor = xp.where(inside, xp.take_along_axis(level, before, axis=0), -np.inf)
    side = xp.zeros_like(low)
    for _ in range(REFINEMENTS):
        date = low + gap_low / (gap_low - gap_high) * (high - low)
        value = gap(replace(moment, t=date, floor=floor))
        below = value < 0.0
        shares = (1.0 - value / xp.where(end == 0.0, 1.0, end) for end in (gap_high, gap_low))
        scale_low, scale_high = (xp.where(share > 0.0, share, 0.5) for share in shares)
        gap_low, gap_high = (
            xp.where(below, value, xp.where(side > 0, scale_low, 1.0) * gap_low),
            xp.where(below, xp.where(side < 0, scale_high, 1.0) * gap_high, value),
        )
        low, high = xp.where(below, date, low), xp.where(below, high, date)
        side = xp.where(below, -1.0, 1.0)
    date = low + gap_low / (gap_low - gap_high) * (high - low)
    outside = xp.where(reached.any(axis=0), -np.inf, np.inf)
    return xp.where(inside, date, outside)


def simulate(xp: Any, d: Inputs, clock: Clock, grid: Any, questions: Questions) -> dict[str, Any]:
    """The outputs of many draws (last axis of every input), by the names of `benchmarks.world.outputs`."""
    moment = Moment(xp, d, clock, questions, grid[:, None, None], -np.inf)
    level = xp.maximum.accumulate(moment.log_flop, axis=0)
    moment = replace(moment, floor=level)
    dates = [first_passage(gap, moment, gap(moment), level[:, 0], grid) for gap in GAPS]
    *walls, effective, raw, levels = dates
    starts = {"effective": effective, "raw": raw}

    slips = [0.0 * d.slip_months, d.staging_months, d.slip_months, d.retry_months]
    months = d.post_training_lag_months + xp.choose(d.release_outcome.astype(int), slips, mode="clip")
    delay = d.training_days / YEAR + months / 12.0
    releases = {
        kind: xp.minimum.accumulate((start + delay)[::-1], axis=0)[::-1] for kind, start in starts.items()
    }
    hardware, rest = xp.log(d.flop_per_usd_growth), xp.log(d.other_efficiency_growth)
    algorithms = 12.0 * np.log(2.0) / d.algorithmic_halving_months
    pace = hardware + algorithms + rest
    return {
        "wall_date": xp.concatenate(walls),
        "training_start": xp.stack([starts["raw"], starts["effective"]]),
        "release": xp.stack([releases["raw"], releases["effective"]]),
        "compute_date": levels,
        "price_gain": _log_column(questions.price_gains) / pace,
        "price_decline": pace / LOG10,
        "price_share": xp.stack([hardware, algorithms, rest]) / pace,
        **moment.paths,
    }

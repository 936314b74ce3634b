"""The largest run at a date, ceiling by ceiling."""

from collections.abc import Iterator, Mapping

from datawall.explanation.future import OneFuture, State
from datawall.explanation.steps import Step
from datawall.explanation.steps import digits as n
from datawall.model.frontier import H100_FLOP_PER_S
from datawall.model.inputs import Inputs

EQUATIONS = {
    "trend": "C0 g^(years before the slowdown + kept share x years after)",
    "spend": "budget under its ceiling x FLOP/s x 3600 / price an hour x growth",
    "power": "site power under its ceiling x sites / W per H100e x growth x FLOP/s x seconds",
    "chips": "stock x growth x share of the largest run x FLOP/s x seconds",
    "latency": "as published",
}


def compute_steps(future: OneFuture, state: State) -> Iterator[Step]:
    """Yield each ceiling and the largest run under them."""
    numbers = _ceilings(future.inputs, future.scenario.anchors, state.date)
    for name, flop in state.ceilings.items():
        yield Step(f"ceiling: {name}", EQUATIONS[name], numbers[name], flop, "FLOP")
    lowest = f"min({', '.join(n(flop) for flop in state.ceilings.values())})"
    if state.flop > 1.000001 * min(state.ceilings.values()):
        lowest = f"max({n(state.flop)}, {lowest})"
    yield Step("largest run", "C = lowest ceiling; it never shrinks", lowest, state.flop, "FLOP")


def _bent(level: float, growth: float, years: float, ceiling: float) -> str:
    return f"{n(ceiling)} * (1 - exp(-{n(level)} * {n(growth)}**{n(years)} / {n(ceiling)}))"


def _ceilings(i: Inputs, anchors: Mapping[str, float], date: float) -> dict[str, str]:
    since = {name: date - anchor for name, anchor in anchors.items()}
    chip = f"{n(H100_FLOP_PER_S)} * {n(i.format_speedup)} * {n(i.mfu)}"
    run = f"{chip} * {n(i.training_days)} * 86400"
    slowdown = max(i.slowdown_date, anchors["frontier"])
    fast, slow = min(date, slowdown) - anchors["frontier"], max(date - slowdown, 0.0)
    usd = _bent(i.run_budget_usd, i.run_budget_growth, since["spending"], i.run_budget_ceiling_usd)
    watts = _bent(i.site_power_w, i.site_power_growth, since["power"], i.site_power_ceiling_w)
    return {
        "trend": f"{n(i.frontier_flop)} * {n(i.compute_growth)}"
        f"**({n(fast)} + {n(i.growth_kept)} * {n(slow)})",
        "spend": f"{usd} * {chip} * 3600 / {n(i.usd_per_h100e_hour)}"
        f" * {n(i.flop_per_usd_growth)}**{n(since['spending'])}",
        "power": f"{watts} * {n(i.sites_per_run)} / {n(i.watts_per_h100e)}"
        f" * {n(i.flop_per_watt_growth)}**{n(since['power'])} * {run}",
        "chips": f"{n(i.chip_stock_h100e)} * {n(i.chip_stock_growth)}**{n(since['chips'])}"
        f" * {n(i.largest_run_share)} * {run}",
        "latency": n(i.latency_flop),
    }

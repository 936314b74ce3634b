"""The largest run at a date, ceiling by ceiling."""

from collections.abc import Iterator, Mapping

from datawall.analysis.explanation import epoch2030, gptn2024, villalobos2024
from datawall.analysis.explanation.future import OneFuture, State
from datawall.analysis.explanation.steps import Step
from datawall.analysis.explanation.steps import digits as n
from datawall.model.ceilings.frontier import H100_FLOP_PER_S
from datawall.model.inputs import Inputs

EQUATIONS = {
    "trend": "C0 g^(years before the slowdown + kept share x years after)",
    "spend": "budget under its ceiling x FLOP/s x 3600 / price an hour x growth",
    "power": "site power under its ceiling x sites / W per H100e x growth x FLOP/s x seconds",
    "chips": "stock x growth x share of the largest run x FLOP/s x seconds",
    "latency": "as published",
    **epoch2030.EQUATIONS,
    **gptn2024.EQUATIONS,
    **villalobos2024.EQUATIONS,
}


def compute_steps(future: OneFuture, state: State) -> Iterator[Step]:
    """Yield each ceiling and the largest run under them."""
    for name, flop in state.ceilings.items():
        numbers = _NUMBERS[name](future.inputs, future.scenario.anchors, state.date)
        yield Step(f"ceiling: {name}", EQUATIONS[name], numbers, flop, "FLOP")
    lowest = f"min({', '.join(n(flop) for flop in state.ceilings.values())})"
    if state.flop > 1.000001 * min(state.ceilings.values()):
        lowest = f"max({n(state.flop)}, {lowest})"
    yield Step("largest run", "C = lowest ceiling; it never shrinks", lowest, state.flop, "FLOP")


def _bent(level: float, growth: float, years: float, ceiling: float) -> str:
    return f"{n(ceiling)} * (1 - exp(-{n(level)} * {n(growth)}**{n(years)} / {n(ceiling)}))"


def _chip(i: Inputs) -> str:
    return f"{n(H100_FLOP_PER_S)} * {n(i.format_speedup)} * {n(i.mfu)}"


def _run(i: Inputs) -> str:
    return f"{_chip(i)} * {n(i.training_days)} * 86400"


def _trend(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    slowdown = max(i.slowdown_date, anchors["frontier"])
    fast, slow = min(date, slowdown) - anchors["frontier"], max(date - slowdown, 0.0)
    return f"{n(i.frontier_flop)} * {n(i.compute_growth)}**({n(fast)} + {n(i.growth_kept)} * {n(slow)})"


def _spend(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    years = date - anchors["spending"]
    usd = _bent(i.run_budget_usd, i.run_budget_growth, years, i.run_budget_ceiling_usd)
    return f"{usd} * {_chip(i)} * 3600 / {n(i.usd_per_h100e_hour)} * {n(i.flop_per_usd_growth)}**{n(years)}"


def _power(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    years = date - anchors["power"]
    watts = _bent(i.site_power_w, i.site_power_growth, years, i.site_power_ceiling_w)
    sites = f"{watts} * {n(i.sites_per_run)} / {n(i.watts_per_h100e)}"
    return f"{sites} * {n(i.flop_per_watt_growth)}**{n(years)} * {_run(i)}"


def _chips(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    stock = f"{n(i.chip_stock_h100e)} * {n(i.chip_stock_growth)}**{n(date - anchors['chips'])}"
    return f"{stock} * {n(i.largest_run_share)} * {_run(i)}"


def _latency(i: Inputs, anchors: Mapping[str, float], date: float) -> str:  # noqa: ARG001 - like the others
    return n(i.latency_flop)


_NUMBERS = {
    "trend": _trend,
    "spend": _spend,
    "power": _power,
    "chips": _chips,
    "latency": _latency,
    **epoch2030.NUMBERS,
    **gptn2024.NUMBERS,
    **villalobos2024.NUMBERS,
}

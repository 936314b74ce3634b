"""What a backtest says, in sentences."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from datawall import scoring
from datawall.backtesting.questions import TARGETS
from datawall.backtesting.scores import counted, pit_bounds_of
from datawall.scoring import pit_ecdf, pit_values

PASSES = (0.65, 0.95)
"""Between which the coverage of an 80 % interval is taken to be right."""

WAYS = {"level": ("amounts", "more", "less"), "date": ("dates", "later", "earlier")}
"""For each kind of target what it asks, and what an outcome above or below its forecast is."""

MOSTLY = 0.75
FOREGONE = 0.01
FEWEST_OF_TARGET = 10
"""Outcomes of one target whose coverage is worth a word."""

HINDSIGHT = (
    "No cut of the evidence undoes one thing: the models and their weak priors were written in 2026, by "
    "people who knew what had come."
)

FEWEST = 20
"""Outcomes whose distribution is worth a sentence."""

YEARS = {0.5: "half a year", 1.0: "one year", 2.0: "two years", 4.0: "four years"}


def verdicts(scored: Mapping[str, xr.Dataset], skills: Mapping[str, xr.Dataset], who: str) -> list[str]:
    """Return what a backtest found about one forecaster, the judgement first.

    Parameters
    ----------
    scored
        Of `scores.score`, by forecaster.
    skills
        Of `scores.skill` for `who`, by reference; one may be missing.
    who
        The forecaster.
    """
    ours = scored[who]
    horizons = [horizon for horizon in (1.0, 2.0) if horizon in ours["horizon"].values]
    return [
        *(_covers(who, ours, horizon) for horizon in horizons),
        *_missed(ours),
        *(_beats(who, reference, skills.get(reference)) for reference in ("persistence", "trend")),
        *(_loses(reference, skill) for reference, skill in skills.items() if _worse(skill)),
        *_leaning(ours, "level"),
        *_leaning(ours, "date"),
        _open(ours),
        _independent(ours),
        HINDSIGHT,
    ]


def apart(origins: np.ndarray, distance: float) -> int:
    """Return how many origins can be chosen at least `distance` apart.

    Examples
    --------
    >>> apart(np.array([2019.0, 2019.5, 2020.0, 2020.5, 2021.0]), 1.0)
    3
    """
    chosen: list[float] = []
    for origin in np.unique(origins):
        if not chosen or origin - chosen[-1] >= distance - 1e-6:
            chosen.append(origin)
    return len(chosen)


def in_question(scored: xr.Dataset) -> np.ndarray:
    """Return which dates a forecast held to be neither nearly certain to come in their window nor not to.

    Whatever happens, a forecast of those is as good as right, and would hide the others in an average.
    """
    miss = np.sqrt(scored["brier"].values)
    chance = np.where(scored["state"].values == "open", miss, 1.0 - miss)
    return (chance > FOREGONE) & (chance < 1.0 - FOREGONE)


def _held(scored: xr.Dataset, these: np.ndarray, mass: float = 0.8) -> tuple[float, int]:
    """Return which share of some outcomes the central intervals hold, and how many outcomes there are."""
    bounds = pit_bounds_of(scored)[these]
    return (float(np.mean(scoring.coverage(bounds, mass))) if len(bounds) else np.nan), len(bounds)


def _of_kind(scored: xr.Dataset, kind: str) -> np.ndarray:
    return np.array([TARGETS[str(target)].kind == kind for target in scored["target"].values], bool)


def _covers(who: str, scored: xr.Dataset, horizon: float) -> str:
    these = counted(scored) & (scored["horizon"].values == horizon)
    dates = these & _of_kind(scored, "date") & in_question(scored)
    told = [
        f"{_percent(share)} of {count} {what}, {_judged(share)}"
        for what, (share, count) in (
            ("amounts", _held(scored, these & _of_kind(scored, "level"))),
            ("dates that were in question (those still open among them)", _held(scored, dates)),
        )
        if count
    ]
    if not told:
        return f"No outcome can be told yet {_ahead(horizon)} ahead."
    return (
        f"{_ahead(horizon).capitalize()} ahead, the 80 % intervals of {who} hold {', and '.join(told)} "
        f"(asked of them is {_percent(PASSES[0])} to {_percent(PASSES[1])})."
    )


def _judged(share: float) -> str:
    low, high = PASSES
    return "too few" if share < low else "too many" if share > high else "as they should"


def _missed(scored: xr.Dataset) -> list[str]:
    """Say of which targets, all horizons together, the intervals hold too few or too many."""
    misses = []
    for name, target in TARGETS.items():
        share, count = _held(scored, counted(scored) & (scored["target"].values == name))
        if count >= FEWEST_OF_TARGET and not PASSES[0] <= share <= PASSES[1]:
            misses.append(f"{_judged(share)} of {target.title} ({_percent(share)} of {count})")
    return [f"Target by target, all horizons together, they hold {'; '.join(misses)}."] if misses else []


def _beats(who: str, reference: str, skill: xr.Dataset | None) -> str:
    nothing = f"On the largest run, {who} and {reference} answered no question whose outcome is known."
    if skill is None or "largest_run" not in skill["target"].values:
        return nothing
    cell = skill.sel(target="largest_run", horizon=0.0)
    value, error, questions = float(cell["skill"]), float(cell["error"]), int(cell["questions"])
    if not questions:
        return nothing
    beats = "beats" if cell["crps"] < cell["crps_reference"] else "does not beat"
    margin = "too few origins for an error" if np.isnan(error) else f"standard error {_percent(error)}"
    doubt = ", less than two standard errors from none" if abs(value) < 2 * error else ""
    return (
        f"On the largest run, the CRPS of {who} {beats} that of {reference}: {float(cell['crps']):.2f} "
        f"against {float(cell['crps_reference']):.2f} orders of magnitude over {questions} questions "
        f"(skill {_percent(value)}, {margin}{doubt})."
    )


def _worse(skill: xr.Dataset) -> list[str]:
    """Return the targets, with their skill, on which the reference is better, all horizons together."""
    cells = skill.sel(horizon=0.0)
    return [
        f"{TARGETS[str(target)].title} (skill {_percent(float(value))} over {int(count)})"
        for target, value, count in zip(
            cells["target"].values, cells["skill"].values, cells["questions"].values, strict=True
        )
        if value < 0.0
    ]


def _loses(reference: str, skill: xr.Dataset) -> str:
    return f"Better than it is {reference} on: {'; '.join(_worse(skill))}."


def _leaning(scored: xr.Dataset, kind: str) -> list[str]:
    """Say which way what came lies of what was foretold, where it leaves the band of calibrated forecasts."""
    these = counted(scored) & _of_kind(scored, kind)
    if np.sum(these) < FEWEST:
        return []
    bounds = pit_bounds_of(scored)[these]
    ecdf = pit_ecdf(pit_values(bounds, seed=0))
    if ecdf.inside:
        return []
    what, above, below = WAYS[kind]
    share_below = np.mean(ecdf.share < ecdf.at)
    way = above if share_below > MOSTLY else below if share_below < 1.0 - MOSTLY else "further off"
    return [
        f"What came was {way} than foretold, of {what}: its place in the forecasts leaves the 95 % band of "
        "calibrated ones, a band that is too narrow where outcomes depend on each other."
    ]


def _open(scored: xr.Dataset) -> str:
    states = scored["state"].values
    happened, still, unresolved = (int(np.sum(states == one)) for one in ("happened", "open", "unresolved"))
    left_out = int(np.sum((states == "open") & scored["crps"].notnull().values & ~counted(scored)))
    floors = (
        f" {left_out} of the open are levels of which only a floor is known, which can tell only against low "
        "forecasts: they are left out of coverage and skill."
        if left_out
        else ""
    )
    return (
        f"Of {len(states)} questions, {happened} are answered by what happened, {still} are open (it had not "
        f"come when it was last looked for) and {unresolved} cannot be told yet.{floors}"
    )


def _independent(scored: xr.Dataset) -> str:
    these = counted(scored)
    origins, horizons = scored["origin"].values[these], scored["horizon"].values[these]
    counts = [
        f"{apart(origins[horizons == horizon], horizon)} at {_ahead(horizon)}"
        for horizon in np.unique(horizons)
    ]
    return (
        f"Horizons of the {len(np.unique(origins))} origins overlap; so many are apart by a whole horizon: "
        f"{', '.join(counts)}."
    )


def _ahead(horizon: float) -> str:
    return YEARS.get(horizon, f"{horizon:g} years")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

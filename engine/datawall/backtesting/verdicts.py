"""Verdicts of a backtest in sentences: calibration, skill and bias."""

from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np
import xarray as xr

from datawall.backtesting.questions import NAIVE, TARGETS
from datawall.backtesting.scores import counted, coverage_table, held, of_kind, pit_bounds_of
from datawall.backtesting.scoring import pit_ecdf, pit_values
from datawall.formatting import horizon as ahead
from datawall.formatting import percent

_PASSES = (0.65, 0.95)
"""Range of acceptable coverage of an 80 % interval."""

_WAYS = {"level": ("Amounts", "larger", "smaller"), "date": ("Dates", "later", "earlier")}
"""Words for each kind of target: its subject, and an outcome above or below its forecast."""

_MOSTLY = 0.75
_FEWEST_OF_TARGET = 10
"""Fewest outcomes of a target for a report of its coverage."""

_HINDSIGHT = (
    "No cut of the evidence undoes one thing: the models and their weak priors were written in 2026, by "
    "people who knew what had come."
)

_FEWEST = 20
"""Fewest outcomes for a report of their distribution."""


def verdicts(scored: Mapping[str, xr.Dataset], skills: Mapping[str, xr.Dataset], who: str) -> list[str]:
    """Return the verdicts on one forecaster: coverage of its intervals, and skill against baselines.

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
    horizons = [years for years in (1.0, 2.0) if years in ours["horizon"].values]
    return [
        *(_covers(who, ours, years) for years in horizons),
        *_missed(ours),
        *(_beats(who, reference, skills.get(reference)) for reference in NAIVE),
        *(_loses(reference, skills[reference]) for reference in NAIVE if _worse(skills.get(reference))),
    ]


def remarks(scored: xr.Dataset, taken_out: Mapping[float, Collection[str]]) -> list[str]:
    """Return remarks on the scores of a forecaster.

    By origin, `taken_out` has what limits the largest run but was stated later, so that it took no part.
    """
    return [
        *_without(taken_out),
        *_leaning(scored, "level"),
        *_leaning(scored, "date"),
        _open(scored),
        _independent(scored),
        _HINDSIGHT,
    ]


def _apart(origins: np.ndarray, distance: float) -> int:
    """Return the largest number of origins at least `distance` apart.

    Examples
    --------
    >>> [_apart(np.array([2019.0, 2019.5, 2020.0, 2020.5, 2021.0]), years) for years in (0.5, 1.0, 9.0)]
    [5, 3, 1]
    """
    chosen: list[float] = []
    for origin in np.unique(origins):
        if not chosen or origin - chosen[-1] >= distance - 1e-6:
            chosen.append(origin)
    return len(chosen)


def _covers(who: str, scored: xr.Dataset, years: float) -> str:
    told = [
        f"{percent(share)} of {count} {what}, {_judged(share)}"
        for kind, what in (
            ("level", "amounts"),
            ("date", "dates that were in question (those still open among them)"),
        )
        for share, count in [held(scored, kind, years)]
        if count
    ]
    if not told:
        return f"No outcome can be told yet {ahead(years)} ahead."
    return (
        f"{ahead(years)} ahead, the 80 % intervals of {who} hold {', and '.join(told)} (asked of them is "
        f"{percent(_PASSES[0])} to {percent(_PASSES[1])})."
    )


def _judged(share: float) -> str:
    low, high = _PASSES
    return "too few" if share < low else "too many" if share > high else "as they should"


def _missed(scored: xr.Dataset) -> list[str]:
    """Report targets whose intervals, over all horizons, hold too few or too many outcomes."""
    table = coverage_table(scored).sel(mass=0.8, horizon=0.0).drop_sel(target="")
    misses = [
        f"{_judged(share)} of {TARGETS[str(target)].title} ({percent(share)} of {count})"
        for target, share, count in zip(
            table["target"].values, table["coverage"].values, table["questions"].values, strict=True
        )
        if count >= _FEWEST_OF_TARGET and not _PASSES[0] <= share <= _PASSES[1]
    ]
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
    margin = "too few origins for an error" if np.isnan(error) else f"standard error {percent(error)}"
    doubt = ", less than two standard errors from none" if abs(value) < 2 * error else ""
    return (
        f"On the largest run, the CRPS of {who} {beats} that of {reference}: {float(cell['crps']):.2f} "
        f"against {float(cell['crps_reference']):.2f} orders of magnitude over {questions} questions "
        f"(skill {percent(value)}, {margin}{doubt})."
    )


def _worse(skill: xr.Dataset | None) -> list[str]:
    """Return the targets with negative skill against the reference, over all horizons."""
    if skill is None:
        return []
    cells = skill.sel(horizon=0.0)
    return [
        f"{TARGETS[str(target)].title} (skill {percent(float(value))} over {int(count)})"
        for target, value, count in zip(
            cells["target"].values, cells["skill"].values, cells["questions"].values, strict=True
        )
        if value < 0.0
    ]


def _loses(reference: str, skill: xr.Dataset) -> str:
    return f"Better than it is {reference} on: {'; '.join(_worse(skill))}."


def _without(taken_out: Mapping[float, Collection[str]]) -> list[str]:
    counts = Counter(name for names in taken_out.values() for name in names)
    if not counts:
        return []
    told = ", ".join(f"{name} at {count}" for name, count in counts.most_common())
    return [
        f"The largest run was forecast without what was stated by hand after the origin: of {len(taken_out)} "
        f"origins, {told}. So that part of today's forecast is not tested here."
    ]


def _leaning(scored: xr.Dataset, kind: str) -> list[str]:
    """Report directional bias where the PIT ECDF leaves its simultaneous band."""
    these = counted(scored) & of_kind(scored, kind)
    if np.sum(these) < _FEWEST:
        return []
    bounds = pit_bounds_of(scored)[these]
    ecdf = pit_ecdf(pit_values(bounds, seed=0))
    if ecdf.inside:
        return []
    what, above, below = _WAYS[kind]
    share_below = np.mean(ecdf.share < ecdf.at)
    way = above if share_below > _MOSTLY else below if share_below < 1.0 - _MOSTLY else "differently spread"
    return [
        f"{what} came out {way} than forecast, by more than in 95 % of calibrated forecasts, were their "
        "outcomes independent of each other."
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
        f"{_apart(origins[horizons == horizon], horizon)} at {ahead(horizon)}"
        for horizon in np.unique(horizons)
    ]
    return (
        f"Horizons of the {len(np.unique(origins))} origins overlap; so many are apart by a whole horizon: "
        f"{', '.join(counts)}."
    )

"""What a backtest says, in sentences."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from datawall.backtesting.questions import TARGETS
from datawall.backtesting.scores import counted
from datawall.backtesting.words import horizon as ahead
from datawall.backtesting.words import percent
from datawall.scoring import pit_ecdf, pit_values

PASSES = (0.65, 0.95)
"""Between which the coverage of an 80 % interval is taken to be right."""

WAYS = {"level": ("Amounts", "higher", "lower"), "date": ("Dates", "later", "earlier")}
"""For each kind of target what it asks, and what an outcome above or below its forecast is."""

MOSTLY = 0.75
FEWEST_OF_TARGET = 10
"""Outcomes of one target whose coverage is worth a word."""

HINDSIGHT = (
    "No cut of the evidence undoes one thing: the models and their weak priors were written in 2026, by "
    "people who knew what had come."
)

FEWEST = 20
"""Outcomes whose distribution is worth a sentence."""

COVERS, UNTOLD, BEATS = "The 80 % intervals of", "No outcome can be told yet", "On the largest run,"
"""How the sentences begin that judge: by coverage, and by CRPS."""


def verdicts(
    scored: Mapping[str, xr.Dataset], skills: Mapping[str, xr.Dataset], coverage: xr.Dataset, who: str
) -> list[str]:
    """Return what a backtest found about one forecaster, the judgement first.

    Parameters
    ----------
    scored
        Of `scores.score`, by forecaster.
    skills
        Of `scores.skill` for `who`, by reference; one may be missing.
    coverage
        Of `scores.coverage_table` for `who`.
    who
        The forecaster.
    """
    ours = scored[who]
    horizons = [horizon for horizon in (1.0, 2.0) if horizon in coverage["horizon"].values]
    return [
        *(_covers(who, coverage, horizon) for horizon in horizons),
        *_missed(coverage, horizons),
        *(_beats(who, reference, skills.get(reference)) for reference in ("persistence", "trend")),
        *_leaning(ours, "level"),
        *_leaning(ours, "date"),
        _open(ours),
        _independent(ours),
        HINDSIGHT,
    ]


def judgement(sentences: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the sentences that judge coverage and CRPS, and the rest, both in their order.

    Examples
    --------
    >>> judgement(["The 80 % intervals of us hold all.", "Of 9 questions, 9 are open."])
    (['The 80 % intervals of us hold all.'], ['Of 9 questions, 9 are open.'])
    """
    judging = [one for one in sentences if one.startswith((COVERS, UNTOLD, BEATS))]
    return judging, [one for one in sentences if one not in judging]


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


def _covers(who: str, coverage: xr.Dataset, horizon: float) -> str:
    cell = coverage.sel(mass=0.8, horizon=horizon, target="")
    share, questions = float(cell["coverage"]), int(cell["questions"])
    if not questions:
        return f"{UNTOLD} {ahead(horizon)} ahead."
    happened, of_those = int(cell["happened"]), float(cell["coverage_happened"])
    come = f"; {percent(of_those)} of the {happened} that have come" if happened else ""
    return (
        f"{COVERS} {who} hold {percent(share)} of {questions} outcomes {ahead(horizon)} "
        f"ahead, dates that are still open among them{come}: {_judged(share)} (asked of them is "
        f"{percent(PASSES[0])} to {percent(PASSES[1])})."
    )


def _judged(share: float) -> str:
    low, high = PASSES
    return "too few" if share < low else "too many" if share > high else "as they should"


def _missed(coverage: xr.Dataset, horizons: list[float]) -> list[str]:
    """Say of which targets, one and two years ahead together, the intervals hold too few or too many."""
    cells = coverage.sel(mass=0.8, horizon=horizons).drop_sel(target="")
    questions = cells["questions"].sum("horizon")
    shares = (cells["coverage"].fillna(0.0) * cells["questions"]).sum("horizon") / questions.clip(min=1)
    misses = [
        f"{_judged(share)} of {TARGETS[str(target)].title} ({percent(share)} of {count})"
        for target, share, count in zip(shares["target"].values, shares.values, questions.values, strict=True)
        if count >= FEWEST_OF_TARGET and not PASSES[0] <= share <= PASSES[1]
    ]
    if not misses:
        return []
    return [f"Target by target, 1 and 2 years ahead, 80 % intervals hold {'; '.join(misses)}."]


def _beats(who: str, reference: str, skill: xr.Dataset | None) -> str:
    nothing = f"{BEATS} {who} and {reference} answered no question whose outcome is known."
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
        f"{BEATS} the CRPS of {who} {beats} that of {reference}: {float(cell['crps']):.2f} "
        f"against {float(cell['crps_reference']):.2f} orders of magnitude over {questions} questions "
        f"(skill {percent(value)}, {margin}{doubt})."
    )


def _leaning(scored: xr.Dataset, kind: str) -> list[str]:
    """Say on which side of forecasts outcomes fell, where they leave the band of calibrated ones."""
    of_kind = np.array([TARGETS[str(target)].kind == kind for target in scored["target"].values], bool)
    these = counted(scored) & of_kind
    if np.sum(these) < FEWEST:
        return []
    bounds = np.stack([scored["pit_low"].values, scored["pit_high"].values], axis=1)[these]
    ecdf = pit_ecdf(pit_values(bounds, seed=0))
    if ecdf.inside:
        return []
    what, above, below = WAYS[kind]
    share_below = np.mean(ecdf.share < ecdf.at)
    way = above if share_below > MOSTLY else below if share_below < 1.0 - MOSTLY else "further off"
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
        f"{apart(origins[horizons == horizon], horizon)} at {ahead(horizon)}"
        for horizon in np.unique(horizons)
    ]
    return (
        f"Horizons of the {len(np.unique(origins))} origins overlap; so many are apart by a whole horizon: "
        f"{', '.join(counts)}."
    )

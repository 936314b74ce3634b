"""Release timing as a renewal process: lognormal waits about each developer's pace, the last censored."""

import math
from collections.abc import Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.distributions.special import SCORE_LIMIT
from datawall.errors import DatawallError
from datawall.inference.evidence_model import Arrays, Evidence, Model, Module
from datawall.inference.latents import latent, sample_rows
from datawall.inference.likelihoods import CensoredWait, log_survival, rest_of_wait
from datawall.inference.tables import EvidenceTable, dates, evidence_of, numbers, open_table
from datawall.units import MONTHS_PER_YEAR

_TABLE = "flagships.csv"
_STATUSES = ("released", "watched")
_SOONEST = 12.0 / 365.25
"""Shortest wait resolved by dates, one day [months]."""


def _open_releases(
    as_of: float | None, files: tuple[Path, ...], *columns: str
) -> tuple[EvidenceTable, dict[str, float]]:
    """Return the dated releases known by a date, and the end of observation by developer [decimal year]."""
    needed = ("developer", "model", *columns, "release_date", "status", "source")
    table = open_table(_TABLE, needed, None, files)
    watched = _watched_until(table, as_of)
    table.known_by(as_of)
    table.keep(np.array(table.texts("status")) == "released", "only say until when was watched")
    table.keep(np.isfinite(dates(table, "release_date")), "without a release date")
    return table, watched


def _watched_until(table: EvidenceTable, as_of: float | None) -> dict[str, float]:
    """Return the end of observation of each developer, from its own row, but not past the as-of date."""
    if unknown := set(table.texts("status")) - set(_STATUSES):
        raise DatawallError(f"{table.label}: unknown status {unknown.pop()!r}; use {' or '.join(_STATUSES)}")
    until: dict[str, float] = {}
    known = dates(table, "date_known")
    for name, date in zip(table.texts("developer"), known, strict=True):
        until[name] = max(until.get(name, date), date)
    return {name: date if as_of is None else min(date, as_of) for name, date in until.items()}


def _waits_of(table: EvidenceTable, watched: dict[str, float], pivot: float, **more: np.ndarray) -> Evidence:
    """Return the waits between the releases of each developer.

    Parameters
    ----------
    table
        The releases that end one wait and begin the next.
    watched
        Until when each developer was watched without a newer one [decimal year].
    pivot
        Date at which the typical wait is stated [decimal year].
    more
        Further constants of each release, in the order of the table.

    Returns
    -------
    Evidence
        A wait for each release, by developer and date: those that go on count as long as they have lasted.
    """
    developers, developer = np.unique(table.texts("developer"), return_inverse=True)
    released = dates(table, "release_date")
    order = np.lexsort((released, developer))
    developer, released = developer[order], released[order]
    models = np.array(table.texts("model"))[order]
    last = np.append(developer[1:] != developer[:-1], True)
    until = np.array([watched[name] for name in developers])[developer]
    end = np.where(last, until, np.append(released[1:], 0.0))
    wait = np.maximum(MONTHS_PER_YEAR * (end - released), _SOONEST)
    return evidence_of(
        table,
        observed={"wait_seen": wait},
        constants={
            "released": released,
            "developer_of_wait": developer,
            "watched": np.where(last, wait, np.inf),
            "last": np.flatnonzero(last),
            "pivot": np.array(pivot),
            **{name: values[order] for name, values in more.items()},
        },
        dims={
            **dict.fromkeys(("wait_seen", "released", "developer_of_wait", "watched", *more), ("gap",)),
            "last": ("developer",),
            "pivot": (),
        },
        coords={"gap": [f"after {name}" for name in models], "developer": developers.tolist()},
    )


_WITHIN = {"within_6_months": 6.0, "within_12_months": 12.0}
_HEADLINE = ("typical_wait", "wait_trend", "wait_spread", "developer_spread", "next_release", *_WITHIN)


def _renewals(section: str) -> Model:
    """Return the model of waits whose latents are declared in a section of ``priors/latents.toml``."""

    def model(evidence: Evidence, observed: Arrays | None) -> None:
        """Model waits as lognormal about each developer's own pace, with a common trend in time.

        The developers' paces are drawn from a common distribution. The wait since the last release is
        right-censored at its length so far, and the next release is drawn from the truncated distribution.

        ``observed["wait_seen"]`` is in months, of the open ones what has passed.
        """
        data = evidence.constants
        typical, trend = latent(f"{section}.typical_wait"), jnp.log(latent(f"{section}.wait_trend"))
        spread, between = latent(f"{section}.wait_spread"), latent(f"{section}.developer_spread")
        own, last = data["developer_of_wait"], data["last"]
        with numpyro.plate("developer", len(last)):
            deviation = numpyro.sample("developer_deviation", dist.Normal(0.0, 1.0))
            typical_own = numpyro.deterministic("developer_wait", typical * jnp.exp(between * deviation))
        loc = jnp.log(typical_own)[own] + trend * (data["released"] - data["pivot"])
        sample_rows("gap", len(own), "wait_seen", CensoredWait(loc, spread, data["watched"]), observed)
        with numpyro.plate("developer", len(last)):
            _next_release(data["released"][last], data["watched"][last], loc[last], spread)

    return model


def _next_release(released: np.ndarray, watched: np.ndarray, loc: jnp.ndarray, spread: jnp.ndarray) -> None:
    """Add the date of each next release and its probability of coming soon, given none so far."""
    score = numpyro.sample("next_release_score", dist.Normal(0.0, 1.0))
    wait = rest_of_wait(jnp.clip(score, -SCORE_LIMIT, SCORE_LIMIT), watched, loc, spread)
    numpyro.deterministic("next_release", released + wait / MONTHS_PER_YEAR)
    still = log_survival(watched, loc, spread)
    for name, months in _WITHIN.items():
        numpyro.deterministic(name, -jnp.expm1(log_survival(watched + months, loc, spread) - still))


def coming_releases(
    evidence: Evidence, posterior: Arrays, developer: str, now: float, scores: np.ndarray
) -> np.ndarray:
    """Return the dates of a developer's next releases, given none by now.

    The first ends the current wait. Each later one ends a fresh wait, at the pace of `now`: the trend holds
    for the past and is not extrapolated, which would lead to waits of days or of decades.

    Parameters
    ----------
    evidence
        Evidence of the posterior; `developer` is among its developers.
    posterior
        Its draws, of one leading axis.
    developer
        Developer of the releases.
    now
        The date of the forecast [decimal year].
    scores
        Normal score of each wait, shape (releases, draws).

    Returns
    -------
    array
        Dates in their order, shape (releases, draws) [decimal year].
    """
    data = evidence.constants
    place = evidence.coords["developer"].index(developer)
    released = data["released"][data["last"][place]]
    pace, spread = np.log(posterior["developer_wait"][:, place]), posterior["wait_spread"]
    trend = np.log(posterior["wait_trend"])
    waited = max(MONTHS_PER_YEAR * (now - released), _SOONEST)
    with jax.enable_x64(True):
        rest = jax.jit(rest_of_wait)
        first = rest(scores[0], waited, pace + trend * (released - data["pivot"]), spread)
    fresh = np.exp(pace + trend * (now - data["pivot"]) + spread * scores[1:])
    return released + np.cumsum([np.asarray(first), *fresh], axis=0) / MONTHS_PER_YEAR


_PIVOT = 2026.0
"""Date at which the typical wait is stated [year]."""


def _load_cadence(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read releases by developer, and the end of each developer's observation without a newer one."""
    table, watched = _open_releases(as_of, files)
    table.need(5, "with a release")
    return _waits_of(table, watched, _PIVOT)


CADENCE = Module(
    name="cadence",
    title="next flagship of each developer",
    load=_load_cadence,
    model=_renewals("cadence"),
    headline=_HEADLINE,
)


_HIGHEST_VERSION = 1000.0
"""Above this a version number is a date, or a count of parameters."""


def _load_generations(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read the first release of each generation (whole version number) by developer.

    The constant ``generation`` is the whole number with which each wait begins.
    """
    table, watched = _open_releases(as_of, files, "generation")
    table.keep([bool(cell) for cell in table.texts("generation")], "without a version number")
    number = numbers(table, "generation", 0.0, _HIGHEST_VERSION, "a version number")
    opens = opens_generation(table.texts("developer"), dates(table, "release_date"), number)
    table.keep(opens, "no first of a generation, or of one that began before the table")
    table.need(3, "that open a generation")
    newest = float(dates(table, "release_date").max())
    return _waits_of(table, watched, newest, generation=np.floor(number[opens]))


def opens_generation(developers: Sequence[str], released: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the mask of releases that open a generation: a new high of the developer's whole number.

    Where a developer's first release has a fraction, the start of its generation is unknown and it opens
    none.

    Parameters
    ----------
    developers
        Developer of each release.
    released
        Date of each release [decimal year].
    number
        Its version number.

    Examples
    --------
    >>> opens_generation(["A", "A", "A", "B"], np.array([1.0, 2.0, 3.0, 1.0]), np.array([2.0, 2.5, 3.5, 1.5]))
    array([ True, False,  True, False])
    """
    highest: dict[str, int] = {}
    opens = np.zeros(len(released), bool)
    for place in map(int, np.argsort(released, kind="stable")):
        name, whole = developers[place], math.floor(number[place])
        before = highest.get(name, math.ceil(number[place]) - 1)
        opens[place] = whole > before
        highest[name] = max(whole, before)
    return opens


GENERATIONS = Module(
    name="generations",
    title="next whole-number generation of each developer, by name",
    load=_load_generations,
    model=_renewals("generations"),
    headline=_HEADLINE,
)

"""Releases as a renewal process: lognormal waits about each developer's own pace, the last going on."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.distributions.special import SCORE_LIMIT
from datawall.errors import DatawallError
from datawall.inference.evidence_model import Arrays, Evidence, Model
from datawall.inference.latents import latent
from datawall.inference.likelihoods.censored_waiting_time import CensoredWait, log_survival, rest_of_wait
from datawall.inference.shipped_tables import dates, evidence_of, open_table
from datawall.inference.tables import Table
from datawall.units import MONTHS_PER_YEAR

TABLE = "flagships.csv"
STATUSES = ("released", "watched")
SOONEST = 12.0 / 365.25
"""A wait of one day, the shortest that dates can tell [months]."""


def open_releases(
    as_of: float | None, files: tuple[Path, ...], *columns: str
) -> tuple[Table, dict[str, float]]:
    """Return the dated releases known by a date, and until when each developer was watched [decimal year].

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/flagships.csv`` and has its columns.
    columns
        Which ones are needed besides those of every reading.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    needed = ("developer", "model", *columns, "release_date", "status", "source")
    table = open_table(TABLE, needed, None, files)
    watched = _watched_until(table, as_of)
    table.known_by(as_of)
    table.keep(np.array(table.texts("status")) == "released", "only say until when was watched")
    table.keep(np.isfinite(dates(table, "release_date")), "without a release date")
    return table, watched


def _watched_until(table: Table, as_of: float | None) -> dict[str, float]:
    """Return until when each developer was watched: its row that says so, but not past the as-of date."""
    if unknown := set(table.texts("status")) - set(STATUSES):
        raise DatawallError(f"{table.label}: unknown status {unknown.pop()!r}; use {' or '.join(STATUSES)}")
    until: dict[str, float] = {}
    known = dates(table, "date_known")
    for name, date in zip(table.texts("developer"), known, strict=True):
        until[name] = max(until.get(name, date), date)
    return {name: date if as_of is None else min(date, as_of) for name, date in until.items()}


def waits_of(table: Table, watched: dict[str, float], pivot: float, **more: np.ndarray) -> Evidence:
    """Return the waits between the releases of each developer.

    Parameters
    ----------
    table
        The releases that end one wait and begin the next.
    watched
        Until when each developer was watched without a newer one [decimal year].
    pivot
        When the typical wait is stated [decimal year].
    more
        What else is known of each release, in the order of the table.

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
    wait = np.maximum(MONTHS_PER_YEAR * (end - released), SOONEST)
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


WITHIN = {"within_6_months": 6.0, "within_12_months": 12.0}
HEADLINE = ("typical_wait", "wait_trend", "wait_spread", "developer_spread", "next_release", *WITHIN)


def renewals(section: str) -> Model:
    """Return the model of waits whose latents are declared in a section of ``priors/latents.toml``."""

    def model(evidence: Evidence, observed: Arrays | None) -> None:
        """State that waits are lognormal about each developer's own pace, which all change alike with time.

        The developers' paces are drawn from a common distribution. The wait since the last release has not
        ended: it says how long it has lasted, and the next release is drawn from what is left.

        Parameters
        ----------
        evidence, observed
            See `Module`; ``observed["wait_seen"]`` is in months, of the open ones what has passed.
        """
        data = evidence.constants
        typical, trend = latent(f"{section}.typical_wait"), jnp.log(latent(f"{section}.wait_trend"))
        spread, between = latent(f"{section}.wait_spread"), latent(f"{section}.developer_spread")
        own, last = data["developer_of_wait"], data["last"]
        with numpyro.plate("developer", len(last)):
            deviation = numpyro.sample("developer_deviation", dist.Normal(0.0, 1.0))
            typical_own = numpyro.deterministic("developer_wait", typical * jnp.exp(between * deviation))
        loc = jnp.log(typical_own)[own] + trend * (data["released"] - data["pivot"])
        with numpyro.plate("gap", len(own)):
            waits = CensoredWait(loc, spread, data["watched"])
            numpyro.sample("wait_seen", waits, obs=None if observed is None else observed["wait_seen"])
        with numpyro.plate("developer", len(last)):
            _next_release(data["released"][last], data["watched"][last], loc[last], spread)

    return model


def _next_release(released: np.ndarray, watched: np.ndarray, loc: jnp.ndarray, spread: jnp.ndarray) -> None:
    """State the date of each next release, and how likely it comes soon, given that it has not come yet."""
    score = numpyro.sample("next_release_score", dist.Normal(0.0, 1.0))
    wait = rest_of_wait(jnp.clip(score, -SCORE_LIMIT, SCORE_LIMIT), watched, loc, spread)
    numpyro.deterministic("next_release", released + wait / MONTHS_PER_YEAR)
    still = log_survival(watched, loc, spread)
    for name, months in WITHIN.items():
        numpyro.deterministic(name, -jnp.expm1(log_survival(watched + months, loc, spread) - still))


def coming_releases(
    evidence: Evidence, posterior: Arrays, developer: str, now: float, scores: np.ndarray
) -> np.ndarray:
    """Return when the next releases of a developer come, given that none had come by now.

    The first ends the wait that goes on. Each later one ends a fresh wait, at the pace of `now`: the trend is
    known for the past, and is not carried into the future, where it would end in waits of days or of decades.

    Parameters
    ----------
    evidence
        What the posterior was fitted to; `developer` is among its developers.
    posterior
        Its draws, of one leading axis.
    developer
        Whose releases.
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
    waited = max(MONTHS_PER_YEAR * (now - released), SOONEST)
    with jax.enable_x64(True):
        rest = jax.jit(rest_of_wait)
        first = rest(scores[0], waited, pace + trend * (released - data["pivot"]), spread)
    fresh = np.exp(pace + trend * (now - data["pivot"]) + spread * scores[1:])
    return released + np.cumsum([np.asarray(first), *fresh], axis=0) / MONTHS_PER_YEAR

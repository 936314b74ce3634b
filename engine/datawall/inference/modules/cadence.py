"""When the next flagship of each developer comes: the waits between releases under a new version number."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.errors import DatawallError
from datawall.inference.module import Arrays, Evidence, Module
from datawall.inference.modules.shipped import dates, evidence_of, open_table
from datawall.inference.modules.waiting import CensoredWait, log_survival, rest_of_wait
from datawall.inference.priors import latent
from datawall.inference.reading import Table
from datawall.scenario.special import SCORE_LIMIT
from datawall.units import MONTHS_PER_YEAR

TABLE = "flagships.csv"
PIVOT = 2026.0
"""When the typical wait is stated [year]."""
STATUSES = ("released", "watched")
SOONEST = 12.0 / 365.25
"""A wait of one day, the shortest that dates can tell [months]."""
WITHIN = {"within_6_months": 6.0, "within_12_months": 12.0}


def load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read releases by developer, and until when each was watched without a newer one.

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/flagships.csv`` and has its columns.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    table = open_table(TABLE, ("developer", "model", "release_date", "status", "source"), None, files)
    watched = _watched_until(table, as_of)
    table.known_by(as_of)
    table.keep(np.array(table.texts("status")) == "released", "only say until when was watched")
    table.keep(np.isfinite(dates(table, "release_date")), "without a release date")
    names = table.texts("developer")
    several = np.array([names.count(name) >= 2 for name in names], bool)
    table.keep(several, "of a developer with one release")
    table.need(5, "of developers with two or more releases")
    developers, developer = np.unique(table.texts("developer"), return_inverse=True)
    released = dates(table, "release_date")
    order = np.lexsort((released, developer))
    developer, released = developer[order], released[order]
    models = np.array(table.texts("model"))[order]
    last = np.append(developer[1:] != developer[:-1], True)
    until = np.array([watched.get(name, -np.inf) for name in developers])
    until = np.maximum(until, released[last] + SOONEST / MONTHS_PER_YEAR)
    wait = MONTHS_PER_YEAR * (np.where(last, until[developer], np.append(released[1:], 0.0)) - released)
    wait = np.maximum(wait, SOONEST)
    return evidence_of(
        table,
        observed={"wait_seen": wait},
        constants={
            "released": released,
            "developer_of_wait": developer,
            "watched": np.where(last, wait, np.inf),
            "last": np.flatnonzero(last),
        },
        dims={
            **dict.fromkeys(("wait_seen", "released", "developer_of_wait", "watched"), ("gap",)),
            "last": ("developer",),
        },
        coords={"gap": [f"after {name}" for name in models], "developer": developers.tolist()},
    )


def _watched_until(table: Table, as_of: float | None) -> dict[str, float]:
    """Return until when each developer was watched: its row that says so, but not past the as-of date."""
    if unknown := set(table.texts("status")) - set(STATUSES):
        raise DatawallError(f"{table.label}: unknown status {unknown.pop()!r}; use {' or '.join(STATUSES)}")
    until: dict[str, float] = {}
    known = dates(table, "date_known")
    for name, date in zip(table.texts("developer"), known, strict=True):
        until[name] = max(until.get(name, date), date)
    return {name: date if as_of is None else min(date, as_of) for name, date in until.items()}


def model(evidence: Evidence, observed: Arrays | None) -> None:
    """State that waits are lognormal about each developer's own pace, which all change alike with time.

    The developers' paces are drawn from a common distribution. The wait since the last release has not ended:
    it says how long it has lasted, and the next release is drawn from what is left.

    Parameters
    ----------
    evidence, observed
        See `Module`; ``observed["wait_seen"]`` is in months, of the open ones what has passed.
    """
    data = evidence.constants
    typical, trend = jnp.log(latent("cadence.typical_wait")), jnp.log(latent("cadence.wait_trend"))
    spread, between = latent("cadence.wait_spread"), latent("cadence.developer_spread")
    own, last = data["developer_of_wait"], data["last"]
    with numpyro.plate("developer", len(last)):
        pace = typical + between * numpyro.sample("developer_deviation", dist.Normal(0.0, 1.0))
    loc = pace[own] + trend * (data["released"] - PIVOT)
    with numpyro.plate("gap", len(own)):
        waits = CensoredWait(loc, spread, data["watched"])
        numpyro.sample("wait_seen", waits, obs=None if observed is None else observed["wait_seen"])
    with numpyro.plate("developer", len(last)):
        _next_release(data["released"][last], data["watched"][last], loc[last], spread)


def _next_release(released: np.ndarray, watched: np.ndarray, loc: jnp.ndarray, spread: jnp.ndarray) -> None:
    """State the date of each next release, and how likely it comes soon, given that it has not come yet."""
    score = numpyro.sample("next_release_score", dist.Normal(0.0, 1.0))
    wait = rest_of_wait(jnp.clip(score, -SCORE_LIMIT, SCORE_LIMIT), watched, loc, spread)
    numpyro.deterministic("next_release", released + wait / MONTHS_PER_YEAR)
    still = log_survival(watched, loc, spread)
    for name, months in WITHIN.items():
        numpyro.deterministic(name, -jnp.expm1(log_survival(watched + months, loc, spread) - still))


MODULE = Module(
    name="cadence",
    title="next flagship of each developer",
    load=load,
    model=model,
    headline=("typical_wait", "wait_trend", "wait_spread", "developer_spread", "next_release", *WITHIN),
)

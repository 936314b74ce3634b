"""Releases as a renewal process: lognormal waits about each developer's own pace, the last going on."""

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.module import Arrays, Evidence, Model
from datawall.inference.modules.renewal_waits import SOONEST
from datawall.inference.modules.waiting import CensoredWait, log_survival, rest_of_wait
from datawall.inference.priors import latent
from datawall.scenario.special import SCORE_LIMIT
from datawall.units import MONTHS_PER_YEAR

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
        first = rest_of_wait(scores[0], waited, pace + trend * (released - data["pivot"]), spread)
    fresh = np.exp(pace + trend * (now - data["pivot"]) + spread * scores[1:])
    return released + np.cumsum([np.asarray(first), *fresh], axis=0) / MONTHS_PER_YEAR

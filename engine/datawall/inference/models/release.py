"""Release of a trained model: lags, staged releases, slips, cancellations."""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.errors import DatawallError, TooLittleEvidenceError
from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent, sample_rows
from datawall.inference.likelihoods import CensoredWait, WaitSinceInterval
from datawall.inference.tables import EvidenceTable, dates, evidence_of, open_table
from datawall.model.release import OUTCOMES
from datawall.units import MONTHS_PER_YEAR
from datawall.validation import shown, suggestion

_TABLE = "release_lags.csv"
_PIVOT = 2026.0
"""Date at which the typical lag is stated [year]."""
_ONE_DAY = 12.0 / 365.25
"""Width of the interval of a date that is known to the day [months]."""
_WATCHED_TO_THE_END = np.inf
_TYPICAL = ("typical_staging", "typical_slip", "typical_retry")


def _load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read releases: end of training, public release, and outcomes of announced flagships.

    Where a release was staged the lag runs to the preview; the months after it are counted separately.
    """
    days = (
        "training_end_low",
        "training_end_high",
        "preview_date",
        "release_date",
        "due_date",
        "replaced_date",
    )
    table = open_table(_TABLE, ("model", "flagship_case", "outcome", *days, "source"), as_of, files)
    table.need(5, "of releases")
    day = {name: dates(table, name) for name in (*days, "date_known")}
    outcome, names = np.array(table.texts("outcome")), np.array(table.texts("model"))
    staged = outcome == "staged"
    public = np.where(staged, day["preview_date"], day["release_date"])
    end = day["training_end_low"], day["training_end_high"]
    dated = np.isfinite(public) & np.isfinite(end[0]) & np.isfinite(end[1])
    _check_lags(table, dated, *end, public)
    previewed = staged & np.isfinite(day["preview_date"]) & np.isfinite(day["release_date"])
    late = np.isfinite(day["due_date"])
    slipped, cancelled = late & (outcome == "slipped"), late & (outcome == "cancelled")
    for rows, what in ((dated, "with a dated end of training"), (previewed, "with a preview")):
        if rows.sum() < 2:
            need = f"{table.label}: need at least 2 rows {what}, got {rows.sum()}"
            raise TooLittleEvidenceError(f"{need}; add rows")
    slip, slip_watched = _overdue(slipped, day, "release_date")
    retry, retry_watched = _overdue(cancelled, day, "replaced_date")
    counted = np.array(table.texts("flagship_case")) == "counted"
    kinds = {"lag": dated, "staging": previewed, "slip": slipped, "retry": cancelled, "flagship": counted}
    return evidence_of(
        table,
        observed={
            "lag_from_early_end": _months(end[0], public)[dated],
            "staging_seen": _months(day["preview_date"], day["release_date"])[previewed],
            "slip_seen": slip,
            "retry_seen": retry,
            "outcome_of_flagship": _outcomes(table, counted),
        },
        constants={
            "end_width": np.maximum(_months(*end)[dated], _ONE_DAY),
            "end_years": np.mean(end, axis=0)[dated] - _PIVOT,
            "slip_watched": slip_watched,
            "retry_watched": retry_watched,
        },
        dims={
            **dict.fromkeys(("lag_from_early_end", "end_width", "end_years"), ("lag",)),
            "staging_seen": ("staging",),
            **dict.fromkeys(("slip_seen", "slip_watched"), ("slip",)),
            **dict.fromkeys(("retry_seen", "retry_watched"), ("retry",)),
            "outcome_of_flagship": ("flagship",),
            "outcome_weights": ("outcome",),
        },
        coords={kind: names[rows].tolist() for kind, rows in kinds.items()} | {"outcome": list(OUTCOMES)},
    )


def _outcomes(table: EvidenceTable, counted: np.ndarray) -> np.ndarray:
    """Return the index in `OUTCOMES` of the outcome of each counted flagship."""
    found = table.texts("outcome")
    for place in np.flatnonzero(counted):
        if found[place] not in OUTCOMES:
            unknown = f"unknown outcome {shown(found[place])} of a counted flagship"
            raise table.fault(int(place), "outcome", f"{unknown}; {suggestion(found[place], OUTCOMES)}")
    return np.array([OUTCOMES.index(found[place]) for place in np.flatnonzero(counted)], int)


def _months(start: Any, end: Any) -> np.ndarray:
    return MONTHS_PER_YEAR * (end - start)


def _overdue(rows: np.ndarray, day: dict[str, np.ndarray], ending: str) -> tuple[np.ndarray, np.ndarray]:
    """Return observed months past the due date and their censoring limits: inf once ended."""
    due, end, known = day["due_date"][rows], day[ending][rows], day["date_known"][rows]
    ended = np.isfinite(end)
    watched = np.where(ended, _WATCHED_TO_THE_END, _months(due, known))
    return np.where(ended, _months(due, end), watched), watched


def _check_lags(
    table: EvidenceTable, dated: np.ndarray, low: np.ndarray, high: np.ndarray, public: np.ndarray
) -> None:
    for place in np.flatnonzero(dated & ~((low <= high) & (high < public))):
        raise DatawallError(
            f"{table.label}:{table.lines[place]}: need training_end_low <= training_end_high before the "
            "release; correct the dates"
        )


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model lags as lognormal about a trend, and outcomes with constant odds.

    The end of training is interval-censored; a slip or a cancellation that has not ended yet is
    right-censored at its length so far.
    """
    data = evidence.constants

    def sample(kind: str, name: str, distribution: dist.Distribution) -> None:
        sample_rows(kind, len(evidence.coords[kind]), name, distribution, observed)

    typical = (
        jnp.log(latent("release.typical_lag")) + jnp.log(latent("release.lag_trend")) * data["end_years"]
    )
    lag_spread = latent("release.lag_spread")
    latent("release.lag_drift")
    sample("lag", "lag_from_early_end", WaitSinceInterval(typical, lag_spread, data["end_width"]))
    staging, staging_spread = jnp.log(latent("release.typical_staging")), latent("release.staging_spread")
    sample("staging", "staging_seen", CensoredWait(staging, staging_spread, _WATCHED_TO_THE_END))
    for kind in ("slip", "retry"):
        wait, spread = jnp.log(latent(f"release.typical_{kind}")), latent(f"release.{kind}_spread")
        sample(kind, f"{kind}_seen", CensoredWait(wait, spread, data[f"{kind}_watched"]))
    odds = jnp.stack([1.0, *(latent(f"release.{outcome}_odds") for outcome in OUTCOMES[1:])])
    weights = numpyro.deterministic("outcome_weights", odds / odds.sum())
    sample("flagship", "outcome_of_flagship", dist.CategoricalProbs(weights))


def _inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:  # noqa: ARG001
    """Draw the outcome of one more generation's release, and the months of each of its parts.

    The trend of the lag ends at the pivot: carried on, it would soon reach days. Instead the typical lag of
    the forecast drifts from that of today, either way.
    """
    key_outcome, key_drift, *keys = jax.random.split(key, 6)

    def one_more(name: str, key: Any) -> np.ndarray:
        score = np.asarray(jax.random.normal(key, posterior[f"{name}_spread"].shape))
        return posterior[f"typical_{name}"] * np.exp(posterior[f"{name}_spread"] * score)

    drift = posterior["lag_drift"] * np.asarray(jax.random.normal(key_drift, posterior["lag_drift"].shape))
    names = ("lag", "staging", "slip", "retry")
    months = {name: one_more(name, own) for name, own in zip(names, keys, strict=True)}
    outcome = jax.random.categorical(key_outcome, jnp.log(posterior["outcome_weights"]))
    return {
        "release_outcome": np.asarray(outcome, float),
        "post_training_lag_months": months["lag"] * np.exp(drift),
        "staging_months": months["staging"],
        "slip_months": months["slip"],
        "retry_months": months["retry"],
    }


MODULE = Module(
    name="release",
    title="from the end of training to the public",
    load=_load,
    model=_model,
    inputs=_inputs,
    headline=("typical_lag", "lag_trend", "lag_spread", *_TYPICAL, "outcome_weights"),
)

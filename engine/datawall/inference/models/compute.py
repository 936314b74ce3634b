"""Compute frontier: level and growth of the largest training run.

No regression of compute on size and tokens is used: half of the public figures are their product.
"""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent, prior
from datawall.inference.likelihoods import BelowLine, climbed, yearly_pace, years_of
from datawall.inference.tables import (
    EvidenceTable,
    dates,
    evidence_of,
    numbers,
    open_table,
    sd_of_confidence,
    sd_of_factor,
)

TABLE = "frontier_runs.csv"
ANCHOR = 2025.8
"""Date at which the level is stated, or of the last release on record if that came earlier [year]."""
LARGEST = 5
"""Number of the largest runs known at a date that count as its frontier."""
FLOP = (1e15, 1e31, "FLOP")


def _load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read frontier runs: stated or estimated compute, its uncertainty, and dates.

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/frontier_runs.csv`` and has its columns.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    needed = ("model", "release_date", "training_start", "training_flop", "flop_confidence")
    table = open_table(TABLE, (*needed, "flop_low", "flop_high", "interval_mass", "source"), as_of, files)
    table.keep(np.isfinite(numbers(table, "training_flop", *FLOP)), "without an estimate of their compute")
    table.keep(np.isfinite(dates(table, "release_date")), "not released")
    table.keep(_among_largest(table), f"not among the {LARGEST} largest known at their release")
    table.need(3, "with compute and a release date")
    released, flop = dates(table, "release_date"), numbers(table, "training_flop", *FLOP)
    started = dates(table, "training_start")
    error, stated = flop_errors(table)
    anchor = float(min(ANCHOR, released.max()))
    of_runs = {
        "released": released,
        "started": np.nan_to_num(started),
        "start_known": np.isfinite(started),
        "error": error,
        "error_stated": stated,
    }
    return evidence_of(
        table,
        observed={"log_flop": np.log(flop)},
        constants={**of_runs, "anchor": np.array(anchor), "largest": flop.max()},
        dims={**dict.fromkeys(("log_flop", *of_runs), ("run",)), "anchor": (), "largest": ()},
        coords={"run": table.texts("model"), "year": years_of(released)},
        anchors={"frontier": anchor},
    )


def _among_largest(table: EvidenceTable) -> np.ndarray:
    """Return the mask of runs among the largest known at their release; of ties, the earlier ones."""
    flop, released = numbers(table, "training_flop", *FLOP), dates(table, "release_date")
    larger = (flop > flop[:, None]) & (released <= released[:, None])
    return larger.sum(axis=1) < LARGEST


def flop_errors(table: EvidenceTable) -> tuple[np.ndarray, np.ndarray]:
    """Return the standard deviation of ln FLOP, and the mask of rows that state an interval for it."""
    low, high = (numbers(table, column, *FLOP) for column in ("flop_low", "flop_high"))
    mass = numbers(table, "interval_mass", 0.0, 0.999, "a probability")
    stated = np.isfinite(low) & np.isfinite(high) & np.isfinite(mass)
    ratio = np.where(stated, high, 2.0) / np.where(stated, low, 1.0)
    from_interval = sd_of_factor(np.sqrt(ratio), np.where(stated, mass, 0.5))
    by_confidence = sd_of_confidence(table, "flop_confidence", "frontier_runs")
    return np.where(stated, from_interval, by_confidence), stated


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model the largest runs as falling short of a moving frontier, with measurement error.

    The runs are those that were among the largest known at their release: selected for size, so each lies
    below the frontier by an exponential gap. The factors that sources state for their confidence are bounds,
    so one scale turns them all into errors.

    The frontier's pace varies by year about a typical one. Runs of every kind count: language models alone
    grew fortyfold a year from 2018 to 2020, while they caught up with what others had trained.

    Since 2025-08 no closed flagship states its compute. Disclosure is taken to depend on the date and not on
    compute, so that missing rows are ignorable: they are no evidence that the frontier has stopped.

    Parameters
    ----------
    evidence, observed
        See `Module`; ``observed["log_flop"]`` is ln FLOP of each run.
    """
    data = evidence.constants
    level = numpyro.deterministic("level", data["largest"] * latent("compute.level_over_largest"))
    pace = yearly_pace(evidence, jnp.log(latent("compute.growth")), latent("compute.pace_spread"))
    delay, gap = latent("compute.start_to_release"), latent("compute.gap")
    error = data["error"] * jnp.where(data["error_stated"], 1.0, latent("compute.error_scale"))
    start = jnp.where(data["start_known"], data["started"], data["released"] - delay)
    line = jnp.log(level) + climbed(pace, evidence.coords["year"][0], data["anchor"], start)
    with numpyro.plate("run", len(data["error"])):
        runs = BelowLine(line, gap, error)
        numpyro.sample("log_flop", runs, obs=None if observed is None else observed["log_flop"])


def _inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:  # noqa: ARG001
    """Draw the largest run started by the anchor, and its growth from there to the slowdown.

    The largest run is the one of several that is nearest to the frontier. The growth averages over as many
    years of varying pace as the forecast has before its slowdown.

    Parameters
    ----------
    evidence, posterior, key
        See `Module`.
    """
    key_gap, key_pace = jax.random.split(key)
    # the least of several exponential gaps is exponential too
    nearest = posterior["gap"] / LARGEST * np.asarray(jax.random.exponential(key_gap, posterior["gap"].shape))
    years = float(prior("compute.years_ahead").quantile(0.5))
    deviation = np.asarray(jax.random.normal(key_pace, nearest.shape)) / np.sqrt(years)
    growth = posterior["growth"] * np.exp(posterior["pace_spread"] * deviation)
    return {"frontier_flop": posterior["level"] * np.exp(-nearest), "compute_growth": np.maximum(growth, 1.0)}


MODULE = Module(
    name="compute",
    title="compute of the largest training run",
    load=_load,
    model=_model,
    inputs=_inputs,
    headline=("level", "growth", "pace_spread", "start_to_release", "gap", "error_scale"),
)

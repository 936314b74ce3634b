"""Chip performance: FLOP/s of a chip, per dollar and per watt against the date of release."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import numpyro

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent, prior, sample_rows
from datawall.inference.likelihoods import FastStudentT
from datawall.inference.tables import dates, evidence_of, numbers, open_table

TABLE = "hardware.csv"
METRICS = ("flop_per_chip", "flop_per_usd", "flop_per_watt")
H100_RELEASED = 2022.72
H100 = {"tflops": 989.4, "usd": 33600.0, "watts": 700.0}
"""The unit of every metric: an H100 SXM at its release."""


def _load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read chips: dense BF16 peaks, power, price at release."""
    needed = ("chip", "release_date", "bf16_dense_tflops", "tdp_w", "price_usd", "source")
    table = open_table(TABLE, needed, as_of, files)
    table.keep(np.isfinite(dates(table, "release_date")), "not released")
    table.keep(
        np.isfinite(numbers(table, "bf16_dense_tflops", 1.0, 1e6, "TFLOP/s")), "without a dense BF16 peak"
    )
    table.need(5, "with a peak and a release date")
    peak = numbers(table, "bf16_dense_tflops", 1.0, 1e6, "TFLOP/s") / H100["tflops"]
    figures = (
        peak,
        peak / (numbers(table, "price_usd", 100.0, 1e7, "USD") / H100["usd"]),
        peak / (numbers(table, "tdp_w", 10.0, 1e5, "W") / H100["watts"]),
    )
    chip = np.concatenate([np.flatnonzero(np.isfinite(values)) for values in figures])
    metric = np.repeat(np.arange(len(METRICS)), [np.isfinite(values).sum() for values in figures])
    names = table.texts("chip")
    return evidence_of(
        table,
        observed={"log_performance": np.log(np.concatenate([v[np.isfinite(v)] for v in figures]))},
        constants={"years": (dates(table, "release_date") - H100_RELEASED)[chip], "metric_of_figure": metric},
        dims=dict.fromkeys(("log_performance", "years", "metric_of_figure"), ("figure",)),
        coords={
            "figure": [f"{names[c]}: {METRICS[m]}" for c, m in zip(chip, metric, strict=True)],
            "metric": list(METRICS),
        },
    )


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model chips as scattering about steady growth, with Student t residuals in the logarithm.

    ``observed["log_performance"]`` is ln of each figure over the H100's.
    """
    data = evidence.constants
    own = data["metric_of_figure"]
    with numpyro.plate("metric", len(METRICS)):
        level, growth = jnp.log(latent("hardware.level")), jnp.log(latent("hardware.growth"))
        scatter = latent("hardware.scatter")
    df = latent("hardware.residual_df")
    latent("hardware.era_spread")
    figures = FastStudentT(df, level[own] + growth[own] * data["years"], scatter[own])
    sample_rows("figure", len(own), "log_performance", figures, observed)


def _inputs(evidence: Evidence, posterior: Arrays, key: jax.Array) -> dict[str, np.ndarray]:  # noqa: ARG001
    """Draw growth per dollar and per watt, averaged over the forecast.

    The recorded chips determine the average of their own era well; that of the next two decades departs from
    it by `era_spread`. Part of the departure is common to both, as both come from the same chips.
    """
    shared = float(prior("hardware.era_correlation").quantile(0.5))
    score = np.asarray(jax.random.normal(key, (3, len(posterior["era_spread"]))))
    departure = posterior["era_spread"] * (np.sqrt(shared) * score[0] + np.sqrt(1.0 - shared) * score[1:])
    per_usd, per_watt = posterior["growth"][:, 1:].T * np.exp(departure)
    return {"flop_per_usd_growth": per_usd, "flop_per_watt_growth": per_watt}


MODULE = Module(
    name="hardware",
    title="FLOP/s per chip, per dollar and per watt",
    load=_load,
    model=_model,
    inputs=_inputs,
    headline=("growth", "level", "scatter", "era_spread"),
)

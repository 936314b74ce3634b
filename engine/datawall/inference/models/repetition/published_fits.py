"""Worth of repetition from published fits: a random-effects model of each constant."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent
from datawall.inference.models.repetition import runs
from datawall.inference.models.repetition.predictive import QUANTITIES, of_a_new_run
from datawall.inference.models.repetition.published_table import load_readings


def readings_model(evidence: Evidence, observed: Arrays | None) -> None:
    """State that each reading scatters about what a typical study would find.

    Two things set a reading apart from that: its own error, which is wider than its posterior says, and what
    changes with the recipe, the data and the base law of the reading.

    Parameters
    ----------
    evidence, observed
        See `Module`; ``observed["log_reading"]`` is the logarithm of each reading.
    """
    data = evidence.constants
    quantities = evidence.coords["quantity"]
    typical = jnp.stack([jnp.log(latent(f"repetition.{name}")) for name in quantities])
    spread = jnp.stack([latent(f"repetition.{name}_spread") for name in quantities])
    overconfidence = latent("repetition.overconfidence")
    error = data["log_error"] * jnp.where(data["from_posterior"], overconfidence, 1.0)
    own = data["quantity_index"]
    if "penalty" in quantities:
        latent("repetition.regularisation")
    with numpyro.plate("reading", len(own)):
        scatter = dist.Normal(typical[own], jnp.hypot(error, spread[own]))
        numpyro.sample("log_reading", scatter, obs=None if observed is None else observed["log_reading"])


def _readings_inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:
    """Return what a new frontier run will find of every constant that has been read."""
    return of_a_new_run(evidence.coords["quantity"], posterior, key)


MODULE = Module(
    name="repetition",
    title="value of repeated data from published readings",
    load=load_readings,
    model=readings_model,
    inputs=_readings_inputs,
    headline=QUANTITIES,
    on_files=runs.MODULE,
)

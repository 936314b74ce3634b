"""Value of repeated data from published fits: a random-effects meta-analysis of each constant."""

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
    """Model readings of a constant as scattering about the value of a typical study.

    A reading departs from it for two reasons: its own error, which is wider than its posterior states, and
    differences of recipe, data and base law.

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
    """Return predictive draws, for a new frontier run, of every constant with readings."""
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

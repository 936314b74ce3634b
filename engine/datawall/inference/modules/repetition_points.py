"""What repetition is worth from single runs: a robust regression of the logarithm of the loss."""

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpyro

from datawall.inference.module import Arrays, Evidence, Module
from datawall.inference.modules import repetition_laws as laws
from datawall.inference.modules.repetition_file import load_runs
from datawall.inference.modules.repetition_inputs import form_of_a_new_run, judged, of_a_new_run, widened
from datawall.inference.modules.repetition_laws import RepetitionLaw
from datawall.inference.priors import latent
from datawall.inference.student import FastStudentT


def runs_model(law: RepetitionLaw, evidence: Evidence, observed: Arrays | None) -> None:
    """State that the loss of each run scatters about a law, with Student t residuals in the logarithm.

    Parameters
    ----------
    law
        The law of the loss.
    evidence, observed
        See `Module`; ``observed["log_loss"]`` is ln(loss) of each run.
    """
    runs = evidence.constants
    values = {name: latent(f"repetition.{name}") for name in (*laws.TERMS, *law.exponents, *law.constants)}
    scale = latent("repetition.residual_scale")
    df = 2.0 + latent("repetition.residual_df_above_two")
    expected = jnp.log(law.loss(values, runs))
    with numpyro.plate("run", len(runs["params"])):
        residuals = FastStudentT(df, expected, scale)
        numpyro.sample("log_loss", residuals, obs=None if observed is None else observed["log_loss"])


def runs_inputs(law: RepetitionLaw, evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, Any]:  # noqa: ARG001
    """Return what a new frontier run will find of the constants of the law."""
    key_judged, key_new = jax.random.split(key)
    latents = ("overconfidence", "regularisation", *(f"{name}_spread" for name in law.constants))
    v = {**posterior, **judged(latents, len(posterior["alpha"]), key_judged)}
    return of_a_new_run(law.constants, widened(law.constants, v), key_new)


def runs_module(law: RepetitionLaw) -> Module:
    """Return the module that fits one law to a table of runs."""
    return Module(
        name=f"repetition.{law.name}",
        title=f"value of repeated data from single runs: {law.title}",
        load=load_runs,
        model=partial(runs_model, law),
        inputs=partial(runs_inputs, law),
        headline=(*law.constants, *law.exponents),
    )


MODULE = replace(
    runs_module(laws.EFFECTIVE_DATA),
    title="value of repeated data from single runs, two forms of the law",
    rivals=(runs_module(laws.ADDITIVE_PENALTY), runs_module(laws.EQUAL_EXPONENTS)),
    choice=form_of_a_new_run,
)

"""The loss law from single runs: a robust regression of the logarithm of the loss."""

from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.module import Arrays, Evidence, Module
from datawall.inference.modules import loss_laws
from datawall.inference.modules.loss_laws import LossLaw
from datawall.inference.modules.points_file import load_points
from datawall.inference.priors import latent
from datawall.inference.student import FastStudentT

REFERENCE_FLOP = 1e21
EXPONENTS = ("alpha", "beta")


def points_model(law: LossLaw, evidence: Evidence, observed: Arrays | None) -> None:
    """State that the loss of each run scatters about a law, with Student t residuals in the logarithm.

    Each data set has its own floor, terms and residuals, for losses of different tokenisers and corpora do
    not compare. Exponents of several data sets are drawn from a common distribution.

    Parameters
    ----------
    law
        The law of the loss.
    evidence, observed
        See `Module`; ``observed["log_loss"]`` is ln(loss) of each run.
    """
    data = evidence.constants
    sets = len(evidence.coords["dataset"])
    common = _common_exponents(law) if sets > 1 else None
    with numpyro.plate("dataset", sets):
        values = {name: _own(name, common) for name in law.latents}
        scale = latent("scaling_points.residual_scale")
        df = latent("scaling_points.residual_df")
    if law.name == "additive":
        _state_usual_parameters(values, data)
    own = data["set"]
    expected = law.log_loss({k: v[own] for k, v in values.items()}, data["log_params"], data["log_tokens"])
    with numpyro.plate("run", len(own)):
        residuals = FastStudentT(df[own], expected, scale[own])
        numpyro.sample("log_loss", residuals, obs=None if observed is None else observed["log_loss"])


def _common_exponents(law: LossLaw) -> dict[str, Any]:
    spread = latent("scaling_points.exponent_spread")
    return {
        name: (latent(f"scaling_points.typical_{name}"), spread) for name in EXPONENTS if name in law.latents
    }


def _own(name: str, common: dict[str, Any] | None) -> Any:
    if common is None or name not in common:
        return latent(f"scaling_points.{name}")
    typical, spread = common[name]
    deviation = numpyro.sample(f"{name}_deviation", dist.Normal(0.0, 1.0))
    return numpyro.deterministic(name, typical * jnp.exp(spread * deviation))


def _state_usual_parameters(v: dict[str, Any], data: dict[str, np.ndarray]) -> None:
    alpha, beta = v["alpha"], v["beta"]
    log_a = v["log_params_term"] + alpha * data["log_params_centre"]
    log_b = v["log_tokens_term"] + beta * data["log_tokens_centre"]
    exponent = beta / (alpha + beta)
    # ln of the optimal parameters is log_g + exponent ln(C/6)
    log_g = (jnp.log(alpha) + log_a - jnp.log(beta) - log_b) / (alpha + beta)
    log_runs = np.log(REFERENCE_FLOP / 6.0)
    log_params = log_g + exponent * log_runs
    with numpyro.plate("dataset", len(alpha)):
        numpyro.deterministic("E", jnp.exp(v["log_floor"]))
        numpyro.deterministic("A", jnp.exp(log_a))
        numpyro.deterministic("B", jnp.exp(log_b))
        numpyro.deterministic("params_exponent", exponent)
        numpyro.deterministic("tokens_per_param_1e21", jnp.exp(log_runs - 2.0 * log_params))
        reducible = jnp.exp(log_a - alpha * log_params) + jnp.exp(log_b - beta * (log_runs - log_params))
        numpyro.deterministic("reducible_loss_1e21", reducible)


def points_module(law: LossLaw, rivals: tuple[Module, ...] = ()) -> Module:
    """Return the module that fits one law to points files."""
    return Module(
        name="scaling_points" if law is loss_laws.ADDITIVE else f"scaling_points.{law.name}",
        title=f"loss law from single runs: {law.title}",
        load=load_points,
        model=partial(points_model, law),
        headline=HEADLINES[law.name],
        rivals=rivals,
        bootstrap=law is loss_laws.ADDITIVE,
    )


HEADLINES = {
    "additive": ("E", "A", "B", "alpha", "beta", "params_exponent", "tokens_per_param_1e21"),
    "equal_exponents": ("alpha",),
    "nested": ("alpha", "beta"),
}

MODULE = points_module(
    loss_laws.ADDITIVE,
    rivals=(points_module(loss_laws.EQUAL_EXPONENTS), points_module(loss_laws.NESTED)),
)

"""Published readings of the constants of repetition, and the predictive of a new run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist

from datawall.distributions.special import ndtri
from datawall.errors import TooLittleEvidenceError
from datawall.inference.evidence_model import Arrays, Evidence
from datawall.inference.latents import latent, prior, sample_rows
from datawall.inference.tables import EvidenceTable, read_table
from datawall.model.inputs import DECLARATIONS
from datawall.scenario import files as catalog

_SHIPPED = "repetition_fits.csv"
_INPUTS = {
    "r_d": "repetition_r_d",
    "r_n": "repetition_r_n",
    "penalty": "repetition_penalty",
    "passes_exponent": "penalty_passes_exponent",
    "size_exponent": "penalty_size_exponent",
}
"""The input of the forecast that each inferred constant informs."""

QUANTITIES = tuple(_INPUTS)
_COLUMNS = ("quantity", "central", "low", "high", "interval_mass", "interval_basis", "date_known", "source")


def judged(latents: Sequence[str], draws: int, key: Any) -> dict[str, np.ndarray]:
    """Return prior draws of latents that past runs cannot inform."""
    scores = np.asarray(jax.random.normal(key, (len(latents), draws)))
    return {n: prior(f"repetition.{n}").score_quantile(own) for n, own in zip(latents, scores, strict=True)}


def widened(names: Sequence[str], posterior: Arrays) -> dict[str, Any]:
    """Return the posterior with the logs of some constants spread about their mean by `overconfidence`.

    One factor applies to all constants of a draw, so that their correlations stay.
    """
    logs = {name: jnp.log(posterior[name]) for name in names}
    apart = {n: v.mean() + posterior["overconfidence"] * (v - v.mean()) for n, v in logs.items()}
    return {**posterior, **{name: jnp.exp(value) for name, value in apart.items()}}


def of_a_new_run(names: Sequence[str], posterior: Arrays, key: Any) -> dict[str, Any]:
    """Return posterior predictive draws of the inputs for a new run with its own recipe.

    Parameters
    ----------
    names
        Constants, of `QUANTITIES`.
    posterior
        Draws of each constant, of its spread between recipes, and of `regularisation` for a penalty.
    key
        Of what is new.

    Returns
    -------
    dict of Array
        One leading axis, the draws, by the input's name.
    """
    found = {}
    for name, own in zip(names, jax.random.split(key, len(names)), strict=True):
        score = jax.random.normal(own, posterior[name].shape)
        found[_INPUTS[name]] = posterior[name] * jnp.exp(posterior[f"{name}_spread"] * score)
    if "penalty" in names:
        found[_INPUTS["penalty"]] = found[_INPUTS["penalty"]] * posterior["regularisation"]
    return found


def form_of_a_new_run(
    evidence: Evidence, weights: Mapping[str, float], draws: int, key: Any
) -> dict[str, Any]:
    """Return draws of the repetition law's form in a run far beyond the fitted ones.

    The runs decide for the share of the distance that they cover, in orders of magnitude of unique tokens
    from the smallest of them; judgement decides for the rest.

    Parameters
    ----------
    evidence
        The runs.
    weights
        Stacking weights by module.
    draws
        Number of draws.
    key
        Of the draws.

    References
    ----------
    Yao et al. 2018, arXiv 1704.02030 (stacking); its weights hold for runs like those that were fitted.
    """
    key_judged, key_form = jax.random.split(key)
    v = judged(("penalty_form_by_hand", "unique_tokens_ahead"), draws, key_judged)
    unique = evidence.constants["unique_tokens"]
    covered = np.log(unique.max() / unique.min()) / np.log(v["unique_tokens_ahead"] / unique.min())
    by_runs = np.clip(covered, 0.0, 1.0)
    penalty = by_runs * weights["repetition.additive_penalty"] + (1.0 - by_runs) * v["penalty_form_by_hand"]
    index = DECLARATIONS["repetition_form"].options.index("additive_penalty")
    return {"repetition_form": jnp.where(jax.random.uniform(key_form, (draws,)) < penalty, index, 1 - index)}


def load_readings(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read published readings of the constants of repetition.

    Parameters
    ----------
    as_of
        Readings that became known later are left out.
    files
        Not used: a table of runs is read by the module that takes over.
    """
    del files
    table = read_table(catalog.folder() / "evidence" / _SHIPPED, _COLUMNS, label=_SHIPPED)
    table.known_by(as_of)
    if not table.rows:
        need = f"{_SHIPPED}: need at least one reading known at the as-of date"
        raise TooLittleEvidenceError(f"{need}; give a later one")
    return _evidence(table)


def _evidence(table: EvidenceTable) -> Evidence:
    named = table.texts("quantity")
    quantities = [name for name in QUANTITIES if name in named]
    half_width = np.log(table.numbers("high") / table.numbers("low")) / 2.0
    score = ndtri((1.0 + table.numbers("interval_mass")) / 2.0)
    constants = {
        "quantity_index": np.array([quantities.index(name) for name in named]),
        "log_error": half_width / score,
        "from_posterior": np.array([basis == "posterior" for basis in table.texts("interval_basis")]),
    }
    return Evidence(
        observed={"log_reading": np.log(table.numbers("central"))},
        constants=constants,
        dims=dict.fromkeys((*constants, "log_reading"), ("reading",)),
        coords={
            "quantity": quantities,
            "reading": [f"{n}: {s}" for n, s in zip(named, table.texts("source"), strict=True)],
        },
        dropped=table.dropped,
        sources=(_SHIPPED,),
        newest=float(table.years("date_known").max()),
    )


def readings_model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model readings of a constant as scattering about the value of a typical study.

    A reading departs from it for two reasons: its own error, which is wider than its posterior states, and
    differences of recipe, data and base law.

    ``observed["log_reading"]`` is the logarithm of each reading.
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
    scatter = dist.Normal(typical[own], jnp.hypot(error, spread[own]))
    sample_rows("reading", len(own), "log_reading", scatter, observed)


def readings_inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:
    """Return predictive draws, for a new frontier run, of every constant with readings."""
    return of_a_new_run(evidence.coords["quantity"], posterior, key)

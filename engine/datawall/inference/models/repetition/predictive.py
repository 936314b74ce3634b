"""Posterior predictive of a new run: the forecast's inputs on repetition, from the posterior of past runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.inference.evidence_model import Arrays, Evidence
from datawall.inference.latents import prior
from datawall.model.inputs import DECLARATIONS

INPUTS = {
    "r_d": "repetition_r_d",
    "r_n": "repetition_r_n",
    "penalty": "repetition_penalty",
    "passes_exponent": "penalty_passes_exponent",
    "size_exponent": "penalty_size_exponent",
}
"""The input of the forecast that each inferred constant informs."""

QUANTITIES = tuple(INPUTS)


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
        found[INPUTS[name]] = posterior[name] * jnp.exp(posterior[f"{name}_spread"] * score)
    if "penalty" in names:
        found[INPUTS["penalty"]] = found[INPUTS["penalty"]] * posterior["regularisation"]
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

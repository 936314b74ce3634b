"""From what past runs say of repetition to the inputs of the forecast, which is about a new run."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.inference.module import Arrays
from datawall.inference.priors import prior

INPUTS = {
    "r_d": "repetition_r_d",
    "r_n": "repetition_r_n",
    "penalty": "repetition_penalty",
    "passes_exponent": "penalty_passes_exponent",
    "size_exponent": "penalty_size_exponent",
}
"""The input of the forecast that each inferred constant informs."""

QUANTITIES = tuple(INPUTS)


def beyond_the_runs(names: Sequence[str], key: Any, draws: int) -> dict[str, np.ndarray]:
    """Return prior draws of what runs of one study cannot tell: how far the next recipe lies from them."""
    latents = ["overconfidence", "regularisation", *(f"{name}_spread" for name in names)]
    scores = np.asarray(jax.random.normal(key, (len(latents), draws)))
    return {n: prior(f"repetition.{n}").score_quantile(own) for n, own in zip(latents, scores, strict=True)}


def widened(names: Sequence[str], posterior: Arrays) -> dict[str, Any]:
    """Return the posterior with the logarithms of some constants further from their mean, by `overconfidence`.

    One factor serves all constants of a draw, so that their correlations stay.
    """
    logs = {name: jnp.log(posterior[name]) for name in names}
    apart = {n: v.mean() + posterior["overconfidence"] * (v - v.mean()) for n, v in logs.items()}
    return {**posterior, **{name: jnp.exp(value) for name, value in apart.items()}}


def of_a_new_run(names: Sequence[str], posterior: Arrays, key: Any) -> dict[str, Any]:
    """Return draws of the inputs that a new run with a recipe of its own will find.

    Parameters
    ----------
    names
        Constants, of `QUANTITIES`.
    posterior
        Draws of each constant, of its spread between recipes, and of `regularisation` where there is a penalty.
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

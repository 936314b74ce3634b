"""Allocation law from published fits: a random-effects meta-analysis for a new frontier run.

Studies differ by far more than their stated errors, so a new run faces the spread between studies. Three
quantities compare across tokenisers and corpora: the exponent of
optimal parameters in compute, the optimal tokens per parameter at 1e21 FLOP, and the sum of the exponents of
the loss. The irreducible and the reducible loss do not, and stay judgements.
"""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent
from datawall.inference.models.scaling import runs as scaling_points
from datawall.inference.tables import read_table
from datawall.scenario import files as catalog

QUANTITIES = ("params_exponent", "log_tokens_per_param_1e21", "log_exponent_sum")
PAIRS = ("exponent_tokens", "exponent_sum", "tokens_sum_given_exponent")
LATENTS = (
    *QUANTITIES,
    *(f"{name}_between" for name in QUANTITIES),
    *(f"correlation_{pair}" for pair in PAIRS),
    "within_share",
)
NEEDED = ("study", "runs", "date_known", "error_correlation", "sd_basis", *QUANTITIES)
LEAST_STUDIES = 5
EXPONENT_AND_TOKENS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
"""Pattern matrix of the error correlation: a study that overstates the exponent understates the tokens."""


def load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read published fits.

    Parameters
    ----------
    as_of
        Fits published later are left out.
    files
        At most one table with the columns of ``priors/evidence/scaling_fits.csv``, in place of that one.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    shipped = catalog.folder() / "evidence" / "scaling_fits.csv"
    table = read_table(*(files or (shipped,))[:1], needed=NEEDED)
    table.known_by(as_of)
    table.need(LEAST_STUDIES, "of published fits")
    found = np.stack([table.numbers(name) for name in QUANTITIES], axis=1)
    errors = np.stack([table.numbers(f"{name}_sd") for name in QUANTITIES], axis=1)
    sets, place = _places(table.texts("runs"))

    def by_set(values: np.ndarray) -> np.ndarray:
        padded = np.zeros((len(sets), place[:, 1].max() + 1, *values.shape[1:]))
        padded[tuple(place.T)] = values
        return padded

    constants = {
        "stated": by_set(np.isfinite(found)) > 0,
        "error": by_set(np.nan_to_num(errors)),
        "error_correlation": by_set(np.nan_to_num(table.numbers("error_correlation"))),
        "from_posterior": by_set(np.array([basis == "posterior" for basis in table.texts("sd_basis")])) > 0,
    }
    return Evidence(
        observed={"fits": by_set(np.nan_to_num(found)).reshape(len(sets), -1)},
        constants=constants,
        dims={
            "fits": ("runs", "entry"),
            **dict.fromkeys(("stated", "error"), ("runs", "study", "quantity")),
            **dict.fromkeys(("error_correlation", "from_posterior"), ("runs", "study")),
        },
        coords={"runs": sets, "quantity": list(QUANTITIES)},
        dropped=table.dropped,
        sources=(table.label,),
        newest=max(table.years("date_known")),
    )


def _places(runs: list[str]) -> tuple[list[str], np.ndarray]:
    """Return the sets of runs, and for each study the index of its set and its index within it."""
    sets = list(dict.fromkeys(runs))
    return sets, np.array([(sets.index(name), runs[:k].count(name)) for k, name in enumerate(runs)])


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model sets of runs as scattering about a typical law, and studies of the same runs about their set.

    The scatter is integrated out: the statements of all studies of one set of runs are one normal vector.
    Errors that are standard deviations of a posterior are inflated, as a bootstrap of the same runs is wider.
    """
    data = evidence.constants
    v = {name: latent(f"scaling.{name}") for name in LATENTS}
    factor, within = _spreads(v)
    inflation = jnp.where(data["from_posterior"], latent("scaling.error_inflation"), 1.0)
    sets, studies = inflation.shape
    # all entries of a set share its deviation; each study adds its own, and its errors
    shared = jnp.tile(factor @ factor.T, (studies, studies))
    own = _error_covariance(data, inflation) + jnp.diag(within**2)
    apart = jnp.einsum("ij,siab->siajb", jnp.eye(studies), own).reshape(sets, 3 * studies, 3 * studies)
    # missing statements get a separate, uninformative value
    stated = data["stated"].reshape(sets, -1)
    covariance = jnp.where(stated[:, :, None] & stated[:, None, :], shared + apart, jnp.eye(3 * studies))
    expected = jnp.where(stated, jnp.tile(jnp.stack([v[name] for name in QUANTITIES]), studies), 0.0)
    with numpyro.plate("runs", sets):
        fits = dist.MultivariateNormal(expected, covariance)
        numpyro.sample("fits", fits, obs=None if observed is None else observed["fits"])


def _error_covariance(data: Arrays, inflation: Any) -> Any:
    """Return the error covariance of each study, shape (runs, study, quantity, quantity)."""
    error = data["error"] * inflation[..., None]
    tied = data["error_correlation"][..., None, None] * EXPONENT_AND_TOKENS
    return error[..., :, None] * (np.eye(3) + tied) * error[..., None, :]


def _spreads(v: Arrays) -> tuple[Any, Any]:
    """Return the factor of the covariance between sets of runs, and the spread between studies of one set.

    The correlations are parametrised by two of them and a partial one, which may take any values.
    """
    first, second, partial = (v[f"correlation_{pair}"] for pair in PAIRS)
    one, zero = jnp.ones_like(first), jnp.zeros_like(first)
    left = jnp.sqrt(1.0 - second**2)
    rows = (
        (one, zero, zero),
        (first, jnp.sqrt(1.0 - first**2), zero),
        (second, left * partial, left * jnp.sqrt(1.0 - partial**2)),
    )
    correlation = jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2)
    spread = jnp.stack([v[f"{name}_between"] for name in QUANTITIES], axis=-1)
    return spread[..., None] * correlation, spread * v["within_share"][..., None]


def _inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:  # noqa: ARG001
    """Return the law of a new set of runs, studied once, at each draw of the posterior."""
    factor, within = _spreads(posterior)
    typical = jnp.stack([posterior[name] for name in QUANTITIES], axis=1)
    runs, study = jax.random.normal(key, (2, *typical.shape))
    drawn = typical + jnp.einsum("dij,dj->di", factor, runs) + within * study
    exponent, log_ratio, log_sum = drawn.T
    return {
        "params_exponent": np.asarray(exponent),
        "tokens_per_param_1e21": np.exp(np.asarray(log_ratio)),
        "exponent_sum": np.exp(np.asarray(log_sum)),
    }


MODULE = Module(
    name="scaling",
    title="allocation law of a new frontier run, from published fits",
    load=load,
    model=_model,
    inputs=_inputs,
    headline=(
        *QUANTITIES,
        *(f"{name}_between" for name in QUANTITIES),
        "within_share",
        "error_inflation",
        "correlation_exponent_tokens",
    ),
    on_files=scaling_points.MODULE,
)

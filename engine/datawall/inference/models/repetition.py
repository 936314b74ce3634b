"""Value of repeated data: published readings, or a robust regression of the loss of single runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.errors import DatawallError
from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent, sample_rows
from datawall.inference.likelihoods import FastStudentT
from datawall.inference.models.repetition_readings import (
    QUANTITIES,
    form_of_a_new_run,
    judged,
    load_readings,
    of_a_new_run,
    readings_inputs,
    readings_model,
    widened,
)
from datawall.inference.tables import EvidenceTable, read_table
from datawall.model.loss.additive_penalty import LOG_REFERENCE_TOKENS_PER_PARAM, REFERENCE_EXTRA_PASSES
from datawall.scaling_laws.effective_data import Repetition
from datawall.scaling_laws.laws import ScalingLaw
from datawall.scaling_laws.repetition import RepetitionPenalty, data_constrained_loss, penalised_loss


@dataclass(frozen=True)
class _RepetitionLaw:
    """A law of the loss in parameters, tokens and unique tokens.

    Attributes
    ----------
    name, title
        Names in results.
    exponents
        Latents of the loss of fresh tokens beside `_TERMS`.
    constants
        Latents of repetition that are inputs of the forecast.
    loss
        ``loss(latents, runs)``: the loss of each run [nats/token].
    """

    name: str
    title: str
    exponents: tuple[str, ...]
    constants: tuple[str, ...]
    loss: Callable[[Arrays, Arrays], Any]


def base_law(v: Arrays, runs: Arrays) -> ScalingLaw:
    """Return the law of fresh tokens from its terms at the centre of the runs; without beta it is alpha."""
    alpha, beta = v["alpha"], v.get("beta", v["alpha"])
    return ScalingLaw(
        E=jnp.exp(v["log_floor"]),
        A=jnp.exp(v["log_params_term"] + alpha * runs["log_params_centre"]),
        B=jnp.exp(v["log_tokens_term"] + beta * runs["log_tokens_centre"]),
        alpha=alpha,
        beta=beta,
    )


def effective_data(v: Arrays, runs: Arrays) -> Any:
    """Return the loss when repeats and excess parameters lose their value exponentially.

    The kink where the parameters are just what the data deserve is one of curvature only: the value of excess
    parameters starts at one to one, so the gradient is continuous.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264, equations 5 to 7.
    """
    rep = Repetition(r_d=v["r_d"], r_n=v["r_n"])
    return data_constrained_loss(
        base_law(v, runs), rep, runs["params"], runs["tokens"], runs["unique_tokens"]
    )


def additive_penalty(v: Arrays, runs: Arrays) -> Any:
    """Return the loss when repetition adds a penalty.

    The penalty is stated at ten extra passes and twenty unique tokens a parameter.

    References
    ----------
    Lovelace et al. 2026, arXiv 2605.01640.
    """
    delta, kappa = v["passes_exponent"], v["size_exponent"]
    log_growth = delta * jnp.log(REFERENCE_EXTRA_PASSES) - kappa * LOG_REFERENCE_TOKENS_PER_PARAM
    penalty = RepetitionPenalty(
        scale=v["penalty"] * jnp.exp(-log_growth), passes_exponent=delta, size_exponent=kappa
    )
    return penalised_loss(base_law(v, runs), penalty, runs["params"], runs["tokens"], runs["unique_tokens"])


_TERMS = ("log_floor", "log_params_term", "log_tokens_term")
"""Terms of the loss at the centre of the runs."""

_EFFECTIVE_DATA = _RepetitionLaw(
    "effective_data", "repeats lose value", ("alpha", "beta"), ("r_d", "r_n"), effective_data
)
_EQUAL_EXPONENTS = _RepetitionLaw(
    "equal_exponents", "repeats lose value, alpha = beta", ("alpha",), ("r_d", "r_n"), effective_data
)
_ADDITIVE_PENALTY = _RepetitionLaw(
    "additive_penalty",
    "repeats add a penalty",
    ("alpha", "beta"),
    ("penalty", "passes_exponent", "size_exponent"),
    additive_penalty,
)


_COUNTS = ("params", "tokens", "unique_tokens")
_LEAST_RUNS = 30
"""Fewer runs than this cannot hold the constants of a law and its residuals."""

_SET_APART = {
    "seed": "repeat a configuration under another seed",
    "dedup": "trained on deduplicated data",
    "shape_variant": "of another shape",
}
"""Columns that set a run apart where they are neither blank nor 0, and what such runs are."""
_NOT_FITTED = "not in the published fit"
_REASONS = (*_SET_APART.values(), _NOT_FITTED)


def load_runs(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read runs from one table.

    Parameters
    ----------
    as_of
        Rows with a later ``date_known`` are left out. A table without that column counts as known since the
        newest published reading that goes with it.
    files
        A table with columns params, tokens, unique_tokens, and val_loss or loss. Runs set apart in a column
        seed, dedup or shape_variant are left out and named, and so are those with 0 in a column
        in_published_fit.
    """
    if len(files) != 1:
        raise DatawallError(
            f"repetition: need one table of runs, got {len(files)}; give one with --data FILE"
        )
    table = read_table(files[0], _COUNTS, label=str(files[0]))
    newest = _cut(table, as_of)
    left_out = _leave_out(table)
    loss = _loss_column(table)
    table.keep_numbers(*_COUNTS, loss)
    table.need(_LEAST_RUNS, "of repeated data")
    _check(table, loss)
    return _evidence(table, loss, left_out, newest)


def _loss_column(table: EvidenceTable) -> str:
    for column in ("val_loss", "loss"):
        if column in table.columns:
            return column
    have = ", ".join(table.columns)
    raise DatawallError(
        f"{table.label}: need a column val_loss or loss, got {have}; rename the one that holds it"
    )


def _cut(table: EvidenceTable, as_of: float | None) -> float:
    if "date_known" not in table.columns:
        return load_readings(as_of, ()).newest
    table.known_by(as_of)
    return float(max(table.years("date_known"), default=np.nan))


def _leave_out(table: EvidenceTable) -> dict[str, str]:
    """Drop the runs marked as set apart; return the reason for each by name."""
    left_out = {}
    for column, reason in _SET_APART.items():
        if column in table.columns:
            apart = np.array([text not in ("", "0") for text in table.texts(column)], bool)
            left_out |= dict.fromkeys(_names(table)[apart], reason)
            table.keep(~apart, reason)
    if "in_published_fit" in table.columns:
        fitted = table.numbers("in_published_fit") != 0.0
        left_out |= dict.fromkeys(_names(table)[~fitted], _NOT_FITTED)
        table.keep(fitted, _NOT_FITTED)
    return left_out


def _names(table: EvidenceTable) -> np.ndarray:
    named = table.texts("name") if "name" in table.columns else [f"line {line}" for line in table.lines]
    return np.array(named, object)


def _check(table: EvidenceTable, loss: str) -> None:
    plain = "plain counts are needed, not thousands, millions or billions"
    params, tokens, unique = (table.numbers(column) for column in _COUNTS)
    table.refuse(params < 1e4, "params", "need a number of parameters above 1e4", plain)
    table.refuse(unique < 1e5, "unique_tokens", "need more than 1e5 tokens", plain)
    table.refuse(tokens < 1e5, "tokens", "need more than 1e5 tokens", plain)
    table.refuse(table.numbers(loss) <= 0, loss, "need a positive loss", "give nats per token")
    table.refuse(
        table.numbers(loss) > 20, loss, "need a loss below 20", "give nats per token, not a perplexity"
    )
    if not (tokens > unique).any():
        raise DatawallError(
            f"{table.label}: need runs with tokens above unique_tokens, got none; add runs that repeat"
        )


def _evidence(table: EvidenceTable, loss: str, left_out: dict[str, str], newest: float) -> Evidence:
    params, tokens, unique = (table.numbers(column) for column in _COUNTS)
    constants = {
        "params": params,
        "tokens": tokens,
        "unique_tokens": unique,
        "log_params_centre": np.log(params).mean(),
        "log_tokens_centre": np.log(tokens).mean(),
        "reason": np.array([_REASONS.index(reason) for reason in left_out.values()], int),
    }
    dims = dict.fromkeys((*_COUNTS, "log_loss"), ("run",)) | {"reason": ("left_out",)}
    return Evidence(
        observed={"log_loss": np.log(table.numbers(loss))},
        constants=constants,
        dims=dims,
        coords={"run": list(_names(table)), "left_out": [f"{n} ({why})" for n, why in left_out.items()]},
        dropped=table.dropped,
        sources=(Path(table.label).name,),
        newest=newest,
    )


def _runs_model(law: _RepetitionLaw, evidence: Evidence, observed: Arrays | None) -> None:
    """Model the loss of each run as scattering about a law, with Student t residuals in the logarithm.

    ``observed["log_loss"]`` is ln(loss) of each run.
    """
    runs = evidence.constants
    values = {name: latent(f"repetition.{name}") for name in (*_TERMS, *law.exponents, *law.constants)}
    scale = latent("repetition.residual_scale")
    df = 2.0 + latent("repetition.residual_df_above_two")
    expected = jnp.log(law.loss(values, runs))
    sample_rows("run", len(runs["params"]), "log_loss", FastStudentT(df, expected, scale), observed)


def _runs_inputs(law: _RepetitionLaw, evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, Any]:  # noqa: ARG001
    """Return predictive draws of the law's constants for a new frontier run."""
    key_judged, key_new = jax.random.split(key)
    latents = ("overconfidence", "regularisation", *(f"{name}_spread" for name in law.constants))
    v = {**posterior, **judged(latents, len(posterior["alpha"]), key_judged)}
    return of_a_new_run(law.constants, widened(law.constants, v), key_new)


def _runs_module(law: _RepetitionLaw) -> Module:
    """Return the module that fits one law to a table of runs."""
    return Module(
        name=f"repetition.{law.name}",
        title=f"value of repeated data from single runs: {law.title}",
        load=load_runs,
        model=partial(_runs_model, law),
        inputs=partial(_runs_inputs, law),
        headline=(*law.constants, *law.exponents),
    )


RUNS = replace(
    _runs_module(_EFFECTIVE_DATA),
    title="value of repeated data from single runs, two forms of the law",
    rivals=(_runs_module(_ADDITIVE_PENALTY), _runs_module(_EQUAL_EXPONENTS)),
    choice=form_of_a_new_run,
)
MODULE = Module(
    name="repetition",
    title="value of repeated data from published readings",
    load=load_readings,
    model=readings_model,
    inputs=readings_inputs,
    headline=QUANTITIES,
    on_files=RUNS,
)

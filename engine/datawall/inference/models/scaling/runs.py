"""Loss law from single runs: a robust regression of the log loss, under rival laws.

ln A and alpha of the usual parametrisation correlate at .999, so that no prior on one of them makes sense
alone. Here each law is stated by the size of its terms at the geometric mean of the runs. A law maps
``(latents, x, y)`` to the logarithm of the loss, with ``x = ln(N/N0)`` and ``y = ln(D/D0)``.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.errors import DatawallError
from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent
from datawall.inference.likelihoods import FastStudentT
from datawall.inference.tables import EvidenceTable, read_table

type Latents = Mapping[str, Any]


@dataclass(frozen=True)
class _LossLaw:
    """A law of the loss.

    Attributes
    ----------
    name, title
        Names in results.
    latents
        The latents that it needs, declared under ``scaling_points``.
    log_loss
        The logarithm of the loss.
    """

    name: str
    title: str
    latents: tuple[str, ...]
    log_loss: Callable[[Latents, Any, Any], Any]


def _additive(v: Latents, x: Any, y: Any) -> Any:
    """Return ``ln(E + a exp(-alpha x) + b exp(-beta y))``, with a and b the terms at the centre.

    References
    ----------
    Hoffmann et al. 2022, arXiv 2203.15556.
    """
    terms = (v["log_floor"], v["log_params_term"] - v["alpha"] * x, v["log_tokens_term"] - v["beta"] * y)
    return jnp.logaddexp(jnp.logaddexp(terms[0], terms[1]), terms[2])


def _equal_exponents(v: Latents, x: Any, y: Any) -> Any:
    """Return the additive law with beta = alpha.

    The law of over-trained models, ``E + (a M^eta + b M^-eta) C^-eta`` with M = D/N, is this one: alpha is
    twice its eta.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264; Gadre et al. 2024, arXiv 2403.08540.
    """
    return _additive({**v, "beta": v["alpha"]}, x, y)


def _nested(v: Latents, x: Any, y: Any) -> Any:
    """Return ``beta ln((N_c/N)^(alpha/beta) + D_c/D)``: no floor, the terms add inside a power.

    The terms are stated as for the additive law: the loss with ample supply of the other resource.

    References
    ----------
    Kaplan et al. 2020, arXiv 2001.08361.
    """
    params = (v["log_params_limit"] - v["alpha"] * x) / v["beta"]
    tokens = (v["log_tokens_limit"] - v["beta"] * y) / v["beta"]
    return v["beta"] * jnp.logaddexp(params, tokens)


TERMS = ("log_floor", "log_params_term", "log_tokens_term")

ADDITIVE = _LossLaw("additive", "E + A/N^alpha + B/D^beta", (*TERMS, "alpha", "beta"), _additive)
EQUAL_EXPONENTS = _LossLaw(
    "equal_exponents", "E + A/N^alpha + B/D^alpha", (*TERMS, "alpha"), _equal_exponents
)
NESTED = _LossLaw(
    "nested",
    "((N_c/N)^(alpha/beta) + D_c/D)^beta",
    ("log_params_limit", "log_tokens_limit", "alpha", "beta"),
    _nested,
)


SYNONYMS = {
    "params": ("params", "params_active_precise", "parameters"),
    "tokens": ("tokens", "tokens_seen"),
    "loss": ("loss", "final_loss", "val_loss", "loss_c4_val"),
    "flop": ("flop", "train_flop", "flops", "budget"),
    "dataset": ("dataset", "train_dataset"),
}
"""Names of each column in tables; the first that is there counts."""
LEAST_RUNS = 10
"""Fewer runs than this cannot hold the five constants of a law."""
FLOP_TOLERANCE = 3.0
"""FLOP may differ from 6 N D by this factor: some tables count attention, or leave embeddings out."""


def load_points(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read runs from points files.

    Parameters
    ----------
    as_of
        Rows with a later ``date_known`` are left out; tables without that column are taken as known.
    files
        One or more tables with columns params, tokens (or flop) and loss; a column ``dataset`` splits a
        table. Rows marked in a column ``excluded…`` and rows that repeat their data (tokens above
        ``unique_tokens``) are left out and counted.

    Raises
    ------
    DatawallError
        If a table cannot be used.
    """
    if not files:
        raise DatawallError("scaling_points: need a table of runs; give one with --data FILE")
    sets: dict[str, np.ndarray] = {}
    dropped: dict[str, int] = {}
    newest = -math.inf
    for path in files:
        table = read_table(path, (), label=str(path))
        newest = max(newest, _cut(table, as_of))
        sets |= _sets(table, path, taken=sets)
        for reason, count in table.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
    return _evidence(sets, dropped, tuple(path.name for path in files), newest)


def _cut(table: EvidenceTable, as_of: float | None) -> float:
    """Cut the table at the as-of date; return the date of the newest remaining row."""
    if "date_known" not in table.columns:
        return -math.inf
    table.known_by(as_of)
    return float(np.nan_to_num(table.years("date_known"), nan=-np.inf).max(initial=-np.inf))


def _sets(table: EvidenceTable, path: Path, taken: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the runs of each data set: columns params, tokens, loss."""
    runs = _runs(table)
    column = _find(table, "dataset")
    names = table.texts(column) if column else [path.stem] * len(table.rows)
    found = {}
    for name in dict.fromkeys(names):
        own = runs[[other == name for other in names]]
        if len(own) < LEAST_RUNS:
            raise DatawallError(
                f"{table.label}: need at least {LEAST_RUNS} usable runs of {name}, got {len(own)}; add runs"
            )
        found[name if name not in taken else f"{name} ({path.stem})"] = own
    if not found:
        raise DatawallError(f"{table.label}: need at least {LEAST_RUNS} usable runs, got 0; add runs")
    return found


def _runs(table: EvidenceTable) -> np.ndarray:
    for column in table.columns:
        if column.startswith("excluded"):
            table.keep(table.numbers(column) != 1.0, f"marked in {column}")
    names = {name: _find(table, name) for name in ("params", "tokens", "loss", "flop")}
    second = names["tokens"] or names["flop"]
    if not (names["params"] and names["loss"] and second):
        have = ", ".join(table.columns)
        raise DatawallError(
            f"{table.label}: need columns params, tokens (or flop) and loss, got {have}; rename them"
        )
    table.keep_numbers(names["params"], second, names["loss"])
    params, loss = table.numbers(names["params"]), table.numbers(names["loss"])
    counts = "plain counts are needed, not thousands, millions or billions"
    table.refuse(params < 1e4, names["params"], "need a number of parameters above 1e4", counts)
    table.refuse(loss <= 0, names["loss"], "need a positive loss", "give nats per token")
    table.refuse(loss > 20, names["loss"], "need a loss below 20", "give nats per token, not a perplexity")
    tokens = table.numbers(second) if names["tokens"] else table.numbers(second) / (6.0 * params)
    table.refuse(tokens < 1e5, second, "need more than 1e5 tokens", counts)
    if names["tokens"] and names["flop"]:
        ratio = table.numbers(names["flop"]) / (6.0 * params * tokens)
        wrong = np.abs(np.log(ratio)) > math.log(FLOP_TOLERANCE)
        table.refuse(wrong, names["flop"], "need about 6 params tokens", "check the units of all three")
    runs = np.stack([params, tokens, loss], axis=1)
    if "unique_tokens" in table.columns:
        once = ~(tokens > 1.001 * table.numbers("unique_tokens"))
        table.keep(once, "repeat their data")
        runs = runs[once]
    return runs


def _find(table: EvidenceTable, name: str) -> str:
    return next((column for column in SYNONYMS[name] if column in table.columns), "")


def _evidence(
    sets: dict[str, np.ndarray], dropped: dict[str, int], sources: tuple[str, ...], newest: float
) -> Evidence:
    log_runs = [np.log(runs) for runs in sets.values()]
    centres = np.array([own[:, :2].mean(axis=0) for own in log_runs])
    sizes = [len(own) for own in log_runs]
    own_set = np.repeat(np.arange(len(sets)), sizes)
    stacked = np.concatenate(log_runs)
    constants = {
        "log_params": stacked[:, 0] - centres[own_set, 0],
        "log_tokens": stacked[:, 1] - centres[own_set, 1],
        "log_params_centre": centres[:, 0],
        "log_tokens_centre": centres[:, 1],
        "set": own_set,
    }
    dims: dict[str, tuple[str, ...]] = dict.fromkeys(
        ("log_params", "log_tokens", "set", "log_loss"), ("run",)
    )
    dims |= dict.fromkeys(("log_params_centre", "log_tokens_centre"), ("dataset",))
    return Evidence(
        observed={"log_loss": stacked[:, 2]},
        constants=constants,
        dims=dims,
        coords={"dataset": list(sets), "run": list(range(len(stacked)))},
        dropped=dropped,
        sources=sources,
        newest=newest,
    )


REFERENCE_FLOP = 1e21
EXPONENTS = ("alpha", "beta")


def _points_model(law: _LossLaw, evidence: Evidence, observed: Arrays | None) -> None:
    """Model the loss of each run as scattering about a law, with Student t residuals in the logarithm.

    Each data set has its own floor, terms and residuals, as losses of different tokenisers and corpora do
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


def _common_exponents(law: _LossLaw) -> dict[str, Any]:
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


def points_module(law: _LossLaw, rivals: tuple[Module, ...] = ()) -> Module:
    """Return the module that fits one law to points files."""
    return Module(
        name="scaling_points" if law is ADDITIVE else f"scaling_points.{law.name}",
        title=f"loss law from single runs: {law.title}",
        load=load_points,
        model=partial(_points_model, law),
        headline=HEADLINES[law.name],
        rivals=rivals,
        bootstrap=law is ADDITIVE,
    )


HEADLINES = {
    "additive": ("E", "A", "B", "alpha", "beta", "params_exponent", "tokens_per_param_1e21"),
    "equal_exponents": ("alpha",),
    "nested": ("alpha", "beta"),
}

MODULE = points_module(
    ADDITIVE,
    rivals=(points_module(EQUAL_EXPONENTS), points_module(NESTED)),
)

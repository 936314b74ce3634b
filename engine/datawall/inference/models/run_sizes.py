"""Run sizes below the frontier: yearly counts of public models by depth below the largest run."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent
from datawall.inference.tables import EvidenceTable, dates, evidence_of, numbers, open_table, read_table
from datawall.model.counts import RATE_DATE, models_within
from datawall.scaling_laws.laws import LOG10
from datawall.units import date_of

MODEL_COLUMNS = ("Model", "Publication date", "Training compute (FLOP)", "Base model")
"""Columns of a list of models: the names of Epoch AI's *Data on AI Models*."""
COLUMNS = ("start", "end", "depth_low", "depth_high", "models", "sized", "unsized", "date_known", "source")
PERIODS = np.array([2020.0, 2021.0, 2022.0, 2023.0, 2024.0, 2025.0, 2025.58])
"""Bounds of the periods that are counted: since August 2025 no closed flagship states its compute."""
DEPTHS = np.arange(0.0, 3.0, 0.5)
"""Bounds of the bands below the frontier [oom]; further down a list of notable models is incomplete."""
DAYS_TO_KNOW = 90.0 / 365.25
"""Delay after the end of a period until its models and sizes count as known [years]."""
FLOP = (1.0, 1e31, "FLOP")


def _is_list_of_models(path: Path) -> bool:
    """Return whether a table has one row per model (it is a table of counts otherwise)."""
    return "Publication date" in read_table(path, ()).columns


def tally(path: Path) -> EvidenceTable:
    """Count the new training runs of a list of models by period and by depth below the frontier.

    The frontier is the line, straight in the logarithm, through the record runs of
    ``evidence/frontier_runs.csv`` at their releases. Models that were built on another one are left out.

    Parameters
    ----------
    path
        A table with the columns `MODEL_COLUMNS`. A model without compute is unsized.

    Returns
    -------
    Table
        With the columns `COLUMNS`; the first band also holds what lies above the frontier.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    models = read_table(path, MODEL_COLUMNS, label=str(path))
    models.keep([not base for base in models.texts("Base model")], "built on another model")
    published = dates(models, "Publication date")
    models.keep((published >= PERIODS[0]) & (published < PERIODS[-1]), "published outside the periods")
    published = dates(models, "Publication date")
    log10_flop = np.log10(numbers(models, "Training compute (FLOP)", *FLOP))
    depth = np.maximum(frontier_at(published) - log10_flop, 0.0)
    rows = []
    for start, end in pairwise(PERIODS):
        own = depth[(published >= start) & (published < end)]
        counts, _ = np.histogram(own[np.isfinite(own)], DEPTHS)
        shared = {
            "start": f"{start:g}",
            "end": f"{end:g}",
            "sized": str(np.isfinite(own).sum()),
            "unsized": str(np.isnan(own).sum()),
            "date_known": str(date_of(end + DAYS_TO_KNOW)),
            "source": path.name,
        }
        for (low, high), count in zip(pairwise(DEPTHS), counts, strict=True):
            rows.append(shared | {"depth_low": f"{low:g}", "depth_high": f"{high:g}", "models": str(count)})
    return EvidenceTable(str(path), COLUMNS, rows, list(range(len(rows))), dict(models.dropped))


def frontier_at(date: np.ndarray) -> np.ndarray:
    """Return the largest run released by a date, on the line through the records [log10 FLOP].

    Examples
    --------
    >>> frontier_at(np.array([2024.5])).round(2)
    array([26.1])
    """
    runs = open_table("frontier_runs.csv", ("release_date", "training_flop"))
    released, flop = dates(runs, "release_date"), numbers(runs, "training_flop", *FLOP)
    known = np.isfinite(released) & np.isfinite(flop)
    order = np.argsort(released[known])
    released, log_flop = released[known][order], np.log(flop[known][order])
    record = log_flop == np.maximum.accumulate(log_flop)
    return np.interp(date, released[record], log_flop[record]) / LOG10


TABLE = "run_sizes.csv"
NEEDED = ("start", "end", "depth_low", "depth_high", "models", "sized", "unsized", "source")
COUNT = (0.0, 1e6, "a number of models")
DEPTH = (0.0, 20.0, "orders of magnitude")


def _load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read counts of models by period and by depth below the frontier.

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/run_sizes.csv`` and has its columns, or those of
        Epoch AI's list of models, which is then counted.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    if len(files) == 1 and _is_list_of_models(files[0]):
        table = tally(files[0])
        table.known_by(as_of)
    else:
        table = open_table(TABLE, NEEDED, as_of, files)
    table.keep_numbers("depth_low", "depth_high", "models", "sized", "unsized")
    start, end = dates(table, "start"), dates(table, "end")
    low, high = (numbers(table, f"depth_{side}", *DEPTH) for side in ("low", "high"))
    table.refuse(~(start < end), "end", "need a date after the start", "correct the period")
    table.refuse(~(low < high), "depth_high", "need more than depth_low", "correct the band")
    models, sized, unsized = (numbers(table, column, *COUNT) for column in ("models", "sized", "unsized"))
    table.refuse(~(models <= sized), "models", "need at most the sized models of the period", "correct it")
    table.need(10, "with a count of models")
    constants = {
        "middle": (start + end) / 2.0,
        "years": end - start,
        "depth_low": low,
        "depth_high": high,
        "sized": sized,
        "unsized": unsized,
    }
    return evidence_of(
        table,
        observed={"models": models},
        constants=constants,
        dims=dict.fromkeys(("models", *constants), ("cell",)),
        coords={"cell": _labels(table)},
    )


def _labels(table: EvidenceTable) -> list[str]:
    columns = (table.texts(column) for column in ("start", "depth_low", "depth_high"))
    return [f"{start} {low}-{high} oom" for start, low, high in zip(*columns, strict=True)]


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model depths below the frontier by a power law; only models with a known size are observed.

    Some models of a period have no public compute. A latent gives the number of sized models that each
    stands for: fewer where it is small or a variant, more where it is a closed flagship. The frontier is
    given: the line through the records. Counts are overdispersed, as developers release in families.

    Parameters
    ----------
    evidence, observed
        See `Module`; ``observed["models"]`` is the number of sized models of each period and band.
    """
    data = evidence.constants
    near, exponent = latent("run_sizes.near_frontier"), latent("run_sizes.exponent")
    growth = latent("run_sizes.growth") ** (data["middle"] - RATE_DATE)
    low, high = (models_within(data[f"depth_{side}"], near, exponent) for side in ("low", "high"))
    seen = data["sized"] / (data["sized"] + latent("run_sizes.unsized_weight") * data["unsized"])
    expected = (high - low) * growth * seen * data["years"]
    concentration = 1.0 / latent("run_sizes.overdispersion")
    with numpyro.plate("cell", len(data["years"])):
        cells = dist.NegativeBinomial2(expected, concentration * jnp.ones_like(expected))
        numpyro.sample("models", cells, obs=None if observed is None else observed["models"])


def _inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:  # noqa: ARG001
    """Draw the law of run sizes: models near the frontier, the exponent, and growth of their number.

    Parameters
    ----------
    evidence, posterior, key
        See `Module`.
    """
    return {
        "models_near_frontier": posterior["near_frontier"],
        "run_size_exponent": posterior["exponent"],
        "model_count_growth": posterior["growth"],
    }


MODULE = Module(
    name="run_sizes",
    title="sizes of training runs below the frontier",
    load=_load,
    model=_model,
    inputs=_inputs,
    headline=("near_frontier", "exponent", "growth", "unsized_weight", "overdispersion"),
)

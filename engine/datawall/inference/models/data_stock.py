"""Data stock: combined estimates of the stock of text, its usable share and its growth."""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist

from datawall.errors import DatawallError
from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent, sample_rows
from datawall.inference.likelihoods import BelowLine
from datawall.inference.tables import EvidenceTable, dates, evidence_of, numbers, open_table, sd_of_factor
from datawall.validation import suggestion

TABLE = "text_stock.csv"
STATED_AT = 2024.0
"""Date at which the stock is stated [year]."""
ABOUT = ("raw_tokens", "usable_tokens", "quality", "growth")
RELATIONS = ("estimate", "part", "whole")
FIGURE = (1e-4, 1e18, "tokens, a share or a growth")


def _load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read statements about the stock of text, each with an interval.

    A statement estimates its quantity, or a part of it (a set drawn from it), or a whole around it.

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/text_stock.csv`` and has its columns.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    needed = (
        "statement",
        "about",
        "relation",
        "central",
        "low",
        "high",
        "interval_mass",
        "state_date",
        "source",
    )
    table = open_table(TABLE, needed, as_of, files)
    table.need(3, "about the stock of text")
    central, low, high = (numbers(table, column, *FIGURE) for column in ("central", "low", "high"))
    _check_order(table, low, central, high)
    mass = numbers(table, "interval_mass", 0.01, 0.999, "a probability")
    about, relation = _places(table, "about", ABOUT), _places(table, "relation", RELATIONS)
    estimates = np.flatnonzero(relation == RELATIONS.index("estimate"))
    bounds = np.flatnonzero(relation != RELATIONS.index("estimate"))
    side = np.where(relation[bounds] == RELATIONS.index("part"), 1.0, -1.0)
    names = table.texts("statement")
    return evidence_of(
        table,
        observed={
            "log_estimate": np.log(central[estimates]),
            "signed_log_bound": side * np.log(central[bounds]),
        },
        constants={
            "about_of_statement": about,
            "error": sd_of_factor(np.sqrt(high / low), mass),
            "years": dates(table, "state_date") - STATED_AT,
            "estimates": estimates,
            "bounds": bounds,
            "side": side,
        },
        dims={
            **dict.fromkeys(("about_of_statement", "error", "years"), ("statement",)),
            **dict.fromkeys(("log_estimate", "estimates"), ("estimate",)),
            **dict.fromkeys(("signed_log_bound", "bounds", "side"), ("bound",)),
        },
        coords={
            "statement": names,
            "estimate": [names[row] for row in estimates],
            "bound": [names[row] for row in bounds],
        },
        anchors={"supply": STATED_AT},
    )


def _check_order(table: EvidenceTable, low: np.ndarray, central: np.ndarray, high: np.ndarray) -> None:
    for line, ordered in zip(table.lines, (low < high) & (low <= central) & (central <= high), strict=True):
        if not ordered:
            raise DatawallError(
                f"{table.label}:{line}: need low <= central <= high and low < high; correct the row"
            )


def _places(table: EvidenceTable, column: str, known: tuple[str, ...]) -> np.ndarray:
    for line, word in zip(table.lines, table.texts(column), strict=True):
        if word not in known:
            raise DatawallError(
                f"{table.label}:{line}: {column}: unknown {word!r}; {suggestion(word, known)}"
            )
    return np.array([known.index(word) for word in table.texts(column)])


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model estimates as scattering about their quantity; parts and wholes bound it from one side.

    Estimates differ by more than their stated intervals, as they read the same few sources in different
    ways: a spread between statements is added. A part lies below its stock by an exponential gap in the
    logarithm, a whole above it.

    Parameters
    ----------
    evidence, observed
        See `Module`; ``observed["log_estimate"]`` is ln of the central figures, and so is
        ``observed["signed_log_bound"]``, with the sign turned for a whole.
    """
    data = evidence.constants
    raw, quality = jnp.log(latent("data_stock.text_tokens")), jnp.log(latent("data_stock.text_quality"))
    growth = jnp.log(latent("data_stock.supply_growth"))
    spread, gap = latent("data_stock.statement_spread"), latent("data_stock.gap")
    about = data["about_of_statement"]
    is_stock = about <= ABOUT.index("usable_tokens")
    expected = jnp.stack([raw, raw + quality, quality, growth])[about] + growth * data["years"] * is_stock
    # a growth of a few percent is not misread by the factors by which stocks are
    error = jnp.hypot(data["error"], spread * (about != ABOUT.index("growth")))
    own, bounds, side = data["estimates"], data["bounds"], data["side"]
    estimates = dist.Normal(expected[own], error[own])
    sample_rows("estimate", len(own), "log_estimate", estimates, observed)
    edges = BelowLine(side * expected[bounds], gap, data["error"][bounds])
    sample_rows("bound", len(bounds), "signed_log_bound", edges, observed)


def _inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:  # noqa: ARG001
    """Draw the raw stock, the share worth training on and the growth of the supply.

    The share is that of one more developer's filter, so it departs from the typical one as statements do.

    Parameters
    ----------
    evidence, posterior, key
        See `Module`.
    """
    quality = posterior["text_quality"]
    score = np.asarray(jax.random.normal(key, quality.shape))
    odds = quality / (1.0 - quality) * np.exp(posterior["statement_spread"] * score)
    return {
        "text_tokens": posterior["text_tokens"],
        "text_quality": odds / (1.0 + odds),
        "supply_growth": posterior["supply_growth"],
    }


MODULE = Module(
    name="data_stock",
    title="stock of text, its usable share and its growth",
    load=_load,
    model=_model,
    inputs=_inputs,
    headline=("text_tokens", "text_quality", "supply_growth", "statement_spread", "gap"),
)

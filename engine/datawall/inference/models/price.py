"""Price decline at fixed capability, from list prices and published estimates."""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent, sample_rows
from datawall.inference.likelihoods import BelowLine
from datawall.inference.tables import dates, evidence_of, numbers, open_table
from datawall.units import MONTHS_PER_YEAR

TABLE, _FALLS = "priced_models.csv", "price_falls.csv"
PIVOT = 2025.5
CAPABILITY = 140.0
"""The capability index and the date [year] at which the cheapest price is stated."""
INDEX_STEP = 10.0
"""Points of the capability index to which the price of more capability is stated."""
OUTPUT_SHARE = 0.25
"""Share of tokens that are written and not read, in the blended price: the field's usual three to one."""
USD = (1e-4, 1e4, "USD per million tokens")


def _load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read priced models with their capability, and published falls of price at fixed capability."""
    needed = (
        "model",
        "release_date",
        "capability_index",
        "thinks",
        "input_usd_per_mtok",
        "output_usd_per_mtok",
    )
    table = open_table(TABLE, (*needed, "source"), as_of, files)
    table.keep(np.isfinite(dates(table, "release_date")), "without a release date")
    table.need(8, "of priced models")
    read, written = (numbers(table, f"{kind}_usd_per_mtok", *USD) for kind in ("input", "output"))
    index = numbers(table, "capability_index", 0.0, 1000.0, "a capability index")
    falls = open_table(_FALLS, ("scope", "fall_per_year", "benchmarks", "source"), as_of)
    return evidence_of(
        *((table, falls) if falls.rows else (table,)),
        observed={
            "log_discount": -np.log((1.0 - OUTPUT_SHARE) * read + OUTPUT_SHARE * written),
            "log_fall_published": np.log(numbers(falls, "fall_per_year", 1.0, 1e4, "x/yr")),
        },
        constants={
            "years": dates(table, "release_date") - PIVOT,
            "steps": (index - CAPABILITY) / INDEX_STEP,
            "thinks": np.array([word == "yes" for word in table.texts("thinks")], float),
            "benchmarks": numbers(falls, "benchmarks", 1.0, 1e3, "a number of benchmarks"),
        },
        dims={
            **dict.fromkeys(("log_discount", "years", "steps", "thinks"), ("system",)),
            **dict.fromkeys(("log_fall_published", "benchmarks"), ("series",)),
        },
        coords={"system": table.texts("model"), "series": falls.texts("scope")},
    )


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model list prices as lying above the cheapest for their capability and date, which falls steadily.

    Buyers can choose the cheapest, so the edge matters, and dearer models lie above it by an exponential gap.
    A reasoning model writes several times the tokens for an answer. Published falls are
    of single benchmarks, which differ.

    ``observed["log_discount"]`` is minus ln of the blended price [USD per million tokens].
    """
    data = evidence.constants

    cheapest, fall = jnp.log(latent("price.cheapest")), jnp.log(latent("price.fall"))
    capability, thinking = jnp.log(latent("price.step_price")), jnp.log(latent("price.thinking_tokens"))
    gap, scatter = latent("price.gap"), latent("price.scatter")
    spread = latent("price.benchmark_spread")
    for name in ("hardware_growth", "algorithms_halving", "share_kept"):
        latent(f"price.{name}")
    edge = cheapest + capability * data["steps"] - thinking * data["thinks"] - fall * data["years"]
    discounts = BelowLine(-edge, gap, scatter)
    sample_rows("system", len(data["years"]), "log_discount", discounts, observed)
    published = dist.Normal(fall, spread / jnp.sqrt(data["benchmarks"]))
    sample_rows("series", len(data["benchmarks"]), "log_fall_published", published, observed)


def _inputs(evidence: Evidence, posterior: Arrays, key: Any) -> dict[str, np.ndarray]:  # noqa: ARG001
    """Draw the fall of price beyond hardware and algorithms, for one more capability.

    The forecast keeps a share of its logarithm.
    """
    score = np.asarray(jax.random.normal(key, posterior["fall"].shape))
    fall = np.log(posterior["fall"]) + posterior["benchmark_spread"] * score
    algorithms = np.log(2.0) * MONTHS_PER_YEAR / posterior["algorithms_halving"]
    rest = fall - np.log(posterior["hardware_growth"]) - algorithms
    return {"other_efficiency_growth": np.exp(np.maximum(posterior["share_kept"] * rest, 0.0))}


MODULE = Module(
    name="price",
    title="fall of the price of a fixed capability",
    load=_load,
    model=_model,
    inputs=_inputs,
    headline=("fall", "cheapest", "step_price", "thinking_tokens", "gap", "benchmark_spread"),
)

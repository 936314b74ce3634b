"""Training sets: level and growth of the largest known one."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import numpyro

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import latent, sample_rows
from datawall.inference.likelihoods import BelowLine, climbed, yearly_pace, years_of
from datawall.inference.tables import dates, evidence_of, numbers, open_table, sd_of_confidence

TABLE = "training_sets.csv"
ANCHOR = 2026.5
"""Date at which the level is stated, or of the last release on record if that came earlier [year]."""
TOKENS = (1e6, 1e18, "tokens")


def _load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read sizes of training sets: tokens seen, their uncertainty, and release dates."""
    table = open_table(TABLE, ("model", "release_date", "tokens_seen", "confidence", "source"), as_of, files)
    table.keep(np.isfinite(numbers(table, "tokens_seen", *TOKENS)), "without the tokens seen")
    table.keep(np.isfinite(dates(table, "release_date")), "not released")
    table.need(3, "with tokens and a release date")
    released, tokens = dates(table, "release_date"), numbers(table, "tokens_seen", *TOKENS)
    return evidence_of(
        table,
        observed={"log_tokens": np.log(tokens)},
        constants={
            "released": released,
            "error": sd_of_confidence(table, "confidence", "training_sets"),
            "anchor": np.array(min(ANCHOR, released.max())),
            "largest": tokens.max(),
        },
        dims={**dict.fromkeys(("log_tokens", "released", "error"), ("set",)), "anchor": (), "largest": ()},
        coords={"set": table.texts("model"), "year": years_of(released)},
    )


def _model(evidence: Evidence, observed: Arrays | None) -> None:
    """Model training sets as falling short of a growing record, with measurement error.

    ``observed["log_tokens"]`` is ln tokens of each set.
    """
    data = evidence.constants
    level = numpyro.deterministic("level", data["largest"] * latent("training_sets.level_over_largest"))
    pace = yearly_pace(evidence, jnp.log(latent("training_sets.growth")), latent("training_sets.pace_spread"))
    line = jnp.log(level) + climbed(pace, evidence.coords["year"][0], data["anchor"], data["released"])
    sets = BelowLine(line, latent("training_sets.gap"), data["error"])
    sample_rows("set", len(data["error"]), "log_tokens", sets, observed)


MODULE = Module(
    name="training_sets",
    title="tokens of the largest known training set",
    load=_load,
    model=_model,
    headline=("level", "growth", "pace_spread", "gap"),
)

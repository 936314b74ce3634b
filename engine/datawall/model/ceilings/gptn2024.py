"""The tables of generations of mid-2024 as a path of compute and as dates of release, with a width."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import jax.numpy as jnp
import numpy as np

from datawall.model.ceilings.growth import Lowest, growth
from datawall.model.clock import Clock
from datawall.model.inputs import DECLARATIONS, Inputs, Scalar
from datawall.scaling_laws.generations import GPT4_INDEX, TABLES, GenerationTable, table_lags
from datawall.scaling_laws.laws import LOG10

ORIGIN = 2024.0
"""Dates of the tables are counted from here, for years near 2024 have few digits in single precision."""
BASELINE, BULLISH = (TABLES[name] for name in DECLARATIONS["generation_table"].options)


def table(inputs: Inputs, log: Inputs, clock: Clock) -> Lowest:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP by the table that the draw follows, straight between its rows and beyond them.

    The table is off by an index and by a time, each of which has an error of its own. Growth falls from row
    to row, so the lowest of the lines through neighbouring rows is the broken line through all of them.
    """
    index = _chosen(inputs, lambda rows: rows.index)
    start = _chosen(inputs, lambda rows: rows.start - ORIGIN)
    origin = clock.since_as_of(ORIGIN) + inputs.table_date_error
    log_per_index = LOG10 * inputs.oom_per_generation
    lines = []
    for (low, high), (date, next_date) in zip(pairwise(index), pairwise(start), strict=True):
        rise = (low + inputs.table_index_error - GPT4_INDEX) * log_per_index
        rate = (high - low) / (next_date - date) * log_per_index
        lines.append(growth(jnp.log(inputs.gpt4_flop) + rise, rate, origin + date))
    return Lowest(tuple(lines))


def table_delay(inputs: Inputs, generations: Sequence[float]) -> Scalar:
    """Return the years from start to deployment by the table, one for each generation.

    Straight between its rows; beyond them the lag of the nearest.
    """
    index = jnp.stack([generation - inputs.table_index_error for generation in generations])
    baseline, bullish = (
        jnp.interp(index, jnp.asarray(t.index), jnp.asarray(table_lags(t))) for t in (BASELINE, BULLISH)
    )
    return jnp.where(_is_bullish(inputs), bullish, baseline)


def _chosen(inputs: Inputs, column: Callable[[GenerationTable], np.ndarray]) -> list[Scalar]:
    """Return a column of the table that the draw follows, a scalar for each row."""
    rows = zip(column(BASELINE), column(BULLISH), strict=True)
    return [jnp.where(_is_bullish(inputs), bullish, baseline) for baseline, bullish in rows]


def _is_bullish(inputs: Inputs) -> Scalar:
    return inputs.generation_table == 1.0

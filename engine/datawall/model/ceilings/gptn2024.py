"""Generation tables of mid-2024 as a compute ceiling and a release account, with errors."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, override

from datawall.model.declaration import Scalar
from datawall.model.parts import Ceiling, ReleaseAccount, Values

if TYPE_CHECKING:
    import numpy as np

    from datawall.model.clock import Clock
    from datawall.model.growth import Lowest
    from datawall.scaling_laws.generations import GenerationTable

ORIGIN = 2024.0
"""Origin of the tables' dates, because years near 2024 have few digits in single precision."""


def _tables() -> "list[GenerationTable]":
    """Return the tables in the order of the options of `generation_table`."""
    from datawall.model.inputs import DECLARATIONS
    from datawall.scaling_laws.generations import TABLES

    return [TABLES[name] for name in DECLARATIONS["generation_table"].options]


def _is_bullish(inputs: Values) -> Scalar:
    return inputs.generation_table == 1.0


def _chosen(inputs: Values, column: "Callable[[GenerationTable], np.ndarray]") -> list[Scalar]:
    """Return one column of the draw's table, a scalar for each row."""
    import jax.numpy as jnp

    rows = zip(*(column(table) for table in _tables()), strict=True)
    return [jnp.where(_is_bullish(inputs), bullish, baseline) for baseline, bullish in rows]


class TrendTable(Ceiling):
    """Compute ceiling by the draw's table, linear in time between its rows and beyond them.

    The table is off by an index and by a time, each of which has an error of its own. Growth falls from row
    to row, so the lowest of the lines through neighbouring rows is the broken line through all of them.
    """

    name = "table"
    title = "the compute of the table of generations"
    inputs = ("gpt4_flop", "oom_per_generation", "generation_table", "table_index_error", "table_date_error")
    colour = "orange"
    rank = 20

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Lowest":
        import jax.numpy as jnp

        from datawall.model.growth import Lowest, growth
        from datawall.scaling_laws.generations import GPT4_INDEX
        from datawall.scaling_laws.laws import LOG10

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


class TableDelay(ReleaseAccount):
    """Time to deployment by the table: linear between its rows, constant beyond them."""

    name = "table"
    title = "time to deployment in the table of generations"
    inputs = ("generation_table", "table_index_error")
    rank = 20

    @override
    def delay(self, inputs: Values, generations: Sequence[float]) -> Scalar:
        import jax.numpy as jnp

        from datawall.scaling_laws.generations import table_lags

        index = jnp.stack([generation - inputs.table_index_error for generation in generations])
        baseline, bullish = (
            jnp.interp(index, jnp.asarray(t.index), jnp.asarray(table_lags(t))) for t in _tables()
        )
        return jnp.where(_is_bullish(inputs), bullish, baseline)

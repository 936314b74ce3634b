"""Model generations by training compute, and the mid-2024 forecasts as scoring benchmarks."""

from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import LOG10, Real, log

type Clock = Literal["start", "release"]

GPT4_INDEX = 4.0
SOURCE_GPT4_FLOP = 2e25
"""Training compute of GPT-4 as the reference tables take it [FLOP]."""
SOURCE_OOM_PER_GENERATION = 2.0
"""Orders of magnitude of compute in a unit of index, as the reference tables take it [oom]."""


@pytree_dataclass
class GenerationTable:
    """A forecast of generations, made in mid-2024.

    Attributes
    ----------
    index
        Generation index, GPT-4 being 4.
    start
        When training starts [year].
    release
        When the model is deployed [year].
    """

    index: np.ndarray
    start: np.ndarray
    release: np.ndarray


def _table(*rows: tuple[float, float, float]) -> GenerationTable:
    return GenerationTable(*np.array(rows).T)


TABLES = {
    "baseline": _table(
        (4.7, 2024.4, 2025.2), (5.3, 2025.5, 2026.8), (5.8, 2026.5, 2028.0), (6.3, 2028.5, 2030.2)
    ),
    "bullish": _table(
        (5.0, 2024.4, 2025.2), (5.5, 2025.0, 2026.5), (6.0, 2026.5, 2028.0), (6.5, 2028.5, 2030.0)
    ),
}
"""The mid-2024 trend forecast: index, training start and deployment."""


def index_to_flop(index: Real, flop_gpt4: Real, oom_per_generation: Real) -> jax.Array:
    """Return the training compute of a generation [FLOP].

    Parameters
    ----------
    index
        Generation index, GPT-4 being 4.
    flop_gpt4
        Training compute of GPT-4 [FLOP].
    oom_per_generation
        Orders of magnitude of compute in a unit of index [oom].

    Examples
    --------
    >>> f"{float(index_to_flop(5.0, 2e25, 2.0)):.0e}"
    '2e+27'
    """
    return jnp.exp(log(flop_gpt4) + LOG10 * oom_per_generation * (index - GPT4_INDEX))


def flop_to_index(flop: Real, flop_gpt4: Real, oom_per_generation: Real) -> jax.Array:
    """Return the generation index of a training compute, the inverse of `index_to_flop`.

    Parameters
    ----------
    flop
        Training compute [FLOP].
    flop_gpt4, oom_per_generation
        As for `index_to_flop`.

    Examples
    --------
    >>> round(float(flop_to_index(2.1e27, 2.1e25, 2.0)), 4)
    5.0
    """
    return GPT4_INDEX + (log(flop) - log(flop_gpt4)) / (LOG10 * oom_per_generation)


def table_growth(
    table: GenerationTable | str, clock: Clock, oom_per_generation: Real = SOURCE_OOM_PER_GENERATION
) -> Real:
    """Return the growth of compute that a table implies, from its first row to its last [x/yr].

    Parameters
    ----------
    table
        One of `TABLES`, or its id.
    clock
        Whether rows are dated by the start of training or by release.
    oom_per_generation
        As for `index_to_flop`; by default the source's own.

    Examples
    --------
    >>> round(float(table_growth(TABLES["baseline"], "start")), 2)
    6.03
    """
    table = _lookup(table)
    dates = _dates(table, clock)
    index_per_year = (table.index[-1] - table.index[0]) / (dates[-1] - dates[0])
    return 10.0 ** (oom_per_generation * index_per_year)


def table_lags(table: GenerationTable | str) -> np.ndarray:
    """Return the time from the start of training to deployment in each row [years].

    Parameters
    ----------
    table
        One of `TABLES`, or its id.

    Examples
    --------
    >>> [round(float(lag), 1) for lag in table_lags("baseline")]
    [0.8, 1.3, 1.5, 1.7]
    """
    table = _lookup(table)
    return table.release - table.start


def table_date_for_flop(
    table: GenerationTable | str,
    flop: Real,
    clock: Clock,
    flop_gpt4: Real = SOURCE_GPT4_FLOP,
    oom_per_generation: Real = SOURCE_OOM_PER_GENERATION,
) -> jax.Array:
    """Return the date at which a table has a run of a given compute.

    Parameters
    ----------
    table
        One of `TABLES`, or its id.
    flop
        Training compute [FLOP].
    clock
        Whether to date the start of training or the release.
    flop_gpt4, oom_per_generation
        As for `index_to_flop`; by default the source's own.

    Returns
    -------
    Array
        Date, linear in the index between rows and beyond them with the slope of the end [year].

    Examples
    --------
    >>> round(float(table_date_for_flop(TABLES["bullish"], 2e29, "release")), 2)
    2028.0
    """
    table = _lookup(table)
    index = flop_to_index(flop, flop_gpt4, oom_per_generation)
    # as JAX arrays: a compiled interpolation keeps the precision that NumPy arrays had in its first call
    indices, dates = jnp.asarray(table.index), jnp.asarray(_dates(table, clock))
    return jnp.interp(index, indices, dates, left="extrapolate", right="extrapolate")


def _lookup(table: GenerationTable | str) -> GenerationTable:
    return TABLES[table] if isinstance(table, str) else table


def _dates(table: GenerationTable, clock: Clock) -> np.ndarray:
    return {"start": table.start, "release": table.release}[clock]

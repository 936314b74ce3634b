"""The ceiling of the tables of generations, with the numbers of one future put in."""

from collections.abc import Mapping

import jax.numpy as jnp

from datawall.explanation.steps import digits as n
from datawall.model.gptn2024 import BASELINE, BULLISH
from datawall.model.inputs import Inputs

EQUATIONS = {"table": "C_GPT4 10^(oom (i - 4)), i straight between the rows of the table, plus its error"}


def _table(i: Inputs, anchors: Mapping[str, float], date: float) -> str:  # noqa: ARG001 - like the others
    rows = (BASELINE, BULLISH)[round(i.generation_table)]
    at = date - i.table_date_error
    index = float(jnp.interp(at, rows.start, rows.index, left="extrapolate", right="extrapolate"))
    return f"{n(i.gpt4_flop)} * 10**({n(i.oom_per_generation)} * ({n(index)} + {n(i.table_index_error)} - 4))"


NUMBERS = {"table": _table}

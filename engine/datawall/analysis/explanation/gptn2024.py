"""The ceiling of the tables of generations, with the numbers of one future put in."""

from collections.abc import Mapping

import numpy as np

from datawall.analysis.explanation.steps import digits as n
from datawall.model.ceilings.gptn2024 import BASELINE, BULLISH
from datawall.model.inputs import Inputs
from datawall.scaling_laws.generations import GenerationTable

EQUATIONS = {"table": "C_GPT4 10^(oom (i - 4)), i straight between the rows of the table, plus its error"}


def _table(i: Inputs, anchors: Mapping[str, float], date: float) -> str:  # noqa: ARG001 - like the others
    rows = (BASELINE, BULLISH)[round(i.generation_table)]
    index = _index(rows, date - i.table_date_error)
    return f"{n(i.gpt4_flop)} * 10**({n(i.oom_per_generation)} * ({n(index)} + {n(i.table_index_error)} - 4))"


def _index(rows: GenerationTable, date: float) -> float:
    """Return the index by the table: growth falls from row to row, so the lowest of its lines holds."""
    slopes = np.diff(rows.index) / np.diff(rows.start)
    return float(np.min(rows.index[:-1] + slopes * (date - rows.start[:-1])))


NUMBERS = {"table": _table}

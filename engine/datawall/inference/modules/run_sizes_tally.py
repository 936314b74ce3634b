"""From a list of public models to counts by year and by how far below the frontier they lie."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from datawall.inference.modules.shipped import dates, numbers, open_table
from datawall.inference.reading import Table, read_table
from datawall.model.reals import LOG10
from datawall.units import date_of

MODEL_COLUMNS = ("Model", "Publication date", "Training compute (FLOP)", "Base model")
"""What a list of models calls its columns: the names of Epoch AI's *Data on AI Models*."""
COLUMNS = ("start", "end", "depth_low", "depth_high", "models", "sized", "unsized", "date_known", "source")
PERIODS = np.array([2020.0, 2021.0, 2022.0, 2023.0, 2024.0, 2025.0, 2025.58])
"""Bounds of the periods that are counted: since August 2025 no closed flagship states its compute."""
DEPTHS = np.arange(0.0, 3.0, 0.5)
"""Bounds of the bands below the frontier [oom]; further down a list of notable models is incomplete."""
DAYS_TO_KNOW = 90.0 / 365.25
"""After the end of a period its models and their sizes count as known [years]."""
FLOP = (1.0, 1e31, "FLOP")


def is_list_of_models(path: Path) -> bool:
    """Return whether a table has a row for each model, and is no table of counts."""
    return "Publication date" in read_table(path, ()).columns


def tally(path: Path) -> Table:
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
    return Table(str(path), COLUMNS, rows, list(range(len(rows))), dict(models.dropped))


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

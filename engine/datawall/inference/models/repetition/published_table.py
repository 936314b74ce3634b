"""Shipped table of published constants of repetition."""

from pathlib import Path

import numpy as np

from datawall.distributions.special import ndtri
from datawall.errors import TooLittleEvidenceError
from datawall.inference.evidence_model import Evidence
from datawall.inference.models.repetition.predictive import QUANTITIES
from datawall.inference.tables import EvidenceTable, read_table
from datawall.scenario import files as catalog

COLUMNS = (
    "quantity",
    "central",
    "low",
    "high",
    "interval_mass",
    "interval_basis",
    "date_known",
    "source",
)
SHIPPED = "repetition_fits.csv"


def load_readings(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read published readings of the constants of repetition.

    Parameters
    ----------
    as_of
        Readings that became known later are left out.
    files
        Not used: a table of runs is read by the module that takes over.

    Raises
    ------
    DatawallError
        If no reading was known.
    """
    del files
    table = read_table(catalog.folder() / "evidence" / SHIPPED, COLUMNS, label=SHIPPED)
    table.known_by(as_of)
    if not table.rows:
        need = f"{SHIPPED}: need at least one reading known at the as-of date"
        raise TooLittleEvidenceError(f"{need}; give a later one")
    return _evidence(table)


def _evidence(table: EvidenceTable) -> Evidence:
    named = table.texts("quantity")
    quantities = [name for name in QUANTITIES if name in named]
    half_width = np.log(table.numbers("high") / table.numbers("low")) / 2.0
    score = ndtri((1.0 + table.numbers("interval_mass")) / 2.0)
    constants = {
        "quantity_index": np.array([quantities.index(name) for name in named]),
        "log_error": half_width / score,
        "from_posterior": np.array([basis == "posterior" for basis in table.texts("interval_basis")]),
    }
    return Evidence(
        observed={"log_reading": np.log(table.numbers("central"))},
        constants=constants,
        dims=dict.fromkeys((*constants, "log_reading"), ("reading",)),
        coords={
            "quantity": quantities,
            "reading": [f"{n}: {s}" for n, s in zip(named, table.texts("source"), strict=True)],
        },
        dropped=table.dropped,
        sources=(SHIPPED,),
        newest=float(table.years("date_known").max()),
    )

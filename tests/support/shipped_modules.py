"""The modules on shipped tables, and small tables of theirs for tests that repeat a fit many times."""

import csv
from pathlib import Path

from datawall.inference.evidence_model import Evidence, Module
from datawall.inference.models import MODULES
from datawall.scenario.files import folder

TABLES = {
    "compute": "frontier_runs.csv",
    "training_sets": "training_sets.csv",
    "hardware": "hardware.csv",
    "data_stock": "text_stock.csv",
    "release": "release_lags.csv",
    "cadence": "flagships.csv",
    "generations": "flagships.csv",
    "price": "priced_models.csv",
    "run_sizes": "run_sizes.csv",
}
SMALL = {"compute": 12, "training_sets": 10, "hardware": 8, "price": 8}
FEW_DEVELOPERS = ("Google", "Mistral AI", "Moonshot")


def rows_of(name: str) -> list[dict[str, str]]:
    with (folder() / "evidence" / TABLES[name]).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def small_evidence(name: str, tmp_path: Path) -> tuple[Module, Evidence]:
    """Return a module and a few rows of its table."""
    rows = rows_of(name)
    if TABLES[name] == "flagships.csv":
        rows = [row for row in rows if row["developer"] in FEW_DEVELOPERS]
    rows = rows[: SMALL.get(name, len(rows))]
    return MODULES[name], MODULES[name].load(None, (write(tmp_path / TABLES[name], rows),))

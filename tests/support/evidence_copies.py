"""Copies of the shipped evidence that tests may change."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from datawall.inference import tables
from datawall.inference.tables import read_table
from datawall.scenario import files

type Row = dict[str, str]

FLAGSHIPS = """developer,model,generation,release_date,status,date_known,source
OpenAI,GPT-1,1,2018-06-11,released,2018-06-11,made up
OpenAI,GPT-2,2,2019-02-14,released,2019-02-14,made up
OpenAI,GPT-3,3,2020-06-11,released,2020-06-11,made up
OpenAI,GPT-3.5,3.5,2022-11-30,released,2022-11-30,made up
OpenAI,GPT-4,4,2023-03-14,released,2023-03-14,made up
OpenAI,GPT-5,5,2025-08-07,released,2025-08-07,made up
OpenAI,GPT-6,6,2026-09-04,released,2026-09-04,made up
OpenAI,,,,watched,2026-10-04,made up
Anthropic,Claude 9,9,2020-01-01,released,2020-01-01,made up
Anthropic,,,,watched,2026-10-20,made up
"""


def use_copy(folder: Path, monkeypatch) -> Path:
    """Let the modules of inference read a copy of the shipped evidence, with releases by name made up."""
    evidence = folder / "evidence"
    shutil.copytree(files.folder() / "evidence", evidence)
    (evidence / "flagships.csv").write_text(FLAGSHIPS, encoding="utf-8")
    monkeypatch.setattr(tables, "folder", lambda: folder)
    return evidence


def rewrite(path: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    """Rewrite the rows of a table."""
    table = read_table(path, ())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.columns)
        writer.writeheader()
        writer.writerows(change(table.rows))


def write(path: Path, rows: list[Row]) -> None:
    """Replace the rows of a table; columns that a row lacks stay blank."""
    rewrite(path, lambda _: rows)

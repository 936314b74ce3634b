"""A sensitivity analysis as a folder holds it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datawall.errors import DatawallError

FILE = "sensitivity.json"


@dataclass(frozen=True)
class SavedAnalysis:
    """What `datawall.analysis.sensitivity.export.sensitivity_summary` says of an analysis."""

    flat: dict[str, Any]


def is_analysis(folder: Path) -> bool:
    """Return whether a folder holds a sensitivity analysis."""
    return (folder / FILE).is_file()


def read_analysis(folder: Path) -> SavedAnalysis:
    """Read the analysis of a folder.

    Raises
    ------
    DatawallError
        If it cannot be read.
    """
    try:
        flat = json.loads((folder / FILE).read_text(encoding="utf-8"))
        _ = tuple(
            flat[key]
            for key in ("output", "indices", "groups", "tornado", "value_of_information", "manifest")
        )
        _ = flat["manifest"]["scenario"], flat["indices"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatawallError(f"{folder}: its analysis cannot be read ({error!r}); run it again") from None
    return SavedAnalysis(flat)

"""A sensitivity analysis as a folder holds it."""

from dataclasses import dataclass
from typing import Any

from datawall.reporting.products import Saved

KEYS = ("output", "indices", "groups", "tornado", "value_of_information", "manifest")


@dataclass(frozen=True)
class SavedAnalysis:
    """What `datawall.analysis.sensitivity.export.sensitivity_summary` says of an analysis."""

    flat: dict[str, Any]


def saved_analysis(saved: Saved) -> SavedAnalysis:
    """Return a sensitivity analysis for the page.

    Raises
    ------
    DatawallError
        If it lacks something.
    """
    with saved.checked():
        _ = saved.manifest["scenario"], [saved.flat[key] for key in KEYS]
    return SavedAnalysis(saved.flat)

"""Probabilistic forecasts of data-wall timing and model release dates.

Importing the package loads no JAX; the first use of a function does.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datawall.backtesting.run import backtest
    from datawall.comparison.run import compare
    from datawall.drivers.analysis import sensitivity
    from datawall.forecasting import forecast
    from datawall.inference.run import fit
    from datawall.loading import load_scenario
    from datawall.page.report import report

__all__ = ["backtest", "compare", "fit", "forecast", "load_scenario", "report", "sensitivity"]

_HOMES = {
    "backtest": "datawall.backtesting.run",
    "compare": "datawall.comparison.run",
    "fit": "datawall.inference.run",
    "forecast": "datawall.forecasting",
    "load_scenario": "datawall.loading",
    "report": "datawall.page.report",
    "sensitivity": "datawall.drivers.analysis",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'datawall' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

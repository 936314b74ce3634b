"""Probabilistic forecasts of data-wall timing and model release dates.

Importing the package loads no JAX; the first use of a function does.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datawall import plot
    from datawall.analysis.comparison.compare import compare
    from datawall.analysis.sensitivity.sensitivity import sensitivity
    from datawall.backtesting.backtest import backtest
    from datawall.errors import DatawallError
    from datawall.forecasting.forecast import forecast
    from datawall.inference.fit_by_name import fit
    from datawall.inference.scenario_with_evidence import load_scenario
    from datawall.reporting.report import report
    from datawall.scenario import Scenario
    from datawall.scenario import available as scenarios

    __version__: str

__all__ = [
    "DatawallError",
    "Scenario",
    "__version__",
    "backtest",
    "compare",
    "fit",
    "forecast",
    "load_scenario",
    "plot",
    "report",
    "scenarios",
    "sensitivity",
]

_HOMES = {
    "DatawallError": "datawall.errors",
    "Scenario": "datawall.scenario",
    "backtest": "datawall.backtesting.backtest",
    "compare": "datawall.analysis.comparison.compare",
    "fit": "datawall.inference.fit_by_name",
    "forecast": "datawall.forecasting.forecast",
    "load_scenario": "datawall.inference.scenario_with_evidence",
    "report": "datawall.reporting.report",
    "sensitivity": "datawall.analysis.sensitivity.sensitivity",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("datawall")
    if name == "scenarios":
        return import_module("datawall.scenario").available
    if name == "plot":
        return import_module("datawall.plot")
    if name not in _HOMES:
        raise AttributeError(f"module 'datawall' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

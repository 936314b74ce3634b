"""What is decomposed: one number of a forecast, and how it is read off the counts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import xarray as xr

from datawall.analysis.comparison.replicates import curves, place
from datawall.errors import DatawallError
from datawall.forecasting.export import places
from datawall.forecasting.names import year_labels
from datawall.forecasting.outputs import Labels, Output, outputs_of
from datawall.forecasting.simulation import reported_rows, time_grid
from datawall.sampling.cdf import Floats
from datawall.sampling.run import MonteCarloResult
from datawall.scenario import Scenario
from datawall.validation import suggestion

PATHS_SHOWN = ("frontier_flop", "demand_tokens", "supply_tokens")
YEAR_SHOWN = 2030.0
"""The year of the paths that are decomposed when nobody says."""
MEASURES = ("median", "probability")


@dataclass(frozen=True)
class Target:
    """One output of a forecast that is to be decomposed.

    Attributes
    ----------
    name
        As summaries have it, such as ``wall.tokens[1]``.
    output
        How it is counted.
    index
        Where it stands in the output's array.
    reference
        For a date: by when its probability is taken where a median is past or never, in the model's scale.
    """

    name: str
    output: Output
    index: tuple[int, ...]
    reference: float = np.nan

    def with_reference(self, pushed: Sequence[MonteCarloResult]) -> Self:
        """Return the target with the date that the medians of some scenarios suggest (`reference_date`)."""
        if self.output.scale != "date":
            return self
        sketches = [place(one.sketches[self.output.name], self.index) for one in pushed]
        medians = [float(sketch.quantile(0.5)) for sketch in sketches]
        return replace(self, reference=reference_date(medians, self.output.histogram.upper))

    def answers(self, pushed: MonteCarloResult) -> Floats:
        """Return median and probability of all draws and of each replicate, of shape (2, 1 + R).

        The median is in the model's own scale; a quantity that is no date has no probability.
        """
        curve = curves(place(pushed.sketches[self.output.name], self.index))
        median = curve.quantile(0.5)
        is_date = self.output.scale == "date"
        return np.stack([median, curve.cdf(self.reference) if is_date else np.full_like(median, np.nan)])


def wanted_targets(scenario: Scenario, same_ceilings: bool, wanted: Sequence[str] | None) -> list[Target]:
    """Return the outputs to decompose.

    Parameters
    ----------
    scenario
        The first one.
    same_ceilings
        Whether all scenarios have the same ceilings, so that the paths of these can be decomposed too.
    wanted
        Names; by default the walls, the dates of compute and of releases, and a few paths in 2030.

    Raises
    ------
    DatawallError
        If there is no output of a name.
    """
    grid = time_grid(scenario.as_of, scenario.horizon)
    years = grid[slice(*reported_rows(grid, scenario.as_of, scenario.horizon))]
    labels = Labels(scenario, years, years)
    outputs = {
        output.name: output
        for output in outputs_of(labels)
        if output.scale != "choice" and (same_ceilings or "ceiling" not in output.dims)
    }
    known = places(_blank(list(outputs.values()), labels))
    for name in wanted or ():
        if name not in known:
            listing = "datawall forecast --json"
            raise DatawallError(f"--output {name}: unknown output; {suggestion(name, known, listing)}")
    found = {name: known[name] for name in wanted or _usual(known, labels)}
    return [
        Target(name, output, tuple(labels.coords[dim].index(at[dim]) for dim in output.dims))
        for name, (output, at) in ((name, (outputs[variable], at)) for name, (variable, at) in found.items())
    ]


def _blank(outputs: Collection[Output], labels: Labels) -> xr.Dataset:
    """Return a summary without numbers: its shape says how outputs are named."""
    shapes = {output.name: tuple(len(labels.coords[dim]) for dim in output.dims) for output in outputs}
    blank = {
        output.name: ((*output.dims, "quantile"), np.full((*shapes[output.name], 1), np.nan))
        for output in outputs
    }
    return xr.Dataset(blank | {f"{name}_mcse": value for name, value in blank.items()}, labels.coords)


def _usual(known: Iterable[str], labels: Labels) -> list[str]:
    year = min(labels.years, key=lambda year: abs(year - YEAR_SHOWN))
    in_year = [f"{path}[{year_labels(labels.years)[year]}]" for path in PATHS_SHOWN]
    dates = [name for name in known if name.startswith(("wall.", "compute_date[", "release.raw["))]
    return dates + in_year


def reference_date(medians: Sequence[float], span: float) -> float:
    """Return by when to take the probability of a date: the first median that is a date.

    Parameters
    ----------
    medians
        Of the scenarios, years since the as-of date; -inf is past, inf is never.
    span
        Years from the as-of date to the horizon.

    Examples
    --------
    >>> reference_date([np.inf, 12.5], 24.0), reference_date([np.inf, np.inf], 24.0)
    (12.5, 24.0)
    """
    dates = [float(median) for median in medians if np.isfinite(median)]
    return dates[0] if dates else 0.0 if max(medians) < 0.0 else span

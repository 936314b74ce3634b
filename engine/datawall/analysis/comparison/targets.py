"""Quantities of interest of a decomposition, and their estimates from the counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from datawall.forecasting.labels import Labels, labels_of
from datawall.forecasting.quantities import Quantity, find, quantities, year_labels
from datawall.model.output import Output
from datawall.model.outputs import paths_of
from datawall.sampling.cdf import Curve, Estimate, Floats
from datawall.sampling.run import MonteCarloResult
from datawall.sampling.summaries import Sketch
from datawall.scenario import Scenario


def curves(sketch: Sketch) -> Curve:
    """Return the distributions of quantities of shape (...) as one curve of shape (1 + R, ...).

    The first row is that of all draws, the others those of the R replicates.
    """
    counts = _rows(sketch)
    shape = counts.shape[:-1]
    minimum, maximum = (np.broadcast_to(end, shape) for end in (sketch.minimum, sketch.maximum))
    return Sketch(sketch.histogram, counts[None], np.zeros(shape, np.int64), minimum, maximum).curve()


def shares(sketch: Sketch) -> Floats:
    """Return the probability of each bin, of shape (1 + R, ..., bins), rows as in `curves`."""
    counts = _rows(sketch)
    return counts[..., 1:-1] / counts.sum(axis=-1, keepdims=True)


def place(sketch: Sketch, index: tuple[int, ...]) -> Sketch:
    """Return the sketch of one quantity of several."""
    return Sketch(
        sketch.histogram,
        sketch.counts[(slice(None), *index)],
        np.asarray(sketch.nan[index]),
        np.asarray(sketch.minimum[index]),
        np.asarray(sketch.maximum[index]),
    )


def estimate(rows: Floats) -> Estimate:
    """Return the first of 1 + R rows, with the standard error implied by the spread of the others."""
    return Estimate(rows[0], rows[1:].std(axis=0, ddof=1) / np.sqrt(len(rows) - 1))


def _rows(sketch: Sketch) -> np.ndarray:
    return np.concatenate([sketch.counts.sum(axis=0, keepdims=True), sketch.counts])


_YEAR_SHOWN = 2030.0
"""Default year of the decomposed paths."""
MEASURES = ("median", "probability")


@dataclass(frozen=True)
class Decomposed:
    """Quantity of interest to decompose.

    Attributes
    ----------
    quantity
        The output of the forecast.
    reference
        For a date: the date of its probability if a median is past or never, in the model's scale.
    """

    quantity: Quantity
    reference: float = np.nan

    @property
    def name(self) -> str:
        """Its name, such as ``wall.tokens[1]``."""
        return self.quantity.name

    @property
    def output(self) -> Output:
        """Counted output of the quantity."""
        return self.quantity.output

    def with_reference(self, pushed: Sequence[MonteCarloResult]) -> Self:
        """Return the target with the `_reference_date` of the medians of some scenarios."""
        if self.output.scale != "date":
            return self
        sketches = [place(one.sketches[self.output.name], self.quantity.place) for one in pushed]
        medians = [float(sketch.curve().quantile(0.5)) for sketch in sketches]
        return replace(self, reference=_reference_date(medians, self.output.histogram.upper))

    def answers(self, pushed: MonteCarloResult) -> Floats:
        """Return median and probability of all draws and of each replicate, of shape (2, 1 + R).

        The median is in the model's own scale; a quantity that is no date has no probability.
        """
        curve = curves(place(pushed.sketches[self.output.name], self.quantity.place))
        median = curve.quantile(0.5)
        is_date = self.output.scale == "date"
        return np.stack([median, curve.cdf(self.reference) if is_date else np.full_like(median, np.nan)])


def wanted_targets(scenario: Scenario, same_ceilings: bool, wanted: Sequence[str] | None) -> list[Decomposed]:
    """Return the outputs to decompose, in the terms of the first scenario.

    By default these are the walls, the dates of compute and of releases, and a few paths in 2030. Paths of
    ceilings can be decomposed only where all scenarios have the same ceilings.

    Raises
    ------
    DatawallError
        If there is no output of a name.
    """
    labels = labels_of(scenario)
    known = {
        name: quantity
        for name, quantity in quantities(labels).items()
        if not quantity.options and (same_ceilings or "ceiling" not in quantity.output.dims)
    }
    if wanted is None:
        return [Decomposed(known[name]) for name in _usual(known, labels)]
    return [Decomposed(find(name, known, f"--output {name}")) for name in wanted]


def _usual(known: Iterable[str], labels: Labels) -> list[str]:
    year = min(labels.years, key=lambda year: abs(year - _YEAR_SHOWN))
    paths = (output.name for output in paths_of("compute"))
    in_year = [f"{path}[{year_labels(labels.years)[year]}]" for path in paths]
    dates = [name for name in known if name.startswith(("wall.", "compute_date[", "release.raw["))]
    return dates + in_year


def _reference_date(medians: Sequence[float], span: float) -> float:
    """Return the reference date for the probability of a date: the first median that is a date.

    Medians are in years since the as-of date (-inf is past, inf never), and so is the span to the horizon.

    Examples
    --------
    >>> _reference_date([np.inf, 12.5], 24.0), _reference_date([-np.inf, np.inf], 24.0)
    (12.5, 24.0)
    >>> _reference_date([-np.inf, -np.inf], 24.0)
    0.0
    """
    dates = [float(median) for median in medians if np.isfinite(median)]
    return dates[0] if dates else 0.0 if max(medians) < 0.0 else span

"""Labelled differences between scenarios, and their Shapley decomposition by groups of inputs."""

from collections.abc import Sequence
from math import comb
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from datawall.analysis.comparison.targets import MEASURES, Decomposed, curves, estimate, shares
from datawall.forecasting.datatree import QUANTILES
from datawall.forecasting.labels import Labels
from datawall.model.output import Output
from datawall.sampling.cdf import Floats
from datawall.sampling.run import MonteCarloResult
from datawall.scaling_laws.laws import LOG10


class _Effects(NamedTuple):
    """Effects of k groups on an answer, each of shape (k, ...).

    Attributes
    ----------
    shapley
        Average effect over all orders of swapping the groups; sums to the difference.
    from_other
        Effect of taking the group alone from the first scenario, the rest from the other.
    from_first
        Effect of swapping the group last, all others being the first scenario's already.
    """

    shapley: Floats
    from_other: Floats
    from_first: Floats


def members(mask: int, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups whose bit is set.

    Examples
    --------
    >>> members(5, ("compute", "data", "law"))
    ('compute', 'law')
    """
    return tuple(group for bit, group in enumerate(groups) if mask >> bit & 1)


def effects(values: Floats) -> _Effects:
    r"""Return the effects of each group, from the answers of all hybrids.

    With :math:`v(S)` the answer when the groups in S come from the first scenario and the rest from the
    other, the difference is :math:`v(G) - v(\emptyset)`. Where groups interact, neither swapping each
    alone nor taking each alone out sums to it. The average over all orders of swapping does (Shapley):

    .. math:: \phi_g = \sum_{S \not\ni g} \frac{|S|! (k - |S| - 1)!}{k!} (v(S \cup g) - v(S))

    Parameters
    ----------
    values
        Of shape (2^k, ...): row m is the answer when the groups whose bits are set in m come from the first
        scenario.

    References
    ----------
    Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018.

    Examples
    --------
    Two groups that add 1 and 2, and 4 more together:

    >>> effects(np.array([0.0, 1.0, 2.0, 7.0])).shapley
    array([3., 4.])
    """
    k = len(values).bit_length() - 1
    masks = np.arange(len(values))
    found = [_effects_of(values, masks & 1 << bit == 0, k, bit) for bit in range(k)]
    empty = np.zeros((0, *values.shape[1:]))
    return _Effects(*map(np.stack, zip(*found, strict=True))) if found else _Effects(empty, empty, empty)


def _effects_of(values: Floats, without: np.ndarray, k: int, bit: int) -> _Effects:
    """Return the effects of the group of one bit; `without` selects the hybrids that lack it."""
    masks = np.flatnonzero(without)
    gains = values[masks | 1 << bit] - values[masks]
    weights = np.array([1.0 / (k * comb(k - 1, mask.bit_count())) for mask in masks.tolist()])
    return _Effects(np.tensordot(weights, gains, 1), gains[0], gains[-1])


class Counted(NamedTuple):
    """Counts of a scenario with the labels of their axes."""

    pushed: MonteCarloResult
    labels: Labels

    def rows(self, output: Output, dim: str, values: Floats, along: ArrayLike) -> xr.DataArray:
        """Return values of shape (1 + R, ..., n) with their coordinates; the n are labelled by `along`."""
        coords = {name: self.labels.coords[name] for name in output.dims}
        return xr.DataArray(values, {"replicate": range(len(values)), **coords, dim: np.asarray(along)})

    def quantiles(self, output: Output) -> xr.DataArray:
        """Return the quantiles of an output in its own scale, of all draws and of each replicate."""
        curve = curves(self.pushed.sketches[output.name])
        return self.rows(output, "quantile", curve.quantile(QUANTILES), QUANTILES)

    def probabilities(self, output: Output, dates: ArrayLike) -> xr.DataArray:
        """Return the probability that a date lies before others, in years since the common start."""
        curve = curves(self.pushed.sketches[output.name])
        return self.rows(output, "date", curve.cdf(dates), dates)

    def choices(self, output: Output) -> xr.DataArray:
        """Return the probability of each option."""
        options = self.labels.scenario.questions.ceilings
        return self.rows(output, "ceiling", shares(self.pushed.sketches[output.name]), options)


def _variables(name: str, apart: xr.DataArray, unit: str, description: str) -> dict[str, xr.DataArray]:
    """Return the difference in all draws, with the error that the replicates imply, as named variables."""
    # the difference between a date and never is undefined
    found = estimate(apart.where(np.isfinite(apart)).values)
    bare = apart.isel(replicate=0, drop=True)
    return {
        name: bare.copy(data=found.value).assign_attrs(unit=unit, description=description),
        f"{name}_mcse": bare.copy(data=found.mcse).assign_attrs(unit=unit, description="standard error"),
    }


def difference_summary(first: Counted, other: Counted) -> xr.Dataset:
    """Return differences in quantiles and probability masses, the first scenario minus the other.

    Variables are named as in the group `summary` of a forecast. Quantities counted in logs are a ratio.
    """
    variables: dict[str, xr.DataArray] = {}
    for output in first.labels.outputs:
        if output.scale == "choice":
            # a ceiling that is not in force never sets the largest run
            one, two = xr.align(first.choices(output), other.choices(output), join="outer")
            apart = one.fillna(0.0) - two.fillna(0.0)
            variables |= _variables(output.name, apart, "probability", output.description)
            continue
        apart = first.quantiles(output) - other.quantiles(output)
        if not apart.size:  # ceilings of their own
            continue
        found = _variables(output.name, apart, output.unit, output.description)
        if output.scale == "log10":
            found = _as_ratio(output.name, found)
        elif output.scale == "date":
            ends = [output.histogram.lower, output.histogram.upper]
            by = first.probabilities(output, ends) - other.probabilities(output, ends)
            past, within = (by.isel(date=end, drop=True) for end in (0, 1))
            found |= _variables(f"{output.name}_past", past, "probability", "before the common start")
            found |= _variables(f"{output.name}_never", -within, "probability", "not within the horizon")
        variables |= found
    return xr.Dataset(variables)


def _as_ratio(name: str, found: dict[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    with xr.set_options(keep_attrs=True):
        ratio = 10.0 ** found[name]
        # d(10^x) = ln 10 10^x dx
        error = LOG10 * ratio * found[f"{name}_mcse"]
    return {name: ratio.assign_attrs(unit="ratio"), f"{name}_mcse": error.assign_attrs(unit="ratio")}


def difference_cdf(first: Counted, other: Counted, dates: Floats) -> xr.Dataset:
    """Return differences in the CDFs of dates [decimal year], the first scenario minus the other."""
    variables: dict[str, xr.DataArray] = {}
    since = dates - first.labels.scenario.as_of
    for output in first.labels.outputs:
        if output.scale == "date":
            apart = first.probabilities(output, since) - other.probabilities(output, since)
            variables |= _variables(output.name, apart, "probability", f"P({output.description} <= date)")
    return xr.Dataset(variables).assign_coords(date=dates)


def decomposition(
    targets: Sequence[Decomposed], groups: tuple[str, ...], values: Floats, as_of: float
) -> xr.Dataset:
    """Return the effect of each group of inputs on each output.

    Parameters
    ----------
    targets
        Decomposed outputs.
    groups
        Swapped groups.
    values
        Of shape (2^k, targets, 2, 1 + R): `Decomposed.answers` of each hybrid, those of the first
        scenario last.
    as_of
        The common start [decimal year].

    Returns
    -------
    Dataset
        For each output: `measure` is the decomposed quantity, the median, or where one is past or never the
        probability by the date `reference`; `first` and `other` are its values, `total` their difference,
        `shapley`, `from_other` and `from_first` the effects of each group, each with its standard error.
        Quantities counted in logs are in orders of magnitude. `answer` has the measure of every hybrid.
    """
    is_finite = np.isfinite(values[:, :, 0]).all(axis=(0, 2))
    measured = np.where(is_finite[:, None], values[:, :, 0], values[:, :, 1])
    dates = np.array([target.output.scale == "date" for target in targets])
    shift = np.where(dates & is_finite, as_of, 0.0)[:, None]
    units = {"log10": "oom", "date": "years"}
    unit = [units.get(target.output.scale, target.output.unit) for target in targets]
    parts = {
        "first": (("output",), measured[-1] + shift),
        "other": (("output",), measured[0] + shift),
        "total": (("output",), measured[-1] - measured[0]),
        "answer": (("hybrid", "output"), measured + shift),
    }
    parts |= {name: (("group", "output"), rows) for name, rows in effects(measured)._asdict().items()}
    variables = {}
    for name, (dims, rows) in parts.items():
        found = estimate(np.moveaxis(rows, -1, 0))
        variables |= {name: (dims, found.value), f"{name}_mcse": (dims, found.mcse)}
    variables |= {
        "measure": ("output", [MEASURES[0 if finite else 1] for finite in is_finite]),
        "unit": (
            "output",
            [one if finite else "probability" for one, finite in zip(unit, is_finite, strict=True)],
        ),
        "reference": ("output", as_of + np.array([target.reference for target in targets])),
    }
    coords = {
        "output": [target.name for target in targets],
        "group": list(groups),
        "hybrid": ["+".join(members(mask, groups)) or "none" for mask in range(len(values))],
    }
    return xr.Dataset(variables, coords)

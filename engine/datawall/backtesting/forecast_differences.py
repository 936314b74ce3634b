"""By how much dates differ between forecasts on common random numbers, with the error of the difference."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from datawall.backtesting.dated_forecasts import Dates
from datawall.sampling.replicates import REPLICATES

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
BY = 2030.0
"""The date by which probabilities are compared, as medians may be past or never [decimal year]."""
MEASURES = {"shift": "years", "probability_shift": "probability"}
"""What is compared of two forecasts, the medians and the probabilities by that date, and the unit."""


def quantiles(dates: Dates) -> xr.Dataset:
    """Return what one forecast says of each date.

    Returns
    -------
    xarray.Dataset
        By output: ``date`` at each `quantile` [decimal year; -inf past, inf never], ``mcse`` of the median,
        ``p_past``, ``p_never``, and ``p_by``, the probability by the date in its attribute ``by``.
    """
    draws = np.stack(list(dates.values()))
    medians = _measures(dates)[:, 0]
    share = {"unit": "probability"}
    return xr.Dataset(
        {
            "date": (("output", "quantile"), _quantile(draws, LEVELS).T, {"unit": "year"}),
            "mcse": ("output", _error(_finite(medians)), {"unit": "year"}),
            "p_past": ("output", np.mean(draws == -np.inf, axis=-1), share),
            "p_never": ("output", np.mean(draws == np.inf, axis=-1), share),
            "p_by": ("output", np.mean(draws <= BY, axis=-1), share | {"by": BY}),
        },
        {"output": list(dates), "quantile": list(LEVELS)},
    )


def moves(older: Dates, alone: Mapping[str, Dates], newer: Dates) -> xr.Dataset:
    """Return how far forecasts move when modules learn what became known, one alone and all together.

    Parameters
    ----------
    older, newer
        The forecast where all modules know the older evidence, and where all know the newer.
    alone
        For each module the forecast where it alone knows the newer.

    Returns
    -------
    xarray.Dataset
        By output: ``before``, the median with the older evidence; by output and module ``shift`` of the
        median [years] and ``probability_shift``; by output the same when all learn, ``joint_…``, and this
        less the sum of the single ones, ``rest_…``; each with ``…_mcse``. A shift from or to a median that is
        past or never is not a number, unless no draw moved. ``most`` names the module with the largest shift:
        of the median, or where one of them is not a number of the probability; empty where nothing moved.
    """
    joint = _apart(older, newer)
    single = np.stack([_apart(older, one) for one in alone.values()], axis=1)
    parts = {
        "": (("output", "module"), single),
        "joint_": (("output",), joint),
        "rest_": (("output",), joint - single.sum(axis=1)),
    }
    variables: dict[str, tuple] = {"before": ("output", _measures(older)[:, 0, 0], {"unit": "year"})}
    for prefix, (dims, rows) in parts.items():
        for place, (measure, unit) in enumerate(MEASURES.items()):
            own = rows[..., place, :]
            variables[f"{prefix}{measure}"] = (dims, own[..., 0], {"unit": unit})
            variables[f"{prefix}{measure}_mcse"] = (dims, _error(own), {"unit": unit})
    variables["most"] = ("output", _most(single[..., 0], list(alone)))
    return xr.Dataset(variables, {"output": list(older), "module": list(alone)})


def _most(shifts: np.ndarray, modules: Sequence[str]) -> list[str]:
    """Return the module with the largest shift of each output, from shape (output, module, measure)."""
    comparable = np.isfinite(shifts[..., 0]).all(axis=1)
    size = np.abs(np.where(comparable[:, None], shifts[..., 0], shifts[..., 1]))
    return [modules[int(row.argmax())] if row.any() else "" for row in size]


def _measures(dates: Dates) -> np.ndarray:
    """Return median and probability of all draws and of each replicate, shape (output, 2, 1 + R)."""
    found = [
        (_in_replicates(one, _median), _in_replicates(one, lambda part: float(np.mean(part <= BY))))
        for one in dates.values()
    ]
    return np.array(found)


def _apart(older: Dates, newer: Dates) -> np.ndarray:
    """Return by how much the newer measures exceed the older ones; where no draw moved that is nothing."""
    with np.errstate(invalid="ignore"):
        apart = _finite(_measures(newer) - _measures(older))
    same = [np.array_equal(older[name], newer[name]) for name in older]
    return np.where(np.array(same)[:, None, None], 0.0, apart)


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)


def _in_replicates(values: np.ndarray, statistic: Callable[[np.ndarray], float]) -> list[float]:
    """Return a statistic of all draws and of each replicate; draw i belongs to replicate i modulo R."""
    return [statistic(values), *(statistic(values[k::REPLICATES]) for k in range(REPLICATES))]


def _median(values: np.ndarray) -> float:
    return float(_quantile(values, 0.5))


def _quantile(values: np.ndarray, levels: float | Sequence[float]) -> np.ndarray:
    # an order statistic, as there is nothing between a date and infinity
    return np.quantile(values, levels, axis=-1, method="inverted_cdf")


def _error(rows: np.ndarray) -> np.ndarray:
    """Return the standard error that the spread of the replicates implies, shape (...) from (..., 1 + R)."""
    return rows[..., 1:].std(axis=-1, ddof=1) / np.sqrt(REPLICATES)

"""Precision to order: how large the standard errors of the headline numbers may be."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datawall.errors import DatawallError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import xarray as xr

PRECISION_DRAWS = 2**30
"""Draws after which a run gives up on its precision, unless told otherwise."""

_ORDER = re.compile(r"(?P<error>[0-9.eE+-]+) *(?P<unit>yr)?")


@dataclass(frozen=True)
class Precision:
    """Largest Monte Carlo standard errors.

    Attributes
    ----------
    years
        Of the median of each headline date that is neither past nor never [year].
    probability
        Of the probability of each headline date to lie before a first of January, to be past or to be never.
    """

    years: float = math.inf
    probability: float = math.inf

    def is_met(self, errors: Precision) -> bool:
        """Return whether no error is larger than ordered."""
        return errors.years <= self.years and errors.probability <= self.probability

    def texts(self) -> list[str]:
        """Return what `parse_precision` reads as this precision, to the last digit."""
        orders = [f"{self.years!r}yr"] if self.years < math.inf else []
        return [*orders, f"{self.probability!r}"] if self.probability < math.inf else orders

    def __str__(self) -> str:
        orders = [f"{self.years:g}yr"] if self.years < math.inf else []
        return ",".join([*orders, f"{self.probability:g}"] if self.probability < math.inf else orders)


def parse_precision(texts: Iterable[str]) -> Precision:
    """Return the precision that is ordered by texts such as ``0.01yr`` and ``0.001``.

    Raises
    ------
    DatawallError
        If one of them is neither.

    Examples
    --------
    >>> parse_precision(["0.01yr", "0.001"])
    Precision(years=0.01, probability=0.001)
    """
    found: dict[str, float] = {}
    for text in texts:
        order = _ORDER.fullmatch(text.strip())
        try:
            error = float(order["error"]) if order else math.nan
        except ValueError:
            error = math.nan
        if not order or not 0.0 < error < math.inf:
            raise DatawallError(
                f"--precision {text}: need a positive standard error; give years such as 0.01yr, "
                "or a probability such as 0.001"
            )
        found["years" if order["unit"] else "probability"] = error
    return Precision(**found)


def headline_errors(summary: xr.Dataset, cdf: xr.Dataset) -> Precision:
    """Return the largest standard errors of the headline dates.

    These are the walls by the criterion ``tokens`` and the releases by raw compute.

    Parameters
    ----------
    summary, cdf
        Groups of a forecast.
    """
    years, probabilities = [0.0], [0.0]
    januaries = cdf["date"].values[cdf["date"].values % 1.0 == 0.0]
    for name, at in _headlines(summary):
        own = summary.sel(at)
        error = own[f"{name}_mcse"].sel(quantile=0.5).values
        years += list(error[np.isfinite(own[name].sel(quantile=0.5).values)])
        for share in ("past", "never"):
            probabilities += list(own[f"{name}_{share}_mcse"].values)
        probabilities += list(cdf[f"{name}_mcse"].sel(at).sel(date=januaries).values.ravel())
    return Precision(float(np.max(years)), float(np.max(probabilities)))


def _headlines(summary: xr.Dataset) -> Iterator[tuple[str, dict]]:
    """Yield the variable of each headline date and where in it."""
    yield "wall_date", {"wall": [wall for wall in summary["wall"].values if wall.startswith("tokens[")]}
    yield "release", {"compute": "raw"}

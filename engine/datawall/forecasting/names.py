"""How quantities are named: what `summary.json` calls them and what conditions are stated with."""

from collections.abc import Iterable, Mapping
from typing import Any


def year_labels(years: Iterable[float]) -> dict[float, str]:
    """Return how dates are named: whole years bare, others to a hundredth, or as finely as tells them apart.

    Examples
    --------
    >>> year_labels([2026.8329, 2027.0])
    {2026.8329: '2026.83', 2027.0: '2027'}
    >>> year_labels([2026.831, 2026.8329])
    {2026.831: '2026.831', 2026.8329: '2026.833'}
    """
    years = [float(year) for year in years]
    for digits in range(2, 13):
        labels = [f"{year:.0f}" if year == int(year) else f"{year:.{digits}f}" for year in years]
        if len(set(labels)) == len(labels):
            return dict(zip(years, labels, strict=True))
    raise ValueError(f"the years {years} are not apart")


def level_label(flop: float) -> str:
    """Return how an amount of compute is named.

    Examples
    --------
    >>> level_label(1e27)
    '1e27'
    """
    return f"{flop:g}".replace("e+", "e")


def quantity_name(variable: str, at: Mapping[str, Any], years: Mapping[float, str]) -> str:
    """Return what names one value of a variable.

    Parameters
    ----------
    variable
        Name of the output.
    at
        The coordinate of the value in each dimension.
    years
        `year_labels` of the dates of the paths.

    Examples
    --------
    >>> quantity_name("release", {"compute": "raw", "generation": 5.5}, {})
    'release.raw[5.5]'
    >>> quantity_name("loss", {"year": 2030.0}, {2030.0: "2030"})
    'loss[2030]'
    """
    match at:
        case {"wall": wall}:
            return f"wall.{wall}"
        case {"compute": compute, "generation": generation}:
            return f"{variable}.{compute}[{generation:g}]"
        case {"level": level}:
            return f"{variable}[{level_label(level)}]"
        case {"year": year, "ceiling": ceiling}:
            return f"{variable}.{ceiling}[{years[year]}]"
        case {"year": year, "threshold": threshold}:
            return f"{variable}.{level_label(threshold)}[{years[year]}]"
        case {"gain": gain}:
            return f"{variable}[{gain:g}]"
        case {"source": source}:
            return f"{variable}[{source}]"
        case {"year": year}:
            return f"{variable}[{years[year]}]"
    return variable

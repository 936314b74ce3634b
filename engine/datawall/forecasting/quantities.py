"""Quantities of interest of a forecast, looked up by name.

The names are those of ``summary.json``. Conditions, sensitivity analysis, comparison and export find
quantities here.
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datawall.errors import DatawallError
from datawall.forecasting.labels import Labels
from datawall.model.inputs import DECLARATIONS
from datawall.model.output import Output
from datawall.validation import suggestion

INPUTS = "inputs"
"""The output that holds all inputs."""
SHORT_FORMS = ((r"\[", ".raw["), (r"^", "wall."))
"""Parts that a name may omit: ``.raw`` of raw compute and ``wall.`` of a wall."""


@dataclass(frozen=True)
class Quantity:
    """Quantity of interest: one number of a draw.

    Attributes
    ----------
    name
        Such as ``wall.tokens[1]`` or ``frontier_flop[2030]``; that of an input is its own.
    output
        The output that holds it.
    place
        Its position there: an index for each dimension.
    row
        The same as one flat index over all dimensions.
    options
        Names of the alternatives, if the output is a choice.
    option
        Index of one of them, if the quantity is the indicator of that option.
    """

    name: str
    output: Output
    place: tuple[int, ...]
    row: int
    options: tuple[str, ...] = ()
    option: int | None = None

    @property
    def own_unit(self) -> str:
        """Its unit in the model's own scale."""
        units = {"date": "year", "log10": "oom", "choice": "probability"}
        return units.get(self.output.scale, self.output.unit)


def quantities(labels: Labels) -> dict[str, Quantity]:
    """Return every quantity of interest by name; for a choice also the indicator of each option."""
    years = year_labels(labels.years)
    found = {}
    for output in labels.outputs:
        axes = [labels.coords[dim] for dim in output.dims]
        options = labels.scenario.questions.ceilings if output.scale == "choice" else ()
        places = itertools.product(*(range(len(axis)) for axis in axes))
        for row, place in enumerate(places):
            at = {dim: axis[i] for dim, axis, i in zip(output.dims, axes, place, strict=True)}
            name = quantity_name(output.name, at, years)
            found[name] = Quantity(name, output, place, row, options)
            for option, label in enumerate(options):
                own = option_name(output.name, label, years[at["year"]])
                found[own] = Quantity(own, output, place, row, options, option)
    return found


def inputs(labels: Labels) -> dict[str, Quantity]:
    """Return every scalar input of a scenario by name, such as ``mfu`` or ``slip_months[5.5]``."""
    found = {}
    for row, label in enumerate(labels.scenario.joint().streams):
        declared = DECLARATIONS[label.partition("[")[0]]
        scale = "choice" if declared.options else "linear"
        output = Output(INPUTS, declared.unit, (), scale, label, "input", declared.group)
        found[label] = Quantity(label, output, (row,), row, declared.options)
    return found


def find(name: str, known: Mapping[str, Quantity], what: str) -> Quantity:
    """Return the quantity of interest of a full or short name.

    Parameters
    ----------
    name
        Such as ``tokens[1]`` for ``wall.tokens[1]`` or ``release[6]`` for ``release.raw[6]``.
    known
        The quantities by name.
    what
        Context of the name, which begins the error message.

    Raises
    ------
    DatawallError
        If there is none.
    """
    for candidate in (name, *(re.sub(pattern, prefix, name, count=1) for pattern, prefix in SHORT_FORMS)):
        if candidate in known:
            return known[candidate]
    remedy = suggestion(name, known, "datawall forecast --json")
    raise DatawallError(f"{what}: unknown quantity {name!r}; {remedy}")


def option_name(variable: str, option: str, year: str) -> str:
    """Return the name of the indicator that a choice is one of its options.

    Examples
    --------
    >>> option_name("binding_ceiling", "power", "2030")
    'binding.power[2030]'
    """
    return f"{variable.partition('_')[0]}.{option}[{year}]"


def year_labels(years: Iterable[float]) -> dict[float, str]:
    """Return labels of dates: whole years bare, others to a hundredth, or finer where needed to differ.

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


def flop_label(flop: float) -> str:
    """Return the label of an amount of compute.

    Examples
    --------
    >>> flop_label(1e27)
    '1e27'
    """
    return f"{flop:g}".replace("e+", "e")


def quantity_name(variable: str, at: Mapping[str, Any], years: Mapping[float, str]) -> str:
    """Return the name of one value of a variable.

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
            return f"{variable}[{flop_label(level)}]"
        case {"year": year, "ceiling": ceiling}:
            return f"{variable}.{ceiling}[{years[year]}]"
        case {"year": year, "threshold": threshold}:
            return f"{variable}.{flop_label(threshold)}[{years[year]}]"
        case {"gain": gain}:
            return f"{variable}[{gain:g}]"
        case {"source": source}:
            return f"{variable}[{source}]"
        case {"year": year}:
            return f"{variable}[{years[year]}]"
    return variable

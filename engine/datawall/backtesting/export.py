"""Export of a backtest as flat rows, for tables, JSON and CSV files.

This module loads no JAX.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import xarray as xr

from datawall.units import date_of

type _Row = dict[str, Any]

_SHOWN = (0.05, 0.1, 0.5, 0.9, 0.95)
"""Quantiles of a forecast shown in its table."""
_NEEDLESS = re.compile(
    r"^module \w+ as of then: |, got \d+(?= \(\d+ known only)| \(\d+ known only [^)]*\)|; [^;)]*$"
)
"""Details to drop from reasons without a remedy: the cut of a module, its content, and the remedy."""


def flat(tree: xr.DataTree) -> _Row:
    """Return a backtest ready for JSON: nan is null, and inf (of a date: never) is ``"inf"``.

    It has ``verdicts`` and ``remarks`` (sentences), ``skill``, ``coverage``, ``widening`` and ``reference``
    (rows), ``skipped`` (as `unanswered` groups it) and ``manifest``.
    """
    manifest = json.loads(tree.attrs["manifest"])
    found = {
        "verdicts": manifest["verdicts"],
        "remarks": manifest["remarks"],
        "skill": list(skill_rows(tree)),
        "coverage": list(coverage_rows(tree)),
        "widening": [{"who": who, **_values(one.to_dataset())} for who, one in _children(tree, "widening")],
        "reference": _all_rows(tree, "reference"),
        "skipped": unanswered(manifest["skipped"]),
    }
    return _json(found | {"manifest": manifest})


def unanswered(skipped: Iterable[tuple[str, str, float, str]]) -> list[_Row]:
    """Group unanswered questions, given as (forecaster, target or empty for all, origin, reason), by reason.

    Each row has ``who``, ``targets``, ``origins`` and ``reason``: targets that share both a reason and its
    origins are one row.

    Examples
    --------
    >>> few = "too few records were known by {} of price; ask at a later date"
    >>> unanswered([("trend", "price", 2019.0, few.format("2019-01-01"))])  # doctest: +NORMALIZE_WHITESPACE
    [{'who': 'trend', 'targets': ['price'], 'origins': [2019.0],
      'reason': 'too few records were known by then'}]
    """
    origins: dict[tuple[str, str, str], list[float]] = {}
    for who, target, origin, reason in skipped:
        origins.setdefault((who, _plain(reason, target, origin), target), []).append(origin)
    targets: dict[tuple[str, str, tuple[float, ...]], list[str]] = {}
    for (who, reason, target), found in origins.items():
        targets.setdefault((who, reason, tuple(sorted(found))), []).append(target)
    return [
        {"who": who, "targets": names, "origins": list(found), "reason": reason}
        for (who, reason, found), names in targets.items()
    ]


def _plain(reason: str, target: str, origin: float) -> str:
    """Return a reason without the parts that differ between its origins and targets.

    Examples
    --------
    >>> _plain("price: no figure was known by 2019-07-01; ask at a later date", "price", 2019.4959)
    'no figure was known by then'
    >>> rows = "hardware.csv: need at least 5 rows, got 2 (35 known only after the as-of date); add rows"
    >>> _plain(f"module hardware as of 2019-01-01: {rows}", "flop_per_chip", 2019.0)
    'hardware.csv: need at least 5 rows'
    """
    words = reason.replace(str(date_of(origin)), "then")
    if target:
        words = words.removeprefix(f"{target}: ").replace(f" of {target}", "")
    return _NEEDLESS.sub("", words)


def score_rows(tree: xr.DataTree) -> Iterator[_Row]:
    """Yield score rows, one for each question and forecaster that answered it."""
    asked = _all_rows(tree, "questions")
    for who, group in _children(tree, "forecasts"):
        one = group.to_dataset()
        quantiles = one["quantile"].sel(level=list(_SHOWN)).values
        scores = _rows(one.drop_dims("level"))
        for question, scored, values in zip(asked, scores, quantiles, strict=True):
            if not math.isnan(values[0]):
                levels = (f"q{100 * level:02.0f}" for level in _SHOWN)
                yield {"who": who, **question, **dict(zip(levels, values.tolist(), strict=True)), **scored}


def skill_rows(tree: xr.DataTree) -> Iterator[_Row]:
    """Yield skill rows, one for each forecaster, reference, target and horizon with common questions."""
    for who, own in _children(tree, "skill"):
        for reference, one in own.children.items():
            for row in _rows(one.to_dataset()):
                if row["questions"]:
                    yield {"who": who, "reference": reference, **row}


def coverage_rows(tree: xr.DataTree) -> Iterator[_Row]:
    """Yield coverage rows, one for each forecaster, mass, target and horizon with questions."""
    for who, one in _children(tree, "coverage"):
        for row in _rows(one.to_dataset()):
            if row["questions"]:
                yield {"who": who, **row}


def _json(value: Any) -> Any:
    match value:
        case dict():
            return {key: _json(one) for key, one in value.items()}
        case list():
            return [_json(one) for one in value]
        case float() if not math.isfinite(value):
            return None if math.isnan(value) else str(value)
        case _:
            return value


def _children(tree: xr.DataTree, group: str) -> Iterator[tuple[str, xr.DataTree]]:
    """Yield the names and groups inside a group, if there are any."""
    found = tree.children.get(group)
    for name, one in found.children.items() if found is not None else ():
        yield str(name), one


def _values(one: xr.Dataset) -> _Row:
    return {str(name): value.item() for name, value in one.items()}


def _all_rows(tree: xr.DataTree, group: str) -> list[_Row]:
    """Return the rows of a group that may be absent."""
    found = tree.children.get(group)
    return [] if found is None else list(_rows(found.to_dataset()))


def _rows(one: xr.Dataset) -> Iterator[_Row]:
    """Yield a row for each point of all dimensions: coordinates, then variables."""
    table = xr.broadcast(one)[0]
    dims = list(table.dims)
    labels = [str(dim) for dim in dims if dim in table.coords]
    columns = {name: table[name] for name in [*labels, *map(str, table.data_vars)]}
    full = {
        name: (values if name not in labels else values.broadcast_like(table)).transpose(*dims).values.ravel()
        for name, values in columns.items()
    }
    for place in range(next(iter(full.values())).size):
        yield {name: values[place].item() for name, values in full.items()}

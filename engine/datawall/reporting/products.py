"""Product registry: saving and loading of forecasts, comparisons, analyses, backtests and fits.

Heavy libraries are imported only when a product needs them.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import xarray as xr

from datawall.errors import DatawallError
from datawall.files import csv_text, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from matplotlib.figure import Figure

    from datawall.reporting.document import Page

MODULE = "{options[modules][0]}"
"""Module of a fit, from its manifest."""

type Flat = dict[str, Any]
type _Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Product:
    """Kind of product, with its export, tables, figures and document.

    Attributes
    ----------
    kind
        The command, as the manifest names it.
    file, summary
        Names of its tree and of its JSON in the run folder, to be filled in from the manifest.
    export
        Returns a tree as plain data, ready for JSON.
    tables
        Yields the CSV files, by name, as rows of the same keys.
    figures
        Yields the figures by name.
    document
        Returns the answer as a document, which the terminal shows.
    """

    kind: str
    file: str
    summary: str
    export: Callable[[xr.DataTree], Flat]
    tables: Callable[[xr.DataTree, Flat], Iterator[tuple[str, _Rows]]]
    figures: Callable[[xr.DataTree, Flat], Iterator[tuple[str, Figure]]]
    document: Callable[[xr.DataTree, Flat], Page]

    def save(self, tree: xr.DataTree, folder: Path) -> Flat:
        """Write results, tables, figures, and last summary and manifest to a folder; return the summary."""
        flat = self.export(tree)
        facts = flat["manifest"]
        replace_file(
            folder / self.file.format_map(facts), lambda path: tree.to_netcdf(path, engine="h5netcdf")
        )
        for name, rows in self.tables(tree, flat):
            _write_text(folder / f"{name}.csv", csv_text(rows))
        for name, figure in self.figures(tree, flat):
            for kind in ("png", "svg"):
                replace_file(folder / f"{name}.{kind}", partial(figure.savefig, format=kind, dpi=160))
        self.save_summary(flat, folder)
        if MODULE not in self.summary:  # each of several products in a folder has its own
            _write_text(folder / "manifest.json", json.dumps(facts, indent=1))
        return flat

    def save_summary(self, flat: Flat, folder: Path) -> None:
        """Write the summary alone."""
        _write_text(folder / self.summary.format_map(flat["manifest"]), f"{json.dumps(flat, indent=1)}\n")

    def find(self, path: Path) -> list[Path]:
        """Return the tree files of this kind in a folder, or the path itself if it is such a file."""
        pattern = self.file.replace(MODULE, "*")
        found = sorted(path.glob(pattern)) if path.is_dir() else [path] * path.match(pattern)
        # any other tree file could have the name of a module
        return [file for file in found if pattern == self.file or self._summary_of(file).is_file()]

    def load(self, file: Path) -> Saved:
        """Read a product."""
        with self._readable(file):
            flat = json.loads(self._summary_of(file).read_text(encoding="utf-8"))
            with xr.open_datatree(file, engine="h5netcdf") as tree:
                saved = Saved(self, file, tree.load(), flat)
            _ = saved.manifest["versions"]
        return saved

    @contextmanager
    def _readable(self, file: Path) -> Iterator[None]:
        """Turn a missing key or group into an error of one sentence."""
        try:
            yield
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise DatawallError(
                f"{file}: cannot be read as a {self.kind} ({error!r}); run datawall {self.kind} again"
            ) from None

    def _summary_of(self, file: Path) -> Path:
        return file.parent / self.summary.replace(MODULE, file.stem)


@dataclass(frozen=True)
class Saved:
    """Saved product.

    Attributes
    ----------
    product
        Its kind.
    file
        Path of its tree.
    tree
        Results.
    flat
        Summary.
    """

    product: Product
    file: Path
    tree: xr.DataTree
    flat: Flat

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Provenance of the numbers, and the command that reproduces them."""
        return self.flat["manifest"]

    def checked(self) -> AbstractContextManager[None]:
        """Return a context that reports a missing key or group as an unreadable product."""
        return self.product._readable(self.file)


def load(path: Path) -> list[Saved]:
    """Read all products at a path, several in the order of `PRODUCTS`.

    Parameters
    ----------
    path
        A run folder, or the tree of one product.
    """
    # MODULE.nc could be any file, so products with file names of their own are matched first
    found: dict[Path, Product] = {}
    for product in PRODUCTS.values():
        for file in product.find(path):
            found.setdefault(file, product)
    if not found:
        raise DatawallError(
            f"{path}: holds no run, comparison, sensitivity analysis, backtest or fit; give what "
            "`datawall forecast`, `compare`, `sensitivity`, `backtest` or `fit` wrote"
        )
    return [product.load(file) for file, product in found.items()]


def save(tree: xr.DataTree, folder: Path) -> Flat:
    """Write a product to its folder, and return its summary; see `Product.save`."""
    return PRODUCTS[json.loads(tree.attrs["manifest"])["kind"]].save(tree, folder)


def _write_text(path: Path, text: str) -> None:
    replace_file(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def _named(rows: Mapping[str, Mapping[str, Any]], head: str) -> list[dict[str, Any]]:
    """Return rows with their names in a first column."""
    return [{head: name, **row} for name, row in rows.items()]


def _export_forecast(tree: xr.DataTree) -> Flat:
    from datawall.forecasting.export import summary

    return summary(tree)


def _tables_of_forecast(_: xr.DataTree, flat: Flat) -> Iterator[tuple[str, _Rows]]:
    yield "summary", _named(flat["quantities"], "quantity")
    if "given" in flat:
        yield "given", _named(flat["given"]["inputs"], "input")


def _figures_of_forecast(tree: xr.DataTree, flat: Flat) -> Iterator[tuple[str, Figure]]:
    from datawall.reporting.figures.forecast import FIGURES, what_moved

    for name, draw in {**FIGURES, **({"given": what_moved} if "given" in flat else {})}.items():
        yield name, draw(tree)


def _document_of_forecast(tree: xr.DataTree, flat: Flat) -> Page:
    from datawall.reporting.saved import SavedRun
    from datawall.reporting.sections.forecast import document

    return document([SavedRun(flat, tree, 0)], in_full=False)


def _export_comparison(tree: xr.DataTree) -> Flat:
    from datawall.analysis.comparison.export import flat

    return flat(tree)


def _tables_of_comparison(_: xr.DataTree, flat: Flat) -> Iterator[tuple[str, _Rows]]:
    from datawall.analysis.comparison.export import difference_rows

    yield "comparison", list(difference_rows(flat))


def _figures_of_comparison(tree: xr.DataTree, _: Flat) -> Iterator[tuple[str, Figure]]:
    from datawall.reporting.figures.comparison import FIGURES

    for name, draw in FIGURES.items():
        yield name, draw(tree)


def _document_of_comparison(tree: xr.DataTree, flat: Flat) -> Page:
    from datawall.reporting.saved import SavedComparison
    from datawall.reporting.sections.comparison import document

    asked = flat["manifest"]["options"]["output"] or None
    return document(SavedComparison(flat, tree), asked, in_full=False)


def _export_sensitivity(tree: xr.DataTree) -> Flat:
    from datawall.analysis.sensitivity.export import sensitivity_summary

    return sensitivity_summary(tree)


def _figures_of_sensitivity(_: xr.DataTree, flat: Flat) -> Iterator[tuple[str, Figure]]:
    from datawall.reporting.figures.sensitivity import draw

    figure = draw(flat)
    if figure is not None:
        yield "sensitivity", figure


def _document_of_sensitivity(_: xr.DataTree, flat: Flat) -> Page:
    from datawall.reporting.sections.sensitivity import document

    return document(flat, in_full=False)


def _export_backtest(tree: xr.DataTree) -> Flat:
    from datawall.backtesting.export import flat

    return flat(tree)


def _tables_of_backtest(tree: xr.DataTree, _: Flat) -> Iterator[tuple[str, _Rows]]:
    from datawall.backtesting import export

    yield "scores", list(export.score_rows(tree))
    yield "skill", list(export.skill_rows(tree))
    yield "coverage", list(export.coverage_rows(tree))


def _document_of_backtest(tree: xr.DataTree, _: Flat) -> Page:
    from datawall.reporting.saved import SavedBacktest
    from datawall.reporting.sections.backtest import document

    return document(SavedBacktest(tree, 0), in_full=False)


def _export_fit(tree: xr.DataTree) -> Flat:
    return json.loads(tree.attrs["summary"])


def _document_of_fit(_: xr.DataTree, flat: Flat) -> Page:
    from datawall.reporting.sections.fit import brief

    return brief(flat)


def none_of(*_: object) -> Iterator[Any]:
    """Yield no table, or no figure."""
    yield from ()


FORECAST = Product(
    "forecast",
    "forecast.nc",
    "summary.json",
    _export_forecast,
    _tables_of_forecast,
    _figures_of_forecast,
    _document_of_forecast,
)
COMPARISON = Product(
    "compare",
    "comparison.nc",
    "comparison.json",
    _export_comparison,
    _tables_of_comparison,
    _figures_of_comparison,
    _document_of_comparison,
)
SENSITIVITY = Product(
    "sensitivity",
    "sensitivity.nc",
    "sensitivity.json",
    _export_sensitivity,
    none_of,
    _figures_of_sensitivity,
    _document_of_sensitivity,
)
BACKTEST = Product(
    "backtest",
    "backtest.nc",
    "summary.json",
    _export_backtest,
    _tables_of_backtest,
    none_of,
    _document_of_backtest,
)
FIT = Product("fit", f"{MODULE}.nc", f"{MODULE}.json", _export_fit, none_of, none_of, _document_of_fit)
PRODUCTS = {product.kind: product for product in (FORECAST, COMPARISON, SENSITIVITY, BACKTEST, FIT)}
"""Every product of the engine by its kind."""

"""The run folder: everything that a forecast, or a fit, leaves on disk."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datawall.forecasting.export import summary, to_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import xarray as xr
    from matplotlib.figure import Figure

    from datawall.inference.fit import Fit

from datawall.files import replace_file


def default_folder(
    scenario: str, digest: str, size: int | str, seed: int, sampler: str, given: Sequence[str] = ()
) -> Path:
    """Return where a run goes when nobody says: the same command gives the same place.

    `size` is the number of draws, or how precise they are to be; `given` are the conditions.
    """
    known = f"-given-{hashlib.sha256(repr(list(given)).encode()).hexdigest()[:8]}" if given else ""
    return Path("runs") / f"{scenario}-{digest[:8]}-{size}-{sampler}-seed{seed}{known}"


def default_fit_folder(seed: int) -> Path:
    """Return where fits go when nobody says."""
    return Path("runs") / f"fit-seed{seed}"


def default_backtest_folder(scenarios: Iterable[str], digest: str, draws: int, seed: int) -> Path:
    """Return where a backtest goes when nobody says: the same command gives the same place."""
    return Path("runs") / f"{'-'.join(['backtest', *scenarios])}-{digest[:8]}-{draws}-seed{seed}"


def write(tree: xr.DataTree, folder: Path) -> dict[str, Any]:
    """Write a forecast to its folder: results, summaries, manifest and figures. Return the summary."""
    # these load matplotlib, which a bad folder need not wait for
    from datawall.reporting.figures.forecast import FIGURES, what_moved

    flat = summary(tree)
    texts = {
        "summary.json": json.dumps(flat, indent=1),
        "summary.csv": to_csv(flat["quantities"]),
        "manifest.json": json.dumps(flat["manifest"], indent=1),
    }
    figures = dict(FIGURES)
    if "given" in flat:
        texts["given.csv"] = to_csv(flat["given"]["inputs"], "input")
        figures["given"] = what_moved
    _write(tree, folder, "forecast.nc", figures, texts)
    return flat


def write_comparison(tree: xr.DataTree, folder: Path) -> dict[str, Any]:
    """Write a comparison to its folder: results, summaries, manifest and figures. Return the summary."""
    from datawall.analysis.comparison import export as comparison
    from datawall.reporting.figures.comparison import FIGURES  # loads matplotlib

    flat = comparison.flat(tree)
    texts = {
        "comparison.json": json.dumps(flat, indent=1),
        "comparison.csv": comparison.to_csv(flat),
        "manifest.json": json.dumps(flat["manifest"], indent=1),
    }
    _write(tree, folder, "comparison.nc", FIGURES, texts)
    return flat


def write_backtest(tree: xr.DataTree, folder: Path) -> dict[str, Any]:
    """Write a backtest to its folder: results, scores, summaries and manifest. Return the summary."""
    from datawall.backtesting import export as backtest

    flat = backtest.flat(tree)
    texts = {
        "summary.json": json.dumps(flat, indent=1),
        "scores.csv": backtest.to_csv(list(backtest.score_rows(tree))),
        "skill.csv": backtest.to_csv(list(backtest.skill_rows(tree))),
        "coverage.csv": backtest.to_csv(list(backtest.coverage_rows(tree))),
        "manifest.json": json.dumps(flat["manifest"], indent=1),
    }
    _write(tree, folder, "backtest.nc", {}, texts)
    return flat


def _write(
    tree: xr.DataTree,
    folder: Path,
    results: str,
    figures: Mapping[str, Callable[[xr.DataTree], Figure]],
    texts: Mapping[str, str],
) -> None:
    """Write results, figures as PNG and SVG, and texts by the names of their files."""
    replace_file(folder / results, lambda path: tree.to_netcdf(path, engine="h5netcdf"))
    for name, draw in figures.items():
        figure = draw(tree)
        for kind in ("png", "svg"):
            replace_file(
                folder / f"{name}.{kind}", lambda path, f=figure, k=kind: f.savefig(path, format=k, dpi=160)
            )
    for name, text in texts.items():
        replace_file(folder / name, lambda path, t=text: path.write_text(t, encoding="utf-8"))


def write_fit(fit: Fit, folder: Path, name: str) -> dict[str, Any]:
    """Write a fit to its folder: its draws, and their summary. Return the summary."""
    from datawall.inference.summary import summary as summary_of_fit  # loads JAX

    found = summary_of_fit(fit)
    write_fit_summary(found, folder, name)
    replace_file(folder / f"{name}.nc", lambda path: fit.tree.to_netcdf(path, engine="h5netcdf"))
    return found


def write_fit_summary(found: dict[str, Any], folder: Path, name: str) -> None:
    """Write the summary of a fit, all of it that ships."""
    text = json.dumps(found, indent=1) + "\n"
    replace_file(folder / f"{name}.json", lambda path: path.write_text(text, encoding="utf-8"))

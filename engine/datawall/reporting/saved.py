"""Accessors of saved products for pages: forecasts, comparisons, fits and backtests.

`saved_run` and its like raise a `DatawallError` if a product is incomplete.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from datawall.backtesting.questions import NAIVE as SIMPLE
from datawall.backtesting.scores import counted
from datawall.reporting.products import Saved

_GROUPS, _KEYS = ("questions", "forecasts"), ("verdicts", "command")
"""Groups of the tree and entries of the manifest that every backtest has."""


class _Skill(NamedTuple):
    """Skill score on the questions that both answered: 1 - ratio of the mean CRPS [log10, or years]."""

    skill: float
    error: float
    crps: float
    crps_reference: float
    questions: int


@dataclass(frozen=True)
class SavedBacktest:
    """Saved backtest: its ``backtest.nc``, and its index among those of the page, from 0."""

    tree: xr.DataTree
    place: int

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Manifest of the backtest: request, skipped parts and findings."""
        return json.loads(self.tree.attrs["manifest"])

    @property
    def scenarios(self) -> list[str]:
        """Scenarios of the backtest, the main one of the page first."""
        return [name for name in self.manifest["scenarios"] if name in self.tree["forecasts"].children]

    @property
    def who(self) -> str:
        """Main forecaster of the page."""
        return self.scenarios[0]

    @property
    def forecasters(self) -> list[str]:
        """Forecasters with answers: scenarios, simple forecasters, then published forecasts."""
        found = [str(name) for name in self.tree["forecasts"].children]
        first = [*self.scenarios, *(name for name in SIMPLE if name in found)]
        return [*first, *(name for name in found if name not in first)]

    @cached_property
    def targets(self) -> list[str]:
        """Targets of the questions, in order."""
        return list(dict.fromkeys(self.group("questions")["target"].values.astype(str)))

    def asked(self, target: str, item: str = "") -> xr.Dataset:
        """Return the questions on a target or item."""
        return _about(self.group("questions"), target, item)

    def answers(self, who: str, target: str, item: str = "") -> xr.Dataset:
        """Return the questions on a target or item answered by a forecaster, with answers and scores."""
        found = _about(self._answered(who), target, item)
        return _chosen(found, found["quantile"].notnull().all("level"))

    def scored(self, who: str) -> xr.Dataset:
        """Return the questions in the averages of a forecaster, with answers and scores."""
        found = self._answered(who)
        return _chosen(found, counted(found))

    def _answered(self, who: str) -> xr.Dataset:
        asked, answers = self.group("questions"), self.group(f"forecasts/{who}")
        return xr.merge([asked, answers.drop_vars(list(asked), errors="ignore")], join="exact")

    def items(self, target: str) -> list[str]:
        """Return the items of a target."""
        asked = self.group("questions")
        return list(dict.fromkeys(asked["item"].values[asked["target"].values == target].astype(str)))

    def coverage(self, who: str, mass: float, horizon: float = 0.0, target: str = "") -> tuple[float, int]:
        """Return the share of outcomes inside the intervals of a forecaster, and their number.

        Parameters
        ----------
        who
            The forecaster.
        mass
            Nominal coverage of the intervals.
        horizon, target
            Horizon and target of the outcomes; 0 and empty for all.
        """
        if not self.has(f"coverage/{who}"):
            return np.nan, 0
        group = self.group(f"coverage/{who}")
        if horizon not in group["horizon"] or target not in group["target"]:
            return np.nan, 0
        found = group.sel(mass=mass, horizon=horizon, target=target)
        return float(found["coverage"]), int(found["questions"])

    def horizons(self, who: str) -> list[float]:
        """Return the horizons with known coverage, first 0, which stands for all."""
        return self.group(f"coverage/{who}")["horizon"].values.tolist()

    def references(self, who: str) -> list[str]:
        """Return the reference forecasters of a forecaster."""
        group = f"skill/{who}"
        return [name for name in self.forecasters if self.has(f"{group}/{name}")]

    def skill(self, who: str, reference: str, target: str, horizon: float = 0.0) -> _Skill:
        """Return the skill score of one forecaster against another; horizon 0 for all together."""
        group = self.group(f"skill/{who}/{reference}")
        if target not in group["target"] or horizon not in group["horizon"]:
            return _Skill(np.nan, np.nan, np.nan, np.nan, 0)
        found = group.sel(target=target, horizon=horizon)
        skill, error, crps, reference_crps = (float(found[name]) for name in _Skill._fields[:-1])
        return _Skill(skill, error, crps, reference_crps, int(found["questions"]))

    def has(self, group: str) -> bool:
        """Return whether the tree has this group."""
        return f"/{group}" in self.tree.groups

    def group(self, name: str) -> xr.Dataset:
        """Return a group of the tree."""
        return self.tree[name].to_dataset()

    def name(self, part: str) -> str:
        """Return the name of a part of the page, unique among its backtests."""
        return f"backtest-{part}" if self.place == 0 else f"backtest-{self.place + 1}-{part}"


def _about(questions: xr.Dataset, target: str, item: str) -> xr.Dataset:
    return _chosen(questions, (questions["target"] == target) & (questions["item"] == item))


def _chosen(questions: xr.Dataset, chosen: Any) -> xr.Dataset:
    return questions.isel(question=np.flatnonzero(chosen))


def saved_backtest(saved: Saved, place: int) -> SavedBacktest:
    """Return a backtest for the page."""
    found = SavedBacktest(saved.tree, place)
    with saved.checked():
        _ = found.who, [found.tree[group] for group in _GROUPS], [found.manifest[key] for key in _KEYS]
    return found


@dataclass(frozen=True)
class SavedFit:
    """Saved posterior of a module: its summary, and its draws in ArviZ's groups."""

    summary: Mapping[str, Any]
    tree: xr.DataTree

    @property
    def name(self) -> str:
        """Name of the module."""
        return self.summary["module"]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Manifest of the fit, with its verdict."""
        return self.summary["manifest"]

    @cached_property
    def headline(self) -> list[str]:
        """Headline parameters; those of rivals appear only in the model comparison."""
        labels = (label.partition("[")[0] for label in self.summary["headline"])
        known = self.group("posterior")
        return [name for name in dict.fromkeys(labels) if name in known]

    @property
    def faults(self) -> list[str]:
        """Failed diagnostics of the posterior or of its rivals, in words."""
        return faults(self.manifest)

    def group(self, name: str) -> xr.Dataset:
        """Return a group of the tree."""
        return self.tree[name].to_dataset()

    def has(self, group: str) -> bool:
        """Return whether the tree has this group, with variables in it."""
        return group in self.tree.children and bool(self.tree[group].data_vars)

    def is_finite(self, group: str) -> bool:
        """Return whether every number in a group is finite."""
        return all(bool(np.isfinite(values).all()) for values in self.group(group).values())


def faults(manifest: Mapping[str, Any]) -> list[str]:
    """Return the failed diagnostics of a posterior and of its rivals, from the manifest of the fit."""
    rivals = manifest.get("rivals", {})
    others = [f"{name}: {fault}" for name, found in rivals.items() for fault in found["faults"]]
    return [*manifest["diagnosis"]["faults"], *others]


def saved_fit(saved: Saved) -> SavedFit:
    """Return a fit for the page."""
    found = SavedFit(saved.flat, saved.tree)
    with saved.checked():
        _ = found.headline, found.faults
    return found


@dataclass(frozen=True)
class SavedComparison:
    """Saved comparison: its ``comparison.json`` and ``.nc``, and its index among those of the page."""

    flat: dict[str, Any]
    tree: xr.DataTree
    place: int = 0

    @property
    def manifest(self) -> dict[str, Any]:
        """Where the numbers come from."""
        return self.flat["manifest"]

    @property
    def names(self) -> list[str]:
        """Names of the scenarios; the first is compared with the others."""
        return list(self.flat["scenarios"])


def saved_comparison(saved: Saved, place: int) -> SavedComparison:
    """Return a comparison for the page."""
    found = SavedComparison(saved.flat, saved.tree, place)
    with saved.checked():
        _ = found.names, found.flat["sentences"][0], found.flat["decompositions"], found.manifest["scenarios"]
    return found


@dataclass(frozen=True)
class SavedRun:
    """Saved run: its ``summary.json`` and ``forecast.nc``, and its index among those of the page, from 0."""

    flat: dict[str, Any]
    tree: xr.DataTree
    place: int

    @property
    def manifest(self) -> dict[str, Any]:
        """Where the numbers come from."""
        return self.flat["manifest"]

    @property
    def name(self) -> str:
        """Name of the run: that of its scenario."""
        return self.manifest["scenario"]

    @property
    def limits(self) -> tuple[float, float]:
        """Its as-of date and its horizon [decimal year]."""
        return self.manifest["as_of"], self.manifest["horizon"]

    @cached_property
    def summary(self) -> xr.Dataset:
        """Quantiles over all draws."""
        return self.tree["summary"].to_dataset()

    @cached_property
    def cdf(self) -> xr.Dataset:
        """Distributions of dates over all draws."""
        return self.tree["cdf"].to_dataset()

    def row(self, name: str) -> dict[str, Any]:
        """Return a quantity of the summary."""
        return self.flat["quantities"][name]

    def names(self, prefix: str) -> list[str]:
        """Return the quantities whose name starts with a prefix, in order."""
        return [name for name in self.flat["quantities"] if name.startswith(prefix)]


def saved_run(saved: Saved, place: int) -> SavedRun:
    """Return a forecast for the page."""
    run = SavedRun(saved.flat, saved.tree, place)
    with saved.checked():
        _ = run.manifest["scenario"], run.flat["quantities"], run.flat["probabilities"], run.summary, run.cdf
    return run

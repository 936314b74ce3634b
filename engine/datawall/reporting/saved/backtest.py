"""A backtest as a folder holds it: questions, forecasts, scores, and what could not be scored."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from datawall.backtesting.questions import NAIVE as SIMPLE
from datawall.backtesting.scores import counted
from datawall.reporting.products import Saved

GROUPS, KEYS = ("questions", "forecasts"), ("verdicts", "command")
"""What every backtest has, in its tree and in its manifest."""


class Skill(NamedTuple):
    """How much better a forecaster did than another, on the questions that both answered.

    Attributes
    ----------
    skill, error
        1 - ratio of the two scores, and its standard error.
    crps, crps_reference
        The scores: mean CRPS [log10, or years].
    questions
        How many.
    """

    skill: float
    error: float
    crps: float
    crps_reference: float
    questions: int


@dataclass(frozen=True)
class SavedBacktest:
    """One backtest.

    Attributes
    ----------
    tree
        Its ``backtest.nc``.
    place
        Among the backtests of the page, from 0.
    """

    tree: xr.DataTree
    place: int

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was asked, skipped and found."""
        return json.loads(self.tree.attrs["manifest"])

    @property
    def scenarios(self) -> list[str]:
        """The scenarios that were asked, the one that the page is about first."""
        return [name for name in self.manifest["scenarios"] if name in self.tree["forecasts"].children]

    @property
    def who(self) -> str:
        """The forecaster that the page is about."""
        return self.scenarios[0]

    @property
    def forecasters(self) -> list[str]:
        """All that gave answers: scenarios asked, the simple ones, then what others published."""
        found = [str(name) for name in self.tree["forecasts"].children]
        first = [*self.scenarios, *(name for name in SIMPLE if name in found)]
        return [*first, *(name for name in found if name not in first)]

    @cached_property
    def targets(self) -> list[str]:
        """The targets that were asked about, in their order."""
        return list(dict.fromkeys(self.group("questions")["target"].values.astype(str)))

    def asked(self, target: str, item: str = "") -> xr.Dataset:
        """Return the questions about something."""
        return _about(self.group("questions"), target, item)

    def answers(self, who: str, target: str, item: str = "") -> xr.Dataset:
        """Return the questions about something that a forecaster answered, with its answers and scores."""
        found = _about(self._answered(who), target, item)
        return _chosen(found, found["quantile"].notnull().all("level"))

    def scored(self, who: str) -> xr.Dataset:
        """Return the questions that count in the averages of a forecaster, with its answers and scores."""
        found = self._answered(who)
        return _chosen(found, counted(found))

    def _answered(self, who: str) -> xr.Dataset:
        asked, answers = self.group("questions"), self.group(f"forecasts/{who}")
        return xr.merge([asked, answers.drop_vars(list(asked), errors="ignore")], join="exact")

    def items(self, target: str) -> list[str]:
        """Return what of a target was asked about."""
        asked = self.group("questions")
        return list(dict.fromkeys(asked["item"].values[asked["target"].values == target].astype(str)))

    def coverage(self, who: str, mass: float, horizon: float = 0.0, target: str = "") -> tuple[float, int]:
        """Return the share of outcomes inside the intervals of a forecaster, and their number.

        Parameters
        ----------
        who
            The forecaster.
        mass
            What the intervals claim to hold.
        horizon, target
            Of the outcomes; 0 and empty for all.
        """
        if not self.has(f"coverage/{who}"):
            return np.nan, 0
        group = self.group(f"coverage/{who}")
        if horizon not in group["horizon"] or target not in group["target"]:
            return np.nan, 0
        found = group.sel(mass=mass, horizon=horizon, target=target)
        return float(found["coverage"]), int(found["questions"])

    def horizons(self, who: str) -> list[float]:
        """Return the horizons whose coverage is known, 0 for all of them first."""
        return self.group(f"coverage/{who}")["horizon"].values.tolist()

    def references(self, who: str) -> list[str]:
        """Return the forecasters that one was compared with."""
        group = f"skill/{who}"
        return [name for name in self.forecasters if self.has(f"{group}/{name}")]

    def skill(self, who: str, reference: str, target: str, horizon: float = 0.0) -> Skill:
        """Return how much better one forecaster did than another; horizon 0 for all together."""
        group = self.group(f"skill/{who}/{reference}")
        if target not in group["target"] or horizon not in group["horizon"]:
            return Skill(np.nan, np.nan, np.nan, np.nan, 0)
        found = group.sel(target=target, horizon=horizon)
        skill, error, crps, reference_crps = (float(found[name]) for name in Skill._fields[:-1])
        return Skill(skill, error, crps, reference_crps, int(found["questions"]))

    def has(self, group: str) -> bool:
        """Whether the tree has this group."""
        return f"/{group}" in self.tree.groups

    def group(self, name: str) -> xr.Dataset:
        """Return a group of the tree."""
        return self.tree[name].to_dataset()

    def name(self, part: str) -> str:
        """Return the name of a part of the page, different from those of other backtests on it."""
        return f"backtest-{part}" if self.place == 0 else f"backtest-{self.place + 1}-{part}"


def _about(questions: xr.Dataset, target: str, item: str) -> xr.Dataset:
    return _chosen(questions, (questions["target"] == target) & (questions["item"] == item))


def _chosen(questions: xr.Dataset, chosen: Any) -> xr.Dataset:
    return questions.isel(question=np.flatnonzero(chosen))


def saved_backtest(saved: Saved, place: int) -> SavedBacktest:
    """Return a backtest for the page.

    Raises
    ------
    DatawallError
        If it lacks something.
    """
    found = SavedBacktest(saved.tree, place)
    with saved.checked():
        _ = found.who, [found.tree[group] for group in GROUPS], [found.manifest[key] for key in KEYS]
    return found

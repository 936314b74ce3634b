"""Scenario comparison on common random numbers, with differences decomposed by groups of inputs."""

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import xarray as xr

from datawall.analysis.comparison.datatree import (
    Counted,
    decomposition,
    difference_cdf,
    difference_summary,
    members,
)
from datawall.analysis.comparison.hybrid import Frame, Hybrid, Pair, aligned, frame_of, program
from datawall.analysis.comparison.plan import DRAWS, ComparisonPlan, make_plan
from datawall.analysis.comparison.targets import Decomposed, wanted_targets
from datawall.arguments import SAMPLER
from datawall.caching import keep_compiled_programs
from datawall.forecasting.datatree import cdf_group, summary_group
from datawall.forecasting.labels import Labels
from datawall.model.inputs import DECLARATIONS, by_group, ranks
from datawall.sampling.cdf import Floats
from datawall.sampling.run import propagate
from datawall.sampling.samplers import SAMPLERS, Sampler
from datawall.scenario import Scenario


def compare(
    *scenarios: Scenario | str | Path,
    outputs: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    sampler: str = SAMPLER,
    given: str | Iterable[str] = (),
    calibrated: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> xr.DataTree:
    """Compare scenarios on common random numbers, and decompose their differences by groups of inputs.

    Dates count from the earliest as-of date; horizon and questions are the first scenario's. An input has
    the same random number in every scenario that has it, so differences have less noise than either side.

    Parameters
    ----------
    scenarios
        Two or more: the first is compared with each of the others. Loaded scenarios, names of those that
        ship, or paths of TOML files.
    outputs
        Names of the outputs whose difference is decomposed, such as ``"wall.tokens[1]"``; by default the
        walls, the dates of compute and of releases, and the largest run, demand and supply in 2030.
    draws
        Futures of each scenario and of each of the hybrids between two.
    seed, sampler, calibrated
        As in `datawall.forecast`; of all scenarios alike.
    given
        Values of inputs that are observed, ``"mfu=0.4"``: each scenario is conditioned on them by its own
        correlations.
    progress
        Called with (scenarios and hybrids done, all).

    Returns
    -------
    xarray.DataTree
        ``scenarios/NAME/summary`` and ``.../cdf`` as `forecast` gives them; ``differences/NAME/...`` with the
        first scenario minus the other (a ratio for FLOP and tokens) and the standard error of the
        difference; ``decompositions/NAME`` with the effect of each group (see
        `datawall.analysis.comparison.datatree.decomposition`).

    Raises
    ------
    DatawallError
        If there are fewer than two scenarios, or one, an output, `draws` or `seed` cannot be used.

    Examples
    --------
    >>> tree = compare("baseline", "bearish", outputs=["wall.tokens[1]"], draws=4096)
    >>> apart = tree["decompositions/bearish"].to_dataset()
    >>> bool(abs(apart["shapley"].sum() - apart["total"].sum()) < 1e-9)
    True
    """
    plan = make_plan(
        *scenarios,
        outputs=outputs,
        draws=draws,
        seed=seed,
        sampler=sampler,
        given=given,
        calibrated=calibrated,
    )
    return run(plan, progress)


def run(plan: ComparisonPlan, progress: Callable[[int, int], None] = lambda *_: None) -> xr.DataTree:
    """Return the comparison of a plan; `progress` is called with (scenarios and hybrids done, all)."""
    start = time.perf_counter()
    keep_compiled_programs()
    names = _unique_names([scenario.name for scenario in plan.scenarios])
    first, *others = aligned(plan.scenarios)
    pairs = {name: Pair(first, other) for name, other in zip(names[1:], others, strict=True)}
    asked = wanted_targets(first, all(map(_same_ceilings, pairs.values())), plan.outputs)
    steps = sum(2 ** len(pair.groups()) for pair in pairs.values())
    frame = frame_of([first, *others])
    done = itertools.count(1)
    sampler = SAMPLERS[plan.sampler]
    counter = Counter(frame, plan.draws, plan.seed, sampler, lambda: progress(next(done), steps))
    groups: dict[str, xr.Dataset] = {}
    with jax.enable_x64(False):
        for name, pair in pairs.items():
            groups |= _compared((names[0], name), pair, asked, counter)
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = plan.request.attributes(_facts(names, plan, first), time.perf_counter() - start)
    return tree


@dataclass(frozen=True)
class Counter:
    """Counter of draws of scenarios and hybrids on common random numbers, which reports each one done."""

    frame: Frame
    draws: int
    seed: int
    sampler: Sampler
    step: Callable[[], None]

    def __call__(self, pair: Pair, hybrid: Hybrid) -> Counted:
        """Return the counts of one hybrid."""
        function, params = program(pair, hybrid, self.frame)
        scenario = replace(pair.first, questions=hybrid.questions)
        years = self.frame.grid[slice(*self.frame.reported)]
        labels = Labels(scenario, years, years)
        pushed = propagate(
            function,
            params,
            self.draws,
            seed=self.seed,
            streams=self.sampler.address(self.frame.streams, ranks(self.frame.streams)),
            sketches={output.name: self.frame.histogram(output) for output in labels.outputs},
            sampler=self.sampler,
            keep=0,
        )
        self.step()
        return Counted(pushed, labels)


def _compared(
    names: tuple[str, str], pair: Pair, targets: Sequence[Decomposed], counter: Counter
) -> dict[str, xr.Dataset]:
    """Return the groups of the results that compare the first scenario with another one."""
    swapped = pair.groups()
    other = counter(pair, pair.hybrid(()))
    first = counter(pair, pair.hybrid(swapped)) if swapped else other
    groups = {}
    for name, end in zip(names, (first, other), strict=True):
        groups |= {f"scenarios/{name}/summary": summary_group(*end), f"scenarios/{name}/cdf": cdf_group(*end)}
    dates = groups[f"scenarios/{names[0]}/cdf"]["date"].values
    targets = [target.with_reference((first.pushed, other.pushed)) for target in targets]

    def answers(counted: Counted) -> Floats:
        return np.stack([target.answers(counted.pushed) for target in targets])

    # one at a time, as the counts of all hybrids would not fit into memory
    between = (counter(pair, pair.hybrid(members(m, swapped))) for m in range(1, 2 ** len(swapped) - 1))
    values = [answers(other), *map(answers, between), *([answers(first)] if swapped else [])]
    return groups | {
        f"differences/{names[1]}/summary": difference_summary(first, other),
        f"differences/{names[1]}/cdf": difference_cdf(first, other, dates),
        f"decompositions/{names[1]}": decomposition(targets, swapped, np.stack(values), pair.first.as_of),
    }


def _same_ceilings(pair: Pair) -> bool:
    return pair.first.questions.ceilings == pair.other.questions.ceilings


def _unique_names(names: Sequence[str]) -> list[str]:
    """Return distinct names; repeated names are numbered.

    Examples
    --------
    >>> _unique_names(["a", "b", "a", "a"])
    ['a', 'b', 'a-2', 'a-3']
    """
    return [
        f"{name}-{names[: place + 1].count(name)}" if name in names[:place] else name
        for place, name in enumerate(names)
    ]


def _facts(names: Sequence[str], plan: ComparisonPlan, first: Scenario) -> dict[str, Any]:
    """Return the entries of the manifest of a comparison besides the request."""
    found = {
        "scenarios": {
            name: {
                "digest": scenario.digest,
                "as_of": scenario.as_of,
                "horizon": scenario.horizon,
                "overrides": {key: str(value) for key, value in scenario.overrides.items()},
                "resolved": scenario.resolved(),
            }
            for name, scenario in zip(names, plan.scenarios, strict=True)
        },
        "as_of": first.as_of,
        "horizon": first.horizon,
        "draws": plan.draws,
        "seed": plan.seed,
        "sampler": plan.sampler,
        "groups": by_group(DECLARATIONS),
    }
    if plan.calibration is not None:
        found["calibration"] = plan.calibration.facts()
    return found

"""Sobol' indices against SALib: the same independent inputs, the same function, the same base draws."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from scipy.special import ndtri

from benchmarks.record import Found, Row, row
from benchmarks.setting import Setting
from datawall.analysis.sensitivity.methods.experiment import Experiment, Player, SensitivityProblem
from datawall.analysis.sensitivity.methods.variance import Measure, sobol_indices
from datawall.analysis.sensitivity.request import parse_asked
from datawall.analysis.sensitivity.study import study_of
from datawall.errors import DatawallError
from datawall.inference.scenario_with_evidence import load_scenario
from datawall.sampling.execution.devices import width
from datawall.sampling.samplers import SOBOL

DRAWS = 2**14
FALSE_ALARM_SCORE = 5.0
"""Standard errors by which an index may differ: one false alarm in some thousand comparisons of a hundred."""
NORMAL_95 = 1.96
STATED = (
    "time times mean squared error as each states it; SALib's bootstrap takes its even points for independent"
)


@dataclass(frozen=True)
class Case:
    """A problem with independent inputs."""

    name: str
    problem: SensitivityProblem
    players: list[Player]
    measure: Measure


@dataclass(frozen=True)
class Answer:
    """First and total order of each input with their errors, of shape (2, inputs), and the seconds."""

    values: np.ndarray
    errors: np.ndarray
    seconds: float


def run(setting: Setting) -> Found:
    """Time both on each problem, in turn."""
    try:
        import SALib  # noqa: F401  # pyright: ignore[reportMissingImports]
    except ImportError:
        return Found([], {"SALib": "it is not installed"})
    draws = setting.draws(DRAWS)
    rows = []
    for case in (_sobol_g(), _baseline()):
        setting.say(f"sensitivity: {case.name}")
        rows += _contest(case, draws, setting.repeats)
    return Found(rows)


def _contest(case: Case, draws: int, repeats: int) -> list[Row]:
    _ours(case, draws, 0)  # compiles, for both
    pairs = [(_ours(case, draws, seed), _salib(case, draws, seed)) for seed in range(1, repeats + 1)]
    for ours, theirs in pairs:
        _check_alike(case, ours, theirs)
    seconds = np.array([[answer.seconds for answer in pair] for pair in pairs])
    variances = np.array([[np.mean(answer.errors**2) for answer in pair] for pair in pairs])
    work = seconds * variances
    count = f"{len(case.players)} inputs, {draws} base draws"
    return [
        row(f"{case.name}: datawall", "s", seconds[:, 0], note=f"{count}, four corners a draw"),
        row(f"{case.name}: SALib", "s", seconds[:, 1], note=f"{count}, its sampling, bootstrap and analysis"),
        row(f"{case.name}: SALib / ours, time", "x", seconds[:, 1] / seconds[:, 0]),
        row(
            f"{case.name}: SALib / ours, time to an error",
            "x",
            work[:, 1] / work[:, 0],
            at_least=1.0,
            note=STATED,
        ),
    ]


def _ours(case: Case, draws: int, seed: int) -> Answer:
    start = time.perf_counter()
    found = sobol_indices(Experiment(case.problem, draws, seed, SOBOL), case.players, case.measure)
    seconds = time.perf_counter() - start
    return Answer(np.stack([i.value for i in found]), np.stack([i.mcse for i in found]), seconds)


def _salib(case: Case, draws: int, seed: int) -> Answer:
    from SALib.analyze import sobol as analysis  # pyright: ignore[reportMissingImports]
    from SALib.sample import sobol as sample  # pyright: ignore[reportMissingImports]

    evaluate = _evaluation(case)
    names = [case.problem.labels[row] for (row,) in case.players]
    space = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    start = time.perf_counter()
    uniforms = sample.sample(space, draws, calc_second_order=False, seed=seed)
    values = case.measure(evaluate(uniforms))
    found = analysis.analyze(space, values, calc_second_order=False, seed=seed)
    seconds = time.perf_counter() - start
    errors = np.stack([found["S1_conf"], found["ST_conf"]]) / NORMAL_95
    return Answer(np.stack([found["S1"], found["ST"]]), errors, seconds)


def _evaluation(case: Case) -> Callable[[np.ndarray], np.ndarray]:
    """Return our compiled function on a row of uniforms a draw, in a thread for each core."""
    experiment = Experiment(case.problem, 1, 0, SOBOL)
    rows = [row for player in case.players for row in player]

    def part(uniforms: np.ndarray) -> np.ndarray:
        scores = np.zeros((len(case.problem.labels), len(uniforms)), np.float32)
        scores[rows] = ndtri(np.clip(uniforms, 1e-7, 1.0 - 1e-7)).T
        return experiment.at(scores)

    def evaluate(uniforms: np.ndarray) -> np.ndarray:
        with ThreadPoolExecutor(width()) as pool:
            return np.concatenate(list(pool.map(part, np.array_split(uniforms, 4 * width()))))

    return evaluate


def _check_alike(case: Case, ours: Answer, theirs: Answer) -> None:
    spread = np.hypot(ours.errors, theirs.errors) + 1e-5
    score = np.max(np.abs(ours.values - theirs.values) / spread)
    if not score < FALSE_ALARM_SCORE:
        raise DatawallError(
            f"benchmark: SALib's indices of {case.name} differ by {score:.1f} standard errors"
        )


def _sobol_g_function(a: np.ndarray, scores: jnp.ndarray) -> jnp.ndarray:
    ratios = (jnp.abs(4.0 * ndtr(scores) - 2.0) + a[:, None]) / (1.0 + a[:, None])
    return jnp.prod(ratios, axis=0)


def _sobol_g() -> Case:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0], np.float32)
    labels = tuple(f"x{k}" for k in range(len(a)))
    problem = SensitivityProblem(_sobol_g_function, a, labels, tuple(range(len(a))))
    return Case("Sobol' g", problem, [(k,) for k in range(len(a))], lambda values: values)


def _baseline() -> Case:
    scenario = replace(load_scenario("baseline"), correlations=())
    study = study_of(scenario, parse_asked("wall.tokens[1]"), 2**14, 0, SOBOL)
    players = list(study.inputs.values())
    return Case("uncorrelated wall", study.experiment.problem, players, study.read.explained)

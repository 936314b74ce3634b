"""Sensitivity study of a scenario: its inputs, their groups and dependence, and the experiment."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.analysis.sensitivity.methods.experiment import Experiment, Player, SensitivityProblem
from datawall.analysis.sensitivity.request import Asked
from datawall.analysis.sensitivity.transforms import (
    OneNumber,
    Reading,
    find_output,
    narrowed,
    reading,
)
from datawall.distributions.joint import inputs_from_scores
from datawall.forecasting.labels import labels_of
from datawall.forecasting.quantities import Quantity
from datawall.forecasting.simulation import question
from datawall.model.inputs import GROUPS, group_of, ranks
from datawall.sampling.samplers import RANDOM, Sampler
from datawall.scenario import Joint, Scenario


@dataclass(frozen=True)
class Study:
    """Study of a quantity of interest, shared by all methods of an analysis.

    Attributes
    ----------
    scenario, asked, target
        Scenario, quantity of interest and underlying output.
    joint
        Joint distribution of the inputs; its Cholesky factor is the identity, as scores come correlated.
    experiment
        Experiment that evaluates the output.
    scores, values
        Plain draws, of shape (rows, n, 16) and (n, 16); values in the model's own scale.
    read
        Reading of the values for the quantity of interest.
    inputs
        The inputs that can change the output, or are correlated with one that can, by name.
    components
        Connected components of correlated inputs, independent of each other.
    groups
        The same inputs by the part of the model that they belong to.
    inert
        Uncertain inputs without effect on the output.
    """

    scenario: Scenario
    asked: Asked
    target: Quantity
    joint: Joint
    experiment: Experiment
    scores: np.ndarray
    values: np.ndarray
    read: Reading
    inputs: dict[str, Player]
    components: dict[str, Player]
    groups: dict[str, Player]
    inert: tuple[str, ...]

    def input_values(self, scores: Any) -> jax.Array:
        """Return the inputs at correlated scores of shape (rows, n), choices by index."""
        scores = jnp.asarray(scores, jnp.float32)
        found = inputs_from_scores(self.joint.structure, self.joint.params, scores)
        return jnp.concatenate([jnp.atleast_2d(value) for value in found.values()])


def study_of(scenario: Scenario, asked: Asked, draws: int, seed: int, sampler: Sampler) -> Study:
    """Return the study of a quantity of interest, with plain draws and without inert inputs.

    Raises
    ------
    DatawallError
        If the scenario has no such quantity of interest.
    """
    whole = find_output(asked.name, labels_of(scenario))
    posed = question(narrowed(scenario, whole.name), RANDOM)
    target = find_output(whole.name, posed.labels)
    joint, correlation = _as_scores_come(scenario.joint(), is_conditional=bool(scenario.known))
    problem = SensitivityProblem(
        OneNumber(posed.world, target),
        posed.params | {"joint": joint.params},
        joint.streams,
        tuple(ranks(joint.streams)),
        joint.structure.correlated,
        correlation,
    )
    experiment = Experiment(problem, draws, seed, sampler)
    scores, values = experiment.plain()
    inputs, components = _which_matter(problem, experiment)
    uncertain = [
        name for name in joint.streams if scenario.priors[input_of(name)].distribution.family != "fixed"
    ]
    return Study(
        scenario,
        asked,
        target,
        joint,
        experiment,
        scores,
        values,
        reading(asked, target, posed.labels, values),
        inputs,
        components,
        _groups(inputs),
        tuple(name for name in uncertain if name not in inputs),
    )


def _as_scores_come(joint: Joint, *, is_conditional: bool) -> tuple[Joint, np.ndarray]:
    """Return a joint distribution of already correlated scores, and their correlation.

    The scores of inputs that are correlated with a known one have less than unit variance: they come
    standardised, and the joint distribution scales them.
    """
    factor = joint.params["cholesky"]
    covariance = factor @ factor.T
    scale = np.sqrt(np.diag(covariance)) if is_conditional else np.ones(len(covariance))
    params = joint.params | {"cholesky": np.diag(scale)}
    taken = Joint(joint.names, joint.streams, joint.structure, params)
    return taken, covariance / np.outer(scale, scale)


def _which_matter(
    problem: SensitivityProblem, experiment: Experiment
) -> tuple[dict[str, Player], dict[str, Player]]:
    active = experiment.active([(row,) for row in range(len(problem.labels))])
    components = [player for player in problem.components() if any(active[row] for row in player)]
    inputs = {problem.labels[row]: (row,) for row in sorted(row for player in components for row in player)}
    return inputs, {" + ".join(problem.labels[row] for row in player): player for player in components}


def _groups(inputs: dict[str, Player]) -> dict[str, Player]:
    groups: dict[str, Player] = {}
    for group in GROUPS:
        rows = [row for name, player in inputs.items() if group_of(input_of(name)) == group for row in player]
        if rows:
            groups[group] = tuple(rows)
    return groups


def input_of(label: str) -> str:
    """Return the input of a scalar draw: ``slip_months`` of ``slip_months[5.5]``."""
    return label.partition("[")[0]

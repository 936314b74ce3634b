"""From a scenario file to a validated `Scenario` and the joint distribution of its inputs."""

from datawall.scenario.catalog import available, find
from datawall.scenario.errors import ScenarioError
from datawall.scenario.joint import Joint, inputs_from_scores
from datawall.scenario.loader import load_scenario
from datawall.scenario.observed import observed
from datawall.scenario.overrides import parse_override
from datawall.scenario.scenario import Prior, Scenario

__all__ = [
    "Joint",
    "Prior",
    "Scenario",
    "ScenarioError",
    "available",
    "find",
    "inputs_from_scores",
    "load_scenario",
    "observed",
    "parse_override",
]

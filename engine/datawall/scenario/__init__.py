"""Scenarios: files, validated `Scenario` objects and the joint distribution of their inputs."""

from datawall.distributions.joint import Joint, inputs_from_scores
from datawall.scenario.condition import observed
from datawall.scenario.files import available, find
from datawall.scenario.load import load_scenario
from datawall.scenario.overrides import override_text, parse_override
from datawall.scenario.scenario import Prior, Scenario
from datawall.validation import ScenarioError

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
    "override_text",
    "parse_override",
]

"""Runs to make pages of: small ones, made once."""

from pathlib import Path

import pytest

import datawall
from datawall.reporting import products


@pytest.fixture(scope="session")
def make_run(tmp_path_factory):
    """Make a small run of a scenario, once for each set of overrides."""
    made: dict[tuple, Path] = {}

    def make(scenario: str = "baseline", draws: int = 1024, **overrides: object) -> Path:
        key = (scenario, draws, *sorted(map(str, overrides.items())))
        if key not in made:
            folder = tmp_path_factory.mktemp("run")
            loaded = datawall.load_scenario(scenario, overrides)
            products.save(datawall.forecast(loaded, draws=draws), folder)
            made[key] = folder
        return made[key]

    return make


@pytest.fixture(scope="session")
def baseline_run(make_run) -> Path:
    """A run of the baseline."""
    return make_run()

"""One pair of scenarios with a closed form, compared once for all."""

import pytest

import datawall
from datawall.scenario import load_scenario
from support import pairs
from support.scenario_files import write


@pytest.fixture(scope="session")
def load(tmp_path_factory):
    def loaded(name, values, anchors, **rest):
        path = tmp_path_factory.mktemp("scenario") / f"{name}.toml"
        return load_scenario(write(path, pairs.tables(name, values, anchors, **rest)))

    return loaded


@pytest.fixture(scope="session")
def first(load):
    return load("first", pairs.FIRST, pairs.FIRST_ANCHORS, as_of=2026.5)


@pytest.fixture(scope="session")
def other(load):
    return load("other", pairs.OTHER, pairs.OTHER_ANCHORS)


@pytest.fixture(scope="session")
def tree(first, other):
    return datawall.compare(first, other, draws=pairs.DRAWS)

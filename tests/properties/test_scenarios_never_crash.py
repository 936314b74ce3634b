"""Whatever stands in a file, either a valid scenario or a ScenarioError comes out."""

import copy
import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datawall.model.inputs import DECLARATIONS
from datawall.scenario import Scenario, ScenarioError, load_scenario
from support.scenario_files import prior, to_toml, valid_scenario

VALID = valid_scenario()
VALID["priors"] |= {
    "training_days": prior("training_days", family="gamma", interval=[60, 200], mass=0.8),
    "mfu": prior("mfu", family="beta", interval=[0.3, 0.5], mass=0.8),
    "text_tokens": prior(
        "text_tokens", family="metalog", quantiles={"p10": 1, "p50": 2, "p90": 4}, lower=0.5
    ),
    "slowdown_date": prior(
        "slowdown_date", family="split_normal", quantiles={"p10": 2027, "p50": 2029, "p90": 2032}
    ),
    "max_passes": prior("max_passes", family="truncated_normal", interval=[3, 9], mass=0.8, bounds=[1, 20]),
    "synthetic_ratio": prior(
        "synthetic_ratio",
        family="mixture",
        components=[
            {"weight": 0.4, "family": "fixed", "value": 0.0},
            {"weight": 0.6, "family": "triangular", "bounds": [0.5, 2.0], "mode": 0.7},
        ],
    ),
}
TEXT = to_toml(VALID)

ODD = st.one_of(
    st.none().map(lambda _: {}),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([10**30, 10**400, -(10**5)]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["fixed", "normal", "lognormal", "beta", "gamma", "mixture", "choice", "used", "mfu"]),
    st.lists(st.floats() | st.integers(-5, 5) | st.text(max_size=3), max_size=4),
    st.just(dt.date(1989, 1, 1)),
    st.dictionaries(st.sampled_from(["p10", "p50", "weight", "x"]), st.floats(), max_size=3),
)
SETTINGS = settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


def check(load):
    message = outcome(load)
    assert message is None or ("\n" not in message and len(message) > 20)


def outcome(load):
    """Return the message of the error, or check the scenario and return None."""
    try:
        scenario = load()
    except ScenarioError as error:
        return str(error)
    assert isinstance(scenario, Scenario)
    assert scenario.as_of < scenario.horizon
    for name, stated in scenario.priors.items():
        values = stated.distribution.score_quantile(np.linspace(-5.5, 5.5, 23))
        assert np.all(np.isfinite(values))
        assert np.all(np.diff(values) >= 0)
        assert DECLARATIONS[name].lower <= values[0] <= values[-1] <= DECLARATIONS[name].upper
    assert len(scenario.digest) == 64
    return None


def paths(tables, prefix=()):
    items = tables.items() if isinstance(tables, dict) else enumerate(tables)
    for key, value in items:
        yield (*prefix, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*prefix, key))


PATHS = list(paths(VALID))


def test_the_unmutated_scenario_is_valid(tmp_path):
    (tmp_path / "s.toml").write_text(TEXT, encoding="utf-8")
    assert isinstance(load_scenario(tmp_path / "s.toml"), Scenario)


@SETTINGS
@given(st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=1, max_size=2))
def test_odd_values(tmp_path, changes):
    tables = copy.deepcopy(VALID)
    for path, value in changes:
        within = tables
        for step in path[:-1]:
            within = within[step] if isinstance(within, dict | list) and _has(within, step) else {}
        if isinstance(within, dict) or (isinstance(within, list) and _has(within, path[-1])):
            within[path[-1]] = value
    (tmp_path / "s.toml").write_text(to_toml(tables), encoding="utf-8")
    check(lambda: load_scenario(tmp_path / "s.toml"))


def _has(within, step):
    return step in within if isinstance(within, dict) else isinstance(step, int) and step < len(within)


@SETTINGS
@given(st.integers(0, len(TEXT)), st.integers(0, 30), st.text(max_size=6))
def test_broken_text(tmp_path, start, length, insert):
    text = TEXT[:start] + insert + TEXT[start + length :]
    (tmp_path / "s.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    check(lambda: load_scenario(tmp_path / "s.toml"))


@SETTINGS
@given(
    st.dictionaries(
        st.sampled_from([".".join(map(str, p)) for p in PATHS] + list(DECLARATIONS)) | st.text(max_size=10),
        ODD,
        max_size=2,
    ),
    st.none() | st.floats() | st.text(max_size=10) | st.dates() | st.booleans(),
)
def test_odd_overrides(tmp_path, overrides, as_of):
    (tmp_path / "s.toml").write_text(TEXT, encoding="utf-8")
    check(lambda: load_scenario(tmp_path / "s.toml", overrides, as_of))


@pytest.mark.parametrize("name", ["", ".", "..", "a\0b", "x" * 5000, "~", "/", "nul.toml\0"])
def test_odd_names(name):
    check(lambda: load_scenario(name))

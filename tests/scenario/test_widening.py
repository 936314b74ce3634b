"""Widened priors: their quantiles in closed form, and what must not move."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from datawall.distributions.families import STEP
from datawall.distributions.special import SCORE_LIMIT
from datawall.model.inputs import DECLARATIONS
from datawall.scenario import ScenarioError, available, load_scenario
from datawall.scenario.widening import WITHOUT_WIDTH, widened
from support.scenario_files import prior, valid_scenario, write

FACTOR = 1.4
Z80 = stats.norm.ppf(0.9)
SCORES = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, 201)
VALUES = [2.0, 2.5, 3.0, 4.0, 7.0]
LOGIT = special.logit([0.3, 0.5])
BELIEFS = {
    "slowdown_date": {"family": "normal", "interval": [2027.0, 2033.0], "mass": 0.8},
    "text_tokens": {"family": "lognormal", "interval": [1e13, 1e15], "mass": 0.8},
    "mfu": {"family": "logit_normal", "interval": [0.3, 0.5], "mass": 0.8},
    "training_days": {"family": "empirical", "values": VALUES},
    "synthetic_ratio": {
        "family": "mixture",
        "components": [
            {"weight": 0.3, "family": "fixed", "value": 0.0},
            {"weight": 0.7, "family": "lognormal", "interval": [0.1, 1.0], "mass": 0.8},
        ],
    },
    "gpt4_flop": {"family": "fixed", "value": 2.1e25},
}
CLOSED_FORMS = {
    "slowdown_date": lambda z: stats.norm.ppf(stats.norm.cdf(z), 2030.0, FACTOR * 3.0 / Z80),
    "text_tokens": lambda z: stats.lognorm.ppf(stats.norm.cdf(z), FACTOR * np.log(10.0) / Z80, scale=1e14),
    "mfu": lambda z: special.expit(np.mean(LOGIT) + FACTOR * np.ptp(LOGIT) / 2.0 / Z80 * z),
    "training_days": lambda z: np.quantile(VALUES, stats.norm.cdf(FACTOR * z)),
}


@pytest.fixture(scope="module")
def stated(tmp_path_factory):
    tables = valid_scenario()
    tables["priors"] |= {name: prior(name, **family) for name, family in BELIEFS.items()}
    return load_scenario(write(tmp_path_factory.mktemp("made-up") / "made-up.toml", tables))


def quantiles(scenario, name, z):
    return scenario.priors[name].distribution.score_quantile(z)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_widened_quantiles_have_the_closed_form(stated, name):
    z = np.linspace(-3.8, 3.8, 60)  # the range ends beyond 5.5 / 1.4
    found = quantiles(widened(stated, FACTOR), name, z)
    expected = CLOSED_FORMS[name](z)
    scale = np.ptp(CLOSED_FORMS[name](np.array([-Z80, Z80])))
    np.testing.assert_allclose(found, expected, rtol=3e-5, atol=1e-4 * scale)  # of the table
    # the prior as it was stated must fail
    assert np.abs(quantiles(stated, name, z) - expected).max() > 0.05 * scale


@given(st.floats(0.5, 4.0), st.floats(-SCORE_LIMIT, SCORE_LIMIT))
def test_every_widened_quantile_is_one_of_the_prior_and_medians_stay(stated, factor, z):
    wide = widened(stated, factor)
    # tables are linear within a cell, so a corner is met to within a cell
    cell = np.array([-STEP, STEP])
    for name, own in stated.priors.items():
        if own.distribution.family not in WITHOUT_WIDTH:
            beside = np.clip(factor * (z + cell), -SCORE_LIMIT, SCORE_LIMIT)
            low, high = quantiles(stated, name, beside)
            slack = 1e-4 * (abs(low) + abs(high))
            assert low - slack <= quantiles(wide, name, z) <= high + slack
            assert quantiles(wide, name, 0.0) == pytest.approx(quantiles(stated, name, 0.0), rel=1e-9)


@pytest.mark.parametrize("name", available())
def test_the_range_of_every_shipped_prior_stays(name):
    stated = load_scenario(name)
    wide = widened(stated, 3.0)
    ends = np.array([-SCORE_LIMIT, SCORE_LIMIT])
    for input_, own in wide.priors.items():
        low, high = own.distribution.score_quantile(ends)
        declared = DECLARATIONS[input_]
        assert declared.lower <= low <= high <= declared.upper
        np.testing.assert_allclose((low, high), quantiles(stated, input_, ends), rtol=1e-12)


def test_a_value_with_a_probability_of_its_own_keeps_its_place(stated):
    """P(0) is that of a score below z0 / factor, where .3 lies below z0."""
    distribution = widened(stated, FACTOR).priors["synthetic_ratio"].distribution
    share = stats.norm.cdf(stats.norm.ppf(0.3) / FACTOR)
    assert distribution.cdf(0.0) == pytest.approx(share, abs=1e-9)
    assert distribution.quantile(share - 1e-6) == 0.0
    assert distribution.quantile(share + 0.001) > 0.0


def test_cdf_and_quantile_are_inverse_within_the_range(stated):
    for name in CLOSED_FORMS:
        distribution = widened(stated, FACTOR).priors[name].distribution
        u = np.linspace(0.001, 0.999, 99)
        np.testing.assert_allclose(distribution.cdf(distribution.quantile(u)), u, atol=1e-6)


def test_choices_fixed_inputs_and_correlations_stay(stated):
    wide = widened(stated, FACTOR)
    assert wide.correlations == stated.correlations
    untouched = {name for name in stated.priors if wide.priors[name] is stated.priors[name]}
    assert untouched == {
        name for name, own in stated.priors.items() if DECLARATIONS[name].options or name == "gpt4_flop"
    }


def test_a_factor_of_one_widens_nothing(stated):
    assert widened(stated, 1.0) is stated


def test_a_posterior_is_widened_like_a_prior():
    stated = load_scenario("baseline")
    wide = widened(stated, FACTOR)
    assert stated.priors["exponent_sum"].stated is not None
    z = np.linspace(-2.0, 2.0, 9)
    expected = quantiles(stated, "exponent_sum", FACTOR * z)
    np.testing.assert_allclose(quantiles(wide, "exponent_sum", z), expected, rtol=1e-5)


def test_the_manifest_and_the_digest_say_so(stated):
    wide = widened(stated, FACTOR)
    statement = wide.resolved()["priors"]["mfu"]["statement"]
    assert statement["family"] == "logit_normal"
    assert statement["widened"] == FACTOR
    assert wide.priors["mfu"].statement["widened"] == FACTOR
    assert "widened" not in wide.resolved()["priors"]["gpt4_flop"]["statement"]
    assert len({stated.digest, wide.digest, widened(stated, 1.5).digest}) == 3


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_factor_is_refused(stated, factor):
    with pytest.raises(ScenarioError, match="need a factor above 0"):
        widened(stated, factor)

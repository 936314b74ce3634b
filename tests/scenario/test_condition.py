"""Observed inputs: the conditional distribution of the others in closed form, and how an override differs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datawall.distributions.copula import Correlation, conditional, pearson
from datawall.distributions.families import Distribution
from datawall.distributions.joint import build_joint, tied_scores
from datawall.model.inputs import DECLARATIONS, INTEGRATED
from datawall.scenario import inputs_from_scores, load_scenario, observed
from datawall.validation import ScenarioError

NAMES = ("frontier_flop", "compute_growth", "run_budget_usd", "params_exponent")


@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_the_conditional_distribution_is_that_of_the_precision_matrix(seed, known):
    """An independent formula: with P the inverse covariance, mean -P_oo^-1 P_ok s, covariance P_oo^-1."""
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((4, 6))
    covariance = raw @ raw.T
    covariance /= np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    scores = rng.standard_normal(known)
    names, mean, cholesky = conditional(
        NAMES, np.linalg.cholesky(covariance), dict(zip(NAMES[:known], scores, strict=True))
    )
    precision = np.linalg.inv(covariance)
    own = np.linalg.inv(precision[known:, known:])
    assert names == NAMES[known:]
    np.testing.assert_allclose(cholesky @ cholesky.T, own, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(mean, -own @ precision[known:, :known] @ scores, rtol=1e-6, atol=1e-9)


def normal_joint(known=None):
    """Return a linear Gaussian joint distribution of three inputs, the first of them perhaps known."""
    priors = {
        name: Distribution("normal", {"loc": 10.0 * k, "scale": 2.0}) for k, name in enumerate(NAMES[:3])
    }
    if known is not None:
        priors[NAMES[0]] = Distribution("fixed", {"value": 2.0 * known})
    table = [Correlation((NAMES[0], NAMES[1]), 0.6, ""), Correlation((NAMES[1], NAMES[2]), 0.5, "")]
    return build_joint(priors, table, NAMES, known={} if known is None else {NAMES[0]: known})


def test_draws_given_an_input_have_the_closed_form():
    draws, score = 200_000, 1.5
    joint = normal_joint(score)
    z = np.random.default_rng(0).standard_normal((3, draws)).astype(np.float32)
    found = inputs_from_scores(joint.structure, joint.params, jnp.asarray(z))
    r = pearson(0.6)
    np.testing.assert_array_equal(found[NAMES[0]], np.float32(3.0))
    values = np.asarray(found[NAMES[1]], float)
    sd = 2.0 * np.sqrt(1 - r**2)
    assert abs(values.mean() - (10.0 + 2.0 * r * score)) < 4 * sd / np.sqrt(draws)
    assert abs(values.std() - sd) < 4 * sd / np.sqrt(2 * draws)
    # the mean of an override, which teaches nothing, must fail
    assert abs(values.mean() - 10.0) > 4 * sd / np.sqrt(draws)


def test_observing_and_overriding_differ_exactly_where_correlations_are():
    scenario = load_scenario("baseline")
    after = observed(scenario, {"mfu": 0.4})
    observing, overriding = after.joint(), load_scenario("baseline", {"mfu": 0.4}).joint()
    assert observing.streams == overriding.streams
    assert after.priors["mfu"].distribution.params == {"value": 0.4}
    z = jnp.asarray(np.random.default_rng(1).standard_normal((len(observing.streams), 256)), jnp.float32)
    moved, left = (tied_scores(j.structure, j.params, z) for j in (observing, overriding))
    differ = [
        label for label, one, two in zip(observing.streams, moved, left, strict=True) if (one != two).any()
    ]
    assert differ == ["format_speedup"]
    row, r = observing.streams.index("format_speedup"), pearson(-0.3)
    expected = r * after.known["mfu"] + np.sqrt(1 - r**2) * left[row]
    np.testing.assert_allclose(moved[row], expected, atol=1e-5)


def test_an_observation_of_the_median_narrows_and_does_not_shift():
    scenario = load_scenario("baseline")
    median = float(scenario.priors["frontier_flop"].distribution.quantile(0.5))
    joint = observed(scenario, {"frontier_flop": median}).joint()
    np.testing.assert_allclose(joint.params["mean"], 0.0, atol=1e-5)
    assert "frontier_flop" not in {joint.streams[row] for row in joint.structure.correlated}


BASELINE = load_scenario("baseline")


@pytest.mark.parametrize(
    "name", [n for n in BASELINE.priors if not (DECLARATIONS[n].options or DECLARATIONS[n].per)]
)
def test_any_input_can_be_observed_at_its_median(name):
    value = float(BASELINE.priors[name].distribution.quantile(0.5))
    after = observed(BASELINE, {name: value})
    if BASELINE.priors[name].distribution.family != "fixed":
        assert abs(after.known[name]) < 0.02 or value in BASELINE.priors[name].distribution.params["atoms"]
    joint = after.joint()
    assert joint.streams == BASELINE.joint().streams
    tied = [joint.streams[row] for row in joint.structure.correlated]
    assert INTEGRATED not in tied[:-1]


def test_a_choice_takes_the_index_of_its_option():
    after = observed(load_scenario("baseline"), {"multimodal": "used", "release_outcome": "slipped"})
    joint = after.joint()
    z = jnp.zeros((len(joint.streams), 4))
    found = jax.jit(lambda z: inputs_from_scores(joint.structure, joint.params, z))(z)
    np.testing.assert_array_equal(found["multimodal"], 1.0)
    np.testing.assert_array_equal(found["release_outcome"], 2.0)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"mfuu": 0.4}, "did you mean 'mfu'"),
        ({"mfu": 4.0}, "prior reaches from"),
        ({"mfu": "high"}, "finite number"),
        ({"mfu": float("nan")}, "finite number"),
        ({"multimodal": "perhaps"}, "one of unused, used"),
        ({"multimodal": 1.0}, "one of unused, used"),
        ({"overtraining_factor": 2.0}, "prior reaches from 1 to 1"),
    ],
)
def test_what_cannot_be_observed(values, says):
    with pytest.raises(ScenarioError, match=says):
        observed(load_scenario("baseline"), values)


def test_an_option_without_a_chance_cannot_be_observed():
    scenario = load_scenario("baseline", {"priors.multimodal.weights": [1.0, 0.0]})
    with pytest.raises(ScenarioError, match="no chance"):
        observed(scenario, {"multimodal": "used"})

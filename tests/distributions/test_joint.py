"""The joint distribution as the sampler sees it."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from datawall.model.inputs import DECLARATIONS
from datawall.scenario import inputs_from_scores, load_scenario
from support.scenario_files import prior, valid_scenario, write


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    tables = valid_scenario()
    tables["priors"]["training_days"] = prior("training_days", family="gamma", interval=[60, 200], mass=0.8)
    tables["priors"]["synthetic_ratio"] = prior(
        "synthetic_ratio",
        family="mixture",
        components=[
            {"weight": 0.4, "family": "fixed", "value": 0.0},
            {"weight": 0.6, "family": "lognormal", "interval": [0.5, 2.0], "mass": 0.8},
        ],
    )
    return write(tmp_path_factory.mktemp("joint") / "made-up.toml", tables)


@pytest.fixture(scope="module")
def scores(path):
    streams = load_scenario(path).joint().streams
    return jnp.asarray(np.random.default_rng(5).standard_normal((len(streams), 100_000)), jnp.float32)


@pytest.fixture(scope="module")
def evaluate():
    return jax.jit(inputs_from_scores, static_argnums=0)


def test_streams_label_every_draw(path):
    scenario = load_scenario(path)
    joint = scenario.joint()
    assert joint.names == tuple(scenario.priors)
    assert len(set(joint.streams)) == len(joint.streams)
    assert [s for s in joint.streams if s.startswith("slip_")] == [
        f"slip_months[{g}]" for g in ("5", "5.5", "6")
    ]
    hash(joint.structure)


def test_each_input_has_its_own_marginal(path, scores, evaluate):
    scenario = load_scenario(path)
    joint = scenario.joint()
    inputs = evaluate(joint.structure, joint.params, scores)
    assert set(inputs) == set(scenario.priors)
    for name, draws in inputs.items():
        assert draws.shape == ((3, 100_000) if DECLARATIONS[name].per else (100_000,))
        distribution = scenario.priors[name].distribution
        for row in np.atleast_2d(np.asarray(draws, float)):
            u = np.array([0.1, 0.5, 0.9])
            if DECLARATIONS[name].options:
                shares = [np.mean(row <= k) for k in range(len(DECLARATIONS[name].options))]
                assert shares == pytest.approx(distribution.cdf(np.arange(len(shares))), abs=4 * 0.0016)
            else:
                seen = np.mean(row[:, None] <= distribution.quantile(u) * (1 + 1e-6), axis=0)
                assert np.all(np.abs(seen - distribution.cdf(distribution.quantile(u))) < 4 * 0.0016)


def test_correlated_inputs_have_the_stated_rank_correlation(path, scores, evaluate):
    scenario = load_scenario(path)
    joint = scenario.joint()
    inputs = evaluate(joint.structure, joint.params, scores)
    for correlation in scenario.correlations:
        a, b = (np.asarray(inputs[name]) for name in correlation.inputs)
        assert abs(rank_correlation(a, b) - correlation.spearman) < 4 * 0.0032
    a, b = (np.asarray(inputs[name]) for name in ("compute_growth", "text_tokens"))
    assert abs(rank_correlation(a, b)) < 4 * 0.0032


def rank_correlation(a, b):
    return np.corrcoef(stats.rankdata(a), stats.rankdata(b))[0, 1]


@pytest.mark.parametrize("n", [1, 1001])
def test_a_draw_does_not_depend_on_the_draws_beside_it(path, scores, evaluate, n):
    joint = load_scenario(path).joint()
    everything = evaluate(joint.structure, joint.params, scores)
    few = evaluate(joint.structure, joint.params, scores[:, :n])
    for name, draws in few.items():
        np.testing.assert_array_equal(draws, everything[name][..., :n], err_msg=name)


def test_new_numbers_do_not_recompile(path, scores):
    traces = []

    def counted(structure, params, z):
        traces.append(structure)
        return inputs_from_scores(structure, params, z)

    evaluate = jax.jit(counted, static_argnums=0)
    few = scores[:, :10]
    for overrides in ({}, {"priors.training_days.interval": [30, 90], "priors.frontier_flop.mass": 0.5}):
        joint = load_scenario(path, overrides).joint()
        medians = evaluate(joint.structure, joint.params, jnp.zeros_like(few))
    assert len(traces) == 1
    assert 40 < float(medians["training_days"][0]) < 60
    joint = load_scenario(path, {"training_days": 100.0}).joint()
    evaluate(joint.structure, joint.params, few)
    assert len(traces) == 2  # another family is another program: the counter does count


def test_scores_beyond_the_limit_stay_within_the_declared_range(path, evaluate):
    joint = load_scenario(path).joint()
    far = jnp.asarray([[-50.0, 50.0]] * len(joint.streams), jnp.float32)
    for name, draws in evaluate(joint.structure, joint.params, far).items():
        assert np.all(np.isfinite(draws)), name
        assert np.all((draws >= DECLARATIONS[name].lower) & (draws <= DECLARATIONS[name].upper)), name


def test_double_precision_where_enabled(path):
    joint = load_scenario(path).joint()
    with jax.enable_x64(True):
        z = jnp.zeros((len(joint.streams), 2))
        inputs = jax.eval_shape(partial(inputs_from_scores, joint.structure), joint.params, z)
    assert {draws.dtype for draws in inputs.values()} == {jnp.dtype("float64")}


def test_without_correlations(path, scores):
    scenario = load_scenario(path, {"correlations": []})
    joint = scenario.joint()
    inputs = jax.eval_shape(partial(inputs_from_scores, joint.structure), joint.params, scores)
    assert joint.structure.correlated == ()
    assert set(inputs) == set(scenario.priors)

"""Every family against scipy, against its own inverse, and against what was elicited."""

import jax.numpy as jnp
import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats

from datawall.distributions.elicitation import beta_parameters, gamma_parameters, split_normal_parameters
from datawall.distributions.families import FAMILIES, STEP, Distribution
from datawall.distributions.mixture import AnyStatement
from datawall.distributions.special import SCORE_LIMIT
from datawall.validation import Problem

ADAPTER = TypeAdapter(AnyStatement)
INTERVAL = {"interval": [2.0, 5.0], "mass": 0.8}
Q = {"p10": 2.0, "p50": 3.0, "p90": 4.5}
Z80 = stats.norm.ppf(0.9)


def make(family: str, **keys) -> Distribution:
    return ADAPTER.validate_python({"family": family, **keys}).distribution()


CONTINUOUS = {
    "uniform": make("uniform", bounds=[2.0, 5.0]),
    "loguniform": make("loguniform", bounds=[2.0, 500.0]),
    "normal": make("normal", **INTERVAL),
    "lognormal": make("lognormal", **INTERVAL),
    "truncated_normal": make("truncated_normal", **INTERVAL, bounds=[1.0, 4.0]),
    "logit_normal": make("logit_normal", interval=[0.2, 0.7], mass=0.9),
    "logit_normal_bounds": make("logit_normal", **INTERVAL, bounds=[1.0, 9.0]),
    "split_normal": make("split_normal", quantiles=Q),
    "triangular": make("triangular", bounds=[1.0, 4.0], mode=1.5),
    "triangular_edge": make("triangular", bounds=[1.0, 4.0], mode=4.0),
    "beta": make("beta", interval=[0.1, 0.4], mass=0.8),
    "gamma": make("gamma", **INTERVAL),
    "student_t": make("student_t", df=4, **INTERVAL),
    "metalog": make("metalog", quantiles=Q),
    "metalog_lower": make("metalog", quantiles=Q, lower=1.0),
    "metalog_upper": make("metalog", quantiles=Q, upper=9.0),
    "metalog_bounded": make("metalog", quantiles=Q, lower=0.0, upper=9.0),
    "mixture": make(
        "mixture",
        components=[
            {"weight": 0.7, "family": "lognormal", **INTERVAL},
            {"weight": 0.3, "family": "normal", "interval": [8.0, 9.0], "mass": 0.9},
        ],
    ),
    "empirical": make("empirical", values=[1.0, 4.0, 2.0, 2.5, 7.0]),
}
"""The table of continuous members that every generic property runs over."""


def quantile_scale(distribution: Distribution) -> float:
    return float(np.ptp(distribution.quantile([0.1, 0.9])))


@pytest.mark.parametrize("name", CONTINUOUS)
def test_cdf_inverts_quantile(name):
    u = np.linspace(0.001, 0.999, 997)
    distribution = CONTINUOUS[name]
    np.testing.assert_allclose(distribution.cdf(distribution.quantile(u)), u, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_cdf_is_zero_and_one_outside(name):
    assert CONTINUOUS[name].cdf([-1e9, 1e9]) == pytest.approx([0.0, 1.0], abs=1e-6)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_quantile_increases(name):
    values = CONTINUOUS[name].score_quantile(np.linspace(-SCORE_LIMIT, SCORE_LIMIT, 5000))
    assert np.all(np.diff(values) >= 0)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_single_precision_on_jax_agrees_with_double_on_numpy(name):
    distribution = CONTINUOUS[name]
    z = np.linspace(-5.4, 5.4, 2001).astype(np.float32)
    params = {key: jnp.asarray(value, jnp.float32) for key, value in distribution.params.items()}
    on_device = FAMILIES[distribution.family].quantile(params, jnp.asarray(z))
    assert on_device.dtype == jnp.float32
    on_host = distribution.score_quantile(z)
    np.testing.assert_allclose(on_device, on_host, rtol=2e-5, atol=2e-6 * quantile_scale(distribution))


SCIPY = {
    "uniform": stats.uniform(2, 3),
    "loguniform": stats.loguniform(2, 500),
    "normal": stats.norm(3.5, 1.5 / Z80),
    "lognormal": stats.lognorm(np.log(2.5) / 2 / Z80, scale=np.sqrt(10)),
    "truncated_normal": stats.truncnorm(-2.5 / 1.5 * Z80, 0.5 / 1.5 * Z80, 3.5, 1.5 / Z80),
    "triangular": stats.triang(0.5 / 3, 1, 3),
    "student_t": stats.t(4, 3.5, 1.5 / stats.t(4).ppf(0.9)),
}


@pytest.mark.parametrize("name", SCIPY)
def test_quantile_matches_scipy(name):
    u = stats.norm.cdf(np.linspace(-4, 4, 4001))
    error = CONTINUOUS[name].quantile(u) - SCIPY[name].ppf(u)
    # The stated interpolation error of tables is h^2/8 max|q''|: heavy tails bend most, at the ends.
    assert np.max(np.abs(error)) < 1e-4 * quantile_scale(CONTINUOUS[name])


def test_tables_are_as_good_as_they_say():
    assert STEP == 11 / 2048
    z = np.linspace(-4, 4, 30001)
    for name, exact in (("gamma", _fitted_gamma()), ("beta", _fitted_beta())):
        error = CONTINUOUS[name].score_quantile(z) - exact.ppf(stats.norm.cdf(z))
        assert np.max(np.abs(error)) < 1e-5 * quantile_scale(CONTINUOUS[name])


def _fitted_gamma():
    shape, scale = gamma_parameters(2.0, 5.0, 0.8)
    return stats.gamma(shape, scale=scale)


def _fitted_beta():
    return stats.beta(*beta_parameters(0.1, 0.4, 0.8))


@pytest.mark.parametrize("name", SCIPY)
def test_draws_pass_kolmogorov_smirnov_and_a_wrong_distribution_fails(name):
    z = np.random.default_rng(1).standard_normal(100_000)
    draws = CONTINUOUS[name].score_quantile(z)
    assert stats.kstest(draws, SCIPY[name].cdf).pvalue > 1e-3
    assert stats.kstest(draws, lambda x: SCIPY[name].cdf(x * 1.05)).pvalue < 1e-6


@pytest.mark.parametrize("name", ["normal", "lognormal", "gamma", "student_t"])
def test_elicited_interval_is_p10_to_p90(name):
    assert CONTINUOUS[name].quantile([0.1, 0.9]) == pytest.approx([2.0, 5.0], rel=2e-5)


def test_elicited_interval_of_bounded_families():
    assert CONTINUOUS["beta"].quantile([0.1, 0.9]) == pytest.approx([0.1, 0.4], rel=1e-5)
    assert CONTINUOUS["logit_normal"].quantile([0.05, 0.95]) == pytest.approx([0.2, 0.7])
    assert CONTINUOUS["logit_normal_bounds"].quantile([0.1, 0.9]) == pytest.approx([2.0, 5.0])


@pytest.mark.parametrize(
    "name", ["split_normal", "metalog", "metalog_lower", "metalog_upper", "metalog_bounded"]
)
def test_elicited_quantiles_are_reproduced(name):
    assert CONTINUOUS[name].quantile([0.1, 0.5, 0.9]) == pytest.approx([2.0, 3.0, 4.5], rel=1e-5)


def test_split_normal_density_is_fechners():
    """The mode joins two half normals: probability below it sd_low/(sd_low + sd_high), density continuous."""
    mode, low, high = split_normal_parameters(2.0, 3.0, 4.5)
    split = CONTINUOUS["split_normal"]
    assert split.cdf(mode) == pytest.approx(low / (low + high), abs=1e-5)
    x = np.linspace(1.0, 6.0, 41)
    spread = np.where(x < mode, low, high)
    density = np.sqrt(2 / np.pi) / (low + high) * np.exp(-((x - mode) ** 2) / (2 * spread**2))
    step = 0.02
    np.testing.assert_allclose((split.cdf(x + step) - split.cdf(x - step)) / (2 * step), density, atol=2e-3)


def test_metalog_matches_keelins_equation():
    """M(y) = a1 + a2 ln(y/(1-y)) + a3 (y - 1/2) ln(y/(1-y)), Keelin 2016 equation 6."""
    y = np.linspace(0.01, 0.99, 99)
    logit = np.log(y / (1 - y))
    basis = np.stack([np.ones_like(y), logit, (y - 0.5) * logit], axis=1)
    at = np.array([0.1, 0.5, 0.9])
    logit_at = np.log(at / (1 - at))
    system = np.stack([np.ones(3), logit_at, (at - 0.5) * logit_at], axis=1)
    for name, link, back in (
        ("metalog", lambda x: x, lambda v: v),
        ("metalog_lower", lambda x: np.log(x - 1), lambda v: 1 + np.exp(v)),
        ("metalog_upper", lambda x: -np.log(9 - x), lambda v: 9 - np.exp(-v)),
        ("metalog_bounded", lambda x: np.log(x / (9 - x)), lambda v: 9 / (1 + np.exp(-v))),
    ):
        a = np.linalg.solve(system, link(np.array([2.0, 3.0, 4.5])))
        np.testing.assert_allclose(CONTINUOUS[name].quantile(y), back(basis @ a), rtol=1e-9)


@pytest.mark.parametrize("share", [0.165, 0.168, 0.5, 0.832, 0.835])
def test_metalog_feasibility_is_keelins(share):
    """Feasible iff the place of p50 between p10 and p90 lies within k to 1 - k, Keelin 2016 equation 17."""
    statement = ADAPTER.validate_python(
        {"family": "metalog", "quantiles": {"p10": 2.0, "p50": 2.0 + 2.0 * share, "p90": 4.0}}
    )
    k = 0.5 * (1 - 1.66711 * (0.5 - 0.1))
    if k < share < 1 - k:
        quantiles = statement.distribution().quantile(np.linspace(1e-6, 1 - 1e-6, 10_001))
        assert np.all(np.diff(quantiles) > 0)
    else:
        with pytest.raises(Problem, match="no metalog"):
            statement.distribution()


def test_infeasible_split_normal_says_what_to_use():
    with pytest.raises(Problem, match="metalog"):
        make("split_normal", quantiles={"p10": 0.0, "p50": 1.0, "p90": 3.0})


def test_mixture_of_continuous_parts_has_the_weighted_cdf():
    mixture = CONTINUOUS["mixture"]
    x = np.linspace(1.0, 10.0, 400)
    sd = 0.5 / stats.norm.ppf(0.95)
    expected = 0.7 * SCIPY["lognormal"].cdf(x) + 0.3 * stats.norm(8.5, sd).cdf(x)
    # The density is low between the two modes, where the quantile bends most within a cell of the table.
    np.testing.assert_allclose(mixture.cdf(x), expected, atol=3e-4)
    np.testing.assert_allclose(mixture.cdf(x[x < 5]), expected[x < 5], atol=1e-5)


def test_mixture_keeps_atoms_exact():
    spike = make(
        "mixture",
        components=[
            {"weight": 0.5, "family": "fixed", "value": 0.0},
            {"weight": 0.2, "family": "fixed", "value": 5.0},
            {"weight": 0.3, "family": "uniform", "bounds": [1.0, 3.0]},
        ],
    )
    u = (np.arange(100_000) + 0.5) / 100_000
    values = spike.quantile(u)
    assert np.mean(values == 0.0) == pytest.approx(0.5, abs=2e-5)
    assert np.mean(values == 5.0) == pytest.approx(0.2, abs=2e-5)
    between = (values > 0.0) & (values < 1.0)
    assert between.mean() < 2.2e-3  # one cell: the density of the score, .4, times 11/2048
    assert spike.cdf([-0.1, 0.0, 2.0, 4.0, 5.0]) == pytest.approx([0, 0.5, 0.65, 0.8, 1.0], abs=3e-3)


def test_mixture_of_atoms_alone_smears_nothing():
    coin = make(
        "mixture",
        components=[
            {"weight": 0.25, "family": "fixed", "value": 1.0},
            {"weight": 0.75, "family": "fixed", "value": 2.0},
        ],
    )
    values = coin.quantile((np.arange(10_000) + 0.5) / 10_000)
    assert set(values) == {1.0, 2.0}
    assert np.mean(values == 1.0) == 0.25


def test_choice_gives_each_option_its_weight():
    choice = make("choice", options=["a", "b", "c"], weights=[0.2, 0.0, 0.8])
    index, counts = np.unique(choice.quantile((np.arange(1000) + 0.5) / 1000), return_counts=True)
    assert dict(zip(index, counts, strict=True)) == {0.0: 200, 2.0: 800}
    assert choice.cdf([-1.0, 0.0, 1.5, 2.0, 7.0]) == pytest.approx([0.0, 0.2, 0.2, 1.0, 1.0])


def test_fixed_and_empirical():
    assert make("fixed", value=3).quantile([0.1, 0.9]).tolist() == [3.0, 3.0]
    values = np.random.default_rng(0).gamma(3.0, size=500)
    u = np.linspace(0.02, 0.98, 97)
    empirical = make("empirical", values=values.tolist())
    np.testing.assert_allclose(empirical.quantile(u), np.quantile(values, u), atol=5e-3)

"""The laws of repeated data against the formulas written out, and the smoothness that the sampler needs."""

import jax
import numpy as np
import pytest

from datawall.inference.models import repetition as laws

RUNS = {
    "params": np.array([1e8, 3e9, 1e9]),
    "tokens": np.array([2e9, 6e10, 1e10]),
    "unique_tokens": np.array([2e9, 5e9, 1e8]),
    "log_params_centre": np.log(5e8),
    "log_tokens_centre": np.log(1e10),
}
BASE = {"log_floor": 0.6, "log_params_term": -0.5, "log_tokens_term": -0.7, "alpha": 0.34, "beta": 0.41}


def fresh(params, tokens):
    at_centre = np.exp(-0.5) * (params / 5e8) ** -0.34, np.exp(-0.7) * (tokens / 1e10) ** -0.41
    return np.exp(0.6) + at_centre[0] + at_centre[1]


def test_additive_penalty_is_the_formula():
    found = laws.additive_penalty(
        {**BASE, "penalty": 0.015, "passes_exponent": 0.37, "size_exponent": 0.7}, RUNS
    )

    params, tokens, unique = RUNS["params"], RUNS["tokens"], RUNS["unique_tokens"]
    extra = tokens / unique - 1.0
    expected = fresh(params, tokens) + 0.015 * (extra / 10.0) ** 0.37 * (params / unique * 20.0) ** 0.7
    with jax.enable_x64(True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_effective_data_is_the_formula():
    found = laws.effective_data({**BASE, "r_d": 15.4, "r_n": 5.3}, RUNS)

    params, tokens, unique = RUNS["params"], RUNS["tokens"], RUNS["unique_tokens"]
    # N_opt(U) by setting the two returns equal, in place of the closed form
    a, b = np.exp(-0.5) * 5e8**0.34, np.exp(-0.7) * 1e10**0.41
    deserved = np.minimum((0.34 * a / (0.41 * b) * unique**0.41) ** (1 / 0.34), params)
    worth = deserved * (1 + 5.3 * (1 - np.exp(-(params / deserved - 1) / 5.3)))
    effective = unique * (1 + 15.4 * (1 - np.exp(-(tokens / unique - 1) / 15.4)))
    np.testing.assert_allclose(found, fresh(worth, effective), rtol=1e-5)


@pytest.mark.parametrize("latent", ["alpha", "beta", "log_params_term"])
def test_the_slope_has_no_jump_where_parameters_begin_to_exceed_the_data(latent):
    def loss(value):
        v = {**BASE, latent: value, "r_d": 15.4, "r_n": 1.0}
        return laws.effective_data(v, {**RUNS, "params": deserved})[1]

    with jax.enable_x64(True):
        deserved = jax.numpy.exp(laws.base_law(BASE, RUNS).log_optimal_params(np.log(RUNS["unique_tokens"])))
        slope, bend = jax.grad(loss), jax.grad(jax.grad(loss))
        below, above = BASE[latent] - 1e-6, BASE[latent] + 1e-6

        assert float(slope(below)) == pytest.approx(float(slope(above)), rel=1e-4)
        # the curvature does jump, so the test looks at the right place
        assert abs(bend(below) - bend(above)) > 0.01 * abs(bend(below))


def test_equal_exponents_leave_beta_out():
    free = laws.effective_data({**BASE, "beta": 0.34, "r_d": 15.4, "r_n": 5.3}, RUNS)
    tied = laws.effective_data(
        {k: v for k, v in BASE.items() if k != "beta"} | {"r_d": 15.4, "r_n": 5.3}, RUNS
    )

    np.testing.assert_array_equal(free, tied)

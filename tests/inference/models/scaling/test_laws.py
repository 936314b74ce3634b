"""The laws of the loss against the formulas of their papers."""

import numpy as np
import pytest

from datawall.inference.models.scaling.runs import ADDITIVE, EQUAL_EXPONENTS, NESTED

N0, D0 = 3e9, 5e10
N, D = np.array([1e8, 3e9, 7e10]), np.array([3e11, 5e10, 1e9])
X, Y = np.log(N / N0), np.log(D / D0)


def test_the_additive_law_is_that_of_hoffmann():
    E, A, B, alpha, beta = 1.8172, 482.01, 2085.43, 0.3478, 0.3658
    v = {
        "log_floor": np.log(E),
        "log_params_term": np.log(A / N0**alpha),
        "log_tokens_term": np.log(B / D0**beta),
        "alpha": alpha,
        "beta": beta,
    }
    np.testing.assert_allclose(np.exp(ADDITIVE.log_loss(v, X, Y)), E + A / N**alpha + B / D**beta, rtol=1e-5)


def test_equal_exponents_are_the_law_of_overtrained_models():
    E, a, b, eta = 1.3, 87.0, 159.0, 0.1095
    C, M = 6.0 * N * D, D / N
    expected = E + (a * M**eta + b * M**-eta) * C**-eta
    v = {
        "log_floor": np.log(E),
        "log_params_term": np.log(a * 6.0**-eta * N0 ** (-2 * eta)),
        "log_tokens_term": np.log(b * 6.0**-eta * D0 ** (-2 * eta)),
        "alpha": 2 * eta,
    }
    np.testing.assert_allclose(np.exp(EQUAL_EXPONENTS.log_loss(v, X, Y)), expected, rtol=1e-5)


def test_the_nested_law_is_that_of_kaplan():
    alpha, beta, n_c, d_c = 0.076, 0.103, 6.4e13, 1.8e13
    expected = ((n_c / N) ** (alpha / beta) + d_c / D) ** beta
    v = {
        "log_params_limit": alpha * np.log(n_c / N0),
        "log_tokens_limit": beta * np.log(d_c / D0),
        "alpha": alpha,
        "beta": beta,
    }
    np.testing.assert_allclose(np.exp(NESTED.log_loss(v, X, Y)), expected, rtol=1e-5)


@pytest.mark.parametrize("law", [ADDITIVE, EQUAL_EXPONENTS, NESTED])
def test_more_of_anything_lowers_the_loss(law):
    v = dict.fromkeys(law.latents, 0.3)
    assert law.log_loss(v, 0.1, 0.0) < law.log_loss(v, 0.0, 0.0)
    assert law.log_loss(v, 0.0, 0.1) < law.log_loss(v, 0.0, 0.0)

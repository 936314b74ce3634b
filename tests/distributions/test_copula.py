"""The copula: the correlations asked for, and the tables refused."""

import numpy as np
import pytest
from scipy import stats

from datawall.distributions.copula import Correlation, copula, pearson
from datawall.validation import Problem

ORDER = ("text_tokens", "gpt4_flop", "mfu", "latency_flop")


def pair(a: str, b: str, spearman: float) -> Correlation:
    return Correlation((a, b), spearman, "made up")


def test_pearson_of_the_extremes():
    assert [pearson(r) for r in (-1.0, 0.0, 1.0)] == pytest.approx([-1.0, 0.0, 1.0])


def test_scores_reproduce_the_spearman_table():
    table = [pair("mfu", "text_tokens", 0.7), pair("text_tokens", "gpt4_flop", -0.4)]
    names, cholesky = copula(table, ORDER)
    n = 100_000
    scores = cholesky @ np.random.default_rng(3).standard_normal((len(names), n))
    row = dict(zip(names, scores, strict=True))
    for a, b, expected in (
        ("mfu", "text_tokens", 0.7),
        ("text_tokens", "gpt4_flop", -0.4),
        ("mfu", "gpt4_flop", 0.0),
    ):
        seen = np.corrcoef(stats.rankdata(row[a]), stats.rankdata(row[b]))[0, 1]
        error = np.sqrt((1 - expected**2) ** 2 / n) * 1.1  # large-sample standard error, a little generous
        assert abs(seen - expected) < 4 * error
        # The Pearson correlation of the scores is another number: taking one for the other must fail.
        if expected == 0.7:
            assert abs(seen - pearson(expected)) > 4 * error


def test_cholesky_factors_the_pearson_table():
    names, cholesky = copula([pair("mfu", "text_tokens", 0.7)], ORDER)
    assert names == ("text_tokens", "mfu")
    np.testing.assert_allclose(cholesky @ cholesky.T, [[1, pearson(0.7)], [pearson(0.7), 1]])


def test_correlation_with_a_fixed_input_is_dropped():
    names, cholesky = copula([pair("mfu", "text_tokens", 0.7)], ORDER, fixed=["mfu"])
    assert names == ()
    assert cholesky.shape == (0, 0)


def test_contradictory_correlations_name_the_culprits():
    a, b, c, d = "mfu", "text_tokens", "gpt4_flop", "latency_flop"
    table = [pair(a, b, 0.9), pair(b, c, 0.9), pair(a, c, -0.9), pair(c, d, 0.1)]
    with pytest.raises(Problem, match="towards zero") as caught:
        copula(table, ORDER)
    assert "mfu and gpt4_flop -0.9" in str(caught.value)
    assert "latency_flop" not in str(caught.value)

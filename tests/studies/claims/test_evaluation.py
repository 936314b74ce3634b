"""Known answers of the claims, from closed forms and the datasheets, and the traps that change a verdict."""

import math
from typing import Any

import jax
import numpy as np
import pytest
from scipy.optimize import brentq

from datawall.sampling.prng import seed_word, split_index, stream_ids, uniforms
from datawall.scenario import load_scenario
from datawall.studies.claims.computations import DRAWS, draw_beliefs
from datawall.studies.claims.records_and_dates import evidence


def check(by_id, name, index=0):
    return by_id[name].checks[index]


def case(by_id, name, of, index=0):
    return next(c for c in check(by_id, name, index).cases if c.name == of)


@pytest.mark.parametrize(
    ("name", "index", "expected"),
    [
        ("S0-07", 0, 15e12 / 20),
        ("S0-07", 1, 6 * 7.5e11 * 15e12),
        ("S0-11", 0, math.sqrt(20 * 2e27 / 6)),
        ("S0-16", 0, 250e9),
        ("S0-16", 1, 6 * 250e9 * 135e12),
        ("S0-25", 0, 80e12 / 20 / 3),
        ("S0-28", 0, 100 * 6 * 50e12**2 / 20),
        ("S0-29", 0, 4000 / 1979),
        ("S0-35", 0, 6 * 402e9 * 16.55e12),
        ("S0-36", 0, 16.55e12 / 402e9),
        ("S0-37", 0, 0.537),
        ("S0-37", 1, 0.34 / 0.62),
        ("S0-37", 2, 0.299 * 3.8e25**0.537),
        ("S0-37", 3, 16.55e12 * (1e28 / 3.8e25) ** 0.53),
        ("S3-01", 0, 220 / 32),
        ("S3-02", 0, 280 / 37),
        ("S3-03", 0, 14.8 / 13),
        ("S3-06", 0, 1979 / 989.4),
        ("S3-07", 0, 62 / 61),
        ("S3-16", 0, 1.0),
    ],
)
def test_closed_forms(by_id, name, index, expected):
    assert check(by_id, name, index).computed == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("S0-07", "holds"),
        ("S0-09", "fails"),
        ("S0-12", "roughly"),
        ("S0-17", "holds"),
        ("S0-20", "fails"),
        ("S0-34", "fails"),
        ("S0-29", "holds"),
        ("S0-35", "roughly"),
        ("S0-37", "roughly"),
        ("S3-02", "roughly"),
        ("S3-06", "holds"),
        ("S0-27", None),
        ("S3-21", None),
        ("S3-25", None),
    ],
)
def test_verdicts(by_id, name, verdict):
    assert by_id[name].verdict == verdict


def test_three_times_smaller_needs_five_to_six_times_the_data_and_not_nine(by_id):
    for law, alpha, beta in (("hoffmann2022", 0.34, 0.28), ("besiroglu2024", 0.3478, 0.3658)):
        s = alpha / beta
        factor = (s / (1 + s - 3**alpha)) ** (1 / beta)
        assert case(by_id, "S0-12", law).computed == pytest.approx(factor, rel=1e-9)
        assert case(by_id, "S0-12", law, 1).computed == pytest.approx(factor / 3, rel=1e-9)
        assert 5.2 < factor < 6.4
    assert check(by_id, "S0-12").ratio == pytest.approx(9 / check(by_id, "S0-12").median)
    assert case(by_id, "S0-12", "rule of k squared").verdict == "holds"


def test_three_readings_of_the_worth_of_sixteen_passes(by_id):
    r, e = 15.39, 16.0
    average = e / (1 + r * (1 - math.exp(-(e - 1) / r)))
    marginal = math.exp((e - 1) / r)
    published = check(by_id, "S0-19", 1)
    assert published.computed == pytest.approx(marginal, rel=1e-9)
    assert case(by_id, "S0-19", "average", 1).computed == pytest.approx(average, rel=1e-9)
    assert average < case(by_id, "S0-19", "equal loss", 1).computed < marginal
    assert published.verdict == "holds"
    assert check(by_id, "S0-19").verdict == "roughly"


def test_hundred_times_the_compute_solves_the_stationarity_of_the_published_law(by_id):
    """The best split makes the two returns to one more e-fold equal: an independent root of that equation."""
    a, r_n, r_d, e = 0.353, 5.31, 15.39, 16.0

    def log_return(x, r):
        worth = 1 + r * (1 - math.exp(-(x - 1) / r))
        return math.log(x) - (x - 1) / r - (1 + a) * math.log(worth)

    root: Any = brentq(lambda x: log_return(x, r_n) - log_return(e, r_d), 1.0 + 1e-9, 100.0)
    n = float(root)
    assert check(by_id, "S0-14").computed == pytest.approx(n * e, rel=1e-6)
    assert case(by_id, "S0-32", "16 passes").computed == pytest.approx(e / n, rel=1e-6)


def test_the_form_of_the_law_decides_about_sixteen_passes(by_id):
    assert case(by_id, "S0-14", "effective_data", 1).computed > 8
    assert case(by_id, "S0-14", "additive_penalty", 1).computed < 2


def test_the_sparse_peak_buys_twice_as_much(by_id):
    for name, index in (("S0-09", 0), ("S0-15", 0)):
        dense, sparse = check(by_id, name, index), case(by_id, name, "sparse peak (wrong)", index)
        assert sparse.computed == pytest.approx(2 * dense.computed, rel=1e-9)
        assert (dense.verdict, sparse.verdict) == ("fails", "holds")


def test_nominal_distillation_delays_twice_as_long_as_physical(by_id):
    """At the same token exponent the physical delay is the nominal one times 1 - b."""
    physical = {c.name: c.computed for c in check(by_id, "S0-21").cases}
    nominal = physical.pop("nominal")
    assert physical["twenty_to_one"] < 0.6 * nominal


def test_extra_passes_are_one_fewer_than_passes(by_id):
    right, wrong = check(by_id, "S0-18"), case(by_id, "S0-18", "passes taken for extra passes (wrong)")
    assert right.high < 5 < wrong.computed


def test_the_exponent_is_carried_from_a_run_near_by_and_not_from_one_flop(by_id):
    assert case(by_id, "S0-37", "printed pair from one FLOP", 2).computed == pytest.approx(10.5e12, rel=0.01)
    assert check(by_id, "S0-37", 2).computed == pytest.approx(16.55e12, rel=0.02)


def test_resolved_forecasts_are_held_against_dates_on_record(by_id):
    assert check(by_id, "S3-18", 1).computed == pytest.approx(2025 + 57 / 365)
    assert check(by_id, "S3-18", 1).verdict == "holds"
    assert check(by_id, "S3-19").computed == evidence("release_lags.csv", "model", "GPT-5", "release_date")
    assert check(by_id, "S3-19", 2).ratio == pytest.approx(2026 + 246 / 365 - 2028)


def test_pending_generations_come_in_order_and_after_their_start(by_id):
    starts, releases = (
        [check(by_id, "S3-18", index).median for index in indices] for indices in ((2, 4, 6), (3, 5, 7))
    )
    assert starts == sorted(starts)
    assert all(start < release for start, release in zip(starts, releases, strict=True))


def test_quantiles_enclose_the_median_and_probabilities_are_probabilities(judged):
    for claim in judged:
        for each in claim.checks:
            assert each.low <= each.median <= each.high
            assert 0 <= each.near <= 1
            assert not math.isnan(each.computed)


def test_the_draws_are_those_of_a_forecast():
    """An input that no copula ties is its prior's quantile at the uniform of (seed, draw, input)."""
    with jax.enable_x64(True):
        inputs = draw_beliefs().inputs
    priors = load_scenario("baseline").priors
    for name in ("sparsity", "max_passes", "gpt4_flop", "repetition_form"):
        (u,) = jax.jit(uniforms, static_argnums=2)(seed_word(0), split_index(0), DRAWS, stream_ids([name]))
        expected = priors[name].distribution.quantile(np.asarray(u, float))
        assert np.asarray(getattr(inputs, name)) == pytest.approx(expected, rel=1e-9)


def test_only_some_computations_have_a_law_that_decides(judged):
    laws = {each.law for claim in judged for each in claim.checks}
    assert laws == {"draws", "none", "twenty_to_one", "muennighoff2023", "llama3", "hoffmann2022"}

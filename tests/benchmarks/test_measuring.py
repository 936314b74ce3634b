"""Workers, interleaving, the check of peers, and counts of compiled programs."""

import itertools
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from benchmarks.hlo import Program
from benchmarks.timing import check_alike, interleave
from benchmarks.workers import NotMeasuredError, Worker
from datawall.errors import DatawallError


def test_a_worker_draws_and_tells_its_memory(tmp_path: Path) -> None:
    with Worker("benchmarks.reference.with_numpy:chunked", 2048, tmp_path) as worker:
        assert worker.outputs["wall"].shape == (3, 2048)
        assert worker.run(1) > 0
        assert worker.peak_mib > 10


def test_a_peer_that_is_not_installed_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotMeasuredError, match="no_such_peer is not installed"):
        Worker("no_such_peer:build", 16, tmp_path)


def test_the_order_rotates() -> None:
    order = []

    class Fake:
        def __init__(self, name: str) -> None:
            self.name = name

        def run(self, seed: int) -> float:
            order.append(self.name)
            return float(seed)

    rates = interleave(cast("Any", {name: Fake(name) for name in "abc"}), 3)
    assert ["".join(turn) for turn in itertools.batched(order, 3)] == ["abc", "bca", "cab"]
    np.testing.assert_array_equal(rates["b"], [1.0, 2.0, 3.0])


def sample(seed: int, shift: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    dates = rng.exponential(10.0, (2, 5000)) + shift
    return {"date": np.where(dates > 20.0, np.inf, dates), "kind": rng.integers(0, 3, 5000).astype(float)}


def test_equal_models_are_alike_but_for_one_time_in_a_thousand() -> None:
    # 200 comparisons of 12 shares at 5 standard errors: chance of a false alarm below .002
    for seed in range(200):
        check_alike(sample(2 * seed), sample(2 * seed + 1), "the same")


def test_a_different_model_is_not_alike() -> None:
    with pytest.raises(DatawallError, match="date of another"):
        check_alike(sample(0), sample(1, shift=1.0), "another")


def test_a_missing_output_is_refused() -> None:
    with pytest.raises(DatawallError, match="no output kind"):
        check_alike(sample(0), {"date": sample(1)["date"]}, "half a model")


def test_not_a_number_is_refused() -> None:
    broken = sample(1)
    broken["date"][0, 0] = np.nan
    with pytest.raises(DatawallError, match="date of broken"):
        check_alike(sample(0), broken, "broken")


def test_operations_in_a_loop_are_counted_as_often_as_they_run() -> None:
    def steps(x: jax.Array) -> jax.Array:
        return lax.fori_loop(0, 5, lambda _, y: lax.optimization_barrier(jnp.exp(y) * 0.1), x)

    compiled = jax.jit(steps).lower(jnp.zeros(128)).compile()
    program = Program(compiled.as_text() or "")
    cost = program.cost()
    assert cost.special == {"exponential": 5 * 128}
    assert 5 * 128 <= cost.operations <= 5 * 130  # and the counter of the loop
    assert 1 <= program.kernels() <= 4
    assert cost.bytes >= 5 * 2 * 4 * 128

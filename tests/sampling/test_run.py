"""Pushing draws through toy functions: closed forms, and independence of everything that must not matter."""

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from datawall.sampling.execution import devices
from datawall.sampling.prng import normal_quantile, seed_word, split_index, stream_ids, uniforms
from datawall.sampling.program import count_draws
from datawall.sampling.run import MonteCarloResult, RunControl, propagate
from datawall.sampling.summaries import Histogram

STREAMS = stream_ids(["a", "b", "c"])
SKETCHES = {"path": Histogram(-4.0, 4.0, 512), "first": Histogram(0.0, 8.0, 256)}
PARAMS = {"drift": 0.1, "scale": np.array([1.0, 0.5, 2.0])}
EIGHT_YEARS = np.arange(8.0, dtype=np.float32)


def walk(params, z):
    """A drifting path per draw, its first passage of 1 (inf if never) and a table: every rank of output."""
    level = params["scale"].astype(jnp.float32)[:, None] * z
    path = (
        jnp.tanh(level[0])[None, :]
        + params["drift"] * EIGHT_YEARS[:, None] * jnp.exp(0.3 * level[1])[None, :]
    )
    passed = path >= 1.0
    first = jnp.where(passed.any(axis=0), jnp.argmax(passed, axis=0).astype(jnp.float32), jnp.inf)
    return {"path": path, "first": first, "table": jnp.log1p(jnp.exp(path))[None, :, :] * level[2]}


def run(draws: int = 3000, *, function=walk, params=PARAMS, seed: int = 1, **options) -> MonteCarloResult:
    options = {"sketches": SKETCHES, "chunk": 512, "block": 1024, "keep": 700} | options
    return propagate(function, params, draws, seed=seed, streams=STREAMS, **options)


def same(one: MonteCarloResult, other: MonteCarloResult) -> bool:
    """Whether two runs agree to the last bit."""
    sketches = zip(one.sketches.values(), other.sketches.values(), strict=True)
    return all(np.array_equal(one.kept[name], other.kept[name]) for name in one.kept | other.kept) and all(
        np.array_equal(getattr(a, field), getattr(b, field))
        for a, b in sketches
        for field in ("counts", "nan", "minimum", "maximum")
    )


@pytest.fixture(scope="module")
def reference() -> MonteCarloResult:
    return run()


def test_a_linear_gaussian_function_has_its_exact_law():
    weights = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 0.0]], np.float32)
    result = propagate(
        lambda params, z: {"y": params["w"] @ z + params["shift"]},
        {"w": weights, "shift": 0.25},
        200_000,
        seed=5,
        streams=STREAMS,
        sketches={"y": Histogram(-16.0, 16.0, 4096)},
    )
    sketch = result.sketches["y"]
    levels, x = np.array([0.01, 0.2, 0.5, 0.9]), np.linspace(-3.0, 3.0, 7)
    for row, scale in enumerate(np.linalg.norm(weights, axis=1)):
        law = stats.norm(0.25, scale)
        error = sketch.curve().quantile(levels)[row] - law.ppf(levels)
        assert np.all(np.abs(error) < 4 * sketch.curve().quantile_mcse(levels)[row] + 32.0 / 4096)
        value, mcse = sketch.curve().probability(x)
        assert np.all(np.abs(value[row] - law.cdf(x)) < 4 * mcse[row] + 1e-4)
    assert np.all(sketch.total == result.draws)


def test_kept_draws_are_the_function_of_the_scores_at_their_index():
    z = normal_quantile(uniforms(seed_word(1), split_index(0), 700, STREAMS))
    kept = run(keep=700).kept
    assert {name: value.shape for name, value in kept.items()} == {
        "path": (8, 700),
        "first": (700,),
        "table": (1, 8, 700),
    }
    for name, value in jax.jit(walk)(PARAMS, z).items():
        np.testing.assert_allclose(kept[name], value, rtol=2e-6, atol=1e-6)


def test_sketches_count_exactly_the_draws_that_are_kept():
    result = run(keep=3000)
    for name, histogram in SKETCHES.items():
        kept = np.atleast_2d(result.kept[name])
        expected = [np.histogram(row, histogram.edges)[0] for row in kept]
        sketch = result.sketches[name]
        assert np.array_equal(np.atleast_2d(sketch.counts[0])[:, 1:-1], expected)
        inside = (kept >= histogram.lower) & (kept < histogram.upper)
        assert np.array_equal(np.ravel(sketch.minimum), np.where(inside, kept, np.inf).min(axis=1))
        assert np.array_equal(np.ravel(sketch.maximum), np.where(inside, kept, -np.inf).max(axis=1))


@pytest.mark.parametrize(("chunk", "block"), [(500, 700), (1024, 2048), (4096, 100_000), (512, 333)])
def test_chunks_and_blocks_change_no_bit(reference, chunk, block):
    assert same(run(chunk=chunk, block=block), reference)


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_the_number_of_threads_changes_no_bit(reference, cores, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert same(run(block=512), reference)


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="the option is for CPUs")
def test_wide_vectors_change_no_bit(reference, monkeypatch):
    narrow = jax.jit(count_draws, static_argnums=(0, 1, 2, 3))
    monkeypatch.setattr(devices, "program", lambda _: narrow)
    assert same(run(), reference)


def test_the_comparison_of_bits_can_fail(reference):
    assert not same(run(seed=2), reference)
    assert not same(run(2999), reference)


def test_a_run_is_the_beginning_of_a_longer_one():
    short, long = run(1500, keep=1500), run(3000, keep=3000)
    for name in short.kept:
        assert np.array_equal(short.kept[name], long.kept[name][..., :1500])
    assert same(run(1500, keep=100), run(1500, keep=100, sketches=dict(SKETCHES)))
    rest = np.histogram(long.kept["first"][1500:], SKETCHES["first"].edges)[0]
    counts = {name: pushed.sketches["first"].counts[0] for name, pushed in (("short", short), ("long", long))}
    assert np.array_equal(counts["long"][1:-1] - counts["short"][1:-1], rest)


def test_keeping_changes_only_what_is_kept(reference):
    for keep in (0, 1, 512, 513, 5000):
        result = run(keep=keep)
        assert result.kept["table"].shape == (1, 8, min(keep, 3000))
        assert np.array_equal(result.sketches["path"].counts, reference.sketches["path"].counts)


def test_the_draws_follow_labels_not_positions():
    order = [2, 0, 1]
    outputs = [
        propagate(identity, None, 50, seed=1, streams=streams, sketches={}, keep=50).kept["z"]
        for streams in (STREAMS, STREAMS[order])
    ]
    assert np.array_equal(outputs[0][order], outputs[1])


def identity(_, z):
    return {"z": z}


class Traced:
    """A function that counts how often JAX traces it."""

    def __init__(self):
        self.times = 0

    def __call__(self, params, z):
        self.times += 1
        return {"path": params["drift"] * z, "first": z[0]}


def test_a_function_is_traced_once_whatever_the_numbers():
    function = Traced()
    run(function=function)
    run(function=function, draws=10_000, block=3333, keep=0, seed=9)
    run(function=function, params={"drift": 0.7, "scale": np.array([2.0, 2.0, 2.0])})
    assert function.times == 1
    run(function=function, chunk=256)
    assert function.times == 2


def test_the_precision_of_the_caller_holds_in_the_threads():
    with jax.enable_x64(True):
        result = propagate(
            double, 0.1, 100, seed=1, streams=STREAMS, sketches={"y": SKETCHES["path"]}, chunk=10
        )
    assert result.kept["y"].dtype == np.float64
    assert np.ptp(result.kept["y"]) == 0.0


def double(params, z):
    return {"y": jnp.full(z.shape[1], params)}


def test_progress_reports_every_block_up_to_the_end():
    reports = []
    run(control=RunControl(progress=lambda done, total: reports.append((done, total))), keep=0)
    assert len(reports) == 3
    assert reports == sorted(reports)
    assert reports[-1] == (3000, 3000)


def test_an_interrupt_ends_the_run_and_its_threads():
    before = threading.active_count()

    def interrupt(done, _):
        if done > 5000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(10_000_000, control=RunControl(progress=interrupt))
    assert threading.active_count() == before


def test_not_a_number_is_reported():
    result = propagate(
        lambda _, z: {"y": jnp.where(z[0] > 0, z[0], jnp.nan)},
        None,
        1000,
        seed=1,
        streams=STREAMS,
        sketches={"y": SKETCHES["path"]},
    )
    assert result.sketches["y"].nan == np.isnan(result.kept["y"]).sum() > 0


def test_a_sketch_of_an_unknown_output_is_refused():
    with pytest.raises(ValueError, match=r"'wall'.*\['z'\]"):
        run(function=identity, sketches={"wall": SKETCHES["path"]})


def test_an_output_without_draws_is_refused():
    with pytest.raises(ValueError, match="'z' of shape"):
        run(function=lambda _, z: {"z": z.sum()}, sketches={})


@pytest.mark.parametrize(("draws", "seed"), [(0, 1), (-5, 1), (10, -1), (10, 2**32)])
def test_impossible_numbers_are_refused(draws, seed):
    with pytest.raises(ValueError, match=r"draws|seed"):
        run(draws, seed=seed)

"""Checkpoints and plans: what is torn is ignored, what is another's is refused, stages end as planned."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datawall.errors import DatawallError
from datawall.sampling.counts import Tally
from datawall.sampling.execution.blocks import FIRST_CHECK, MOST_BLOCKS, BlockPlan, Total, digest
from datawall.sampling.execution.executor import Checkpoint, ForeignTotalError, load, save, serial_executor
from support.toy_run import DRAWS, toy_run


@pytest.fixture(scope="module")
def whole():
    return toy_run().digest


@pytest.fixture
def interrupted(tmp_path):
    """The checkpoint of a run that was stopped on the way."""
    checkpoint, calls = Checkpoint(tmp_path / "checkpoint.npz"), iter(range(1000))
    found = toy_run(partial(serial_executor, checkpoint=checkpoint), stop=lambda: next(calls) > 20)
    assert found.partial
    assert found.asked == DRAWS
    assert 0 < found.draws < DRAWS
    return checkpoint


def test_a_stopped_run_goes_on_where_it_was(interrupted, whole):
    reports = []

    def executor(job):
        def count(blocks):
            for result in job.count(blocks):
                reports.append(result.block.first)
                yield result

        return serial_executor(replace(job, count=count), interrupted)

    done = load_blocks(interrupted)
    assert toy_run(executor).digest == whole
    assert done
    assert not done & set(reports)


def load_blocks(checkpoint):
    with np.load(checkpoint.path) as file:
        return set(file["blocks"].tolist())


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "text"])
def test_a_damaged_checkpoint_is_ignored(interrupted, whole, damage):
    intact = interrupted.path.read_bytes()
    middle = len(intact) // 2
    contents = {
        "truncated": intact[:middle],
        "flipped": intact[:middle] + bytes([intact[middle] ^ 1]) + intact[middle + 1 :],
        "empty": b"",
        "text": b"not a checkpoint",
    }
    interrupted.path.write_bytes(contents[damage])
    assert toy_run(partial(serial_executor, checkpoint=interrupted)).digest == whole


def test_damage_anywhere_is_noticed_or_harmless(tmp_path):
    path, tally = tmp_path / "x.npz", tally_of(np.arange(3.0))
    save(Total(tally, {}, {0, 7}, 11), path, {"a": 1})
    intact, ignored = path.read_bytes(), 0
    for place in range(len(intact)):
        path.write_bytes(intact[:place] + bytes([intact[place] ^ 0xFF]) + intact[place + 1 :])
        found = load(path, {"a": 1})
        if found is None:
            ignored += 1
        else:
            assert (found.draws, found.blocks) == (11, {0, 7})
            assert all(map(np.array_equal, found.tally, tally))
    assert ignored > len(intact) / 2


def test_the_checkpoint_of_another_run_is_refused(interrupted):
    with pytest.raises(ForeignTotalError, match=r"checkpoint\.npz: holds another run \(other seed\)"):
        toy_run(partial(serial_executor, checkpoint=interrupted), seed=2)


def test_a_run_that_is_stopped_at_once_has_no_result():
    with pytest.raises(KeyboardInterrupt):
        toy_run(stop=lambda: True)


def test_a_finished_short_run_leaves_no_file(tmp_path, whole):
    assert (
        toy_run(partial(serial_executor, checkpoint=Checkpoint(tmp_path / "checkpoint.npz"))).digest == whole
    )
    assert not list(tmp_path.iterdir())


def tally_of(values: Any) -> Tally:
    return Tally(*(values for _ in Tally._fields))


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    nothing = Total(tally_of(np.zeros(1)))
    with pytest.raises(DatawallError, match=r"nowhere.x\.npz: cannot be written"):
        save(nothing, tmp_path / "nowhere" / "x.npz", {})


def test_a_total_comes_back_as_it_was(tmp_path):
    tally = tally_of(np.arange(3.0))
    total = Total(tally, {0: {"y": np.ones((2, 3))}}, {0, 7}, 11)
    save(total, tmp_path / "x.npz", {"a": (1, 2)})
    found = load(tmp_path / "x.npz", {"a": (1, 2)})
    assert found is not None
    assert (found.draws, found.blocks) == (11, {0, 7})
    assert np.array_equal(found.kept[0]["y"], total.kept[0]["y"])
    assert all(map(np.array_equal, found.tally, tally))
    assert load(tmp_path / "none.npz", {}) is None


def test_the_digest_sees_names_types_shapes_and_bits():
    one = np.array([0.0, 1.0])
    others = [{"b": one}, {"a": one.astype(np.float32)}, {"a": one[None]}, {"a": np.array([-0.0, 1.0])}]
    assert len({digest(arrays) for arrays in ({"a": one}, *others)}) == 5


@given(
    draws=st.integers(1, 10**7),
    chunk=st.sampled_from([500, 4096]),
    keep=st.integers(0, 9000),
    checked=st.booleans(),
)
def test_the_blocks_of_a_plan_are_every_draw_once(draws, chunk, keep, checked):
    plan = BlockPlan.on("cpu", draws, keep, chunk=chunk, checked=checked)
    stages = list(plan.stages())
    blocks = [block for stage in stages for block in stage]
    assert [block.first for block in blocks] == list(np.cumsum([0, *(b.size for b in blocks)])[:-1])
    assert [stage[-1].first + stage[-1].size for stage in stages] == plan.ends()
    assert plan.ends()[-1] == draws
    assert sum(block.keep for block in blocks) == min(keep, draws)
    assert all(block.size <= chunk for block in blocks if block.keep)


def test_long_runs_have_larger_blocks_not_more():
    plan = BlockPlan.on("cpu", 2**40, 4096, checked=True)
    assert sum(len(stage) for stage in plan.stages()) < MOST_BLOCKS + 100
    assert BlockPlan.on("gpu", 2**30, 4096).block == 2**24


def test_a_precise_run_ends_at_the_same_draw_for_any_blocks():
    asked = []

    def enough(pushed):
        asked.append(pushed.draws)
        return pushed.sketches["sum"].curve().quantile_mcse(0.5) < 0.005

    found = [
        toy_run(draws=1_000_000, enough=enough, chunk=4096, block=block) for block in (FIRST_CHECK, 50_000)
    ]
    assert asked == [65_536, 131_072] * 2
    assert found[0].digest == found[1].digest
    assert (found[0].draws, found[0].partial) == (131_072, False)


def test_a_precise_run_that_is_stopped_before_it_goes_on_is_still_partial(tmp_path):
    checkpoint = Checkpoint(tmp_path / "checkpoint.npz")
    executor, calls = partial(serial_executor, checkpoint=checkpoint), iter(range(1000))

    def run(stop):
        return toy_run(executor, draws=400_000, enough=lambda _: False, block=20_000, stop=stop)

    stopped = run(lambda: next(calls) > 9)
    assert stopped.draws > FIRST_CHECK
    again = run(lambda: True)
    assert (again.draws, again.partial) == (stopped.draws, True)


def test_a_precise_run_that_was_stopped_ends_where_it_would_have(tmp_path):
    checkpoint, calls = Checkpoint(tmp_path / "checkpoint.npz"), iter(range(1000))

    def run(stop=lambda: False):
        executor = partial(serial_executor, checkpoint=checkpoint)
        return toy_run(executor, draws=400_000, enough=lambda p: p.draws >= 262_144, block=20_000, stop=stop)

    assert run(lambda: next(calls) > 8).partial
    resumed = run()
    checkpoint.remove()
    assert resumed.digest == run().digest
    assert resumed.draws == 262_144

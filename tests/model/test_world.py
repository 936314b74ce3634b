from types import SimpleNamespace

import jax
import numpy as np
import pytest

from support.numerics import search_minimum
from support.world_cases import ANCHORS, AS_OF, QUESTIONS, YEARS, futures, one_draw, oracle_of, random_draws
from support.world_oracle import ADDITIVE_PENALTY, EFFECTIVE_DATA, LADDER, Oracle, least

DRAWS, CHECKED = 2000, 60
GENERATIONS = len(QUESTIONS.generations)
NAMES = (
    *QUESTIONS.wall_names,
    *(f"{k}[{g:g}]" for k in ("raw", "effective") for g in QUESTIONS.generations),
    *(f"compute[{level:g}]" for level in QUESTIONS.compute_levels),
)


def dates_of(future):
    """Walls, raw and effective starts, then first runs of an amount of compute."""
    return np.concatenate(
        [future.walls, future.starts["raw"], future.starts["effective"], future.compute_levels]
    )


@pytest.fixture(scope="module")
def draws():
    return random_draws(DRAWS, 20261101, GENERATIONS)


@pytest.fixture(scope="module")
def single(draws):
    return futures(draws)


@pytest.fixture(scope="module")
def double(draws):
    with jax.enable_x64(True):
        return futures(draws)


@pytest.fixture(scope="module")
def answers(draws):
    """The oracle, what must cross zero, and when that happens, for the first draws."""
    found = []
    for index in range(CHECKED):
        oracle = oracle_of(one_draw(draws, index), LADDER)
        generations = oracle.generations(QUESTIONS)
        levels = oracle.compute_levels(QUESTIONS)
        gaps = [*oracle.walls(QUESTIONS), *generations["raw"], *generations["effective"], *levels]
        found.append(SimpleNamespace(oracle=oracle, gaps=gaps, dates=[oracle.first(gap) for gap in gaps]))
    return found


def step_after(year):
    return YEARS[np.searchsorted(YEARS, year)]


def returns_within_its_step(gap, year):
    """A level reached and lost between two grid points is not seen, and the docstring says so."""
    return np.isfinite(year) and float(np.squeeze(gap(np.array([step_after(year)])))) < -1e-9


def is_smooth(oracle: Oracle, year):
    """Whether one ceiling binds throughout the grid step, without a slowdown in it."""
    end = step_after(year)
    start = YEARS[np.searchsorted(YEARS, year) - 1]
    within = np.linspace(start, end, 25)
    return len(set(oracle.binding(within))) == 1 and not start < oracle.draw.slowdown_date < end


def errors(double, answers, keep):
    """Years between the date found and the right one, by name of the date, over what `keep` picks."""
    found = AS_OF + dates_of(double)[:, :CHECKED]
    return {
        (name, index): abs(found[row, index] - answer.dates[row])
        for index, answer in enumerate(answers)
        for row, name in enumerate(NAMES)
        if np.isfinite(answer.dates[row]) and keep(answer, name, row)
    }


def test_the_oracle_knows_the_least_of_a_hard_function():
    def valleys(x):
        return np.cos(3 * x) + 0.1 * (x - 4) ** 2

    expected, lowest = search_minimum(lambda x: float(valleys(x)), 2.5, 4.0)
    at, value = least(valleys, 0.0, 9.0)
    assert at[0] == pytest.approx(expected, abs=1e-7)
    assert value[0] == pytest.approx(lowest, abs=1e-14)


def test_the_oracle_spends_compute_best(answers):
    """Its optima are those of a bounded search over all sizes, in parameters and tokens."""
    limited_runs = 0
    for answer in answers:
        oracle, year = answer.oracle, np.array([2032.0])
        flop, unique = float(oracle.dense_flop(year)[0]), float(oracle.unique(year)[0])
        _, plenty = search_minimum(
            lambda x, o=oracle, c=flop: float(o.reducible(np.exp(x), c / 6 / np.exp(x))), 10.0, 50.0
        )
        assert float(oracle.reducible(*oracle.optimum(flop))) == pytest.approx(plenty, rel=1e-12)
        assert oracle.flop_for_reducible(plenty) == pytest.approx(flop, rel=1e-9)
        if oracle.draw.repetition_form == EFFECTIVE_DATA and oracle.optimum(flop)[1] > unique:
            _, limited = search_minimum(
                lambda x, o=oracle, c=flop, u=unique: float(o.limited_loss(c, u, np.exp(x))), 0.0, 8.0
            )
            assert float(oracle.best(year)[1][0]) == pytest.approx(limited, rel=1e-12)
            limited_runs += 1
    assert limited_runs >= 10


def test_past_and_never_are_those_of_the_oracle(double, answers):
    found = dates_of(double)[:, :CHECKED]
    for index, answer in enumerate(answers):
        for row, name in enumerate(NAMES):
            if returns_within_its_step(answer.gaps[row], answer.dates[row]):
                continue
            expected = answer.dates[row]
            date = found[row, index]
            assert date == expected or (np.isfinite(date) and np.isfinite(expected)), (name, index)


def test_dates_on_smooth_steps_are_those_of_the_oracle(double, answers):
    """Walls that need no search, and generations: exact but for what the refinement leaves."""

    def keep(answer, name, row):
        return name.startswith(("tokens", "raw", "compute")) and is_smooth(answer.oracle, answer.dates[row])

    found = errors(double, answers, keep)
    assert len(found) > 200
    assert np.median(list(found.values())) < 1e-9
    assert max(found.values()) < 1e-4


def test_dates_are_those_of_the_oracle(double, answers):
    """Ceilings that take over and slowdowns inside a year included."""

    def of_kind(kinds):
        def keep(answer, name, row):
            return name.startswith(kinds) and not returns_within_its_step(answer.gaps[row], answer.dates[row])

        return np.array(list(errors(double, answers, keep).values()))

    straight = of_kind(("tokens", "raw", "compute"))
    assert len(straight) > 250
    assert np.median(straight) < 1e-12
    assert straight.max() < 1e-3
    bent = of_kind(("effective", "overtrained", "frontier", "efficiency"))
    assert len(bent) > 350
    assert np.median(bent) < 1e-8
    assert np.quantile(bent, 0.98) < 1e-3
    assert bent.max() < 0.1


def test_every_kind_of_draw_was_checked(double, answers):
    oracles = [answer.oracle for answer in answers]
    assert {o.draw.repetition_form for o in oracles} == {EFFECTIVE_DATA, ADDITIVE_PENALTY}
    assert {int(k) for o in oracles for k in o.draw.release_outcome} == {0, 1, 2, 3}
    assert {int(k) for o in oracles for k in o.binding(YEARS)} == set(range(len(QUESTIONS.ceilings)))
    kinds = np.stack([np.isneginf(double.walls), np.isfinite(double.walls), np.isposinf(double.walls)])
    assert (kinds.sum(axis=(1, 2)) > DRAWS / 10).all()


def test_paths_are_those_of_the_oracle(double, answers):
    decade = np.log(10.0)
    for index, answer in enumerate(answers):
        o, d = answer.oracle, answer.oracle.draw
        passes, reducible = o.best(YEARS)
        log_flop, log_lost = o.log_flop(YEARS), np.log(o.dense_flop(YEARS)) - o.log_equal_flop(YEARS)
        gained = (YEARS - ANCHORS["gpt4"]) * 12 / d.algorithmic_halving_months * np.log(2)
        expected = {
            "frontier_flop": log_flop / decade,
            "effective_flop": (log_flop - log_lost + gained) / decade,
            "demand_tokens": o.log_demand(YEARS) / decade,
            "supply_tokens": np.log10(o.unique(YEARS)),
            "passes": np.log10(passes),
            "efficiency": -log_lost / decade,
            "loss": d.irreducible_loss + reducible,
            "binding_ceiling": o.binding(YEARS),
            "ceiling_flop": o.ceilings(YEARS).T / decade,
        }
        # past a hundred passes the loss is so flat that the oracle's search cannot tell them apart
        sharp = passes < 100.0
        for name, path in expected.items():
            found = double.paths[name][..., index]
            if name == "passes":
                found, path = found[sharp], path[sharp]
            np.testing.assert_allclose(found, path, rtol=1e-6, atol=1e-7, err_msg=f"{name} {index}")


def test_headroom_is_the_smallest_size_that_the_data_allow(double, answers):
    for index, answer in enumerate(answers):
        expected = answer.oracle.headroom(YEARS, *QUESTIONS.levels("overtrained"))
        found = double.paths["overtraining_headroom"][:, index]
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_releases_are_those_of_the_oracle(double, answers):
    """Given the starts, which other tests check."""
    for index, answer in enumerate(answers):
        for kind, starts in double.starts.items():
            expected = answer.oracle.releases(list(starts[:, index]))
            np.testing.assert_allclose(double.releases[kind][:, index], expected, rtol=1e-12)


def test_half_octaves_of_passes_are_fine_enough(draws):
    """The ladder against every number of passes.

    Where fewer than the ladder's most passes are best it costs less than 2 % of equal-loss compute in the
    worst case, and moves the walls of the optimum by days in the median and by a month or two in the tail.
    """
    indices = np.flatnonzero(draws["repetition_form"] == ADDITIVE_PENALTY)[:40]
    lost, moved = [], []
    for index in indices:
        ladder, anything = (oracle_of(one_draw(draws, index), counts) for counts in (LADDER, None))
        reachable = anything.best(YEARS)[0] <= LADDER[-1]
        lost += list((anything.log_equal_flop(YEARS) - ladder.log_equal_flop(YEARS))[reachable])
        for rough, fine in list(zip(ladder.walls(QUESTIONS), anything.walls(QUESTIONS), strict=True))[3:]:
            dates = ladder.first(rough), anything.first(fine)
            if np.isfinite(dates).all():
                moved.append(abs(dates[0] - dates[1]))
    assert min(lost) > -1e-9
    assert max(lost) < 0.05
    assert np.median(moved) < 0.005
    assert np.quantile(moved, 0.95) < 0.1


def test_single_precision_is_enough(single, double):
    """A few minutes in the median and hours at worst; nothing becomes never or past by rounding."""
    assert single.walls.dtype == np.float32
    for found, expected in zip(dates_of(single), dates_of(double), strict=True):
        dated = np.isfinite(expected)
        np.testing.assert_array_equal(found[~dated], expected[~dated])
        off = np.abs(found[dated] - expected[dated])
        assert np.median(off) < 2e-5
        assert off.max() < 2e-3
    np.testing.assert_array_equal(single.paths["binding_ceiling"], double.paths["binding_ceiling"])
    for name, path in double.paths.items():
        off = np.abs(single.paths[name] - path) / np.maximum(1.0, np.abs(path))
        # two rungs of passes can cost the same to within rounding
        assert (off > 1e-4).mean() < (1e-4 if name == "passes" else 1e-9), name


@pytest.mark.slow
def test_a_batch_is_its_draws(draws, single):
    """Draws on the last axis, or one at a time under `vmap`."""
    few = {name: value[..., :64] for name, value in draws.items()}
    mapped = futures(few, batch=lambda f: jax.vmap(f, in_axes=-1, out_axes=-1))
    for found, expected in zip(dates_of(mapped), dates_of(single)[:, :64], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3)
        dated = np.isfinite(expected)
        assert np.median(np.abs(found[dated] - expected[dated])) < 1e-5
    for name, path in single.paths.items():
        np.testing.assert_allclose(mapped.paths[name], path[:, :64], rtol=1e-5, atol=2e-5, err_msg=name)

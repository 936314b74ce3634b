import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.scaling_laws.generations import (
    TABLES,
    flop_to_index,
    index_to_flop,
    table_date_for_flop,
    table_growth,
    table_lags,
)

pytestmark = pytest.mark.usefixtures("exact")


def test_gpt4_is_generation_four_and_a_generation_is_its_ooms():
    assert float(flop_to_index(2.1e25, 2.1e25, 2.0)) == 4.0
    assert float(index_to_flop(5.0, 2.1e25, 2.0)) == pytest.approx(2.1e27)
    assert float(index_to_flop(4.5, 2.1e25, 1.0)) == pytest.approx(2.1e25 * 10**0.5)


def test_index_and_compute_are_inverse():
    index = np.linspace(2.0, 7.5, 23)
    for ooms in (1.0, 2.0):
        np.testing.assert_allclose(flop_to_index(index_to_flop(index, 2.1e25, ooms), 2.1e25, ooms), index)
    with jax.enable_x64(False):
        single = flop_to_index(index_to_flop(index, 2.1e25, 2.0), 2.1e25, 2.0)
    np.testing.assert_allclose(single, index, atol=2e-5)


@pytest.mark.parametrize(
    ("name", "clock", "oom_per_year"),
    [
        ("baseline", "start", 3.2 / 4.1),
        ("baseline", "release", 3.2 / 5.0),
        ("bullish", "start", 3.0 / 4.1),
        ("bullish", "release", 3.0 / 4.8),
    ],
)
def test_growth_of_the_tables(name, clock, oom_per_year):
    assert float(table_growth(TABLES[name], clock)) == pytest.approx(10**oom_per_year)
    assert float(table_growth(name, clock, 1.0)) == pytest.approx(10 ** (oom_per_year / 2))


def test_lags_of_the_tables():
    np.testing.assert_allclose(table_lags(TABLES["baseline"]), [0.8, 1.3, 1.5, 1.7], atol=1e-9)
    np.testing.assert_allclose(table_lags("bullish"), [0.8, 1.5, 1.5, 1.5], atol=1e-9)


@pytest.mark.parametrize("name", ["baseline", "bullish"])
@pytest.mark.parametrize("clock", ["start", "release"])
def test_dates_hit_the_rows_and_go_on_straight(name, clock):
    table = TABLES[name]
    dates = getattr(table, clock)
    flops = index_to_flop(table.index, 2e25, 2.0)
    np.testing.assert_allclose(table_date_for_flop(table, flops, clock), dates, atol=1e-9)
    last = (dates[-1] - dates[-2]) / (table.index[-1] - table.index[-2])
    beyond = table_date_for_flop(table, index_to_flop(table.index[-1] + 0.5, 2e25, 2.0), clock)
    assert float(beyond) == pytest.approx(dates[-1] + 0.5 * last)
    first = (dates[1] - dates[0]) / (table.index[1] - table.index[0])
    before = table_date_for_flop(table, index_to_flop(table.index[0] - 0.5, 2e25, 2.0), clock)
    assert float(before) == pytest.approx(dates[0] - 0.5 * first)


def test_dates_under_another_reading_of_a_generation():
    date = table_date_for_flop("bullish", 2.1e26, "start", flop_gpt4=2.1e25, oom_per_generation=1.0)
    assert float(date) == pytest.approx(2024.4)
    batched = jax.jit(jax.vmap(lambda c: table_date_for_flop("bullish", c, "start")))(jnp.array([2e27, 2e28]))
    np.testing.assert_allclose(batched, [2024.4, 2025.0], atol=1e-9)

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.scaling_laws.effective_data import REPETITIONS, frontier_flop
from datawall.scaling_laws.exhaustion import WallStatus, wall_date
from datawall.scaling_laws.laws import LAWS
from datawall.scaling_laws.levers import distilled_optimum
from datawall.scaling_laws.repetition import effective_tokens
from support.numerics import root

pytestmark = pytest.mark.usefixtures("exact")

LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
G = (LAW.alpha * LAW.A / (LAW.beta * LAW.B)) ** (1 / (LAW.alpha + LAW.beta))
B = LAW.alpha / (LAW.alpha + LAW.beta)
KAPPA = 6**-B / G
FLOP0, GROWTH, STOCK0, STOCK_GROWTH, T0 = 3.8e25, 4.0, 3e14, 1.07, 2024.5
wall = partial(wall_date, KAPPA, B, FLOP0, GROWTH, STOCK0, STOCK_GROWTH, T0, law=LAW, rep=REP)


def flop(t):
    return FLOP0 * GROWTH ** (t - T0)


def stock(t):
    return STOCK0 * STOCK_GROWTH ** (t - T0)


MARGINS = {
    "tokens": lambda t, e, m: np.log(KAPPA * flop(t) ** B / (e * m * stock(t))),
    "effective": lambda t, e, m: np.log(
        KAPPA * flop(t) ** B / effective_tokens(m * stock(t), e * m * stock(t), REP.r_d)
    ),
    "frontier": lambda t, e, m: np.log(flop(t) / frontier_flop(LAW, REP, m * stock(t), e)),
}


@pytest.mark.parametrize("criterion", ["tokens", "effective", "frontier"])
@pytest.mark.parametrize(("epochs", "distill"), [(1.0, 1.0), (4.0, 1.0), (16.0, 2.5)])
def test_date_is_the_crossing_of_the_two_paths(criterion, epochs, distill):
    crossing = root(lambda t: float(MARGINS[criterion](t, epochs, distill)), 2000, 2060)
    found = wall(epochs=epochs, criterion=criterion, distill=distill)
    assert found.status == WallStatus.FUTURE == "future"
    assert float(found.date) == pytest.approx(crossing, abs=1e-8)


def test_one_pass_is_the_same_wall_under_every_criterion():
    dates = [float(wall(criterion=c).date) for c in ("tokens", "effective", "frontier")]
    assert dates == pytest.approx([dates[0]] * 3, abs=1e-9)


def test_physical_distillation_is_the_distilled_optimum():
    found = wall(distill=3.0, distill_mode="physical")
    crossing = root(
        lambda t: float(np.log(distilled_optimum(LAW, flop(t), 3.0).tokens / stock(t))), 2000, 2060
    )
    assert float(found.date) == pytest.approx(crossing, abs=1e-8)
    assert found.date < wall(distill=3.0, distill_mode="nominal").date


def test_a_wall_already_past_keeps_its_date():
    future = wall()
    late = wall_date(KAPPA, B, flop(2040.0), GROWTH, stock(2040.0), STOCK_GROWTH, 2040.0)
    assert late.status == "past"
    assert float(late.date) == pytest.approx(float(future.date))
    outgrown = wall_date(KAPPA, B, 1e32, 1.01, STOCK0, 1.1, T0)
    assert outgrown.status is WallStatus.PAST
    assert float(outgrown.date) == -np.inf


def test_demand_that_grows_no_faster_than_supply_never_arrives():
    for growth in (1.0, STOCK_GROWTH ** (1 / B) * (1 - 1e-9)):
        found = wall_date(KAPPA, B, FLOP0, growth, STOCK0, STOCK_GROWTH, T0)
        assert found.status.value == "never"
        assert float(found.date) == np.inf


def test_arrays_carry_the_position_of_the_status():
    growth = jnp.array([4.0, 1.0, 4.0])
    stock0 = jnp.array([3e14, 3e14, 1e10])
    batched = jax.jit(jax.vmap(lambda g, s: wall_date(KAPPA, B, FLOP0, g, s, STOCK_GROWTH, T0)))
    for found in (wall_date(KAPPA, B, FLOP0, growth, stock0, STOCK_GROWTH, T0), batched(growth, stock0)):
        assert [list(WallStatus)[code] for code in found.status] == ["future", "never", "past"]
        assert np.isposinf(found.date[1])


def test_gradient_is_finite_where_the_wall_is_never_met():
    slope = jax.grad(lambda g: wall_date(KAPPA, B, FLOP0, g, STOCK0, STOCK_GROWTH, T0).date)
    assert np.isfinite(slope(1.0))
    step = 1e-5
    dates = [wall_date(KAPPA, B, FLOP0, 4.0 + h, STOCK0, STOCK_GROWTH, T0).date for h in (step, -step)]
    assert float(slope(4.0)) == pytest.approx(float(dates[0] - dates[1]) / (2 * step), rel=1e-6)


def test_an_unknown_criterion_is_named():
    with pytest.raises(ValueError, match="expected 'tokens', 'effective' or 'frontier'"):
        wall(criterion="passes")  # pyright: ignore[reportArgumentType]

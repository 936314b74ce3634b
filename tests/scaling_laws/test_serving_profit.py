import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from datawall.scaling_laws.allocation import ScalingLaw, optimal_allocation
from datawall.scaling_laws.serving_market import best_price, serving_cost, tokens_sold
from datawall.scaling_laws.serving_profit import (
    MARKETS,
    VILLALOBOS_LAW,
    Market,
    expected_profit_optimum,
    profit,
    profit_optimal_flop,
    profit_optimum,
)
from support.numerics import difference_jacobian, search_minimum

pytestmark = pytest.mark.usefixtures("exact")

LAW = VILLALOBOS_LAW
ELASTIC = MARKETS["villalobos2024_elastic"]
optimum = jax.jit(profit_optimum)
optimal_flop = jax.jit(profit_optimal_flop)
expected = jax.jit(expected_profit_optimum)


def plain_gross(law, market, params, tokens, price):
    """Sales less service by the letter of the source, in plain powers."""
    reducible = law.A * params**-law.alpha + law.B * tokens**-law.beta
    sold = (
        market.scale
        * (reducible / 0.1) ** -market.loss_elasticity
        * (price / 1e-6) ** -market.price_elasticity
    )
    return sold * (price - 2 * params * market.usd_per_flop)


def plain_profit(law, market, params, tokens, price):
    training = 6 * params * tokens * market.usd_per_flop
    return plain_gross(law, market, params, tokens, price) - training


def mean_gross(law, markets, flop, log_shrinks):
    """Mean of sales less service by log of the shrink factor, each draw at its own best price."""
    free = optimal_allocation(law, flop)
    shrink = np.exp(np.reshape(log_shrinks, (-1, 1)))
    params, tokens = float(free.params) / shrink, float(free.tokens) * shrink
    h = markets.price_elasticity
    price = h / (h - 1) * 2 * params * markets.usd_per_flop
    return plain_gross(law, markets, params, tokens, price).mean(axis=1)


def tops(values):
    return int(((values[1:-1] > values[:-2]) & (values[1:-1] > values[2:])).sum())


markets = st.builds(
    lambda r, share, oom_scale, oom_cost: Market(10**oom_scale, r, 1 + share * r * LAW.alpha, 10**oom_cost),
    st.floats(2.0, 12.0),
    st.floats(0.02, 0.95),
    st.floats(12.0, 17.0),
    st.floats(-20.0, -17.0),
)


def test_profit_is_that_of_the_source():
    rng = np.random.default_rng(3)
    params, tokens, price = 10 ** rng.uniform([[8], [10], [-9]], [[13], [15], [-3]], (3, 200))
    for market in MARKETS.values():
        np.testing.assert_allclose(
            profit(LAW, market, params, tokens, price),
            plain_profit(LAW, market, params, tokens, price),
            rtol=1e-9,
        )


def test_scale_is_demand_at_the_stated_loss_and_price():
    tokens = (2115.2 / 0.05) ** (1 / 0.37)
    params = (514 / 0.05) ** (1 / 0.35)
    assert float(tokens_sold(LAW, ELASTIC, params, tokens, 1e-6)) == pytest.approx(1e15)
    assert float(serving_cost(ELASTIC, 5e11)) == pytest.approx(1e-6)


@given(market=markets, oom_params=st.floats(8, 13))
@settings(max_examples=30)
def test_best_price_is_what_a_search_finds(market, oom_params):
    params = 10.0**oom_params
    log_cost = float(jnp.log(serving_cost(market, params)))
    log_price, _ = search_minimum(
        lambda p: -np.log(plain_gross(LAW, market, params, 1e13, np.exp(p))), log_cost + 1e-6, log_cost + 8.0
    )
    if market.price_elasticity > 1.01:
        assert float(jnp.log(best_price(market, params))) == pytest.approx(log_price, abs=1e-5)


@given(market=markets, oom_flop=st.floats(20, 32))
@settings(max_examples=40)
def test_optimum_is_what_a_search_finds(market, oom_flop):
    flop = 10.0**oom_flop
    best = optimum(LAW, market, flop)
    log_shrink, _ = search_minimum(lambda k: -np.log(mean_gross(LAW, market, flop, k).item()), -5.0, 15.0)
    free = optimal_allocation(LAW, flop)
    assert float(jnp.log(best.shrink)) == pytest.approx(log_shrink, abs=1e-5)
    assert float(best.params) == pytest.approx(float(free.params / best.shrink), rel=1e-9)
    assert float(best.tokens) == pytest.approx(float(free.tokens * best.shrink), rel=1e-9)
    assert float(best.price) == pytest.approx(float(best_price(market, best.params)), rel=1e-12)
    plain = plain_profit(LAW, market, *(float(x) for x in (best.params, best.tokens, best.price)))
    assert float(best.profit) == pytest.approx(plain, rel=1e-9, abs=1e-9 * flop * market.usd_per_flop)


def test_first_order_conditions_hold_in_size_tokens_and_price():
    # The free optimum of the one published policy whose returns to compute diminish.
    flop = optimal_flop(LAW, ELASTIC)
    best = optimum(LAW, ELASTIC, flop)
    point = jnp.log(jnp.stack([best.params, best.tokens, best.price]))

    def log_choice(x):
        return profit(LAW, ELASTIC, *jnp.exp(x)) / best.profit

    np.testing.assert_allclose(jax.grad(log_choice)(point), 0.0, atol=1e-8)
    assert (np.linalg.eigvalsh(jax.hessian(log_choice)(point)) < 0).all()


@given(market=markets)
@settings(max_examples=30)
def test_free_compute_is_what_a_search_finds(market):
    growth = LAW.beta * (market.loss_elasticity * LAW.alpha - market.price_elasticity + 1)
    growth /= LAW.alpha + LAW.beta
    found = float(optimal_flop(LAW, market))
    if growth >= 1:
        assert np.isposinf(found)
        ratios = [float(optimum(LAW, market, c).profit) / c for c in (1e40, 1e45, 1e50)]
        assert np.all(np.diff(ratios) >= 0)
    elif growth < 0.9 and 1e10 < found < 1e60:
        for factor in (0.9, 1.1):
            assert float(optimum(LAW, market, factor * found).profit) < float(
                optimum(LAW, market, found).profit
            )


def test_shrink_depends_on_elasticities_alone():
    rng = np.random.default_rng(5)
    other = ScalingLaw(E=1.7, A=30.0, B=9e4, alpha=LAW.alpha, beta=LAW.beta)
    for market in MARKETS.values():
        dear = Market(market.scale * 1e3, market.loss_elasticity, market.price_elasticity, 3e-17)
        shrinks = [
            float(optimum(law, m, 10 ** rng.uniform(20, 32)).shrink)
            for law in (LAW, other)
            for m in (market, dear)
        ]
        assert shrinks == pytest.approx([shrinks[0]] * 4, rel=1e-12)


def test_published_policies_make_models_smaller_by_little_or_by_a_factor_of_three():
    shrinks = [float(optimum(LAW, market, 1e25).shrink) for market in MARKETS.values()]
    # By hand: ((1 + (h-1)/(r beta)) / (1 - (h-1)/(r alpha)))^(1 / (alpha + beta)).
    hand = [
        ((1 + x / (r * 0.37)) / (1 - x / (r * 0.35))) ** (1 / 0.72) for x, r in ((0.1, 7), (1, 7), (1.4, 10))
    ]
    assert shrinks == pytest.approx(hand, rel=1e-12)
    assert [np.isinf(float(optimal_flop(LAW, m))) for m in MARKETS.values()] == [True, False, True]


def test_a_market_that_ignores_the_price_of_service_wants_the_compute_optimum():
    # As h falls to 1 the mark-up grows without bound and service costs nothing next to it.
    best = optimum(LAW, Market(1e15, 7.0, 1.0 + 1e-9, 1e-18), 1e25)
    assert float(best.shrink) == pytest.approx(1.0, abs=1e-8)


def test_markets_without_an_optimum():
    endless = optimum(LAW, Market(1e15, 7.0, 1.0 + 7.0 * 0.35, 1e-18), 1e25)
    assert np.isposinf([endless.shrink, endless.tokens, endless.profit]).all()
    assert [float(endless.params), float(endless.price)] == [0.0, 0.0]
    inelastic = Market(1e15, 7.0, 0.9, 1e-18)
    dearer = optimum(LAW, inelastic, 1e25)
    assert np.isposinf(dearer.price)
    assert np.isnan([dearer.shrink, dearer.params, dearer.tokens, dearer.profit]).all()
    assert np.isnan(optimal_flop(LAW, inelastic))
    assert float(optimal_flop(LAW, Market(1e15, 7.0, 4.0, 1e-18))) == 0.0


def random_market(rng, draws):
    """Elasticities so far apart that the mean profit may have several tops."""
    r = rng.uniform(4, 12, draws)
    h = 1 + r * LAW.alpha * rng.uniform(0.02, 0.97, draws)
    unit = Market(np.ones(draws), r, h, np.full(draws, 1e-18))
    own = jax.vmap(lambda m: profit_optimum(LAW, m, 1e26).profit + 1e8)(unit)
    return Market(1e10 / np.asarray(own) * rng.lognormal(0, 0.3, draws), r, h, unit.usd_per_flop)


def test_expected_optimum_is_the_best_of_a_dense_grid():
    rng = np.random.default_rng(11)
    grid = np.linspace(-0.5, 8.0, 1501)
    for _ in range(25):
        market = random_market(rng, 6)
        best = expected(LAW, market, 1e26)
        gross = np.log(mean_gross(LAW, market, 1e26, grid))
        found = np.log(mean_gross(LAW, market, 1e26, jnp.log(best.shrink)).item())
        assert found >= gross.max() - 1e-13
        assert found - gross.max() < 1e-4
        assert float(best.profit) == pytest.approx(np.exp(found) - 1e8, rel=1e-9)
        assert float(best.profit_at_mean) <= float(best.profit) * (1 + 1e-12)


def test_several_tops_are_told_apart():
    # A rich market for small models beside a rich market for large ones; the richer one wins.
    r, h = np.array([12.0, 12.0]), np.array([1.05, 5.0])
    own = jax.vmap(lambda m: profit_optimum(LAW, m, 1e26).profit + 1e8)(
        Market(np.ones(2), r, h, np.full(2, 1e-18))
    )
    for first, second in ((2.0, 1.0), (1.0, 2.0)):
        market = Market(1e10 / np.asarray(own) * np.array([first, second]), r, h, np.full(2, 1e-18))
        gross = np.log(mean_gross(LAW, market, 1e26, np.linspace(-0.5, 8.0, 2001)))
        assert tops(gross) == 2
        found = mean_gross(LAW, market, 1e26, jnp.log(expected(LAW, market, 1e26).shrink)).item()
        assert np.log(found) >= gross.max() - 1e-13


def test_without_uncertainty_the_expected_optimum_is_the_optimum():
    certain = expected(LAW, jax.tree.map(lambda x: np.full(5, x), ELASTIC), 1e26)
    alone = optimum(LAW, ELASTIC, 1e26)
    for name in ("params", "tokens", "profit", "shrink"):
        assert float(getattr(certain, name)) == pytest.approx(float(getattr(alone, name)), rel=1e-12)
    assert float(certain.shrink_at_mean) == pytest.approx(float(alone.shrink), rel=1e-12)


def test_uncertain_scale_and_cost_change_nothing_and_elasticities_do():
    rng = np.random.default_rng(7)
    scale, cost = 1e15 * rng.lognormal(0, 1.0, 200), 1e-18 * rng.lognormal(0, 0.5, 200)
    best = expected(LAW, Market(scale, 7.0, 2.0, cost), 1e26)
    assert float(best.shrink) == pytest.approx(float(best.shrink_at_mean), rel=1e-12)
    assert float(best.profit_at_mean) == pytest.approx(float(best.profit), rel=1e-12)
    best = expected(LAW, Market(1e15, 7.0, np.linspace(1.2, 3.0, 200), 1e-18), 1e26)
    assert float(best.shrink_at_mean) > 1.1 * float(best.shrink)
    assert float(best.profit_at_mean) < 0.995 * float(best.profit)


def test_one_impossible_draw_decides():
    h = np.array([2.0, 1.0 + 7.0 * 0.36])
    small = expected(LAW, Market(1e15, 7.0, h, 1e-18), 1e26)
    assert np.isposinf([small.shrink, small.tokens, small.profit]).all()
    assert float(small.params) == 0.0
    none = expected(LAW, Market(1e15, 7.0, np.array([2.0, 0.9]), 1e-18), 1e26)
    assert np.isnan([none.shrink, none.profit]).all()


def test_gradients_agree_with_finite_differences():
    def outputs(x):
        law, market = ScalingLaw(0.0, *x[:4]), Market(*x[4:8])
        best = profit_optimum(law, market, x[8])
        draws = Market(
            market.scale, x[5] * jnp.array([0.8, 1.0, 1.3]), x[6] * jnp.array([0.8, 1.0, 1.2]), x[7]
        )
        mean = expected_profit_optimum(law, draws, x[8])
        free = jnp.log(profit_optimal_flop(law, market))
        return jnp.stack(
            [*(jnp.log(y) for y in (best.params, best.price, best.profit, mean.shrink, mean.profit)), free]
        )

    x = np.array([514.0, 2115.2, 0.35, 0.37, 1e15, 7.0, 2.0, 1e-18, 1e26])
    found = jax.jit(jax.jacrev(outputs))(x)
    np.testing.assert_allclose(
        found, difference_jacobian(jax.jit(jax.vmap(outputs)), x), rtol=1e-6, atol=1e-8
    )


def test_single_precision_agrees():
    flops = np.geomspace(1e20, 1e32, 13)
    uncertain = Market(1e15, np.array([6.0, 8.0]), np.array([1.6, 2.2]), 1e-18)
    for market in MARKETS.values():
        double = optimum(LAW, market, flops)
        with jax.enable_x64(False):
            single = optimum(LAW, market, flops)
        for a, b in zip(jax.tree.leaves(single), jax.tree.leaves(double), strict=True):
            np.testing.assert_allclose(a, b, rtol=5e-4)
    double = expected(LAW, uncertain, 1e30)
    with jax.enable_x64(False):
        single = expected(LAW, uncertain, 1e30)
    for a, b in zip(jax.tree.leaves(single), jax.tree.leaves(double), strict=True):
        np.testing.assert_allclose(a, b, rtol=5e-4)


def test_published_optimum_under_a_general_optimiser():
    flop = 1e26
    best = optimum(LAW, ELASTIC, flop)

    def loss(x):
        return -plain_profit(LAW, ELASTIC, np.exp(x[0]), flop / 6 / np.exp(x[0]), np.exp(x[1])) / 1e9

    found = optimize.minimize(
        loss, [np.log(1e12), np.log(1e-5)], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    )
    assert np.exp(found.x) == pytest.approx([float(best.params), float(best.price)], rel=1e-5)

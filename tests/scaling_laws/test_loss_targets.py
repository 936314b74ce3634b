import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datawall.scaling_laws.allocation import (
    LAWS,
    ScalingLaw,
    flop_for_loss,
    flop_for_optimal_tokens,
    optimal_allocation,
)
from datawall.scaling_laws.loss_targets import cheapest_run, smallest_model
from datawall.scaling_laws.repetition import (
    REPETITIONS,
    Repetition,
    data_constrained_loss,
    data_constrained_optimum,
)
from support.numerics import difference_jacobian, root, search_minimum

pytestmark = pytest.mark.usefixtures("exact")

LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
COUNT = 500
FIELDS = ("flop", "params", "tokens", "epochs")


def compiled_once(function):
    """Compile once for scalars and once for arrays of `COUNT`, in each precision."""
    compiled = jax.jit(function)

    def call(*arguments, max_epochs=np.inf):
        leaves, tree = jax.tree.flatten((*arguments, max_epochs))
        arrays = jnp.broadcast_arrays(*(jnp.asarray(leaf, float) for leaf in leaves))
        return compiled(*jax.tree.unflatten(tree, arrays))

    return call


cheapest = compiled_once(cheapest_run)
smallest = compiled_once(smallest_model)
optimum = compiled_once(data_constrained_optimum)


def plain_loss(law, rep, log_params, log_tokens, unique):
    """The loss by the letter of the paper, in plain powers."""
    params, tokens = np.exp(log_params), np.exp(log_tokens)
    g = (law.alpha * law.A / (law.beta * law.B)) ** (1 / (law.alpha + law.beta))
    used = min(unique, tokens)
    base = min(g * (used * g) ** (law.beta / law.alpha), params)
    eff_tokens = used * (1 + rep.r_d * (1 - np.exp(-(tokens / used - 1) / rep.r_d)))
    eff_params = base * (1 + rep.r_n * (1 - np.exp(-(params / base - 1) / rep.r_n)))
    return law.E + law.A / eff_params**law.alpha + law.B / eff_tokens**law.beta


def best_loss(law, rep, log_flop, unique, max_epochs):
    """The least loss of a compute, by search over the tokens."""
    high = min(log_flop - np.log(6), np.log(unique * max_epochs))

    def at(log_tokens):
        return plain_loss(law, rep, log_flop - np.log(6) - log_tokens, log_tokens, unique)

    # The search stops short of its bounds, and the cap may be the best.
    return min(search_minimum(at, high - 25, high)[1], at(high))


def floor(law, rep, unique):
    """The loss that endless compute over limited data approaches."""
    params = optimal_allocation(law, flop_for_optimal_tokens(law, unique)).params
    return float(
        law.E + law.A * (params * (1 + rep.r_n)) ** -law.alpha + law.B * (unique * (1 + rep.r_d)) ** -law.beta
    )


def random_laws(count):
    rng = np.random.default_rng(20260402)
    ranges = {"alpha": (0.05, 2), "beta": (0.05, 2), "r_d": (1, 500), "r_n": (0.3, 1000)}
    alpha, beta, r_d, r_n = (
        np.exp(rng.uniform(np.log(low), np.log(high), count)) for low, high in ranges.values()
    )
    return ScalingLaw(0.0, 1.0, 1.0, alpha, beta), Repetition(r_d, r_n), rng


@pytest.mark.parametrize("beta", [0.28, 0.353])
@pytest.mark.parametrize("max_epochs", [1.0, 4.0, 1e6])
@pytest.mark.parametrize("ratio", [0.2, 1.5, 30.0])
def test_cheapest_run_is_what_a_search_finds(beta, max_epochs, ratio):
    law, unique = ScalingLaw(0.0, 521.0, 1488.0, 0.353, beta), 1e12
    log_flop = float(jnp.log(flop_for_optimal_tokens(law, unique))) + np.log(ratio)
    target = best_loss(law, REP, log_flop, unique, max_epochs)
    run = cheapest(law, REP, target, unique, max_epochs=max_epochs)
    assert float(jnp.log(run.flop)) == pytest.approx(log_flop, abs=1e-7)
    assert float(6 * run.params * run.tokens) == pytest.approx(float(run.flop), rel=1e-12)
    assert float(run.epochs) == pytest.approx(max(1.0, float(run.tokens) / unique))
    reached = plain_loss(law, REP, np.log(run.params), np.log(run.tokens), unique)
    assert reached == pytest.approx(target, rel=1e-9)


@given(
    law=st.sampled_from(["hoffmann2022", "besiroglu2024", "muennighoff2023"]).map(LAWS.get),
    oom_flop=st.floats(18, 32),
    oom_unique=st.floats(8, 18),
    max_epochs=st.sampled_from([1.0, 1.5, 5.0, 50.0, np.inf]),
)
@settings(max_examples=150)
def test_cheapest_run_inverts_the_constrained_optimum(law, oom_flop, oom_unique, max_epochs):
    law = ScalingLaw(0.0, law.A, law.B, law.alpha, law.beta)
    flop, unique = 10.0**oom_flop, 10.0**oom_unique
    best = optimum(law, REP, flop, unique, max_epochs=max_epochs)
    run = cheapest(law, REP, best.loss, unique, max_epochs=max_epochs)
    # Near the floor the loss no longer tells one compute from another: the error is that of its rounding.
    step = optimum(law, REP, flop * 1.001, unique, max_epochs=max_epochs)
    slope = float(best.loss - step.loss) / 0.001
    if slope < 1e-9 * float(best.loss):
        return
    tolerance = 1e-8 + 1e-14 * float(best.loss) / slope
    assert float(jnp.log(run.flop / flop)) == pytest.approx(0.0, abs=tolerance)
    assert float(jnp.log(run.tokens / best.tokens)) == pytest.approx(0.0, abs=tolerance)


def test_cheapest_run_holds_for_any_exponents():
    law, rep, rng = random_laws(COUNT)
    log_c0 = np.log(np.asarray(flop_for_optimal_tokens(law, 1.0)))
    flop = np.exp(log_c0 + rng.uniform(1e-6, 8.0, COUNT))
    best = optimum(law, rep, flop, 1.0)
    beyond = np.asarray(best.loss) / floor_share(law, rep) - 1
    distinct = beyond > 1e-3
    assert distinct.mean() > 0.8
    error = np.abs(np.log(np.asarray(cheapest(law, rep, best.loss, 1.0).flop) / flop))
    assert error[distinct].max() < 1e-9


def floor_share(law, rep):
    """The floor for one unique token and coefficients of 1."""
    g = (law.alpha / law.beta) ** (1 / (law.alpha + law.beta))
    params = g ** (1 + law.beta / law.alpha)
    return (params * (1 + rep.r_n)) ** -law.alpha + (1 + rep.r_d) ** -law.beta


def test_cheapest_run_with_data_to_spare_is_unconstrained():
    losses = np.linspace(1.89, 3.0, COUNT)
    for unique in (1e25, jnp.inf):
        for max_epochs in (1.0, jnp.inf):
            run = cheapest(LAW, REP, losses, unique, max_epochs=max_epochs)
            np.testing.assert_allclose(run.flop, flop_for_loss(LAW, losses), rtol=1e-12)
            np.testing.assert_allclose(run.params, optimal_allocation(LAW, run.flop).params, rtol=1e-12)
            assert (np.asarray(run.epochs) == 1.0).all()


def test_no_compute_passes_the_floor():
    for unique in (1e3, 1e9, 1e12, 1e15):
        least = floor(LAW, REP, unique)
        above, below = least * (1 + 1e-6), least * (1 - 1e-9)
        assert np.isfinite(cheapest(LAW, REP, above, unique).flop)
        for target in (below, LAW.E, LAW.E - 1.0):
            for run in (cheapest(LAW, REP, target, unique), smallest(LAW, REP, target, unique)):
                assert all(np.isposinf(getattr(run, name)) for name in FIELDS)


def test_one_epoch_leaves_only_parameters_to_buy():
    unique, target = 1e12, 2.02
    run = cheapest(LAW, REP, target, unique, max_epochs=1.0)
    free = cheapest(LAW, REP, target, unique)
    assert float(run.epochs) == 1.0
    assert float(run.tokens) == pytest.approx(unique)
    assert float(free.epochs) > 1.0
    assert float(run.flop) > float(free.flop)
    log_params = root(
        lambda x: plain_loss(LAW, REP, x, np.log(unique), unique) - target, np.log(1e9), np.log(1e15)
    )
    assert float(jnp.log(run.params)) == pytest.approx(log_params, abs=1e-9)
    # Once the data are used once, the cheapest and the smallest model are the same.
    assert float(smallest(LAW, REP, target, unique, max_epochs=1.0).params) == pytest.approx(
        float(run.params)
    )


def test_cheapest_run_is_continuous_across_its_regimes():
    # Falling losses pass from spare data through repetition to the cap, where only the size grows.
    losses = np.linspace(2.3, 1.975, COUNT)
    run = cheapest(LAW, REP, losses, 1e12, max_epochs=4.0)
    epochs = np.asarray(run.epochs)
    assert (epochs[0], epochs[-1]) == pytest.approx((1.0, 4.0))
    steps = np.diff(np.log(np.asarray(run.flop)))
    assert np.isfinite(steps).all()
    assert (steps > 0).all()
    assert (np.abs(np.diff(steps)) < 0.1 * steps[1:]).all()


@given(
    oom_unique=st.floats(9, 16),
    max_epochs=st.floats(1.0, 300.0),
    excess=st.floats(-3.0, 1.0),
)
@settings(max_examples=60)
def test_smallest_model_is_what_a_root_finds(oom_unique, max_epochs, excess):
    unique = 10.0**oom_unique
    least = plain_loss(LAW, REP, 90.0, np.log(unique * max_epochs), unique)
    target = least + 10.0**excess
    run = smallest(LAW, REP, target, unique, max_epochs=max_epochs)
    log_params = root(
        lambda x: plain_loss(LAW, REP, x, np.log(unique * max_epochs), unique) - target, -5.0, 90.0
    )
    assert float(jnp.log(run.params)) == pytest.approx(log_params, abs=1e-6)
    assert float(run.tokens) == pytest.approx(max_epochs * unique)
    assert float(run.flop) == pytest.approx(float(6 * run.params * run.tokens))
    best = cheapest(LAW, REP, target, unique, max_epochs=max_epochs)
    assert float(run.params) <= float(best.params) * (1 + 1e-9)
    assert float(run.flop) >= float(best.flop) * (1 - 1e-9)


def test_nothing_smaller_reaches_the_loss():
    unique, target, max_epochs = 1e12, 2.0, 4.0
    run = smallest(LAW, REP, target, unique, max_epochs=max_epochs)
    tokens = np.geomspace(1e9, max_epochs * unique, 500)
    for factor, reaches in ((1 + 1e-6, True), (1 - 1e-6, False)):
        losses = data_constrained_loss(LAW, REP, run.params * factor, tokens, unique)
        assert bool((losses <= target).any()) is reaches


def test_endless_passes_are_the_limit_of_many():
    endless, many = (smallest(LAW, REP, 2.0, 1e12, max_epochs=e) for e in (jnp.inf, 1e4))
    assert float(endless.params) == pytest.approx(float(many.params), rel=1e-12)
    assert np.isposinf([endless.flop, endless.tokens, endless.epochs]).all()
    worth = 1e12 * (1 + REP.r_d)
    # So many passes that the model stays below the size that the unique tokens deserve.
    fewest = (LAW.A / (2.0 - LAW.E - LAW.B * worth**-LAW.beta)) ** (1 / LAW.alpha)
    assert float(endless.params) == pytest.approx(fewest, rel=1e-12)
    plenty = smallest(LAW, REP, 2.0, jnp.inf)
    assert float(plenty.params) == pytest.approx((LAW.A / (2.0 - LAW.E)) ** (1 / LAW.alpha), rel=1e-12)


def test_first_repeat_costs_nothing_to_first_order():
    # The envelope: compute over that of unlimited data leaves 1 with a slope of zero.
    once = float(optimal_allocation(LAW, flop_for_optimal_tokens(LAW, 1e12)).loss)
    for drop, most in ((1e-5, 1e-8), (1e-4, 1e-6)):
        target = once - drop
        penalty = float(cheapest(LAW, REP, target, 1e12).flop / flop_for_loss(LAW, target)) - 1
        assert penalty + 1e-11 >= 0
        assert penalty < most


def test_gradients_agree_with_finite_differences():
    def outputs(x, max_epochs):
        law, rep = ScalingLaw(*x[:5]), Repetition(x[5], x[6])
        cheap = cheapest_run(law, rep, x[7], x[8], max_epochs)
        small = smallest_model(law, rep, x[7], x[8], max_epochs)
        return jnp.log(jnp.stack([cheap.flop, cheap.params, cheap.tokens, small.params]))

    batched = jax.jit(jax.vmap(outputs, in_axes=(0, None)))
    jacobian = jax.jit(jax.jacfwd(outputs))
    for max_epochs, target in ((np.inf, 2.0), (2.0, 2.0), (2.0, 2.3)):
        x = np.array([1.87, 521.0, 1488.0, 0.353, 0.36, 15.39, 5.31, target, 1e12])
        expected = difference_jacobian(lambda points, e=max_epochs: batched(points, e), x)
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(jacobian(x, max_epochs), expected, rtol=2e-6, atol=1e-7)


def test_gradients_stay_finite_where_no_run_exists():
    def total(x):
        runs = (find(LAW, REP, x, 1e12) for find in (cheapest_run, smallest_model))
        return sum(jnp.where(jnp.isinf(run.params), 0.0, jnp.log(run.params)) for run in runs)

    assert np.isfinite(jax.jit(jax.grad(total))(1.88))


def test_single_precision_agrees():
    for law_id, unique, floor_gap in (("muennighoff2023", 5e13, 0.01), ("besiroglu2024", 1e12, 0.02)):
        law = LAWS[law_id]
        least = floor(law, REP, unique)
        losses = np.float32(least + np.geomspace(floor_gap, 1.0, COUNT)).astype(float)
        for find in (cheapest, smallest):
            double = find(law, REP, losses, unique, max_epochs=20.0)
            with jax.enable_x64(False):
                single = find(law, REP, losses, unique, max_epochs=20.0)
            for name in FIELDS:
                np.testing.assert_allclose(getattr(single, name), getattr(double, name), rtol=5e-4)


def test_single_precision_holds_up_to_1e32_flop():
    flops, unique = np.geomspace(1e24, 1e32, COUNT), 5e16
    losses = np.float32(optimum(LAW, REP, flops, unique).loss).astype(float)
    double = cheapest(LAW, REP, losses, unique)
    with jax.enable_x64(False):
        single = cheapest(LAW, REP, losses, unique)
    # The loss keeps its digits, the part of it above E does not.
    rounding = 1e-6 / (losses - LAW.E)
    assert (np.abs(np.log(single.flop / double.flop)) < 20 * rounding).all()

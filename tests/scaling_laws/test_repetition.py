import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.scaling_laws.allocation import flop_for_loss, flop_for_optimal_tokens, loss, optimal_allocation
from datawall.scaling_laws.effective_data import (
    REPETITIONS,
    Repetition,
    epochs_for_compute_multiplier,
    frontier_flop,
    log_optimal_multiples,
    repetition_frontier,
    unique_tokens_needed,
)
from datawall.scaling_laws.laws import LAWS, ScalingLaw
from datawall.scaling_laws.repetition import (
    RepetitionPenalty,
    data_constrained_loss,
    data_constrained_optimum,
    effective_tokens,
    penalised_loss,
)
from support.numerics import difference_jacobian, root, search_minimum

pytestmark = pytest.mark.usefixtures("exact")

LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
RANGES = {"alpha": (0.05, 2), "beta": (0.05, 2), "r_d": (1, 500), "r_n": (0.3, 1000), "ln_m": (1e-6, 32.2)}


def random_cases(count, **ranges):
    rng = np.random.default_rng(20260401)
    return [np.exp(rng.uniform(np.log(low), np.log(high), count)) for low, high in (RANGES | ranges).values()]


def plain_loss(law, rep, params, tokens, unique):
    """The loss by the letter of the paper, in plain powers."""
    g = (law.alpha * law.A / (law.beta * law.B)) ** (1 / (law.alpha + law.beta))
    used = min(unique, tokens)
    base = min(g * (used * g) ** (law.beta / law.alpha), params)
    eff_tokens = used * (1 + rep.r_d * (1 - np.exp(-(tokens / used - 1) / rep.r_d)))
    eff_params = base * (1 + rep.r_n * (1 - np.exp(-(params / base - 1) / rep.r_n)))
    return law.E + law.A / eff_params**law.alpha + law.B / eff_tokens**law.beta


def root_of_the_condition(alpha, beta, r_d, r_n, ln_m):
    def log_returns(x, r, exponent):
        multiple = np.exp(x)
        effective = 1 - r * np.expm1(-(multiple - 1) / r)
        return x - (multiple - 1) / r - (1 + exponent) * np.log(effective)

    def gap(y):
        return log_returns(ln_m - y, r_n, alpha) - log_returns(y, r_d, beta)

    return root(gap, 0.0, ln_m)


def test_loss_is_that_of_the_paper():
    rng = np.random.default_rng(1)
    params, tokens, unique = (10 ** rng.uniform(8, 13, 200) for _ in range(3))
    expected = [plain_loss(LAW, REP, *case) for case in zip(params, tokens, unique, strict=True)]
    np.testing.assert_allclose(data_constrained_loss(LAW, REP, params, tokens, unique), expected, rtol=1e-12)


def test_one_pass_by_a_deserved_size_loses_nothing():
    assert float(data_constrained_loss(LAW, REP, 1e9, 1e12, 2e12)) == float(loss(LAW, 1e9, 1e12))
    assert float(effective_tokens(2e12, 1e12, 15.39)) == 1e12
    assert float(effective_tokens(1e12, 1e12, 15.39)) == 1e12


def test_split_solves_the_condition_everywhere():
    cases = random_cases(400)
    expected = [root_of_the_condition(*case) for case in zip(*cases, strict=True)]
    log_n, log_e = log_optimal_multiples(*cases)
    np.testing.assert_allclose(log_e, expected, atol=1e-10)
    np.testing.assert_allclose(log_n + log_e, cases[-1], rtol=1e-12)


def test_split_in_single_precision():
    cases = random_cases(2000)
    _, double = log_optimal_multiples(*cases)
    with jax.enable_x64(False):
        _, single = log_optimal_multiples(*cases)
    np.testing.assert_allclose(single, double, rtol=2e-5, atol=2e-5)


def test_two_steps_do_for_single_precision_in_the_usual_range():
    usual = {"alpha": (0.2, 0.6), "beta": (0.2, 0.6), "r_d": (4, 100), "r_n": (0.5, 100), "ln_m": (1e-3, 9.2)}
    cases = random_cases(2000, **usual)
    _, double = log_optimal_multiples(*cases)
    with jax.enable_x64(False):
        _, single = log_optimal_multiples(*cases, steps=2)
    np.testing.assert_allclose(single, double, rtol=2e-6, atol=2e-6)
    _, too_few = log_optimal_multiples(*cases, steps=0)
    assert np.abs(too_few - double).max() > 1e-2


@pytest.mark.parametrize("beta", [0.28, 0.353, 0.5])
@pytest.mark.parametrize("ratio", [1e-4, 0.9, 1.001, 3.0, 100.0, 1e4])
def test_optimum_is_what_a_search_finds(beta, ratio):
    law = ScalingLaw(E=0.0, A=521.0, B=1488.0, alpha=0.353, beta=beta)
    unique = 1e12
    flop = float(flop_for_optimal_tokens(law, unique)) * ratio
    log_tokens, least = search_minimum(
        lambda y: plain_loss(law, REP, flop / 6 / np.exp(y), np.exp(y), unique),
        np.log(unique) - 12,
        np.log(unique) + 12,
    )
    found = data_constrained_optimum(law, REP, flop, unique)
    assert float(found.loss) == pytest.approx(least, rel=1e-13)
    assert float(jnp.log(found.tokens)) == pytest.approx(log_tokens, abs=2e-6)
    assert float(6 * found.params * found.tokens) == pytest.approx(flop, rel=1e-12)
    assert float(found.epochs) == pytest.approx(max(1.0, np.exp(log_tokens) / unique), rel=2e-6)
    assert float(found.tokens_per_param) == pytest.approx(float(found.tokens / found.params), rel=1e-12)


@pytest.mark.parametrize("unique", [1e20, 1e25, jnp.inf])
def test_optimum_far_from_the_limit_is_unconstrained(unique):
    found = data_constrained_optimum(LAW, REP, 1e25, unique)
    free = optimal_allocation(LAW, 1e25)
    assert float(found.epochs) == 1.0
    assert float(found.params) == pytest.approx(float(free.params), rel=1e-12)
    assert float(found.loss) == pytest.approx(float(free.loss), rel=1e-14)


@pytest.mark.parametrize("flop", [1e18, 1e25, 1e32])
@pytest.mark.parametrize("unique", [1.0, 1e3])
def test_optimum_over_next_to_no_data(flop, unique):
    for precise in (True, False):
        with jax.enable_x64(precise):
            found = data_constrained_optimum(LAW, REP, flop, unique)
            assert all(np.isfinite(leaf) for leaf in jax.tree.leaves(found))
            # Far past saturation the split obeys e / R_D = n / R_N up to logs.
            multiple = found.params / optimal_params_for(LAW, unique)
            assert float(found.epochs / multiple) == pytest.approx(15.39 / 5.31, rel=1e-2)


def optimal_params_for(law, tokens):
    return optimal_allocation(law, flop_for_optimal_tokens(law, tokens)).params


def test_optimum_is_continuous_and_never_better_than_free():
    flops = np.logspace(18, 32, 400)
    found = data_constrained_optimum(LAW, REP, flops, 1e12)
    assert np.all(np.asarray(found.loss) >= np.asarray(optimal_allocation(LAW, flops).loss) - 1e-14)
    assert np.all(np.diff(found.tokens) > 0)
    assert np.all(np.diff(found.params) > 0)
    assert np.all(np.diff(found.loss) <= 0)


def test_cap_on_epochs_is_a_corner():
    free = data_constrained_optimum(LAW, REP, 1e25, 1e12)
    capped = data_constrained_optimum(LAW, REP, 1e25, 1e12, max_epochs=2.0)
    assert float(free.epochs) > 2.0
    assert float(capped.epochs) == pytest.approx(2.0)
    assert float(6 * capped.params * capped.tokens) == pytest.approx(1e25)
    assert float(capped.loss) > float(free.loss)
    loose = data_constrained_optimum(LAW, REP, 1e25, 1e12, max_epochs=1e3)
    assert float(loose.loss) == float(free.loss)


def test_frontier_is_the_path_of_the_optimum():
    unique = 3e11
    for epochs in (1.0, 1.5, 4.0, 16.0, 40.0, 300.0):
        flop = frontier_flop(LAW, REP, unique, epochs)
        run = data_constrained_optimum(LAW, REP, flop, unique)
        frontier = repetition_frontier(LAW, REP, epochs)
        c0 = flop_for_optimal_tokens(LAW, unique)
        n0 = optimal_params_for(LAW, unique)
        equal = flop_for_loss(LAW, run.loss)
        expected = {
            "param_multiple": run.params / n0,
            "compute_multiplier": flop / c0,
            "ratio_multiplier": run.tokens_per_param / (unique / n0),
            "effective_token_multiple": effective_tokens(unique, run.tokens, REP.r_d) / unique,
            "avg_token_value": effective_tokens(unique, run.tokens, REP.r_d) / run.tokens,
            "equal_loss_compute_multiplier": equal / c0,
            "compute_efficiency": equal / flop,
            "equal_loss_unique_multiple": optimal_allocation(LAW, equal).tokens / unique,
            "token_discount": epochs * unique / optimal_allocation(LAW, equal).tokens,
        }
        assert float(run.epochs) == pytest.approx(epochs, rel=1e-10)
        for name, value in expected.items():
            assert float(getattr(frontier, name)) == pytest.approx(float(value), rel=1e-9), name
        assert float(unique_tokens_needed(LAW, REP, flop, epochs)) == pytest.approx(unique, rel=1e-10)


def test_frontier_does_not_depend_on_coefficients():
    other = ScalingLaw(E=0.5, A=7.0, B=90000.0, alpha=LAW.alpha, beta=LAW.beta)
    a, b = (repetition_frontier(law, REP, 7.0) for law in (LAW, other))
    assert jax.tree.leaves(a) == jax.tree.leaves(b)


def test_frontier_starts_at_the_unconstrained_optimum():
    for leaf in jax.tree.leaves(repetition_frontier(LAW, REP, 1.0)):
        assert float(leaf) == pytest.approx(1.0, abs=1e-14)
    near = repetition_frontier(LAW, REP, 1.0 + 1e-7)
    # The envelope: the first repeat costs nothing to first order.
    assert float(near.compute_efficiency) == pytest.approx(1.0, abs=1e-12)


def test_marginal_value_is_the_derivative_of_the_effective_tokens():
    slope = jax.grad(lambda d: effective_tokens(1e12, d, REP.r_d))(16e12)
    assert float(slope) == pytest.approx(float(repetition_frontier(LAW, REP, 16.0).marginal_token_value))


def test_epochs_and_multiplier_are_inverse_over_the_whole_range():
    alpha, beta, r_d, r_n, _ = random_cases(500)
    law, rep = ScalingLaw(1.0, 1.0, 1.0, alpha, beta), Repetition(r_d, r_n)
    epochs = np.random.default_rng(2).uniform(1.0, 200.0, 500)
    multiplier = repetition_frontier(law, rep, epochs).compute_multiplier
    np.testing.assert_allclose(epochs_for_compute_multiplier(law, rep, multiplier), epochs, rtol=1e-8)
    assert float(epochs_for_compute_multiplier(LAW, REP, 0.2)) == 1.0
    assert float(epochs_for_compute_multiplier(LAW, REP, 1.0)) == 1.0


def test_infinitely_durable_repeats_are_fresh_tokens():
    durable = Repetition(r_d=1e9, r_n=1e9)
    found = data_constrained_optimum(LAW, durable, 1e25, 1e11)
    assert float(found.loss) == pytest.approx(float(optimal_allocation(LAW, 1e25).loss), rel=1e-6)


def test_gradients_agree_with_finite_differences():
    def outputs(x):
        law, rep = ScalingLaw(*x[:5]), Repetition(x[5], x[6])
        run = data_constrained_optimum(law, rep, jnp.exp(x[7]), jnp.exp(x[8]))
        return jnp.stack([jnp.log(run.params), jnp.log(run.tokens), run.loss])

    batched = jax.jit(jax.vmap(outputs))
    reverse, forward = jax.jit(jax.jacrev(outputs)), jax.jit(jax.jacfwd(outputs))
    unique = 1e12
    log_c0 = float(jnp.log(flop_for_optimal_tokens(LAW, unique)))
    for log_multiplier in (-3.0, 1e-3, 2.0, 12.0, 30.0):
        log_flop = log_c0 + log_multiplier
        x = np.array([1.87, 521.0, 1488.0, 0.353, 0.353, 15.39, 5.31, log_flop, np.log(unique)])
        np.testing.assert_allclose(reverse(x), difference_jacobian(batched, x), rtol=1e-5, atol=1e-8)
        np.testing.assert_allclose(forward(x), reverse(x), rtol=1e-9, atol=1e-12)


def test_frontier_gradient_is_that_of_the_inverse():
    def multiplier(epochs):
        return repetition_frontier(LAW, REP, epochs).compute_multiplier

    def epochs(multiplier):
        return epochs_for_compute_multiplier(LAW, REP, multiplier)

    there, back = jax.jit(jax.value_and_grad(multiplier)), jax.jit(jax.grad(epochs))
    for passes in (1.0001, 4.0, 60.0):
        value, slope = there(passes)
        assert float(slope * back(value)) == pytest.approx(1.0, rel=1e-8)


def test_single_precision_holds_up_to_1e32_flop():
    flops = np.logspace(18, 32, 57)
    optimum = jax.jit(lambda c: data_constrained_optimum(LAW, REP, c, 5e13))
    double = optimum(flops)
    with jax.enable_x64(False):
        single = optimum(flops)
    for a, b in zip(jax.tree.leaves(single), jax.tree.leaves(double), strict=True):
        np.testing.assert_allclose(a, b, rtol=3e-5)


def test_penalty_is_added_to_repeats_only():
    penalty = RepetitionPenalty(scale=0.047, passes_exponent=0.371, size_exponent=0.698)
    fresh = penalised_loss(LAW, penalty, 1e12, 40e12, 50e12)
    assert float(fresh) == float(loss(LAW, 1e12, 40e12))
    repeated = penalised_loss(LAW, penalty, 1e12, 200e12, 50e12)
    expected = loss(LAW, 1e12, 200e12) + 0.047 * 3**0.371 * (1 / 50) ** 0.698
    assert float(repeated) == pytest.approx(float(expected), rel=1e-13)
    assert np.isfinite(jax.grad(lambda d: penalised_loss(LAW, penalty, 1e12, d, 50e12))(50e12))

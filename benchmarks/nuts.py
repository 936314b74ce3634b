"""Effective draws a second on the posterior of a loss law, compile time apart.

The same posterior for all: 240 runs scattered about a published law. Ours is the sampler of `datawall fit` as
it is. NumPyro's kernel runs at its defaults on the usual parametrisation (ln A, ln B, ln E), in one jitted
program, because its own driver compiles at each call. PyMC with nutpie gets our parametrisation, which suits
it.
"""

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from arviz_stats.base.array import array_stats
from jax.flatten_util import ravel_pytree
from numpyro.infer.hmc import hmc

from benchmarks.record import Found, row
from benchmarks.setting import Setting
from datawall.errors import DatawallError
from datawall.inference.density import double_precision, log_density
from datawall.inference.evidence_model import Evidence
from datawall.inference.models.scaling.runs import MODULE
from datawall.inference.nuts import Settings, chain

RUNS = 240
DEFAULTS = {"warmup": 1000, "draws": 1000}
"""NumPyro's usual number of transitions, and nutpie's draws."""
CENTRE = np.log([8e8, 1.7e10])
LOCS = {"log_floor": 0.5, "log_params_term": -1.0, "log_tokens_term": -1.0}
LOG_LOCS = {"alpha": 0.347, "beta": 0.347, "residual_scale": 0.00502, "residual_df": 8.0}
SCALES = {
    "log_floor": 1.0144,
    "log_params_term": 1.4826,
    "log_tokens_term": 1.4826,
    "alpha": 0.5128,
    "beta": 0.5128,
    "residual_scale": 0.9964,
    "residual_df": 1.2559,
}
NAMES = tuple(SCALES)

type Contender = Callable[[int], np.ndarray]
"""``run(seed)``: one chain of draws, shape (draws, parameters)."""


def evidence() -> Evidence:
    """Return made-up runs about the law of Besiroglu et al. 2024 (arXiv 2404.10102)."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-2.5, 2.5, RUNS), rng.uniform(-3.0, 3.0, RUNS)
    params, tokens = np.exp(x + CENTRE[0]), np.exp(y + CENTRE[1])
    loss = 1.8172 + 482.01 / params**0.3478 + 2085.43 / tokens**0.3658
    log_loss = np.log(loss) + 0.004 * rng.standard_t(3.0, RUNS)
    constants = {
        "log_params": x,
        "log_tokens": y,
        "log_params_centre": CENTRE[:1],
        "log_tokens_centre": CENTRE[1:],
        "set": np.zeros(RUNS, int),
    }
    coords = {"dataset": ["made up"], "run": list(range(RUNS))}
    return Evidence({"log_loss": log_loss}, constants, {}, coords, {}, ("made up",), -np.inf)


def ours() -> Contender:
    """Return the sampler of `datawall fit`, compiled."""
    given = evidence()
    run = jax.jit(chain(log_density(MODULE, given), Settings()))
    observed = {name: jnp.asarray(values) for name, values in given.observed.items()}

    def sample(seed: int) -> np.ndarray:
        values, _ = run(jax.random.key(seed), observed)
        return np.concatenate([np.asarray(values[name]) for name in NAMES], axis=1)

    return sample


def numpyro_defaults() -> Contender:
    """Return NumPyro's kernel at its defaults on (ln A, ln B, ln E), compiled."""
    given = evidence()
    density = log_density(MODULE, given)
    observed = {name: jnp.asarray(values) for name, values in given.observed.items()}

    def scores(usual: dict[str, Any]) -> dict[str, Any]:
        terms = {
            "log_params_term": usual["log_params_term"] - jnp.exp(usual["alpha"]) * CENTRE[0],
            "log_tokens_term": usual["log_tokens_term"] - jnp.exp(usual["beta"]) * CENTRE[1],
        }
        line = usual | terms
        locs = LOCS | {name: np.log(value) for name, value in LOG_LOCS.items()}
        return {f"{name}_score": (line[name] - locs[name]) / SCALES[name] for name in NAMES}

    def potential(usual: dict[str, Any]) -> Any:
        return density.potential(observed, ravel_pytree(scores(usual))[0])

    begin, transition = hmc(potential_fn=potential, algo="NUTS")

    @jax.jit
    def run(key: Any) -> Any:
        key_start, key_chain = jax.random.split(key)
        start = jax.random.uniform(key_start, (len(NAMES), 1), minval=-2.0, maxval=2.0)
        state = begin(dict(zip(NAMES, start, strict=True)), DEFAULTS["warmup"], rng_key=key_chain)

        def advance(state: Any, _: None) -> tuple[Any, Any]:
            state = transition(state)
            return state, state.z

        return jax.lax.scan(advance, state, None, length=sum(DEFAULTS.values()))[1]

    def sample(seed: int) -> np.ndarray:
        path = run(jax.random.key(seed))
        return np.concatenate([np.asarray(path[name]) for name in NAMES], axis=1)[DEFAULTS["warmup"] :]

    return sample


def nutpie() -> Contender:
    """Return nutpie at its defaults on the same posterior in PyMC, compiled."""
    import nutpie  # pyright: ignore[reportMissingImports]
    import pymc as pm  # pyright: ignore[reportMissingImports]

    given = evidence()
    x, y = given.constants["log_params"], given.constants["log_tokens"]
    with pm.Model() as model:
        v = {name: pm.Normal(name, loc, SCALES[name]) for name, loc in LOCS.items()}
        v |= {name: pm.LogNormal(name, np.log(loc), SCALES[name]) for name, loc in LOG_LOCS.items()}
        floor: Any = pm.math.exp(v["log_floor"])
        params: Any = pm.math.exp(v["log_params_term"] - v["alpha"] * x)
        law = pm.math.log(floor + params + pm.math.exp(v["log_tokens_term"] - v["beta"] * y))
        pm.StudentT(
            "log_loss", v["residual_df"], law, sigma=v["residual_scale"], observed=given.observed["log_loss"]
        )
    compiled = nutpie.compile_pymc_model(model)

    def sample(seed: int) -> np.ndarray:
        found = nutpie.sample(
            compiled, draws=DEFAULTS["draws"], chains=1, cores=1, seed=seed, progress_bar=False
        )
        return np.stack([found.posterior[name].to_numpy()[0] for name in NAMES], axis=1)

    return sample


CONTENDERS = {"ours": ours, "NumPyro defaults": numpyro_defaults, "PyMC with nutpie": nutpie}


@double_precision
def measure(repeats: int) -> dict[str, Any]:
    """Return the smallest bulk ESS a second of each contender, one chain a repeat, interleaved.

    Returns
    -------
    dict
        ``"rates"``: for each contender an array of `repeats`; ``"missing"``: why one was not measured.

    Raises
    ------
    DatawallError
        If a contender samples another posterior.
    """
    built, missing = {}, {}
    for name, build in CONTENDERS.items():
        try:
            built[name] = build()
            built[name](0)  # compiles
        except ImportError as error:
            missing[name] = str(error)
    rates: dict[str, list[float]] = {name: [] for name in built}
    means: dict[str, list[float]] = {name: [] for name in built}
    for repeat in range(repeats):
        for name, run in built.items():
            begun = time.perf_counter()
            draws = run(repeat + 1)
            seconds = time.perf_counter() - begun
            ess = array_stats.ess(draws[None], method="bulk", chain_axis=0, draw_axis=1)
            rates[name].append(float(np.min(ess)) / seconds)
            means[name].append(float(draws[:, 0].mean()))
    _check_means(means)
    return {"rates": {name: np.array(rate) for name, rate in rates.items()}, "missing": missing}


def _check_means(means: dict[str, list[float]]) -> None:
    """Refuse contenders whose floor of the loss is not ours; its posterior standard deviation is .008."""
    for name, found in means.items():
        if abs(np.mean(found) - np.mean(means["ours"])) > 0.002:
            raise DatawallError(f"bench: {name} samples another posterior: {found}, ours {means['ours']}")


def run(setting: Setting) -> Found:
    """Effective draws a second against NumPyro's defaults and nutpie."""
    found = measure(setting.repeats)
    mine = found["rates"]["ours"]
    rows = [row(f"smallest bulk ESS, {name}", "1/s", rate) for name, rate in found["rates"].items()]
    goals = {"NumPyro defaults": 10.0, "PyMC with nutpie": 1.0}
    rows += [
        row(f"ESS a second, ours / {name}", "x", mine / found["rates"][name], at_least=goal)
        for name, goal in goals.items()
        if name in found["rates"]
    ]
    return Found(rows, found["missing"])

"""Time to a given standard error: replicates of the default sampler against independent draws.

What independent draws would do needs no run: the variance of a share is p (1 - p) / N, and that of a median
1/4 over N times the squared density there.
"""

import time
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

import datawall
from benchmarks.forecast.world import baseline
from benchmarks.peers import FORECAST_PEERS
from benchmarks.record import Found, Row, row
from benchmarks.setting import Setting
from benchmarks.workers import Worker
from datawall.model.inputs import ranks
from datawall.sampling.run import propagate
from datawall.sampling.samplers import SOBOL
from datawall.sampling.summaries import Range

DRAWS = 2**18
REPLICATES = 24
SAMPLERS = ("random", "sobol")
TARGET = 1e-4
"""Standard error asked of the probability."""
YEAR, WALL = 2030.0, "tokens[1]"
SMOOTH = ("supply_tokens", "demand_tokens", "frontier_flop", "loss")
"""Outputs whose means in that year are smooth in the inputs, but for the lowest of the ceilings."""


class Estimates(NamedTuple):
    """Summary of one forecast of the wall: P(by YEAR), its median date and the density there [1/yr]."""

    share: float
    median: float
    density: float


def estimates(tree: Any) -> Estimates:
    """Read a forecast."""
    median = tree["summary/wall_date"].sel(wall=WALL, quantile=0.5).item()
    cdf = tree["cdf/wall_date"].sel(wall=WALL)
    dates, below = cdf["date"].values, cdf.values
    early, late = median - 0.5, median + 0.5
    density = np.interp(late, dates, below) - np.interp(early, dates, below)
    return Estimates(float(np.interp(YEAR, dates, below)), median, float(density))


def run(setting: Setting) -> Found:
    """Variance against independent draws, and the time to a standard error of 1e-4 against NumPyro's."""
    scenario, draws = baseline().scenario, setting.draws(DRAWS)
    replicates = 4 if setting.quick else REPLICATES
    for sampler in SAMPLERS:
        datawall.forecast(scenario, draws=draws, sampler=sampler)
    peer = FORECAST_PEERS[0]
    found, seconds, rates = [], [], []
    with Worker(peer.build, setting.draws(peer.draws), setting.folder) as worker:
        for seed in range(1, replicates + 1):
            setting.say(f"error: replicate {seed} of {replicates}")
            tree, times = None, []
            for sampler in SAMPLERS:
                start = time.perf_counter()
                tree = datawall.forecast(scenario, draws=draws, seed=seed, sampler=sampler)
                times.append(time.perf_counter() - start)
            seconds.append(times)
            found.append(estimates(tree))  # of the last sampler, which is ours
            rates.append(worker.run(seed))
    rows = _rows(np.array(found), np.array(seconds), np.array(rates), draws)
    return Found([*rows, *_smooth_means(setting, draws, replicates)])


def _smooth_means(setting: Setting, draws: int, replicates: int) -> list[Row]:
    """Variance of means against that of independent draws, which the kept draws give."""
    setting.say("error: smooth means")
    world = baseline()
    year = int(np.searchsorted(world.grid + world.scenario.as_of, YEAR))

    def values(params: Any, z: Any) -> dict[str, Any]:
        outputs = world.outputs(world.inputs(params, z))
        return {"value": jnp.stack([outputs[name][year] for name in SMOOTH])}

    runs = [
        propagate(
            values,
            world.joint.params,
            draws,
            seed=seed,
            streams=SOBOL.address(world.joint.streams, ranks(world.joint.streams)),
            sketches={"value": Range(-10.0, 50.0)},
            sampler=SOBOL,
        )
        for seed in range(1, replicates + 1)
    ]
    variance = np.var([run.averages["value"].value for run in runs], axis=0, ddof=1)
    independent = np.mean([run.kept["value"].var(axis=-1) for run in runs], axis=0) / draws
    return [
        row(f"variance of the mean {name} in {YEAR:.0f}, independent / ours", "x", gain, at_least=1000.0)
        for name, gain in zip(SMOOTH, independent / variance, strict=True)
    ]


def _rows(found: np.ndarray, seconds: np.ndarray, peer_rates: np.ndarray, draws: int) -> list[Row]:
    share, median, density = found.T
    p, own_share, own_median = share.mean(), share.var(ddof=1), median.var(ddof=1)
    independent_share = p * (1.0 - p) / draws
    independent_median = 0.25 / draws / density.mean() ** 2
    ours = seconds[:, 1] * own_share / TARGET**2
    times = seconds[:, 1] / seconds[:, 0]
    theirs = p * (1.0 - p) / TARGET**2 / peer_rates
    spread = 100.0 * np.sqrt(2.0 / (len(found) - 1))
    note = f"{len(found)} replicates of {draws} draws; spread of a variance {spread:.0f} %"
    probability, middle = f"P({WALL} by {YEAR:.0f})", f"median of {WALL}"
    return [
        row(f"standard error of {probability}", "1", np.sqrt(own_share), note=note),
        row(f"standard error of the {middle}", "yr", np.sqrt(own_median), note=note),
        row(
            f"variance of {probability}, independent / ours",
            "x",
            independent_share / own_share,
            at_least=20.0,
            note=note,
        ),
        row(
            f"variance of the {middle}, independent / ours",
            "x",
            independent_median / own_median,
            at_least=20.0,
            note=note,
        ),
        row("time of a forecast, default sampler / independent draws", "x", times, at_most=1.25),
        row(f"time to a standard error of {TARGET:g} on {probability}", "s", ours),
        row("time to that error, NumPyro Predictive in jit / ours", "x", theirs / ours, at_least=500.0),
    ]

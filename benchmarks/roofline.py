"""Roofline of the engine: how near it comes to what this machine can do, and where its time goes.

The bound is the time that the counted operations would take at the measured ceilings: arithmetic at the
rate of fused multiply-adds and each special function at its own, or the bytes through the cache if they take
longer.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import datawall
from benchmarks import hlo, probe
from benchmarks.contest import Contender
from benchmarks.forecast.world import DATES, baseline
from benchmarks.peers import FORECAST, REFERENCE
from benchmarks.record import Found, Row, row
from benchmarks.setting import Setting
from benchmarks.timing import interleave
from benchmarks.workers import Worker
from datawall.model.inputs import ranks
from datawall.sampling.run import propagate
from datawall.sampling.samplers import SOBOL

CHUNK = 4096
"""Draws in one pass of the engine's loop."""
IN_CACHE_MIB, IN_MEMORY_MIB = 0.25, 256.0


def run(setting: Setting) -> Found:
    """Measure the ceilings, count the work, and give the share reached and the time of each stage."""
    setting.say("roofline: ceilings")
    multiply_add = probe.fused_multiply_add(setting)
    special = {name: probe.special(name, setting) for name in probe.SPECIAL}
    in_cache, in_memory = (probe.bandwidth(setting, mib) for mib in (IN_CACHE_MIB, IN_MEMORY_MIB))
    rows = [
        row("ceiling: multiply-add, float32", "GFLOP/s", multiply_add / 1e9),
        *(row(f"ceiling: {name}, float32", "G/s", rates / 1e9) for name, rates in special.items()),
        row("ceiling: bandwidth in the cache", "GB/s", in_cache / 1e9),
        row("ceiling: bandwidth of the memory", "GB/s", in_memory / 1e9),
    ]
    ceilings = {name: float(np.median(rates)) for name, rates in special.items()}
    for title, who in (("baseline forecast", FORECAST), ("reference workload", REFERENCE)):
        setting.say(f"roofline: {title}")
        rows += _share(
            title, who, float(np.median(multiply_add)), ceilings, float(np.median(in_cache)), setting
        )
    return Found([*rows, *_stages(setting)])


def _share(
    title: str, who: Contender, flops: float, special: dict[str, float], bandwidth: float, setting: Setting
) -> list[Row]:
    folder = Path(setting.folder) / title.split()[0]  # flags of XLA end at a space
    folder.mkdir()
    cost = hlo.dump(who.build, CHUNK, folder).cost()
    arithmetic = cost.operations / CHUNK / flops
    functions = {
        name: count / CHUNK / special[name] for name, count in cost.special.items() if name in special
    }
    traffic = cost.bytes / CHUNK / bandwidth
    bound = max(arithmetic + sum(functions.values()), traffic)
    with Worker(who.build, setting.draws(who.draws), setting.folder) as worker:
        rates = interleave({who.name: worker}, setting.repeats)[who.name]
    limit = "bytes through the cache" if bound == traffic else "arithmetic and special functions"
    return [
        row(f"{title}: operations", "per draw", cost.operations / CHUNK),
        row(f"{title}: special functions", "per draw", sum(cost.special.values()) / CHUNK),
        row(f"{title}: bytes through kernels", "per draw", cost.bytes / CHUNK),
        row(f"{title}: kernels started", "per chunk", cost.kernels, note=f"{CHUNK} draws"),
        row(f"{title}: arithmetic at its ceiling", "ns/draw", 1e9 * arithmetic),
        row(f"{title}: special functions at their ceilings", "ns/draw", 1e9 * sum(functions.values())),
        row(f"{title}: bytes at the cache's bandwidth", "ns/draw", 1e9 * traffic),
        row(f"{title}: measured", "ns/draw", 1e9 / rates),
        row(f"{title}: share of the roofline", "%", 100.0 * bound * rates, note=f"bound by {limit}"),
    ]


def _stages(setting: Setting) -> list[Row]:
    """Time that each stage of the baseline forecast adds, on all cores [ns/draw]."""
    setting.say("roofline: stages")
    world, draws = baseline(), setting.draws(2**18)
    streams = SOBOL.address(world.joint.streams, ranks(world.joint.streams))
    params = jax.tree.map(jnp.asarray, world.joint.params)

    def inputs(params: Any, z: jax.Array) -> dict[str, jax.Array]:
        values = vars(world.inputs(params, z)).values()
        return {"inputs": jnp.concatenate([jnp.atleast_2d(value) for value in values])}

    def model(params: Any, z: jax.Array) -> dict[str, jax.Array]:
        return world.outputs(world.inputs(params, z))

    def paths(params: Any, z: jax.Array) -> dict[str, jax.Array]:
        outputs = model(params, z)
        return {name: outputs[name] for name in outputs if name not in (*DATES, "price_share")}

    def pushed(stage: Any) -> Callable[[int], object]:
        return lambda seed: propagate(
            stage, params, draws, seed=seed, streams=streams, sketches={}, sampler=SOBOL, keep=1
        )

    runs = {
        "points": pushed(lambda params, z: {"scores": z}),  # noqa: ARG005 - of the shape that `propagate` calls
        "inputs": pushed(inputs),
        "model: states and paths on the grid": pushed(paths),
        "model: dates": pushed(model),
        "conditional Monte Carlo, counts, summary": lambda seed: datawall.forecast(
            world.scenario, draws=draws, seed=seed
        ),
    }
    for run in runs.values():
        run(0)
    seconds = [[_seconds(run, seed) for run in runs.values()] for seed in range(1, setting.repeats + 1)]
    added = np.diff(seconds, axis=1, prepend=0.0).T
    return [
        row(f"baseline stage: {name}", "ns/draw", 1e9 * values / draws)
        for name, values in zip(runs, added, strict=True)
    ]


def _seconds(run: Callable[[int], object], seed: int) -> float:
    start = time.perf_counter()
    run(seed)
    return time.perf_counter() - start

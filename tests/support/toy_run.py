"""A run that needs no model, for tests in this process and in others: `python toy_run.py MODE ...`."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import jax.numpy as jnp

from datawall.cli.forecasting import interruptible
from datawall.sampling.execution.executor import Checkpoint, serial_executor
from datawall.sampling.execution.hosts import join_hosts, multi_host_executor
from datawall.sampling.execution.shared_folder import shared_folder_executor
from datawall.sampling.prng import stream_ids
from datawall.sampling.run import MonteCarloResult, RunControl, propagate
from datawall.sampling.summaries import Histogram

DRAWS = 150_000
BLOCK = 1024


def toy(scale, z):
    """Return something of each rank that is not exact in float32."""
    return {"y": jnp.exp(scale * z), "sum": jnp.tanh(z[0]) + z[1]}


def toy_run(
    executor=serial_executor, *, draws=DRAWS, pause=0.0, stop=lambda: False, **changes: Any
) -> MonteCarloResult:
    """Push draws through the toy; each block takes `pause` seconds more."""
    control = RunControl(executor, lambda *_: time.sleep(pause), stop)
    options: Any = {"chunk": 512, "block": BLOCK, "keep": 700, "seed": 1} | changes
    return propagate(
        toy,
        0.7,
        draws,
        streams=stream_ids(["a", "b"]),
        sketches={"y": Histogram(0.0, 4.0, 128), "sum": Histogram(-4.0, 4.0, 64)},
        identity={"run": "toy"},
        control=control,
        **options,
    )


def main(mode: str, *arguments: str) -> None:
    """Do the toy run, and print how many draws were counted and the digest of the result."""
    with interruptible() as stop:
        match mode:
            case "serial":
                checkpoint = Checkpoint(Path(arguments[0]), seconds=0.0)
                executor, pause = partial(serial_executor, checkpoint=checkpoint), 0.02
            case "shared":
                executor, pause = partial(shared_folder_executor, folder=Path(arguments[0])), 0.0
            case "hosts":
                coordinator, processes, process = arguments
                join_hosts(coordinator, int(processes), int(process))
                executor, pause = multi_host_executor, 0.0
            case _:
                executor, pause = serial_executor, 0.0
        result = toy_run(executor, pause=pause, stop=stop)
    print(result.draws, result.partial, result.digest)


if __name__ == "__main__":
    main(*sys.argv[1:])

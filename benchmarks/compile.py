"""Start-up: kernels and seconds to compile, and the first forecast of a fresh process, cold and warm."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import hlo
from benchmarks.peers import FORECAST
from benchmarks.record import Found, row
from benchmarks.setting import Setting

DRAWS = 65_536
PHASES = {
    "tracing": "/jax/core/compile/jaxpr_trace_duration",
    "lowering": "/jax/core/compile/jaxpr_to_mlir_module_duration",
    "compilation": "/jax/core/compile/backend_compile_duration",
}
"""Phases of compilation by the name of the event with which JAX reports their seconds."""


def run(setting: Setting) -> Found:
    """Count the kernels, then start fresh processes in turn."""
    setting.say("compile: kernels")
    folder = Path(setting.folder) / "dump"
    folder.mkdir()
    kernels = hlo.dump(FORECAST.build, 4096, folder).kernels()
    found: dict[str, list[Any]] = {"import": [], "cold": [], "warm": []}
    for repeat in range(max(2, setting.repeats // 2)):
        setting.say(f"compile: fresh processes, round {repeat + 1}")
        found["import"].append(_fresh("import jax", "")[0])
        cache = str(Path(setting.folder) / f"cache{repeat}")
        for state in ("cold", "warm"):
            found[state].append(_fresh("from benchmarks.compile import first; first()", cache))
    imports = np.array(found["import"])
    cold, warm = (np.array([seconds for seconds, _ in found[state]]) for state in ("cold", "warm"))
    phases = [phase for _, phase in found["cold"]]
    return Found(
        [
            row("kernels of the forecast", "kernels", kernels, at_most=40.0),
            *(row(f"{name}, cold", "s", [phase[name] for phase in phases]) for name in PHASES),
            row("import jax", "s", imports),
            row(f"first forecast, {DRAWS} draws, cold", "s", cold),
            row(f"first forecast, {DRAWS} draws, warm", "s", warm),
            row("first forecast, cold / import jax", "x", cold / imports),
            row("first forecast, warm / import jax", "x", warm / imports, at_most=1.5),
        ]
    )


def first() -> None:
    """Make the first forecast of a process and print the seconds of each phase of its compilation."""
    import jax

    from benchmarks.forecast.engine import build

    seconds = dict.fromkeys(PHASES.values(), 0.0)

    def listen(event: str, duration_secs: float, **_: Any) -> None:
        if event in seconds:
            seconds[event] += duration_secs

    jax.monitoring.register_event_duration_secs_listener(listen)
    build(DRAWS)(0)
    print(json.dumps({name: seconds[event] for name, event in PHASES.items()}))


def _fresh(code: str, cache: str) -> tuple[float, dict[str, float]]:
    """Run code in a fresh process with a cache folder of its own; its seconds, and what it prints."""
    env = os.environ | {"XDG_CACHE_HOME": cache, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return time.perf_counter() - start, json.loads(done.stdout or "{}")

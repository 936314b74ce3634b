"""Scaling: one core, all cores of one process, and one process for each core, in one interleaved run."""

import os
import time
from contextlib import ExitStack

import numpy as np

from benchmarks.contest import Contender
from benchmarks.peers import FORECAST, REFERENCE
from benchmarks.record import Found, Row, row
from benchmarks.setting import Setting
from benchmarks.workers import Worker


def run(setting: Setting) -> Found:
    """Draws per second, and the share of what as many single cores would give."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) == 1:
        return Found([], {"scaling": "this process may use one core only"})
    rows = _rows("baseline forecast", FORECAST, cores, setting)
    return Found([*rows, *_rows("reference workload", REFERENCE, cores, setting)])


def _rows(title: str, who: Contender, cores: list[int], setting: Setting) -> list[Row]:
    count, draws = len(cores), setting.draws(who.draws)
    setting.say(f"scaling: {title}, 1 to {count} cores")
    with ExitStack() as stack:
        single, *processes = [
            stack.enter_context(Worker(who.build, draws // count, setting.folder, {core}))
            for core in (cores[0], *cores)
        ]
        threads = stack.enter_context(Worker(who.build, draws, setting.folder))
        rates = []
        for repeat in range(setting.repeats):
            kinds = [lambda s: single.run(s), lambda s: threads.run(s), lambda s: together(processes, s)]
            turn = repeat % len(kinds)
            found = {kind: kinds[kind](repeat + 1) for kind in (*range(turn, len(kinds)), *range(turn))}
            rates.append([found[kind] for kind in range(len(kinds))])
    one, threaded, parallel = np.array(rates).T
    return [
        row(f"{title}: 1 core", "draws/s", one),
        row(f"{title}: {count} cores, one process", "draws/s", threaded),
        row(f"{title}: {count} cores, a process each", "draws/s", parallel),
        row(f"{title}: {count} cores, one process / 1 core", "x", threaded / one),
        row(f"{title}: {count} cores, a process each / 1 core", "x", parallel / one),
    ]


def together(workers: list[Worker], seed: int) -> float:
    """Run workers at once, on seeds of their own; their draws per second together."""
    start = time.perf_counter()
    for place, worker in enumerate(workers):
        worker.start(seed * len(workers) + place)
    for worker in workers:
        worker.finish()
    return sum(worker.draws for worker in workers) / (time.perf_counter() - start)

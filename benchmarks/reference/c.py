"""The reference workload in hand-written C: built by the system's compiler for this processor."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reference.engine import KEPT, SKETCHES
from benchmarks.reference.priors import DEGREE, PRIORS, Prior
from benchmarks.workers import NotMeasuredError
from datawall.sampling.prng import stream_ids

FLAGS = ("-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-fPIC", "-c")
LINKED = ("-shared", "-lmvec", "-lm")
"""Not with -ffast-math: linked in, it would flush the small numbers of the whole process to zero."""
BLOCK, SLOTS = 512, 1026
FAMILIES = {"normal": 0, "lognormal": 1, "truncated": 2, "beta": 3, "discrete": 4}
ROWS = {"wall": 3, "release": 4, "penalty_date": 1, "log_flop": 1, "log_tokens": 1, "loss": 2, "penalty": 1}
"""Outputs in the order of the C code, and the quantities of each."""

_PRIOR = np.dtype([("family", "i4"), ("numbers", "f4", DEGREE + 1), ("thresholds", "f4", 3)])
_HISTOGRAM = np.dtype([("lower", "f4"), ("upper", "f4")])


@cache
def library() -> Any:
    """Build the C code in a folder that is thrown away, and load it."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotMeasuredError("no C compiler `cc` on the path")
    source = Path(__file__).with_name("reference.c")
    with tempfile.TemporaryDirectory() as folder:
        compiled, built = Path(folder) / "reference.o", Path(folder) / "reference.so"
        _run([compiler, *FLAGS, str(source), "-o", str(compiled)])
        _run([compiler, str(compiled), "-o", str(built), *LINKED])
        return ctypes.CDLL(str(built))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasuredError(f"cc cannot build it here: {done.stderr.strip().splitlines()[0]}")


def _as_struct(prior: Prior) -> tuple[int, np.ndarray, np.ndarray]:
    numbers, thresholds = np.zeros(DEGREE + 1), np.zeros(3)
    match prior.family:
        case "normal":
            numbers[:2] = prior.numbers
        case "lognormal":
            numbers[:2] = np.log(prior.numbers[0]), prior.numbers[1]
        case "discrete":
            numbers[:4], thresholds[:] = prior.numbers[0], prior.thresholds
        case _:
            numbers[:] = prior.polynomial
    return FAMILIES[prior.family], numbers, thresholds


def count(seed: int, first: int, draws: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Counts of each output, and the outputs of the last block; inf never, -inf past."""
    priors = np.array([_as_struct(prior) for prior in PRIORS.values()], _PRIOR)
    ranges = [
        (SKETCHES[name].lower, SKETCHES[name].upper) for name, rows in ROWS.items() for _ in range(rows)
    ]
    histograms, streams = np.array(ranges, _HISTOGRAM), stream_ids(PRIORS)
    counts = np.zeros((len(ranges), SLOTS), np.int32)
    out = np.empty((len(ranges), BLOCK), np.float32)
    arrays = (streams, priors, histograms, counts, out)
    library().run(
        ctypes.c_uint32(seed),
        ctypes.c_uint64(first),
        ctypes.c_int64(draws),
        *(array.ctypes.data_as(ctypes.c_void_p) for array in arrays),
    )
    out = np.where(np.abs(out) > 1e29, np.copysign(np.inf, out), out)
    ends = np.cumsum(list(ROWS.values()))[:-1]
    parts = zip(ROWS.items(), np.split(out, ends), strict=True)
    return counts, {name: part[0] if rows == 1 else part for (name, rows), part in parts}


def build(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """Draws a run at a seed with a thread for each core; returns the first draws."""
    library()
    cores = len(os.sched_getaffinity(0))
    share = -(-draws // (cores * BLOCK)) * BLOCK

    def run(seed: int) -> dict[str, np.ndarray]:
        with ThreadPoolExecutor(cores) as pool:
            parts = pool.map(lambda core: count(seed, core * share, share)[0], range(cores))
            sum(parts, np.zeros(1, np.int32))
        blocks = [count(seed, first, BLOCK)[1] for first in range(0, KEPT, BLOCK)]
        return {name: np.concatenate([block[name] for block in blocks], axis=-1) for name in ROWS}

    return run

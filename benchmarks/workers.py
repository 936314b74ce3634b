"""Contenders in processes of their own, kept warm, so that none slows or feeds another.

A contender is a function ``build(draws)``, named ``module:function``, that returns a function: called with a
seed, this one makes that many new draws and returns outputs by name, draws on the last axis. Parent and
worker talk in lines of JSON.
"""

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MIB = 1024.0


class NotMeasuredError(Exception):
    """A contender cannot run here; the message says why."""


class Worker:
    """A contender in its own process.

    Attributes
    ----------
    contender, draws
        What it is, and the draws in a run.
    outputs
        Of its first run, at seed 0.
    peak_mib
        Peak resident memory so far [MiB].
    """

    def __init__(self, contender: str, draws: int, folder: Path, cores: set[int] | None = None) -> None:
        self.contender = contender
        self.draws = draws
        self.peak_mib = 0.0
        kept = folder / f"{contender.replace(':', '.')}.npz"
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, contender, str(draws), str(kept)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        if cores is not None:
            os.sched_setaffinity(self._process.pid, cores)
        try:
            self._answer()
        except NotMeasuredError:
            self.close()
            raise
        with np.load(kept) as arrays:
            self.outputs = dict(arrays)

    def run(self, seed: int) -> float:
        """Make a run and return its draws per second."""
        self.start(seed)
        return self.finish()

    def start(self, seed: int) -> None:
        """Begin a run."""
        assert self._process.stdin is not None
        print(seed, file=self._process.stdin, flush=True)

    def finish(self) -> float:
        """Wait for the run that was begun and return its draws per second."""
        return self.draws / self._answer()["seconds"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a benchmark worker ended: {self.contender}")
        answer = json.loads(line)
        if "missing" in answer:
            raise NotMeasuredError(answer["missing"])
        self.peak_mib = answer["peak_mib"]
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def peak_mib() -> float:
    """Peak resident memory of this process [MiB]."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (MIB * MIB if sys.platform == "darwin" else MIB)


def serve(contender: str, draws: int, kept: Path) -> None:
    """Build a contender, keep its first outputs, then make a run for each seed that comes in."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer

    def answer(**content: Any) -> None:
        print(json.dumps(content | {"peak_mib": peak_mib()}), file=answers, flush=True)

    run: Callable[[int], Mapping[str, Any]]
    try:
        module, _, function = contender.partition(":")
        run = getattr(importlib.import_module(module), function)(draws)
        outputs: dict[str, Any] = dict(run(0))
        np.savez(kept, **outputs)
    except ImportError as error:
        return answer(missing=f"{error.name or error} is not installed")
    except NotMeasuredError as error:
        return answer(missing=str(error))
    answer()
    for line in sys.stdin:
        start = time.perf_counter()
        run(int(line))
        answer(seconds=time.perf_counter() - start)
    return None


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))

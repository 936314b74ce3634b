"""Contenders on one model: all answer alike, then all are timed in one interleaved run."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.record import Found, Row, row
from benchmarks.setting import Setting
from benchmarks.timing import check_alike, interleave
from benchmarks.workers import NotMeasuredError, Worker


@dataclass(frozen=True)
class Contender:
    """Somebody who draws from the model.

    Attributes
    ----------
    name
        For the table.
    build
        ``module:function``.
    draws
        In one run.
    at_least
        How many times as fast ours is to be.
    note
        What a reader must know.
    """

    name: str
    build: str
    draws: int
    at_least: float | None = None
    note: str = ""


type Outputs = Mapping[str, np.ndarray]


def hold(
    title: str,
    ours: Contender,
    peers: list[Contender],
    setting: Setting,
    comparable: Callable[[Outputs], Outputs] = lambda outputs: outputs,
) -> Found:
    """Time ours against its peers: draws per second, paired ratios and peak memory of each."""
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for contender in (ours, *peers):
            setting.say(f"{title}: starting {contender.name}")
            try:
                worker = Worker(contender.build, setting.draws(contender.draws), setting.folder)
            except NotMeasuredError as reason:
                missing[f"{title}: {contender.name}"] = str(reason)
                continue
            workers[contender.name] = stack.enter_context(worker)
            if contender is not ours:
                first = comparable(workers[ours.name].outputs)
                check_alike(first, comparable(worker.outputs), contender.name)
        setting.say(f"{title}: {setting.repeats} interleaved runs")
        rates = interleave(workers, setting.repeats)
        rows = [
            _rate(title, contender, rates, workers) for contender in (ours, *peers) if contender.name in rates
        ]
        rows += [_ratio(title, ours, peer, rates) for peer in peers if peer.name in rates]
    return Found(rows, missing)


def _rate(title: str, who: Contender, rates: Mapping[str, Any], workers: Mapping[str, Worker]) -> Row:
    worker = workers[who.name]
    note = f"{worker.draws} draws a run; peak {worker.peak_mib:.0f} MiB"
    return row(
        f"{title}: {who.name}", "draws/s", rates[who.name], note=f"{note}; {who.note}" if who.note else note
    )


def _ratio(title: str, ours: Contender, peer: Contender, rates: Mapping[str, Any]) -> Row:
    ratio = rates[ours.name] / rates[peer.name]
    return row(f"{title}: {ours.name} / {peer.name}", "x", ratio, at_least=peer.at_least)

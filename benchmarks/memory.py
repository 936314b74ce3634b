"""Memory does not grow with the draws: peak of fresh processes at two sizes."""

import numpy as np

from benchmarks.contest import Contender
from benchmarks.peers import FORECAST, REFERENCE
from benchmarks.record import Found, Row, row
from benchmarks.setting import Setting
from benchmarks.workers import Worker

FEW, MANY = 2**18, 2**25


def run(setting: Setting) -> Found:
    """Peak resident memory at 2^18 and at 2^25 draws, and its growth."""
    return Found(
        [*_growth("baseline forecast", FORECAST, setting), *_growth("reference workload", REFERENCE, setting)]
    )


def _growth(title: str, who: Contender, setting: Setting) -> list[Row]:
    few, many = setting.draws(FEW), setting.draws(MANY)
    peaks = {}
    for draws in (few, many):
        setting.say(f"memory: {title}, {draws} draws")
        with Worker(who.build, draws, setting.folder) as worker:  # which has made a run when it is there
            peaks[draws] = worker.peak_mib
    return [
        *(row(f"{title}: peak, 2^{np.log2(draws):.0f} draws", "MiB", peak) for draws, peak in peaks.items()),
        row(
            f"{title}: growth from 2^{np.log2(few):.0f} to 2^{np.log2(many):.0f}",
            "MiB",
            peaks[many] - peaks[few],
            at_most=16.0,
        ),
    ]

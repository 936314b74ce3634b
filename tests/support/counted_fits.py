"""A backtest whose fits are counted in a file, so that what a killed process has done can be told."""

import os
import signal
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from datawall.backtesting.backtest import run
from datawall.backtesting.plan import make_plan
from datawall.backtesting.schedule import ForecastSource
from datawall.inference import refit
from support import toy_models as toys
from support.backtest_parts import Toy


def counted_run(log, stop_before=None) -> xr.DataTree:
    """Run a backtest with a fit at each of three origins; stop as `kill -9` does before one of them."""

    def load(as_of, files):  # noqa: ARG001
        return toys.evidence(np.arange(2019.0, as_of + 0.5))

    def fit(module, evidence):  # noqa: ARG001
        if len(log.read_text().split()) == stop_before:
            os.kill(os.getpid(), signal.SIGKILL)
        rows = len(evidence.coords["row"])
        with log.open("a") as file:
            file.write(f"{rows} ")
        mean = np.random.default_rng(rows).normal(size=400)
        return SimpleNamespace(faults=[], draws=lambda: {"mean": mean})

    def answer(questions):
        _, draws = refit.refitted_draws("toy", questions[0].origin)
        return dict.fromkeys(questions, draws["mean"])

    parts = replace(Toy().parts(), modules=lambda *_: [ForecastSource(("training_set",), answer)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refit, "MODULES", {"toy": replace(toys.module(), load=load)})
        patch.setattr(refit, "fit", fit)
        patch.setattr(refit, "summary", lambda _: {})
        return run(make_plan(("baseline",), "2020-01", "2022-01", "1y", ("1y",), 400), parts)

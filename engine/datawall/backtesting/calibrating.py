"""What a backtest says of its main scenario's widths, for forecasts that shall be calibrated by it."""

import json
from typing import Any

import numpy as np
import xarray as xr

from datawall.backtesting.flat import flat
from datawall.backtesting.scores import counted
from datawall.errors import DatawallError

MASS = 0.9
"""Of the interval of a widening."""


def calibration_of(tree: xr.DataTree, newest: float) -> dict[str, Any]:
    """Return the widening of the main scenario, and what it rests on.

    Parameters
    ----------
    tree
        As `datawall.backtest` returns it.
    newest
        When the newest evidence became known [decimal year].

    Returns
    -------
    dict
        As `datawall.scenario.calibration.write` takes it.

    Raises
    ------
    DatawallError
        If nothing could be scored, or there are too few origins to tell how sure the widening is.
    """
    manifest = json.loads(tree.attrs["manifest"])
    who = manifest["scenarios"][0]
    answers = tree.children["forecasts"].children[who].to_dataset()
    scored = xr.merge([tree.children["questions"].to_dataset(), answers])
    counts = counted(scored)
    widening = [row for row in flat(tree)["widening"] if row["who"] == who]
    factors = {name: row[name] for row in widening for name in ("factor", "low", "high")}
    if not factors or not all(isinstance(value, float) for value in factors.values()):
        raise DatawallError(
            f"--write-calibration: the backtest tells no factor for {who} from {counts.sum()} outcomes; "
            "ask at more origins"
        )
    return {
        **factors,
        "mass": MASS,
        "questions": int(counts.sum()),
        "origins": len(np.unique(scored["origin"].values[counts])),
        "scenario": who,
        "made_by": manifest["command"],
        "newest": newest,
    }

"""What a backtest says of its main scenario's widths, for forecasts that shall be calibrated by it."""

import json
from typing import Any

import numpy as np
import xarray as xr

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
    scored = xr.merge([tree[name].to_dataset(inherit=False) for name in ("questions", f"forecasts/{who}")])
    counts = counted(scored)
    found = tree["widening"].children.get(who)
    if found is None or not all(np.isfinite(value.item()) for value in found.data_vars.values()):
        raise DatawallError(
            f"--write-calibration: the backtest tells no factor for {who} from {counts.sum()} outcomes; "
            "ask at more origins"
        )
    command = f"datawall backtest {who} --from {manifest['start']} --to {manifest['end']}"
    return {
        **{name: float(found[name]) for name in ("factor", "low", "high")},
        "mass": MASS,
        "questions": int(counts.sum()),
        "origins": len(np.unique(scored["origin"].values[counts])),
        "scenario": who,
        "made_by": f"{command} --every {manifest['every']} --horizon {','.join(manifest['horizons'])}",
        "newest": newest,
    }

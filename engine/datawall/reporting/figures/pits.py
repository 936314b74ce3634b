"""Where outcomes fell in their forecasts, against where they fall when forecasts are calibrated."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from datawall.backtesting.scoring import Ecdf
from datawall.reporting.figures import base, style


def draw(panels: Mapping[str, Ecdf]) -> Figure:
    """Draw distributions less the uniform one, with their bands, a panel under each title, on one scale."""
    fig, axes = base.grid(list(panels))
    reach = 1.1 * max(np.abs(np.stack(one[1:]) - one.at).max() for one in panels.values())
    for own, one in zip(axes, panels.values(), strict=True):
        own.fill_between(
            one.at, one.low - one.at, one.high - one.at, color=style.GREY, alpha=0.25, linewidth=0
        )
        own.axhline(0.0, color=style.GREY, linewidth=1, linestyle=":")
        own.plot(one.at, one.share - one.at, color=style.BLUE, linewidth=1.8, drawstyle="steps-post")
        own.set_xlim(0, 1)
        own.set_ylim(-reach, reach)
        own.xaxis.set_major_formatter(PercentFormatter(1.0))
        own.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        own.set_xlabel("quantile of the forecast", size=9, color=style.INK)
        own.set_ylabel("came below, less claimed", size=9, color=style.INK)
    return fig

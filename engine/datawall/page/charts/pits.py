"""Where outcomes fell in their forecasts, against where they fall when forecasts are calibrated."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from datawall.page.charts import base
from datawall.reporting import style


def draw(panels: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]) -> Figure:
    """Draw distribution functions less the uniform one, with bands, a panel under each title, on one scale.

    Parameters
    ----------
    panels
        For each title the points, the function, and the lower and the upper band there.
    """
    fig, axes = base.grid(list(panels))
    reach = 1.1 * max(np.abs(np.stack(curves) - points).max() for points, *curves in panels.values())
    for own, (points, function, lower, upper) in zip(axes, panels.values(), strict=True):
        own.fill_between(points, lower - points, upper - points, color=style.GREY, alpha=0.25, linewidth=0)
        own.axhline(0.0, color=style.GREY, linewidth=1, linestyle=":")
        own.plot(points, function - points, color=style.BLUE, linewidth=1.8, drawstyle="steps-post")
        own.set_xlim(0, 1)
        own.set_ylim(-reach, reach)
        own.set_xlabel("probability of less than what came", size=9, color=style.INK)
        own.set_ylabel("share, less uniform", size=9, color=style.INK)
    return fig

"""Figures of a fit: ArviZ plots of a posterior in the style of the other figures, with their reading aids."""

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from cycler import cycler
from matplotlib import rc_context
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.ticker import MaxNLocator

from datawall.inference.diagnostics import E_BFMI, ESS
from datawall.reporting.document import Figure, Prose
from datawall.reporting.figures import base, style
from datawall.reporting.saved import SavedFit

_LOOK: dict[Any, Any] = {
    "axes.prop_cycle": cycler(color=[style.BLUE, style.ORANGE, style.GREEN, style.PURPLE]),
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "legend.fontsize": 9,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
}
_COLUMNS = 3
_PANELS = 9
"""Largest number of parameter elements drawn; the table has all."""
_MOST_SENSITIVE = 3
"""Largest number of parameter elements drawn with power-scaled priors; the table has all."""
_WIDTH = 8.5
_ROW = 2.2
"""Height of a row of panels, and of the margins [inch]."""
_MARGIN = 0.5
_FEWEST = 5
"""Fewest data of a site for which a distribution over its data is drawn."""
_MARK = "_drawn"
"""Suffix of parameter names, apart from ArviZ's own dimensions, one of which is `alpha`."""
_CORE = (0.01, 0.99)
"""Quantiles of a posterior that an axis must span; the tails of a weak prior would hide it."""


def _shown(fit: SavedFit) -> list[str]:
    """Return the parameters that the figures show."""
    return _first(fit, [name for name in fit.headline if name in _moving(fit)], _PANELS)


def _moving(fit: SavedFit) -> list[str]:
    """Return the variables without constant elements, for which diagnostics would have no meaning."""
    posterior = fit.group("posterior").data_vars
    return [str(name) for name, x in posterior.items() if np.all(np.ptp(x.values, axis=(0, 1)) > 0)]


def _elements(fit: SavedFit, name: str) -> np.ndarray:
    """Return the draws of each element of a parameter, shape (elements, draws)."""
    values = fit.group("posterior")[name].values
    return values.reshape(-1, values[0, 0].size).T


def _first(fit: SavedFit, names: Iterable[str], panels: int) -> list[str]:
    """Return the first parameters, up to one element for each panel."""
    kept: list[str] = []
    for name in names:
        if _count(fit, [*kept, name]) <= panels:
            kept.append(name)
    return kept


def _sites(fit: SavedFit) -> list[str]:
    """Return the sites with enough data for a distribution, and a density for each datum.

    Without that density the data are vectors of unlike numbers.
    """
    densities = fit.group("log_likelihood")
    return [
        str(name)
        for name, x in fit.group("observed_data").items()
        if x.size >= _FEWEST and densities[name].ndim == 2 + x.ndim
    ]


def _continuous_sites(fit: SavedFit) -> list[str]:
    """Return the sites with continuous data."""
    return [name for name in _sites(fit) if fit.group("observed_data")[name].dtype.kind == "f"]


def _prior_posterior(fit: SavedFit) -> MatplotlibFigure:
    """Draw the prior of each parameter with its posterior."""
    figure = _of_parameters(az.plot_prior_posterior, fit)
    draws = [own for name in _shown(fit) for own in _elements(fit, name)]
    for axes, own in zip(figure.axes, draws, strict=False):
        low, high = np.quantile(own, _CORE)
        axes.set_xlim(*np.clip(axes.get_xlim(), 2 * low - high, 3 * high - 2 * low))
    return figure


def _trace(fit: SavedFit) -> MatplotlibFigure:
    """Draw the trace of each parameter."""
    return _of_parameters(az.plot_trace, fit)


def _rank(fit: SavedFit) -> MatplotlibFigure:
    """Draw rank plots: the ranks of each chain's draws among those of all chains."""
    # thinned to the effective sample size: the uniformity test assumes independent draws
    return _of_parameters(az.plot_rank, fit, thin=True)


def _ess(fit: SavedFit) -> MatplotlibFigure:
    """Draw the effective sample size against the number of draws."""
    return _of_parameters(az.plot_ess_evolution, fit, min_ess=ESS, n_points=12)


def _convergence(fit: SavedFit) -> MatplotlibFigure:
    """Draw the distributions of ESS and R-hat over the parameters."""
    figure = _draw(az.plot_convergence_dist, fit, _COLUMNS, var_names=_moving(fit))
    figure.axes[0].set_ylabel("share of parameters")
    for axes in figure.axes:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    return figure


def _energy(fit: SavedFit) -> MatplotlibFigure:
    """Draw the energy plot: marginal and transition energies of the sampler."""
    figure = _draw(az.plot_energy, fit, _COLUMNS, threshold=E_BFMI)
    figure.axes[0].yaxis.set_major_locator(MaxNLocator(integer=True))
    figure.axes[-1].set_xlabel("energy, less its mean (nats)")
    return figure


def _predictive(fit: SavedFit) -> MatplotlibFigure:
    """Draw the posterior predictive check: the data among posterior predictive replicates."""
    names = _sites(fit)
    return _draw(az.plot_ppc_dist, fit, len(names), var_names=names, kind="ecdf", col_wrap=_COLUMNS)


def _loo_pit(fit: SavedFit) -> MatplotlibFigure:
    """Draw the LOO-PIT: the PIT value of each datum under its leave-one-out predictive distribution."""
    names = _continuous_sites(fit)
    return _draw(az.plot_loo_pit, fit, len(names), var_names=names, col_wrap=_COLUMNS)


def _power_scaling(fit: SavedFit) -> MatplotlibFigure:
    """Draw the most prior-sensitive posteriors under power-scaled priors and likelihoods."""
    leaning = sensitivity(fit)["prior"].sort_values(ascending=False).index
    names = _first(fit, dict.fromkeys(label.partition("[")[0] for label in leaning), _MOST_SENSITIVE)
    return _draw(
        az.plot_psense_dist,
        _marked(fit),
        _COLUMNS * _count(fit, names),
        var_names=[name + _MARK for name in names],
        labeller=_labels(fit, mark=_MARK),
    )


def sensitivity(fit: SavedFit) -> Any:
    """Return ArviZ's table of the sensitivity of each parameter shown to its prior and its likelihood."""
    with quiet():
        return az.psense_summary(fit.tree, var_names=_shown(fit))


def _of_parameters(plot: Callable[..., Any], fit: SavedFit, **options: Any) -> MatplotlibFigure:
    names = _shown(fit)
    options |= {"var_names": names, "labeller": _labels(fit), "col_wrap": _COLUMNS}
    return _draw(plot, fit, _count(fit, names), **options)


def _count(fit: SavedFit, names: Iterable[str]) -> int:
    return sum(len(_elements(fit, name)) for name in names)


def _draw(plot: Callable[..., Any], fit: SavedFit, panels: int, **options: Any) -> MatplotlibFigure:
    """Return ArviZ's figure with `panels` panels."""
    size = (_WIDTH, _MARGIN + _ROW * -(-panels // _COLUMNS))
    with rc_context(_LOOK), quiet():
        collection = plot(fit.tree, backend="matplotlib", figure_kwargs={"figsize": size}, **options)
    figure: MatplotlibFigure = collection.viz["figure"].item()
    plt.close(figure)
    figure.set_layout_engine("constrained")
    for axes in figure.axes:
        style.finish(axes)
    return figure


@contextmanager
def quiet() -> Iterator[None]:
    """Silence ArviZ: the tables of the fit have what it warns of."""
    logger = logging.getLogger("arviz_stats")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _marked(fit: SavedFit) -> SavedFit:
    """Return the fit with `_MARK` after the name of each parameter."""
    posterior = fit.group("posterior")
    marked = posterior.rename_vars({name: f"{name}{_MARK}" for name in posterior.data_vars})
    densities = {name: fit.group(name) for name in ("log_prior", "log_likelihood")}
    return replace(fit, tree=xr.DataTree.from_dict({"posterior": marked, **densities}))


def _labels(fit: SavedFit, mark: str = "") -> Any:
    """Return the labeller of the panels: parameters without the mark, with their units."""
    variables = fit.group("posterior").data_vars
    units = {str(name): values.attrs.get("unit", "1") for name, values in variables.items()}
    return az.labels.MapLabeller(
        {f"{name}{mark}": name if u == "1" else f"{name}\n({u})" for name, u in units.items()}
    )


@dataclass(frozen=True)
class _Picture:
    """Figure of a fit on a page.

    Attributes
    ----------
    draw
        Function that draws it.
    title, how
        Title and reading aid, a sentence each.
    groups
        Groups of the tree that it needs.
    need, lack
        Further requirement, and the words for its absence.
    """

    draw: Callable[[SavedFit], MatplotlibFigure]
    title: str
    how: str
    groups: tuple[str, ...] = ("posterior",)
    need: Callable[[SavedFit], bool] = lambda _: True
    lack: str = ""

    def block(self, fit: SavedFit) -> Figure | Prose:
        """Return the figure as a block of a page, or a paragraph on why it cannot be drawn."""
        if missing := self._missing(fit):
            return Prose(f"{self.title}: left out, for {missing}.")
        return base.block(
            f"{fit.name}-{self.draw.__name__.strip('_')}".replace("_", "-"),
            lambda: base.Drawn(self.draw(fit)),
            f"{self.title} of module {fit.name}: {', '.join(_shown(fit))}",
            f"{self.title}. {self.how}",
            themed=False,
        )

    def _missing(self, fit: SavedFit) -> str:
        for group in self.groups:
            if not fit.has(group):
                return f"the fit has no {group}"
            if not fit.is_finite(group):
                return f"not every number in {group} is one"
        return "" if self.need(fit) else self.lack


_DENSITIES = ("observed_data", "posterior_predictive", "log_likelihood")

PRIOR_POSTERIOR = _Picture(
    _prior_posterior,
    "Prior against posterior",
    "Where the posterior is narrower than the prior, the evidence spoke; where they agree, the prior "
    "decides. Each curve has its own height; tails of wide priors are cut.",
    ("posterior", "prior"),
)
PREDICTIVE = (
    _Picture(
        _predictive,
        "Posterior predictive check",
        "Share of data up to each value: the line of the data (black) should be one among those of 50 sets "
        "of data that the posterior predicts (blue).",
        _DENSITIES,
        lambda fit: bool(_sites(fit)),
        f"no set of data has {_FEWEST} or more, with a density each",
    ),
    _Picture(
        _loo_pit,
        "LOO-PIT: each datum among its predictions from the others",
        "The share of data below each level of their predictions, less what calibrated predictions give: "
        "hope for a line near zero, and p above 0.01.",
        _DENSITIES,
        lambda fit: bool(_continuous_sites(fit)),
        f"no set of data has {_FEWEST} or more continuous numbers, with a density each",
    ),
)
POWER_SCALING = _Picture(
    _power_scaling,
    "Power-scaling sensitivity",
    "The parameters that lean most on their prior: curves that move when the prior (left) counts for "
    "less (0.8) or more (1.25) lean on it; if they move on the right too, prior and data disagree.",
    ("posterior", "log_prior", "log_likelihood"),
    lambda fit: len(fit.group("posterior")) > 1,
    "ArviZ draws it for two parameters or more",
)
SAMPLING = (
    _Picture(
        _trace,
        "Traces",
        "Each colour is a chain: all should look like the same noise, with no drift, step or gap.",
    ),
    _Picture(
        _rank,
        "Ranks",
        "Each line is how the ranks of a chain among all draws differ from those of equal chains: p below "
        "0.01, or stretches in black, say that the chains disagree.",
    ),
    _Picture(
        _ess,
        "Effective sample size as draws accumulate",
        "Bulk (blue) and tail (orange) should grow in proportion to the draws and end above the dashed line.",
    ),
    _Picture(
        _convergence,
        "ESS and R-hat of all parameters",
        "Every parameter should lie right of the dashed line for bulk and tail ESS, and left of it for "
        "R-hat.",
    ),
    _Picture(
        _energy,
        "Energy",
        "The two distributions should look alike, and the BFMI of each chain lie right of the dashed line; "
        "else the chains do not reach the tails.",
        ("sample_stats",),
    ),
)

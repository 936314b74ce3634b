"""ArviZ plots of a posterior, in the style of the other figures."""

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from cycler import cycler
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from datawall.inference.diagnostics import E_BFMI, ESS
from datawall.reporting.figures import style
from datawall.reporting.saved import SavedFit

LOOK: dict[Any, Any] = {
    "axes.prop_cycle": cycler(color=[style.BLUE, style.ORANGE, style.GREEN, style.PURPLE]),
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "legend.fontsize": 9,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
}
COLUMNS = 3
PANELS = 9
"""Largest number of parameter elements drawn; the table has all."""
MOST_SENSITIVE = 3
"""Largest number of parameter elements drawn with power-scaled priors; the table has all."""
WIDTH = 8.5
ROW = 2.2
"""Height of a row of panels, and of the margins [inch]."""
MARGIN = 0.5
FEWEST = 5
"""Fewest data of a site for which a distribution over its data is drawn."""
MARK = "_drawn"
"""Suffix of parameter names, apart from ArviZ's own dimensions, one of which is `alpha`."""
CORE = (0.01, 0.99)
"""Quantiles of a posterior that an axis must span; the tails of a weak prior would hide it."""


def shown(fit: SavedFit) -> list[str]:
    """Return the parameters that the figures show."""
    return _first(fit, [name for name in fit.headline if name in moving(fit)], PANELS)


def moving(fit: SavedFit) -> list[str]:
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


def sites(fit: SavedFit) -> list[str]:
    """Return the sites with enough data for a distribution, and a density for each datum.

    Without that density the data are vectors of unlike numbers.
    """
    densities = fit.group("log_likelihood")
    return [
        str(name)
        for name, x in fit.group("observed_data").items()
        if x.size >= FEWEST and densities[name].ndim == 2 + x.ndim
    ]


def continuous_sites(fit: SavedFit) -> list[str]:
    """Return the sites with continuous data."""
    return [name for name in sites(fit) if fit.group("observed_data")[name].dtype.kind == "f"]


def prior_posterior(fit: SavedFit) -> Figure:
    """Draw the prior of each parameter with its posterior."""
    figure = _of_parameters(az.plot_prior_posterior, fit)
    draws = [own for name in shown(fit) for own in _elements(fit, name)]
    for axes, own in zip(figure.axes, draws, strict=False):
        low, high = np.quantile(own, CORE)
        axes.set_xlim(*np.clip(axes.get_xlim(), 2 * low - high, 3 * high - 2 * low))
    return figure


def trace(fit: SavedFit) -> Figure:
    """Draw the trace of each parameter."""
    return _of_parameters(az.plot_trace, fit)


def rank(fit: SavedFit) -> Figure:
    """Draw rank plots: the ranks of each chain's draws among those of all chains."""
    # thinned to the effective sample size: the uniformity test assumes independent draws
    return _of_parameters(az.plot_rank, fit, thin=True)


def ess(fit: SavedFit) -> Figure:
    """Draw the effective sample size against the number of draws."""
    return _of_parameters(az.plot_ess_evolution, fit, min_ess=ESS, n_points=12)


def convergence(fit: SavedFit) -> Figure:
    """Draw the distributions of ESS and R-hat over the parameters."""
    figure = _draw(az.plot_convergence_dist, fit, COLUMNS, var_names=moving(fit))
    figure.axes[0].set_ylabel("share of parameters")
    for axes in figure.axes:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    return figure


def energy(fit: SavedFit) -> Figure:
    """Draw the energy plot: marginal and transition energies of the sampler."""
    figure = _draw(az.plot_energy, fit, COLUMNS, threshold=E_BFMI)
    figure.axes[0].yaxis.set_major_locator(MaxNLocator(integer=True))
    figure.axes[-1].set_xlabel("energy, less its mean (nats)")
    return figure


def predictive(fit: SavedFit) -> Figure:
    """Draw the posterior predictive check: the data among posterior predictive replicates."""
    names = sites(fit)
    return _draw(az.plot_ppc_dist, fit, len(names), var_names=names, kind="ecdf", col_wrap=COLUMNS)


def loo_pit(fit: SavedFit) -> Figure:
    """Draw the LOO-PIT: the PIT value of each datum under its leave-one-out predictive distribution."""
    names = continuous_sites(fit)
    return _draw(az.plot_loo_pit, fit, len(names), var_names=names, col_wrap=COLUMNS)


def power_scaling(fit: SavedFit) -> Figure:
    """Draw the most prior-sensitive posteriors under power-scaled priors and likelihoods."""
    leaning = sensitivity(fit)["prior"].sort_values(ascending=False).index
    names = _first(fit, dict.fromkeys(label.partition("[")[0] for label in leaning), MOST_SENSITIVE)
    return _draw(
        az.plot_psense_dist,
        _marked(fit),
        COLUMNS * _count(fit, names),
        var_names=[name + MARK for name in names],
        labeller=_labels(fit, mark=MARK),
    )


def sensitivity(fit: SavedFit) -> Any:
    """Return ArviZ's table of the sensitivity of each parameter shown to its prior and its likelihood."""
    with quiet():
        return az.psense_summary(fit.tree, var_names=shown(fit))


def _of_parameters(plot: Callable[..., Any], fit: SavedFit, **options: Any) -> Figure:
    names = shown(fit)
    options |= {"var_names": names, "labeller": _labels(fit), "col_wrap": COLUMNS}
    return _draw(plot, fit, _count(fit, names), **options)


def _count(fit: SavedFit, names: Iterable[str]) -> int:
    return sum(len(_elements(fit, name)) for name in names)


def _draw(plot: Callable[..., Any], fit: SavedFit, panels: int, **options: Any) -> Figure:
    """Return ArviZ's figure with `panels` panels."""
    size = (WIDTH, MARGIN + ROW * -(-panels // COLUMNS))
    with rc_context(LOOK), quiet():
        collection = plot(fit.tree, backend="matplotlib", figure_kwargs={"figsize": size}, **options)
    figure: Figure = collection.viz["figure"].item()
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
    """Return the fit with `MARK` after the name of each parameter."""
    posterior = fit.group("posterior")
    marked = posterior.rename_vars({name: f"{name}{MARK}" for name in posterior.data_vars})
    densities = {name: fit.group(name) for name in ("log_prior", "log_likelihood")}
    return replace(fit, tree=xr.DataTree.from_dict({"posterior": marked, **densities}))


def _labels(fit: SavedFit, mark: str = "") -> Any:
    """Return the labeller of the panels: parameters without the mark, with their units."""
    variables = fit.group("posterior").data_vars
    units = {str(name): values.attrs.get("unit", "1") for name, values in variables.items()}
    return az.labels.MapLabeller(
        {f"{name}{mark}": name if u == "1" else f"{name}\n({u})" for name, u in units.items()}
    )

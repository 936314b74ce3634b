"""The bootstrap of a mode: how far a posterior moves when the rows are drawn again.

A posterior takes the residuals to be independent. Where they are not, its widths are too small and those of
the bootstrap are nearer to the truth, so both are reported.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from numpyro import handlers

from datawall.inference import datatree
from datawall.inference.density import double_precision, log_density
from datawall.inference.fit import Fit
from datawall.inference.laplace import mode_near
from datawall.inference.nuts import each_key

RESAMPLES = 400


@double_precision
def _resampled_modes(fit: Fit, seed: int) -> dict[str, np.ndarray]:
    """Return the posterior's mode for each of many resamples of the rows: values by name, resamples first.

    References
    ----------
    Efron 1979, doi:10.1214/aos/1176344552.
    """
    module, evidence = fit.module, fit.evidence
    density = log_density(module, evidence)
    (site,) = evidence.observed
    rows = len(evidence.observed[site])

    def log_likelihood(x: Any) -> Any:
        model = handlers.substitute(handlers.seed(module.model, 0), data=density.values(x))
        found = handlers.trace(model).get_trace(evidence, evidence.observed)[site]
        return found["fn"].log_prob(found["value"])

    def potential(counts: Any, x: Any) -> Any:
        # the potential counts every row once
        return density.potential(evidence.observed, x) - jnp.sum((counts - 1.0) * log_likelihood(x))

    start = mode_near(lambda x: potential(jnp.ones(rows), x), jnp.zeros(density.size)).x

    def one(key: Any) -> dict[str, Any]:
        counts = jnp.bincount(jax.random.randint(key, (rows,), 0, rows), length=rows)
        return density.values(mode_near(lambda x: potential(counts, x), start).x)

    return each_key(one, jax.random.split(jax.random.key(seed), RESAMPLES))


def add_to(fit: Fit, seed: int) -> None:
    """Add the group ``bootstrap`` to the tree of a fit: modes over the dimension ``resample``.

    Each variable carries ``inflation``: how many times wider (in standard deviations) than the posterior.
    """
    modes = datatree.plain(_resampled_modes(fit, seed))
    plates = datatree.plates_of(fit.module, fit.evidence)
    data = datatree.group(fit.module, fit.evidence, modes, plates, "resample")
    posterior = fit.tree["posterior"].to_dataset()
    for name, variable in data.data_vars.items():
        ratio = variable.std("resample") / posterior[name].std(datatree.SAMPLES)
        variable.attrs["inflation"] = ratio.values.round(3).tolist()
    fit.tree["bootstrap"] = xr.DataTree(data)

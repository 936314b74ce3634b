"""Simulation-based calibration (SBC): rank statistics of true values in their posteriors.

Draw latents from the prior, data from the model and a posterior from the data. Over many repetitions the
rank of each true value among the draws of its posterior is uniform, if prior, likelihood and sampler are
consistent.

References
----------
Talts et al. 2018, arXiv 1804.06788.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.inference.density import double_precision, log_density
from datawall.inference.evidence_model import Evidence, Module
from datawall.inference.fit import plain
from datawall.inference.nuts import Settings, chain, each_key

_THINNING = 8
"""Thinning of the ranked draws, as neighbours are autocorrelated."""
_RANKED = 63
"""Draws that are ranked, so that a rank has 64 values."""
_BINS = 8
_SETTINGS = Settings(chains=1, warmup=300, draws=_THINNING * _RANKED)


@dataclass(frozen=True)
class _SimulationBasedCalibration:
    """The ranks of the truth among the draws of its posterior.

    Attributes
    ----------
    ranks
        For each quantity, integers from 0 to `_RANKED`, shape (replications,); elements of vectors are
        quantities of their own, ``name[k]``.
    divergences
        Divergent transitions over all replications.
    """

    ranks: dict[str, np.ndarray]
    divergences: int

    def p_values(self) -> dict[str, float]:
        """Return, for each quantity, the p-value of uniform ranks (chi-squared, eight bins)."""
        return {name: uniformity(ranks) for name, ranks in self.ranks.items()}

    def passes(self, false_alarm: float = 1e-3) -> bool:
        """Return whether the ranks of every quantity are uniform, at a family-wise false-alarm rate."""
        found = self.p_values()
        return min(found.values()) * len(found) > false_alarm


def uniformity(ranks: np.ndarray) -> float:
    """Return the p-value of Pearson's chi-squared test that ranks are uniform.

    Examples
    --------
    >>> uniformity(np.arange(64))
    1.0
    """
    from scipy.special import chdtrc

    counts = np.bincount(np.asarray(ranks) * _BINS // (_RANKED + 1), minlength=_BINS)
    expected = len(ranks) / _BINS
    return float(chdtrc(_BINS - 1, np.sum((counts - expected) ** 2) / expected))


@double_precision
def calibrate(
    module: Module, evidence: Evidence, *, replications: int = 128, seed: int = 0, truth: Module | None = None
) -> _SimulationBasedCalibration:
    """Return the calibration of a module on data like its evidence.

    Parameters
    ----------
    module
        The model whose posterior is tried.
    evidence
        Sizes, dates and errors of the data that are simulated.
    replications
        Number of data sets.
    seed
        Of all randomness.
    truth
        The model that the data come from; the module itself by default. Its latents must have the same names.
    """
    own = log_density(module, evidence)
    world = own if truth is None else log_density(truth, evidence)
    draw = chain(own, _SETTINGS)

    def replicate(key: Any) -> tuple[dict[str, Any], Any]:
        key_world, key_chain = jax.random.split(key)
        x, data = world.simulate(key_world)
        values, statistics = draw(key_chain, data)
        true = plain(own.values(x))
        ranks = {name: jnp.sum(values[name][::_THINNING] < value, axis=0) for name, value in true.items()}
        return ranks, jnp.sum(statistics["diverging"])

    ranks, divergences = each_key(replicate, jax.random.split(jax.random.key(seed), replications))
    return _SimulationBasedCalibration(_scalars(ranks), int(divergences.sum()))


def _scalars(ranks: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    found = {}
    for name, values in ranks.items():
        flat = values.reshape(len(values), -1)
        labels = [name] if values.ndim == 1 else [f"{name}[{k}]" for k in range(flat.shape[1])]
        found |= dict(zip(labels, flat.T, strict=True))
    return found

"""Posterior of the delay of each further sign."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import MCMC, NUTS

CENTRE = 4.5
"""Reference k of the intercept: the middle of 1 to 8, where it depends least on the slope."""
LOG_SPREAD = float(np.log(0.1))
"""Logarithm of the median prior spread."""
CHAINS, WARMUP, DRAWS = 4, 500, 1000
STATISTICS = ("diverging", "accept_prob", "num_steps", "energy")


@dataclass(frozen=True)
class DelayFit:
    """Posterior draws with MCMC diagnostics.

    Attributes
    ----------
    posterior, statistics
        Arrays of shape (chain, draw, …) by name.
    r_hat, ess
        Largest split R-hat and smallest effective sample size over all quantities.
    divergences
        Transitions that diverged.
    """

    posterior: dict[str, np.ndarray]
    statistics: dict[str, np.ndarray]
    r_hat: float
    ess: float
    divergences: int


def _delay_model(log10_steps: np.ndarray, censored: np.ndarray) -> None:
    """State log10 steps as a + s·(k - 4.5) + bend of k + noise of the seed, right-censored.

    A network stopped by the budget adds the probability that it needs longer. The bends keep departures from
    a straight line out of the noise, so that many seeds do not make the slope falsely certain.

    Parameters
    ----------
    log10_steps
        Of shape (k, seed), for k of 1, 2, …; where censored, of the budget.
    censored
        True where the budget ran out, of the same shape.

    Notes
    -----
    Priors: slope Normal(0, 1), which favours no direction and covers two orders of magnitude a sign;
    intercept Normal(3, 2); the spreads of the seeds and of the bends lognormal with median 0.1 and a standard
    deviation of 1 in the logarithm.
    """
    k = np.arange(1, len(log10_steps) + 1)
    intercept = numpyro.sample("intercept", dist.Normal(3.0, 2.0))
    slope = numpyro.sample("slope", dist.Normal(0.0, 1.0))
    seed_spread = numpyro.sample("seed_spread", dist.LogNormal(LOG_SPREAD, 1.0))
    bend_spread = numpyro.sample("bend_spread", dist.LogNormal(LOG_SPREAD, 1.0))
    with numpyro.plate("k", len(k)):
        bend = bend_spread * numpyro.sample("bend_standardized", dist.Normal(0.0, 1.0))
    level = intercept + slope * (k - CENTRE) + bend
    distance = (log10_steps - level[:, None]) / seed_spread
    density = dist.Normal(level[:, None], seed_spread).log_prob(log10_steps)
    numpyro.factor("steps", jnp.where(censored, 0.0, density))
    numpyro.factor("stopped", jnp.where(censored, jax.scipy.stats.norm.logsf(distance), 0.0))
    numpyro.deterministic("ooms_per_two", 2.0 * slope)


def fit(log10_steps: np.ndarray, censored: np.ndarray, seed: int = 0) -> DelayFit:
    """Return the posterior of `_delay_model`, drawn by NUTS.

    Parameters
    ----------
    log10_steps, censored
        As in `_delay_model`.
    seed
        Of the chains.

    Returns
    -------
    Fit
        Draws of intercept, slope, spreads, bends and ``ooms_per_two`` [log10 of training steps].

    References
    ----------
    Hoffman and Gelman 2014, arXiv 1111.4246.
    """
    kernel = NUTS(_delay_model, target_accept_prob=0.95)
    chains = MCMC(
        kernel,
        num_warmup=WARMUP,
        num_samples=DRAWS,
        num_chains=CHAINS,
        chain_method="vectorized",
        progress_bar=False,
        jit_model_args=True,
    )
    with jax.enable_x64(True):
        chains.run(jax.random.key(seed), log10_steps, censored, extra_fields=STATISTICS)
        posterior = {name: np.asarray(x) for name, x in chains.get_samples(group_by_chain=True).items()}
        found = chains.get_extra_fields(group_by_chain=True)
    statistics = {name: np.asarray(found[name]) for name in STATISTICS}
    return DelayFit(
        posterior,
        statistics,
        r_hat=max(float(np.max(split_gelman_rubin(x))) for x in posterior.values()),
        ess=min(float(np.min(effective_sample_size(x))) for x in posterior.values()),
        divergences=int(statistics["diverging"].sum()),
    )

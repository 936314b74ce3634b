"""Convergence diagnostics of a posterior: R-hat, effective sample size, divergences."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

_R_HAT = 1.01
ESS = 400.0
TAILS = (0.05, 0.95)
E_BFMI = 0.2
"""Below this, momentum resampling cannot keep up with the energies of the posterior."""


@dataclass(frozen=True)
class Diagnosis:
    """The worst of every diagnostic over all parameters and chains.

    Attributes
    ----------
    r_hat
        Largest rank-normalised split R-hat.
    ess_bulk, ess_tail
        Smallest effective sample sizes of all chains together.
    divergences
        Number of divergent transitions.
    e_bfmi
        Smallest energy Bayesian fraction of missing information.
    worst
        The parameter with the largest R-hat.
    """

    r_hat: float
    ess_bulk: float
    ess_tail: float
    divergences: int
    e_bfmi: float
    worst: str

    @property
    def faults(self) -> list[str]:
        """Reasons against the posterior, in words; empty if there are none."""
        # written so that a diagnostic that is not a number counts as a fault
        checks = {
            f"R-hat {self.r_hat:.3f} of {self.worst}, need less than {_R_HAT}": self.r_hat < _R_HAT,
            f"bulk ESS {self.ess_bulk:.0f}, need more than {ESS:.0f}": self.ess_bulk > ESS,
            f"tail ESS {self.ess_tail:.0f}, need more than {ESS:.0f}": self.ess_tail > ESS,
            f"{self.divergences} divergent transitions, need none": self.divergences == 0,
            f"E-BFMI {self.e_bfmi:.2f}, need at least {E_BFMI}": self.e_bfmi >= E_BFMI,
        }
        return [words for words, passed in checks.items() if not passed]

    @property
    def trusted(self) -> bool:
        """True if the posterior has no faults."""
        return not self.faults

    def as_data(self) -> dict[str, Any]:
        """Return the diagnostics and the verdict, ready for JSON."""
        return {**asdict(self), "trusted": self.trusted, "faults": self.faults}


def diagnose(values: Mapping[str, np.ndarray], statistics: Mapping[str, np.ndarray]) -> Diagnosis:
    """Return the diagnosis of the draws of some chains.

    Parameters
    ----------
    values
        Parameters by name, shape (chains, draws, …); one that never moves is passed over.
    statistics
        ``diverging`` and ``energy``, shape (chains, draws).

    References
    ----------
    Vehtari et al. 2021, arXiv 1903.08008 (R-hat, ESS); Betancourt 2016, arXiv 1604.00695 (E-BFMI).
    """
    from arviz_stats.base.array import array_stats  # loads scipy.stats; a bad option should not wait for it

    r_hat, bulk, tail = {}, [], []
    for name, draws in values.items():
        flat = np.reshape(draws, (*draws.shape[:2], -1))
        moving = flat[..., ~(np.ptp(flat, axis=(0, 1)) == 0)]
        if moving.shape[-1]:
            r_hat[name] = float(np.max(array_stats.rhat(moving, chain_axis=0, draw_axis=1)))
            bulk.append(np.min(array_stats.ess(moving, method="bulk", chain_axis=0, draw_axis=1)))
            tail.append(np.min(array_stats.ess(moving, method="tail", prob=TAILS, chain_axis=0, draw_axis=1)))
    energy = statistics["energy"]
    e_bfmi = np.mean(np.diff(energy, axis=1) ** 2, axis=1) / np.var(energy, axis=1)
    # a parameter whose R-hat is not a number is the worst of all
    worst = max(r_hat, key=lambda name: np.nan_to_num(r_hat[name], nan=np.inf))
    return Diagnosis(
        r_hat=r_hat[worst],
        ess_bulk=float(np.min(bulk)),
        ess_tail=float(np.min(tail)),
        divergences=int(np.sum(statistics["diverging"])),
        e_bfmi=float(np.min(e_bfmi)),
        worst=worst,
    )

r"""Gaussian copula from a table of Spearman correlations.

The normal scores of two inputs with rank correlation :math:`\rho` get Pearson correlation
:math:`2\sin(\pi\rho/6)`, which gives back :math:`\rho` for continuous inputs whatever their families. An atom
(a mixture with mass at zero) weakens the realised rank correlation.

References
----------
Kruskal (1958), Ordinal Measures of Association, Journal of the American Statistical Association 53(284).
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from datawall.validation import Problem

_SMALLEST_EIGENVALUE = 1e-6
"""Smallest eigenvalue of a correlation matrix that single precision can factor."""


@dataclass(frozen=True)
class Correlation:
    """Spearman correlation of two inputs, with its source."""

    inputs: tuple[str, str]
    spearman: float
    source: str


def pearson(spearman: float) -> float:
    """Return the correlation of normal scores that gives this rank correlation.

    Examples
    --------
    >>> round(pearson(0.5), 4)
    0.5176
    """
    return 2.0 * math.sin(math.pi * spearman / 6.0)


def copula(
    correlations: Sequence[Correlation], order: Sequence[str], fixed: Collection[str] = ()
) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the correlated inputs and the Cholesky factor of their normal scores' correlations.

    Parameters
    ----------
    correlations
        Each pair at most once; pairs not listed are uncorrelated.
    order
        Inputs in the order of the Cholesky factor, those of `correlations` among them.
    fixed
        Inputs with one value only: a correlation with one of them has no meaning and is dropped.

    Returns
    -------
    names : tuple of str
        The correlated inputs, in the order of `order`.
    cholesky : ndarray, shape (len(names), len(names))
        Lower triangular L with ``L @ L.T`` the Pearson correlations.

    Raises
    ------
    Problem
        If no joint distribution has these correlations.
    """
    kept = [c for c in correlations if not set(c.inputs) & set(fixed)]
    stated = {name for c in kept for name in c.inputs}
    names = tuple(name for name in order if name in stated)
    matrix = np.eye(len(names))
    for correlation in kept:
        i, j = map(names.index, correlation.inputs)
        matrix[i, j] = matrix[j, i] = pearson(correlation.spearman)
    _check_positive_definite(names, matrix, kept)
    return names, np.linalg.cholesky(matrix)


def conditional(
    names: Sequence[str], cholesky: np.ndarray, known: Mapping[str, float]
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    r"""Return the conditional distribution of the other scores where some are known.

    With :math:`\Sigma = L L^T`, k for known and o for other, the mean is
    :math:`\Sigma_{ok}\Sigma_{kk}^{-1} s` and the covariance is Schur's complement
    :math:`\Sigma_{oo} - \Sigma_{ok}\Sigma_{kk}^{-1}\Sigma_{ko}`.

    Parameters
    ----------
    names, cholesky
        Of `copula`.
    known
        Normal score of each input that is known; those not among `names` carry no information.

    Returns
    -------
    names : tuple of str
        The inputs that are not known, in the order of `names`.
    mean : ndarray, shape (len(names),)
        Of their scores.
    cholesky : ndarray, shape (len(names), len(names))
        Lower triangular factor of the covariance of their scores.

    References
    ----------
    Eaton (1983), Multivariate Statistics, proposition 3.13.

    Examples
    --------
    >>> factor = np.linalg.cholesky([[1.0, 0.6], [0.6, 1.0]])
    >>> names, mean, cholesky = conditional(["mfu", "text_tokens"], factor, {"mfu": 2.0})
    >>> names, float(mean[0]), round(float(cholesky[0, 0]), 9)
    (('text_tokens',), 1.2, 0.8)
    """
    row = [k for k, name in enumerate(names) if name in known]
    other = [k for k, name in enumerate(names) if name not in known]
    left = tuple(names[k] for k in other)
    if not row:
        return left, np.zeros(len(names)), cholesky
    matrix = cholesky @ cholesky.T
    gain = np.linalg.solve(matrix[np.ix_(row, row)], matrix[np.ix_(row, other)]).T
    mean = gain @ np.array([known[names[k]] for k in row])
    covariance = matrix[np.ix_(other, other)] - gain @ matrix[np.ix_(row, other)]
    return left, mean, np.linalg.cholesky(covariance)


def _check_positive_definite(names: Sequence[str], matrix: np.ndarray, kept: Sequence[Correlation]) -> None:
    values, vectors = np.linalg.eigh(matrix)
    if not len(values) or values[0] >= _SMALLEST_EIGENVALUE:
        return
    # The eigenvector of the smallest eigenvalue identifies the inputs in conflict.
    involved = {n for n, weight in zip(names, np.abs(vectors[:, 0]), strict=True) if weight > 0.1}
    pairs = ", ".join(f"{' and '.join(c.inputs)} {c.spearman:g}" for c in kept if set(c.inputs) <= involved)
    raise Problem(
        ("correlations",),
        f"need correlations that can hold together, got {pairs} (smallest eigenvalue {values[0]:.2g}); "
        "move some of them towards zero",
    )

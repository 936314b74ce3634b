"""Joint distribution of the inputs, as a map from normal scores to inputs.

The static part (names, families, pairs that correlate) is hashable, so that `jit` compiles once for it;
the numbers (a pytree: parameters of the priors, the Cholesky factor) are traced, so that changing the
numbers of a prior does not recompile. Streams of the same family are evaluated together, to keep the program
small.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from datawall.distributions.copula import Correlation, conditional, copula
from datawall.distributions.families import FAMILIES, Distribution
from datawall.distributions.special import SCORE_LIMIT


@dataclass(frozen=True)
class Structure:
    """Static part of a joint distribution.

    Attributes
    ----------
    inputs
        Name, first stream and number of draws of each input; 0 draws mean a single one without an axis.
    groups
        The streams that are evaluated together, and the family of the first of them, whose quantile function
        all of them share.
    correlated
        The streams that the copula ties, in the order of its Cholesky factor.
    """

    inputs: tuple[tuple[str, int, int], ...]
    groups: tuple[tuple[str, tuple[int, ...]], ...]
    correlated: tuple[int, ...]


@dataclass(frozen=True)
class Joint:
    """Joint distribution of the inputs.

    Attributes
    ----------
    names
        The inputs.
    streams
        A label for each scalar draw: ``"mfu"``, or ``"slip_months[5.5]"`` where each generation has its own.
    structure
        Static argument of `inputs_from_scores`; hashable.
    params
        Its numbers, a pytree: ``{"groups": [one dict of stacked parameters a group], "mean": array,
        "cholesky": array}``, the latter two of the scores that the copula ties.
    """

    names: tuple[str, ...]
    streams: tuple[str, ...]
    structure: Structure
    params: dict[str, Any]


def build_joint(
    distributions: Mapping[str, Distribution],
    correlations: Sequence[Correlation],
    order: Sequence[str],
    labels: Mapping[str, Sequence[str]] = MappingProxyType({}),
    known: Mapping[str, float] = MappingProxyType({}),
) -> Joint:
    """Return the joint distribution of inputs.

    Parameters
    ----------
    distributions
        One for each input.
    correlations
        Spearman correlations, each pair at most once; those with a fixed input are dropped.
    order
        Inputs in the order of the copula's Cholesky factor: none depends on the scores of those after it.
    labels
        Labels of the draws of each input that has several, such as one for each generation.
    known
        Normal scores of inputs that have been observed: the inputs correlated with them take their
        conditional distribution. The distribution of an observed input is the fixed one of its value.
    """
    names = tuple(distributions)
    streams, inputs, owners = [], [], []
    for name in names:
        own = [f"{name}[{label}]" for label in labels.get(name, ())]
        inputs.append((name, len(streams), len(own)))
        streams += own or [name]
        owners += [name] * max(len(own), 1)

    alike: dict[Any, list[int]] = {}
    for row, name in enumerate(owners):
        alike.setdefault(_shape(distributions[name]), []).append(row)
    fixed = [name for name in names if distributions[name].family == "fixed" and name not in known]
    correlated, mean, cholesky = conditional(*copula(correlations, order, fixed), known)

    groups = tuple((distributions[owners[rows[0]]].family, tuple(rows)) for rows in alike.values())
    stacked = [_stack([distributions[owners[row]].params for row in rows]) for _, rows in groups]
    structure = Structure(tuple(inputs), groups, tuple(streams.index(name) for name in correlated))
    numbers = {"groups": stacked, "mean": mean, "cholesky": cholesky}
    return Joint(names, tuple(streams), structure, numbers)


def inputs_from_scores(structure: Structure, params: Mapping[str, Any], z: Any) -> dict[str, Any]:
    """Return the inputs at independent normal scores.

    Pure, and the same for a draw whatever other draws are evaluated beside it.

    Parameters
    ----------
    structure, params
        Of a `Joint`; `structure` is static under `jit`.
    z
        Standard normal scores, shape (streams, n).

    Returns
    -------
    dict
        Each input by name: shape (n,), or (generations, n) where each generation draws its own. A choice is
        the index of its option, as a float.
    """
    import jax
    import jax.numpy as jnp

    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, z.dtype), params)
    scores = tied_scores(structure, params, z)
    values = jnp.concatenate(
        [
            jax.vmap(FAMILIES[family].quantile)(group, scores[np.array(rows)])
            for (family, rows), group in zip(structure.groups, params["groups"], strict=True)
        ]
    )
    by_group = [row for _, rows in structure.groups for row in rows]
    # back in the order of the streams, so that streams used together are copied together
    values = jax.lax.optimization_barrier(values[np.argsort(by_group)])
    return {
        name: values[first : first + size] if size else values[first]
        for name, first, size in structure.inputs
    }


def tied_scores(structure: Structure, params: Mapping[str, Any], z: Any) -> Any:
    """Return normal scores that the copula has tied, from independent ones of shape (streams, n)."""
    import jax.numpy as jnp

    mean, cholesky = (jnp.asarray(params[name], z.dtype) for name in ("mean", "cholesky"))
    return jnp.clip(correlated_scores(structure.correlated, mean, cholesky, z), -SCORE_LIMIT, SCORE_LIMIT)


def correlated_scores(tied: tuple[int, ...], mean: Any, cholesky: Any, z: Any) -> Any:
    """Return the scores (streams, n) with those of the rows `tied` mixed by a Cholesky factor and shifted."""
    import jax.numpy as jnp

    if not tied:
        return z
    # A sum written out: a matrix product may add in an order that depends on the number of draws.
    mixed = sum(cholesky[:, k, None] * z[row][None] for k, row in enumerate(tied)) + mean[:, None]
    place = np.arange(len(z))
    place[list(tied)] = len(z) + np.arange(len(tied))
    return jnp.concatenate([z, mixed])[place]


def _shape(distribution: Distribution) -> tuple[Callable, tuple[tuple[str, tuple[int, ...]], ...]]:
    params = distribution.params
    return FAMILIES[distribution.family].quantile, tuple(
        (key, np.shape(params[key])) for key in sorted(params)
    )


def _stack(params: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    return {key: np.stack([np.asarray(p[key], float) for p in params]) for key in params[0]}

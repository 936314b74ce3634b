"""Latents of the evidence models, declared once in ``priors/latents.toml``, and data rows.

A latent is a family of distributions as in a scenario file, so its prior is a quantile function of a normal
score. The model samples the score, which is standard normal whatever the family: a convenient geometry for a
sampler, and the same declaration serves the prior, the prior predictive and simulation-based calibration.
"""

import tomllib
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from pydantic import ValidationError, model_validator

from datawall.distributions.families import FAMILIES, Distribution
from datawall.distributions.mixture import AnyStatement, nest
from datawall.inference.evidence_model import Arrays
from datawall.scenario import files
from datawall.validation import Closed, Problem, ScenarioError, Text, first_problem, suggestion


def sample_rows(
    plate: str, count: int, name: str, distribution: dist.Distribution, observed: Arrays | None
) -> None:
    """Sample the rows of a table from a distribution; with no rows the priors stay.

    Parameters
    ----------
    plate, count
        Name and number of the rows, of which none may have been known at an early as-of date.
    name
        Site of the data.
    distribution
        Of every row, shape (count,) or ().
    observed
        The data by site, or None to generate them.

    Examples
    --------
    >>> import jax.numpy as jnp, numpyro.distributions as dist
    >>> nothing = {"seen": jnp.zeros(0)}
    >>> trace = numpyro.handlers.trace(sample_rows).get_trace("row", 0, "seen", dist.Normal(), nothing)
    >>> float(trace["seen"]["fn"].log_prob(trace["seen"]["value"]).sum())
    0.0
    """
    seen = None if observed is None else observed[name]
    if count == 0:  # NumPyro has no empty plate
        numpyro.sample(name, distribution.expand((0,)), obs=seen)
        return
    with numpyro.plate(plate, count):
        numpyro.sample(name, distribution, obs=seen)


SCORE = "_score"
"""Suffix of the name of a score site."""


class _LatentTable(Closed):
    """Table ``[MODULE.NAME]``: weak prior of a latent, its unit, meaning and justification."""

    unit: Text
    meaning: Text
    source: Text
    statement: AnyStatement

    @model_validator(mode="before")
    @classmethod
    def _nest_the_family(cls, data: Any) -> Any:
        return nest(data, ("unit", "meaning", "source"))


class _Latents(Closed):
    """Contents of ``priors/latents.toml``."""

    latents: dict[str, dict[str, _LatentTable]]


@cache
def declared() -> dict[str, _LatentTable]:
    """Return every declared latent by its full name, ``module.name``.

    Raises
    ------
    ScenarioError
        If the file cannot be used.
    """
    path = files.folder() / files.LATENTS
    tables = {"latents": tomllib.loads(path.read_text(encoding="utf-8"))}
    try:
        modules = _Latents.model_validate(tables).latents
    except ValidationError as error:
        problem = first_problem(error, tables)
        raise ScenarioError(f"{path.name}: {'.'.join(map(str, problem.path))}: {problem.message}") from None
    return {f"{module}.{name}": table for module, own in modules.items() for name, table in own.items()}


@cache
def prior(name: str) -> Distribution:
    """Return the prior of a latent.

    Raises
    ------
    ScenarioError
        If it is not declared, or no member of its family fits.
    """
    if name not in declared():
        raise ScenarioError(f"{files.LATENTS}: {name}: not declared; {suggestion(name, declared())}")
    try:
        return declared()[name].statement.distribution()
    except Problem as problem:
        raise ScenarioError(f"{files.LATENTS}: {name}: {problem.message}") from None


def latent(name: str) -> Any:
    """Sample a declared latent inside a NumPyro model, and return its value in the declared unit.

    Adds a site ``NAME_score``, standard normal, and a deterministic ``NAME``, the value; inside a plate, one
    of each per element.

    Parameters
    ----------
    name
        The full name, ``module.name``.

    Examples
    --------
    >>> import numpyro
    >>> sites = numpyro.handlers.trace(numpyro.handlers.seed(latent, 0)).get_trace("scaling_points.alpha")
    >>> sorted(sites)
    ['alpha', 'alpha_score']
    """
    distribution = prior(name)
    short = name.rpartition(".")[2]
    score = numpyro.sample(f"{short}{SCORE}", dist.Normal(0.0, 1.0))
    params = jax.tree.map(jnp.asarray, distribution.params)
    return numpyro.deterministic(short, FAMILIES[distribution.family].quantile(params, score))

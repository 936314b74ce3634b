"""Posteriors of the evidence models, in place of the priors of a scenario's inputs.

A posterior is kept as a summary, so that a forecast needs no sampler: for each input the quantiles at a few
normal scores, or the weights of its options, and the rank correlations between inputs.
"""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from datawall.distributions.copula import Correlation
from datawall.distributions.families import Distribution, from_line, tabulate, to_line
from datawall.distributions.special import ndtri
from datawall.model.inputs import DECLARATIONS, POSITIVE
from datawall.scenario import files
from datawall.scenario.scenario import Prior
from datawall.units import date_of
from datawall.validation import Problem, ScenarioError, suggestion

SCORES = np.linspace(-2.5, 2.5, 21)
"""Normal scores at which quantiles are kept; the tails beyond are linear."""
TAIL = 4
"""Offset in `SCORES` from the outermost score to the inner point of each linear tail."""
FAMILY = "posterior"


@dataclass(frozen=True)
class Posterior:
    """Posterior summary of an evidence model, for the inputs of the forecast.

    Attributes
    ----------
    module, title
        Module of the evidence model, and its title.
    newest
        Vintage of its evidence: the date at which the newest of it became known [decimal year].
    inputs
        For each input ``{"quantiles": […]}`` at `SCORES`, or ``{"weights": {option: weight}}``.
    correlations
        Rank correlations between its inputs.
    anchors
        Anchor dates of its levels, by name [decimal year].
    """

    module: str
    title: str
    newest: float
    inputs: Mapping[str, Mapping[str, Any]]
    correlations: tuple[Correlation, ...]
    anchors: Mapping[str, float] = field(default_factory=dict)


type PosteriorSource = Callable[[str, float], Posterior]
"""Map from ``(module, as_of)`` to a posterior given the evidence known by then."""


def silent(module: str, as_of: float = -math.inf) -> Posterior:
    """Return an empty posterior, so that stated priors stay: a source of posteriors that has none."""
    return Posterior(module, module, as_of, {}, ())


def shipped(module: str) -> Posterior:
    """Return the shipped posterior of an evidence model, fitted to all of its evidence.

    Raises
    ------
    Problem
        If none ships.
    """
    path = files.posteriors() / f"{module}.json"
    if not path.is_file():
        known = [file.stem for file in sorted(files.posteriors().glob("*.json"))]
        message = f"no posterior of {module!r} ships; {suggestion(module, known)}"
        raise Problem(("evidence", "modules"), message)
    return read_posterior(path)


def is_file(module: str) -> bool:
    """Return whether a module is named by the path of a user's fit summary."""
    return module.endswith(".json")


def own(path: str, as_of: float) -> Posterior:
    """Return the posterior of a user's fit, from the path of its summary.

    Raises
    ------
    Problem
        If there is no such file, or some of its evidence was not known at the as-of date.
    """
    if not Path(path).is_file():
        raise Problem(("evidence", "modules"), f"no file {path!r}; give what `datawall fit` wrote")
    found = read_posterior(Path(path))
    if found.newest > as_of:
        known = f"{path!r} knows evidence of {date_of(found.newest)}, after the as-of date"
        raise Problem(("evidence", "modules"), f"{known}; fit it again with --as-of")
    return found


def committed(module: str, as_of: float) -> Posterior:
    """Return the posterior of a shipped module or of a file, without look-ahead in its evidence.

    Raises
    ------
    Problem
        If there is none, or some of its evidence was not known at the as-of date.
    """
    if is_file(module):
        return own(module, as_of)
    found = shipped(module)
    if found.newest > as_of:
        known = f"the posterior of {module!r} that ships knows evidence of {date_of(found.newest)}"
        message = f"{known}, after the as-of date; load it with datawall.load_scenario, which refits"
        raise Problem(("evidence", "modules"), message)
    return found


def read_posterior(path: Path) -> Posterior:
    """Read the summary of a posterior.

    Raises
    ------
    ScenarioError
        If the file is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        correlations = (
            Correlation((c["inputs"][0], c["inputs"][1]), c["spearman"], f"posterior of {found['module']}")
            for c in found["correlations"]
        )
        return Posterior(
            found["module"],
            found["title"],
            -math.inf if found["newest"] is None else found["newest"],
            found["inputs"],
            tuple(correlations),
            found.get("anchors", {}),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ScenarioError(f"{path.name}: is no posterior ({error!r}); run `datawall fit` again") from None


def inform(
    priors: Mapping[str, Prior],
    correlations: Sequence[Correlation],
    posteriors: Sequence[Posterior],
    keep: Collection[str],
) -> tuple[dict[str, Prior], tuple[Correlation, ...]]:
    """Return priors and correlations, with those of the posteriors substituted.

    Parameters
    ----------
    priors, correlations
        Of the scenario, as stated.
    posteriors
        In order; a later one replaces an earlier one on the same input.
    keep
        Inputs whose stated prior stays.
    """
    informed, stated = dict(priors), list(correlations)
    for posterior in posteriors:
        replaced = [name for name in posterior.inputs if name in priors and name not in keep]
        for name in replaced:
            informed[name] = _prior(name, priors[name], posterior)
        stated = [c for c in stated if not set(c.inputs) <= set(replaced)]
        stated += [c for c in posterior.correlations if set(c.inputs) <= set(replaced)]
    return informed, tuple(stated)


def informed_anchors(
    priors: Mapping[str, Prior], anchors: Mapping[str, float], posteriors: Sequence[Posterior]
) -> dict[str, float]:
    """Return the anchors, moved to the anchor dates of the posteriors for the levels replaced.

    Parameters
    ----------
    priors
        Of the scenario, with posteriors in place.
    anchors
        Of the scenario, as stated [decimal year].
    posteriors
        In order.

    Raises
    ------
    Problem
        If another level keeps its stated prior, at an anchor that would move.
    """
    moved = dict(anchors)
    for posterior in posteriors:
        for anchor, date in posterior.anchors.items():
            levels = [name for name in priors if DECLARATIONS[name].anchor == anchor]
            own = [name for name in levels if priors[name].statement.get("module") == posterior.module]
            others = [name for name in levels if name not in own]
            if own and others and date != anchors[anchor]:
                need = f"need {date:g}, when the posterior of {own[0]} is stated, got {anchors[anchor]:g}"
                remedy = f"{', '.join(others)} would be moved; or list {own[0]} in evidence.keep"
                raise Problem(("anchors", anchor), f"{need}; {remedy}")
            if own:
                moved[anchor] = date
    return moved


def _prior(name: str, stated: Prior, posterior: Posterior) -> Prior:
    content = posterior.inputs[name]
    dated = math.isfinite(posterior.newest)
    day = date_of(posterior.newest) if dated else stated.date
    known = f"evidence known by {day}" if dated else "undated evidence"
    return replace(
        stated,
        distribution=distribution(name, content),
        source=f"posterior of module {posterior.module} ({posterior.title}), {known}",
        link="",
        date=day,
        statement=_statement(content) | {"module": posterior.module},
        stated=stated,
    )


def _statement(content: Mapping[str, Any]) -> dict[str, Any]:
    if "weights" not in content:
        return {"family": FAMILY, **content}
    weights = content["weights"]
    return {"family": "choice", "options": list(weights), "weights": list(weights.values())}


def distribution(name: str, content: Mapping[str, Any]) -> Distribution:
    """Return the marginal posterior distribution of an input."""
    declaration = DECLARATIONS[name]
    if declaration.options:
        weights = [content["weights"][option] for option in declaration.options]
        thresholds = ndtri(np.cumsum(weights)[:-1].clip(0.0, 1.0) / sum(weights))
        return Distribution("choice", {"thresholds": thresholds})
    support = _support(declaration.lower, declaration.upper)
    line = to_line(support, _inside(np.asarray(content["quantiles"], float), support))
    return Distribution("empirical", tabulate(lambda z: from_line(support, _extended(line, z))))


def _inside(quantiles: np.ndarray, support: Mapping[str, float]) -> np.ndarray:
    """Return quantiles moved off the ends of the support, which map to infinity on the real line."""
    margin = 1e-3 * (quantiles[-1] - quantiles[0])
    low, high = support.get("lower", -np.inf), support.get("upper", np.inf)
    return np.clip(quantiles, low + margin * (quantiles[0] <= low), high - margin * (quantiles[-1] >= high))


def _support(lower: float, upper: float) -> dict[str, float]:
    bounds = {"lower": 0.0 if lower == POSITIVE else lower, "upper": upper}
    return {key: value for key, value in bounds.items() if math.isfinite(value)}


def _extended(line: np.ndarray, z: np.ndarray) -> np.ndarray:
    low = (line[TAIL] - line[0]) / (SCORES[TAIL] - SCORES[0])
    high = (line[-1] - line[-1 - TAIL]) / (SCORES[-1] - SCORES[-1 - TAIL])
    below, above = np.minimum(z - SCORES[0], 0.0), np.maximum(z - SCORES[-1], 0.0)
    return np.interp(z, SCORES, line) + low * below + high * above


def informed_tables(
    content: Mapping[str, Any],
    priors: Mapping[str, Prior],
    correlations: Sequence[Correlation],
    anchors: Mapping[str, float],
) -> dict[str, Any]:
    """Return the tables of a scenario that the posteriors changed, ready for JSON."""
    informed = {
        name: {**content["priors"][name], "source": prior.source, "link": "", "date": prior.date.isoformat()}
        | {"statement": dict(prior.statement)}
        for name, prior in priors.items()
        if prior.stated is not None
    }
    return {
        "anchors": dict(anchors),
        "priors": content["priors"] | informed,
        "correlations": [asdict(correlation) for correlation in correlations],
    }

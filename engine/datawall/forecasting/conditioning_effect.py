"""Conditioning effect: the shift of each input from its prior, over all draws that meet the conditions.

The normal score of every input is counted. Before the condition it is standard normal, so its median is the
shift in standard deviations, and its 80 % width over that of a standard normal the ratio of widths. The
quantile function of the prior takes its quantiles back to the unit of the input.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import xarray as xr

from datawall.distributions.families import Distribution
from datawall.distributions.special import SCORE_LIMIT, ndtr, ndtri
from datawall.errors import DatawallError
from datawall.forecasting.conditioning import Conditions
from datawall.forecasting.datatree import QUANTILES
from datawall.model.inputs import DECLARATIONS
from datawall.sampling.cdf import deviations_of, share_mcse
from datawall.sampling.program import ACCEPTED
from datawall.sampling.run import MonteCarloResult
from datawall.sampling.summaries import Histogram

SCORES = "input_score"
"""The output that holds the normal score of each input."""
SCORE_BINS = Histogram(-SCORE_LIMIT, SCORE_LIMIT, 704)
FEWEST = 400
"""Minimum of accepted draws: with fewer, the standard error of a probability of one half exceeds .025."""
TRIAL = 2**20
"""Draws after which a run with a target precision may give up on its conditions."""
_THREE = [QUANTILES.index(level) for level in (0.1, 0.5, 0.9)]
_VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "before": (("input", "quantile"), "that of the input", "quantiles without the conditions"),
    "after": (("input", "quantile"), "that of the input", "quantiles with them"),
    "share_before": (("input", "option"), "probability", "of each option without the conditions"),
    "share_after": (("input", "option"), "probability", "of each option with them"),
    "score": (("input", "quantile"), "sd", "quantiles of the normal score, standard normal without them"),
    "shift": (("input",), "sd", "median of the normal score"),
    "shift_mcse": (("input",), "sd", "Monte Carlo standard error"),
    "width_ratio": (("input",), "x", "80 % width of the normal score over that of the prior"),
    "width_ratio_mcse": (("input",), "x", "Monte Carlo standard error"),
    "information": (("input",), "nat", "divergence from the prior, by normal approximation"),
}


def accepted(pushed: MonteCarloResult) -> int:
    """Return the number of draws that meet the conditions."""
    return int(pushed.sketches[ACCEPTED].total) if ACCEPTED in pushed.sketches else pushed.draws


def check_enough(pushed: MonteCarloResult, given: Conditions) -> None:
    """Raise `DatawallError` if too few draws meet the conditions to estimate quantiles."""
    found = accepted(pushed)
    if not given.events or found >= FEWEST:
        return
    need = (
        f"given {', '.join(given.texts)}: need {FEWEST} draws that meet it, got {found} of {pushed.draws:,}"
    )
    if not found:
        raise DatawallError(f"{need}; give a weaker condition, or ask for more --draws")
    # twice the average need, because the count is itself random
    cost = pushed.draws * 2 * FEWEST / found
    raise DatawallError(f"{need}; ask for --draws {float(f'{cost:.1e}'):.0f}, or give a weaker condition")


def is_hopeless(pushed: MonteCarloResult) -> bool:
    """Return whether too few draws will meet the conditions even at the end of the run."""
    return pushed.draws >= TRIAL and accepted(pushed) * pushed.asked < FEWEST * pushed.draws


def facts(pushed: MonteCarloResult, given: Conditions) -> dict[str, Any]:
    """Return the manifest entry of the conditions."""
    if not given.texts:
        return {}
    share, error = _acceptance(pushed)
    return {
        "given": {
            "conditions": list(given.texts),
            "draws_accepted": accepted(pushed),
            "acceptance": share,
            "mcse_acceptance": error,
            "effective_sample_size": accepted(pushed),
            "pareto_k": None,
            "weights": "0 or 1: a draw meets the conditions or does not, so Pareto k does not apply",
        }
    }


def _acceptance(pushed: MonteCarloResult) -> tuple[float, float]:
    """Return the probability of the conditions and its standard error."""
    if ACCEPTED not in pushed.sketches:
        return 1.0, 0.0
    met = pushed.sketches[ACCEPTED].counts.sum(axis=-1)
    dealt = np.array([len(range(k, pushed.draws, len(met))) for k in range(len(met))])
    share = met.sum() / pushed.draws
    return float(share), float(share_mcse(share, pushed.draws, deviations_of(met, dealt)))


def given_group(pushed: MonteCarloResult, given: Conditions) -> xr.Dataset:
    """Return each uncertain input before and after conditioning, most informed first.

    Returns
    -------
    xarray.Dataset
        Along `input`: quantiles `before` and `after`, or `share_before` and `share_after` of each option of a
        choice; `score`, quantiles of the normal score; `shift`, its median; `width_ratio`, its 80 % width
        over that of a standard normal; `information`, the Kullback-Leibler divergence of a normal with this
        median and width from a standard normal [nat], infinite for an input that is known.
    """
    rows = sorted(_rows(pushed, given), key=lambda row: -row["information"])
    options = list(dict.fromkeys(option for row in rows for option in row["options"]))
    for row, kind in itertools.product(rows, ("share_before", "share_after")):
        own = dict(zip(row["options"], row[kind], strict=True))
        row[kind] = np.array([own.get(option, np.nan) for option in options])
    variables = {
        name: xr.Variable(dims, np.array([row[name] for row in rows]), {"unit": unit, "description": text})
        for name, (dims, unit, text) in _VARIABLES.items()
    }
    coords = {
        "input": [row["input"] for row in rows],
        "input_unit": ("input", [row["unit"] for row in rows]),
        "quantile": list(QUANTILES),
        "option": options,
    }
    return xr.Dataset(variables, coords)


def _rows(pushed: MonteCarloResult, given: Conditions) -> Iterator[dict[str, Any]]:
    """Yield the row of each uncertain input."""
    curve = pushed.sketches[SCORES].curve()
    scores, errors = curve.quantile(QUANTILES), curve.quantile_mcse(QUANTILES)
    for place, label in enumerate(given.before.joint().streams):
        name = label.partition("[")[0]
        prior = given.before.priors[name]
        if prior.distribution.family == "fixed":
            continue
        options = DECLARATIONS[name].options
        if name in given.scenario.known:
            value = given.scenario.priors[name].distribution.params["value"]
            after = _known(value, given.scenario.known[name], options)
        else:
            after = _counted(scores[place], errors[place])
            after["after"] = np.full(len(QUANTILES), np.nan)
            if options:
                after["share_after"] = _shares(prior.distribution, lambda z, row=place: curve.cdf(z)[row])
            else:
                after["after"] = prior.distribution.score_quantile(scores[place])
        before = {
            "before": np.full(len(QUANTILES), np.nan) if options else prior.distribution.quantile(QUANTILES),
            "share_before": _shares(prior.distribution, ndtr) if options else (),
        }
        yield {"input": label, "unit": prior.unit, "options": options} | before | after


def _known(value: float, score: float, options: tuple[str, ...]) -> dict[str, Any]:
    return {
        "after": np.full(len(QUANTILES), np.nan if options else value),
        "share_after": np.eye(len(options))[int(value)] if options else (),
        "score": np.full(len(QUANTILES), np.nan if options else score),
        "shift": np.nan if options else score,
        "shift_mcse": 0.0,
        "width_ratio": 0.0,
        "width_ratio_mcse": 0.0,
        "information": np.inf,
    }


def _counted(score: np.ndarray, error: np.ndarray) -> dict[str, Any]:
    low, middle, high = _THREE
    standard = 2.0 * ndtri(0.9)
    shift, width = score[middle], (score[high] - score[low]) / standard
    return {
        "share_after": (),
        "score": score,
        "shift": shift,
        "shift_mcse": error[middle],
        "width_ratio": width,
        "width_ratio_mcse": np.hypot(error[low], error[high]) / standard,
        "information": (shift**2 + width**2 - 1.0) / 2.0 - np.log(width),
    }


def _shares(choice: Distribution, cdf: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the probability of each option, given the distribution function of the score."""
    return np.diff([0.0, *cdf(np.asarray(choice.params["thresholds"], float)), 1.0])

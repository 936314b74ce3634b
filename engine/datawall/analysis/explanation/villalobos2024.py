"""The ceiling and the stock of Villalobos et al. 2024, with the numbers of one future put in."""

from collections.abc import Mapping

from datawall.analysis.explanation.steps import digits as n
from datawall.model.ceilings.villalobos2024 import BY_COMPUTE, TOKENS_PER_PARAM
from datawall.model.inputs import Inputs

EQUATIONS = {"datasets": "6 D^2 / 20 of the training set projected, or the compute projected"}
SUPPLY_EQUATION = "m U = pages x bytes a page / bytes a token x quality x repeats x growth m"


def _datasets(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    years = date - anchors["frontier"]
    if round(i.demand_projection) == BY_COMPUTE:
        return f"{n(i.frontier_flop)} * {n(i.compute_growth)}**{n(years)}"
    return f"6 * ({n(i.dataset_tokens)} * {n(i.dataset_growth)}**{n(years)})**2 / {n(TOKENS_PER_PARAM)}"


def supply(i: Inputs, years: float) -> str:
    """Return the stock with its numbers."""
    raw = f"{n(i.web_pages)} * {n(i.bytes_per_page)} / {n(i.bytes_per_token)}"
    worth = f"{n(i.text_quality)} * {n(i.repetition_gain)} * {n(i.supply_growth)}**{n(years)}"
    return f"{raw} * {worth} * {n(i.distillation_multiplier)}"


NUMBERS = {"datasets": _datasets}

"""The groups of inputs that are swapped between two scenarios, one at a time.

This module loads no JAX.
"""

from datawall.model.inputs import DECLARATIONS

GROUPS = ("compute", "hardware", "data", "law", "policy", "architecture", "generations")
"""What differences are put down to; the accounts of supply and release go with data and generations."""

POLICY = (
    "max_passes",
    "overtraining_factor",
    "private_text",
    "multimodal",
    "distillation_multiplier",
    "distillation_reading",
)
"""What developers choose to do with the data: passes, overtraining, sources used, distillation."""

ANCHORS = {
    "frontier": "compute",
    "spending": "compute",
    "power": "compute",
    "chips": "compute",
    "supply": "data",
    "gpt4": "generations",
}
"""The group whose levels each anchor dates, and which it is swapped with."""

DATED_BY_OTHERS = {
    "usd_per_h100e_hour": ("spending", "flop_per_usd_growth"),
    "watts_per_h100e": ("power", "flop_per_watt_growth"),
}
"""Levels dated by the anchor of another group, and the rate by which they fall: they are carried to it."""

_SHOWN_AS = {"supply": "data", "release": "generations", "counts": "generations"}


def group_of(name: str) -> str:
    """Return the group that an input is swapped with.

    Examples
    --------
    >>> group_of("text_tokens"), group_of("multimodal"), group_of("release_outcome")
    ('data', 'policy', 'generations')
    """
    declared = DECLARATIONS[name].group
    return "policy" if name in POLICY else _SHOWN_AS.get(declared, declared)

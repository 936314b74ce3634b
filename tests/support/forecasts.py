"""Small forecasts that several test files look at; none may change them."""

from functools import cache

import datawall
from datawall.scenario import load_scenario


@cache
def of_the_baseline():
    return datawall.forecast("baseline", draws=6000)


@cache
def of_another_date():
    """Return another scenario, from a date whose steps miss the whole years by rounding."""
    return datawall.forecast(load_scenario("seed2024", as_of=2026.9), draws=300)

"""Labels of backtest questions, scores and outcomes, in the terminal and on a page."""

from collections.abc import Iterable, Mapping
from typing import Any

from datawall.backtesting.questions import TARGETS
from datawall.formatting import amount, date

REFERENCE = (
    "The trend forecast of the mid-2024 discussion of small models and the data wall (S3-18 and S3-19 of "
    "priors/claims.toml) is two tables of when generations would be deployed, a base one and a bullish one. "
    "A row comes true by name, by compute, by both or by neither. Years off: what they said less what came, "
    "negative where they were too early; of what is still open at the most, and - where they can still be "
    "right."
)
REFERENCE_CLOCKS = {
    "name": "by name: release of a model of that number",
    "compute": "by compute: a run of as much compute",
}


def target(name: str) -> str:
    """Return the label of a target; any other name is returned as it is.

    Examples
    --------
    >>> target("largest_run"), target("revision"), target("")
    ('largest known training run', 'revision', 'anything')
    """
    return TARGETS[name].title if name in TARGETS else name or "anything"


def item(about: str, name: str) -> str:
    """Return the label of an item of a target.

    Examples
    --------
    >>> item("first_above", "1e+26"), item("release_by_name", "GPT-5")
    ('10²⁶ FLOP', 'GPT-5')
    """
    return f"{amount(float(name))} FLOP" if about == "first_above" else name


def asked(facts: Mapping[str, Any]) -> str:
    """Return the forecast origins and the number of draws at each, in words.

    Parameters
    ----------
    facts
        The manifest of a backtest.
    """
    return (
        f"from {facts['start']} to {facts['end']}, every {facts['every']} and at the dates of published "
        f"forecasts, {', '.join(facts['horizons'])} ahead, with what was known by then; scored against what "
        f"is known now. {facts['draws']:,} draws of each forecast, seed {facts['seed']}."
    )


def span(origins: Iterable[float]) -> str:
    """Return one origin, or the number of origins and their range.

    Examples
    --------
    >>> span([2019.0]), span([2021.0, 2019.0, 2020.5])
    ('2019.0', '3, 2019.0 to 2021.0')
    """
    found = sorted(origins)
    if len(found) == 1:
        return date(found[0])
    return f"{len(found)}, {date(found[0])} to {date(found[-1])}"


def came(day: float, is_open: bool) -> str:
    """Return the date of an event, or the date up to which it had not happened.

    Examples
    --------
    >>> came(2025.62, False), came(2026.5, True)
    ('2025.6', 'not by 2026.5')
    """
    return f"not by {date(day)}" if is_open else date(day)


def generation(row: Mapping[str, Any]) -> str:
    """Return the label of a row of the tables of mid-2024.

    Examples
    --------
    >>> generation({"index": 4.7, "table": "baseline"}), generation({"index": 5.0, "table": "bullish"})
    ('GPT-4.7 (their base table)', 'GPT-5 (their bullish table)')
    """
    # the table has the name of our current scenario, which is shown beside it
    name = "base" if row["table"] == "baseline" else row["table"]
    return f"GPT-{row['index']:g} (their {name} table)"


def off(row: Mapping[str, Any], clock: str) -> str:
    """Return the error of a row in years, positive if late; for an open event, a bound on it.

    Examples
    --------
    >>> off({"name_state": "happened", "name_error": 0.63}, "name")
    '+0.6'
    >>> off({"name_state": "open", "name_error": -0.4}, "name")
    '≤ -0.4'
    >>> off({"name_state": "open", "name_error": 3.44}, "name")
    '-'
    """
    error = row[f"{clock}_error"]
    if row[f"{clock}_state"] == "happened":
        return f"{error:+.1f}"
    return f"≤ {error:+.1f}" if error < 0.0 else "-"


def ours(row: Mapping[str, Any], clock: str) -> str:
    """Return our own forecast of a row: median and 80 % interval.

    Examples
    --------
    >>> ours({"our_name_q10": 2025.0, "our_name_q50": 2027.0, "our_name_q90": "inf"}, "name")
    '2027.0 (2025.0-never)'
    """
    low, middle, high = (date(float(row[f"our_{clock}_q{q}"])) for q in (10, 50, 90))
    return f"{middle} ({low}-{high})"

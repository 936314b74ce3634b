"""Calendar dates as decimal years, and physical constants with their units."""

import datetime as dt

HOURS_TO_SECONDS = 3600.0
DAYS_TO_SECONDS = 86_400.0
DAYS_PER_YEAR = 365.25
MONTHS_PER_YEAR = 12.0


def decimal_year(date: dt.date) -> float:
    """Return a date as a decimal year.

    Parameters
    ----------
    date
        A day of the Gregorian calendar.

    Returns
    -------
    float
        The year plus the share of it that lies before `date` [year].

    Examples
    --------
    >>> decimal_year(dt.date(2026, 7, 2))
    2026.4986301369863
    """
    start = dt.date(date.year, 1, 1)
    length = (dt.date(date.year + 1, 1, 1) - start).days
    return date.year + (date - start).days / length

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
        The year plus the elapsed fraction of it [year].

    Examples
    --------
    >>> decimal_year(dt.date(2026, 7, 2))
    2026.4986301369863
    """
    start = dt.date(date.year, 1, 1)
    length = (dt.date(date.year + 1, 1, 1) - start).days
    return date.year + (date - start).days / length


def date_of(year: float) -> dt.date:
    """Return the calendar day of a decimal year, the inverse of `decimal_year`.

    Parameters
    ----------
    year
        A moment [decimal year].

    Examples
    --------
    >>> date_of(2026.4986301369863)
    datetime.date(2026, 7, 2)
    """
    start = dt.date(int(year), 1, 1)
    length = (dt.date(start.year + 1, 1, 1) - start).days
    # a day is 0.0027 years: far more than rounding, far less than half a day is added
    return start + dt.timedelta(days=int((year - start.year) * length + 1e-6))

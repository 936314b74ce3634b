"""Plan of a backtest: arguments checked before any heavy import."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datawall.arguments import check_seed
from datawall.backtesting.questions import DRAWS, END, EVERY, HORIZONS, NAIVE, SCENARIOS, START
from datawall.errors import DatawallError
from datawall.inference.tables import read_table
from datawall.product import Request
from datawall.scenario import files, load_scenario
from datawall.scenario.posterior import silent
from datawall.units import MONTHS_PER_YEAR, date_of, decimal_year
from datawall.validation import FIRST_YEAR, shown

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_SPAN = re.compile(r"(\d{1,4})(mo|y)")
_LONGEST_YEARS = 50
MOST_ORIGINS = 200
_DATE_KNOWN = "date_known"
MID_2024 = 2024.46
"""Publication of the reference tables, in June 2024 [year]."""


def parse_origins(start: str, end: str, every: str, known_until: float) -> tuple[float, ...]:
    """Return the forecast origins of a backtest, ascending [decimal year].

    Parameters
    ----------
    start, end
        First month, and the last one possible, such as ``"2019-01"``: the first day of it.
    every
        Between two of them: ``"6mo"`` or ``"1y"``.
    known_until
        Date at which the newest evidence became known; origins lie before it [decimal year].

    Raises
    ------
    DatawallError
        If a text is no month or span, nothing lies between the ends, or there are too many origins.

    Examples
    --------
    >>> parse_origins("2019-01", "2020-03", "6mo", known_until=2026.0)
    (2019.0, 2019.495890410959, 2020.0)
    """
    first, last, step = _months_of(start, "--from"), _months_of(end, "--to"), _span(every, "--every")
    if first > last:
        raise DatawallError(
            f"--from {start}: need a month no later than --to, got one after {end}; swap them"
        )
    if _year_of(last) > known_until:
        newest = f"{date_of(known_until):%Y-%m}"
        raise DatawallError(f"--to {end}: need a month by {newest}, of the newest evidence; give {newest}")
    months = range(first, last + 1, step)
    if len(months) > MOST_ORIGINS:
        need = f"need at most {MOST_ORIGINS} origins from {start} to {end}, got {len(months)}"
        raise DatawallError(f"--every {every}: {need}; give a longer span")
    return tuple(map(_year_of, months))


def parse_horizons(texts: Sequence[str]) -> tuple[float, ...]:
    """Return forecast horizons, ascending and each once [years].

    Raises
    ------
    DatawallError
        If there is none, or one is no span.

    Examples
    --------
    >>> parse_horizons(["2y", "6mo", "24mo"])
    (0.5, 2.0)
    """
    if not texts:
        raise DatawallError("--horizon: need at least one span, got nothing; give some such as 6mo,1y")
    return tuple(sorted({_span(text, "--horizon") / MONTHS_PER_YEAR for text in texts}))


def newest_evidence() -> float:
    """Return the date at which the newest shipped evidence became known [decimal year]."""
    tables = (read_table(path, ()) for path in sorted((files.folder() / "evidence").glob("*.csv")))
    dates = [table.years(_DATE_KNOWN) for table in tables if _DATE_KNOWN in table.columns]
    return float(np.nanmax(np.concatenate(dates)))


def _months_of(text: str, option: str) -> int:
    """Return a month as the number of months since the year 0."""
    found = _MONTH.fullmatch(text)
    if not found or int(found[1]) < FIRST_YEAR:
        need = f"need a month such as 2019-01, from {FIRST_YEAR} on"
        raise DatawallError(f"{option}: {need}, got {shown(text)}; correct it")
    return 12 * int(found[1]) + int(found[2]) - 1


def _year_of(months: int) -> float:
    return decimal_year(dt.date(months // 12, months % 12 + 1, 1))


def _span(text: str, option: str) -> int:
    """Return a span in months."""
    found = _SPAN.fullmatch(text.strip())
    months = int(found[1]) * (12 if found[2] == "y" else 1) if found else 0
    if not 0 < months <= 12 * _LONGEST_YEARS:
        need = f"need a span from 1mo to {_LONGEST_YEARS}y such as 6mo or 1y"
        raise DatawallError(f"{option}: {need}, got {shown(text)}; correct it")
    return months


_FEWEST_DRAWS = 400
"""Fewest draws: the outer quantiles hold one draw in 200."""
_MOST_DRAWS = 2**20


@dataclass(frozen=True)
class BacktestPlan:
    """A backtest to be run.

    Attributes
    ----------
    scenarios
        Paths or names as given by the user, by scenario name; the first is the main one.
    informed
        The scenarios that use evidence, so that evidence models answer for them.
    digests
        Of each scenario without posteriors.
    period, ahead
        Start, end and step, and the horizons, as text.
    origins
        Dates at which forecasts are made [decimal year].
    horizons
        Forecast horizons [years].
    as_of
        The as-of date of the main scenario [decimal year].
    draws, seed
        Of each forecast.
    evidence_digest
        SHA-256 of the tables of evidence that ship, and of the priors of what is inferred from them.
    """

    scenarios: Mapping[str, str | Path]
    informed: frozenset[str]
    digests: Mapping[str, str]
    period: tuple[str, str, str]
    ahead: tuple[str, ...]
    origins: tuple[float, ...]
    horizons: tuple[float, ...]
    as_of: float
    draws: int
    seed: int
    evidence_digest: str

    @property
    def first(self) -> str:
        """The name of the main scenario."""
        return next(iter(self.scenarios))

    @property
    def request(self) -> Request:
        """The same as options."""
        start, end, every = self.period
        options = {
            "scenarios": [str(one) for one in self.scenarios.values()],
            "from": start,
            "to": end,
            "every": every,
            "horizon": ",".join(self.ahead),
            "draws": self.draws,
            "seed": self.seed,
        }
        content = (*self.digests.values(), self.evidence_digest)
        return Request("backtest", options, tuple(self.scenarios), content)


def make_plan(
    scenarios: Sequence[str | Path] = SCENARIOS,
    start: str = START,
    end: str = END,
    every: str = EVERY,
    horizons: Sequence[str] = HORIZONS,
    draws: int = DRAWS,
    seed: int = 0,
) -> BacktestPlan:
    """Return the plan of a backtest; for the parameters see `datawall.backtesting.backtest.backtest`.

    Raises
    ------
    DatawallError
        At the first of them that cannot be used.
    """
    origins = parse_origins(start, end, every, newest_evidence())
    years_ahead = parse_horizons(horizons)
    _check_draws(draws)
    check_seed(seed)
    asked = tuple(scenarios) or SCENARIOS
    loaded = [(load_scenario(one, posterior=silent), one) for one in asked]
    for place, (scenario, one) in enumerate(loaded):
        if one in asked[:place]:
            raise DatawallError(f"{one}: given twice; drop one")
        if scenario.name in (*NAIVE, *(other.name for other, _ in loaded[:place])):
            raise DatawallError(f"{one}: another forecaster is called {scenario.name}; rename the scenario")
    return BacktestPlan(
        scenarios={scenario.name: one for scenario, one in loaded},
        informed=frozenset(scenario.name for scenario, _ in loaded if scenario.modules),
        digests={scenario.name: scenario.digest for scenario, _ in loaded},
        period=(start, end, every),
        ahead=tuple(horizons),
        origins=origins,
        horizons=years_ahead,
        as_of=loaded[0][0].as_of,
        draws=draws,
        seed=seed,
        evidence_digest=_evidence_digest(),
    )


def _check_draws(draws: int) -> None:
    if type(draws) is not int or not _FEWEST_DRAWS <= draws <= _MOST_DRAWS:
        need = f"need a whole number from {_FEWEST_DRAWS} to {_MOST_DRAWS}"
        raise DatawallError(f"--draws: {need}, got {draws}; give such a number")


def _evidence_digest() -> str:
    tables = sorted((files.folder() / "evidence").glob("*.csv"))
    digest = hashlib.sha256()
    for path in (*tables, files.folder() / files.LATENTS):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()

"""Plan of a backtest: arguments checked before any heavy import."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from datawall.arguments import check_seed
from datawall.backtesting.origins import newest_evidence, parse_horizons, parse_origins
from datawall.backtesting.questions import DRAWS, END, EVERY, HORIZONS, NAIVE, SCENARIOS, START
from datawall.errors import DatawallError
from datawall.product import Request
from datawall.scenario import files, load_scenario
from datawall.scenario.posterior import silent

FEWEST_DRAWS = 400
"""Fewest draws: the outer quantiles hold one draw in 200."""
MOST_DRAWS = 2**20


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
    """Return the plan of a backtest.

    Parameters
    ----------
    scenarios, start, end, every, horizons, draws, seed
        See `datawall.backtesting.backtest.backtest`.

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
    if type(draws) is not int or not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        need = f"need a whole number from {FEWEST_DRAWS} to {MOST_DRAWS}"
        raise DatawallError(f"--draws: {need}, got {draws}; give such a number")


def _evidence_digest() -> str:
    tables = sorted((files.folder() / "evidence").glob("*.csv"))
    digest = hashlib.sha256()
    for path in (*tables, files.folder() / files.LATENTS):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()

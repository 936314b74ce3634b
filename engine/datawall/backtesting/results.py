"""The results of a backtest as labelled groups."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import xarray as xr

from datawall.backtesting.asking import Ledger
from datawall.backtesting.plan import Plan
from datawall.backtesting.questions import NAIVE, Question
from datawall.backtesting.scores import counted, coverage_table, score, skill, widening
from datawall.backtesting.verdicts import remarks, verdicts
from datawall.scoring import Outcome


def groups_of(
    plan: Plan, ledger: Ledger, outcomes: Mapping[Question, Outcome | None]
) -> tuple[dict[str, xr.Dataset], dict[str, list[str]]]:
    """Return the groups of a backtest but `reference` and `revision`, and sentences on the main scenario.

    The sentences are ``verdicts``, which judge, and ``remarks``.

    Parameters
    ----------
    plan, ledger
        What was asked, and what came back.
    outcomes
        Of every question; None where it cannot be told yet.
    """
    scored = {who: score(answers, outcomes) for who, answers in ledger.answers.items()}
    groups = {"questions": score({}, outcomes).coords.to_dataset().drop_vars("level").reset_coords()}
    groups |= {f"forecasts/{who}": one.drop_vars(groups["questions"]) for who, one in scored.items()}
    told = {who: one for who, one in scored.items() if counted(one).any()}
    skills = {
        (who, reference): found
        for who, reference in _pairs(plan, told)
        if (found := skill(scored, who, reference, plan.seed))["questions"].any()
    }
    covered = {who: coverage_table(one) for who, one in told.items()}
    groups |= {f"skill/{who}/{reference}": found for (who, reference), found in skills.items()}
    groups |= {f"coverage/{who}": found for who, found in covered.items()}
    groups |= {f"widening/{who}": xr.Dataset(asdict(widening(one, plan.seed))) for who, one in told.items()}
    if plan.first not in told:
        nothing = f"No forecast of {plan.first} can be scored: see what was skipped, and why."
        return groups, {"verdicts": [nothing], "remarks": []}
    own = {reference: found for (who, reference), found in skills.items() if who == plan.first}
    return groups, {
        "verdicts": verdicts(scored, own, plan.first),
        "remarks": remarks(scored[plan.first], ledger.taken_out),
    }


def _pairs(plan: Plan, forecasters: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield who is compared with whom.

    All but the simple with the simple; the scenarios asked also with published ones and with the main one.
    """
    for who in forecasters:
        for reference in forecasters:
            is_published = reference not in (*plan.scenarios, *NAIVE)
            beside = who in plan.scenarios and (is_published or reference == plan.first)
            if who not in (*NAIVE, reference) and (reference in NAIVE or beside):
                yield who, reference

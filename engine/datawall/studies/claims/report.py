"""Report of judged claims as Markdown, JSON and terminal tables."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from datawall.scenario.markdown import number
from datawall.studies.claims.computations import DRAWS, SCENARIO, SEED
from datawall.studies.claims.evaluation import Case, Check, Judged
from datawall.studies.claims.schema import load_claims
from datawall.studies.claims.verdict import DATE_UNIT, Claimed, Verdict

REPORT = Path("reports/claims.md")
_PURE_UNIT = "1"
_GROUPS = {
    Verdict.HOLDS: "Holds",
    Verdict.ROUGHLY: "Holds roughly",
    Verdict.FAILS: "Fails",
    None: "Outside a compute/data model",
}
_HEAD = f"""Computed: median and 80 % interval over {DRAWS:,} draws (seed {SEED}) of the `{SCENARIO}` inputs;
where the statement presumes a law, named under *law*, first the value under it, which then decides. Factor:
claimed over computed; for dates, the years by which the computed date is later. P near: share of draws within
a factor 1.5 (dates: half a year; bounds: kept)."""
_RULE = """A number holds when claimed over computed is within a factor 1.25, roughly within 2, and fails
otherwise; of a range the nearer end counts. A bound must be kept, and arithmetic must come out to the digits
stated; short of that either holds roughly at best. A date holds within a quarter of a year, roughly within
one. A statement is as good as its worst number."""
_COLUMNS = (
    *("id", "statement", "quantity", "claimed", "computed (80 %)", "factor", "P near", "law"),
    *("other laws and readings", "verdict", "reason"),
)
_OVERVIEW = ("quantity", "claimed", "computed (80 %)", "factor", "law", "verdict")


def shown(value: float, unit: str) -> str:
    """Return a number to three digits, robust to noise in the tenth digit."""
    return number(float(f"{value:.9g}"), unit) if math.isfinite(value) else str(value)


def _claimed_text(claimed: Claimed) -> str:
    """Return the claimed value with its unit."""
    low, high = shown(claimed.low, claimed.unit), shown(claimed.high, claimed.unit)
    if claimed.is_bound:
        text = f"≥ {low}" if math.isinf(claimed.high) else f"≤ {high}"
    else:
        text = low if low == high else f"{low} to {high}"
    return text if claimed.unit in (DATE_UNIT, _PURE_UNIT) else f"{text} {claimed.unit}"


def _factor_text(of: Check | Case, unit: str) -> str:
    """Return claimed over computed, or the years by which the computed date is later.

    Examples
    --------
    >>> _factor_text(Case("", 1.0, 122.3, Verdict.FAILS), "x")
    '120'
    >>> _factor_text(Case("", 1.0, -0.04, Verdict.HOLDS), "year")
    '+0.0 yr'
    """
    if unit == DATE_UNIT:
        return f"{round(of.ratio, 1) + 0.0:+.1f} yr"
    return shown(float(f"{of.ratio:.2g}"), unit)


def _computed_text(check: Check) -> str:
    """Return the median and 80 % interval over the draws, or the one value."""
    unit = check.claimed.unit
    middle, low, high = (shown(value, unit) for value in (check.median, check.low, check.high))
    text = middle if low == high else f"{middle} ({low} to {high})"
    return text if check.law in ("draws", "none") else f"{shown(check.computed, unit)}; draws {text}"


def _cases_text(check: Check) -> str:
    """Return the values under other laws and readings, each with its verdict."""
    return "; ".join(
        f"{case.name} {shown(case.computed, check.claimed.unit)} ({case.verdict})" for case in check.cases
    )


def _cells(claim: Judged, check: Check, *, first: bool) -> tuple[str, ...]:
    """Return the cells of one number; the first row of a claim has its statement and reason."""
    return (
        claim.id,
        claim.statement if first else "",
        check.quantity,
        _claimed_text(check.claimed),
        _computed_text(check),
        _factor_text(check, check.claimed.unit),
        f"{check.near:.0%}" if check.low < check.high else "-",
        "-" if check.law == "none" else check.law,
        _cases_text(check),
        str(check.verdict),
        claim.reason if first else "",
    )


def markdown(judged: Sequence[Judged], sources: dict[str, str]) -> str:
    """Return the report; `sources` has the meanings of the prefixes of the ids."""
    parts = [
        "# Claims, computed",
        "Statements of others on compute and data, in our words, held against the model.\n"
        "Made by `datawall claims --write`; do not edit.",
        "\n".join(f"- {name}: {text}" for name, text in sources.items()),
        _HEAD,
        _RULE,
        _counts(judged),
    ]
    for verdict, title in _GROUPS.items():
        group = [claim for claim in judged if claim.verdict == verdict]
        if group:
            parts += [f"## {title}", _outside(group) if verdict is None else _inside(group)]
    return "\n\n".join(parts) + "\n"


def _counts(judged: Iterable[Judged]) -> str:
    verdicts = [claim.verdict for claim in judged]
    found = (f"{title.lower()} {verdicts.count(verdict)}" for verdict, title in _GROUPS.items())
    return f"Of {len(verdicts)} statements: {', '.join(found)}."


def _inside(group: Iterable[Judged]) -> str:
    rows = [_cells(claim, check, first=not k) for claim in group for k, check in enumerate(claim.checks)]
    return _table(_COLUMNS, rows)


def _outside(group: Iterable[Judged]) -> str:
    return _table(("id", "statement", "why"), [(c.id, c.statement, c.reason) for c in group])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def terminal_tables(judged: Sequence[Judged]) -> list[Table | str]:
    """Return a table for each verdict, with the number of its claims."""
    blocks: list[Table | str] = []
    for verdict, title in _GROUPS.items():
        group = [claim for claim in judged if claim.verdict == verdict]
        if not group:
            continue
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        heads = ("id", "why") if verdict is None else ("id", *_OVERVIEW)
        for head in heads:
            table.add_column(head, overflow="fold")
        for claim in group:
            if verdict is None:
                table.add_row(claim.id, claim.reason)
            for check in claim.checks:
                row = dict(zip(_COLUMNS, _cells(claim, check, first=True), strict=True))
                table.add_row(claim.id, *(row[head] for head in _OVERVIEW))
        blocks.append(table)
    return [*blocks, _counts(judged)]


def details(judged: Iterable[Judged]) -> list[str]:
    """Return each claim in a few lines: statement, other laws and readings, reason."""
    blocks = []
    for claim in judged:
        others = [f"  {check.quantity}: {_cases_text(check)}" for check in claim.checks if check.cases]
        reason = [f"  {claim.reason}"] if claim.reason else []
        blocks.append("\n".join([f"{claim.id} ({claim.kind}): {claim.statement}", *others, *reason]))
    return blocks


def as_data(judged: Iterable[Judged]) -> list[dict[str, Any]]:
    """Return the claims as plain data for JSON; infinities are the texts ``"inf"`` and ``"-inf"``."""
    return [_plain(asdict(claim)) for claim in judged]


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case float() if not math.isfinite(value):
            return str(value)
    return value


def rewrite(judged: Sequence[Judged]) -> None:
    """Write the report of every claim to `REPORT`, under the current folder."""
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(markdown(judged, load_claims().sources), encoding="utf-8")

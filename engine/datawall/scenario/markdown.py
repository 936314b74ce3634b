"""Markdown table of the priors of a scenario, and the README that shows it."""

import re
from itertools import pairwise
from pathlib import Path

from datawall.model.inputs import DECLARATIONS
from datawall.scenario.files import folder
from datawall.scenario.load import load_scenario
from datawall.scenario.scenario import Prior, Scenario

MARKED = re.compile(r"(<!-- priors table: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def priors_table(scenario: Scenario) -> str:
    """Return the priors of a scenario as a Markdown table, one line for each input."""
    lines = [
        "| input | median | 80 % interval | unit | family | confidence | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, prior in scenario.priors.items():
        cells = (f"`{name}`", *_middle(name, prior), prior.unit, prior.statement["family"], prior.confidence)
        lines.append(f"| {' | '.join(cells)} | {_source(prior)} |")
    return "\n".join(lines) + "\n"


def refreshed(text: str) -> str:
    """Return a text with the tables between ``<!-- priors table: NAME -->`` and ``<!-- end -->`` renewed."""
    return MARKED.sub(lambda found: found[1] + priors_table(load_scenario(found[2])) + found[3], text)


def number(value: float, unit: str) -> str:
    """Return a number with three digits, or a year with one decimal.

    Examples
    --------
    >>> number(2.1e25, "FLOP"), number(1234.5, "W"), number(2027.31, "year")
    ('2.1e25', '1230', '2027.3')
    """
    if unit == "year":
        return f"{value:.1f}"
    rounded = float(f"{value:.3g}")
    if value == 0 or 1e-3 <= abs(rounded) < 1e5:
        return f"{rounded:g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def _middle(name: str, prior: Prior) -> tuple[str, str]:
    options = DECLARATIONS[name].options
    if options:
        below = [0.0, *(float(prior.distribution.cdf(k)) for k in range(len(options)))]
        shares = (high - low for low, high in pairwise(below))
        return ", ".join(f"{o} {s:.0%}" for o, s in zip(options, shares, strict=True) if s > 0), ""
    low, median, high = (number(float(prior.distribution.quantile(u)), prior.unit) for u in (0.1, 0.5, 0.9))
    return median, "" if prior.statement["family"] == "fixed" else f"{low} to {high}"


def _source(prior: Prior) -> str:
    text = " ".join(prior.source.split()).replace("|", "\\|")
    link = re.sub(r"^arXiv:", "https://arxiv.org/abs/", re.sub(r"^doi:", "https://doi.org/", prior.link))
    return f"[{text}]({link})" if link else text


def rewrite() -> Path:
    """Renew the tables in the README of the shipped priors, and return its path."""
    path = folder() / "README.md"
    path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path

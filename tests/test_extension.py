"""Extension points, each used in a copy of the package as CONTRIBUTING says, by these edits and no other."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[1]
RUN = """
import json, sys
from typer.testing import CliRunner
from datawall.cli import app
for command in json.loads(sys.argv[1]):
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 0, (command, found.output, found.exception)
    print(json.dumps(found.stdout))
"""
FEW = """
schema = 1
extends = "baseline"
name = "few"

[questions]
ceilings = ["chips"]
token_passes = [1]
effective_passes = [4]
frontier_passes = [4]
efficiency = [0.5]
generations = [6]
price_gains = [10]
compute_levels = [1e28]
count_levels = []
"""
"""Asks little, so that it compiles fast."""


class Copy:
    """A copy of the engine and its priors that a test may edit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("engine", "priors"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "few.toml").write_text(FEW)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that stands once in a file."""
        file = self.folder / path
        text = file.read_text()
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new))

    def add(self, path: str, text: str) -> None:
        """Append text to a file."""
        with (self.folder / path).open("a") as file:
            file.write(text)

    def python(self, code: str, *arguments: str) -> str:
        """Return what a program prints that imports the copy."""
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder / "engine"), "COLUMNS": "200"},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *commands: list[str]) -> list[str]:
        """Return what commands of `datawall` print on standard output."""
        return [json.loads(line) for line in self.python(RUN, json.dumps(commands)).splitlines()]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


PRIOR = """
[priors.goodput]
family = "logit_normal"
unit = "fraction"
interval = [0.7, 0.95]
mass = 0.8
meaning = "share of the time of a run that is not lost to failures"
source = "made up for a test"
date = 2026-01-01
confidence = "low"
"""


def test_an_input_that_enters_a_ceiling_is_known_everywhere(copy: Copy):
    chips = "engine/datawall/model/ceilings/chips.py"
    copy.edit(
        chips,
        "from datawall.model.parts import",
        "from datawall.model.declaration import POSITIVE, declare\nfrom datawall.model.parts import",
    )
    copy.edit(
        chips,
        '    colour = "amber"',
        '    own_inputs = {"goodput": declare("fraction", "hardware", POSITIVE, 1.0)}\n    colour = "amber"',
    )
    copy.edit(chips, "log_flop = log.chip_stock_h100e + ", "log_flop = log.goodput + log.chip_stock_h100e + ")
    for scenario in ("baseline", "seed2024"):
        copy.add(f"priors/{scenario}.toml", PRIOR)

    few, as_json = "few.toml", "--json"
    shown, priors, explained, forecast, sensitivity = copy.run(
        ["priors", "show", few],
        ["priors", "show", "seed2024", as_json],
        ["explain", few, "--median", as_json],
        ["forecast", few, "--draws", "1024", "--given", "goodput=0.9", "--out", "given", as_json],
        [
            "sensitivity",
            few,
            "--output",
            "frontier_flop[2030]",
            "--method",
            "tornado",
            "--draws",
            "512",
            as_json,
        ],
    )
    assert "goodput" in shown
    assert "goodput" in json.loads(priors)["priors"]
    explanation = json.loads(explained)
    steps = {step["name"]: step for section in explanation["sections"] for step in section["steps"]}
    (chips_step,) = {name for name in steps if name.startswith("ceiling chips")}
    assert steps[chips_step]["equation"].startswith("goodput x chip_stock_h100e x ")
    value, unit = explanation["inputs"]["goodput"]
    assert 0.7 < value < 0.95
    assert unit == "fraction"
    assert json.loads(forecast)["given"]["conditions"] == ["goodput=0.9"]
    drivers = json.loads(sensitivity)
    assert "goodput" in drivers["tornado"]
    assert "goodput" in drivers["groups"]["hardware"]["inputs"]
    groups = copy.python("from datawall.model import inputs; print(inputs.by_group(inputs.DECLARATIONS))")
    assert "goodput" in ast.literal_eval(groups)["hardware"]  # what `compare` swaps together


CRITERION = '''    Criterion(
        name="excess_loss",
        field="excess_loss",
        title="Excess loss",
        meaning="short data raise the reducible loss by a share n",
        equation="reducible loss / reducible loss with plenty of data = 1 + n",
        gap=lambda at: at.draw.data.law.log_reducible_loss(
            at.state.log_flop + at.draw.log_useful_gain + at.state.log_efficiency
        )
        - at.draw.data.law.log_reducible_loss(at.state.log_flop + at.draw.log_useful_gain)
        - math.log1p(at.level),
        admits=lambda share: share > 0.0,
        expected="need shares above 0",
        label="{} more".format,
    ),
)
"""Every wall criterion'''
OUTPUT = '''    _path(
        "demand_ratio",
        "x",
        (-12, 12),
        "Demand over supply",
        "demand for tokens over their supply",
        "compute",
        at=lambda at: at.state.log_demand / LOG10,
    ),
)
"""Every output'''


def test_a_criterion_and_an_output_are_one_record_each(copy: Copy):
    copy.edit("engine/datawall/model/criteria.py", ')\n"""Every wall criterion', CRITERION)
    copy.edit("engine/datawall/model/outputs.py", ')\n"""Every output', OUTPUT)
    copy.edit("few.toml", "[questions]\n", "[questions]\nexcess_loss = [0.05]\n")

    few, wall = "few.toml", "wall.excess_loss[0.05]"
    given = "demand_ratio[2030]>0.001"
    printed, _, explained, sensitivity = copy.run(
        ["forecast", few, "--draws", "2048", "--given", given, "--out", "run"],
        ["report", "run", "--to", "page"],
        ["explain", few, "--median"],
        ["sensitivity", few, "--output", wall, "--method", "tornado", "--draws", "512", "--json"],
    )
    page = (copy.folder / "page" / "report.md").read_text()
    for text in (printed, page):
        assert "excess_loss[0.05]" in text or "Excess loss, 0.05 more" in text
        assert "short data raise the reducible loss by a share n" in text
        assert "Demand over supply" in text
    assert "reducible loss with plenty of data = 1 + n, n = 0.05" in explained
    found = json.loads((copy.folder / "run" / "summary.json").read_text())
    assert found["given"]["conditions"] == [given]
    assert {wall, "demand_ratio[2030]"} <= set(found["quantities"])
    # a loss that is no higher than the optimum's under plenty of data would be reached never or at once
    row = found["quantities"][wall]
    assert row["p_past"] + row["p_never"] < 1.0
    assert json.loads(sensitivity)["output"] == wall

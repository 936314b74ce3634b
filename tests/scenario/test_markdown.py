"""The table of priors, and the README that must not drift from it."""

import pytest

from datawall.scenario import files, load_scenario, markdown
from support.scenario_files import valid_scenario, write


def test_one_line_for_each_input(tmp_path):
    scenario = load_scenario(write(tmp_path / "s.toml", valid_scenario()), {"mfu": 0.4})
    lines = markdown.priors_table(scenario).splitlines()
    assert len(lines) == 2 + len(scenario.priors)
    assert "| `mfu` | 0.4 |  | fraction | fixed | high | set by an override |" in lines
    growth = next(line for line in lines if line.startswith("| `run_budget_growth`"))
    assert growth == (
        "| `run_budget_growth` | 2.83 | 2 to 4 | x/yr | lognormal | low "
        "| [made up for a test](https://arxiv.org/abs/2405.21015) |"
    )
    assert any("unused 50%, used 50%" in line for line in lines)


def test_refreshing_leaves_the_rest_alone():
    text = "before <!-- priors table: x --> no newline, no table <!-- end -->"
    assert markdown.refreshed(text) == text


@pytest.mark.parametrize("name", files.available())
def test_shipped_scenarios_are_valid(name):
    scenario = load_scenario(name)
    assert scenario.name == name
    assert markdown.priors_table(scenario)


def test_readme_shows_the_shipped_priors():
    text = (files.folder() / "README.md").read_text(encoding="utf-8")
    assert markdown.MARKED.search(text), "the README has no table of priors"
    assert markdown.refreshed(text) == text, "run datawall priors table --write"

"""Conditions and options of a run: what the page, the terminal and the command say of them."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import datawall
from datawall.forecasting.plan import Precision
from datawall.model.outputs import title_of
from datawall.reporting import products, provenance
from datawall.reporting.document import Banner, Code, Page, Table, Value, plain
from datawall.reporting.render import terminal
from datawall.reporting.render.page import to_markdown
from datawall.reporting.report import page, read
from datawall.reporting.sections.forecast import document

GIVEN = "release[5.5]<2027.5"
OWN = """
schema = 1
extends = "baseline"
name = "my_mfu"
title = "Less of the peak is used"
description = "The baseline with another share of the peak."
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """Runs that differ in what was asked for, and the plain one."""
    here = tmp_path_factory.mktemp("runs")
    own = here / "my_mfu.toml"
    own.write_text(OWN, encoding="utf-8")
    baseline = datawall.load_scenario("baseline")
    trees = {
        "plain": datawall.forecast(baseline, draws=2048),
        "given": datawall.forecast(baseline, draws=2048, given=GIVEN),
        "set": datawall.forecast(datawall.load_scenario("baseline", {"mfu": 0.4}), draws=2048),
        "precise": datawall.forecast(baseline, precision=Precision(probability=0.02)),
        "own": datawall.forecast(datawall.load_scenario(own), draws=2048),
    }
    for name, tree in trees.items():
        (here / name).mkdir()
        products.save(tree, here / name)
    return {name: here / name for name in trees}


@pytest.fixture(scope="module")
def trees(folders):
    return {name: read([folder]).runs[0].tree for name, folder in folders.items()}


def note(made: Page) -> str:
    return " ".join(plain(block.text) for block in made.first if isinstance(block, Banner))


def commands(made: Page) -> list[str]:
    return [block.text for section in made.sections for block in section.blocks if isinstance(block, Code)]


@pytest.mark.integration
@pytest.mark.parametrize(
    ("name", "said", "command"),
    [
        ("given", f"Conditional on {GIVEN}: ", "--given 'release[5.5]<2027.5'"),
        ("set", "Set in place of the scenario's own: mfu=0.4.", "--set mfu=0.4"),
        ("precise", "Drawn until standard errors are below 0.02: met with", "--precision 0.02"),
        ("own", "The scenario my_mfu is a file of its own", "/my_mfu.toml --draws 2048"),
    ],
)
def test_the_page_says_what_was_asked_for_and_its_command_too(name, said, command, folders):
    made = page(read([folders[name]]))
    assert said in note(made)
    (found,) = commands(made)
    assert command in found
    text = to_markdown(made)
    assert text.index(said) < text.index("## ")
    assert found in text


@pytest.mark.integration
def test_a_plain_run_has_no_note(folders):
    made = page(read([folders["plain"]]))
    assert note(made) == ""
    assert commands(made) == ["datawall forecast baseline --draws 2048 --seed 0 --sampler sobol"]


@pytest.mark.integration
def test_the_number_of_futures_that_meet_a_condition_is_that_of_the_run(folders):
    facts = json.loads((folders["given"] / "manifest.json").read_text())
    accepted = f"{facts['given']['draws_accepted']:,} of 2,048 futures"
    assert accepted in note(page(read([folders["given"]])))


@pytest.mark.integration
def test_runs_that_differ_in_a_condition_are_told_apart(folders):
    made = page(read([folders["plain"], folders["given"], folders["set"]]))
    names = ["baseline", f"baseline given {GIVEN}", "baseline with mfu=0.4"]
    assert made.title.endswith(" and ".join(names))
    (comparison,) = (section for section in made.sections if section.id == "comparison")
    assert [block.columns[1:] for block in comparison.blocks if isinstance(block, Table)] == [tuple(names)]
    titles = [section.title for section in made.sections if section.id.startswith("provenance")]
    assert titles == [f"Where do the numbers of {name} come from?" for name in names]
    assert len(set(commands(made))) == 3
    assert "the largest training run" in made.answer.lower()


def test_runs_of_one_scenario_are_told_apart_by_their_draws():
    facts = {"scenario": "baseline", "draws": 10, "seed": 0, "options": {}}
    found = provenance.labels([facts, facts | {"draws": 20}, facts | {"scenario": "bearish"}])
    assert found == ["baseline, 10 draws, seed 0", "baseline, 20 draws, seed 0", "bearish"]
    assert provenance.labels([facts, facts]) == ["baseline (1)", "baseline (2)"]


@pytest.mark.integration
def test_what_a_condition_says_of_the_inputs_is_a_section(folders):
    made = page(read([folders["given"]]))
    (section,) = (section for section in made.sections if section.id == "conditioning")
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert table.rows[0][0] == "oom_per_generation"
    assert not any(section.id == "conditioning" for section in page(read([folders["plain"]])).sections)


@pytest.mark.integration
def test_the_terminal_shows_the_numbers_of_the_page(folders):
    (run,) = read([folders["given"]]).runs
    full, brief = document([run]), document([run], in_full=False)
    with (console := Console(width=200)).capture() as captured:
        terminal.show(brief, console)
    shown = " ".join(captured.get().split())
    count = 0
    sections = {section.id: section for section in full.sections}
    for section in brief.sections:
        assert section.blocks[-1] == sections[section.id].blocks[-1]
        for table in (block for block in section.blocks if isinstance(block, Table)):
            for cell in (cell for row in table.rows for cell in row):
                if isinstance(cell, Value):
                    count += 1
                    assert f"{cell.text} {cell.error}".strip() in shown
    assert count > 300
    assert f"Conditional on {GIVEN}" in shown


@pytest.mark.integration
@pytest.mark.parametrize("name", datawall.plot.__all__)
def test_every_public_figure_has_axes_with_titles_and_data(name, trees):
    tree = trees["given"]
    figure = getattr(datawall.plot, name)(tree)
    assert figure.axes
    for axes in figure.axes:
        assert axes.get_title(loc="left")
        assert axes.get_xlabel()
        assert axes.has_data()


@pytest.mark.integration
def test_a_path_of_any_name_can_be_drawn(trees):
    figure = datawall.plot.paths(trees["plain"], "loss")
    assert figure.axes[0].get_title(loc="left") == title_of("loss")


@pytest.mark.integration
def test_walls_of_any_number_of_criteria_have_a_panel_each(trees):
    tree = trees["plain"]
    assert len(datawall.plot.cdf(tree).axes) == 5
    cut = tree.copy()
    walls = [wall for wall in tree["cdf/wall"].values if str(wall).startswith("tokens")]
    cut["cdf"] = cut["cdf"].to_dataset().sel(wall=walls)
    assert len(datawall.plot.cdf(cut).axes) == 1


@pytest.mark.integration
def test_the_figures_of_a_folder_name_the_condition(trees):
    from datawall.reporting.figures.forecast import FIGURES

    figure = FIGURES["wall_intervals"](trees["given"])
    words = " ".join(" ".join(text.get_text().split()) for text in figure.texts)
    assert f"baseline given {GIVEN}" in words
    assert np.isfinite(figure.get_size_inches()).all()

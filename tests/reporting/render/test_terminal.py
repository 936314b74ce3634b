"""Tables of a forecast in a terminal, and tables where there is little room."""

import pytest
import xarray as xr
from rich.console import Console

from datawall.forecasting.export import summary
from datawall.reporting.document import Page, Table
from datawall.reporting.render import terminal
from datawall.reporting.render.terminal import scenario_text
from datawall.reporting.saved import SavedRun
from datawall.reporting.sections.forecast import document
from datawall.scenario import load_scenario
from support.forecasts import of_the_baseline


def shown(width):
    rows = (("us_data_center_growth", "15.8% ±3.1%", "+0.54"),)
    table = Table(("input", "share", "rank\ncorr."), rows, "What")
    console = Console(width=width)
    with console.capture() as captured:
        terminal.show(Page("", "", (table,), ()), console)
    return captured.get().lstrip()


@pytest.mark.parametrize("width", [30, 80])
def test_no_number_is_cut_short_and_no_label_loses_a_letter(width):
    text = shown(width)
    assert "15.8% ±3.1%" in text
    assert "+0.54" in text
    assert "…" not in text
    label = "".join(line.split()[0] for line in text.rstrip().splitlines()[3:])
    assert label == "us_data_center_growth"


def test_where_nothing_fits_something_is_cut():
    assert "…" in shown(12)


@pytest.fixture(scope="module")
def flat():
    return summary(of_the_baseline())


def rendered(flat):
    console = Console(width=160)
    with console.capture() as captured:
        terminal.show(document([SavedRun(flat, xr.DataTree(), 0)], in_full=False), console)
    return captured.get()


def test_tables_render(flat):
    text = rendered(flat)
    titles = (
        "When is each data wall reached?",
        "What the criteria say",
        "Largest training run, FLOP",
        "Demand for tokens, if data were plenty, tokens",
        "Supply with synthetic and distilled tokens, tokens",
        "When does the first run of this size start?",
        "Which ceiling sets the largest run?",
        "Models trained above so many FLOP so far, median (10 % to 90 %)",
        "Model generations, raw compute",
        "Model generations, effective compute",
        "Times smaller at equal loss (<1: not at all)",
        "Price of a fixed capability against the as-of date",
    )
    places = [text.index(f"\n{title}") for title in titles]
    assert places == sorted(places)
    assert "±?: too near past or never to tell" in text[: places[0]]
    assert "Price of a fixed capability against the as-of date" in text


def test_a_size_factor_below_one_is_no_share_of_tokens(flat):
    after = rendered(flat).split("Times smaller at equal loss", 1)[1]
    rows = [line.split() for line in after.splitlines() if line.startswith("20")]
    assert "<1" in rows[-1]
    assert not any(cell.startswith("0.") for row in rows for cell in row[1:])
    # written out, the shares would be there
    assert flat["quantities"]["overtraining_headroom[2040]"]["q10"] < 1.0


@pytest.fixture(scope="module")
def priors():
    """The text of each prior of the baseline by its name."""
    blocks = scenario_text(load_scenario("baseline")).split("\n\n")
    return {block.partition(" (")[0]: block for block in blocks}


def test_a_prior_without_a_link_says_nothing_of_it(priors):
    ends = [priors[name].split()[-3:] for name in ("distillation_reading", "mfu")]
    assert ends[0] == ["(2024-07-01,", "low", "confidence)"]
    assert ends[1] == ["medium", "confidence,", "https://epoch.ai/data/ai-models)"]


def test_the_density_of_a_prior_peaks_inside(priors):
    bars = priors["mfu"].splitlines()[0].rpartition("  ")[2]
    assert max(bars[8:16]) in "▇█"
    assert {bars[0], bars[-1]} <= {"▁", "▂"}

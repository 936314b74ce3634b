"""Tables where there is little room."""

import pytest
from rich.console import Console

from datawall.reporting.render.terminal import new_table


def shown(width):
    table = new_table("What", "input", "share", "rank\ncorr.")
    table.add_row("us_data_center_growth", "15.8% ±3.1%", "+0.54")
    console = Console(width=width)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


@pytest.mark.parametrize("width", [30, 80])
def test_no_number_is_cut_short_and_no_label_loses_a_letter(width):
    text = shown(width)
    assert "15.8% ±3.1%" in text
    assert "+0.54" in text
    assert "…" not in text
    label = "".join(line[: line.index("  ")].strip() for line in text.splitlines()[3:])
    assert label == "us_data_center_growth"


def test_where_nothing_fits_something_is_cut():
    assert "…" in shown(12)

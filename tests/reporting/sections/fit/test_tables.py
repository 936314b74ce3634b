"""The numbers beside ArviZ's plots, against the draws themselves."""

import numpy as np
import pytest

from datawall.reporting.document import Table, plain
from datawall.reporting.sections.fit import section

pytestmark = pytest.mark.integration

POSTERIOR, LOO = "Posterior", "Leave-one-out cross-validation (PSIS-LOO)"
POWER_SCALING = "Power-scaling sensitivity"


def cells(fit, caption, label):
    (found,) = (b for b in section(fit).blocks if isinstance(b, Table) and b.caption == caption)
    (row,) = (row for row in found.rows if row[0] == label)
    return dict(zip(found.columns, map(plain, row), strict=True))


def test_the_posterior_is_summarised_from_its_draws(fits):
    row = cells(fits["toy"], POSTERIOR, "mean")
    draws = fits["toy"].tree["posterior/mean"].values
    expected = {"mean": draws.mean(), "sd": draws.std(ddof=1)}
    expected |= {"5 %": np.quantile(draws, 0.05), "95 %": np.quantile(draws, 0.95)}
    for column, value in expected.items():
        assert float(row[column]) == pytest.approx(value, rel=2e-3), column
    assert float(row["R-hat"]) < 1.01


def test_years_keep_their_months(fits):
    row = cells(fits["dates"], POSTERIOR, "year")
    draws = fits["dates"].tree["posterior/year"].values
    assert float(row["mean"]) == pytest.approx(draws.mean(), abs=0.005)
    assert float(row["5 %"]) < float(row["mean"]) < float(row["95 %"])
    assert "2000" not in {cell.partition(".")[0] for cell in row.values()}


def test_cross_validation_is_that_of_the_closed_form(fits):
    """The mean is normal a posteriori, so each datum is foreseen from the others by a normal too."""
    values = fits["toy"].tree["observed_data/y"].values
    elpd = 0.0
    for k, y in enumerate(values):
        others = np.delete(values, k)
        variance = 1 / (1 + len(others) / 4)
        mean, spread = variance * others.sum() / 4, variance + 4
        elpd += -0.5 * np.log(2 * np.pi * spread) - (y - mean) ** 2 / (2 * spread)
    row = cells(fits["toy"], LOO, "y")
    assert row["number"] == "4"
    assert float(row["elpd (nats)"]) == pytest.approx(elpd, abs=0.11)
    assert row["bad k"] == "0"


def test_a_parameter_that_two_sources_pull_at_moves_with_both(fits):
    row = cells(fits["toy"], POWER_SCALING, "mean")
    assert float(row["moves with the prior"]) > 0.05
    assert float(row["moves with the data"]) > 0.05
    assert row["ArviZ's diagnosis"] == "potential prior-data conflict"
    alone = cells(fits["dates"], POWER_SCALING, "year")
    assert float(alone["moves with the prior"]) < 0.05

"""Precision to order: what is read, what is met, and which errors count."""

import math

import numpy as np
import pytest

from datawall.errors import DatawallError
from datawall.forecasting.plan import Precision, headline_errors, parse_precision
from support.forecasts import of_the_baseline


@pytest.mark.parametrize("texts", [[], ["0.01yr"], ["0.001"], ["0.02yr", "0.0005"]])
def test_an_order_is_read_as_it_is_written(texts):
    found = parse_precision(texts)
    assert str(found) == ",".join(texts)
    assert parse_precision(str(found).split(",") if texts else []) == found


@pytest.mark.parametrize("text", ["0", "-0.1yr", "1e", "soon", "0.1 days", "inf", ""])
def test_what_is_no_standard_error_is_named(text):
    with pytest.raises(DatawallError, match=f"--precision {text}: need a positive standard error"):
        parse_precision([text])


def test_an_order_is_met_when_no_error_is_larger():
    order = Precision(0.01, 0.001)
    assert order.is_met(order)
    assert not order.is_met(Precision(0.011, 0.001))
    assert not order.is_met(Precision(0.01, 0.0011))
    assert not order.is_met(Precision(math.nan, 0.001))
    assert Precision().is_met(Precision(1e9, 1.0))


def test_only_headline_dates_count():
    tree = of_the_baseline()
    data, cdf = tree["summary"].to_dataset(), tree["cdf"].to_dataset()
    errors = headline_errors(data, cdf)
    assert 0.0 < errors.years < math.inf
    assert 0.0 < errors.probability <= 0.5 / math.sqrt(6000)
    others = [wall for wall in data["wall"].values if not wall.startswith("tokens[")]
    assert others
    louder = data.copy(deep=True)
    louder["wall_date_mcse"].loc[{"wall": others}] = 1e6
    assert headline_errors(louder, cdf) == errors
    louder["release_mcse"].loc[{"compute": "effective"}] = 1e6
    assert headline_errors(louder, cdf) == errors
    louder["release_never_mcse"].loc[{"compute": "raw"}] = 0.9
    assert headline_errors(louder, cdf).probability == np.float64(0.9)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datawall.model.efficiency import price_decline, years_for_gain

pytestmark = pytest.mark.usefixtures("exact")


@given(ratio=st.floats(1.01, 1e6), years=st.floats(0.1, 10.0))
@settings(max_examples=25, deadline=None)
def test_pace_is_told_in_three_ways(ratio, years):
    pace = price_decline(ratio, years)
    assert float(pace.factor_per_year) ** years == pytest.approx(ratio, rel=1e-9)
    assert 10 ** (float(pace.oom_per_year) * years) == pytest.approx(ratio, rel=1e-9)
    assert 2 ** (12 * years / float(pace.halving_months)) == pytest.approx(ratio, rel=1e-9)
    assert float(years_for_gain(ratio, pace.factor_per_year)) == pytest.approx(years, rel=1e-9)


def test_a_pace_of_one_never_gains():
    assert np.isposinf(years_for_gain(100.0, np.array([1.0, 0.5]))).all()
    assert float(years_for_gain(1.0, 1.0)) == 0.0
    assert float(price_decline(0.25, 1.0).halving_months) == pytest.approx(-6.0)

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datawall.scaling_laws.costs import efficiency_growth, price_decline, years_for_gain

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


@given(
    hardware=st.floats(0.5, 4.0),
    months=st.floats(2.0, 60.0) | st.floats(-60.0, -2.0),
    rest=st.floats(0.5, 5.0),
)
@settings(max_examples=25)
def test_growth_is_the_product_of_its_sources(hardware, months, rest):
    algorithms = 2 ** (12 / months)
    growth = efficiency_growth(hardware, months, rest)
    assert float(growth.pace.factor_per_year) == pytest.approx(hardware * algorithms * rest, rel=1e-12)
    total = np.log(float(growth.pace.factor_per_year))
    if abs(total) < 1e-3:
        return
    shares = [float(growth.hardware_share), float(growth.algorithms_share), float(growth.rest_share)]
    assert sum(shares) == pytest.approx(1.0, rel=1e-9)
    parts = np.log([hardware, algorithms, rest])
    assert shares == pytest.approx(list(parts / total), rel=1e-9, abs=1e-12)


def test_sources_that_stand_still_have_no_share():
    growth = efficiency_growth(1.4, np.inf, 1.0)
    assert float(growth.pace.factor_per_year) == pytest.approx(1.4)
    assert [float(growth.algorithms_share), float(growth.rest_share)] == [0.0, 0.0]
    decline = price_decline(2.0, 0.5)
    alone = efficiency_growth(1.0, decline.halving_months, 1.0)
    assert float(alone.pace.factor_per_year) == pytest.approx(float(decline.factor_per_year))
    assert np.isnan(float(efficiency_growth(1.0, np.inf, 1.0).hardware_share))


def test_time_of_a_gain():
    pace = efficiency_growth(1.4, 8.0, 1.5).pace.factor_per_year
    years = years_for_gain(100.0, pace)
    assert float(pace) ** float(years) == pytest.approx(100.0)
    with jax.enable_x64(False):
        single = years_for_gain(100.0, efficiency_growth(1.4, 8.0, 1.5).pace.factor_per_year)
    assert float(single) == pytest.approx(float(years), rel=1e-5)
    slope = jax.grad(lambda g: years_for_gain(100.0, g))(4.0)
    step = (years_for_gain(100.0, 4.0 + 1e-6) - years_for_gain(100.0, 4.0 - 1e-6)) / 2e-6
    assert float(slope) == pytest.approx(float(step), rel=1e-5)

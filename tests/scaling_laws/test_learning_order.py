import numpy as np
import pytest

from datawall.scaling_laws.learning_order import learning_delay_ooms

pytestmark = pytest.mark.usefixtures("exact")


def test_two_more_signs_delay_by_one_unit():
    np.testing.assert_allclose(learning_delay_ooms(np.array([2.0, 4.0, 8.0]), 2.0, 1.1), [0.0, 1.1, 3.3])


def test_the_readings_agree_from_two_to_four_and_part_after():
    assert float(learning_delay_ooms(4, 2, 1.0, "doubling")) == pytest.approx(1.0)
    assert float(learning_delay_ooms(8, 2, 1.0, "doubling")) == pytest.approx(2.0)


def test_an_unknown_reading_is_named():
    with pytest.raises(ValueError, match="expected 'plus2' or 'doubling'"):
        learning_delay_ooms(4, 2, 1.0, "linear")  # pyright: ignore[reportArgumentType]

"""Resamples of origins against what is known of moving averages."""

import numpy as np
import pytest

from datawall.backtesting.scoring import block_weights


def test_origins_stay_whole_and_are_as_many():
    origins = np.repeat(2019.0 + 0.5 * np.arange(16), 3)
    weights = block_weights(origins, 2.0, 200, 0).reshape(200, 16, 3)
    assert (weights == weights[:, :, :1]).all()
    assert (weights[:, :, 0].sum(axis=1) == 16).all()
    # blocks of two years are four origins: neighbours come together; of two that are further apart there are
    # fewer of one where there are more of the other
    correlation = np.corrcoef(weights[:, :, 0].T)
    assert correlation[5, 6] > 0.5
    assert correlation[5, 10] < 0.0


def test_overlapping_errors_need_blocks():
    """The mean of 80 moving averages of 4: blocks know its error to 15 %, single origins halve it."""
    rng, size = np.random.default_rng(9), 80
    noise = rng.normal(size=(400, size + 3))
    series = np.stack([noise[:, shift : shift + size] for shift in range(4)]).sum(axis=0)
    truth = np.std(series.mean(axis=1))
    origins = 0.5 * np.arange(size)

    def error(length):
        weights = block_weights(origins, length, 200, 0)
        return np.mean(np.std(weights @ series[:100].T / size, axis=0))

    assert error(5.0) == pytest.approx(truth, rel=0.15)
    assert error(0.5) < 0.6 * truth


@pytest.mark.parametrize("origins", [[], [2024.0, 2024.0], [2023.0, 2023.5, 2024.0]])
def test_too_few_origins_tell_nothing(origins):
    weights = block_weights(np.array(origins), 2.0, 5, 0)
    assert weights.shape == (5, len(origins))
    assert np.isnan(weights).all()

"""Resamples of forecasts that share their origins and overlap in time."""

import numpy as np


def block_weights(origins: np.ndarray, length: float, resamples: int, seed: int) -> np.ndarray:
    """Return how often each forecast is in each resample of a circular block bootstrap over origins.

    Forecasts of one origin stay together, and so do those of neighbouring origins, whose errors resemble each
    other as long as their horizons overlap.

    Parameters
    ----------
    origins
        Date of each forecast, shape (n,).
    length
        Of a block, in the unit of the origins.
    resamples
        How many.
    seed
        Of the random numbers.

    Returns
    -------
    ndarray, shape (resamples, n)
        Counts; nan where the origins do not fill two blocks, which tell nothing of how far blocks differ.

    References
    ----------
    Politis and Romano 1992, "A circular block-resampling procedure for stationary data".
    """
    dates, which = np.unique(origins, return_inverse=True)
    size = 1 if len(dates) < 2 else max(1, round(length / np.median(np.diff(dates))))
    if len(dates) < 2 * size:
        return np.full((resamples, len(which)), np.nan)
    rng = np.random.default_rng(seed)
    starts = rng.integers(len(dates), size=(resamples, -(-len(dates) // size)))
    chosen = (starts[:, :, None] + np.arange(size)) % len(dates)
    chosen = chosen.reshape(resamples, -1)[:, : len(dates)]
    counts = np.stack([np.bincount(one, minlength=len(dates)) for one in chosen])
    return counts[:, which].astype(float)

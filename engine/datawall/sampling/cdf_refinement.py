"""A distribution of counted draws made to pass through probabilities that are known better.

This module loads no JAX.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from datawall.sampling.cdf import Curve, Floats, share_of
from datawall.sampling.mean import Average


def bridged(curve: Curve, knots: Floats, known: Average) -> Curve:
    """Return a curve whose first rows pass through known probabilities at the knots.

    Between two knots the mass follows the shape of the counted draws there, and is even where there are none.

    Parameters
    ----------
    curve
        Of quantities of shape (rows,), as counted.
    knots
        Increasing values of shape (K,): the range of the counts and values inside it.
    known
        Averages of the probability of a value not above each knot, of shape (n, K) with n at most `rows`,
        over the same draws in the same replicates.

    Returns
    -------
    Curve
        Of shape (rows,); from row n on as it was.
    """
    refined = _refined(curve, knots)
    n = len(known.value)
    x, total = refined.x[:n], refined.total[:n, None]
    year = np.clip(np.searchsorted(knots, x, "right") - 1, 0, len(knots) - 2)
    counted = share_of(refined.mass[:n], total)
    start, end = (_at(counted, x, knots[year + k]) for k in (0, 1))
    # where no draw was counted, the ends of the curve are infinite
    even = np.clip((x - knots[year]) / (knots[year + 1] - knots[year]), 0.0, 1.0)
    share = np.where(end > start, share_of(counted - start, end - start), even)
    rising = np.maximum.accumulate(known.value, axis=-1)
    low, high = (np.take_along_axis(rising, year + k, -1) for k in (0, 1))

    deviations = refined.deviations.copy()
    for own, of_known in zip(deviations, known.deviations, strict=True):
        own_low, own_high = (np.take_along_axis(of_known, year + k, -1) for k in (0, 1))
        own_start, own_end = (_at(own[:n], x, knots[year + k]) for k in (0, 1))
        shape = share_of(own[:n] - own_start - share * (own_end - own_start), end - start)
        shape = np.where(end > start, shape, 0.0)
        own[:n] = own_low + share * (own_high - own_low) + (high - low) * shape
    mass, minimum, maximum = refined.mass.copy(), refined.minimum.copy(), refined.maximum.copy()
    mass[:n] = (low + share * (high - low)) * total
    minimum[:n], maximum[:n] = knots[0], knots[-1]
    return replace(refined, mass=mass, deviations=deviations, minimum=minimum, maximum=maximum)


def _refined(curve: Curve, knots: Floats) -> Curve:
    """Return the same curve with the knots among its values."""
    x = np.sort(np.concatenate([curve.x, np.broadcast_to(knots, (*curve.total.shape, len(knots)))], axis=-1))
    deviations = np.stack([_at(own, curve.x, x) for own in curve.deviations])
    return replace(curve, x=x, mass=_at(curve.mass, curve.x, x), deviations=deviations)


def _at(y: Floats, x: Floats, targets: NDArray) -> Floats:
    """Interpolate each row of y, given at x, at the targets of that row."""
    return np.stack([np.interp(t, own, value) for t, own, value in zip(targets, x, y, strict=True)])

"""Numbers of each replicate, and the standard error of what is computed from them.

Replicate r of one scenario has the random numbers of replicate r of another, so a difference that is taken
within a replicate is free of the noise that both share, and its error is the spread between replicates.

This module loads no JAX.
"""

from typing import NamedTuple

import numpy as np

from datawall.sampling.cdf import Curve, Floats
from datawall.sampling.histogram import Sketch


class Estimate(NamedTuple):
    """An estimate of shape (...) and its Monte Carlo standard error; not a number where there is none."""

    value: Floats
    mcse: Floats


def curves(sketch: Sketch) -> Curve:
    """Return the distributions of quantities of shape (...) as one curve of shape (1 + R, ...).

    The first row is that of all draws, the others those of the R replicates.
    """
    counts = _rows(sketch)
    shape = counts.shape[:-1]
    minimum, maximum = (np.broadcast_to(end, shape) for end in (sketch.minimum, sketch.maximum))
    return Sketch(sketch.histogram, counts[None], np.zeros(shape, np.int64), minimum, maximum).curve()


def shares(sketch: Sketch) -> Floats:
    """Return the probability of each bin, of shape (1 + R, ..., bins), rows as in `curves`."""
    counts = _rows(sketch)
    return counts[..., 1:-1] / counts.sum(axis=-1, keepdims=True)


def place(sketch: Sketch, index: tuple[int, ...]) -> Sketch:
    """Return the sketch of one quantity of several."""
    return Sketch(
        sketch.histogram,
        sketch.counts[(slice(None), *index)],
        np.asarray(sketch.nan[index]),
        np.asarray(sketch.minimum[index]),
        np.asarray(sketch.maximum[index]),
    )


def estimate(rows: Floats) -> Estimate:
    """Return the first of 1 + R rows, with the error that the spread of the others implies."""
    return Estimate(rows[0], rows[1:].std(axis=0, ddof=1) / np.sqrt(len(rows) - 1))


def _rows(sketch: Sketch) -> np.ndarray:
    return np.concatenate([sketch.counts.sum(axis=0, keepdims=True), sketch.counts])

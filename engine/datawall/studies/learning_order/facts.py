"""What is known exactly of the sign of a product of standard normals, and the sign itself."""

import math

import jax
import jax.numpy as jnp

BLIND_ACCURACY = 0.5
"""Accuracy of any predictor blind to one input of the product, for every number of signs.

Reflecting that input turns the label and leaves the prediction, and both inputs are equally likely.
"""


def product_signs(inputs: jax.Array) -> jax.Array:
    """Return the sign of the product of the first k inputs for every k.

    Parameters
    ----------
    inputs
        Shape (points, d).

    Returns
    -------
    jax.Array
        Labels of -1 and 1 for k of 1 to d, of shape (d, points).

    Examples
    --------
    >>> product_signs(jnp.array([[-2.0, 0.5, -3.0]])).ravel().tolist()
    [-1.0, -1.0, 1.0]
    """
    return jnp.cumprod(jnp.sign(inputs), axis=1).T


def leading_hermite_coefficient(k: int) -> float:
    """Return how strongly the label shows in the lowest polynomial that shows it at all.

    The Hermite expansion of the sign of x_1 … x_k starts at the product x_1 … x_k itself: its mean with the
    label is E|x|^k, and every polynomial of lower degree has none.

    Parameters
    ----------
    k
        Signs in the product.

    Returns
    -------
    float
        E[sign(x_1 … x_k) x_1 … x_k] = (2/π)^(k/2).

    Examples
    --------
    >>> round(leading_hermite_coefficient(2), 4)
    0.6366
    """
    return (2.0 / math.pi) ** (k / 2)

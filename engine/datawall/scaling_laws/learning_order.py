"""Learning order of a small network: parities of more signs come later.

In the toy experiment a small network learns the sign of the product of k standard normals from fresh data. It
gives an order of learning, not dates of behaviour.
"""

from typing import Literal

from datawall.scaling_laws.laws import LOG2, Real, log

type _Reading = Literal["plus2", "doubling"]


def learning_delay_ooms(k: Real, k0: Real, ooms: Real, reading: _Reading = "plus2") -> Real:
    """Return the delay with which the product of k signs is learned after that of k0 [log10 steps].

    Parameters
    ----------
    k, k0
        Signs in the product and in the reference product; the experiment covers 1 to 8.
    ooms
        Delay for each unit of the reading, about 1 [log10 steps].
    reading
        ``"plus2"``, the result of the experiment: a unit is two more signs. ``"doubling"``: a unit is
        twice as many signs.

    Examples
    --------
    >>> learning_delay_ooms(6, 2, 1.0)
    2.0
    """
    match reading:
        case "plus2":
            return ooms * (k - k0) / 2
        case "doubling":
            return ooms * (log(k) - log(k0)) / LOG2
    raise ValueError(f"reading is {reading!r}; expected 'plus2' or 'doubling'")

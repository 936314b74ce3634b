"""What a module of inference knew at an origin: its evidence, and draws of its posterior."""

import numpy as np

from datawall.backtesting.questions import NothingKnownError
from datawall.errors import TooLittleEvidenceError
from datawall.inference.module import Evidence
from datawall.inference.refitting import refitted_draws
from datawall.units import date_of

type Draws = dict[str, np.ndarray]
"""Latents by name, with one leading axis."""


def draws_known(module: str, origin: float) -> tuple[Evidence, Draws]:
    """Return the evidence of a module known at an origin, and draws of its posterior.

    Parameters
    ----------
    module
        A module of inference.
    origin
        The date of the forecast [decimal year].

    Raises
    ------
    NothingKnownError
        If too little was known for a fit.
    UntrustedPosteriorError
        If the fit cannot be trusted.
    """
    try:
        return refitted_draws(module, origin)
    except TooLittleEvidenceError as error:
        raise NothingKnownError(f"module {module} as of {date_of(origin)}: {error}") from None

"""Posteriors fitted on demand: of the evidence that was known at some date."""

import hashlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from datawall.caching import cache_folder, inference_digest
from datawall.errors import TooLittleEvidenceError, UntrustedPosteriorError
from datawall.inference.evidence_model import Evidence
from datawall.inference.fit import CAREFUL, evidence_digest, fit
from datawall.inference.models import MODULES
from datawall.inference.nuts import Settings
from datawall.inference.summary import summary
from datawall.scenario import files
from datawall.scenario.posterior import Posterior, read_posterior, silent
from datawall.units import date_of

log = logging.getLogger(__name__)


def refitted(name: str, as_of: float) -> Posterior:
    """Return the posterior of a module given the evidence known by a date.

    A fit to the same evidence under the same priors is kept in the user's cache folder. Where too little was
    known for a fit, the posterior informs no input, so that the stated priors stay; a warning says so.

    Parameters
    ----------
    name
        A module of inference.
    as_of
        The date [decimal year].

    Raises
    ------
    UntrustedPosteriorError
        If the fit cannot be trusted.
    """
    module = MODULES[name]
    try:
        evidence = module.load(as_of, ())
    except TooLittleEvidenceError as error:
        log.warning("note: module %s keeps its stated priors: %s", name, error)
        return silent(name, as_of)
    return read_posterior(_kept(name, evidence, as_of)[0])


def refitted_draws(name: str, as_of: float) -> tuple[Evidence, dict[str, np.ndarray]]:
    """Return the evidence of a module known by a date, and draws of its posterior.

    The draws are those of the fit that `refitted` summarises, and are kept beside the summary.

    Parameters
    ----------
    name
        A module of inference.
    as_of
        The date [decimal year].

    Returns
    -------
    evidence
        What was known.
    draws
        Latents by name, with one leading axis.

    Raises
    ------
    TooLittleEvidenceError
        If too little was known for a fit.
    UntrustedPosteriorError
        If the fit cannot be trusted.
    """
    evidence = MODULES[name].load(as_of, ())
    with np.load(_kept(name, evidence, as_of)[1], allow_pickle=False) as draws:
        return evidence, dict(draws)


def _kept(name: str, evidence: Evidence, as_of: float) -> tuple[Path, Path]:
    """Return the files of the summary and of the draws of a fit, made if there are none yet."""
    key = _key(name, evidence)
    summarised, drawn = (cache_folder() / "posteriors" / f"{key}.{kind}" for kind in ("json", "npz"))
    if summarised.is_file() and drawn.is_file():
        return summarised, drawn
    log.warning("note: fitting module %s to the evidence known by %s", name, date_of(as_of))
    found = fit(MODULES[name], evidence)
    if found.faults:
        faults = "; ".join(found.faults)
        raise UntrustedPosteriorError(
            f"module {name} as of {date_of(as_of)}: its posterior cannot be trusted ({faults}); "
            "leave it out of [evidence]"
        )
    _write(drawn, lambda partial: _save(partial, found.draws()))
    _write(summarised, lambda partial: partial.write_text(json.dumps(summary(found)), encoding="utf-8"))
    return summarised, drawn


def _key(name: str, evidence: Evidence) -> str:
    """Return what decides a fit: model, evidence, priors, how it is sampled, and the code."""
    priors = hashlib.sha256((files.folder() / files.LATENTS).read_bytes()).hexdigest()
    settings = hashlib.sha256(repr((Settings(), CAREFUL)).encode()).hexdigest()
    parts = (name, evidence_digest(evidence)[:16], priors[:8], settings[:8], inference_digest()[:8])
    return "-".join(parts)


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that is never seen half written, whoever else writes it or is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    write(partial)
    partial.replace(path)


def _save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)

"""Posteriors fitted on demand: of the evidence that was known at some date."""

import json
import logging
from importlib.metadata import version
from pathlib import Path

from datawall.compilation import cache_folder
from datawall.errors import DatawallError, UntrustedPosteriorError
from datawall.inference.fitting import evidence_digest, fit
from datawall.inference.module import Evidence
from datawall.inference.modules import MODULES
from datawall.inference.posteriors import summary
from datawall.scenario.evidence import Posterior, read_posterior
from datawall.units import date_of

log = logging.getLogger(__name__)


def refitted(name: str, as_of: float) -> Posterior:
    """Return the posterior of a module given the evidence known by a date.

    A fit to the same evidence is kept in the user's cache folder. Where too little was known for a fit, the
    posterior informs no input, so that the stated priors stay; a warning says so.

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
    except DatawallError as error:
        log.warning("note: module %s keeps its stated priors: %s", name, error)
        return Posterior(name, module.title, as_of, {}, ())
    path = _cache(name, evidence)
    if not path.is_file():
        log.warning("note: fitting module %s to the evidence known by %s", name, date_of(as_of))
        found = fit(module, evidence)
        if not found.diagnosis.trusted:
            faults = "; ".join(found.diagnosis.faults)
            raise UntrustedPosteriorError(
                f"module {name} as of {date_of(as_of)}: its posterior cannot be trusted ({faults}); "
                "leave it out of [evidence]"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(summary(found)), encoding="utf-8")
        partial.replace(path)
    return read_posterior(path)


def _cache(name: str, evidence: Evidence) -> Path:
    return (
        cache_folder() / "posteriors" / f"{name}-{evidence_digest(evidence)[:16]}-{version('datawall')}.json"
    )

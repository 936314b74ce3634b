"""From a claims file to validated claims."""

from pathlib import Path

from pydantic import ValidationError

from datawall.scenario.files import CLAIMS, folder, read_source
from datawall.studies.claims.schema import ClaimsFile
from datawall.validation import first_problem


def load_claims(path: str | Path | None = None) -> ClaimsFile:
    """Read and validate a claims file.

    Parameters
    ----------
    path
        A TOML file; the claims that ship by default.

    Raises
    ------
    ScenarioError
        At the first mistake: file, line, key, value, what is expected and what to do.

    Examples
    --------
    >>> load_claims().claims["S0-12"].kind
    'rule'
    """
    source = read_source(folder() / CLAIMS, CLAIMS) if path is None else read_source(Path(path), str(path))
    try:
        return ClaimsFile.model_validate(source.tables)
    except ValidationError as error:
        problem = first_problem(error, source.tables)
        raise source.error(problem.path, problem.message) from None

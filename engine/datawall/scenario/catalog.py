"""Where the shipped scenarios are: in the installed package, or beside the source in a checkout."""

from importlib.resources import files
from pathlib import Path

from datawall.scenario.errors import ScenarioError, suggestion

CLAIMS = "claims.toml"
"""The claims of others, held against the model."""

LATENTS = "latents.toml"
"""The weak priors of what the models of evidence infer."""

NO_SCENARIOS = (CLAIMS, LATENTS)


def folder() -> Path:
    """Return the folder of the shipped priors."""
    # A wheel carries them inside the package; an editable install leaves them where they are written.
    installed = Path(str(files("datawall"))) / "priors"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[3] / "priors"


def posteriors() -> Path:
    """Return the folder of the posteriors that ship."""
    return folder() / "posteriors"


def available() -> list[str]:
    """Return the names of the shipped scenarios, sorted."""
    return sorted(path.stem for path in folder().glob("*.toml") if path.name not in NO_SCENARIOS)


def find(name_or_path: str | Path, beside: Path | None = None) -> Path:
    """Return the file of a scenario.

    Parameters
    ----------
    name_or_path
        The name of a shipped scenario, or a path (which ends in ``.toml`` or has a folder).
    beside
        The folder that a relative path starts from; the working directory by default.

    Raises
    ------
    ScenarioError
        If nothing ships under that name.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.name != str(name_or_path):
        return path if beside is None else beside / path
    if str(name_or_path) not in available():
        remedy = suggestion(name_or_path, available()) if available() else "give a path that ends in .toml"
        raise ScenarioError(f"{name_or_path}: no shipped scenario has this name; {remedy}")
    return folder() / f"{name_or_path}.toml"

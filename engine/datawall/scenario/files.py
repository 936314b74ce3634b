"""Scenario files: reading them, and locating errors by line."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from datawall.scenario.overrides import keep_priors
from datawall.validation import Problem, ScenarioError, line_of, shown, suggestion

CLAIMS = "claims.toml"
"""File of published claims, compared with the model."""

LATENTS = "latents.toml"
"""File of the weak priors of the latents that the evidence models infer."""

NO_SCENARIOS = (CLAIMS, LATENTS)


def folder() -> Path:
    """Return the folder of the shipped priors."""
    # A wheel carries them inside the package; an editable install leaves them where they are written.
    installed = Path(str(files("datawall"))) / "priors"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[3] / "priors"


def posteriors() -> Path:
    """Return the folder of the shipped posteriors."""
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


@dataclass(frozen=True)
class Source:
    """Source file: its label for the user, its path, its text and its tables."""

    label: str
    path: Path
    text: str
    tables: dict[str, Any]

    def error(self, path: tuple, message: str) -> ScenarioError:
        """Return the error at a key of this file."""
        _, line = line_of(self.text, path)
        return ScenarioError(f"{self.label}:{line or 1}: {'.'.join(map(str, path))}: {message}")


@dataclass(frozen=True)
class _Layers:
    """A scenario file and, behind it, the one that it extends."""

    sources: tuple[Source, ...]

    def merged(self) -> dict[str, Any]:
        """Return the tables of the file over its parent's: priors, anchors and questions key by key."""
        child, *parents = (dict(source.tables) for source in self.sources)
        child.pop("extends", None)
        for parent in parents:
            for key in ("priors", "anchors", "questions"):
                own, inherited = child.get(key, {}), parent.get(key, {})
                # A part that is no table is left for the validation to report.
                if isinstance(own, dict) and isinstance(inherited, dict):
                    child[key] = inherited | own
            child = parent | child
        # a scenario's own statements take precedence over inherited evidence
        own = self.sources[0].tables
        return child if "evidence" in own else keep_priors(child, own.get("priors"))

    def located(self, problem: Problem, overrides: Mapping[str, Any], as_of: object) -> ScenarioError:
        """Return the error for the user: the override to blame, or else the file and line."""
        keys = ".".join(map(str, problem.path))
        if (as_of is not None and keys == "as_of") or any(_touches(key, keys) for key in overrides):
            return ScenarioError(f"override: {keys}: {problem.message}")
        blamed = max(self.sources, key=lambda source: line_of(source.text, problem.path)[0])
        return blamed.error(problem.path, problem.message)


def _touches(override: str, keys: str) -> bool:
    """Return whether an override sets the key at fault, or a part of it."""
    full = (override, f"priors.{override}")
    return any(f"{keys}.".startswith(f"{key}.") or key.startswith(f"{keys}.") for key in full)


def read_layers(name_or_path: str | Path) -> _Layers:
    """Read a scenario file and the one it extends.

    Raises
    ------
    ScenarioError
        If a file cannot be read, is no TOML, or extends itself or a file that extends another.
    """
    path = find(name_or_path)
    label = str(name_or_path) if path == Path(name_or_path) else path.name
    child = read_source(path, label)
    parent_name = child.tables.get("extends")
    if parent_name is None:
        return _Layers((child,))
    if not isinstance(parent_name, str) or not parent_name or "\0" in parent_name:
        raise child.error(("extends",), f"need a name or a path, got {shown(parent_name)}; put it in quotes")
    parent_path = find(parent_name, beside=path.parent)
    if parent_path.resolve() == path.resolve():
        raise child.error(
            ("extends",), f"a scenario cannot extend itself, got {parent_name!r}; name another one"
        )
    parent = read_source(parent_path, parent_path.name)
    if "extends" in parent.tables:
        message = f"need a scenario that extends no other, got {parent_name!r}"
        raise child.error(
            ("extends",), f"{message}, which extends {shown(parent.tables['extends'])}; extend that one"
        )
    return _Layers((child, parent))


def read_source(path: Path, label: str) -> Source:
    """Read a TOML file known to the user as `label`.

    Raises
    ------
    ScenarioError
        If it cannot be read or is no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(f"{label}: no such file; check the path") from None
    except IsADirectoryError:
        raise ScenarioError(f"{label}: is a folder; name a .toml file in it") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(
            f"{label}: need UTF-8 text, got other bytes at {error.start}; save it as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        raise ScenarioError(
            f"{label}: cannot be read ({error}); check the path and its permissions"
        ) from None
    return Source(label, path, text, _parse(text, label))


def _parse(text: str, label: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.fullmatch(r"(?s)(.*) \(at line (\d+), column \d+\)", str(error))
        what, line = (found[1], f":{found[2]}") if found else (str(error), "")
        raise ScenarioError(f"{label}{line}: not valid TOML: {what}; correct the file") from None

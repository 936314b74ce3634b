"""Persistent compilation cache, and digests of the code."""

import hashlib
import os
import platform
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import jax


def _machine() -> str:
    """Return a label of this processor; compiled programs may use instructions that another one lacks."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        features = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        features = platform.processor()
    return f"{platform.machine()}-{hashlib.sha256(features.encode()).hexdigest()[:12]}"


def cache_folder() -> Path:
    """Return the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "datawall"


def keep_compiled_programs() -> None:
    """Enable JAX's persistent compilation cache in the user's cache folder, unless another one is set.

    A folder that cannot be made is ignored: that costs time and changes no result.
    """
    if jax.config.jax_compilation_cache_dir is not None:
        return
    try:
        folder = cache_folder() / "programs" / _machine()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))


DECIDING_DRAWS = ("distributions", "forecasting", "model", "sampling", "scaling_laws", "scenario")
"""Packages whose sources determine the draws."""


@cache
def code_digest() -> str:
    """Return the SHA-256 of the sources that determine the draws; totals of other code are never added."""
    package = Path(__file__).parent
    folders = (package / name for name in DECIDING_DRAWS)
    # the tables of the point sets determine the draws as well
    sources = sorted(
        path for folder in folders for kind in ("py", "txt") for path in folder.rglob(f"*.{kind}")
    )
    return _digest((*sources, package / "pytrees.py", package / "units.py"))


@cache
def inference_digest() -> str:
    """Return the SHA-256 of the sources that determine a fit; a posterior of other code is fitted again."""
    return _digest(sorted((Path(__file__).parent / "inference").rglob("*.py")))


def _digest(files: Iterable[Path]) -> str:
    found, package = hashlib.sha256(), Path(__file__).parent
    for path in files:
        found.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()

"""Product requests, provenance manifests and default run folders.

The module is independent of the domain. It loads JAX only to make a manifest.
"""

import hashlib
import json
import platform
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

SUBJECTS = ("scenarios", "modules")
"""Positional options of the commands."""
LIBRARIES = ("datawall", "jax", "jaxlib", "numpy", "numpyro", "xarray")


@dataclass(frozen=True)
class Request:
    """Request for a product, with every option in its final form.

    Attributes
    ----------
    kind
        The command that makes the product, such as ``"forecast"``.
    options
        Options of the command by name, as plain data: ``as_of`` for ``--as-of``. None, False and empty lists
        stand for unused options; a list repeats its option.
    names
        Subjects of the product; they begin the name of its folder.
    content
        Digests of the files behind the names: the same command after a file was changed is another request.
    is_command
        Whether a command can express it; a scenario changed in Python is in no file.
    """

    kind: str
    options: Mapping[str, Any]
    names: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    is_command: bool = True

    @property
    def words(self) -> list[str]:
        """Arguments of the command after ``datawall``."""
        words = [self.kind, *(str(one) for name in SUBJECTS for one in self.options.get(name) or ())]
        for name, value in self.options.items():
            if name not in SUBJECTS and value is not None and value is not False:
                flag = f"--{name.replace('_', '-')}"
                if value is True:
                    words.append(flag)
                else:
                    for one in value if isinstance(value, list | tuple) else [value]:
                        words += [flag, str(one)]
        return words

    @property
    def command(self) -> str:
        """Command that reproduces the product, quoted for a shell; empty if there is none."""
        return shlex.join(["datawall", *self.words]) if self.is_command else ""

    @cached_property
    def folder(self) -> Path:
        """Default run folder; any other option or input file gives another folder."""
        options = {name: value for name, value in self.options.items() if name not in SUBJECTS}
        asked = json.dumps([self.kind, self.names, self.content, options], sort_keys=True)
        digest = hashlib.sha256(asked.encode()).hexdigest()[:8]
        draws = [str(self.options["draws"])] if "draws" in self.options else []
        return Path("runs") / "-".join(
            [self.kind, *self.names, *draws, f"seed{self.options['seed']}", digest]
        )

    def manifest(self, facts: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Return the manifest of the finished product: its provenance, and the command that reproduces it.

        Parameters
        ----------
        facts
            Entries specific to this kind of product, as plain data.
        seconds
            Wall time taken.
        """
        import jax

        device = jax.devices()[0]
        return {
            "kind": self.kind,
            "options": dict(self.options),
            "command": self.command,
            **facts,
            "versions": {name: version(name) for name in LIBRARIES},
            "python": platform.python_version(),
            "device": f"{device.platform} ({device.device_kind})",
            "seconds": round(seconds, 3),
        }

    def attributes(self, facts: Mapping[str, Any], seconds: float) -> dict[str, str]:
        """Return the attributes of the root of a product's tree; see `manifest`."""
        return {"manifest": json.dumps(self.manifest(facts, seconds)), "creation_library": "datawall"}

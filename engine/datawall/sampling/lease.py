"""Leases on a shared folder: which process does what, until it is done or dead."""

import os
import platform
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LEASE_SECONDS = 120.0
"""A lease that was not renewed for so long is void. Longer than any block takes."""


@dataclass(frozen=True)
class Lease:
    """A file that names the process that does a piece of work.

    Two processes may hold it at once when one was taken for dead, so the work must bear being done twice.

    Attributes
    ----------
    path
        The file.
    seconds
        A holder that was not heard of for so long is taken for dead.
    """

    path: Path
    seconds: float = LEASE_SECONDS

    def claim(self) -> bool:
        """Return whether the work is now ours."""
        try:
            with self.path.open("x") as file:
                file.write(_owner())
        except FileExistsError:
            if not self._is_abandoned():
                return False
            self.path.write_text(_owner())
        return True

    def renew(self) -> None:
        """Say that its holder lives."""
        with suppress(FileNotFoundError):
            os.utime(self.path)

    def release(self) -> None:
        """Give it up."""
        self.path.unlink(missing_ok=True)

    def _is_abandoned(self) -> bool:
        """Whether it has run out, or its holder was a process of this machine and is gone."""
        try:
            node, _, process = self.path.read_text().rpartition(" ")
            age = _now(self.path.parent) - self.path.stat().st_mtime
        except FileNotFoundError:
            return False
        return age > self.seconds or (node == platform.node() and process.isdecimal() and _is_gone(process))


def _owner() -> str:
    return f"{platform.node()} {os.getpid()}"


def _now(folder: Path) -> float:
    """Return the time by the clock that dates the files of a folder: not always that of this machine."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime


def _is_gone(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False

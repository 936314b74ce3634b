"""The command line, run as a user runs it."""

import subprocess
import sys


def datawall(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "datawall.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )

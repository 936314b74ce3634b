"""Settings of the whole suite."""

import os
from pathlib import Path

import jax
import pytest
from hypothesis import HealthCheck, settings

from datawall.caching import keep_compiled_programs

# compilation makes the first example slow, whatever the machine, and a busy machine is slow, not wrong
settings.register_profile("datawall", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("datawall")

LARGE = 2**31
"""Memory of a worker above which it forgets its compiled programs [byte]."""


@pytest.fixture(scope="session", autouse=True)
def compiled_programs(tmp_path_factory):
    """Keep compiled programs for the session: one folder for all workers and the commands that they start."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    os.environ["XDG_CACHE_HOME"] = str(shared / "cache")
    keep_compiled_programs()


@pytest.fixture(scope="module", autouse=True)
def forgotten_programs():
    """Forget the programs of a module after it where a worker has grown large."""
    yield
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    if pages * os.sysconf("SC_PAGE_SIZE") > LARGE:
        jax.clear_caches()


@pytest.fixture(scope="module")
def exact():
    """Double precision, and no silent broadcasting between ranks."""
    with jax.enable_x64(True), jax.numpy_rank_promotion("raise"):
        yield

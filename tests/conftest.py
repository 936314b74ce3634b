"""Settings of the whole suite."""

import os
import tempfile

import jax
import pytest
from hypothesis import HealthCheck, settings

# compilation makes the first example slow, whatever the machine, and a busy machine is slow, not wrong
settings.register_profile("datawall", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("datawall")


@pytest.fixture(scope="session", autouse=True)
def compiled_programs():
    """Keep compiled programs for the session, for the commands that the tests start too."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        yield


@pytest.fixture(scope="module")
def exact():
    """Double precision, and no silent broadcasting between ranks."""
    with jax.enable_x64(True), jax.numpy_rank_promotion("raise"):
        yield

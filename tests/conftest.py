"""Settings of the whole suite."""

import os
import tempfile

import pytest
from hypothesis import settings

# compilation makes the first example slow, whatever the machine
settings.register_profile("datawall", deadline=None)
settings.load_profile("datawall")


@pytest.fixture(scope="session", autouse=True)
def compiled_programs():
    """Keep compiled programs for the session, for the commands that the tests start too."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        yield

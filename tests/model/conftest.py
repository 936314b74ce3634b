import jax
import pytest


@pytest.fixture(scope="module")
def exact():
    """Double precision, and no silent broadcasting between ranks."""
    with jax.enable_x64(True), jax.numpy_rank_promotion("raise"):
        yield

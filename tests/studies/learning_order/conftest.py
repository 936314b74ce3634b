"""Chains just long enough to be judged.

They are alike in every test, as are the two networks for each k, so that one compilation serves all.
"""

import pytest

from datawall.caching import keep_compiled_programs
from datawall.studies.learning_order import results


@pytest.fixture(scope="session", autouse=True)
def short_chains(compiled_programs):  # noqa: ARG001 - makes the folder of compiled programs
    keep_compiled_programs()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "WARMUP", 300)
        patch.setattr(results, "DRAWS", 250)
        yield

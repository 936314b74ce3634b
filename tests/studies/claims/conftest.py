"""All claims, computed once."""

import pytest

from datawall.studies.claims.evaluation import evaluate


@pytest.fixture(scope="session")
def judged():
    return evaluate()


@pytest.fixture(scope="session")
def by_id(judged):
    return {claim.id: claim for claim in judged}

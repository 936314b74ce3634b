"""Diagnostics say what is wrong with chains, and only then."""

from typing import Any

import numpy as np
import pytest
from arviz_stats.base.array import array_stats

from datawall.inference.diagnostics import diagnose

CHAINS, DRAWS = 4, 1000


@pytest.fixture
def chains():
    rng = np.random.default_rng(0)
    values = {"a": rng.normal(size=(CHAINS, DRAWS)), "b": rng.normal(size=(CHAINS, DRAWS, 2))}
    return values, {"energy": rng.normal(size=(CHAINS, DRAWS)), "diverging": np.zeros((CHAINS, DRAWS), bool)}


def test_independent_draws_are_trusted(chains):
    found = diagnose(*chains)
    assert found.trusted
    assert found.ess_bulk > 3000
    assert found.e_bfmi == pytest.approx(2.0, abs=0.2)


def test_r_hat_is_the_rank_normalised_one_of_the_worst(chains):
    values, statistics = chains
    values["b"][0, :, 1] += 1.0
    found = diagnose(values, statistics)
    expected: Any = array_stats.rhat(values["b"][..., 1], chain_axis=0, draw_axis=1, method="rank")
    assert found.worst == "b"
    assert found.r_hat == pytest.approx(float(expected))
    assert "R-hat" in found.faults[0]
    assert not found.trusted


def test_one_divergence_slow_chains_and_poor_energies_are_faults(chains):
    values, statistics = chains
    statistics["diverging"][2, 5] = True
    assert diagnose(values, statistics).faults == ["1 divergent transitions, need none"]
    values["a"] = np.cumsum(values["a"], axis=1)
    statistics["energy"] = np.cumsum(statistics["energy"], axis=1)
    faults = " ".join(diagnose(values, statistics).faults)
    assert all(word in faults for word in ("R-hat", "bulk ESS", "tail ESS", "E-BFMI"))


def test_what_is_not_a_number_is_never_trusted(chains):
    values, statistics = chains
    values["a"][0, 0] = np.nan
    assert not diagnose(values, statistics).trusted

"""Fits of a module with rivals, by name."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from datawall.arguments import LARGEST_SEED
from datawall.inference import fit_by_name
from support import toy_models as toys


def test_chains_of_like_rivals_do_not_move_together(monkeypatch):
    twins = tuple(replace(toys.module(), name=f"toy.{name}") for name in ("second", "third"))
    monkeypatch.setattr(fit_by_name, "MODULES", {"toy": replace(toys.module(), rivals=twins)})
    found = fit_by_name.fit("toy")
    trees = (found, found["rivals/second"], found["rivals/third"])
    draws = np.stack([np.asarray(tree["posterior/mean"]).ravel() for tree in trees], axis=1)
    between = stats.spearmanr(draws).statistic[np.triu_indices(3, 1)]
    # thousands of effective draws: a standard error of .03 at most; under one seed the three are the same
    assert np.abs(between).max() < 0.1


@pytest.mark.parametrize("seed", [0, LARGEST_SEED])
def test_rivals_have_seeds_of_their_own_in_range(seed):
    found = {seed, *(fit_by_name._seed_of_rival(seed, place) for place in (1, 2))}
    assert len(found) == 3
    assert all(0 <= one <= LARGEST_SEED for one in found)

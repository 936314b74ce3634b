"""Interleaved repeats, paired ratios, and the check that contenders answer alike."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.workers import Worker
from datawall.errors import DatawallError

FALSE_ALARM_SCORE = 5.0
"""Standard errors by which shares may differ: one false alarm in some thousand comparisons of a hundred."""
LEVELS = (0.1, 0.5, 0.9)
FINITE = 1e30


def interleave(workers: Mapping[str, Worker], repeats: int) -> dict[str, np.ndarray]:
    """Draws per second of each contender in each repeat; their order rotates from repeat to repeat."""
    names = list(workers)
    rates: dict[str, list[float]] = {name: [] for name in names}
    for repeat in range(repeats):
        turn = repeat % len(names)
        for name in names[turn:] + names[:turn]:
            rates[name].append(workers[name].run(repeat + 1))
    return {name: np.array(values) for name, values in rates.items()}


def check_alike(outputs: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray], name: str) -> None:
    """Refuse a contender whose draws fall below the quantiles of the first one's unduly seldom or often.

    Parameters
    ----------
    outputs, others
        Outputs by name, draws on the last axis; infinities are dates that come before or never.
    name
        Of the second contender, for the message.

    Raises
    ------
    DatawallError
        If an output is missing or a share differs by more than Monte Carlo error.
    """
    for key, values in outputs.items():
        if key not in others or others[key].shape[:-1] != values.shape[:-1]:
            raise DatawallError(f"benchmark: {name} has no output {key} of shape {values.shape[:-1]}")
        score = _largest_score(values, others[key])
        if not score < FALSE_ALARM_SCORE:
            raise DatawallError(
                f"benchmark: {key} of {name} differs by {score:.1f} standard errors; it is not the same model"
            )


def _largest_score(values: np.ndarray, others: np.ndarray) -> Any:
    """Largest standard score between the shares of two samples below cuts of the first one."""
    n, m = values.shape[-1], others.shape[-1]
    values, others = values.reshape(-1, n), others.reshape(-1, m)
    if np.isnan(values).any() or np.isnan(others).any():
        return np.inf
    finite = np.clip(values, -FINITE, FINITE)
    # midway between two draws, so that rounding cannot move a draw across a cut; and all that is not "never"
    ranks = [min(int(level * n), n - 2) for level in LEVELS]
    ordered = np.sort(finite, axis=-1)
    cuts = np.stack([0.5 * (ordered[:, k] + ordered[:, k + 1]) for k in ranks], axis=-1)
    cuts = np.concatenate([cuts, np.full_like(cuts[:, :1], FINITE)], axis=-1)[..., None]
    slack = 1e-5 * np.maximum(1.0, np.abs(cuts))
    scores = []
    for side in (-slack, slack):  # an atom may lie on a cut: the kinder side counts
        p = (finite[:, None] < cuts + side).mean(-1)
        q = (np.clip(others, -FINITE, FINITE)[:, None] < cuts + side).mean(-1)
        pooled = np.clip((n * p + m * q) / (n + m), 1.0 / (n + m), 1.0 - 1.0 / (n + m))
        scores.append(np.abs(p - q) / np.sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)))
    return np.min(scores, axis=0).max()

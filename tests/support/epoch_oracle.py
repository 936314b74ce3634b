"""Epoch's constraint model of 2030 in plain NumPy and the article's units, with Y = year - 2024.

Nothing here comes from the engine: marginals, rank correlations and equations are written down anew.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtr

MARGINALS = {
    "duration_s": (5.18e6, 1.56e7, 2.33e7, "positive"),
    "fraction": (0.16, 0.26, 0.40, "share"),
    "peak": (1e15, 2e15, 4e15, "positive"),
    "utilisation": (0.20, 0.375, 0.60, "share"),
    "gpu_w": (1527.9, 1704, 1846, "positive"),
    "flop_per_w_growth": (1.16, 1.28, 1.42, "growth"),
    "total_w": (3.3e10, 4.0e10, 5.0e10, "positive"),
    "total_growth": (1.10, 1.15, 1.32, "growth"),
    "others_growth": (1.07, 1.08, 1.10, "growth"),
    "campus_w": (9.6e8, 2.5e9, 5.0e9, "positive"),
    "loop_km": (350, 2945.1, 10618.45, "positive"),
    "batch": (1.6e7, 6e7, 3.6e8, "positive"),
    "bits_per_s": (4.1e14, 8.19e14, 1.64e15, "positive"),
    "bits_growth": (1.4, 1.5, 1.6, "growth"),
    "gpu_growth": (1.31, 1.44, 1.59, "growth"),
    "stock": (1.4e6, 2.2e6, 3.5e6, "positive"),
    "production": (1.0e6, 1.85e6, 4.63e6, "positive"),
    "production_growth": (1.3, 1.7, 2.0, "growth"),
    "wafers": (1.0e5, 1.8e5, 3.33e5, "positive"),
    "capex_growth": (1.16, 1.23, 1.33, "growth"),
    "volume_ratio": (0.25, 0.53, 0.75, "share"),
    "dies": (20, 28, 40, "positive"),
    "text": (1.3e14, 5.1e14, 2.1e15, "positive"),
    "images": (5e12, 1e13, 2e13, "positive"),
    "video_s": (4.31e12, 8.63e12, 1.73e13, "positive"),
    "audio_s": (4e11, 8e11, 1.6e12, "positive"),
    "data_growth": (1.03, 1.07, 1.10, "growth"),
    "epochs": (3, 5, 15, "positive"),
    "quality": (0.1, 0.2, 0.4, "share"),
    "tokens_per_image": (2, 22, 290, "positive"),
    "tokens_per_audio_s": (2, 23, 280, "positive"),
    "latency": (3e30, math.sqrt(3e30 * 1e32), 1e32, "lognormal"),
}
SPEARMAN = {
    ("total_growth", "production_growth"): 0.5,
    ("total_growth", "campus_w"): 0.5,
    ("bits_growth", "total_growth"): 0.3,
    ("duration_s", "total_growth"): 0.5,
    ("duration_s", "production_growth"): 0.5,
    ("duration_s", "gpu_growth"): -0.7,
    ("text", "images"): 0.7,
    ("images", "video_s"): 0.7,
    ("video_s", "text"): 0.7,
}
AI_W, FIBRE_KM_PER_S = 3.04e9, 2e5
CEILINGS = ("power", "chips", "data", "latency")
STEPS = 64
"""Cells a year of the integral over chip production."""

type Draws = Mapping[str, Any]


def metalog(marginal: tuple[float, float, float, str], z: np.ndarray) -> np.ndarray:
    """Return the three-term metalog (Keelin 2016) at normal scores, of the log, log(x - 1) or logit."""
    *quantiles, kind = marginal
    to_line = {
        "positive": np.log,
        "growth": lambda x: np.log(x - 1),
        "share": lambda x: np.log(x / (1 - x)),
        "lognormal": np.log,
    }[kind]
    from_line = {
        "positive": np.exp,
        "growth": lambda y: 1 + np.exp(y),
        "share": lambda y: 1 / (1 + np.exp(-y)),
        "lognormal": np.exp,
    }[kind]
    low, middle, high = (to_line(x) for x in quantiles)
    if kind == "lognormal":
        return from_line(middle + (high - low) / 2 / 1.2815515655446004 * z)
    u = ndtr(z)
    logit = np.log(u / (1 - u))
    # M(u) = a1 + a2 logit + a3 (u - 1/2) logit through the three quantiles
    a = np.linalg.solve(
        [[1, math.log(p / (1 - p)), (p - 0.5) * math.log(p / (1 - p))] for p in (0.1, 0.5, 0.9)],
        [low, middle, high],
    )
    return from_line(a[0] + a[1] * logit + a[2] * (u - 0.5) * logit)


def monte_carlo(count: int, seed: int, spearman: Mapping[tuple[str, str], float] = SPEARMAN) -> Draws:
    """Return independent draws of every input under a Gaussian copula."""
    names = list(MARGINALS)
    pearson = np.eye(len(names))
    for (one, other), rank in spearman.items():
        i, j = names.index(one), names.index(other)
        pearson[i, j] = pearson[j, i] = 2 * math.sin(math.pi * rank / 6)
    z = np.random.default_rng(seed).standard_normal((count, len(names))) @ np.linalg.cholesky(pearson).T
    return {name: metalog(MARGINALS[name], z[:, i]) for i, name in enumerate(names)}


def as_told(i: Any) -> Draws:
    """Return the engine's inputs in the article's words and units."""
    return {
        "duration_s": i["training_days"] * 86400,
        "fraction": i["largest_run_share"],
        "peak": i["gpu_peak_flop_per_s"],
        "utilisation": i["mfu"],
        "gpu_w": i["watts_per_h100e"],
        "flop_per_w_growth": i["flop_per_watt_growth"],
        "total_w": i["us_data_center_w"],
        "total_growth": i["us_data_center_growth"],
        "others_growth": i["us_other_data_center_growth"],
        "campus_w": i["campus_power_w"],
        "loop_km": i["network_loop_km"],
        "batch": i["batch_tokens"],
        "bits_per_s": i["network_bits_per_s"],
        "bits_growth": i["network_growth"],
        "gpu_growth": i["chip_flop_growth"],
        "stock": i["chip_stock_h100e"],
        "production": i["chip_production_h100e"],
        "production_growth": i["chip_production_growth"],
        "wafers": i["wafers_per_month"],
        "capex_growth": i["wafer_capex_growth"],
        "volume_ratio": i["wafer_volume_share"],
        "dies": i["dies_per_wafer"],
        "text": i["text_tokens"],
        "images": i["image_count"],
        "video_s": i["video_seconds"],
        "audio_s": i["audio_seconds"],
        "data_growth": i["supply_growth"],
        "epochs": i["max_passes"],
        "quality": i["text_quality"],
        "tokens_per_image": i["tokens_per_image"],
        "tokens_per_audio_s": i["tokens_per_audio_second"],
        "latency": i["latency_flop"],
    }


def distributed_w(d: Draws, Y: Any) -> Any:
    """Watts that all AI data centres of the United States give the largest run."""
    others = (d["total_w"] - AI_W) * np.minimum(d["others_growth"], d["total_growth"]) ** Y
    return (d["total_w"] * d["total_growth"] ** Y - others) * d["fraction"]


def flop_per_w(d: Draws, Y: Any) -> Any:
    """FLOP that an installed watt does in a run."""
    return d["peak"] / d["gpu_w"] * d["flop_per_w_growth"] ** Y * d["utilisation"] * d["duration_s"]


def campus(d: Draws, Y: Any) -> Any:
    """FLOP of a run on the largest campus."""
    return d["campus_w"] * flop_per_w(d, Y)


def distributed(d: Draws, Y: Any) -> Any:
    """FLOP of a run on all AI data centres."""
    return distributed_w(d, Y) * flop_per_w(d, Y)


def bandwidth(d: Draws, Y: Any) -> Any:
    """FLOP 120 N^2 of the model whose gradients cross the network in time: (T / t_AR) B = 20 N."""
    F = d["bits_per_s"] * d["bits_growth"] ** Y
    delay = d["loop_km"] / FIBRE_KM_PER_S
    a, b, c = 20 * 16 / F, 20 * 2 * delay, -d["duration_s"] * d["batch"]
    N = (-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a)
    return 120 * N**2


def power(d: Draws, Y: Any) -> Any:
    """FLOP that power allows."""
    return np.maximum(np.minimum(distributed(d, Y), bandwidth(d, Y)), campus(d, Y))


def chip_stock(d: Draws, Y: float, steps: int = STEPS) -> Any:
    """H100-equivalents made by Y: the integral of capped production times the FLOP/s of its year."""
    stock = d["stock"] + 0.0
    cells = max(1, math.ceil(Y * steps))
    for y in (np.arange(cells) + 0.5) * Y / cells:
        stock = stock + made(d, y) * Y / cells
    return stock


def made(d: Draws, y: float) -> Any:
    """H100-equivalents made a year at y."""
    dies = d["wafers"] * 12 * d["dies"] * (1 + d["volume_ratio"] * (d["capex_growth"] - 1)) ** y
    return np.minimum(d["production"] * d["production_growth"] ** y, dies) * d["gpu_growth"] ** y


def flop_of_stock(d: Draws, stock: Any) -> Any:
    """FLOP that the largest run gets out of a stock of chips."""
    return stock * d["fraction"] * d["peak"] * d["utilisation"] * d["duration_s"]


def effective_tokens(d: Draws, Y: Any) -> Any:
    """Tokens after quality and repetition."""
    seen = (d["images"] + d["video_s"]) * d["tokens_per_image"]
    raw = d["text"] + seen + d["audio_s"] * d["tokens_per_audio_s"]
    return raw * d["data_growth"] ** Y * d["quality"] * d["epochs"]


def data(d: Draws, Y: Any) -> Any:
    """FLOP of the run that uses those tokens at twenty a parameter."""
    D = effective_tokens(d, Y)
    return 6 * D * (D / 20)


def ceilings(d: Draws, Y: float, stock: Any = None) -> np.ndarray:
    """FLOP by power, chips, data and latency, a row each."""
    stock = chip_stock(d, Y) if stock is None else stock
    return np.stack([power(d, Y), flop_of_stock(d, stock), data(d, Y), d["latency"] + 0.0])


def first_dates(d: Draws, levels: Any, start: float, end: float, step: float) -> np.ndarray:
    """Return the year in which the joint minimum first reaches each level, a row each; inf for never.

    The minimum is followed in small steps, and joined by straight lines of its log; `start` is 2024 or later.
    """
    Y = start - 2024
    stock = chip_stock(d, Y)
    log_before = np.log(ceilings(d, Y, stock).min(axis=0))
    dates = np.where(log_before >= np.log(levels)[:, None], -np.inf, np.inf)
    while end > Y + 2024:
        stock = stock + step * made(d, Y + step / 2)
        Y += step
        log_now = np.maximum(log_before, np.log(ceilings(d, Y, stock).min(axis=0)))
        for row, level in enumerate(np.log(levels)):
            share = (level - log_before) / np.where(log_now > log_before, log_now - log_before, 1.0)
            reached = (log_before < level) & (log_now >= level)
            dates[row] = np.where(reached, 2024 + Y - step + share * step, dates[row])
        log_before = log_now
    return dates

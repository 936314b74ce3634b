"""Draws of the inputs of Epoch's constraint model: wide, with wafers short at once, later or never."""

import numpy as np

from datawall.model.clock import ANCHORS
from datawall.model.inputs import Inputs

DATES = {**dict.fromkeys(ANCHORS, 2024.0), "power": 2023.75, "chips": 2024.25}
RANGES = {
    "training_days": (30.0, 300.0),
    "largest_run_share": (0.05, 0.6),
    "gpu_peak_flop_per_s": (5e14, 8e15),
    "mfu": (0.1, 0.7),
    "watts_per_h100e": (1000.0, 2500.0),
    "flop_per_watt_growth": (1.05, 1.6),
    "us_data_center_w": (2e10, 8e10),
    "us_ai_data_center_w": (1e9, 1e10),
    "us_data_center_growth": (1.02, 1.6),
    "us_other_data_center_growth": (1.02, 1.3),
    "campus_power_w": (1e8, 1e10),
    "network_loop_km": (10.0, 3e4),
    "network_bits_per_s": (1e13, 5e15),
    "network_growth": (1.1, 1.9),
    "batch_tokens": (1e6, 1e9),
    "chip_stock_h100e": (5e5, 1e7),
    "chip_production_h100e": (3e5, 2e7),
    "chip_production_growth": (1.02, 2.5),
    "chip_flop_growth": (1.05, 2.0),
    "wafers_per_month": (1e4, 5e5),
    "wafer_capex_growth": (1.05, 1.8),
    "wafer_volume_share": (0.1, 0.95),
    "dies_per_wafer": (10.0, 60.0),
    "text_tokens": (1e13, 1e16),
    "text_quality": (0.02, 0.8),
    "supply_growth": (1.01, 1.3),
    "image_count": (1e12, 1e14),
    "video_seconds": (1e12, 1e14),
    "audio_seconds": (1e11, 1e13),
    "tokens_per_image": (1.0, 1000.0),
    "tokens_per_audio_second": (1.0, 1000.0),
    "max_passes": (1.0, 60.0),
    "latency_flop": (1e30, 1e33),
    "distillation_multiplier": (1.0, 2.0),
}


def wide_draws(count: int, seed: int) -> dict[str, np.ndarray]:
    """Return draws of every input of the model, even in logs."""
    rng = np.random.default_rng(seed)
    return {name: low * (high / low) ** rng.random(count) for name, (low, high) in RANGES.items()}


def one_draw(draws: dict[str, np.ndarray], index: int) -> Inputs:
    """Return one of the draws in plain numbers."""
    return Inputs(**{name: float(values[index]) for name, values in draws.items()})

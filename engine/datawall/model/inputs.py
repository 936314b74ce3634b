"""What one draw of the world needs to know: every uncertain input, declared once.

This module loads no JAX, so that scenarios can be listed and checked at once.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from typing import Any

Scalar = Any
"""A float, or a traced array of shape () inside `vmap`."""

GROUPS = ("compute", "hardware", "supply", "law", "architecture", "generations", "release", "counts")


@dataclass(frozen=True)
class Declaration:
    """Unit, admissible range and role of one input.

    Attributes
    ----------
    unit
        Unit of the value; a scenario must state the same.
    group
        Which part of the model the input belongs to (one of `GROUPS`).
    lower, upper
        Admissible range of the value; a prior must keep its whole mass inside.
    options
        Names of the alternatives of a structural choice, in the order of their index; empty for a number.
    per
        ``"generation"`` when each model generation gets a draw of its own, else ``""``.
    parts
        The parts of the model that read it, as `Questions.parts` names them: it is in play where one of them
        is. Empty for an input that always is in play.
    """

    unit: str
    group: str
    lower: float = float("-inf")
    upper: float = float("inf")
    options: tuple[str, ...] = ()
    per: str = ""
    parts: tuple[str, ...] = ()


POSITIVE = 1e-30
"""Lower end of the range of inputs whose logarithm is taken."""


def declare(unit: str, group: str, lower: float = POSITIVE, upper: float = float("inf"), **rest: Any) -> Any:
    """Declare an input of a record of inputs."""
    return field(default=None, metadata={"declaration": Declaration(unit, group, lower, upper, **rest)})


def choose(group: str, *options: str, **rest: Any) -> Any:
    """Declare a structural choice: its value is the index of one of `options`."""
    return declare("choice", group, 0.0, len(options) - 1.0, options=options, **rest)


TREND, SPEND = ("ceilings.trend",), ("ceilings.spend",)
POWER, CHIPS = ("ceilings.power",), ("ceilings.chips",)
HARDWARE = SPEND + POWER + CHIPS
TABLE, DATASETS = ("ceilings.table",), ("ceilings.datasets",)
COMPONENTS, WEB_PAGES = ("supply.components",), ("supply.web_pages",)
LAGS = ("release.lags",)
TABLE_DELAY = (*TABLE, "release.table")
EPOCH_CAMPUS = ("ceilings.epoch_campus", "ceilings.epoch_power")
EPOCH_DISTRIBUTED = ("ceilings.epoch_distributed", "ceilings.epoch_power")
EPOCH_BANDWIDTH = ("ceilings.epoch_bandwidth", "ceilings.epoch_power")
EPOCH_CHIPS = ("ceilings.epoch_chips",)
EPOCH_WATTS = EPOCH_CAMPUS + EPOCH_DISTRIBUTED
EPOCH_HARDWARE = EPOCH_WATTS + EPOCH_CHIPS
SHARE = CHIPS + EPOCH_DISTRIBUTED + EPOCH_CHIPS
MODALITIES = ("ceilings.epoch_data", "supply.modalities")
COUNTS = ("counts",)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """One draw of every uncertain input that is in play; None for one that is not.

    Levels ("at the anchor") are stated at the scenario's anchor date of their group; where a ceiling bends
    the path, they are those of the path before it bends. Growth is a factor a year. Hardware is
    counted in H100-equivalents: one is 989.4e12 dense BF16 FLOP/s.
    """

    # The largest training run: a trend, and what may hold it back.
    frontier_flop: Scalar = declare("FLOP", "compute", parts=TREND + DATASETS)
    compute_growth: Scalar = declare("x/yr", "compute", 1.0, parts=TREND + DATASETS)
    slowdown_date: Scalar = declare("year", "compute", 1950.0, 2200.0, parts=TREND)
    growth_kept: Scalar = declare("fraction", "compute", 0.0, 1.0, parts=TREND)
    run_budget_usd: Scalar = declare("USD", "compute", parts=SPEND)
    run_budget_growth: Scalar = declare("x/yr", "compute", parts=SPEND)
    run_budget_ceiling_usd: Scalar = declare("USD", "compute", parts=SPEND)
    site_power_w: Scalar = declare("W", "compute", parts=POWER)
    site_power_growth: Scalar = declare("x/yr", "compute", parts=POWER)
    site_power_ceiling_w: Scalar = declare("W", "compute", parts=POWER)
    sites_per_run: Scalar = declare("sites", "compute", 1.0, parts=POWER)
    chip_stock_h100e: Scalar = declare("H100e", "compute", parts=CHIPS + EPOCH_CHIPS)
    chip_stock_growth: Scalar = declare("x/yr", "compute", parts=CHIPS)
    largest_run_share: Scalar = declare("fraction", "compute", POSITIVE, 1.0, parts=SHARE)
    latency_flop: Scalar = declare("FLOP", "compute", parts=("ceilings.latency",))
    training_days: Scalar = declare("days", "compute")

    # What an H100-equivalent does and costs.
    mfu: Scalar = declare("fraction", "hardware", POSITIVE, 1.0, parts=HARDWARE + EPOCH_HARDWARE)
    format_speedup: Scalar = declare("x", "hardware", 1.0, parts=HARDWARE)
    usd_per_h100e_hour: Scalar = declare("USD/h", "hardware", parts=SPEND)
    flop_per_usd_growth: Scalar = declare("x/yr", "hardware")
    watts_per_h100e: Scalar = declare("W", "hardware", parts=POWER + EPOCH_WATTS)
    flop_per_watt_growth: Scalar = declare("x/yr", "hardware", parts=POWER + EPOCH_WATTS)

    # Epoch 2024, "Can AI scaling continue through 2030?": data centres, the network between them, chips.
    gpu_peak_flop_per_s: Scalar = declare("FLOP/s", "hardware", parts=EPOCH_HARDWARE)
    campus_power_w: Scalar = declare("W", "compute", parts=EPOCH_CAMPUS)
    us_data_center_w: Scalar = declare("W", "compute", parts=EPOCH_DISTRIBUTED)
    us_ai_data_center_w: Scalar = declare("W", "compute", parts=EPOCH_DISTRIBUTED)
    us_data_center_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_DISTRIBUTED)
    us_other_data_center_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_DISTRIBUTED)
    network_loop_km: Scalar = declare("km", "hardware", parts=EPOCH_BANDWIDTH)
    network_bits_per_s: Scalar = declare("bit/s", "hardware", parts=EPOCH_BANDWIDTH)
    network_growth: Scalar = declare("x/yr", "hardware", 1.0, parts=EPOCH_BANDWIDTH)
    batch_tokens: Scalar = declare("tokens", "compute", parts=EPOCH_BANDWIDTH)
    chip_production_h100e: Scalar = declare("H100e/yr", "compute", parts=EPOCH_CHIPS)
    chip_production_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_CHIPS)
    chip_flop_growth: Scalar = declare("x/yr", "hardware", 1.0, parts=EPOCH_CHIPS)
    wafers_per_month: Scalar = declare("wafers/month", "compute", parts=EPOCH_CHIPS)
    wafer_capex_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_CHIPS)
    wafer_volume_share: Scalar = declare("fraction", "compute", POSITIVE, 1.0, parts=EPOCH_CHIPS)
    dies_per_wafer: Scalar = declare("dies", "compute", parts=EPOCH_CHIPS)

    # Unique training tokens that can be had.
    text_tokens: Scalar = declare("tokens", "supply", parts=COMPONENTS + MODALITIES)
    text_quality: Scalar = declare(
        "fraction", "supply", POSITIVE, 1.0, parts=COMPONENTS + MODALITIES + WEB_PAGES
    )
    supply_growth: Scalar = declare("x/yr", "supply", parts=COMPONENTS + MODALITIES + WEB_PAGES)
    private_text: Scalar = choose("supply", "unused", "used", parts=COMPONENTS)
    private_text_tokens: Scalar = declare("tokens", "supply", 0.0, parts=COMPONENTS)
    multimodal: Scalar = choose("supply", "unused", "used", parts=COMPONENTS)
    multimodal_tokens: Scalar = declare("tokens", "supply", 0.0, parts=COMPONENTS)
    synthetic_ratio: Scalar = declare("x", "supply", 0.0, parts=COMPONENTS)
    image_count: Scalar = declare("images", "supply", parts=MODALITIES)
    video_seconds: Scalar = declare("s", "supply", parts=MODALITIES)
    audio_seconds: Scalar = declare("s", "supply", parts=MODALITIES)
    tokens_per_image: Scalar = declare("tokens", "supply", parts=MODALITIES)
    tokens_per_audio_second: Scalar = declare("tokens/s", "supply", parts=MODALITIES)
    distillation_multiplier: Scalar = declare("x", "supply", 1.0)
    distillation_reading: Scalar = choose("supply", "nominal", "physical")

    # The loss law, by what is known about it, and how it treats repeated data.
    params_exponent: Scalar = declare("1", "law", 0.01, 0.99)
    tokens_per_param_1e21: Scalar = declare("tokens/param", "law")
    irreducible_loss: Scalar = declare("nats/token", "law")
    reducible_loss_1e21: Scalar = declare("nats/token", "law")
    exponent_sum: Scalar = declare("1", "law")
    overtraining_factor: Scalar = declare("x", "law")
    repetition_form: Scalar = choose("law", "effective_data", "additive_penalty")
    repetition_r_d: Scalar = declare("passes", "law")
    repetition_r_n: Scalar = declare("x", "law")
    repetition_penalty: Scalar = declare("nats/token", "law")
    penalty_passes_exponent: Scalar = declare("1", "law")
    penalty_size_exponent: Scalar = declare("1", "law")
    max_passes: Scalar = declare("passes", "law", 1.0)

    # What the architecture makes of compute.
    sparsity: Scalar = declare("x", "architecture", 1.0)
    sparsity_exponent: Scalar = declare("1", "architecture", 0.0, 1.0)
    hybrid_factor: Scalar = declare("x", "architecture")
    multi_token_overhead: Scalar = declare("fraction", "architecture", 0.0, 0.99)

    # What a model generation is.
    gpt4_flop: Scalar = declare("FLOP", "generations")
    oom_per_generation: Scalar = declare("oom", "generations")
    algorithmic_halving_months: Scalar = declare("months", "generations")
    other_efficiency_growth: Scalar = declare("x/yr", "generations", 1.0)

    # The tables of generations of mid-2024.
    generation_table: Scalar = choose("compute", "baseline", "bullish", parts=TABLE_DELAY)
    table_index_error: Scalar = declare("1", "compute", -10.0, 10.0, parts=TABLE_DELAY)
    table_date_error: Scalar = declare("years", "compute", -20.0, 20.0, parts=TABLE)

    # Villalobos et al. 2024: the indexed web, and two ways to tell what training will ask of it.
    web_pages: Scalar = declare("pages", "supply", parts=WEB_PAGES)
    bytes_per_page: Scalar = declare("B", "supply", parts=WEB_PAGES)
    bytes_per_token: Scalar = declare("B/token", "supply", parts=WEB_PAGES)
    repetition_gain: Scalar = declare("x", "supply", parts=WEB_PAGES)
    demand_projection: Scalar = choose("compute", "datasets", "compute", parts=DATASETS)
    dataset_tokens: Scalar = declare("tokens", "compute", parts=DATASETS)
    dataset_growth: Scalar = declare("x/yr", "compute", parts=DATASETS)

    # From the end of training to the public.
    release_outcome: Scalar = choose(
        "release", "on_time", "staged", "slipped", "cancelled", per="generation", parts=LAGS
    )
    post_training_lag_months: Scalar = declare("months", "release", 0.0, per="generation", parts=LAGS)
    staging_months: Scalar = declare("months", "release", 0.0, per="generation", parts=LAGS)
    slip_months: Scalar = declare("months", "release", 0.0, per="generation", parts=LAGS)
    retry_months: Scalar = declare("months", "release", 0.0, per="generation", parts=LAGS)

    # Run sizes below the largest one, by which models above a threshold are counted.
    models_near_frontier: Scalar = declare("models/yr", "counts", parts=COUNTS)
    run_size_exponent: Scalar = declare("1", "counts", 1e-3, 1.0, parts=COUNTS)
    model_count_growth: Scalar = declare("x/yr", "counts", parts=COUNTS)


DECLARATIONS: dict[str, Declaration] = {f.name: f.metadata["declaration"] for f in fields(Inputs)}
"""The declaration of each input, by name."""


def in_play(parts: Collection[str]) -> tuple[str, ...]:
    """Return the inputs that these parts of the model read, in the order of their declaration."""
    return tuple(
        name
        for name, declared in DECLARATIONS.items()
        if not declared.parts or set(declared.parts) & set(parts)
    )

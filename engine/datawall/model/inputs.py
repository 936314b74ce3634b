"""Registry of inputs: the declaration of every uncertain input holds all that is known of it.

Priors, groups, anchors, the order of quasi-random dimensions and of the copula are derived from here. This
module loads no JAX, so that scenarios can be listed and checked at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

Scalar = Any
"""A float, or a traced array of shape () inside `vmap`."""

POLICY = "policy"
GROUPS = ("compute", "hardware", "data", "law", POLICY, "architecture", "generations")
"""The groups that comparisons swap and sensitivity analyses report (`group_of`)."""


@dataclass(frozen=True)
class Declaration:
    """Everything that is known of one input besides its priors.

    Attributes
    ----------
    unit
        Unit of the value; a scenario must state the same.
    group
        The part of the model that the input belongs to (one of `GROUPS`).
    lower, upper
        Admissible range of the value; a prior must keep its whole mass inside.
    options
        Names of the alternatives of a structural choice, in the order of their index; empty for a number.
    per
        ``"generation"`` when each model generation gets a draw of its own, else ``""``.
    parts
        The parts of the model that read it, as `Questions.parts` names them: it is in play where one of them
        is. Empty for an input that no such part reads, which always is in play.
    always
        Whether it is in play even where none of its `parts` is, because the rest of the model reads it, too.
    anchor
        The anchor date at which the input is stated, for a level; ``""`` for anything else.
    moves_by
        Growth input and exponent by which the level moves a year, for a level dated by the anchor of another
        group: a comparison that swaps the groups apart carries it to that anchor.
    policy
        Whether developers choose the value when they plan a run; otherwise it is a fact, or a limit set by
        others. Policies are a group of their own.
    dimension
        Rank in the order in which inputs take the dimensions of quasi-random points, whose first ones are
        the best spread; an input without a rank comes after those that have one. Measured on 2^15 independent
        draws of the baseline: the root mean square of the rank correlations of the input with the wall
        dates, the release dates, and compute and loss in 2030.
    integrated
        Whether conditional Monte Carlo integrates it out; true of one input.
    """

    unit: str
    group: str
    lower: float = float("-inf")
    upper: float = float("inf")
    options: tuple[str, ...] = ()
    per: str = ""
    parts: tuple[str, ...] = ()
    always: bool = False
    anchor: str = ""
    moves_by: tuple[str, float] | None = None
    policy: bool = False
    dimension: float = float("inf")
    integrated: bool = False


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
    frontier_flop: Scalar = declare("FLOP", "compute", parts=TREND + DATASETS, anchor="frontier", dimension=6)
    compute_growth: Scalar = declare("x/yr", "compute", 1.0, parts=TREND + DATASETS, dimension=13)
    slowdown_date: Scalar = declare("year", "compute", 1950.0, 2200.0, parts=TREND, dimension=12)
    growth_kept: Scalar = declare("fraction", "compute", 0.0, 1.0, parts=TREND, dimension=35)
    run_budget_usd: Scalar = declare("USD", "compute", parts=SPEND, anchor="spending", dimension=44)
    run_budget_growth: Scalar = declare("x/yr", "compute", parts=SPEND, dimension=18)
    run_budget_ceiling_usd: Scalar = declare("USD", "compute", parts=SPEND, dimension=23)
    site_power_w: Scalar = declare("W", "compute", parts=POWER, anchor="power", dimension=46)
    site_power_growth: Scalar = declare("x/yr", "compute", parts=POWER, dimension=33)
    site_power_ceiling_w: Scalar = declare("W", "compute", parts=POWER, dimension=36)
    sites_per_run: Scalar = declare("sites", "compute", 1.0, parts=POWER, dimension=30)
    chip_stock_h100e: Scalar = declare(
        "H100e", "compute", parts=CHIPS + EPOCH_CHIPS, anchor="chips", dimension=54
    )
    chip_stock_growth: Scalar = declare("x/yr", "compute", parts=CHIPS, dimension=39)
    largest_run_share: Scalar = declare(
        "fraction", "compute", POSITIVE, 1.0, parts=SHARE, policy=True, dimension=38
    )
    latency_flop: Scalar = declare("FLOP", "compute", parts=("ceilings.latency",), dimension=32)
    training_days: Scalar = declare(
        "days",
        "compute",
        parts=POWER + CHIPS + EPOCH_HARDWARE + EPOCH_BANDWIDTH + LAGS,
        always=True,
        policy=True,
        dimension=10,
    )

    # What an H100-equivalent does and costs.
    mfu: Scalar = declare(
        "fraction", "hardware", POSITIVE, 1.0, parts=HARDWARE + EPOCH_HARDWARE, dimension=20
    )
    format_speedup: Scalar = declare("x", "hardware", 1.0, parts=HARDWARE, dimension=25)
    usd_per_h100e_hour: Scalar = declare(
        "USD/h",
        "hardware",
        parts=SPEND,
        anchor="spending",
        moves_by=("flop_per_usd_growth", -1.0),
        dimension=42,
    )
    flop_per_usd_growth: Scalar = declare("x/yr", "hardware", parts=SPEND, always=True, dimension=17)
    watts_per_h100e: Scalar = declare(
        "W",
        "hardware",
        parts=POWER + EPOCH_WATTS,
        anchor="power",
        moves_by=("flop_per_watt_growth", -1.0),
        dimension=43,
    )
    flop_per_watt_growth: Scalar = declare("x/yr", "hardware", parts=POWER + EPOCH_WATTS, dimension=31)

    # Epoch 2024, "Can AI scaling continue through 2030?": data centres, the network between them, chips.
    gpu_peak_flop_per_s: Scalar = declare("FLOP/s", "hardware", parts=EPOCH_HARDWARE)
    campus_power_w: Scalar = declare("W", "compute", parts=EPOCH_CAMPUS)
    us_data_center_w: Scalar = declare("W", "compute", parts=EPOCH_DISTRIBUTED, anchor="power")
    us_ai_data_center_w: Scalar = declare("W", "compute", parts=EPOCH_DISTRIBUTED, anchor="power")
    us_data_center_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_DISTRIBUTED)
    us_other_data_center_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_DISTRIBUTED)
    network_loop_km: Scalar = declare("km", "hardware", parts=EPOCH_BANDWIDTH)
    network_bits_per_s: Scalar = declare(
        "bit/s", "hardware", parts=EPOCH_BANDWIDTH, anchor="power", moves_by=("network_growth", 1.0)
    )
    network_growth: Scalar = declare("x/yr", "hardware", 1.0, parts=EPOCH_BANDWIDTH)
    batch_tokens: Scalar = declare("tokens", "compute", parts=EPOCH_BANDWIDTH)
    chip_production_h100e: Scalar = declare("H100e/yr", "compute", parts=EPOCH_CHIPS, anchor="chips")
    chip_production_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_CHIPS)
    chip_flop_growth: Scalar = declare("x/yr", "hardware", 1.0, parts=EPOCH_CHIPS)
    wafers_per_month: Scalar = declare("wafers/month", "compute", parts=EPOCH_CHIPS, anchor="chips")
    wafer_capex_growth: Scalar = declare("x/yr", "compute", 1.0, parts=EPOCH_CHIPS)
    wafer_volume_share: Scalar = declare("fraction", "compute", POSITIVE, 1.0, parts=EPOCH_CHIPS)
    dies_per_wafer: Scalar = declare("dies", "compute", parts=EPOCH_CHIPS)

    # Unique training tokens that can be had.
    text_tokens: Scalar = declare(
        "tokens", "data", parts=COMPONENTS + MODALITIES, anchor="supply", dimension=2
    )
    text_quality: Scalar = declare(
        "fraction", "data", POSITIVE, 1.0, parts=COMPONENTS + MODALITIES + WEB_PAGES, dimension=8
    )
    supply_growth: Scalar = declare("x/yr", "data", parts=COMPONENTS + MODALITIES + WEB_PAGES, dimension=9)
    private_text: Scalar = choose("data", "unused", "used", parts=COMPONENTS, policy=True, dimension=14)
    private_text_tokens: Scalar = declare(
        "tokens", "data", 0.0, parts=COMPONENTS, anchor="supply", dimension=27
    )
    multimodal: Scalar = choose("data", "unused", "used", parts=COMPONENTS, policy=True, dimension=11)
    multimodal_tokens: Scalar = declare(
        "tokens", "data", 0.0, parts=COMPONENTS, anchor="supply", dimension=15
    )
    synthetic_ratio: Scalar = declare("x", "data", 0.0, parts=COMPONENTS, dimension=16)
    image_count: Scalar = declare("images", "data", parts=MODALITIES, anchor="supply")
    video_seconds: Scalar = declare("s", "data", parts=MODALITIES, anchor="supply")
    audio_seconds: Scalar = declare("s", "data", parts=MODALITIES, anchor="supply")
    tokens_per_image: Scalar = declare("tokens", "data", parts=MODALITIES)
    tokens_per_audio_second: Scalar = declare("tokens/s", "data", parts=MODALITIES)
    distillation_multiplier: Scalar = declare("x", "data", 1.0, dimension=29)
    distillation_reading: Scalar = choose("data", "nominal", "physical", dimension=47)

    # The loss law, by what is known about it, and how it treats repeated data.
    params_exponent: Scalar = declare("1", "law", 0.01, 0.99, integrated=True, dimension=1)
    tokens_per_param_1e21: Scalar = declare("tokens/param", "law", dimension=21)
    irreducible_loss: Scalar = declare("nats/token", "law", dimension=3)
    reducible_loss_1e21: Scalar = declare("nats/token", "law", dimension=48)
    exponent_sum: Scalar = declare("1", "law", dimension=19)
    overtraining_factor: Scalar = declare("x", "law", policy=True, dimension=56)
    repetition_form: Scalar = choose("law", "effective_data", "additive_penalty", dimension=5)
    repetition_r_d: Scalar = declare("passes", "law", dimension=40)
    repetition_r_n: Scalar = declare("x", "law", dimension=37)
    repetition_penalty: Scalar = declare("nats/token", "law", dimension=41)
    penalty_passes_exponent: Scalar = declare("1", "law", dimension=51)
    penalty_size_exponent: Scalar = declare("1", "law", dimension=55)
    max_passes: Scalar = declare(
        "passes", "law", 1.0, parts=("ceilings.epoch_data",), always=True, policy=True, dimension=24
    )

    # What the architecture makes of compute.
    sparsity: Scalar = declare("x", "architecture", 1.0, policy=True, dimension=26)
    sparsity_exponent: Scalar = declare("1", "architecture", 0.0, 1.0, dimension=28)
    hybrid_factor: Scalar = declare("x", "architecture", dimension=45)
    multi_token_overhead: Scalar = declare("fraction", "architecture", 0.0, 0.99, dimension=57)

    # What a model generation is.
    gpt4_flop: Scalar = declare("FLOP", "generations", parts=TABLE, always=True, anchor="gpt4", dimension=7)
    oom_per_generation: Scalar = declare("oom", "generations", parts=TABLE, always=True, dimension=0)
    algorithmic_halving_months: Scalar = declare("months", "generations", dimension=4)
    other_efficiency_growth: Scalar = declare("x/yr", "generations", 1.0, dimension=53)

    # The tables of generations of mid-2024.
    generation_table: Scalar = choose("compute", "baseline", "bullish", parts=TABLE_DELAY)
    table_index_error: Scalar = declare("1", "compute", -10.0, 10.0, parts=TABLE_DELAY)
    table_date_error: Scalar = declare("years", "compute", -20.0, 20.0, parts=TABLE)

    # Villalobos et al. 2024: the indexed web, and two ways to tell what training will ask of it.
    web_pages: Scalar = declare("pages", "data", parts=WEB_PAGES, anchor="supply")
    bytes_per_page: Scalar = declare("B", "data", parts=WEB_PAGES)
    bytes_per_token: Scalar = declare("B/token", "data", parts=WEB_PAGES)
    repetition_gain: Scalar = declare("x", "data", parts=WEB_PAGES)
    demand_projection: Scalar = choose("compute", "datasets", "compute", parts=DATASETS)
    dataset_tokens: Scalar = declare("tokens", "compute", parts=DATASETS, anchor="frontier")
    dataset_growth: Scalar = declare("x/yr", "compute", parts=DATASETS)

    # From the end of training to the public.
    release_outcome: Scalar = choose(
        "generations", "on_time", "staged", "slipped", "cancelled", per="generation", parts=LAGS, dimension=22
    )
    post_training_lag_months: Scalar = declare(
        "months", "generations", 0.0, per="generation", parts=LAGS, dimension=34
    )
    staging_months: Scalar = declare("months", "generations", 0.0, per="generation", parts=LAGS, dimension=50)
    slip_months: Scalar = declare("months", "generations", 0.0, per="generation", parts=LAGS, dimension=49)
    retry_months: Scalar = declare("months", "generations", 0.0, per="generation", parts=LAGS, dimension=52)

    # Run sizes below the largest one, by which models above a threshold are counted.
    models_near_frontier: Scalar = declare("models/yr", "generations", parts=COUNTS)
    run_size_exponent: Scalar = declare("1", "generations", 1e-3, 1.0, parts=COUNTS)
    model_count_growth: Scalar = declare("x/yr", "generations", parts=COUNTS)


DECLARATIONS: dict[str, Declaration] = {f.name: f.metadata["declaration"] for f in fields(Inputs)}
"""The declaration of each input, by name."""


INTEGRATED = next(name for name, declared in DECLARATIONS.items() if declared.integrated)
"""The input that conditional Monte Carlo integrates out."""
COPULA_ORDER = tuple(sorted(DECLARATIONS, key=INTEGRATED.__eq__))
"""The order of inputs in the Cholesky factor of the copula: no other depends on the score of the last one."""


def in_play(parts: Collection[str]) -> tuple[str, ...]:
    """Return the inputs that these parts of the model read, in the order of their declaration."""
    return tuple(
        name
        for name, declared in DECLARATIONS.items()
        if declared.always or not declared.parts or set(declared.parts) & set(parts)
    )


def group_of(name: str) -> str:
    """Return the group of an input, which is its own for what developers choose.

    Examples
    --------
    >>> group_of("text_tokens"), group_of("multimodal"), group_of("release_outcome")
    ('data', 'policy', 'generations')
    """
    declared = DECLARATIONS[name]
    return POLICY if declared.policy else declared.group


def by_group(names: Collection[str]) -> dict[str, list[str]]:
    """Return inputs by group, groups in the order of `GROUPS`; a group may have none."""
    return {group: [name for name in names if group_of(name) == group] for group in GROUPS}


def ranks(streams: Sequence[str]) -> list[int]:
    """Return the dimension of quasi-random points that each stream takes, counted from 0.

    Parameters
    ----------
    streams
        Labels as in `Joint.streams`: the name of an input, with its generation where each has a draw.

    Examples
    --------
    >>> ranks(["mfu", "release_outcome[6]", "oom_per_generation", "release_outcome[5]"])
    [1, 2, 0, 3]
    """
    wanted = [DECLARATIONS[label.partition("[")[0]].dimension for label in streams]
    dimension = {row: k for k, row in enumerate(sorted(range(len(streams)), key=wanted.__getitem__))}
    return [dimension[row] for row in range(len(streams))]

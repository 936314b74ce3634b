"""Registry of inputs: one declaration for every uncertain input.

Priors, groups, anchors, the order of quasi-random dimensions and of the copula are derived from here. This
module loads no JAX, so that scenarios can be listed and checked at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields, replace

from datawall.model.declaration import POSITIVE, Declaration, Scalar, choose, declare
from datawall.model.registry import PARTS

POLICY = "policy"
GROUPS = ("compute", "hardware", "data", "law", POLICY, "architecture", "generations")
"""The groups that comparisons swap and sensitivity analyses report (`group_of`)."""


COUNTS = ("counts",)


def _of_declarations[T](record: type[T]) -> type[T]:
    """Make fields of the declarations of a class and of the own inputs of ceilings and accounts."""
    declared = {name: getattr(record, name) for name in record.__annotations__}
    for part in PARTS.values():
        if repeated := declared.keys() & part.own_inputs.keys():
            raise TypeError(f"declared twice: {', '.join(sorted(repeated))}")
        declared |= part.own_inputs
    for name, declaration in declared.items():
        record.__annotations__[name] = Scalar
        setattr(record, name, field(default=None, metadata={"declaration": declaration}))
    return record


@dataclass(frozen=True, kw_only=True)
@_of_declarations
class Inputs:
    """One draw of every uncertain input that is in play; None for one that is not.

    Levels ("at the anchor") are stated at the scenario's anchor date of their group; where a ceiling bends
    the path, they are those of the path before it bends. Growth is a factor a year. Hardware is
    counted in H100-equivalents: one is 989.4e12 dense BF16 FLOP/s.
    """

    # The largest training run: its trend and its ceilings.
    frontier_flop: Scalar = declare("FLOP", "compute", anchor="frontier", dimension=6)
    compute_growth: Scalar = declare("x/yr", "compute", 1.0, dimension=13)
    slowdown_date: Scalar = declare("year", "compute", 1950.0, 2200.0, dimension=12)
    growth_kept: Scalar = declare("fraction", "compute", 0.0, 1.0, dimension=35)
    run_budget_usd: Scalar = declare("USD", "compute", anchor="spending", dimension=44)
    run_budget_growth: Scalar = declare("x/yr", "compute", dimension=18)
    run_budget_ceiling_usd: Scalar = declare("USD", "compute", dimension=23)
    site_power_w: Scalar = declare("W", "compute", anchor="power", dimension=46)
    site_power_growth: Scalar = declare("x/yr", "compute", dimension=33)
    site_power_ceiling_w: Scalar = declare("W", "compute", dimension=36)
    sites_per_run: Scalar = declare("sites", "compute", 1.0, dimension=30)
    chip_stock_h100e: Scalar = declare("H100e", "compute", anchor="chips", dimension=54)
    chip_stock_growth: Scalar = declare("x/yr", "compute", dimension=39)
    largest_run_share: Scalar = declare("fraction", "compute", POSITIVE, 1.0, policy=True, dimension=38)
    latency_flop: Scalar = declare("FLOP", "compute", dimension=32)
    training_days: Scalar = declare("days", "compute", always=True, policy=True, dimension=10)

    # Throughput and cost of an H100-equivalent.
    mfu: Scalar = declare("fraction", "hardware", POSITIVE, 1.0, dimension=20)
    format_speedup: Scalar = declare("x", "hardware", 1.0, dimension=25)
    usd_per_h100e_hour: Scalar = declare(
        "USD/h", "hardware", anchor="spending", moves_by=("flop_per_usd_growth", -1.0), dimension=42
    )
    flop_per_usd_growth: Scalar = declare("x/yr", "hardware", always=True, dimension=17)
    watts_per_h100e: Scalar = declare(
        "W", "hardware", anchor="power", moves_by=("flop_per_watt_growth", -1.0), dimension=43
    )
    flop_per_watt_growth: Scalar = declare("x/yr", "hardware", dimension=31)

    # Epoch 2024, "Can AI scaling continue through 2030?": data centres, the network between them, chips.
    gpu_peak_flop_per_s: Scalar = declare("FLOP/s", "hardware")
    campus_power_w: Scalar = declare("W", "compute")
    us_data_center_w: Scalar = declare("W", "compute", anchor="power")
    us_ai_data_center_w: Scalar = declare("W", "compute", anchor="power")
    us_data_center_growth: Scalar = declare("x/yr", "compute", 1.0)
    us_other_data_center_growth: Scalar = declare("x/yr", "compute", 1.0)
    network_loop_km: Scalar = declare("km", "hardware")
    network_bits_per_s: Scalar = declare(
        "bit/s", "hardware", anchor="power", moves_by=("network_growth", 1.0)
    )
    network_growth: Scalar = declare("x/yr", "hardware", 1.0)
    batch_tokens: Scalar = declare("tokens", "compute")
    chip_production_h100e: Scalar = declare("H100e/yr", "compute", anchor="chips")
    chip_production_growth: Scalar = declare("x/yr", "compute", 1.0)
    chip_flop_growth: Scalar = declare("x/yr", "hardware", 1.0)
    wafers_per_month: Scalar = declare("wafers/month", "compute", anchor="chips")
    wafer_capex_growth: Scalar = declare("x/yr", "compute", 1.0)
    wafer_volume_share: Scalar = declare("fraction", "compute", POSITIVE, 1.0)
    dies_per_wafer: Scalar = declare("dies", "compute")

    # Available unique training tokens.
    text_tokens: Scalar = declare("tokens", "data", anchor="supply", dimension=2)
    text_quality: Scalar = declare("fraction", "data", POSITIVE, 1.0, dimension=8)
    supply_growth: Scalar = declare("x/yr", "data", dimension=9)
    private_text: Scalar = choose("data", "unused", "used", policy=True, dimension=14)
    private_text_tokens: Scalar = declare("tokens", "data", 0.0, anchor="supply", dimension=27)
    multimodal: Scalar = choose("data", "unused", "used", policy=True, dimension=11)
    multimodal_tokens: Scalar = declare("tokens", "data", 0.0, anchor="supply", dimension=15)
    synthetic_ratio: Scalar = declare("x", "data", 0.0, dimension=16)
    image_count: Scalar = declare("images", "data", anchor="supply")
    video_seconds: Scalar = declare("s", "data", anchor="supply")
    audio_seconds: Scalar = declare("s", "data", anchor="supply")
    tokens_per_image: Scalar = declare("tokens", "data")
    tokens_per_audio_second: Scalar = declare("tokens/s", "data")
    distillation_multiplier: Scalar = declare("x", "data", 1.0, dimension=29)
    distillation_reading: Scalar = choose("data", "nominal", "physical", dimension=47)

    # The loss law, by its optimum at a reference compute, and its treatment of repeated data.
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
    max_passes: Scalar = declare("passes", "law", 1.0, always=True, policy=True, dimension=24)

    # Compute gain of the architecture.
    sparsity: Scalar = declare("x", "architecture", 1.0, policy=True, dimension=26)
    sparsity_exponent: Scalar = declare("1", "architecture", 0.0, 1.0, dimension=28)
    hybrid_factor: Scalar = declare("x", "architecture", dimension=45)
    multi_token_overhead: Scalar = declare("fraction", "architecture", 0.0, 0.99, dimension=57)

    # Definition of a model generation.
    gpt4_flop: Scalar = declare("FLOP", "generations", always=True, anchor="gpt4", dimension=7)
    oom_per_generation: Scalar = declare("oom", "generations", always=True, dimension=0)
    algorithmic_halving_months: Scalar = declare("months", "generations", dimension=4)
    other_efficiency_growth: Scalar = declare("x/yr", "generations", 1.0, dimension=53)

    # The tables of generations of mid-2024.
    generation_table: Scalar = choose("compute", "baseline", "bullish")
    table_index_error: Scalar = declare("1", "compute", -10.0, 10.0)
    table_date_error: Scalar = declare("years", "compute", -20.0, 20.0)

    # Villalobos et al. 2024: the indexed web, and two projections of the demand for it.
    web_pages: Scalar = declare("pages", "data", anchor="supply")
    bytes_per_page: Scalar = declare("B", "data")
    bytes_per_token: Scalar = declare("B/token", "data")
    repetition_gain: Scalar = declare("x", "data")
    demand_projection: Scalar = choose("compute", "datasets", "compute")
    dataset_tokens: Scalar = declare("tokens", "compute", anchor="frontier")
    dataset_growth: Scalar = declare("x/yr", "compute")

    # From the end of training to the public.
    release_outcome: Scalar = choose(
        "generations", "on_time", "staged", "slipped", "cancelled", per="generation", dimension=22
    )
    post_training_lag_months: Scalar = declare("months", "generations", 0.0, per="generation", dimension=34)
    staging_months: Scalar = declare("months", "generations", 0.0, per="generation", dimension=50)
    slip_months: Scalar = declare("months", "generations", 0.0, per="generation", dimension=49)
    retry_months: Scalar = declare("months", "generations", 0.0, per="generation", dimension=52)

    # Run sizes below the largest one, by which models above a threshold are counted.
    models_near_frontier: Scalar = declare("models/yr", "generations", parts=COUNTS)
    run_size_exponent: Scalar = declare("1", "generations", 1e-3, 1.0, parts=COUNTS)
    model_count_growth: Scalar = declare("x/yr", "generations", parts=COUNTS)


def _read_by(name: str, declared: Declaration) -> Declaration:
    """Return a declaration with the parts of the model that declare the input as read."""
    return replace(declared, parts=(*declared.parts, *(key for key, p in PARTS.items() if name in p.reads)))


DECLARATIONS: dict[str, Declaration] = {
    f.name: _read_by(f.name, f.metadata["declaration"]) for f in fields(Inputs)
}
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
    """Return the group of an input; choices of developers form the group ``"policy"``.

    Examples
    --------
    >>> group_of("text_tokens"), group_of("multimodal"), group_of("release_outcome")
    ('data', 'policy', 'generations')
    """
    declared = DECLARATIONS[name]
    return POLICY if declared.policy else declared.group


def by_group(names: Collection[str]) -> dict[str, list[str]]:
    """Return inputs by group, groups in the order of `GROUPS`; a group may be empty."""
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

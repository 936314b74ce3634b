"""A backtest that needs no model: the tree of one, with plausible numbers and every kind of outcome."""

import json

import numpy as np
import xarray as xr

LEVELS = np.array([0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995])
MASSES = np.array([0.5, 0.8, 0.95])
ORIGINS = np.arange(2019.0, 2026.6, 0.5)
HORIZONS = (0.5, 1.0, 2.0, 4.0)
NOW, TOLD_UNTIL = 2026.9, 2025.6
RUNS = 23.4, 0.62
"""log10 of the largest run in 2019, and how it grows [1/year]."""
OTHERS = {"training_set": (11.5, 0.45), "flop_per_usd": (-0.4, 0.13), "price": (1.5, -0.6)}
DATES = {
    ("first_above", "1e+24"): 2020.4,
    ("first_above", "1e+25"): 2022.2,
    ("first_above", "1e+26"): 2025.1,
    ("first_above", "1e+27"): np.inf,
    ("release_by_compute", "GPT-4.5"): 2025.16,
    ("release_by_compute", "GPT-5"): np.inf,
    ("release_by_name", "GPT-4"): 2023.2,
    ("release_by_name", "GPT-5"): 2025.6,
    ("release_by_name", "GPT-6"): np.inf,
}
DATED = {target for target, _ in DATES}
SPREADS = {"baseline": 1.0, "trend": 0.6, "persistence": 0.3, "seed2024": 0.8, "epoch2030": 0.5}
"""How wide each forecaster is; those with names of scenarios are right on average."""
PUBLISHED = {"seed2024": 2024.5, "epoch2030": 2024.5}
WORLD = ("largest_run", "first_above", "release_by_compute")
"""What published forecasts answer."""
MANIFEST = {
    "scenarios": {"baseline": "0f3a"},
    "start": "2019-01",
    "end": "2026-06",
    "every": "6mo",
    "horizons": [0.5, 1.0, 2.0, 4.0],
    "draws": 400,
    "seed": 0,
    "skipped": [["baseline", "price", 2019.0 + k / 2, "no price was known"] for k in range(9)]
    + [["trend", "release_by_name", 2019.0, "need two flagships, one was <known> & told"]],
    "hindsight": {"2019.0": ["mfu", "data.stock"], "2019.5": ["mfu"], "2020.0": ["mfu"]},
    "verdicts": [
        "80 % intervals of the baseline held 71 % of 96 outcomes one and two years ahead.",
        "On the largest run its CRPS is 23 % below that of persistence and 9 % above that of <trend>.",
    ],
    "versions": {"datawall": "0.1.0", "jax": "0.12.0.1"},
    "code": "0123456789abcdef",
}


def tree(*, published: bool = True, revision: bool = True) -> xr.DataTree:
    """Return the tree of a backtest, with or without what may be absent."""
    asked = questions()
    who = [name for name in SPREADS if published or name not in PUBLISHED]
    answers = {name: forecasts(asked, name) for name in who}
    groups = {"questions": asked} | {f"forecasts/{name}": found for name, found in answers.items()}
    for name in who[1:]:
        groups[f"skill/baseline/{name}"] = skill(asked, answers["baseline"], answers[name])
    for name in ("baseline", "trend"):
        groups[f"coverage/{name}"] = coverage(asked, answers[name])
        groups[f"widening/{name}"] = xr.Dataset({"factor": 1.4, "low": 1.1, "high": 1.8})
    if published:
        groups["reference"] = reference()
    if revision:
        groups |= revisions()
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs={"manifest": json.dumps(MANIFEST)})} | groups)


def questions() -> xr.Dataset:
    """Return every question with its outcome."""
    rows = []
    for origin in ORIGINS:
        for horizon in HORIZONS:
            until = origin + horizon
            for target, (start, growth) in {"largest_run": RUNS, **OTHERS}.items():
                told = TOLD_UNTIL if target == "largest_run" else NOW
                value = start + growth * (min(until, told) - 2019.0) + 0.2 * np.sin(5.0 * until)
                state = "unresolved" if until > NOW else "open" if until > told else "happened"
                outcome = {"unresolved": np.nan, "open": np.inf, "happened": value}[state]
                rows.append(
                    (target, "", origin, horizon, outcome, -np.inf, value if state == "open" else np.inf)
                    + (state,)
                )
            for (target, item), date in DATES.items():
                watched = min(until, NOW if target == "release_by_name" else TOLD_UNTIL)
                if origin < date and origin < watched:
                    came = date <= watched
                    outcome, state = (date, "happened") if came else (np.inf, "open")
                    rows.append((target, item, origin, horizon, outcome, origin, watched, state))
    columns = ("target", "item", "origin", "horizon", "outcome", "window_first", "window_last", "state")
    return xr.Dataset(
        {name: ("question", np.array(column)) for name, column in zip(columns, zip(*rows, strict=True))}
    )


def forecasts(asked: xr.Dataset, who: str) -> xr.Dataset:
    """Return the answers of a forecaster, and their scores."""
    names = ("crps", "log_score", "brier", "pit_low", "pit_high", "width80")
    count = asked.sizes["question"]
    scores = {name: np.full(count, np.nan) for name in names}
    quantiles = np.full((count, len(LEVELS)), np.nan)
    for place in range(count):
        row = {name: values.values[place] for name, values in asked.items()}
        draws = _draws(row, who, place)
        if draws is None:
            continue
        quantiles[place] = np.quantile(draws, LEVELS, method="inverted_cdf")
        if row["state"] == "unresolved":
            continue
        seen = np.clip(draws, row["window_first"], row["window_last"])
        came = np.clip(row["outcome"], row["window_first"], row["window_last"])
        spread = np.abs(seen[:, None] - seen).mean()
        scores["crps"][place] = np.abs(seen - came).mean() - spread / 2.0
        scores["log_score"][place] = np.log(0.1 + np.abs(came - np.median(seen)))
        scores["width80"][place] = np.diff(np.quantile(seen, [0.1, 0.9]))[0]
        scores["pit_low"][place] = np.mean(seen < came)
        scores["pit_high"][place] = 1.0 if row["state"] == "open" else np.mean(seen <= came)
        if np.isfinite(row["window_first"]):
            probability = np.mean(draws <= row["window_last"])
            scores["brier"][place] = (probability - (row["state"] == "happened")) ** 2
    return xr.Dataset(
        {"quantile": (("question", "level"), quantiles)}
        | {name: ("question", values) for name, values in scores.items()},
        {"level": LEVELS},
    )


def _draws(row: dict, who: str, place: int) -> np.ndarray | None:
    """Return what a forecaster says to one question, or None where it is silent."""
    if who in PUBLISHED and (row["origin"] != PUBLISHED[who] or row["target"] not in WORLD):
        return None
    normal = np.random.default_rng([place, len(who)]).standard_normal(MANIFEST["draws"])
    spread = SPREADS[who]
    if row["target"] in DATED:
        date = DATES[row["target"], row["item"]]
        middle = (date if np.isfinite(date) else 2027.5) + (1.0 if who == "trend" else -0.3)
        ahead = np.maximum(middle - row["origin"], 0.3) * np.exp(0.5 * spread * normal)
        return np.where(ahead > 9.0, np.inf, row["origin"] + ahead)
    start, growth = {"largest_run": RUNS, **OTHERS}[row["target"]]
    growth = 0.0 if who == "persistence" else growth
    middle = start + growth * (row["origin"] + row["horizon"] - 2019.0)
    return middle + 0.2 * spread * np.sqrt(row["horizon"]) * normal


def skill(asked: xr.Dataset, ours: xr.Dataset, others: xr.Dataset) -> xr.Dataset:
    """Return the skill of one forecaster against another, by target and horizon."""
    targets = list(dict.fromkeys(asked["target"].values.astype(str)))
    shape = (len(targets), 1 + len(HORIZONS))
    both = np.isfinite(ours["crps"].values) & np.isfinite(others["crps"].values)
    table = {name: np.full(shape, np.nan) for name in ("crps", "crps_reference", "skill", "error")}
    counts = np.zeros(shape, int)
    for i, target in enumerate(targets):
        for j, horizon in enumerate((0.0, *HORIZONS)):
            chosen = both & (asked["target"].values == target)
            chosen &= (horizon == 0.0) | (asked["horizon"].values == horizon)
            counts[i, j] = chosen.sum()
            if chosen.any():
                mean, base = ours["crps"].values[chosen].mean(), others["crps"].values[chosen].mean()
                table["crps"][i, j], table["crps_reference"][i, j] = mean, base
                table["skill"][i, j], table["error"][i, j] = 1.0 - mean / base, 0.6 / np.sqrt(chosen.sum())
    dims = ("target", "horizon")
    return xr.Dataset(
        {name: (dims, values) for name, values in table.items()} | {"questions": (dims, counts)},
        {"target": targets, "horizon": [0.0, *HORIZONS]},
    )


def coverage(asked: xr.Dataset, answers: xr.Dataset) -> xr.Dataset:
    """Return how often the intervals of a forecaster held what happened."""
    targets = ["", *dict.fromkeys(asked["target"].values.astype(str))]
    horizons = [0.0, *HORIZONS]
    shares = np.full((len(MASSES), len(horizons), len(targets)), np.nan)
    counts = np.zeros(shape := (len(horizons), len(targets)), int)
    bounds = np.stack([answers["pit_low"], answers["pit_high"]], axis=1)
    for i, j in np.ndindex(shape):
        chosen = np.isfinite(bounds[:, 0]) & ((j == 0) | (asked["target"].values == targets[j]))
        chosen &= (i == 0) | (asked["horizon"].values == horizons[i])
        counts[i, j] = chosen.sum()
        if chosen.any():
            tails = (1.0 - MASSES[:, None]) / 2.0
            middle = bounds[chosen].mean(axis=1)
            shares[:, i, j] = ((middle >= tails) & (middle <= 1.0 - tails)).mean(axis=1)
    return xr.Dataset(
        {"coverage": (("mass", "horizon", "target"), shares), "questions": (("horizon", "target"), counts)},
        {"mass": MASSES, "horizon": horizons, "target": targets},
    )


def reference() -> xr.Dataset:
    """Return the rows of two tables of 2024, by name and by compute."""
    index = np.array([5.0, 5.5, 6.0, 5.0, 5.5, 6.0])
    predicted = 2025.0 + 1.5 * (index - 5.0) + np.array([0, 0, 0, 0.4, 0.4, 0.4])
    named, computed = np.tile([2025.6, np.inf, np.inf], 2), np.full(6, np.inf)
    columns: dict = {"table": np.repeat(["uncapped", "capped"], 3), "index": index, "predicted": predicted}
    for clock, outcome in (("name", named), ("compute", computed)):
        came = np.isfinite(outcome)
        error = np.where(came, predicted - outcome, predicted - 2025.6)
        columns |= {
            f"{clock}_outcome": outcome,
            f"{clock}_state": np.where(came, "happened", "open"),
            f"{clock}_error": error,
            f"our_{clock}_q10": predicted - 0.8,
            f"our_{clock}_q50": predicted + 0.7,
            f"our_{clock}_q90": np.where(index > 5.5, np.inf, predicted + 3.0),
            f"crps_{clock}": np.abs(error),
            f"our_crps_{clock}": 0.7 * np.abs(error),
        }
    return xr.Dataset({name: ("row", values) for name, values in columns.items()})


def revisions() -> dict[str, xr.Dataset]:
    """Return how an answer moved from origin to origin, and what moved it."""
    outputs, levels, modules = ["wall.tokens[1]", "release.raw[6]"], [0.1, 0.25, 0.5, 0.75, 0.9], ["compute"]
    middle = np.stack([2030.0 - 0.15 * (ORIGINS - 2019.0), 2032.0 - 0.3 * (ORIGINS - 2019.0)], axis=1)
    dates = middle[..., None] + np.array([-2.0, -1.0, 0.0, 1.5, 3.5])
    dates[:3, :, -1] = np.inf
    masses = np.full(middle.shape, 0.1)
    quantiles = xr.Dataset(
        {
            "date": (("origin", "output", "quantile"), dates),
            "p_never": (("origin", "output"), masses),
            "p_past": (("origin", "output"), 0.0 * masses),
        },
        {"origin": ORIGINS, "output": outputs, "quantile": levels},
    )
    modules = ["compute", "data_stock", "hardware"]
    shape = (len(ORIGINS) - 1, len(modules))
    rng = np.random.default_rng(0)
    moves = xr.Dataset(
        {
            "from": ("step", ORIGINS[:-1]),
            "to": ("step", ORIGINS[1:]),
            "shift": (("step", "module"), rng.normal(0.0, 0.3, shape)),
            "error": (("step", "module"), np.full(shape, 0.04)),
            "evidence": (("step", "module"), np.full(shape, "frontier_runs: Model <A>, Model B")),
        },
        {"module": modules},
    )
    return {"revision/quantiles": quantiles, "revision/moves": moves}

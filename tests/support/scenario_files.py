"""A complete valid scenario, built from the declarations, and a writer of TOML for the tests."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from datawall.model.inputs import DECLARATIONS, Declaration


def family_for(declaration: Declaration) -> dict[str, Any]:
    lower, upper = declaration.lower, declaration.upper
    if declaration.options:
        weights = [1 / len(declaration.options)] * len(declaration.options)
        return {"family": "choice", "options": list(declaration.options), "weights": weights}
    if upper < float("inf"):
        interval = [lower + 0.3 * (upper - lower), lower + 0.5 * (upper - lower)]
        return {"family": "logit_normal", "interval": interval, "mass": 0.8, "bounds": [lower, upper]}
    if lower >= 1.0:
        quantiles = {"p10": 2 * lower, "p50": 3 * lower, "p90": 5 * lower}
        return {"family": "metalog", "quantiles": quantiles, "lower": lower}
    return {"family": "lognormal", "interval": [2.0, 4.0], "mass": 0.8}


def prior(name: str, **family: Any) -> dict[str, Any]:
    declaration = DECLARATIONS[name]
    return (family or family_for(declaration)) | {
        "unit": declaration.unit,
        "meaning": f"the {name}",
        "source": "made up for a test",
        "link": "arXiv:2405.21015",
        "date": dt.date(2026, 7, 19),
        "confidence": "low",
    }


def valid_scenario() -> dict[str, Any]:
    return {
        "schema": 1,
        "name": "made-up",
        "title": "A made-up scenario",
        "description": "For the tests.",
        "as_of": dt.date(2026, 11, 1),
        "horizon": 2050,
        "anchors": {
            "frontier": dt.date(2026, 1, 1),
            "spending": 2026.0,
            "power": 2026.5,
            "chips": 2026,
            "supply": 2024.0,
            "gpt4": 2022.35,
        },
        "questions": {
            "ceilings": ["trend", "spend", "power", "chips", "latency"],
            "token_passes": [1, 4, 16],
            "effective_passes": [4],
            "frontier_passes": [4],
            "efficiency": [0.5, 0.1],
            "overtraining": 3.0,
            "generations": [5, 5.5, 6],
            "price_gains": [100],
        },
        "priors": {name: prior(name) for name in DECLARATIONS},
        "correlations": [
            {"inputs": ["compute_growth", "run_budget_growth"], "spearman": 0.6, "source": "made up"},
            {"inputs": ["run_budget_growth", "text_tokens"], "spearman": -0.3, "source": "made up"},
        ],
    }


def to_toml(tables: dict[str, Any]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in tables.items() if not _is_section(value)]
    for key, value in tables.items():
        if key == "priors" and isinstance(value, dict):
            odd = {name: keys for name, keys in value.items() if not isinstance(keys, dict)}
            lines += ["[priors]", *(f"{name} = {_value(v)}" for name, v in odd.items())]
            for name, keys in value.items():
                if name in odd:
                    continue
                lines += [f"[priors.{name}]", *(f"{k} = {_value(v)}" for k, v in keys.items())]
        elif isinstance(value, dict):
            lines += [f"[{key}]", *(f"{k} = {_value(v)}" for k, v in value.items())]
        elif _is_section(value):
            for item in value:
                lines += [f"[[{key}]]", *(f"{k} = {_value(v)}" for k, v in item.items())]
    return "\n".join(lines) + "\n"


def write(path: Path, tables: dict[str, Any]) -> Path:
    path.write_text(to_toml(tables), encoding="utf-8")
    return path


def _is_section(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
    )


def _value(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dt.date():
            return value.isoformat()
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return repr(value)

"""Peers on the same models: the full baseline forecast, and the reference workload."""

from benchmarks.contest import Contender, hold
from benchmarks.forecast.world import comparable
from benchmarks.record import Found
from benchmarks.setting import Setting

FORECAST = Contender(
    "datawall", "benchmarks.forecast.engine:build", 2**19, note="summaries of every output included"
)
FORECAST_PEERS = [
    Contender(
        "NumPyro Predictive in jit", "benchmarks.forecast.with_numpyro:build", 2**14, 40.0, "not summarised"
    ),
    Contender("NumPy float64", "benchmarks.forecast.with_numpy:build", 2**14, 40.0, "not summarised"),
    Contender("naive JAX", "benchmarks.forecast.naive:build", 2**14, 15.0, "not summarised"),
]
REFERENCE = Contender("datawall", "benchmarks.reference.engine:build", 2**21, note="histograms included")
REFERENCE_PEERS = [
    Contender("NumPyro Predictive in jit", "benchmarks.reference.with_numpyro:jitted", 2**17, 40.0),
    Contender("NumPyro Predictive as is", "benchmarks.reference.with_numpyro:as_is", 2**17),
    Contender("NumPy float64", "benchmarks.reference.with_numpy:whole", 2**17, 40.0),
    Contender("NumPy float32 in chunks", "benchmarks.reference.with_numpy:chunked", 2**17),
    Contender("naive JAX", "benchmarks.reference.with_jax:naive", 2**18, 15.0),
    Contender("squigglepy and NumPy", "benchmarks.reference.with_squigglepy:sampled", 2**16),
    Contender("PyMC as is", "benchmarks.reference.with_pymc:as_is", 2**10, note="compiles at every call"),
    Contender(
        "PyMC, draw axis by hand",
        "benchmarks.reference.with_pymc:whole",
        2**16,
        note="compiles at every call",
    ),
    Contender(
        "C, AVX-512", "benchmarks.reference.c:build", 2**21, 0.9, "histograms included; a ceiling, not a peer"
    ),
]

NOT_WRITTEN = {"reference workload: Squiggle": "the model is not written in its language in this checkout"}


def run(setting: Setting) -> Found:
    """Time every peer on both models."""
    world = hold("baseline forecast", FORECAST, FORECAST_PEERS, setting, comparable)
    reference = hold("reference workload", REFERENCE, REFERENCE_PEERS, setting)
    return Found([*world.rows, *reference.rows], world.missing | reference.missing | NOT_WRITTEN)

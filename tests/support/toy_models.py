"""A module with a known posterior, and one that no sampler gets through."""

import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.evidence_model import Evidence, Module

KNOWN = 2020.0


def evidence(values=(1.0, 2.0, 4.0, 3.0)):
    """Return a few numbers as evidence."""
    return Evidence(
        observed={"y": np.array(values)},
        constants={},
        dims={"y": ("row",)},
        coords={"row": list(range(len(values)))},
        dropped={},
        sources=("made up",),
        newest=KNOWN,
    )


def normal_model(given, observed, spread=2.0):
    """State normal data of unknown mean and known spread, with a standard normal prior."""
    mean = numpyro.sample("mean", dist.Normal(0.0, 1.0))
    with numpyro.plate("row", len(given.coords["row"])):
        numpyro.sample("y", dist.Normal(mean, spread), obs=None if observed is None else observed["y"])


def two_modes(given, observed):
    """State data that say how far the mean is from zero, and not on which side."""
    mean = numpyro.sample("mean", dist.Normal(0.0, 1.0))
    with numpyro.plate("row", len(given.coords["row"])):
        numpyro.sample(
            "y", dist.Normal(10.0 * mean**2, 0.01), obs=None if observed is None else observed["y"]
        )


def inputs(_given, posterior, _key):
    """Hand the mean to the forecast as an input, and a choice that it decides."""
    return {
        "exponent_sum": np.exp(posterior["mean"]),
        "tokens_per_param_1e21": np.exp(-posterior["mean"]),
        "multimodal": (posterior["mean"] > 1.0).astype(float),
    }


def module(model=normal_model):
    """Return the module of a model."""
    return Module(
        name="toy",
        title="a toy",
        load=lambda *_: evidence(),
        model=model,
        inputs=inputs,
        headline=("mean",),
    )

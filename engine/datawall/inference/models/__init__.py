"""Registry of the evidence models, each imported at its first use."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from datawall.errors import DatawallError
from datawall.inference.evidence_model import Module
from datawall.validation import suggestion

HOMES: dict[str, str] = {
    "scaling": "scaling.published_fits.MODULE",
    "repetition": "repetition.MODULE",
    "compute": "compute.MODULE",
    "hardware": "hardware.MODULE",
    "data_stock": "data_stock.MODULE",
    "training_sets": "training_sets.MODULE",
    "release": "release.MODULE",
    "cadence": "release_timing.CADENCE",
    "generations": "release_timing.GENERATIONS",
    "price": "price.MODULE",
    "run_sizes": "run_sizes.MODULE",
}
"""Submodule that declares each evidence model."""


class _Modules(Mapping[str, Module]):
    def __getitem__(self, name: str) -> Module:
        if name not in HOMES:
            raise DatawallError(f"{name}: unknown module of inference; {suggestion(name, HOMES)}")
        file, _, declared = HOMES[name].rpartition(".")
        return getattr(import_module(f"{__name__}.{file}"), declared)

    def __iter__(self) -> Iterator[str]:
        return iter(HOMES)

    def __len__(self) -> int:
        return len(HOMES)


MODULES = _Modules()
"""The evidence models by name."""

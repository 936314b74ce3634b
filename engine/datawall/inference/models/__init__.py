"""The modules of inference, one line each; a module is imported when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from datawall.errors import DatawallError
from datawall.inference.evidence_model import Module
from datawall.validation import suggestion

HOMES: dict[str, str] = {
    "scaling": "scaling",
    "repetition": "repetition",
    "compute": "compute",
    "hardware": "hardware",
    "data_stock": "data_stock",
    "training_sets": "training_sets",
    "release": "release",
    "cadence": "cadence",
    "generations": "generations",
    "price": "price",
    "run_sizes": "run_sizes",
}
"""For each module, the file beside this one whose ``MODULE`` it is."""


class _Modules(Mapping[str, Module]):
    def __getitem__(self, name: str) -> Module:
        if name not in HOMES:
            raise DatawallError(f"{name}: unknown module of inference; {suggestion(name, HOMES)}")
        return import_module(f"{__name__}.{HOMES[name]}").MODULE

    def __iter__(self) -> Iterator[str]:
        return iter(HOMES)

    def __len__(self) -> int:
        return len(HOMES)


MODULES = _Modules()
"""The modules by name."""

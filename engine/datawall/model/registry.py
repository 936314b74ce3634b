"""Registry of ceilings and accounts: the classes found in `model.ceilings` and `model.accounts`.

A module placed in one of these packages is found. Modules whose name begins with an underscore are helpers
of others; they may load JAX at import, this registry must not.
"""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from datawall.model import accounts, ceilings
from datawall.model.parts import Ceiling, Part, ReleaseAccount, SupplyAccount


def _found() -> Iterator[Part]:
    for package in (ceilings, accounts):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            if not module.name.rpartition(".")[2].startswith("_"):
                for value in vars(import_module(module.name)).values():
                    defined = inspect.isclass(value) and value.__module__ == module.name
                    if defined and issubclass(value, Part) and not inspect.isabstract(value):
                        yield value()


def _by_name[P: Part](kind: type[P]) -> dict[str, P]:
    ranked = sorted((part for part in _PARTS if isinstance(part, kind)), key=lambda part: part.rank)
    names = [part.name for part in ranked]
    if len(set(names)) < len(names):
        raise TypeError(f"a name of {kind.kind} stands twice: {', '.join(names)}")
    return dict(zip(names, ranked, strict=True))


_PARTS = tuple(_found())
CEILINGS = _by_name(Ceiling)
SUPPLIES = _by_name(SupplyAccount)
RELEASES = _by_name(ReleaseAccount)
PARTS: dict[str, Part] = {
    f"{part.kind}.{part.name}": part for part in (*CEILINGS.values(), *SUPPLIES.values(), *RELEASES.values())
}
"""Every part by its key in `Questions.parts`."""

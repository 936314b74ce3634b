"""`datawall fit`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from datawall.cli.options import AsJson, Out, Seed

ALL = "all"


def fit(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE...", help="Such as scaling; or all.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Fit this table instead of the shipped evidence; may be repeated."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Leave out what was not known by then.")
    ] = None,
    out: Out = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Infer the inputs of the forecast from evidence; exits with 3 if a posterior cannot be trusted."""
    from datawall import runs
    from datawall.checks import check_seed
    from datawall.errors import DatawallError, UntrustedPosteriorError

    if data and (len(modules) > 1 or ALL in modules):
        raise DatawallError("--data: belongs to one module; name just that one")
    check_seed(seed)
    folder = out or Path("runs") / f"fit-seed{seed}"
    runs.prepare(folder)
    from datawall.inference.modules import MODULES  # loads JAX and NumPyro
    from datawall.inference.posteriors import summary
    from datawall.inference.run import fit_by_name

    found, faults = {}, {}
    for name in MODULES if ALL in modules else dict.fromkeys(modules):
        fitted = fit_by_name(name, tuple(data or ()), as_of, seed)
        found[name] = summary(fitted)
        text = json.dumps(found[name], indent=1)
        runs.replace_file(
            folder / f"{name}.nc", lambda path, f=fitted: f.tree.to_netcdf(path, engine="h5netcdf")
        )
        runs.replace_file(folder / f"{name}.json", lambda path, t=text: path.write_text(t, encoding="utf-8"))
        print(f"{name}: written to {folder}", file=sys.stderr)
        if fitted.faults:
            faults[name] = "; ".join(fitted.faults)
        if not as_json:
            from rich.console import Console

            from datawall.reporting.inference import fit_tables
            from datawall.reporting.terminal import print_all

            print_all(Console(), fit_tables(found[name]))
    if as_json:
        print(json.dumps(found, indent=1))
    if faults:
        told = ". ".join(f"{name}: {fault}" for name, fault in faults.items())
        raise UntrustedPosteriorError(f"this posterior cannot be trusted; {told}")

"""`datawall fit`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from datawall.cli.options import AsJson, Out, Seed
from datawall.errors import DatawallError, UntrustedPosteriorError

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
    write: Annotated[bool, typer.Option("--write", help="Rewrite the posteriors that ship.")] = False,
) -> None:
    """Infer the inputs of the forecast from evidence; exits with 3 if a posterior cannot be trusted."""
    from datawall.arguments import check_seed
    from datawall.files import prepare
    from datawall.reporting import run_folder
    from datawall.scenario import files

    if data and (len(modules) > 1 or ALL in modules):
        raise DatawallError("--data: belongs to one module; name just that one")
    if write and (data or as_of):
        raise DatawallError("--write: ships the fit to all of the shipped evidence; drop --data and --as-of")
    check_seed(seed)
    from datawall.inference.models import MODULES

    # all at once: an unknown name shall not cost the fits of those before it
    chosen = {name: MODULES[name] for name in (MODULES if ALL in modules else modules)}
    folder = files.posteriors() if write else out or run_folder.default_fit_folder(seed)
    prepare(folder)
    from datawall.inference.fit_by_name import fit_by_name
    from datawall.inference.summary import summary

    found, faults = {}, []
    for name in chosen:
        fitted = fit_by_name(name, tuple(data or ()), as_of, seed)
        if write:
            found[name] = summary(fitted)
            if not fitted.faults:
                run_folder.write_fit_summary(found[name], folder, name)
        else:
            found[name] = run_folder.write_fit(fitted, folder, name)
        faults += [f"{name}: {fault}" for fault in fitted.faults]
        if not as_json:
            _print(found[name])
    print(f"written to {folder}", file=sys.stderr)
    if as_json:
        print(json.dumps(found, indent=1))
    if faults:
        raise UntrustedPosteriorError(f"this posterior cannot be trusted: {'; '.join(faults)}")


def _print(found: dict) -> None:
    from datawall.reporting.render import terminal
    from datawall.reporting.sections.fit.section import brief

    terminal.show(brief(found))

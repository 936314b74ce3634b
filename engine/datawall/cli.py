"""The command line: parse, call, print. Heavy imports wait until a command needs them."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from datawall.errors import DatawallError

app = typer.Typer(
    help="When does AI training run out of data, when do the next model generations arrive, how sure are we?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
priors = typer.Typer(help="List, show and check scenarios: the numbers that a forecast starts from.")
app.add_typer(priors, name="priors", no_args_is_help=True)

ScenarioName = Annotated[str, typer.Argument(help="A shipped scenario, or the path of a TOML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
Seed = Annotated[int, typer.Option(help="Which random futures: 0 to 4294967295.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Fix an input, or set a key of the scenario."),
]
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="Start here: 2026-11-01, or 2026.8.")]
DEFAULT_DRAWS = 1_000_000


@contextmanager
def _progress(title: str) -> Iterator:
    """Show a progress bar on stderr; yields a callback of (done, total)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)
        try:
            yield lambda done, total: bar.update(task, description=title, completed=done, total=total)
        except KeyboardInterrupt:
            bar.update(task, description="interrupted; nothing was written")
            raise


@app.command()
def forecast(
    scenario: ScenarioName = "baseline",
    draws: Annotated[int, typer.Option(help="Number of futures drawn.")] = DEFAULT_DRAWS,
    seed: Annotated[int, typer.Option(help="Which random futures: 0 to 4294967295.")] = 0,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Fix an input, or set a key of the scenario."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Start here: 2026-11-01, or 2026.8.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Run folder; default runs/….")] = None,
    as_json: AsJson = False,
) -> None:
    """Forecast when each data wall is reached and when model generations arrive."""
    from datawall import runs
    from datawall.checks import check_draws, check_seed
    from datawall.scenario import load_scenario, parse_override

    check_draws(draws)
    check_seed(seed)
    loaded = load_scenario(scenario, dict(map(parse_override, set_ or ())), as_of)
    folder = out or runs.default_folder(loaded.name, loaded.digest, draws, seed)
    runs.prepare(folder)
    late = loaded.sources_after_as_of()
    if late:
        print(
            f"note: {len(late)} of {len(loaded.priors)} priors rest on sources later than the as-of date",
            file=sys.stderr,
        )
    with _progress("drawing futures") as progress:
        from datawall.forecasting import forecast as run  # loads JAX

        tree = run(loaded, draws=draws, seed=seed, progress=progress)
    # written first: a reader of the tables may close the pipe
    flat = runs.write(tree, folder)
    if flat["manifest"]["not_a_number"]:
        print(f"warning: not a number: {flat['manifest']['not_a_number']}; left out", file=sys.stderr)
    print(f"written to {folder}", file=sys.stderr)
    if as_json:
        print(json.dumps(flat, indent=1))
    else:
        from rich.console import Console

        from datawall.reporting.terminal import forecast_tables, print_all

        print_all(Console(), forecast_tables(flat))


@priors.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the shipped scenarios."""
    from datawall.scenario import available, load_scenario

    titles = {name: load_scenario(name).title for name in available()}
    if as_json:
        print(json.dumps(titles, indent=1))
    else:
        width = max(map(len, titles))
        print("\n".join(f"{name:{width}}  {title}" for name, title in titles.items()))


@priors.command()
def show(scenario: ScenarioName, as_json: AsJson = False) -> None:
    """Show every prior of a scenario with its quantiles, shape, meaning and source."""
    from datawall.scenario import load_scenario

    loaded = load_scenario(scenario)
    if as_json:
        print(json.dumps(loaded.resolved(), indent=1))
    else:
        from datawall.reporting.terminal import scenario_text

        print(scenario_text(loaded))


@priors.command()
def check(scenario: ScenarioName) -> None:
    """Check a scenario file; the first mistake is named and ends with exit code 2."""
    from datawall.scenario import load_scenario

    loaded = load_scenario(scenario)
    counts = f"{len(loaded.priors)} priors, {len(loaded.correlations)} correlations"
    print(f"{scenario}: valid; {counts}, digest {loaded.digest[:8]}")


@priors.command()
def table(
    scenario: ScenarioName = "baseline",
    write: Annotated[bool, typer.Option("--write", help="Renew the tables in priors/README.md.")] = False,
) -> None:
    """Print the priors of a scenario as a Markdown table."""
    from datawall.scenario import load_scenario, table

    if write:
        print(f"written to {table.rewrite()}", file=sys.stderr)
    else:
        print(table.priors_table(load_scenario(scenario)), end="")


@app.command()
def explain(
    scenario: ScenarioName = "baseline",
    draw: Annotated[int | None, typer.Option(metavar="I", help="Which future, counted from 0.")] = None,
    median: Annotated[bool, typer.Option("--median", help="Every input at its median instead.")] = False,
    seed: Seed = 0,
    set_: Settings = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Walk one future from its inputs to its dates, every step with its equation and numbers."""
    from datawall.checks import check_seed
    from datawall.scenario import load_scenario, parse_override

    if median and draw is not None:
        raise DatawallError("--median: is a future of its own; drop it or --draw")
    check_seed(seed)
    loaded = load_scenario(scenario, dict(map(parse_override, set_ or ())), as_of)
    from datawall import explanation
    from datawall.reporting.terminal import explanation_text

    if median:
        title, inputs = "every input at its median", explanation.median_inputs(loaded)
    else:
        title = f"draw {draw or 0}, seed {seed}"
        inputs = explanation.inputs_of_draw(loaded, draw or 0, seed)
    explained = explanation.explain(loaded, inputs)
    if as_json:
        print(json.dumps(explained.as_data(), indent=1))
    else:
        print(f"{loaded.name} as of {loaded.as_of:.4f}, {title}\n")
        print(explanation_text(explained))


@app.command()
def claims(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Such as S0-12; all by default.")
    ] = None,
    as_json: AsJson = False,
    write: Annotated[bool, typer.Option("--write", help="Rewrite reports/claims.md.")] = False,
) -> None:
    """Hold the claims of others on compute and data against the model."""
    if ids and write:
        raise DatawallError("claims: --write needs every claim; drop the ids")
    from datawall.claims import report
    from datawall.claims.evaluation import evaluate

    judged = evaluate(ids or ())
    if write:
        report.rewrite(judged)
        print(f"written to {report.REPORT}", file=sys.stderr)
    elif as_json:
        print(json.dumps(report.as_data(judged), indent=1))
    else:
        from rich.console import Console

        from datawall.reporting.terminal import print_all

        print_all(Console(), [*report.terminal_tables(judged), *(report.details(judged) if ids else [])])


@app.command("learning-order")
def learning_order(
    seeds: Annotated[int, typer.Option(help="Networks for each number of signs.")] = 4,
    steps: Annotated[int, typer.Option(help="Training steps that each network gets.")] = 50_000,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Run folder; default runs/….")] = None,
    as_json: AsJson = False,
) -> None:
    """Train small networks on products of signs, and fit how much each sign delays learning."""
    from datawall import runs
    from datawall.checks import check_seed

    check_seed(seed)
    folder = out or Path("runs") / f"learning-order-{seeds}x{steps}-seed{seed}"
    runs.prepare(folder)
    with _progress("training") as progress:
        from datawall import learning_order as experiment  # loads JAX and NumPyro

        tree = experiment.learning_order(seeds=seeds, steps=steps, seed=seed, progress=progress)
    experiment.write(tree, folder)
    print(f"written to {folder}", file=sys.stderr)
    found = experiment.summary(tree)
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        from rich.console import Console

        from datawall.reporting.learning_order import learned_table
        from datawall.reporting.terminal import print_all

        print_all(Console(), [learned_table(found)])


@app.command()
def bench(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="[SUITE]...", help="Such as peers; all by default.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, to see that it works.")] = False,
    repeats: Annotated[int | None, typer.Option(help="Interleaved runs of each contender.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Record; default benchmarks/….")] = None,
    render: Annotated[bool, typer.Option("--render", help="Only rewrite reports/benchmarks.md.")] = False,
) -> None:
    """Measure speed, error, memory and start-up against peers and this machine's ceilings."""
    import importlib

    root = Path(__file__).resolve().parents[2]
    if not (root / "benchmarks" / "main.py").is_file():
        raise DatawallError("bench: needs a checkout, where benchmarks/ lies beside engine/; clone one")
    sys.path.insert(0, str(root))
    benchmarks = importlib.import_module("benchmarks.main")
    if not render:
        benchmarks.run(suites or (), quick=quick, repeats=repeats, out=out)
    if not quick:
        print(f"written to {benchmarks.render()}", file=sys.stderr)


def main() -> None:
    """Run the command line; a user's mistake ends in one sentence and exit code 2."""
    try:
        app()
    except DatawallError as error:
        print(f"datawall: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()

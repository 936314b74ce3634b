"""What the documents say can be done is done here: commands, Python blocks, links and shown numbers."""

import re
import shlex
import shutil
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from typer.testing import CliRunner

import datawall
from datawall import files
from datawall.analysis.comparison import compare as comparison_run
from datawall.analysis.comparison.export import flat as flat_comparison
from datawall.analysis.sensitivity import sensitivity
from datawall.analysis.sensitivity.export import sensitivity_summary
from datawall.backtesting import backtest
from datawall.backtesting.export import flat as flat_backtest
from datawall.backtesting.plan import make_plan
from datawall.cli import app, forecasting
from datawall.forecasting import export, forecast
from datawall.inference import fit, fit_by_name, refit
from datawall.inference.summary import with_summary
from datawall.reporting import recipes, report
from datawall.reporting.products import FIT, Product
from datawall.scenario import widening
from datawall.scenario.posterior import shipped
from datawall.studies import learning_order
from datawall.studies.learning_order import results
from support import pairs
from support import toy_models as toys
from support.backtest_parts import Toy
from support.scenario_files import write

ROOT = Path(__file__).parents[1]
FOLDERS = (".", "benchmarks", "docs", "docs/published", "priors")
DOCUMENTS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.md"))
DRAWS = 4096
"""One chunk, the least that a run computes: fewer draws would save no time."""

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ROW = re.compile(
    r"(?P<name>\w+\[[\d.]+\]|[\d.]+ release) +(?P<dates>.*?) +(?P<past>[\d.]+) % +(?P<never>[\d.]+) %"
)


def blocks(path, *languages):
    return [text for language, text in BLOCK.findall(path.read_text("utf-8")) if language in languages]


def commands(path):
    """Return the arguments of each `datawall` command in the document's shell blocks."""
    for line in "".join(blocks(path, "", "bash")).splitlines():
        for part in line.split("&&"):
            words = shlex.split(part.partition(" > ")[0], comments=True)
            if "datawall" in words[:3]:
                yield words[words.index("datawall") + 1 :]


COMMANDS = [words for path in DOCUMENTS for words in commands(path)]


@pytest.fixture(scope="module")
def tree():
    return datawall.forecast("baseline", draws=DRAWS)


@pytest.fixture(scope="module")
def flat(tree):
    return export.summary(tree)


@pytest.fixture(scope="module")
def experiment():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "WARMUP", 300)
        patch.setattr(results, "DRAWS", 250)
        return learning_order.summary(learning_order.learning_order(seeds=2, steps=20))


@pytest.fixture(scope="module")
def indices():
    return sensitivity_summary(sensitivity.sensitivity("baseline", methods=["rank"], draws=DRAWS))


@pytest.fixture(scope="module")
def backtest_tree():
    return backtest.run(make_plan(start="2024-01"), Toy().parts())


@pytest.fixture(scope="module")
def backtested(backtest_tree):
    return flat_backtest(backtest_tree)


@pytest.fixture(scope="module")
def toy_tree():
    return with_summary(fit.fit(toys.module(), toys.evidence()))


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    """Stand in for a comparison: two scenarios with the outputs that the documents ask for."""
    folder = tmp_path_factory.mktemp("pair")
    tables = (
        pairs.tables("first", pairs.FIRST, pairs.FIRST_ANCHORS),
        pairs.tables("other", pairs.OTHER, pairs.OTHER_ANCHORS),
    )
    paths = [write(folder / f"{one['name']}.toml", one) for one in tables]
    return flat_comparison(datawall.compare(*paths, draws=512))


@pytest.fixture(scope="module")
def saved(flat, comparison, indices, backtested, toy_tree, experiment):
    """The summary of each kind of product."""
    return {
        "forecast": flat,
        "compare": comparison,
        "sensitivity": indices,
        "backtest": backtested,
        "fit": FIT.export(toy_tree),
        "learning-order": experiment,
    }


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory with the files that the README writes down, and the recipes."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "reports/recipes", "reports/recipes")
    for text in blocks(ROOT / "README.md", "toml"):
        Path(text.splitlines()[0].removeprefix("# ")).write_text(text, "utf-8")
    return tmp_path


def test_documents_are_found():
    assert {path.name for path in DOCUMENTS} >= {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
    assert ["forecast"] in COMMANDS
    assert len(COMMANDS) > 10


@contextmanager
def alone(*_):
    """Stand in for the workers and hosts of a command."""
    yield forecasting.OpenExecutor(None, lambda: True, lambda: None)


@pytest.mark.integration
@pytest.mark.parametrize("words", COMMANDS, ids=shlex.join)
@pytest.mark.usefixtures("folder")
def test_command_is_understood(words, saved, toy_tree, backtest_tree, monkeypatch):
    """Each command runs to its end, but that one small run stands in for all and is not written."""
    monkeypatch.setattr(Product, "save", lambda product, *_: saved[product.kind])
    monkeypatch.setattr(Product, "save_summary", lambda *_: None)
    monkeypatch.setattr(files, "prepare", lambda _: None)
    monkeypatch.setattr(forecasting, "open_executor", alone)
    for product in (forecast, comparison_run, sensitivity, backtest, learning_order):
        monkeypatch.setattr(product, "run", lambda *_, **__: None)
    monkeypatch.setattr(backtest, "run", lambda *_, **__: backtest_tree)
    monkeypatch.setattr(files, "replace_file", lambda *_: None)
    monkeypatch.setattr(backtest, "calibration_of", lambda *_: None)
    monkeypatch.setattr(widening, "write", lambda _: None)
    monkeypatch.setattr(fit_by_name, "run", lambda _: toy_tree)
    monkeypatch.setattr(refit, "refitted", lambda module, _: shipped(module))
    monkeypatch.setattr(report, "build", lambda *_: None)
    monkeypatch.setattr(recipes, "prepare", lambda *_: [])
    monkeypatch.setattr(recipes, "build", lambda *_: SimpleNamespace(answer=""))
    monkeypatch.setattr(recipes, "write_index", lambda *_: None)
    found = CliRunner().invoke(app, words)
    assert found.exception is None
    assert found.exit_code == 0


@pytest.mark.integration
@pytest.mark.usefixtures("folder")
def test_a_wrong_command_is_not_understood():
    assert CliRunner().invoke(app, ["forecast", "--set", "mfoo=1"]).exception is not None
    assert CliRunner().invoke(app, ["forecast", "--darws", "9"]).exit_code == 2


@pytest.mark.integration
@pytest.mark.parametrize("path", [path for path in DOCUMENTS if blocks(path, "python")], ids=lambda p: p.name)
@pytest.mark.usefixtures("folder")
def test_python_blocks_run(path):
    source = re.sub(r"draws=[\d_]+", f"draws={DRAWS}", "\n".join(blocks(path, "python")))
    with plt.rc_context({"backend": "agg"}):
        exec(compile(source, path.name, "exec"), {})
        plt.close("all")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_local_links_exist(path):
    targets = [target.partition("#")[0] for target in LINK.findall(path.read_text("utf-8"))]
    missing = [t for t in targets if not t.startswith(("http", "mailto")) and not (path.parent / t).exists()]
    assert not missing


def shown_rows(text):
    """Yield the variable, coordinates, dates and masses of each row of the README's table."""
    for row in ROW.finditer(text):
        index, is_release, _ = row["name"].partition(" release")
        at = {"compute": "raw", "generation": float(index)} if is_release else {"wall": index}
        dates = re.findall(r"past|never|\d{4}\.\d\d", row["dates"])
        yield "release" if is_release else "wall_date", at, dates, float(row["past"]), float(row["never"])


def stale_rows(text, tree, allowed=5.0):
    """Return the rows that the draws contradict by more than `allowed` standard errors of a probability."""
    as_of = tree["constant_data/as_of"].item()
    found = set()
    for variable, at, shown, *masses in shown_rows(text):
        draws = tree["prior_predictive"][variable].sel(at).values
        past, never = np.mean(draws < as_of), np.mean(np.isinf(draws) & (draws > 0))
        pairs = list(zip(np.array(masses) / 100, (past, never), strict=True))
        for level, date in zip((0.1, 0.5, 0.9), shown, strict=True):
            match date:
                case "past":
                    pairs.append((max(level, past), past))
                case "never":
                    pairs.append((max(1 - level, never), never))
                case _:
                    pairs.append((level, np.mean(draws <= float(date))))
        said, counted = np.array(pairs).T
        if np.any(np.abs(said - counted) > allowed * np.sqrt((said * (1 - said) + 1 / DRAWS) / DRAWS) + 1e-3):
            found |= set(at.values())
    return found


@pytest.mark.integration
def test_the_table_of_the_readme_is_what_the_program_prints(tree):
    (text,) = blocks(ROOT / "README.md", "text")
    walls = {at["wall"] for variable, at, *_ in shown_rows(text) if variable == "wall_date"}
    assert walls == set(tree["summary/wall_date"]["wall"].values)
    assert stale_rows(text, tree) == set()
    a_year_late = re.sub(
        r"(tokens\[1\].*?)(\d{4})", lambda found: f"{found[1]}{int(found[2]) + 1}", text, count=1
    )
    assert stale_rows(a_year_late, tree) == {"tokens[1]"}

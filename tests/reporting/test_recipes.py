"""Recipes: what they may say, what they make, and what they need not make again."""

import json

import pytest

from datawall.backtesting import backtest as backtesting_run
from datawall.backtesting import plan
from datawall.errors import DatawallError
from datawall.forecasting import forecast
from datawall.inference import fit_by_name, models
from datawall.reporting.products import BACKTEST
from datawall.reporting.recipes import prepare, read_recipe
from support import toy_backtest
from support import toy_models as toys

pytestmark = pytest.mark.integration

DRAWS = 4096


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """Write a recipe in an empty working directory, and read it."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        path = tmp_path / "recipe.toml"
        path.write_text(text, encoding="utf-8")
        return read_recipe(path)

    return write


HEAD = 'schema = 1\ntitle = "A page"\nto = "page"\n'
RUN = '[[runs]]\nscenario = "baseline"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD, r"recipe.toml:1: runs: need \[\[runs\]\], \[\[backtests\]\] or \[\[fits\]\]"),
        (HEAD + "titel = 1\n" + RUN, "recipe.toml:4: titel: unknown key; did you mean 'title'"),
        (HEAD.replace("1", "2") + RUN, "recipe.toml:1: schema: need schema = 1, got 2"),
        (HEAD + RUN + "draws = 0\n", r"recipe.toml:6: runs.0.draws: need 1 to 2\^44, got 0"),
        (HEAD + RUN + "draws = 1.5\n", "runs.0.draws: need"),
        (HEAD + RUN + "seed = -1\n", "runs.0.seed: need 0 to"),
        (HEAD + RUN + 'sampler = "sobl"\n', "runs.0.sampler: need one of random, sobol"),
        (HEAD + RUN + 'as_of = "soon"\n', "runs.0.as_of: need a date"),
        (HEAD + '[[backtests]]\nhorizon = "1y"\n', "horizon: unknown key; did you mean 'horizons'"),
        (HEAD + "[[backtests]]\ndraws = 0\n", "backtests.0.draws: need 1 to"),
        (HEAD + '[[fits]]\nmodule = "scalin"\n', "fits.0.module: .*did you mean 'scaling'"),
        ("schema = \n", "recipe.toml"),
    ],
)
def test_a_mistake_is_one_sentence(text, message, recipe):
    with pytest.raises(DatawallError, match=message):
        recipe(text)


def test_a_scenario_is_found_beside_the_recipe(recipe, tmp_path):
    (tmp_path / "mine.toml").write_text('extends = "nowhere"\n', encoding="utf-8")
    found = recipe(HEAD + '[[runs]]\nscenario = "mine.toml"\n')
    assert found.target == tmp_path / "page"
    with pytest.raises(DatawallError, match=r"mine\.toml|nowhere"):
        prepare(found)


def test_a_run_is_made_once(recipe, monkeypatch):
    found = recipe(HEAD + RUN + 'as_of = 2026.8333\nset = { mfu = 0.4 }\nseed = 3\nsampler = "random"\n')
    (folder,) = prepare(found, DRAWS)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["draws"], manifest["seed"], manifest["sampler"]) == (DRAWS, 3, "random")
    assert manifest["as_of"] == 2026.8333
    monkeypatch.setattr(forecast, "run", lambda *_, **__: pytest.fail("made again"))
    assert prepare(found, DRAWS) == [folder]
    (folder / "manifest.json").write_text(json.dumps(manifest | {"partial": True}))
    with pytest.raises(pytest.fail.Exception, match="made again"):
        prepare(found, DRAWS)


def test_a_fit_is_made_once_and_again_when_its_evidence_changes(recipe, monkeypatch):
    known = {"scaling": toys.module()}
    for place in (models, fit_by_name):
        monkeypatch.setattr(place, "MODULES", known)
    found = recipe(HEAD + '[[fits]]\nmodule = "scaling"\n')
    (file,) = prepare(found)
    written = file.stat().st_mtime_ns
    assert prepare(found) == [file]
    assert file.stat().st_mtime_ns == written
    with monkeypatch.context() as patch:
        patch.setattr(fit_by_name, "run", lambda *_: pytest.fail("made again"))
        object.__setattr__(known["scaling"], "load", lambda *_: toys.evidence((7.0, 8.0)))
        with pytest.raises(pytest.fail.Exception, match="made again"):
            prepare(found)


def test_a_backtest_is_made_once_and_again_when_its_evidence_changes(recipe, monkeypatch, tmp_path):
    """As the command makes it, in its folder; draws asked for runs are none of its business."""
    (tmp_path / "mine.toml").write_text('schema = 1\nname = "mine"\nextends = "baseline"\n', encoding="utf-8")
    asked = []

    def run(plan):
        asked.append(plan)
        return toy_backtest.tree(told=False)

    monkeypatch.setattr(backtesting_run, "run", run)
    found = recipe(HEAD + '[[backtests]]\nscenarios = ["baseline", "mine.toml"]\nend = "2022-01"\nseed = 3\n')
    (folder,) = prepare(found, DRAWS)
    (made,) = asked
    assert made.scenarios == {"baseline": "baseline", "mine": tmp_path / "mine.toml"}
    assert (made.period, made.ahead) == (("2019-01", "2022-01", "6mo"), ("6mo", "1y", "2y", "4y"))
    assert (made.draws, made.seed) == (4000, 3)
    assert folder.name.startswith("backtest-baseline-mine-")
    assert BACKTEST.find(folder)
    assert prepare(found, DRAWS) == [folder]
    assert len(asked) == 1
    monkeypatch.setattr(plan, "_evidence_digest", lambda: "more is known")
    (again,) = prepare(found, DRAWS)
    assert again != folder
    assert len(asked) == 2


def test_a_backtest_that_cannot_be_asked_is_one_sentence(recipe):
    with pytest.raises(DatawallError, match="soon"):
        prepare(recipe(HEAD + '[[backtests]]\nhorizons = ["soon"]\n'))

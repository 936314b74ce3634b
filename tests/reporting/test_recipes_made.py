"""Reports made by recipes, and the gallery of a folder of them."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from datawall.errors import DatawallError
from datawall.inference.models import HOMES
from datawall.reporting import recipes as making
from datawall.reporting.recipes import make, read_recipe

GALLERY = Path(__file__).parents[2] / "reports"
RECIPES = sorted((GALLERY / "recipes").glob("*.toml"))
TEXT = 'schema = 1\ntitle = "Page {0}"\nto = "../{0}"\n[[runs]]\nscenario = "baseline"\n'


@pytest.fixture
def asked(monkeypatch):
    """Record what is asked of the page, in place of making it."""
    calls = []

    def build(*arguments):
        calls.append(arguments)
        return SimpleNamespace(answer="Half by 2031.0.")

    monkeypatch.setattr(making, "build", build)
    monkeypatch.setattr(making, "prepare", lambda recipe, draws: [Path(recipe.path.stem), draws])
    return calls


@pytest.fixture
def recipes(tmp_path):
    folder = tmp_path / "recipes"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text(TEXT.format(name), encoding="utf-8")
    return folder


def test_a_recipe_makes_its_page(recipes, asked, tmp_path):
    (folder,) = make(recipes / "one.toml", 64, pdf=True)
    assert folder.resolve() == tmp_path / "one"
    assert asked == [([Path("one"), 64], folder, "Page one", True)]
    assert make(recipes / "one.toml", to=tmp_path / "there") == [tmp_path / "there"]


@pytest.mark.parametrize("moved", [False, True])
def test_a_folder_of_recipes_makes_a_gallery(moved, recipes, asked, tmp_path):
    gallery = tmp_path / "moved" if moved else tmp_path
    gallery.mkdir(exist_ok=True)
    folders = make(recipes, to=gallery if moved else None)
    assert [folder.resolve() for folder in folders] == [gallery / "one", gallery / "two"]
    assert len(asked) == 2
    index = (gallery / "index.html").read_text(encoding="utf-8")
    assert 'href="one/report.html"' in index
    assert f'href="{"../" if moved else ""}recipes/two.toml"' in index
    assert "Half by 2031.0." in index


def test_a_mistake_in_one_recipe_costs_no_work(recipes, asked):
    (recipes / "two.toml").write_text("schema = 2\n")
    with pytest.raises(DatawallError, match=r"two\.toml"):
        make(recipes)
    assert asked == []


def test_a_folder_without_recipes_is_named(tmp_path):
    with pytest.raises(DatawallError, match="need a folder of recipes, found none"):
        make(tmp_path)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_of_the_gallery_is_one_of_its_pages(path):
    assert read_recipe(path).target.resolve() == GALLERY / path.stem


def test_the_gallery_shows_every_module_of_inference():
    shown = {fit.module for path in RECIPES for fit in read_recipe(path).file.fits}
    assert shown == set(HOMES)

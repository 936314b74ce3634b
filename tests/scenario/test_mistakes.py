"""Every mistake of a user is one sentence with the file, the key and the remedy."""

import re

import pytest

from datawall.scenario import ScenarioError, load_scenario
from support.scenario_files import prior, to_toml, valid_scenario, write


def edit(*path, to):
    """Return an edit of the valid scenario that sets one key."""

    def apply(tables):
        for step in path[:-1]:
            tables = tables[step]
        tables[path[-1]] = to

    return apply


def drop(*path):
    def apply(tables):
        for step in path[:-1]:
            tables = tables[step]
        del tables[path[-1]]

    return apply


def family(name, **keys):
    return edit("priors", name, to=prior(name, **keys))


TIE = {"inputs": ["mfu", "text_tokens"], "spearman": 0.2, "source": "x"}
CONTRADICTION = [
    {"inputs": ["mfu", "text_tokens"], "spearman": 0.9, "source": "x"},
    {"inputs": ["text_tokens", "gpt4_flop"], "spearman": 0.9, "source": "x"},
    {"inputs": ["mfu", "gpt4_flop"], "spearman": -0.9, "source": "x"},
]
NORMAL = {"family": "normal", "interval": [0.3, 0.5], "mass": 0.8}

MISTAKES = {
    "unknown top-level key": (edit("horzon", to=2050), "horzon", "did you mean 'horizon'"),
    "schema of the future": (edit("schema", to=2), "schema", "need schema = 1"),
    "schema is no number": (edit("schema", to=True), "schema", "need schema = 1"),
    "unknown key of a prior": (
        edit("priors", "mfu", "intervall", to=1),
        "priors.mfu.intervall",
        "'interval'",
    ),
    "misspelt source": (edit("priors", "mfu", "sorce", to="x"), "priors.mfu.sorce", "'source'"),
    "internal key": (edit("priors", "mfu", "statement", to={}), "priors.mfu.statement", "unknown key"),
    "missing unit": (drop("priors", "mfu", "unit"), "priors.mfu.unit", "add unit"),
    "wrong unit": (edit("priors", "mfu", "unit", to="%"), "priors.mfu.unit", "need the unit 'fraction'"),
    "interval reversed": (
        edit("priors", "mfu", "interval", to=[0.5, 0.2]),
        "priors.mfu.interval",
        "low < high",
    ),
    "interval of three": (
        edit("priors", "mfu", "interval", to=[1, 2, 3]),
        "priors.mfu.interval",
        "[low, high]",
    ),
    "interval of words": (
        edit("priors", "mfu", "interval", to=["a", "b"]),
        "priors.mfu.interval.0",
        "need a number",
    ),
    "boolean for a number": (
        edit("priors", "mfu", "mass", to=True),
        "priors.mfu.mass",
        "need a number, got true",
    ),
    "quoted number": (edit("horizon", to="soon"), "horizon", "write 2026-11-01 or 2026.83"),
    "nan": (edit("priors", "mfu", "interval", to=[0.1, float("nan")]), "priors.mfu.interval.1", "finite"),
    "inf": (edit("questions", "overtraining", to=float("inf")), "questions.overtraining", "finite"),
    "huge integer": (edit("priors", "mfu", "mass", to=10**400), "priors.mfu.mass", "need a number"),
    "huge numbers": (
        family("text_tokens", family="uniform", bounds=[1.0, 1e300]),
        "priors.text_tokens",
        "smaller than 1e+36",
    ),
    "mass over one": (edit("priors", "mfu", "mass", to=80), "priors.mfu.mass", "0.8 means p10 to p90"),
    "unknown family": (edit("priors", "mfu", "family", to="lognorml"), "priors.mfu.family", "'lognormal'"),
    "missing family": (drop("priors", "mfu", "family"), "priors.mfu.family", "add family"),
    "negative lognormal": (
        family("text_tokens", family="lognormal", interval=[-1, 2], mass=0.8),
        "priors.text_tokens.interval",
        "need 0 < low",
    ),
    "outside the bounds": (
        edit("priors", "mfu", "interval", to=[0.5, 1.5]),
        "priors.mfu.interval",
        "between 1e-30 and 1",
    ),
    "infeasible metalog": (
        family("text_tokens", family="metalog", quantiles={"p10": 1, "p50": 1.1, "p90": 9}),
        "priors.text_tokens.quantiles",
        "no metalog",
    ),
    "infeasible split normal": (
        family("slowdown_date", family="split_normal", quantiles={"p10": 2027, "p50": 2028, "p90": 2031}),
        "priors.slowdown_date.quantiles",
        "use a metalog",
    ),
    "quantiles out of order": (
        family("text_tokens", family="metalog", quantiles={"p10": 3, "p50": 2, "p90": 9}),
        "priors.text_tokens.quantiles",
        "increasing order",
    ),
    "bounds miss the normal": (
        family("mfu", family="truncated_normal", interval=[5, 6], mass=0.8, bounds=[0, 1]),
        "priors.mfu.bounds",
        "widen the bounds",
    ),
    "mass outside the range": (
        edit("priors", "mfu", to=prior("mfu", **NORMAL)),
        "priors.mfu",
        "use a bounded family",
    ),
    "weights": (
        edit("priors", "multimodal", "weights", to=[0.5, 0.6]),
        "priors.multimodal.weights",
        "sum to 1",
    ),
    "options": (
        edit("priors", "multimodal", "options", to=["used", "ignored"]),
        "priors.multimodal.options",
        "unused, used",
    ),
    "a number for a choice": (family("multimodal", **NORMAL), "priors.multimodal.family", "choice or fixed"),
    "a choice for a number": (
        family("mfu", family="choice", options=["a"], weights=[1.0]),
        "priors.mfu.options",
        "family of numbers",
    ),
    "unknown option": (
        family("multimodal", family="fixed", value="usd"),
        "priors.multimodal.value",
        "did you mean 'used'",
    ),
    "component": (
        family("text_tokens", family="mixture", components=[{"weight": 0.5, **NORMAL, "mass": 2}] * 2),
        "priors.text_tokens.components.0.mass",
        "p10 to p90",
    ),
    "component weights": (
        family("text_tokens", family="mixture", components=[{"weight": 0.4, **NORMAL}] * 2),
        "priors.text_tokens.components",
        "sum to 1",
    ),
    "confidence": (
        edit("priors", "mfu", "confidence", to="hihg"),
        "priors.mfu.confidence",
        "did you mean 'high'",
    ),
    "link": (edit("priors", "mfu", "link", to="see the book"), "priors.mfu.link", "https://"),
    "source date": (edit("priors", "mfu", "date", to="2026"), "priors.mfu.date", "need a date"),
    "empty meaning": (edit("priors", "mfu", "meaning", to=" "), "priors.mfu.meaning", "not empty"),
    "prior is no table": (edit("priors", "mfu", to=0.4), "priors.mfu", "[table]|need a table"),
    "unknown input": (edit("priors", "mfuu", to=prior("mfu")), "priors.mfuu", "did you mean 'mfu'"),
    "missing input": (drop("priors", "mfu"), "priors.mfu", "add [priors.mfu]"),
    "missing anchor": (drop("anchors", "chips"), "anchors.chips", "add chips"),
    "horizon in the past": (edit("horizon", to=2020), "horizon", "after as_of"),
    "year out of range": (edit("horizon", to=2500), "horizon", "1990 to 2100"),
    "no ceiling": (edit("questions", "ceilings", to=[]), "questions.ceilings", "need at least one"),
    "unknown supply": (edit("questions", "supply", to="component"), "questions.supply", "components"),
    "no such compute": (edit("questions", "compute_levels", to=[28]), "questions.compute_levels", "FLOP"),
    "unknown ceiling": (
        edit("questions", "ceilings", to=["trend", "pwr"]),
        "questions.ceilings.1",
        "'power'",
    ),
    "generations unsorted": (
        edit("questions", "generations", to=[6, 5]),
        "questions.generations",
        "sort them",
    ),
    "no generations": (edit("questions", "generations", to=[]), "questions.generations", "at least one"),
    "passes under one": (edit("questions", "token_passes", to=[0.5]), "questions.token_passes", "at least 1"),
    "no such count": (edit("questions", "count_levels", to=[1e26, 25]), "questions.count_levels", "FLOP"),
    "efficiency of one": (
        edit("questions", "efficiency", to=[1.0]),
        "questions.efficiency",
        "between 0 and 1",
    ),
    "correlation of one": (edit("correlations", 0, "spearman", to=1.0), "correlations.0.spearman", "< 1"),
    "correlation of an unknown": (
        edit("correlations", 1, "inputs", to=["mfu", "text"]),
        "correlations.1.inputs",
        "unknown input",
    ),
    "correlation of one input": (
        edit("correlations", 1, "inputs", to=["mfu"]),
        "correlations.1.inputs",
        "two inputs",
    ),
    "correlation of a misspelt input": (
        edit("correlations", 1, "inputs", to=["mfu", "text_token"]),
        "correlations.1.inputs",
        "did you mean 'text_tokens'",
    ),
    "correlation of a choice": (
        edit("correlations", 1, "inputs", to=["mfu", "multimodal"]),
        "correlations.1.inputs",
        "got the choice 'multimodal'",
    ),
    "correlation of an input of each generation": (
        edit("correlations", 1, "inputs", to=["mfu", "slip_months"]),
        "correlations.1.inputs",
        "each generation",
    ),
    "correlation stated twice": (
        edit("correlations", to=[TIE, TIE | {"inputs": TIE["inputs"][::-1]}]),
        "correlations.1.inputs",
        "each pair once",
    ),
    "not positive definite": (edit("correlations", to=CONTRADICTION), "correlations", "towards zero"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_file_key_and_remedy(tmp_path, mistake):
    apply, key, says = MISTAKES[mistake]
    tables = valid_scenario()
    apply(tables)
    path = write(tmp_path / "mine.toml", tables)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    message = str(caught.value)
    place = re.match(rf"{re.escape(str(path))}:(\d+): {re.escape(key)}: ", message)
    assert place, message
    assert any(part in message for part in says.split("|")), message
    assert "\n" not in message
    assert ";" in message, "a remedy follows the semicolon"


def test_the_line_is_that_of_the_key(tmp_path):
    tables = valid_scenario()
    tables["priors"]["mfu"]["interval"] = [0.5, 0.2]
    text = to_toml(tables)
    lines = text.splitlines()
    number = lines.index("interval = [0.5, 0.2]") + 1
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ScenarioError, match=rf"mine\.toml:{number}: priors\.mfu\.interval"):
        load_scenario(tmp_path / "mine.toml")


def test_the_parent_is_blamed_for_its_own_mistake(tmp_path):
    tables = valid_scenario()
    tables["priors"]["mfu"]["mass"] = 2
    write(tmp_path / "parent.toml", tables)
    write(tmp_path / "child.toml", {"schema": 1, "extends": "parent.toml", "name": "child", "horizon": 2040})
    with pytest.raises(ScenarioError, match=r"^parent\.toml:\d+: priors\.mfu\.mass"):
        load_scenario(tmp_path / "child.toml")


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"mfu": 1.4}, "override: priors.mfu: need all mass from 1e-30 to 1"),
        ({"mfu": "fast"}, "override: priors.mfu.value: need a number"),
        ({"mfu": True}, "override: priors.mfu.value: need a number"),
        ({"multimodal": 1}, "override: priors.multimodal.value: need one of unused, used"),
        ({"horizon": 2001}, "override: horizon: need a year after as_of"),
        ({"mfuu": 0.3}, "override: mfuu: unknown key or input; did you mean 'mfu'"),
        ({"priors.mfuu.mass": 0.3}, "override: priors.mfuu: unknown key; did you mean 'mfu'"),
        ({"priors.mfu.mas": 0.3}, "override: priors.mfu.mas: unknown key; did you mean 'mass'"),
        ({"priors.mfu.mass.x": 0.3}, "override: priors.mfu.mass.x: "),
        ({"horizon.x": 1}, "override: horizon.x: "),
    ],
)
def test_a_mistaken_override_is_named(tmp_path, overrides, says):
    path = write(tmp_path / "mine.toml", valid_scenario())
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides)
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize("as_of", ["2026-02-30", "soon", 3000.0, float("nan"), True, 2060.0])
def test_impossible_as_of(tmp_path, as_of):
    path = write(tmp_path / "mine.toml", valid_scenario())
    with pytest.raises(ScenarioError, match=r"override: as_of|mine\.toml:\d+: horizon"):
        load_scenario(path, as_of=as_of)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("as_of = 2026-02-30\n", r"mine\.toml:1: not valid TOML"),
        ("schema = 1\nhorizon = = 2\n", r"mine\.toml:2: not valid TOML"),
        ("x = " + "[" * 100_000, r"mine\.toml: not valid TOML|mine\.toml:\d+: "),
        ("x = " + "9" * 5000, r"mine\.toml: not valid TOML"),
        ("schema = 0x" + "f" * 5000, r"mine\.toml:1: schema"),
        ("", r"mine\.toml:1: schema: missing"),
    ],
)
def test_files_that_are_no_scenario(tmp_path, text, says):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=says):
        load_scenario(path)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b'title = "caf\xe9"')
    (tmp_path / "folder.toml").mkdir()
    for name, says in (("latin.toml", "UTF-8"), ("folder.toml", "folder"), ("absent.toml", "no such file")):
        with pytest.raises(ScenarioError, match=says):
            load_scenario(tmp_path / name)
    with pytest.raises(ScenarioError, match="no shipped scenario"):
        load_scenario("no-such-scenario")


def test_extension_of_one_level_only(tmp_path):
    write(tmp_path / "parent.toml", valid_scenario())
    for name, extends in (("child", "parent.toml"), ("grandchild", "child.toml"), ("self", "./self.toml")):
        write(tmp_path / f"{name}.toml", {"schema": 1, "name": name, "extends": extends})
    assert load_scenario(tmp_path / "child.toml").name == "child"
    with pytest.raises(
        ScenarioError, match=r"grandchild\.toml:3: extends: need a scenario that extends no other"
    ):
        load_scenario(tmp_path / "grandchild.toml")
    with pytest.raises(ScenarioError, match=r"self\.toml:3: extends: a scenario cannot extend itself"):
        load_scenario(tmp_path / "self.toml")
    write(tmp_path / "number.toml", {"extends": 3})
    with pytest.raises(ScenarioError, match=r"number\.toml:1: extends: need a name or a path"):
        load_scenario(tmp_path / "number.toml")

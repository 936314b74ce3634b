"""How walls, dates and amounts are called in figures and pages."""

WALL_TITLES = {
    "tokens": "Tokens",
    "effective": "Effective",
    "overtrained": "Overtrained",
    "frontier": "Frontier",
    "efficiency": "Efficiency",
}
WALL_MEANINGS = {
    "tokens": "compute-optimal demand exceeds n times\nthe supply (synthetic and distilled too)",
    "effective": "it exceeds what n passes over the\nsupply are worth",
    "overtrained": "data no longer allow a model k times\nsmaller at equal loss",
    "frontier": "the best use of the compute makes\nn passes over the supply",
    "efficiency": "a share x of the compute would do\nas well with plenty of data",
}


def criterion(wall: str) -> tuple[str, str]:
    """Return the criterion of a wall and its level.

    Examples
    --------
    >>> criterion("tokens[16]")
    ('tokens', '16')
    """
    kind, level = wall.rstrip("]").split("[")
    return kind, level


def bracketed(name: str) -> str:
    """Return what a quantity is of: the part of its name in brackets.

    Examples
    --------
    >>> bracketed("release.raw[5.5]")
    '5.5'
    """
    return name.split("[")[1].rstrip("]")


def level_label(wall: str) -> str:
    """Return the level of a wall in words."""
    kind, level = criterion(wall)
    if kind == "efficiency":
        return f"x = {level}"
    if kind == "overtrained":
        return f"k = {level}"
    return "1 pass" if level == "1" else f"{level} passes"


def wall_label(wall: str) -> str:
    """Return the name of a wall in words."""
    return f"{WALL_TITLES[criterion(wall)[0]]}, {level_label(wall)}"

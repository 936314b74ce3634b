"""Labels of walls, dates and amounts in figures and pages."""

from datawall.model.criteria import criterion_of, level_of


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
    return criterion_of(wall).label(level_of(wall))


def wall_label(wall: str) -> str:
    """Return the name of a wall in words."""
    return f"{criterion_of(wall).title}, {level_label(wall)}"

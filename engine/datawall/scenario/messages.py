"""From pydantic's findings to one sentence: which key, what is expected, and the line it stands on."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from datawall.scenario.errors import KeyPath, Problem, shown, suggestion

HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]#]+?)\s*\]")
KEY = re.compile(r"\s*([\w.\-\"' ]+?)\s*=")

EXPECTED = {
    "float_type": ("need a number", "write one, such as 0.4 or 2.1e25, without quotes"),
    "finite_number": ("need a finite number", "write a number smaller than 1e36"),
    "string_type": ("need a text", "put it in quotes"),
    "tuple_type": ("need a list", "write it in [brackets]"),
    "dict_type": ("need a table of keys", "write it as a [table] of key = value lines"),
}


def first_problem(error: ValidationError, data: Any) -> Problem:
    """Return the finding that explains the others best, in the words of the user's file.

    Parameters
    ----------
    error
        What pydantic found.
    data
        The tables it was given.
    """
    # A misspelt key is also a missing one; the misspelling is what the user can see.
    findings = sorted(error.errors(include_url=False), key=lambda e: e["type"] != "unknown_key")
    finding = findings[0]
    context = finding.get("ctx", {})
    path = _path_in_file(finding["loc"], data)
    if finding["type"] in ("datawall", "unknown_key"):
        key = context["key"]
        return Problem(path if key is None else (*path, key), context["message"])
    if finding["type"] == "union_tag_not_found":
        return Problem((*path, "family"), 'missing; add family = "…", such as "lognormal" or "fixed"')
    if finding["type"] == "union_tag_invalid":
        families = re.findall(r"'(\w+)'", context["expected_tags"])
        return Problem(
            (*path, "family"), f"unknown family {context['tag']!r}; {suggestion(context['tag'], families)}"
        )
    if finding["type"] == "missing":
        return Problem(path, f"missing; add {path[-1]} = …")
    return Problem(path, _sentence(finding))


def _sentence(finding: ErrorDetails) -> str:
    got = shown(finding["input"])
    if finding["type"] == "literal_error":
        options = re.findall(r"'([^']*)'", finding.get("ctx", {})["expected"])
        return f"need one of {', '.join(options)}, got {got}; {suggestion(finding['input'], options)}"
    default = (finding["msg"].replace("Input should be", "need"), "correct the value")
    expected, remedy = EXPECTED.get(finding["type"], default)
    return f"{expected}, got {got}; {remedy}"


def _path_in_file(loc: KeyPath, data: Any) -> KeyPath:
    """Return pydantic's path without the steps that it has and the file has not."""
    path = []
    for step in loc:
        inner = isinstance(data, dict) and step not in data
        if step == "statement" or (inner and step == data.get("family")):
            continue
        path.append(step)
        data = _at(data, step)
    return tuple(path)


def _at(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    return (
        data[step] if isinstance(data, list | tuple) and isinstance(step, int) and step < len(data) else None
    )


def line_of(text: str, path: KeyPath) -> tuple[int, int]:
    r"""Return how many steps of `path` the text states, and the line (from 1) of the last of them.

    TOML's reader keeps no lines, so the text is searched for table headers and keys.

    Examples
    --------
    >>> line_of("horizon = 2050\n[priors.mfu]\nmass = 0.8\n", ("priors", "mfu", "interval"))
    (2, 2)
    """
    best = (0, 0)
    for number, stated in _statements(text):
        if len(stated) > best[0] and stated == path[: len(stated)]:
            best = (len(stated), number)
    return best


def _statements(text: str) -> Iterator[tuple[int, KeyPath]]:
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _steps(header[2])
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield number, table
        elif key := KEY.match(line):
            yield number, (*table, *_steps(key[1]))


def _steps(dotted: str) -> KeyPath:
    return tuple(step.strip().strip("\"'") for step in dotted.split("."))

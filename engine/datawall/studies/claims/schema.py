"""Schema of a claims file, version 1, closed and typed, and its loader."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from datawall.scenario.files import CLAIMS, folder, read_source
from datawall.studies.claims import records_and_dates, training_runs  # noqa: F401 - enter their computations
from datawall.studies.claims.computations import COMPUTATIONS, REQUIRED, Computation, Setting
from datawall.studies.claims.verdict import Claimed
from datawall.validation import Closed, Number, Text, first_problem, suggestion, version, wrong

_VERSION = 1
_ID = re.compile(r"(\w+)-\d\d")

type _Kind = Literal["identity", "rule", "empirical", "forecast", "mechanism", "normative"]


def _range(value: Any) -> Any:
    ends = tuple(value) if isinstance(value, list | tuple) else (value, value)
    if len(ends) != 2 or not all(map(_is_number, ends)) or ends[0] > ends[1]:
        raise wrong("need a number or [low, high]", value, "write what the statement says")
    return ends


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


_Range = Annotated[tuple[Number, Number], BeforeValidator(_range)]
type _Settings = dict[str, Any]


def _check_settings(computation: Computation, told: _Settings, key: str) -> None:
    """Reject unknown, missing or invalid settings of a computation, given under `key`."""
    for name, value in told.items():
        if name not in computation.settings:
            raise wrong("need known settings", name, suggestion(name, computation.settings), key)
        _check_setting(name, value, computation.settings[name], key)
    for name, setting in computation.settings.items():
        if setting.default is REQUIRED and name not in told:
            raise wrong(f"need the setting {name}", None, f"add {name} = … to given", key)


def _check_setting(name: str, value: Any, setting: Setting, key: str) -> None:
    if setting.words and value not in setting.words:
        expected = f"need {name} to be one of {', '.join(setting.words)}"
        raise wrong(expected, value, suggestion(value, setting.words), key)
    if not (_is_number(value) if setting.kind is float else isinstance(value, str)):
        expected = f"need {name} to be a {'number' if setting.kind is float else 'text'}"
        raise wrong(expected, value, "correct it", key)


class CheckTable(Closed):
    """``[[claims.ID.checks]]``: one number of a statement, and its computation."""

    quantity: Text
    unit: Text
    claimed: _Range | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    exact: bool = False
    law: str = ""
    computation: str
    given: _Settings = Field(default_factory=dict)
    variants: dict[Text, _Settings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "CheckTable":
        if sum(value is not None for value in (self.claimed, self.at_least, self.at_most)) != 1:
            raise wrong("need one of claimed, at_least, at_most", None, "say what is claimed", "claimed")
        if self.computation not in COMPUTATIONS:
            remedy = suggestion(self.computation, COMPUTATIONS)
            raise wrong("need the name of a computation", self.computation, remedy, "computation")
        computation = COMPUTATIONS[self.computation]
        if self.law and self.law not in computation.laws:
            remedy = suggestion(self.law, computation.laws) if computation.laws else "drop it"
            raise wrong("need a law that this computation can be made under", self.law, remedy, "law")
        _check_settings(computation, self.given, "given")
        for changed in self.variants.values():
            _check_settings(computation, self.given | changed, "variants")
        return self

    def what_is_claimed(self) -> Claimed:
        """Return the number, range or bound."""
        low, high = self.claimed or (
            -float("inf") if self.at_least is None else self.at_least,
            float("inf") if self.at_most is None else self.at_most,
        )
        return Claimed(low, high, self.unit, self.exact)


class ClaimTable(Closed):
    """``[claims.ID]``: a statement, and its checks or the reason why there are none."""

    statement: Text
    kind: _Kind
    outside: Text | None = None
    reason: Text | None = None
    checks: tuple[CheckTable, ...] = ()

    @model_validator(mode="after")
    def _inside_or_outside(self) -> "ClaimTable":
        if bool(self.checks) == (self.outside is not None):
            raise wrong("need checks or outside, not both", None, "say which number is checked, or why none")
        return self


def _ids(claims: Any) -> Any:
    if not isinstance(claims, dict):
        raise wrong("need tables [claims.ID]", claims, "write one for each statement")
    for name in claims:
        if not _ID.fullmatch(name):
            raise wrong("need ids such as S0-07", name, "use the source's id", name)
    return claims


class _ClaimsFile(Closed):
    """Schema of a claims file."""

    schema_: Annotated[int, version(_VERSION)] = Field(alias="schema")
    sources: dict[str, Text]
    claims: Annotated[dict[str, ClaimTable], BeforeValidator(_ids)]

    @model_validator(mode="after")
    def _sources_named(self) -> "_ClaimsFile":
        for name in self.claims:
            source = name.partition("-")[0]
            if source not in self.sources:
                raise wrong(
                    f"need a source {source} for the claim {name}", None, f"add {source} = …", "sources"
                )
        return self


def load_claims(path: str | Path | None = None) -> _ClaimsFile:
    """Read and validate a claims file, by default the shipped claims.

    Raises
    ------
    ScenarioError
        At the first mistake: file, line, key, value, what is expected and what to do.

    Examples
    --------
    >>> load_claims().claims["S0-12"].kind
    'rule'
    """
    source = read_source(folder() / CLAIMS, CLAIMS) if path is None else read_source(Path(path), str(path))
    try:
        return _ClaimsFile.model_validate(source.tables)
    except ValidationError as error:
        problem = first_problem(error, source.tables)
        raise source.error(problem.path, problem.message) from None

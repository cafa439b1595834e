"""A scenario: levers as validated, immutable data, and the YAML file they are written in.

Nothing here knows a tariff or a barrier: the levers say what is to change, ``policy`` turns
them into shocks. Whatever is wrong with a file is reported at once, with its line.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from cepasim.core.countries import PARTNER
from cepasim.core.fiscal_year import BASE_YEAR, LAST_YEAR, format_fiscal_year, parse_fiscal_year
from cepasim.core.immutable import FrozenMapping, frozen
from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.yaml_lines import line_of, path_steps, path_text, read_yaml
from cepasim.products.classification import Classification
from cepasim.products.levels import chapter_of, level_of
from cepasim.products.selection import Selection

if TYPE_CHECKING:
    from cepasim.params.parameters import Parameters

MAX_BYTES = 1_000_000
BARRIER_TYPES = ("sps", "tbt", "border", "process")
SHARES_TOLERANCE = 1e-9

_FIRST_START = format_fiscal_year(BASE_YEAR + 1)
_LAST_YEAR = format_fiscal_year(LAST_YEAR)
_RULE = "scenario_rule"  # type of the faults whose own text says what is allowed
_LISTED = 6  # codes a message lists
#: Stands for the file where a scenario was not read from one.
_UNREAD = "scenario"
_SHOWN = 200  # signs of a value a message shows

_Path = tuple[str | int, ...]
_Lines = Mapping[_Path, int]


class Select(FrozenMapping):
    """A selection of products as written; ``Classification.select`` reads it."""

    __slots__ = ()

    def as_spec(self) -> dict[str, Any]:
        """Return the selection as ``Classification.select`` takes it."""
        return {key: _plain(value) for key, value in self.items()}


def _plain(value: object) -> Any:
    """Undo ``frozen``: lists and dictionaries that YAML can write."""
    if isinstance(value, Cut):
        return value.as_written()
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value


# -- kinds of values -----------------------------------------------------------------------
# The description of a field is what its error message says is allowed.


def _fault(text: str) -> PydanticCustomError:
    return PydanticCustomError(_RULE, "{text}", {"text": text})


def _number(description: str, low: float, high: float, *, above_low: bool = False) -> Any:
    """Field of a finite number between two bounds; texts and booleans are no numbers."""
    if above_low:
        return Field(strict=True, allow_inf_nan=False, gt=low, le=high, description=description)
    return Field(strict=True, allow_inf_nan=False, ge=low, le=high, description=description)


_OVERRIDE = "a number (.inf where a supply elasticity is infinite)"


def _a_number(value: float) -> float:
    if math.isnan(value):
        raise _fault(_OVERRIDE)
    return value


def _fiscal_year(text: object) -> object:
    try:
        parse_fiscal_year(text)  # type: ignore[arg-type]  # it refuses what is no text
    except ValueError as wrong:
        raise _fault(str(wrong)) from None
    return text


def _start(text: str, info: ValidationInfo) -> str:
    horizon = (info.context or {}).get("horizon", _LAST_YEAR)
    if not _FIRST_START <= text <= horizon:
        base = format_fiscal_year(BASE_YEAR)
        raise _fault(
            f"a fiscal year from {_FIRST_START} (the benchmark is {base}) to the horizon {horizon}"
        )
    return text


def _horizon(text: str) -> str:
    if not _FIRST_START <= text <= _LAST_YEAR:
        raise _fault(f"a fiscal year from {_FIRST_START} to {_LAST_YEAR}")
    return text


def _line_of_text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError
    return text


def _select(spec: object) -> Select:
    # What a selection may hold is the classification's business: ``Scenario.check``.
    if not isinstance(spec, Mapping):
        raise ValueError
    return Select({str(key): value for key, value in spec.items()})


_CHANGE = "a number above -100 and up to 100 (percent)"
_SIZE = "a number, 0 or more"
_DAYS = "days, 0 or more"

Percent = Annotated[float, _number("a number from 0 to 100 (percent)", 0, 100)]
Change = Annotated[float, _number(_CHANGE, -100, 100, above_low=True)]
Share = Annotated[float, _number("a share from 0 to 1", 0, 1)]
Size = Annotated[float, _number(_SIZE, 0, 1e6)]
Days = Annotated[float, _number(_DAYS, 0, 1000)]
Money = Annotated[float, _number("US$ billion, from 0 to 1000", 0, 1000)]
Years = Annotated[int, Field(strict=True, ge=1, le=50, description="whole years, from 1 to 50")]
Flag = Annotated[bool, Field(strict=True, description="true or false")]
Market = Annotated[Literal["JPN", "IND"], Field(description="JPN or IND")]
Code = Annotated[str, Field(strict=True, description="the code of a country or group, as CHN")]
FiscalYear = Annotated[
    str, BeforeValidator(_fiscal_year), Field(description="a fiscal year such as 2026-27")
]
Start = Annotated[FiscalYear, AfterValidator(_start)]
Selected = Annotated[
    Select,
    BeforeValidator(_select),
    Field(description="a selection such as {hs: ['87']} or {section: XI}"),
]
Shares = Annotated[
    Mapping[str, Share],
    AfterValidator(FrozenMapping),
    Field(description="shares by name, each from 0 to 1"),
]


WindowShares = Annotated[Shares, AfterValidator(lambda shares: _sum_to_one(shares))]


def _sum_to_one(shares: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(shares.values())
    if abs(total - 1) > SHARES_TOLERANCE:
        raise _fault(f"shares that sum to 1, not to {total:.10g}")
    return shares


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True
    )


_CUTS = ("eliminate", "percent", "cap", "rate", "swiss")
_CUTS_TEXT = "eliminate, {percent: 50}, {cap: 2.0}, {rate: 1.5} or {swiss: 16}"


class Cut(_Frozen):
    """A tariff formula.

    Attributes
    ----------
    formula : {"eliminate", "percent", "cap", "rate", "swiss"}
    percent : float
        The number of the formula: cut in percent of the rate (``percent``), highest rate
        (``cap``), new rate (``rate``) or Swiss coefficient (``swiss``), these three in percent of
        the value; 100 for ``eliminate``.
    """

    formula: Literal["eliminate", "percent", "cap", "rate", "swiss"]
    percent: Annotated[float, _number("a number, 0 or more (percent)", 0, 1000)] = 100.0

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        """Read the forms of a file: ``eliminate`` or one formula with its number."""
        if isinstance(written, str):
            if written == "eliminate":
                return {"formula": "eliminate"}
            raise _fault(_CUTS_TEXT + closest(written, _CUTS))
        if not isinstance(written, Mapping):
            raise _fault(_CUTS_TEXT)
        if "formula" in written:
            return written
        unknown = [key for key in written if key not in _CUTS[1:]]
        if unknown or len(written) != 1:
            meant = closest(unknown[0], _CUTS[1:]) if unknown else ""
            raise _fault(f"exactly one formula: {_CUTS_TEXT}{meant}")
        [(formula, number)] = written.items()
        return {"formula": formula, "percent": number}

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.formula == "percent" and self.percent > 100:
            raise _fault("percent: a number from 0 to 100")
        if self.formula == "swiss" and self.percent == 0:
            raise _fault("swiss: a coefficient above 0 (percent)")
        return self

    def as_written(self) -> str | dict[str, float]:
        """Return the form a file has."""
        return "eliminate" if self.formula == "eliminate" else {self.formula: self.percent}


# -- levers --------------------------------------------------------------------------------


class Lever(_Frozen):
    """What all levers have: a kind, a start, and a way to be written."""

    kind: ClassVar[str]

    start: Start

    def as_written(self) -> dict[str, Any]:
        """Return the lever as a scenario file has it, with every default filled in."""
        fields = type(self).model_fields
        return {
            self.kind: {
                fields[name].alias or name: _plain(getattr(self, name))
                for name in sorted(fields, key=("start", "years").__contains__)
                if getattr(self, name) is not None
            }
        }


class _Bilateral(Lever):
    """A lever on one importer, about its partner unless another source is named."""

    importer: Market
    source: Code
    select: Selected

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        return _with_pair(given, "source")

    @model_validator(mode="after")
    def _two_countries(self) -> Self:
        if self.source == self.importer:
            raise _fault(f"importer and source must differ; leave source out for {self.partner}")
        return self

    @property
    def partner(self) -> str:
        """The other country of the agreement."""
        return PARTNER[self.importer]


def _with_pair(given: Any, other: str) -> Any:
    """Fill in the importer or its counterpart where one of the two is left out."""
    if not isinstance(given, Mapping):
        return given
    filled = dict(given)
    for missing, known in ((other, "importer"), ("importer", other)):
        value = given.get(known)
        if missing not in given and isinstance(value, str) and value in PARTNER:
            filled.setdefault(missing, PARTNER[value])
    return filled


class _Agreement(_Bilateral):
    """A lever that works through the agreement, so that its source is the partner."""

    @model_validator(mode="after")
    def _partner_only(self) -> Self:
        if self.source not in (self.partner, self.importer):
            raise _fault(f"source: {self.partner}; this lever acts between India and Japan only")
        return self


class TariffLever(_Bilateral):
    """Change the preferential rate on selected lines by a formula, in equal annual cuts."""

    kind: ClassVar[str] = "tariff"

    cut: Cut
    years: Years = 1


class OriginLever(_Agreement):
    """Make it cheaper to prove origin under the agreement."""

    kind: ClassVar[str] = "origin"

    cost_cut_percent: Percent
    years: Years = 1


def _barrier_types(given: object) -> object:
    """Read ``all``, one type or a list; the order in which they are written does not matter."""
    if given == "all":
        return BARRIER_TYPES
    types = [given] if isinstance(given, str) else given
    allowed = "all, or a list of " + ", ".join(BARRIER_TYPES)
    if not isinstance(types, list | tuple) or not types:
        raise _fault(allowed)
    for entry in types:
        if entry not in BARRIER_TYPES:
            raise _fault(f"{allowed}, not {entry!r}{closest(entry, BARRIER_TYPES)}")
    if len(set(types)) < len(types):
        raise _fault(f"{allowed}, each once")
    return tuple(kind for kind in BARRIER_TYPES if kind in types)


class NtbLever(_Agreement):
    """Relieve barriers of some types; ``also_others`` lets third sources benefit as well.

    ``preset`` names a row of ``ntb/presets``, which a file may write instead of the settings: the
    reader fills in what is left out, so that a lever always says what it does. ``days_saved`` is
    another measure of relief at the border.
    """

    kind: ClassVar[str] = "ntb"

    preset: str | None = Field(default=None, strict=True, description="the name of a preset")
    types: Annotated[tuple[str, ...], BeforeValidator(_barrier_types)] = Field(alias="type")
    relief_percent: Percent | None = Field(
        default=None, description="a number from 0 to 100 (percent)"
    )
    days_saved: Days | None = Field(default=None, description=_DAYS)
    years: Years = 1
    also_others: Flag = False

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.relief_percent is None) == (self.days_saved is None):
            raise _fault("either relief_percent or, for type border, days_saved")
        if self.days_saved is not None and self.types != ("border",):
            raise _fault("days_saved: for type border alone; relief_percent for the others")
        return self


class QuotaLever(_Bilateral):
    """A tariff-rate quota on a source: a quantity of whole chapters at the in-quota rate."""

    kind: ClassVar[str] = "quota"

    share_of_benchmark_percent: Size | None = Field(default=None, description=_SIZE)
    usd_mn: Size | None = Field(default=None, description=_SIZE)
    over_rate_percent: Size
    in_rate_percent: Size | None = Field(default=None, description=_SIZE)
    rent: Annotated[
        Literal["importer", "exporter"], Field(description="importer or exporter, the rent's owner")
    ] = "importer"

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        if (self.share_of_benchmark_percent is None) == (self.usd_mn is None):
            raise _fault("either share_of_benchmark_percent or usd_mn")
        return self

    @model_validator(mode="after")
    def _dearer_beyond(self) -> Self:
        if self.in_rate_percent is not None and self.over_rate_percent < self.in_rate_percent:
            raise _fault(f"over_rate_percent: at least in_rate_percent, {self.in_rate_percent:g}")
        return self


class FundLever(Lever):
    """The India-focused fund: its size, windows, and over how many years it is spent.

    ``industries`` divides a window's money between its industries; a window none of whose
    industries is named keeps the default split.
    """

    kind: ClassVar[str] = "fund"

    usd_bn: Money
    windows: WindowShares
    years: Years
    replenish: Flag = False
    industries: Shares | None = None


class SourcingLever(Lever):
    """Move a share of an importer's purchases from a source to India (or to Japan).

    Without ``share_percent`` the parameter ``sourcing_shift`` says how much; it is about Japan's
    purchases from China only.
    """

    kind: ClassVar[str] = "sourcing"

    importer: Market
    from_source: Code = Field(alias="from")
    to: Code
    select: Selected
    share_percent: Percent | None = Field(
        default=None, description="a number from 0 to 100 (percent)"
    )
    years: Years = 1

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        return _with_pair(given, "to")

    @model_validator(mode="after")
    def _away_from_third(self) -> Self:
        partner = PARTNER[self.importer]
        if self.to != partner:
            raise _fault(f"to: {partner}, the importer's partner")
        if self.from_source in (self.importer, self.to):
            raise _fault(f"from: a third source, not {self.from_source}")
        if self.share_percent is None and (self.importer, self.from_source) != ("JPN", "CHN"):
            raise _fault(
                "share_percent: a number from 0 to 100 (percent); only what JPN buys from CHN has "
                "a default"
            )
        return self


class ExchangeRateLever(Lever):
    """A real depreciation of a country's currency against the US dollar."""

    kind: ClassVar[str] = "exchange_rate"

    country: Code
    depreciation_percent: Change

    @model_validator(mode="after")
    def _not_the_dollar(self) -> Self:
        if self.country == "USA":
            raise _fault("country: any but USA, whose currency is the unit")
        return self


class ExternalLever(Lever):
    """A shock from outside: costs of a source, demand of a market, or a third market's tariff.

    Without ``redirect_share`` the parameter ``us_redirection_share`` says how much of the exports
    to that market is offered to Japan.
    """

    kind: ClassVar[str] = "external"

    source: Code | None = Field(default=None, description="the code of a country or group")
    cost_percent: Change | None = Field(default=None, description=_CHANGE)
    market: Code | None = Field(default=None, description="the code of a country or group")
    tariff_on: Market | None = Field(default=None, description="JPN or IND")
    redirect_share: Share | None = Field(default=None, description="a share from 0 to 1")
    demand_in: Market | None = Field(default=None, description="JPN or IND")
    demand_percent: Change | None = Field(default=None, description=_CHANGE)
    select: Selected = Select({"all": True})

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        cost = (self.source, self.cost_percent)
        redirection = (self.market, self.tariff_on)
        demand = (self.demand_in, self.demand_percent)
        whole = tuple(None not in form for form in (cost, redirection, demand))
        begun = tuple(
            any(v is not None for v in form)
            for form in (cost, (*redirection, self.redirect_share), demand)
        )
        if sum(whole) != 1 or whole != begun:
            raise _fault(
                "one of source, cost_percent; demand_in, demand_percent; market, tariff_on (and "
                "redirect_share)"
            )
        if self.market is not None and self.market in PARTNER:
            raise _fault("market: a third country; use tariff for JPN and IND")
        return self


AnyLever = (
    TariffLever
    | OriginLever
    | NtbLever
    | QuotaLever
    | FundLever
    | SourcingLever
    | ExchangeRateLever
    | ExternalLever
)
_LEVERS: dict[str, type[AnyLever]] = {
    lever.kind: lever
    for lever in (
        TariffLever,
        OriginLever,
        NtbLever,
        QuotaLever,
        FundLever,
        SourcingLever,
        ExchangeRateLever,
        ExternalLever,
    )
}
LEVER_KINDS = tuple(_LEVERS)

LeverT = TypeVar("LeverT", bound=Lever)
ModelT = TypeVar("ModelT", bound=_Frozen)


# -- the scenario --------------------------------------------------------------------------


class Scenario(_Frozen):
    """A named set of levers over a horizon. Immutable, hashable, equal by content.

    Attributes
    ----------
    name, description : str
    horizon : str
        Last fiscal year of the path.
    time : {"path", "long_run"}
        Year by year, or comparative statics on the benchmark.
    levers : tuple of Lever
    parameters : mapping of str to float
        Parameters that replace those of the folder, by name.
    """

    name: Annotated[
        str,
        Field(strict=True, max_length=200, description="a name, one line of at most 200 signs"),
        AfterValidator(_line_of_text),
    ]
    description: Annotated[str, Field(strict=True, description="text")] = ""
    horizon: Annotated[FiscalYear, AfterValidator(_horizon)] = _LAST_YEAR
    time: Annotated[Literal["path", "long_run"], Field(description="path or long_run")] = "path"
    levers: Annotated[tuple[AnyLever, ...], Field(description="a list of levers")] = ()
    parameters: Annotated[
        Mapping[
            str,
            # Infinity is for supply elasticities; Parameters says where it may stand.
            Annotated[float, Field(strict=True, description=_OVERRIDE), AfterValidator(_a_number)],
        ],
        AfterValidator(FrozenMapping),
        Field(description="a mapping of parameter names to numbers"),
    ] = FrozenMapping({})

    @model_validator(mode="after")
    def _inside_horizon(self) -> Self:
        for lever in self.levers:
            if lever.start > self.horizon:
                raise _fault(f"levers that start by the horizon {self.horizon}, not {lever.start}")
        return self

    @classmethod
    def reference(cls) -> Scenario:
        """Return the scenario without levers."""
        return cls(name="reference")

    @classmethod
    def read(
        cls,
        path: str | Path,
        classification: Classification | None = None,
        parameters: Parameters | None = None,
    ) -> Scenario:
        """Read a scenario file.

        Parameters
        ----------
        path : str or Path
            YAML in UTF-8, at most ``MAX_BYTES``.
        classification : Classification, optional
            What selections are checked against; the bundled one by default.
        parameters : Parameters, optional
            Where given, the names and values under ``parameters:`` are checked against it.

        Raises
        ------
        InputError
            With every problem of the file: file, line, field, value and what is allowed.
        """
        content = read_yaml(Path(path), MAX_BYTES)
        return _read(
            content.data, str(path), content.lines, content.problems, classification, parameters
        )

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        classification: Classification | None = None,
        parameters: Parameters | None = None,
    ) -> Scenario:
        """Build a scenario from the same structure a file has; see ``read``."""
        return _read(data, _UNREAD, {}, (), classification, parameters)

    def to_dict(self) -> dict[str, Any]:
        """Return the structure ``from_dict`` takes, with every default filled in."""
        return {
            "name": self.name,
            **({"description": self.description} if self.description else {}),
            "horizon": self.horizon,
            "time": self.time,
            "levers": [lever.as_written() for lever in self.levers],
            "parameters": dict(self.parameters),
        }

    def to_yaml(self) -> str:
        """Return the scenario as the text of a scenario file; reading it gives an equal one."""
        content = self.to_dict()
        levers = [f"  - {_flow(lever)[1:-1]}\n" for lever in content.pop("levers")]
        overrides = {"parameters": content.pop("parameters")}
        written = _dump(content) + ("levers:\n" if levers else "levers: []\n") + "".join(levers)
        return written + _dump(overrides)

    def levers_of(self, kind: type[LeverT]) -> tuple[LeverT, ...]:
        """Levers of one class, in order."""
        return tuple(lever for lever in self.levers if isinstance(lever, kind))

    def check(self, classification: Classification) -> None:
        """Check selections, codes and overlaps of a scenario that was built in Python.

        Raises
        ------
        InputError
            With every problem.
        """
        problems = _Placed("scenario", {})
        levers = dict(enumerate(self.levers))
        selections = {}
        for index, lever in levers.items():
            [(kind, settings)] = lever.as_written().items()
            path = ("levers", index, kind)
            selections[index] = _check_settings(kind, settings, path, classification, problems)
        _check_overlaps(levers, selections, problems)
        if problems.found:
            raise InputError(problems.found)


class _Dumper(yaml.SafeDumper):
    """Write HS codes in quotes, so that no reader of YAML takes them for numbers."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = "'" if text.isdecimal() else None
        return self.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_multi_representer(str, _Dumper.represent_text)  # codes out of a NumPy array


def _dump(content: Mapping[str, Any]) -> str:
    """Write a mapping one key a line."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _flow(content: Mapping[str, Any]) -> str:
    """Write a mapping on one line, in braces."""
    return yaml.dump(
        content,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=True,
        width=1_000_000,
    ).strip()


class _Placed:
    """Problems of one file, placed by path."""

    def __init__(self, file: str, lines: _Lines) -> None:
        self.file = file
        self.lines = lines
        self.found: list[Problem] = []

    def add(self, path: Sequence[str | int], value: object, allowed: str) -> None:
        field = path_text(path) or "scenario"
        self.found.append(Problem(self.file, self.line(path), field, _short(value), allowed))

    def line(self, path: Sequence[str | int]) -> int | None:
        return line_of(path, self.lines)


def _short(value: object) -> object:
    """Keep a message readable where the value is a long text or a large structure."""
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else value[:_SHOWN] + " …"
    if isinstance(value, Mapping | list | tuple):
        plain = _plain(frozen(value))
        return plain if len(repr(plain)) <= _SHOWN else f"{len(value)} entries"
    return value


@contextmanager
def naming_lines(file: Path) -> Iterator[None]:
    """Give file and line to what turns out to be wrong with a scenario when it runs.

    What the figures cannot have (a line that is not in the schedule, more days saved than there
    are) is found only there.
    """
    try:
        yield
    except InputError as error:
        lines = read_yaml(file, MAX_BYTES).lines
        raise InputError(
            replace(problem, file=str(file), line=line_of(path_steps(problem.field), lines))
            if problem.file == _UNREAD
            else problem
            for problem in error.problems
        ) from None


def _read(
    data: object,
    file: str,
    lines: _Lines,
    already: Iterable[Problem],
    classification: Classification | None,
    parameters: Parameters | None,
) -> Scenario:
    problems = _Placed(file, lines)
    problems.found.extend(already)
    if data is None:
        problems.add((), None, "an empty file; a scenario has at least a name")
    elif not isinstance(data, Mapping):
        text = "a mapping with name, horizon, time, levers, parameters"
        problems.add((), data, text)
    if not isinstance(data, Mapping):
        raise InputError(problems.found)
    header = {str(key): value for key, value in data.items() if key != "levers"}
    scenario = _validated(Scenario, header, (), problems)
    horizon = header.get("horizon", _LAST_YEAR)
    if any(problem.field == "horizon" for problem in problems.found):
        horizon = _LAST_YEAR
    classification = classification or Classification.bundled()
    levers, selections = _read_levers(
        data.get("levers", []), horizon, classification, parameters, problems
    )
    _check_overlaps(levers, selections, problems)
    if parameters is not None and scenario is not None:
        _check_overrides(scenario.parameters, parameters, problems)
    if scenario is None or problems.found:
        raise InputError(sorted(problems.found, key=lambda problem: problem.line or 0))
    return scenario.model_copy(update={"levers": tuple(levers.values())})


def _read_levers(
    written: object,
    horizon: str,
    classification: Classification,
    parameters: Parameters | None,
    problems: _Placed,
) -> tuple[dict[int, AnyLever], dict[int, Selection | None]]:
    """Levers that could be read and what they select, by their position in the list."""
    levers: dict[int, AnyLever] = {}
    selections: dict[int, Selection | None] = {}
    kinds = ", ".join(LEVER_KINDS)
    if not isinstance(written, list | tuple):
        problems.add(("levers",), written, "a list of levers; [] for none")
        return levers, selections
    for index, entry in enumerate(written):
        at = ("levers", index)
        if not isinstance(entry, Mapping) or len(entry) != 1:
            problems.add(at, entry, f"one lever with its settings, of: {kinds}")
            continue
        [(kind, body)] = entry.items()
        path = (*at, str(kind))
        if kind not in _LEVERS:
            text = f"unknown lever{closest(kind, LEVER_KINDS)}; allowed: {kinds}"
            problems.add(path, str(kind), text)
            continue
        if not isinstance(body, Mapping):
            problems.add(path, body, f"the settings of a {kind} lever, as a mapping")
            continue
        settings = {str(key): value for key, value in body.items()}
        if kind == NtbLever.kind and "preset" in settings:
            settings = _with_preset(settings, path, parameters, problems)
        lever = _validated(_LEVERS[kind], settings, path, problems, horizon)
        selections[index] = _check_settings(kind, settings, path, classification, problems)
        if lever is not None:
            levers[index] = lever
    return levers, selections


def _with_preset(
    settings: Mapping[str, Any],
    path: _Path,
    parameters: Parameters | None,
    problems: _Placed,
) -> dict[str, Any]:
    """Fill in what a preset of barrier relief says and the lever does not; its own keys win."""
    presets = barrier_presets(parameters)
    name = settings["preset"]
    if not isinstance(name, str) or name not in presets:
        text = f"unknown preset{closest(name, presets)}; allowed: {', '.join(presets)}"
        problems.add((*path, "preset"), name, text)
        # Anything will do from here: the rest of the lever is checked, but not used.
        name = next(iter(presets))
        settings = {**settings, "preset": name}
    preset = presets[name]
    filled = dict(settings)
    if preset.importer and not {"importer", "source"} & set(settings):
        filled["importer"] = preset.importer
    own = settings.get("importer", PARTNER.get(str(settings.get("source"))))
    if preset.importer and own in PARTNER and own != preset.importer:
        problems.add((*path, "importer"), own, f"{preset.importer}; {name} acts on that side only")
    filled.setdefault("type", list(preset.types))
    filled.setdefault("select", preset.select)
    filled.setdefault("also_others", preset.also_others)
    if "days_saved" not in settings:
        filled.setdefault("relief_percent", preset.relief_percent)
    return filled


class BarrierPreset(_Frozen):
    """A row of ``ntb/presets``: barrier relief by the name under which it is talked about.

    Attributes
    ----------
    name : str
    importer : str
        Side it acts on; blank for either.
    types : tuple of str
    select : dict
        Products it touches.
    relief_percent, low, high : float
        Of the actionable part of the barriers.
    also_others : bool
        Whether third sources are taken to benefit unless the lever says otherwise.
    grade, note : str
    """

    name: str
    importer: str
    types: tuple[str, ...]
    select: dict[str, Any]
    relief_percent: float
    low: float
    high: float
    also_others: bool
    grade: str
    note: str


def barrier_presets(parameters: Parameters | None = None) -> dict[str, BarrierPreset]:
    """Presets of barrier relief by name, from a parameter folder or the bundled one."""
    if parameters is None or not hasattr(parameters, "table"):
        return _bundled_presets()
    return {
        row["name"]: BarrierPreset(
            name=row["name"],
            importer=row["importer"],
            types=tuple(row["types"].split()),
            select={"hs": row["hs"].split(",")} if row["hs"] else {"all": True},
            relief_percent=float(row["value"]),
            low=float(row["low"]),
            high=float(row["high"]),
            also_others=row["also_others"] == "yes",
            grade=row["grade"],
            note=row["note"],
        )
        for row in parameters.table("ntb/presets").to_dict("records")
    }


@lru_cache(maxsize=1)
def _bundled_presets() -> dict[str, BarrierPreset]:
    from cepasim.params.parameters import load_parameters

    return barrier_presets(load_parameters())


def _validated(
    model: type[ModelT],
    content: Mapping[str, Any],
    path: _Path,
    problems: _Placed,
    horizon: str = _LAST_YEAR,
) -> ModelT | None:
    """Build a model, or note everything wrong with its content."""
    try:
        return model.model_validate(dict(content), context={"horizon": horizon})
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False):
            if error["type"] == "missing" and error["loc"] in _FILLED_IN:
                continue  # follows from the importer, which is what is wrong
            steps, value = _place(error)
            problems.add((*path, *steps), value, _allowed(error, model))
        return None


_FILLED_IN = (("source",), ("to",))


def _place(error: ErrorDetails) -> tuple[_Path, object]:
    """Path and value of a fault; a text "to: IND" names the field of a rule about several."""
    value = None if error["type"] == "missing" else error["input"]
    field, colon, _ = str(error.get("ctx", {}).get("text", "")).partition(": ")
    if colon and isinstance(value, Mapping) and field in value:
        return (*error["loc"], field), value[field]
    return error["loc"], value


def _allowed(error: ErrorDetails, model: type[_Frozen]) -> str:
    """Say in words what would have been right."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    steps = [str(step) for step in error["loc"]]
    if error["type"] == _RULE:
        return str(error.get("ctx", {})["text"])
    if error["type"] == "extra_forbidden":
        return f"unknown key{closest(steps[-1], fields)}; allowed: {', '.join(fields)}"
    if len(steps) > 1 and steps[0] in _INSIDE:
        return _INSIDE[steps[0]]
    field = fields.get(steps[0]) if steps else None
    return (None if field is None else field.description) or error["msg"]


# What is allowed one level below a field.
_INSIDE = {
    "cut": "a number, 0 or more (percent)",
    "windows": "a share from 0 to 1",
    "industries": "a share from 0 to 1",
    "parameters": _OVERRIDE,
}


# -- checks against the classification ------------------------------------------------------


def _check_settings(
    kind: str,
    settings: Mapping[str, Any],
    path: _Path,
    classification: Classification,
    problems: _Placed,
) -> Selection | None:
    """Check the codes and the selection of one lever, even where the rest of it is wrong.

    Returns what it selects; None where it selects nothing or the selection is wrong.
    """
    _check_codes(kind, settings, path, classification, problems)
    if kind == FundLever.kind:
        _check_fund(settings, path, classification, problems)
    if not isinstance(settings.get("select"), Mapping):
        default = kind == ExternalLever.kind and "select" not in settings
        return classification.select({"all": True}) if default else None
    selection, complaints = classification.check(settings["select"])
    for complaint in complaints:
        problems.add((*path, "select", *complaint.path), complaint.value, complaint.allowed)
    if selection is None:
        return None
    if selection.category is not None and kind != TariffLever.kind:
        text = "leave it out: categories are of tariff lines, only a tariff lever has one"
        problems.add((*path, "select", "category"), selection.category, text)
    if kind != TariffLever.kind and selection.lines:
        text = (
            "codes of at most 6 digits: only tariffs are known by nine-digit line, and a lever on "
            "one line would act on the whole of its HS6 product"
        )
        problems.add((*path, "select"), ", ".join(selection.lines), text)
    if kind == QuotaLever.kind:
        in_part = sorted({chapter_of(c) for c in selection.codes if level_of(c) != "chapter"})
        if in_part:
            text = (
                "whole chapters: a chapter is solved as one market, in which a quota on some of "
                "its products has no quantity to limit; chapters selected in part: "
                + ", ".join(in_part)
            )
            problems.add((*path, "select"), settings["select"], text)
    return selection


def _check_codes(
    kind: str,
    settings: Mapping[str, Any],
    path: _Path,
    classification: Classification,
    problems: _Placed,
) -> None:
    """Check the codes of countries; a code of the wrong type is reported elsewhere."""
    every = tuple(partner.code for partner in classification.partners)
    in_market = classification.sources(str(settings.get("importer"))) or every
    checks = {
        TariffLever.kind: {"source": in_market},
        QuotaLever.kind: {"source": in_market},
        SourcingLever.kind: {"from": in_market},
        ExchangeRateLever.kind: {"country": every},
        ExternalLever.kind: {"source": every, "market": every},
    }
    for field, allowed in checks.get(kind, {}).items():
        code = settings.get(field)
        # A source that is the importer itself is the business of the lever's own rules.
        if isinstance(code, str) and code not in (*allowed, settings.get("importer")):
            text = f"unknown here{closest(code, allowed)}; allowed: {', '.join(allowed)}"
            problems.add((*path, field), code, text)


def _check_fund(
    settings: Mapping[str, Any],
    path: _Path,
    classification: Classification,
    problems: _Placed,
) -> None:
    windows, industries = settings.get("windows"), settings.get("industries")
    windows = windows if isinstance(windows, Mapping) else {}
    industries = industries if isinstance(industries, Mapping) else {}
    known = classification.windows
    for window, share in windows.items():
        if window not in known:
            text = f"unknown window{closest(window, known)}; allowed: {', '.join(known)}"
            problems.add((*path, "windows", str(window)), share, text)
    if not industries:
        return
    window_of = {
        industry.name: window
        for window in known
        for industry in classification.window_industries(window, optional=True)
    }
    for name, share in industries.items():
        if name not in window_of:
            text = f"unknown industry{closest(name, window_of)}; allowed: {', '.join(window_of)}"
            problems.add((*path, "industries", str(name)), share, text)
        elif windows.get(window_of[name], 0) == 0:
            text = f"an industry of a window that gets money; {window_of[name]} gets none"
            problems.add((*path, "industries", name), share, text)
    for window in known:
        shares = [share for name, share in industries.items() if window_of.get(name) == window]
        if not shares or not all(isinstance(share, int | float) for share in shares):
            continue
        if abs(sum(shares) - 1) > SHARES_TOLERANCE:
            text = f"shares that sum to 1 within {window}, not to {sum(shares):.10g}"
            problems.add((*path, "industries"), industries, text)


def _check_overlaps(
    levers: Mapping[int, AnyLever], selections: Mapping[int, Selection | None], problems: _Placed
) -> None:
    """Note every lever that acts where an earlier one of its type acts already."""
    for later, lever in levers.items():
        for earlier, other in levers.items():
            if earlier >= later or not _same_target(lever, other):
                continue
            if isinstance(lever, FundLever | ExchangeRateLever):
                where: str | None = "everything"
            else:
                where = _shared_lines(selections.get(earlier), selections.get(later))
            if where is None:
                continue
            line = problems.line(("levers", earlier))
            known = "" if line is None else f" (line {line})"
            meet = "importer, source and line"
            if isinstance(lever, QuotaLever):
                meet = "importer and chapter: a market is solved with one quota"
            text = (
                f"acts where levers[{earlier}]{known} acts already; two {lever.kind} levers may "
                f"not act on the same {meet}"
            )
            problems.add(("levers", later, lever.kind), where, text)


def _same_target(one: AnyLever, other: AnyLever) -> bool:
    """Whether two levers are of one type and act on the same flow, products aside."""
    if isinstance(one, TariffLever | OriginLever) and type(one) is type(other):
        return (one.importer, one.source) == (other.importer, other.source)
    if isinstance(one, NtbLever) and isinstance(other, NtbLever):
        return one.importer == other.importer and not set(one.types).isdisjoint(other.types)
    if isinstance(one, QuotaLever) and isinstance(other, QuotaLever):
        return one.importer == other.importer
    if isinstance(one, SourcingLever) and isinstance(other, SourcingLever):
        return (one.importer, one.from_source) == (other.importer, other.from_source)
    if isinstance(one, ExchangeRateLever) and isinstance(other, ExchangeRateLever):
        return one.country == other.country
    if isinstance(one, ExternalLever) and isinstance(other, ExternalLever):
        return (one.source, one.market, one.tariff_on, one.demand_in) == (
            other.source,
            other.market,
            other.tariff_on,
            other.demand_in,
        )
    return isinstance(one, FundLever) and isinstance(other, FundLever)


def _shared_lines(one: Selection | None, other: Selection | None) -> str | None:
    """Codes both selections hold, in words; None where there are none."""
    if one is None or other is None:
        return None
    codes = (one & other).codes
    if not codes:
        return None
    more = f" and {len(codes) - _LISTED} more" if len(codes) > _LISTED else ""
    return ", ".join(codes[:_LISTED]) + more


def _check_overrides(
    overrides: Mapping[str, float], parameters: Parameters, problems: _Placed
) -> None:
    try:
        parameters.with_overrides(dict(overrides))
    except InputError as wrong:
        for problem in wrong.problems:
            name = problem.field if problem.field in overrides else str(problem.value)
            path = ("parameters", name) if name in overrides else ("parameters",)
            problems.add(path, problem.value, problem.allowed)

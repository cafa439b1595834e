"""Kinds of values a scenario file may hold: numbers within bounds, years, selections, cuts.

The description of a field is what its error message says is allowed.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from cepasim.core.fiscal_year import (
    FURTHEST_YEAR,
    LAST_YEAR,
    format_fiscal_year,
    parse_fiscal_year,
)
from cepasim.core.fiscal_year import FiscalYear as Year
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import mark, tr
from cepasim.params.described import bundled_base_year

SHARES_TOLERANCE = 1e-9
LAST_FISCAL_YEAR = format_fiscal_year(LAST_YEAR)
FURTHEST_FISCAL_YEAR = format_fiscal_year(FURTHEST_YEAR)
#: Type of the faults whose own text says what is allowed.
RULE = "scenario_rule"


LeverT = TypeVar("LeverT", bound="Frozen")


def fault(text: str) -> PydanticCustomError:
    """Return the fault whose message is a text: what would have been right."""
    return PydanticCustomError(RULE, "{text}", {"text": text})


class Frozen(BaseModel):
    """Data that cannot change and knows no key but its own."""

    model_config = ConfigDict(
        defer_build=True,
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        arbitrary_types_allowed=True,
    )

    def as_written(self) -> Any:
        """Return the form a file has, as plain values; what is not set is left out."""
        return {
            name: as_plain(value)
            for name in type(self).model_fields
            if (value := getattr(self, name)) is not None
        }


class Select(FrozenMapping):
    """A selection of products as written; ``Classification.select`` reads it."""

    __slots__ = ()

    def as_spec(self) -> dict[str, Any]:
        """Return the selection as ``Classification.select`` takes it."""
        return {key: as_plain(value) for key, value in self.items()}


def as_plain(value: object) -> Any:
    """Undo ``frozen``: lists and dictionaries that YAML can write."""
    if isinstance(value, Frozen):
        return value.as_written()
    if isinstance(value, Mapping):
        return {key: as_plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [as_plain(entry) for entry in value]
    return value


def number(description: str, low: float, high: float, *, above_low: bool = False) -> Any:
    """Return the field of a finite number between two bounds; texts and booleans are none."""
    if above_low:
        return Field(strict=True, allow_inf_nan=False, gt=low, le=high, description=description)
    return Field(strict=True, allow_inf_nan=False, ge=low, le=high, description=description)


def _any_number(value: float) -> float:
    if math.isnan(value):
        raise fault(tr(OVERRIDE_TEXT))
    return value


def _whole(value: object) -> object:
    """Take whole numbers of other libraries, such as NumPy's, for what they are."""
    if isinstance(value, bool):
        return value
    return int(value) if isinstance(value, numbers.Integral) else value


def as_tuple(value: object) -> object:
    """Take one value for a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def ends_after_it_starts(lever: LeverT) -> LeverT:
    """Return a lever with ``start``, ``years`` and ``end``; refuse one that ends too early."""
    last, start = getattr(lever, "end", None), str(getattr(lever, "start", ""))
    done = parse_fiscal_year(start) + int(getattr(lever, "years", 1)) - 1
    if last is not None and parse_fiscal_year(last) < done:
        if last < start:
            raise fault(tr("end: not before {start}, not {last}", start=start, last=last))
        said = tr(
            "end: not before {start}, when its last step is taken ({done}), not {last}",
            start=start,
            done=format_fiscal_year(done),
            last=last,
        )
        raise fault(said)
    return lever


def _fiscal_year(text: object) -> object:
    try:
        parse_fiscal_year(text)  # type: ignore[arg-type]  # it refuses what is not text
    except ValueError as wrong:
        raise fault(str(wrong)) from None
    return str(text)


def base_year_in(context: Mapping[str, Any] | None) -> Year:
    """Base year that a scenario is read for; the bundled one where no parameters are named."""
    base = (context or {}).get("base_year")
    return bundled_base_year() if base is None else base


def start_text(base: Year, horizon: str) -> str:
    """Say when a lever may start."""
    return tr(
        "a fiscal year from {first} (the benchmark is {base}) to the horizon {horizon}",
        first=base.following,
        base=base,
        horizon=horizon,
    )


def _start(text: str, info: ValidationInfo) -> str:
    horizon = (info.context or {}).get("horizon", FURTHEST_FISCAL_YEAR)
    base = base_year_in(info.context)
    if not base < text <= horizon:
        raise fault(start_text(base, horizon))
    return text


def _horizon(text: str, info: ValidationInfo) -> str:
    base = base_year_in(info.context)
    if not base < text <= FURTHEST_FISCAL_YEAR:
        said = tr(
            "a fiscal year from {first} to {last}", first=base.following, last=FURTHEST_FISCAL_YEAR
        )
        raise fault(said)
    return text


def _select(spec: object) -> Select:
    # What a selection may hold is the classification's business: ``Lever.complaints``.
    if not isinstance(spec, Mapping):
        raise ValueError
    return spec if isinstance(spec, Select) else Select({str(k): v for k, v in spec.items()})


def _sum_to_one(shares: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(shares.values())
    if abs(total - 1) > SHARES_TOLERANCE:
        raise fault(tr("shares that sum to 1, not to {total}", total=f"{total:.10g}"))
    return shares


# What a message says is allowed, in English: translated where it is shown.
PERCENT_TEXT = mark("a number from 0 to 100 (percent)")
CHANGE_TEXT = mark("a number above -100 and up to 100 (percent)")
SHARE_TEXT = mark("a share from 0 to 1")
SIZE_TEXT = mark("a number, 0 or more")
DAYS_TEXT = mark("days, 0 or more")
COUNTRY_TEXT = mark("JPN or IND")
CODE_TEXT = mark("the code of a country or group")
SELECT_TEXT = mark("a selection such as {hs: ['87']} or {section: XI}")
OVERRIDE_TEXT = mark("a number (.inf where a supply elasticity is infinite)")
YEAR_TEXT = mark("a fiscal year such as 2026-27")
YEARS_TEXT = mark("whole years, from 1 to 50")
HS_TEXT = mark("codes of 2 to 9 digits, such as ['87032391', '8704']")

Percent = Annotated[float, number(PERCENT_TEXT, 0, 100)]
Change = Annotated[float, number(CHANGE_TEXT, -100, 100, above_low=True)]
Share = Annotated[float, number(SHARE_TEXT, 0, 1)]
Size = Annotated[float, number(SIZE_TEXT, 0, 1e6)]
Days = Annotated[float, number(DAYS_TEXT, 0, 1000)]
Money = Annotated[float, number(mark("US$ billion, from 0 to 1000"), 0, 1000)]
Years = Annotated[
    int,
    BeforeValidator(_whole),
    Field(strict=True, ge=1, le=50, description=YEARS_TEXT),
]
Flag = Annotated[bool, Field(strict=True, description=mark("true or false"))]
Market = Annotated[Literal["JPN", "IND"], Field(description=COUNTRY_TEXT)]
Code = Annotated[
    str, Field(strict=True, description=mark("the code of a country or group, as CHN"))
]
FiscalYear = Annotated[str, BeforeValidator(_fiscal_year), Field(description=YEAR_TEXT)]
Start = Annotated[FiscalYear, AfterValidator(_start)]
Horizon = Annotated[FiscalYear, AfterValidator(_horizon)]
#: Last year in force; it may lie beyond the horizon of a scenario.
End = Annotated[FiscalYear, AfterValidator(_horizon)]
Selected = Annotated[
    Select,
    BeforeValidator(_select),
    Field(description=SELECT_TEXT),
]
Shares = Annotated[
    Mapping[str, Share],
    AfterValidator(FrozenMapping),
    Field(description=mark("shares by name, each from 0 to 1")),
]
WindowShares = Annotated[Shares, AfterValidator(_sum_to_one)]
#: Infinity is for supply elasticities; ``Parameters`` says where it is allowed.
Override = Annotated[
    float, Field(strict=True, description=OVERRIDE_TEXT), AfterValidator(_any_number)
]

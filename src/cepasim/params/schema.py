"""The data dictionary of the parameter folder: what each table and column may hold.

``params/tables.yaml`` describes every table; these are its frozen pydantic models.
It holds no figure: patterns of codes and words for messages only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cepasim.core.language import mark, separated, tr

RESERVED_CHAPTER = "77"
GRADES = ("A", "B", "C", "D")

# What a cell of each kind looks like, and how to say so.
PATTERNS: Mapping[str, tuple[str, str]] = {
    "text": (r"\S(.*\S)?", mark("text without blanks at its ends")),
    "name": (r"[a-z][a-z0-9_]*", mark("lower-case letters, digits and underscores")),
    "hs2": (
        r"(?!77)(0[1-9]|[1-9]\d)",
        mark("an HS chapter of two digits, 01 to 99 without 77 (leading zero kept)"),
    ),
    "hs6": (
        r"(?!77)(0[1-9]|[1-9]\d)\d{4}",
        mark("an HS subheading of six digits (leading zero kept)"),
    ),
    "hs8": (
        r"(?!77)(0[1-9]|[1-9]\d)\d{6}",
        mark("a tariff line of eight digits (leading zero kept)"),
    ),
    "hs9": (
        r"(?!77)(0[1-9]|[1-9]\d)\d{7}",
        mark("a tariff line of nine digits (leading zero kept)"),
    ),
    "hs_code": (
        r"(?!77)(0[1-9]|[1-9]\d)(\d{2}|\d{4}|\d{7})?",
        mark("an HS code of 2, 4, 6 or 9 digits (leading zero kept, chapter 77 is reserved)"),
    ),
    "hs_spec": (
        r"(?!77)(0[1-9]|[1-9]\d)(-(?!77)(0[1-9]|[1-9]\d))?"
        r"(,(?!77)(0[1-9]|[1-9]\d)(-(?!77)(0[1-9]|[1-9]\d))?)*",
        mark('two-digit chapters and rising ranges such as "01-24,30", without 77'),
    ),
    "fiscal_year": (r"(19|20)\d\d-\d\d", mark('a fiscal year such as "2023-24"')),
    "period": (r"(19|20)\d\d(-\d\d)?", mark('a fiscal year such as "2023-24", or a calendar year')),
    "year": (r".*(19|20)\d\d.*", mark("a year, such as 2023 or 2023-24")),
    "flow": (r"export|import", mark('"export" or "import", seen from India')),
    "number": (r"", mark("a number")),
    "integer": (r"", mark("a whole number")),
    "economy": (r"[A-Z]{2,4}\d{0,2}", mark("a code of the list of economies in tables.yaml")),
    "grade": (r"[ABCD]", mark("A, B, C or D")),
    "unit": (r"\S(.*\S)?", mark("a unit that tables.yaml lists")),
}
Kind = Literal[
    "text",
    "name",
    "hs2",
    "hs6",
    "hs8",
    "hs9",
    "hs_code",
    "hs_spec",
    "fiscal_year",
    "period",
    "year",
    "flow",
    "number",
    "integer",
    "economy",
    "grade",
    "unit",
]


def _limits(minimum: float | None, maximum: float | None) -> list[str]:
    said = []
    if minimum is not None:
        said.append(tr("{number} or more", number=f"{minimum:g}"))
    if maximum is not None:
        said.append(tr("{number} or less", number=f"{maximum:g}"))
    return said


class _Frozen(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)


class Unit(_Frozen):
    """A unit of a model parameter and the values that are possible at all in it.

    Attributes
    ----------
    meaning : str
    minimum, maximum : float or None
        Inclusive limits.
    above : float or None
        Exclusive lower limit.
    infinite : bool
        Whether infinity is a value (perfectly elastic supply).
    """

    meaning: str
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    infinite: bool = False

    def allows(self, value: float) -> bool:
        """Whether the value is possible in this unit."""
        if value != value or (value in (float("inf"), float("-inf")) and not self.infinite):
            return False
        return (
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
        )

    @property
    def allowed(self) -> str:
        """The possible values, in words."""
        parts = []
        if self.above is not None:
            parts.append(tr("above {number}", number=f"{self.above:g}"))
        parts += _limits(self.minimum, self.maximum)
        words = tr("a number")
        if parts:
            words = tr("a number {limits}", limits=separated(parts))
        return tr("{number} (.inf for infinity)", number=words) if self.infinite else words


class Column(_Frozen):
    """One column of a table.

    Attributes
    ----------
    kind : str
        What a cell looks like; see ``PATTERNS``.
    meaning : str
    unit : str
        Unit of a number where it is not in the row's own ``unit``.
    blank : str or None
        What a blank cell means; None where a cell may not be blank.
    allowed : tuple of str
        The only texts allowed, where there is such a list.
    minimum, maximum : float or None
        Inclusive limits of a number.
    grade : str or None
        Grade of the column where it differs from the row's.
    optional : bool
        Whether the column may be left out.
    infinite : bool
        Whether infinity is a number here (the unit decides for parameters).
    """

    kind: Kind
    meaning: str
    unit: str = ""
    blank: str | None = None
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    grade: Literal["A", "B", "C", "D"] | None = None
    optional: bool = False
    infinite: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the cells are numbers."""
        return self.kind in ("number", "integer")

    @property
    def words(self) -> str:
        """What a cell may hold, in words."""
        if self.allowed:
            return tr("one of {allowed}", allowed=separated(self.allowed))
        words = separated([tr(PATTERNS[self.kind][1]), *_limits(self.minimum, self.maximum)])
        if self.blank is None:
            return words
        return tr("{allowed}, or blank ({meaning})", allowed=words, meaning=self.blank)


class Table(_Frozen):
    """One table of the folder.

    Attributes
    ----------
    description : str
    form : {"parameter", "figures", "wide", "text", "report"}
        ``parameter``: named model parameters with a scope; ``figures``: one figure a row with
        its range; ``wide``: several exact figures a row, low = high = value; ``text``: no figure;
        ``report``: output of the project for people to read, its columns are free.
    key : tuple of str
        Columns that together name a row.
    columns : mapping of str to Column
        Columns besides those the form brings with it.
    units : tuple of str
        Units its ``unit`` column may name; empty for any.
    generated_by : str or None
        Command that writes it, where the project itself does.
    later : bool
        Whether no code reads it yet: it waits for calibration or a page of evidence.
    whole : tuple of str
        Columns of which a table of the user's has every combination that the bundled one has;
        ``"hs9:6"`` is the first six digits of ``hs9``.
    base_year : bool
        Whether every row is of the year of the benchmark.
    may_be_empty : bool
        Whether the table may have no row: the bundled one waits for the user's.
    sides : str or None
        Column whose values can be mistaken for one another, such as exports for imports.
    """

    description: str
    form: Literal["parameter", "figures", "wide", "text", "report"] = Field(alias="schema")
    key: tuple[str, ...]
    columns: Mapping[str, Column] = {}
    units: tuple[str, ...] = ()
    generated_by: str | None = None
    later: bool = False
    whole: tuple[str, ...] = ()
    base_year: bool = False
    sides: str | None = None
    may_be_empty: bool = False

    @property
    def exact(self) -> bool:
        """Whether each figure is its own low and high."""
        return self.form == "wide"


class Rule(_Frozen):
    """An assumption in words that code follows, so that it stands beside the numbers."""

    scope: str
    rule: str
    grade: Literal["A", "B", "C", "D"]
    reason: str


class Size(_Frozen):
    """How far sums of a user's table may be from the bundled ones.

    Attributes
    ----------
    table : str
    by : tuple of str
        Columns that the rows of a sum share; empty for the whole table.
    within : float
        Times the bundled sum at most, and that part of it at least.
    above : float
        Smaller sums have no lower bound, and the upper one of this sum.
    reason : str
    """

    table: str
    by: tuple[str, ...]
    within: float = Field(gt=1)
    above: float = 0.0
    reason: str


class Bound(_Frozen):
    """A bound of the checks of a user's table, with its reason."""

    value: float
    reason: str


class Dictionary(_Frozen):
    """``tables.yaml``: grades, units, economies, columns, tables, sizes, rules."""

    grades: Mapping[Literal["A", "B", "C", "D"], str]
    economies: Mapping[str, str]
    units: Mapping[str, Unit]
    inline_columns: Mapping[str, Column]
    parameter_columns: Mapping[str, Column]
    documents: Mapping[str, str] = {}
    rules: Mapping[str, Rule] = {}
    sizes: tuple[Size, ...] = ()
    bounds: Mapping[str, Bound] = {}
    tables: Mapping[str, Table]

    def columns(self, name: str) -> dict[str, Column]:
        """Every column of a table by its header, those of its form included.

        Parameters
        ----------
        name : str
            Table, such as ``"macro/freight"``.
        """
        table = self.tables[name]
        inline = dict(self.inline_columns)
        if table.form == "report":
            return {}
        if table.form == "parameter":
            return dict(self.parameter_columns) | {
                k: v for k, v in inline.items() if k not in self.parameter_columns
            }
        if table.form in ("wide", "text"):
            inline = {k: v for k, v in inline.items() if k not in ("low", "high")}
        if table.form == "text":
            inline.pop("unit")
        own = dict(table.columns)
        return own | {k: v for k, v in inline.items() if k not in own}


@lru_cache(maxsize=1024)  # a check of a folder asks 20,000 times for some 200 texts
def chapters_of(spec: str) -> tuple[str, ...]:
    """Expand ``"01-24,30"`` to chapters; 77 inside a range is left out.

    Parameters
    ----------
    spec : str
        Two-digit chapters and ranges.

    Raises
    ------
    ValueError
        For a spec of another shape, a falling range or chapter 77 by itself.

    Examples
    --------
    >>> chapters_of("26-27,71")
    ('26', '27', '71')
    """
    if not re.fullmatch(PATTERNS["hs_spec"][0], spec):
        raise ValueError(f"{spec!r} is not {PATTERNS['hs_spec'][1]}")
    out: list[str] = []
    for part in spec.split(","):
        first, _, last = part.partition("-")
        if last and int(last) <= int(first):
            raise ValueError(f"{part!r} is not a rising range of chapters")
        codes = range(int(first), int(last or first) + 1)
        out.extend(f"{code:02d}" for code in codes if f"{code:02d}" != RESERVED_CHAPTER)
    return tuple(out)

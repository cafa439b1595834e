"""What a column of a table is: its name, or the names it can have, its unit and its meaning."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.tables.names import GROUP_COLUMN

#: Totals of a year that every draw of the parameters measures, in this order.
TOTALS = (
    "exports_usd_mn",
    "imports_usd_mn",
    "balance_usd_mn",
    "baseline_exports_usd_mn",
    "baseline_imports_usd_mn",
    "baseline_balance_usd_mn",
    "change_in_exports_usd_mn",
    "change_in_imports_usd_mn",
    "change_in_balance_usd_mn",
    "duty_japan_usd_mn",
    "duty_india_usd_mn",
    "welfare_japan_usd_mn",
    "welfare_india_usd_mn",
)
#: Words that a place in the name of a column stands for.
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "country": ("japan", "india"),
        "partner": ("japan", "india"),
        "item": ("exports", "imports", "balance"),
        "flow": ("exports", "imports"),
        "end": ("low", "high"),
        "group": tuple(dict.fromkeys(GROUP_COLUMN.values())),
        "total": TOTALS,
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        ``{...}`` stands for one of the words of `PLACES`.
    unit : str
        ``"text"`` for words.
    meaning : str
        Both leave places for the years of the parameters, which `described` fills.
    always : bool
        Whether every table of the kind has it. Columns that some results lack stand last.
    """

    name: str
    unit: str
    meaning: str
    always: bool = True

    def described(self, base_year: str, price_year: str) -> tuple[str, str]:
        """Unit and meaning, with the years of the parameters that a table was made with."""
        unit, meaning = (
            text.format(base_year=base_year, price_year=price_year)
            for text in (self.unit, self.meaning)
        )
        return unit, meaning

    @property
    def is_text(self) -> bool:
        """Whether its cells are words."""
        return self.unit == "text"

    @property
    def places(self) -> tuple[str, ...]:
        """Keys of `PLACES` that stand in the name, in order."""
        return tuple(place for _, place, _, _ in string.Formatter().parse(self.name) if place)

    def names(self) -> tuple[str, ...]:
        """Names the column has in tables: one for each word its places can hold."""
        fillings = product(*(PLACES[place] for place in self.places))
        return tuple(
            self.name.format(**dict(zip(self.places, words, strict=True)))
            for words in fillings
            if len(set(words)) == len(words)  # a country is not its own partner
        )


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table: what a row is, and its columns in order."""

    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns that every table of the kind begins with, in order."""
        return tuple(column.name for column in self.columns if column.always)


def words_at(words: Sequence[str], places: NDArray[np.intp]) -> pd.Index:
    """Column of few distinct words: taken by place, for text is slow to read one by one."""
    return pd.Index(list(words), dtype="str").take(places)

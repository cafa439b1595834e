"""A file on its way to a reading, and what was found on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from cepasim.core.language import Deferred, deferred, now
from cepasim.core.problems import Problem
from cepasim.data import money
from cepasim.data.countries import Countries
from cepasim.data.layout import Hints, Layout
from cepasim.data.reading import LeftOut, Total
from cepasim.params.parameters import Parameters

#: Codes of the Harmonized System and national lines.
CODE: Final = r"\d{2}|\d{4}|\d{6}|\d{8}|\d{9}"
_SHOWN = 5


@dataclass
class Work:
    """A file on its way to a reading: what is left out, noted and wrong is collected here."""

    file: str
    layout: Layout
    hints: Hints
    parameters: Parameters
    countries: Countries
    unit: str = ""
    unit_from: str = ""
    left: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    rates: dict[str, str] = field(default_factory=dict)

    def bound(self, name: str) -> float:
        """A bound of the checks, from the dictionary of the parameters."""
        return self.parameters.dictionary.bounds[name].value

    def refuse(self, field: str, value: object, allowed: str, line: int | None = None) -> None:
        """Add a problem of the file."""
        value = now(value) if isinstance(value, Deferred) else value
        self.problems.append(Problem(self.file, line, field, value, allowed))

    def leave(self, reason: str, rows: pd.DataFrame) -> None:
        """Note rows that are left out; their sum in dollars where it can be had."""
        if len(rows):
            dollars = float(self.dollars(rows).sum(min_count=1))
            self.left.append(LeftOut(reason, len(rows), dollars))

    def dollars(self, rows: pd.DataFrame) -> pd.Series:
        """Value of rows in US$ mn; NaN without a unit or a rate."""
        if self.layout.kind == "tariffs":
            return pd.Series(np.nan, index=rows.index)
        if "usd_mn" in rows:
            return rows["usd_mn"].astype(float)
        if self.unit not in money.UNITS:
            return pd.Series(np.nan, index=rows.index)
        currency, size = money.UNITS[self.unit]
        rate = {}
        for label in rows["period"].unique():
            known = money.rate(self.parameters, currency, str(label))
            rate[label] = known.value if known else np.nan
        return rows["value"].astype(float) * size / rows["period"].map(rate).astype(float)


def shown(entries: Iterable[object]) -> str:
    """First few of some entries, each once, for messages; said by `now`."""
    return first_few(list(dict.fromkeys(str(entry) for entry in entries)), _SHOWN)


def first_few(entries: Sequence[object], most: int) -> str:
    """First few of a list, and how many more there are; said by `now`."""
    first, more = [str(entry) for entry in entries[:most]], len(entries) - most
    if more > 0:
        return deferred("{first} and {more} more", first=first, more=more)
    return deferred("{first}", first=first)

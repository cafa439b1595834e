"""What the duties of a file did to a schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cepasim.core.language import mark, tr

#: Who pays a duty for which there is no agreement.
MFN = "MFN"
#: What of a file is not used, by why; the number of codes or rates goes in.
_UNUSED = {
    "average": mark(
        "{file}: averages over lines that pay different rates are not used, {number} in all"
    ),
    "no column": mark(
        "{file}: bound and applied rates, and rates of partners that the schedule does not hold, "
        "are not used, {number} in all"
    ),
    "staged": mark(
        "{file}: preferential rates that are still falling are not used, {number} in all: the "
        "schedule holds those of {schedule_year}, from which earlier years follow"
    ),
    "old": mark("{file}: rates of before the base year are not used, {number} in all"),
    "later": mark(
        "{file}: in the base year the duty was another one on some lines, {number} in all; a "
        "result reads that one, and only the duty of later years is replaced"
    ),
    "mixed": mark(
        "{file}: products whose lines pay Japan different rates are not used, {number} in all: "
        "what the CEPA frees in India is held by product"
    ),
}


@dataclass(frozen=True, eq=False)
class DutiesDone:
    """What the duties of one file did to the schedule of one country.

    Attributes
    ----------
    file, importer, year : str
    lines : DataFrame
        ``hs``, ``who`` (MFN or the source), ``old``, ``new``: rates that changed, per cent; NaN
        for none.
    same : int
        Rates that the schedule had already.
    absent : int
        Lines of the schedule that the file does not give: they stay.
    unknown : tuple of str
        Codes that the schedule does not have.
    unused : mapping of str to int
        What else is not used: why (a key of the messages) and how much.
    lowered : int
        Preferences that would be above the new MFN rate and were lowered to it.
    schedule_year : int
    """

    file: str
    importer: str
    year: str
    lines: pd.DataFrame
    same: int
    absent: int
    unknown: tuple[str, ...]
    unused: Mapping[str, int]
    lowered: int
    schedule_year: int

    def left(self) -> Iterator[str]:
        """What of the file is not used, a sentence each."""
        for why, number in self.unused.items():
            named = {"file": self.file, "number": f"{number:,}"}
            yield tr(_UNUSED[why], **named, schedule_year=self.schedule_year)

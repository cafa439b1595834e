"""A schedule line by line: which row of a table each tariff line belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cepasim.core.arrays import Ints
from cepasim.core.language import mark, ntr, separated, tr
from cepasim.economy.schedule import TariffSchedule
from cepasim.levers.cuts import Row
from cepasim.levers.fields import Select
from cepasim.products.classification import Classification
from cepasim.products.levels import LEVELS, at_level

#: What is done to so many codes, by formula.
_DONE = {
    "eliminate": mark("{number} eliminated"),
    "percent": mark("{number} cut in part"),
    "cap": mark("{number} capped"),
    "rate": mark("{number} set to a rate"),
    "swiss": mark("{number} cut by a Swiss formula"),
}


def row_of_line(
    rows: Sequence[Row], classification: Classification, schedule: TariffSchedule
) -> Ints:
    """Row of each line of a schedule: of several, the one whose code is longest.

    Parameters
    ----------
    rows : sequence of Row
        No code twice.
    classification : Classification
        Reads codes of older vintages.
    schedule : TariffSchedule

    Returns
    -------
    ndarray of int, shape (N,)
        -1 for a line in no row.
    """
    # What a code chooses, and the code that chose it with the most digits.
    owner: dict[str, tuple[int, int]] = {}
    for place, row in enumerate(rows):
        for code in row.hs:
            chosen = classification.select({"hs": [code]}).atoms
            for atom in (code, *chosen):
                if owner.get(atom, (0, -1))[0] < len(code):
                    owner[atom] = (len(code), place)

    def found(line: str) -> int:
        groups = (line, *(at_level(line, level) for level in LEVELS))
        return max(owner.get(group, (0, -1)) for group in groups)[1]

    part = np.array([found(str(line)) for line in schedule.lines], dtype=np.int64)
    # Lines that the schedule still has under a code of an older vintage.
    everything = Select({"hs": tuple(code for row in rows for code in row.hs)})
    for line in np.flatnonzero(classification.select(everything).matches(schedule.lines)):
        if part[line] < 0:
            part[line] = _slowly(rows, classification, str(schedule.lines[line]))
    return part


def _slowly(rows: Sequence[Row], classification: Classification, line: str) -> int:
    """Row of a line by asking every row."""
    hits = [
        (len(code), place)
        for place, row in enumerate(rows)
        for code in row.hs
        if classification.select({"hs": [code]}).matches([line])[0]
    ]
    return max(hits, default=(0, -1))[1]


def rows_in_words(rows: Sequence[Row]) -> str:
    """How many codes a table has, and what most of them say."""
    codes = sum(len(row.hs) for row in rows)
    done: dict[str, int] = {}
    for row in rows:
        done[row.cut.formula] = done.get(row.cut.formula, 0) + len(row.hs)
    whole = ntr("{number} code", "{number} codes", codes, number=f"{codes:,}")
    parts = [tr(_DONE[formula], number=f"{number:,}") for formula, number in done.items()]
    return separated([whole, *parts])

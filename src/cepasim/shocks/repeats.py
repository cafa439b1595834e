"""Years in which a wedge repeats itself, so that it is worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from cepasim.core.arrays import Ints
from cepasim.economy.schedule import TariffSchedule
from cepasim.levers.measure import Measure
from cepasim.levers.timing import Years


def distinct_years(
    paths: Sequence[tuple[int, ...]], moving: tuple[Measure, ...], years: Years, base_year: int
) -> tuple[Ints, Ints]:
    """Rows of the years in which a source's wedge differs, and which of them each year repeats.

    The place after the last stands for years that repeat the base year. The first path is that of
    the source's own schedule, the others those of sources that a lever looks at.
    """
    # Levers that come into force alike tell no years apart that one of them does not.
    shares = dict.fromkeys(tuple(one.stages) for one in moving)
    return _told_apart(tuple(paths), tuple(shares), len(years), base_year)


@lru_cache(maxsize=1024)
def _told_apart(
    paths: tuple[tuple[int, ...], ...], shares: tuple[tuple[float, ...], ...], years: int, base: int
) -> tuple[Ints, Ints]:
    found: dict[tuple[float, ...], int] = {}
    first: list[int] = []
    position = []
    for place in range(years):
        share = [stages[place] for stages in shares]
        state = (*(path[place] for path in paths), *share)
        if state not in found and (paths[0][place] > base or any(share)):
            found[state] = len(first)
            first.append(place)
        position.append(found.get(state, -1))
    rows, places = np.array(first, dtype=np.int64), np.array(position)
    rows.setflags(write=False)
    places.setflags(write=False)
    return rows, places


def path_of(schedule: TariffSchedule, source: str, years: Years) -> tuple[int, ...]:
    """Year whose scheduled rates a source pays in each year: later ones repeat the last change."""
    late, last = schedule.rates.late(source), schedule.last_change(source)
    event = None if late is None else (late.start, late.end)
    return _path(event, last, tuple(years.tolist()))


@lru_cache(maxsize=1024)
def _path(event: tuple[int, int] | None, last: int, years: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(
        min(year, last) if event is None or year < event[0] else min(year, event[1])
        for year in years
    )

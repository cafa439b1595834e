"""Which parameter row holds for which chapter, pair and window."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.schema import chapters_of

#: Where an override comes from, in messages: the scenario's block.
OVERRIDES = "parameters"


@dataclass(frozen=True, slots=True)
class _Row:
    """One parameter with its scope, as ``by_chapter`` needs it."""

    name: str
    place: int
    importer: str
    exporter: str
    window: str
    chapters: frozenset[str] | None
    rank: tuple[int, int]

    def covers(self, importer: str | None, exporter: str | None, window: str | None) -> bool:
        """Whether the row holds for this pair and window (blank holds for any)."""
        return (
            self.importer in ("", importer)
            and self.exporter in ("", exporter)
            and self.window in ("", window)
        )


def _by_group(codes: Sequence[str], groups: Set[str]) -> dict[str, list[str]]:
    """Codes by those of the groups they belong to, themselves included."""
    found: dict[str, list[str]] = {}
    for length in sorted({len(group) for group in groups}):
        for code in codes:
            if len(code) >= length and code[:length] in groups:
                found.setdefault(code[:length], []).append(code)
    return found


class Scopes:
    """Which row holds for which chapter and pair: the same whatever the values are.

    Made once and shared by all the parameters that differ in values only.
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        self.place = {str(name): place for place, name in enumerate(rows["name"])}
        self.values = rows["value"].to_numpy(np.float64, copy=True)
        self.index: dict[str, list[_Row]] = {}
        self.found: dict[tuple[Any, ...], tuple[NDArray[np.intp], frozenset[str]]] = {}
        self._rows, self._records = rows, dict[int, dict[str, Any]]()
        for row in rows.itertuples(index=False):
            self.index.setdefault(str(row.parameter), []).append(self._scoped(row))
        for scoped in self.index.values():
            scoped.sort(key=lambda row: row.rank)  # stable: of two equals the later row wins

    def _scoped(self, row: object) -> _Row:
        name, importer, exporter, window, hs = (
            str(getattr(row, c)) for c in ("name", "importer", "exporter", "window", "hs")
        )
        chapters = frozenset(chapters_of(hs)) if hs else None
        scope = sum(bool(text) for text in (importer, exporter, window))
        narrowness = -len(chapters) if chapters is not None else -(10**6)
        rank = (scope, narrowness)
        return _Row(name, self.place[name], importer, exporter, window, chapters, rank)

    def record(self, place: int) -> dict[str, Any]:
        """Row at a place by column, read once: notes ask for the same ones again and again."""
        if place not in self._records:
            row = self._rows.iloc[place].to_dict()
            self._records[place] = {str(column): cell for column, cell in row.items()}
        return self._records[place]

    def places(
        self,
        parameter: str,
        chapters: Sequence[str],
        importer: str | None,
        exporter: str | None,
        window: str | None,
    ) -> tuple[NDArray[np.intp], frozenset[str]]:
        """Place of the row that holds for each chapter, shape (H,), and the names of those rows."""
        asked = (parameter, tuple(chapters), importer, exporter, window)
        if asked not in self.found:
            winner = self.winners(parameter, chapters, importer, exporter, window)
            places = np.array([winner[code].place for code in chapters], dtype=np.intp)
            self.found[asked] = places, frozenset(row.name for row in winner.values())
        return self.found[asked]

    def places_by_source(
        self, parameter: str, chapters: Sequence[str], exporters: Sequence[str], importer: str
    ) -> tuple[NDArray[np.intp], frozenset[str]]:
        """As `places` for several exporters, shape (H, S)."""
        asked = (parameter, tuple(chapters), tuple(exporters), importer)
        if asked not in self.found:
            found = [self.places(parameter, chapters, importer, one, None) for one in exporters]
            names = frozenset().union(*(names for _, names in found))
            self.found[asked] = np.stack([places for places, _ in found], axis=1), names
        return self.found[asked]

    def winners(
        self,
        parameter: str,
        codes: Sequence[str],
        importer: str | None,
        exporter: str | None,
        window: str | None,
    ) -> dict[str, _Row]:
        """Most specific row by chapter."""
        index = self.index
        if parameter not in index:
            words = tr("a parameter of the tables") + closest(parameter, index, 3)
            raise InputError([Problem(OVERRIDES, None, "parameter", parameter, words)])
        rows = [row for row in index[parameter] if row.covers(importer, exporter, window)]
        winner: dict[str, _Row] = {}
        by_group = _by_group(codes, {g for row in rows for g in row.chapters or ()})
        for row in rows:
            if row.chapters is None:
                winner.update(dict.fromkeys(codes, row))
                continue
            for group in row.chapters:
                winner.update(dict.fromkeys(by_group.get(group, ()), row))
        missing = [code for code in codes if code not in winner]
        if missing:
            scope = [s for s in (importer, exporter, window) if s is not None]
            words = tr(
                "a row for every chapter (scope: {scope})", scope=separated(scope) or tr("any")
            )
            raise InputError(
                [Problem(OVERRIDES, None, parameter, ", ".join(missing) or None, words)]
            )
        return winner

    def hidden_by(self, name: str, codes: Sequence[str]) -> tuple[str, ...]:
        """Names of the rows that hold wherever a row would; empty where it holds itself.

        Parameters
        ----------
        name : str
            A parameter by its unique name.
        codes : sequence of str
            Chapters.
        """
        [rows] = [rows for rows in self.index.values() if any(row.name == name for row in rows)]
        own = next(row for row in rows if row.name == name)
        scope = (own.importer or None, own.exporter or None, own.window or None)
        winner: dict[str, str] = {}
        for row in rows:
            if row.covers(*scope):
                held = codes if row.chapters is None else row.chapters
                winner.update(dict.fromkeys(held, row.name))
        there = {winner[code] for code in (codes if own.chapters is None else own.chapters)}
        return () if name in there else tuple(sorted(there))

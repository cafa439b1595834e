"""Evidence on the two import markets, read once, checked, and handed on as plain figures.

Every table is ``benchmark/evidence/market_<name>.csv`` of a parameter folder: key columns, then
value, unit, low, high, source, year, grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.core.problems import InputError, Problem
from cepasim.economy.uncertainty.spread import WIDTH

KEYS: Mapping[str, tuple[str, ...]] = {
    "japan_customs": ("exporter", "goods"),
    "japan_chapter_totals": ("hs",),
    "japan_reported_exports": ("exporter", "hs"),
    "japan_preferential_floors": ("exporter", "hs"),
    "japan_unlisted_partners": ("exporter",),
    "japan_checks": ("figure", "exporter", "hs", "measure"),
    "japan_wto_groups": ("exporter", "group"),
    "japan_clothing_share": ("exporter",),
    "japan_icio_2022": ("exporter", "sector"),
    "mirror_ratios": ("exporter", "group"),
    "wto_group_chapters": ("group", "hs"),
    "chapter_sectors": ("importer", "scheme", "hs", "sector"),
    "india_imports_2021_22": ("hs", "exporter"),
    "india_world_imports": ("year", "hs"),
    "india_partner_totals": ("exporter",),
    "import_penetration": ("importer", "sector", "table"),
    "domestic_sales": ("importer", "sector"),
    "penetration_overrides": ("importer", "hs", "measure"),
    "assumptions": ("name",),
}
"""Tables the market balance reads, and the columns that identify a row."""

SHARED: Mapping[str, tuple[str, ...]] = {
    "customs_rates": ("basis", "period"),
    "customs_pieces": ("flow", "piece", "goods"),
    "customs_prior": ("flow", "hs", "piece"),
}
"""Tables shared with the balance of the pair, without ``market_`` in their names."""
_SIGNED = ("customs_pieces",)

_FIGURE = ("value", "unit", "low", "high", "source", "year", "grade")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of evidence: `key` holds the table's key columns in the order of `KEYS`."""

    key: tuple[str, ...]
    value: float
    low: float
    high: float
    unit: str
    source: str
    year: str
    grade: str
    note: str = ""

    @property
    def log_sd(self) -> float:
        """Log standard deviation whose central 90 % is as wide as the range."""
        if self.low <= 0:
            return float(np.log(self.high / self.value)) / WIDTH
        return float(np.log(self.high / self.low)) / (2 * WIDTH)

    @property
    def published(self) -> bool:
        """Whether a source was read (grade A or B)."""
        return self.grade in ("A", "B")


@dataclass(frozen=True, eq=False)
class MarketEvidence:
    """All market evidence of one parameter folder."""

    tables: Mapping[str, tuple[Figure, ...]]

    def __getitem__(self, name: str) -> tuple[Figure, ...]:
        return self.tables[name]

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """Values of a table by key."""
        return {figure.key: figure.value for figure in self.tables[name]}

    def assumption(self, name: str) -> float:
        """Value of one row of ``market_assumptions.csv``.

        Raises
        ------
        InputError
            If the table has no row of this name.
        """
        for figure in self.tables["assumptions"]:
            if figure.key == (name,):
                return figure.value
        raise InputError([Problem("market_assumptions.csv", None, "name", None, f"a row {name}")])

    @property
    def chapters(self) -> tuple[str, ...]:
        """All chapters in order, 98 and 99 included: those with an Indian total."""
        return tuple(sorted({hs for _, hs in self.values("india_world_imports")}))


def read_market_evidence(parameters_directory: Path) -> MarketEvidence:
    """Read and check every table of `KEYS`.

    Parameters
    ----------
    parameters_directory : Path
        A parameter folder.

    Raises
    ------
    InputError
        With one problem for each missing file or column, repeated key, or row that does not
        satisfy 0 <= low <= value <= high.
    """
    problems: list[Problem] = []
    tables: dict[str, tuple[Figure, ...]] = {}
    for name, keys in {**KEYS, **SHARED}.items():
        prefix = "" if name in SHARED else "market_"
        shown = f"benchmark/evidence/{prefix}{name}.csv"
        path = parameters_directory / shown
        if not path.is_file():
            problems.append(Problem(shown, None, "file", None, "the market balance reads it"))
            continue
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        absent = [column for column in (*keys, *_FIGURE) if column not in frame]
        problems += [Problem(shown, 1, column, None, "a column of this name") for column in absent]
        if not absent:
            tables[name], wrong = _figures(shown, frame, keys, signed=name in _SIGNED)
            problems += wrong
    if problems:
        raise InputError(problems)
    return MarketEvidence(tables)


def _figures(
    shown: str, frame: pd.DataFrame, keys: tuple[str, ...], *, signed: bool = False
) -> tuple[tuple[Figure, ...], list[Problem]]:
    """Rows of one table as figures, and what is wrong with them (line 1 is the header)."""
    figures: list[Figure] = []
    problems: list[Problem] = []
    seen: set[tuple[str, ...]] = set()
    for line, row in enumerate(frame.to_dict("records"), start=2):
        text = {str(column): str(value) for column, value in row.items()}
        key = tuple(text[k] for k in keys)
        if key in seen:
            problems.append(Problem(shown, line, ", ".join(keys), key, "a key that stands once"))
        seen.add(key)
        try:
            low, value, high = (float(text[c]) for c in ("low", "value", "high"))
        except ValueError:
            problems.append(Problem(shown, line, "value", text["value"], "three numbers"))
            continue
        least = -np.inf if signed else 0.0
        if not least <= low <= value <= high < np.inf:
            problems.append(Problem(shown, line, "value", value, "0 <= low <= value <= high"))
        about = {c: text[c] for c in ("unit", "source", "year", "grade")}
        figures.append(Figure(key, value, low, high, note=text.get("note", ""), **about))
    return tuple(figures), problems

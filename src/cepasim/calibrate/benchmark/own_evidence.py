"""The user's own figures in the balance: cells that are given, and what gives way to them.

``benchmark/evidence/own_figures`` holds what ``cepasim data update`` read from files of customs.
It is evidence of grade A: a chapter that is given is met exactly, and everything else adjusts as
its own grade allows. The bundled table is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.evidence import EVIDENCE, read_evidence
from cepasim.calibrate.benchmark.flow_evidence import YEARS, Floor, FlowEvidence
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.money import usd_mn

NAME = "own_figures"
TABLE = (EVIDENCE / NAME).as_posix()
KNOWN_YEARS = "reference/published_chapters"
#: How the source of a figure of the user's begins.
BEGINS = "own figures: "
TOTAL = "total"
EQUAL, AT_LEAST = "equal", "at_least"


@dataclass(frozen=True, eq=False)
class OwnCells:
    """What the user's files say of one source in one market, US$ mn.

    Attributes
    ----------
    equal, least : mapping of chapter to float
        Chapters that are given, and chapters of which a part is given.
    total : float or None
        Of all chapters, where the files hold all trade.
    source : mapping of chapter to str
        The file of each, with what it is; ``total`` included.
    """

    equal: Mapping[str, float] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    total: float | None = None
    source: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.equal or self.least)


def own_figures(parameters_directory: Path) -> pd.DataFrame:
    """Every figure of the user's own; no rows in a folder that has none."""
    if not (parameters_directory / f"{TABLE}.csv").is_file():
        return pd.DataFrame(columns=["importer", "exporter", "hs", "held", "value", "source"])
    columns = ("importer", "exporter", "hs", "held", "value", "source")
    return read_evidence(parameters_directory, NAME, columns)


def own_cells(parameters_directory: Path, importer: str) -> dict[str, OwnCells]:
    """What is given of each source in one market; sources without a figure are left out."""
    table = own_figures(parameters_directory)
    table = table[table["importer"] == importer]
    result = {}
    for exporter, rows in table.groupby("exporter"):
        values = dict(zip(rows["hs"], rows["value"].astype(float), strict=True))
        total = values.pop(TOTAL, None)
        held = dict(zip(rows["hs"], rows["held"], strict=True))
        result[str(exporter)] = OwnCells(
            equal={hs: v for hs, v in values.items() if held[hs] == EQUAL},
            least={hs: v for hs, v in values.items() if held[hs] == AT_LEAST},
            total=total,
            source=dict(zip(rows["hs"], rows["source"], strict=True)),
        )
    return result


def with_own_cells(
    evidence: FlowEvidence, own: OwnCells, settings: Mapping[str, float]
) -> FlowEvidence:
    """Hold the user's figures of the benchmark year; drop what cannot hold beside them.

    Published floors are left out where the user's chapter is below them: the user's customs know
    more than the collection the floor is from. What other evidence says of a chapter stays, and
    the report names what is missed.

    Parameters
    ----------
    evidence : FlowEvidence
    own : OwnCells
    settings : mapping
        ``own_figures_earlier_year``.
    """
    if not own:
        return evidence
    totals, floors = evidence.totals.copy(), evidence.floors.copy()
    equal, start = evidence.equal.copy(), evidence.start.copy()
    for hs, value in own.least.items():
        at = evidence.chapters.index(hs)
        if not np.isfinite(equal[1, at]):
            floors[1, at] = max(floors[1, at], value)
            start[1, at] = max(start[1, at], floors[1, at])
    for hs, value in own.equal.items():
        at = evidence.chapters.index(hs)
        floors[1, at] = 0.0
        equal[1, at] = value if value > 0 else np.nan
        start[1, at] = value
    if own.total is not None:
        totals[1] = own.total
    changed = replace(evidence, totals=totals, floors=floors, equal=equal, start=start)
    live = start > 0
    return replace(
        changed,
        statements=tuple(s for s in evidence.statements if ((s.coefficients > 0) & live).any()),
        sum_floors=tuple(
            floor
            for floor in evidence.sum_floors
            if not _contradicted(changed, own, floor, settings["own_figures_earlier_year"])
        ),
    )


def _contradicted(evidence: FlowEvidence, own: OwnCells, floor: Floor, earlier: float) -> bool:
    """Whether a floor on both years cannot hold beside a given chapter."""
    coefficients = floor.coefficients
    given = [evidence.chapters.index(hs) for hs in own.equal]
    if not (coefficients[1, given] > 0).any():
        return False
    most = evidence.start * np.array([[earlier], [1.0]])
    return bool((coefficients * most).sum() < floor.value)


def refuse_more_than(exporter: str, importer: str, given: float, known: float, what: str) -> None:
    """Refuse cells that exceed a sum which the files do not give anew.

    Raises
    ------
    InputError
        Naming both amounts.
    """
    where = tr(
        "{exporter} in the market of {importer}, {year}",
        exporter=exporter,
        importer=importer,
        year=YEARS[1],
    )
    allowed = tr(
        "at most {what}, {amount}; give the trade that the sum is of as well",
        what=what,
        amount=usd_mn(known),
    )
    raise InputError([Problem(f"{TABLE}.csv", None, where, usd_mn(given), allowed)])


def said_of_own_figures(parameters_directory: Path) -> dict[str, str]:
    """What the metadata of a benchmark say of the user's figures in it; nothing without any."""
    sources = {YEARS[1]: list(own_figures(parameters_directory)["source"])}
    later = parameters_directory / f"{KNOWN_YEARS}.csv"
    if later.is_file():
        rows = pd.read_csv(later, dtype=str, keep_default_na=False)
        rows = rows[rows["source"].str.startswith(BEGINS)]
        for year, part in rows.groupby("fiscal_year"):
            sources[str(year)] = list(part["source"])
    said = [
        f"{year}: " + "; ".join(dict.fromkeys(one.removeprefix(BEGINS) for one in named))
        for year, named in sources.items()
        if named
    ]
    return {NAME: " | ".join(said)} if said else {}

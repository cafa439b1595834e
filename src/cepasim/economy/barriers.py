"""Barriers from another source than the folder's own assumptions: what is published for India.

`kno` takes the equivalents of Kee, Nicita and Olarreaga for India, by GTAP sector: all core
non-tariff measures together, about 2000, of all sources. A chapter takes the mean over its
subheadings, divided by type as the folder's own barriers are; waiting at the border is no core
measure and stays. Where nothing is published, machinery and electronics among it, and at Japan's
border throughout, the folder's own assumptions stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.parameters import Parameters
from cepasim.params.replacing import rows_in_folder, with_rows
from cepasim.params.schema import chapters_of
from cepasim.products.levels import chapter_of

EconomyT = TypeVar("EconomyT")
TABLE = "ntb/ave"
PUBLISHED = "ntb/kno"
#: The folder's own assumptions.
OWN = "own"
#: Whose border the published equivalents are of.
IMPORTER = "IND"
BARRIER_SOURCES: Mapping[str, str] = {
    OWN: mark("the folder's own assumptions"),
    "kno": mark("Kee, Nicita & Olarreaga 2005, India by GTAP sector, about 2000"),
}
BARRIERS_TEXT = mark("one of own, kno")
_KINDS = ("sps", "tbt", "process")


def check_barriers(name: object) -> str:
    """Return the name of a source of barriers.

    Raises
    ------
    InputError
        With the names there are.
    """
    if not isinstance(name, str) or name not in BARRIER_SOURCES:
        near = closest(name, BARRIER_SOURCES) if isinstance(name, str) else ""
        raise InputError([Problem("economy", None, "barriers", name, tr(BARRIERS_TEXT) + near)])
    return name


def published(parameters: Parameters, chapters: tuple[str, ...], column: str = "value") -> Floats:
    """Published equivalents by chapter, fractions; NaN where nothing is published for most of it.

    Parameters
    ----------
    parameters : Parameters
    chapters : tuple of str
    column : {"value", "eu"}, optional
        India's, or the European Union's.
    """
    sectors = parameters.table(PUBLISHED).set_index("gtap")[column]
    table = parameters.table("classification/hs6")
    by_product = table["gtap"].map(sectors).astype(float)
    of_chapter = by_product.groupby(table["hs6"].map(chapter_of))
    known = of_chapter.count() / of_chapter.size() >= 0.5
    return np.asarray(of_chapter.mean().where(known).reindex(chapters), dtype=float) / 100


def from_barriers(parameters: Parameters, name: str, chapters: tuple[str, ...]) -> Parameters:
    """Return the same parameters with the barriers of one source.

    Parameters
    ----------
    parameters : Parameters
    name : str
        Of `BARRIER_SOURCES`; ``own`` gives the folder's own table back.
    chapters : tuple of str

    Notes
    -----
    Rows of chapters stand after those of the groups they are part of, and win. Their names end
    with the source and the chapter: ``nu_tbt_ind_kno_72``.
    """
    own = rows_in_folder(parameters, TABLE)
    if check_barriers(name) == OWN:
        return with_rows(parameters, TABLE, own)
    holds = {kind: _rows_by_chapter(own, f"nu_{kind}", chapters) for kind in _KINDS}
    rows = []
    for place, total in enumerate(published(parameters, chapters)):
        here = {kind: row[place] for kind, row in holds.items()}
        found = {kind: row for kind, row in here.items() if row is not None}
        before = sum(float(row["value"]) for row in found.values())
        if np.isnan(total) or before <= 0:
            continue
        factor = float(total) / before
        rows += [
            _row(row, kind, name, chapters[place], factor)
            for kind, row in found.items()
            if float(row["value"]) > 0
        ]
    return with_rows(parameters, TABLE, pd.concat([own, pd.DataFrame(rows)[list(own.columns)]]))


def _rows_by_chapter(
    table: pd.DataFrame, parameter: str, chapters: tuple[str, ...]
) -> list[dict[str, Any] | None]:
    """Row of a barrier that holds at the importer's border in each chapter."""
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    rows = table[(table["parameter"] == parameter) & (table["importer"] == IMPORTER)]
    for row in rows.to_dict("records"):
        covered = chapters_of(str(row["hs"])) if row["hs"] else chapters
        for hs in covered:
            if hs not in found or len(covered) <= found[hs][0]:
                found[hs] = len(covered), {str(column): value for column, value in row.items()}
    return [found[hs][1] if hs in found else None for hs in chapters]


def _row(own: Mapping[str, Any], kind: str, name: str, hs: str, factor: float) -> dict[str, Any]:
    """Row of one type in one chapter, as wide as the own one."""
    return {
        **own,
        "name": f"nu_{kind}_{IMPORTER.lower()}_{name}_{hs}",
        "hs": hs,
        **{column: factor * float(own[column]) for column in ("value", "low", "high")},
        "source": "Kee, Nicita & Olarreaga 2005 (ntb/kno)",
        "year": "2000",
        "grade": "C",
        "note": "All core measures of about 2000 and of all sources, mean over the subheadings of "
        "the chapter; its part by type and its relative range are those of the own assumptions",
    }


def is_published(name: str) -> bool:
    """Whether a parameter is a row that `from_barriers` made."""
    return any(f"_{IMPORTER.lower()}_{source}_" in name for source in BARRIER_SOURCES)


def with_barriers(economy: EconomyT, source: str | None) -> EconomyT:
    """Return the same economy with the barriers of one source. A method of `Economy`.

    Parameters
    ----------
    economy : Economy
        The one to change.
    source : {"own", "kno"} or None
        ``own`` is the folder's own table; ``kno`` takes what is published for India's border, and
        leaves Japan's as it is. None changes nothing.

    Returns
    -------
    Economy
        The one given where there is nothing to change.

    Raises
    ------
    InputError
        For an unknown source, and where a value that was set by name has no row in it.
    """
    if source is None:
        return economy
    known: Any = economy  # the class that has this method imports this module
    read = known._from_source("barriers", check_barriers(source), from_barriers)
    return read  # type: ignore[no-any-return]


def barriers_in_words(economy: Any) -> str:
    """Say what a source covers, how large it is beside the own assumptions, and what stays.

    Parameters
    ----------
    economy : Economy
        With another source than its own.
    """
    economy = economy.by_chapter
    india, japan = economy.markets["IND"], economy.markets["JPN"]
    found = published(economy.parameters, economy.chapters)
    covered = np.isfinite(found)
    sold = india.fob[:, india.partner_column]
    share = sold[covered].sum() / sold.sum()
    waiting = india.barriers["border"]

    def mean(values: Floats, weights: Floats, where: Floats) -> float:
        return float(100 * (values * weights)[where].sum() / weights[where].sum())

    now = mean(india.barrier_total - waiting, sold, covered)
    table = rows_in_folder(economy.parameters, TABLE)
    own = np.sum(
        [
            [0.0 if row is None else float(row["value"]) for row in rows]
            for rows in (_rows_by_chapter(table, f"nu_{k}", economy.chapters) for k in _KINDS)
        ],
        axis=0,
    )
    before = mean(economy.parameters.value("ntb_scale") * own, sold, covered)
    abroad = published(economy.parameters, economy.chapters, "eu")
    there, bought = np.isfinite(abroad), japan.fob[:, japan.partner_column]
    theirs = mean(np.nan_to_num(abroad), bought, there)
    ours = mean(japan.barrier_total - japan.barriers["border"], bought, there)
    return tr(
        "Barriers at India's border as published ({source}): Kee, Nicita & Olarreaga, all core "
        "measures of about 2000, facing all sources, by GTAP sector (grade B; by chapter and "
        "type C). They cover {share} % of what Japan sells India and average {now} % there, "
        "against {before} % assumed. Nothing is published for {lacking} or for Japan's border, "
        "where the model's own assumptions stay. For scale only: the European Union's published"
        " barriers, weighted by what India sells Japan, average {theirs} %, against {ours} % "
        "assumed for Japan. Many measures of 2000 are gone (India's import licences), others "
        "are new (quality control orders on steel)",
        source=economy.barriers,
        share=f"{100 * share:.0f}",
        now=f"{now:.0f}",
        before=f"{before:.0f}",
        lacking=separated(np.array(economy.chapters)[~covered].tolist()),
        theirs=f"{theirs:.0f}",
        ours=f"{ours:.0f}",
    )

"""Rows of duties become one tidy table."""

from __future__ import annotations

import pandas as pd

from cepasim.core.countries import PAIR
from cepasim.core.language import deferred, mark, tr
from cepasim.data.codes import hs_2022, mapped
from cepasim.data.countries import REST, WORLD, Countries
from cepasim.data.layout import Hints, Layout, Taken
from cepasim.data.layouts.duties import ANY
from cepasim.data.periods import period
from cepasim.data.reading import TARIFF_COLUMNS, Reading, Understood
from cepasim.data.work import CODE, Work, shown
from cepasim.params.parameters import Parameters

_KEYS = ["period", "importer", "source", "hs", "duty"]
_NOT_IN_2022 = mark("Codes that HS 2022 does not have, kept as they are: {codes}")


def assemble_duties(
    file: str, layout: Layout, taken: Taken, hints: Hints, parameters: Parameters
) -> Reading:
    """Turn rows of duties into a reading, with every problem found on the way.

    Codes stay those of the file's vintage, since duties do not add up; codes that HS 2022 does not
    have are named in a note.

    Parameters
    ----------
    file : str
    layout : Layout
    taken : Taken
        Rows with ``TARIFF_COLUMNS`` but the level.
    hints : Hints
    parameters : Parameters
    """
    work = Work(file, layout, hints, parameters, Countries.from_parameters(parameters))
    work.problems += taken.problems
    work.notes += taken.notes
    rows = taken.rows.copy()
    given = len(rows)
    for column in ("importer", "source"):
        texts = rows[column].astype(str)
        found = {text: _country(work, text) for text in texts.unique()}
        unknown = [text for text, iso in found.items() if iso is None]
        if unknown:
            work.refuse(column, shown(unknown) or None, tr("a country known by code or name"))
        rows[column] = [found[text] or REST for text in texts]
    outside = ~rows["importer"].isin(PAIR)
    work.leave(mark("duties of a market that the model does not have"), rows[outside])
    rows = rows[~outside]
    wrong = ~rows["hs"].str.fullmatch(CODE)
    if wrong.any():
        line = int(rows.loc[wrong, "line"].iloc[0])
        words = tr("HS codes of 2, 4, 6, 8 or 9 digits")
        work.refuse("code", shown(rows.loc[wrong, "hs"]), words, line)
    years = {text: period(str(text)) for text in rows["period"].unique()}
    bad = [text for text, one in years.items() if one is None]
    if bad:
        work.refuse("year", shown(bad) or None, tr("a year such as 2025 in every row"))
    rows = rows[~wrong & ~rows["period"].isin(bad)]
    if hints.year is not None and len(rows):
        rows = _of_one_year(work, rows, hints.year)
    too_high = rows["rate_pct"] > work.bound("reading_duty")
    if too_high.any():
        first = rows[too_high].iloc[0]
        words = tr(
            "per cent, {most} at most: is it in another unit?",
            most=f"{work.bound('reading_duty'):g}",
        )
        name = tr("duty on {hs}", hs=first["hs"])
        work.refuse(name, first["rate_pct"], words, int(first["line"]))
    order = (rows["low_pct"] > rows["rate_pct"]) | (rows["high_pct"] < rows["rate_pct"])
    if order.any():
        first = rows[order].iloc[0]
        words = tr(
            "between the lowest and the highest, {low} and {high}",
            low=f"{first['low_pct']:g}",
            high=f"{first['high_pct']:g}",
        )
        name = tr("duty on {hs}", hs=first["hs"])
        work.refuse(name, first["rate_pct"], words, int(first["line"]))
    same = rows.duplicated([*_KEYS, "rate_pct"])
    work.leave(mark("the same row a second time"), rows[same])
    rows = rows[~same]
    differ = rows[rows.duplicated(_KEYS)]
    if len(differ):
        words = tr("one rate for a code, partner, duty and year, not two that differ")
        work.refuse("code", differ["hs"].iloc[0], words, int(differ["line"].iloc[0]))
    became = mapped(list(rows["hs"]), hs_2022(parameters)).codes
    older = [hs for hs in became if became[hs] != (hs,)]
    if older:
        work.notes.append(deferred(_NOT_IN_2022, codes=shown(older)))
    if not work.problems and rows.empty:
        work.refuse("rows", None, tr("at least one duty of Japan or India"))
    rows = rows.assign(level=rows["hs"].str.len())
    frame = rows[list(TARIFF_COLUMNS)].sort_values(_KEYS).reset_index(drop=True)
    understood = Understood(
        layout=layout.name,
        kind="tariffs",
        reporter=tuple(sorted(frame["importer"].unique())),
        partners=tuple(sorted(frame["source"].unique())),
        periods=tuple(sorted(frame["period"].unique())),
        unit=mark("per cent of the value (as tariffs are written)"),
        levels=tuple(sorted({int(level) for level in frame["level"]})),
        nomenclature=taken.nomenclature,
        rows=given,
        used=len(frame),
    )
    return Reading(
        file, frame, understood, tuple(work.left), (), tuple(work.notes), tuple(work.problems)
    )


def _of_one_year(work: Work, rows: pd.DataFrame, asked: str) -> pd.DataFrame:
    """Duties of the year asked for, fiscal or the calendar year it begins in; else the latest."""
    there = set(rows["period"])
    taken = min({asked, asked[:4]} & there, key=len, default=max(there))
    if taken not in (asked, asked[:4]):
        work.notes.append(
            deferred(
                "The file has no duties of {asked}; its latest, of {taken}, are taken",
                asked=asked,
                taken=taken,
            )
        )
    other = rows["period"] != taken
    work.leave(mark("another year than the one that is taken"), rows[other])
    return rows[~other]


def _country(work: Work, text: str) -> str | None:
    """ISO code of a country or group; ``any`` for all partners together."""
    written = text.strip()
    if written.lower() == ANY or written in ("000", ""):
        return ANY
    if written in ("ASEAN", "LDC", "GSP"):
        return written
    iso = work.countries.find(written, *work.layout.systems)
    return ANY if iso == WORLD else iso

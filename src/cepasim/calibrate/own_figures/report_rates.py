"""Duties and use of preferences in the report of an update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from cepasim.calibrate.own_figures.duties_done import MFN, DutiesDone
from cepasim.calibrate.own_figures.markdown import chapter_named, table
from cepasim.calibrate.own_figures.use import UseDone
from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import separated, tr
from cepasim.core.numbers import mn, share, unit_mn

_SHOWN = 20
_NAMED = 8  # of the codes that are not known
_MOVED = 5e-4  # percentage points of a mean duty that are shown


def duties_section(done: Sequence[DutiesDone], followed: pd.DataFrame) -> Iterator[str]:
    """What duties were replaced, and the mean duties that follow.

    Parameters
    ----------
    done : sequence of DutiesDone
    followed : DataFrame
        ``importer``, ``hs``, ``old``, ``new``: mean duty on the partner's goods, fractions.
    """
    for one in done:
        yield f"- {duties_line(one)}"
        yield from (f"- {text}" for text in duties_left(one))
        lines = one.lines.assign(
            gap=(one.lines["new"].fillna(0) - one.lines["old"].fillna(0)).abs()
        )
        lines = lines.sort_values(["gap", "hs", "who"], ascending=[False, True, True])
        if lines.empty:
            continue
        yield ""
        yield from table(
            [tr("line"), tr("who pays"), tr("before, %"), tr("now, %")],
            [
                [row["hs"], _who(str(row["who"])), _rate(row["old"]), _rate(row["new"])]
                for row in lines.head(_SHOWN).to_dict("records")
            ],
        )
        if len(lines) > _SHOWN:
            rest = lines.iloc[_SHOWN:]
            yield ""
            yield tr(
                "And {number} more, none by more than {points} percentage points.",
                number=f"{len(rest):,}",
                points=f"{rest['gap'].max():.3g}",
            )
        yield ""
    moved = followed.assign(gap=100 * (followed["new"] - followed["old"]).abs())
    moved = moved[moved["gap"] > _MOVED].sort_values("gap", ascending=False)
    if done and len(moved):
        yield tr(
            "Mean duty on the partner's goods in the base year, after the use of preferences; the "
            "largest changes first. It follows from the lines, and from trade where that moved:"
        )
        yield ""
        yield from table(
            [tr("market"), tr("HS"), tr("before, %"), tr("now, %")],
            [
                [
                    tr(COUNTRY[row["importer"]]),
                    chapter_named(row["hs"]),
                    *(_rate(100 * row[x]) for x in _ENDS),
                ]
                for row in moved.head(_SHOWN).to_dict("records")
            ],
        )


_ENDS = ("old", "new")


def duties_line(done: DutiesDone) -> str:
    """What one file did to a schedule, in a sentence."""
    return tr(
        "{file}: duties of {country}, {year}: rates changed: {changed}, the same: {same}; lines of "
        "the schedule that are not in the file and stay as they were: {absent}",
        file=done.file,
        country=tr(COUNTRY[done.importer]),
        year=year_in_words(done.year),
        changed=f"{len(done.lines):,}",
        same=f"{done.same:,}",
        absent=f"{done.absent:,}",
    )


def duties_left(done: DutiesDone) -> Iterator[str]:
    """What of the file is not used or was changed on the way, a sentence each."""
    if done.unknown:
        yield tr(
            "{file}: codes that the schedule does not have are not used, {number} in all: {codes}",
            file=done.file,
            number=f"{len(done.unknown):,}",
            codes=separated([*done.unknown[:_NAMED], *(["…"] if done.unknown[_NAMED:] else [])]),
        )
    if done.lowered:
        yield tr(
            "{file}: preferences above the new MFN rate were lowered to it, {number} in all",
            file=done.file,
            number=f"{done.lowered:,}",
        )
    yield from done.left()


def use_section(done: UseDone) -> Iterator[str]:
    """Use of the CEPA in Japan before and after."""
    yield tr(
        "Imports that claimed over imports on lines with a margin, by {files}. Which lines are "
        "used is measured for {products} products of several lines.",
        files=separated(done.files),
        products=f"{done.products:,}",
    )
    yield from ("", *(f"- {text}" for text in done.left)) if done.left else ()
    yield ""
    rows = done.chapters.sort_values("eligible", ascending=False)
    yield from table(
        [
            tr("HS"),
            tr("before, %"),
            tr("now, %"),
            tr("claimed, {unit}", unit=unit_mn()),
            tr("on lines with a margin, {unit}", unit=unit_mn()),
        ],
        [
            [
                chapter_named(row["hs"]),
                *(_rate(100 * row[end]) for end in _ENDS),
                mn(row["claimed"], unit=False),
                mn(row["eligible"], unit=False),
            ]
            for row in rows.to_dict("records")
        ],
    )


def use_line(done: UseDone) -> str:
    """What claims did, in a sentence."""
    whole = done.chapters["claimed"].sum() / max(done.chapters["eligible"].sum(), 1e-9)
    return tr(
        "{files}: use of the CEPA in Japan: {chapters} chapters, {share} of imports on lines with "
        "a margin claim it; lines used of {products} products",
        files=separated(done.files),
        chapters=f"{len(done.chapters):,}",
        share=share(whole),
        products=f"{done.products:,}",
    )


def _who(who: str) -> str:
    return tr("MFN") if who == MFN else who


def _rate(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.4g}"

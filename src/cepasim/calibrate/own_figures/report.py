"""An update in words: what was read, what it changed, what conflicts, what stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from cepasim.calibrate.own_figures.changes import cells_that_moved
from cepasim.calibrate.own_figures.duties_done import DutiesDone
from cepasim.calibrate.own_figures.given import Conflict, Given
from cepasim.calibrate.own_figures.lists import TradeList, named
from cepasim.calibrate.own_figures.markdown import chapter_named, table
from cepasim.calibrate.own_figures.markdown import row as _row
from cepasim.calibrate.own_figures.prohibitive import Barred, barred_line
from cepasim.calibrate.own_figures.report_rates import (
    duties_left,
    duties_line,
    duties_section,
    use_line,
    use_section,
)
from cepasim.calibrate.own_figures.use import UseDone
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import ntr, tr
from cepasim.core.numbers import MINUS
from cepasim.data.money import usd_mn
from cepasim.data.reading import Reading
from cepasim.data.words import described

_CONFLICTS = 5  # that a terminal shows; all are in the report
_SHOWN = 20  # of the chapters that moved; every one is in the tables


@dataclass(frozen=True, eq=False)
class Update:
    """What an update did.

    Attributes
    ----------
    base, priced : str
        Base year before the update, and the year of its prices.
    new_base : str
        Base year after it.
    rebased : bool
        Whether the year of the figures is the new base, or is the base of a folder that was moved.
    given : Given
    readings : tuple of Reading
    lists : tuple of TradeList
    left : tuple of str
        What was read and is not used, and why; what stands for something else.
    tables : tuple of str
        Tables that moved.
    cells : DataFrame
        Chapters of the pair before and after: of the base year, or of a known year.
    rivals : DataFrame
        Cells of other sources that were given, before and after.
    missed : DataFrame
        Published evidence that the balance misses now.
    conflicts : tuple of Conflict
    stays : tuple of str
        What does not follow the figures, and how it is carried on.
    duties : tuple of DutiesDone
        What the duties of the files changed in the schedules.
    followed : DataFrame
        Mean duty on the partner's goods by market and chapter before and after.
    use : UseDone or None
        What claims changed in the use of the CEPA.
    barred : tuple of Barred
        Given trade at duties that let almost nothing through.
    headline : tuple of str
        Answers before and after.
    """

    base: str
    priced: str
    new_base: str
    rebased: bool
    given: Given
    readings: tuple[Reading, ...]
    lists: tuple[TradeList, ...]
    left: tuple[str, ...]
    tables: tuple[str, ...]
    cells: pd.DataFrame
    rivals: pd.DataFrame
    missed: pd.DataFrame
    stays: tuple[str, ...]
    duties: tuple[DutiesDone, ...]
    followed: pd.DataFrame
    use: UseDone | None
    barred: tuple[Barred, ...] = ()
    headline: tuple[str, ...] = ()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Where the files differ from each other, or from what is published."""
        return self.given.conflicts


def markdown(update: Update) -> str:
    """The whole report, for people, as Markdown."""
    stays = [f"- {text}" for text in update.stays]
    parts = [
        tr("# Your own figures of {year}", year=year_in_words(update.given.year)),
        *_summary(update),
        *_section(tr("What was read"), _read(update)),
        *_section(
            tr("Chapters of trade between India and Japan"),
            _cells(update) if update.given or update.rebased else [],
        ),
        *_section(
            tr("Trade at prohibitive duties"), [f"- {barred_line(one)}." for one in update.barred]
        ),
        *_section(tr("Other sources"), _rivals(update.rivals)),
        *_section(tr("Duties"), [*duties_section(update.duties, update.followed)]),
        *_section(tr("Use of the CEPA in Japan"), [*use_section(update.use)] if update.use else []),
        *_section(tr("What conflicts"), _conflicts(update)),
        *_section(tr("Answers before and after"), [*update.headline]),
        *_section(tr("Tables that moved"), [f"- `params/{name}.csv`" for name in update.tables]),
        *_section(tr("What stays as it was"), stays),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"## {title}", "", *lines)


def _summary(update: Update) -> Iterator[str]:
    year, base = year_in_words(update.given.year), year_in_words(update.base)
    yield ""
    if not (update.given or update.rebased):
        yield tr(
            "The files hold no trade: the benchmark of {base} stays, and the rates below take the "
            "place of those of the folder (grade A).",
            base=base,
        )
        return
    if update.rebased:
        yield tr(
            "The benchmark of {base} was carried to {year} with published totals, India's trade "
            "with the world by chapter, Japan's customs by goods, exchange rates and the price "
            "index of the folder; your figures are held as given (grade A, no range). What moved "
            "and what is still of another year is listed below, with its grade.",
            year=year,
            base=base,
        )
        yield ""
        text = _base_line(update)
        yield f"{text[:1].upper()}{text[1:]}."
    elif year == base:
        yield tr(
            "The benchmark of {base} holds these figures as given (grade A, no range); everything "
            "else was balanced again and moved as its grade allows.",
            base=base,
        )
    else:
        yield tr(
            "The reference meets these figures in {year}, chapter by chapter (grade A), and later "
            "years go on from there. Prices, other sources and domestic sales stay those of "
            "{base}: amounts of {year} are deflated by `reference/deflator`.",
            year=year,
            base=base,
        )


def _read(update: Update) -> list[str]:
    lines = ["```"]
    for reading in update.readings:
        lines += described(reading)
    lines.append("```")
    for one in update.lists:
        count = len(one.chapters)
        held = (
            tr("all trade")
            if one.whole
            else tr("chapters known: {known} of {count}", known=len(one.stated), count=count)
        )
        line = tr(
            "- {file}: {trade}, {amount} {valuation}, {held} ({why})",
            file=one.file,
            trade=named(one.importer, one.exporter),
            amount=usd_mn(float(one.chapters.sum())),
            valuation="f.o.b." if one.of_pair and one.flow == "export" else "c.i.f.",
            held=held,
            why=one.why,
        )
        lines.append(line)
    return lines + [f"- {text}" for text in update.left]


def _cells(update: Update) -> list[str]:
    moved = cells_that_moved(update.cells)
    if moved.empty:
        if "old_low" in moved:
            return [
                tr("No chapter has another value than before; ranges of those given are narrower.")
            ]
        return [tr("No chapter has another value than before.")]
    ranges = "old_low" in moved
    head = [tr("flow"), "HS", tr("before"), *([tr("range")] if ranges else []), tr("now")]
    head += [tr("range"), tr("grade, source")] if ranges else []
    year = year_in_words(update.given.year)
    first = tr("US$ mn of {year}; the largest moves first.", year=year)
    if update.rebased:
        first = tr(
            "Before: US$ mn of {before}; now: US$ mn of {year}; the largest moves first.",
            before=year_in_words(update.priced),
            year=year,
        )
    lines = [first, "", _row(head)]
    lines.append(_row(["---"] * len(head)))
    for row in moved.head(_SHOWN).to_dict("records"):
        cells = [tr(str(row["flow"])), chapter_named(row["hs"]), _mn(row["old"])]
        if ranges:
            cells += [
                _range(row["old_low"], row["old_high"]),
                _mn(row["new"]),
                _range(row["new_low"], row["new_high"]),
                f"{row['grade']}, {row['source']}",
            ]
        else:
            cells.append(_mn(row["new"]))
        lines.append(_row(cells))
    if len(moved) > _SHOWN:
        rest = moved.iloc[_SHOWN:]
        largest = (rest["new"] - rest["old"]).abs().max()
        more = tr(
            "And {count} more, none by more than {amount}.",
            count=len(rest),
            amount=usd_mn(float(largest), 2),
        )
        lines += ["", more]
    return lines


def _rivals(rivals: pd.DataFrame) -> list[str]:
    if rivals.empty:
        return []
    head = [tr("market"), tr("source"), "HS", tr("before"), tr("now")]
    rows = [
        [
            *(row["importer"], row["exporter"], chapter_named(row["hs"])),
            *(_mn(row["old"]), _mn(row["new"])),
        ]
        for row in rivals.to_dict("records")
    ]
    return [tr("US$ mn c.i.f."), "", *table(head, rows)]


def _conflicts(update: Update) -> list[str]:
    lines = [f"- {text}" for text in conflict_lines(update)]
    return lines or [tr("Nothing.")]


def conflict_lines(update: Update) -> Iterator[str]:
    """What conflicts, a sentence each."""
    largest = sorted(update.conflicts, key=lambda one: -abs(one.says_usd_mn - one.against_usd_mn))
    for one in largest:
        yield tr(
            "{where}: {says} {amount}, {against} {other} ({gap} %); kept: {kept}",
            where=one.where,
            says=one.says,
            amount=usd_mn(one.says_usd_mn, 2),
            against=one.against,
            other=f"{one.against_usd_mn:,.2f}",
            gap=f"{one.gap_pct:+.1f}".replace("-", MINUS),
            kept=one.kept,
        )
    for row in update.missed.to_dict("records"):
        yield tr(
            "{flow} {name}, {period}: {source} (grade {grade}) has {amount}, the benchmark now "
            "{balance} ({gap} standard errors); kept: your figures",
            flow=tr(str(row["flow"])),
            name=row["name"],
            period=row["period"],
            source=row["source"],
            grade=row["grade"],
            amount=usd_mn(row["says"]),
            balance=f"{row['balance']:,.1f}",
            gap=f"{row['gap_in_sd']:+.1f}",
        )


def _base_line(update: Update) -> str:
    """What the base year is now, and what a calendar year stands for."""
    counted, base = update.given.year, update.new_base
    if counted == base:
        return tr(
            "the base year is now {base}, and every amount of a result is in US$ of it; amounts "
            "before are in US$ of {before}",
            base=year_in_words(base),
            before=year_in_words(update.priced),
        )
    return tr(
        "the calendar year {counted} is taken whole and stands for {base}, in which every path now "
        "begins: of its twelve months nine are in that fiscal year and three in the one before. "
        "Every amount of a result is in US$ of {counted}; amounts before are in US$ of {before}",
        counted=year_in_words(counted),
        base=year_in_words(base),
        before=year_in_words(update.priced),
    )


def short(update: Update) -> Iterator[str]:
    """What a terminal shows after an update."""
    moved = cells_that_moved(update.cells)
    for one in update.lists:
        held = tr("all trade") if one.whole else tr("chapters known: {n}", n=len(one.stated))
        yield tr(
            "{file}: {trade} of {year}: {held}, {amount}",
            file=one.file,
            trade=named(one.importer, one.exporter),
            year=year_in_words(update.given.year),
            held=held,
            amount=usd_mn(float(one.chapters.sum())),
        )
    for duties in update.duties:
        yield duties_line(duties)
        yield from (tr("note: {text}", text=text) for text in duties_left(duties))
    if update.use is not None:
        yield use_line(update.use)
        yield from (tr("note: {text}", text=text) for text in update.use.left)
    yield from (tr("note: {text}", text=text) for text in update.left)
    yield from (tr("note: {text}", text=barred_line(one)) for one in update.barred)
    if update.given or update.rebased:
        yield tr(
            "chapters of the pair that moved: {chapters}; tables: {tables}",
            chapters=len(moved),
            tables=len(update.tables),
        )
    if update.rebased:
        yield _base_line(update)
    conflicts = list(conflict_lines(update))
    yield from (tr("conflict: {text}", text=text) for text in conflicts[:_CONFLICTS])
    if len(conflicts) > _CONFLICTS:
        more = len(conflicts) - _CONFLICTS
        yield ntr(
            "and {number} conflict more, in the report",
            "and {number} conflicts more, in the report",
            more,
            number=f"{more:,}",
        )
    yield from update.headline


def _range(low: float, high: float) -> str:
    """A range; a dash where a figure has none."""
    return "–" if low == high else f"{_mn(low)}–{_mn(high)}"


def _mn(value: float) -> str:
    return f"{value:,.1f}" if abs(value) >= 1 else f"{value:,.2f}"

"""Rows of any layout become one tidy table: countries, years, dollars, codes, each dollar once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.countries import FLOW_INTO, PAIR
from cepasim.core.language import deferred, mark, now, tr
from cepasim.data import money, once, periods
from cepasim.data.codes import hs_2022, in_2022, mapped
from cepasim.data.countries import REST, WORLD, Countries
from cepasim.data.layout import TOTAL_OF_ROWS, Hints, Layout, Taken
from cepasim.data.plausible import implausible
from cepasim.data.reading import TRADE_COLUMNS, LeftOut, Reading, Total, Understood
from cepasim.data.rows import ONE_LIST, ONE_THING, added_up
from cepasim.data.stated import settle_unit, stated
from cepasim.data.work import CODE, Work, shown
from cepasim.params.parameters import Parameters


def assemble(
    file: str, layout: Layout, taken: Taken, hints: Hints, parameters: Parameters
) -> Reading:
    """Turn the rows of a layout into a reading, with every problem found on the way.

    Parameters
    ----------
    file : str
    layout : Layout
    taken : Taken
        Rows as the layout understands them.
    hints : Hints
    parameters : Parameters
    """
    work = Work(file, layout, hints, parameters, Countries.from_parameters(parameters))
    work.problems += taken.problems
    work.notes += taken.notes
    settle_unit(work, taken)
    rows, totals = taken.rows, taken.totals
    given = len(rows) + len(totals) + sum(len(part) for _, part in taken.left_out)
    rows = stated(work, rows)
    totals = stated(Work(file, layout, hints, parameters, work.countries), totals)
    for reason, part in taken.left_out:
        work.leave(reason, part)
    rows = _years(work, _no_repeats(work, rows))
    totals, _ = periods.whole_years(_parsed(totals)[0], hints.fiscal)
    rows = _partners(work, _codes(work, rows))
    rows = _each_once(work, rows, taken.rounding)
    frame = _in_dollars(work, rows)
    _compare_totals(work, totals, frame)
    frame = _in_markets(work, frame)
    levels = tuple(sorted({len(code) for code in frame["hs"]}))
    frame = _classified(work, frame)
    frame, used = _in_years(work, frame)
    frame = _tidy(frame, layout)
    if not work.problems and not len(frame):
        work.refuse("rows", None, tr("at least one row that the model has a market for"))
    if not work.problems and layout.kind in ("trade", "claims"):
        work.problems += implausible(file, frame, layout.kind, parameters)
    understood = Understood(
        layout=layout.name,
        kind=layout.kind,
        reporter=_listed(frame["reporter"]),
        partners=_listed(frame["partner"]),
        periods=_listed(frame["period"]),
        flows=_listed(frame["flow"]),
        unit=_unit(work),
        rates=work.rates,
        levels=levels if layout.kind != "goods" else (),
        nomenclature=taken.nomenclature,
        valuation=_listed(frame["valuation"]),
        rows=given,
        used=used,
    )
    left = tuple(work.left)
    return Reading(
        file, frame, understood, left, tuple(work.totals), tuple(work.notes), tuple(work.problems)
    )


def _unit(work: Work) -> str:
    """Unit of the file, a code that is the same in all languages, and where it is from."""
    if not work.unit:
        return ""
    return deferred("{unit} ({how})", unit=partial(str, work.unit), how=work.unit_from)


def _listed(column: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(str(entry) for entry in column.unique()))


def _parsed(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Rows of whole periods with their labels, rows of running years, and texts that are none."""
    read = {text: periods.period(str(text)) for text in rows["period"].unique()}
    wrong = [str(text) for text, one in read.items() if one is None]
    labels = {text: one.label for text, one in read.items() if one is not None}
    running = rows["period"].isin([t for t, one in read.items() if one and one.running])
    known = rows["period"].isin(list(labels))
    whole = rows[known & ~running].copy()
    whole["period"] = whole["period"].map(labels)
    return whole, rows[running], wrong


def _years(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of whole years."""
    if (rows["period"] == "").any() and work.hints.year:
        rows = rows.assign(period=rows["period"].where(rows["period"] != "", work.hints.year))
    whole, running, wrong = _parsed(rows)
    for label, part in running.groupby("period"):
        work.leave(deferred("a running year: {year}", year=str(label)), part)
    if wrong:
        names = shown(text for text in wrong if text) or None
        words = tr("a year such as 2023-24 or 2023, in the file or as `year`")
        work.refuse("year", names, words)
    whole, left = periods.whole_years(whole, work.hints.fiscal)
    for reason, part in left:
        work.leave(deferred("a part of a year: {reason}", reason=reason), part)
    if len(rows) and not len(whole) and not wrong:
        work.refuse("year", shown(rows["period"].unique()), tr("at least one whole year"))
    return whole


def _codes(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with an amount and a code; what is neither is refused by name."""
    nothing = rows["value"].isna() | (rows["value"] == 0)
    if nothing.any():
        work.left.append(LeftOut(mark("no trade: blank or zero"), int(nothing.sum()), np.nan))
    rows = rows[~nothing]
    if work.layout.kind == "goods":
        return rows
    wrong = ~rows["hs"].str.fullmatch(CODE)
    if wrong.any():
        words = tr("HS codes of 2, 4, 6, 8 or 9 digits")
        first = int(rows.loc[wrong, "line"].iloc[0])
        work.refuse("code", shown(rows.loc[wrong, "hs"]), words, first)
    return rows[~wrong]


def _partners(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by country: no totals over partners, no group beside its members."""
    world = rows["partner"] == WORLD
    work.leave(mark("all partners together"), rows[world])
    itself = (rows["partner"] == rows["reporter"]) & ~world
    work.leave(mark("a country's trade with itself (goods that come back)"), rows[itself])
    rows = rows[~world & ~itself]
    groups = set(work.countries.sources[PAIR[0]].values()) - work.countries.iso - {REST}
    for group in sorted(groups):
        members = {c for c, g in work.countries.sources[PAIR[0]].items() if g == group} - {group}
        lists = pd.MultiIndex.from_frame(rows[list(ONE_LIST[:3])])
        has_members = lists.isin(lists[rows["partner"].isin(members)])
        beside = (rows["partner"] == group) & has_members
        work.leave(deferred("{group} beside its members", group=group), rows[beside])
        rows = rows[~beside]
    return rows


def _no_repeats(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Drop what stands twice; refuse two amounts for one thing."""
    keys = list(ONE_THING)
    # Several areas without a country are one rest of the world.
    own = rows["partner"] != REST
    twice = rows.duplicated([*keys, "value"]) & own
    work.leave(mark("the same row a second time"), rows[twice])
    rows = rows[~twice]
    differ = rows.duplicated(keys, keep=False) & own
    if differ.any():
        first = rows[differ].iloc[0]
        words = tr("one amount for a code, country, flow and year, not two that differ")
        work.refuse("code", first["hs"], words, int(first["line"]))
    return rows


def _each_once(work: Work, rows: pd.DataFrame, rounding: float) -> pd.DataFrame:
    """Keep the narrowest codes, and what is left of broader ones."""
    rows = added_up(rows)
    if work.layout.kind == "goods":
        return rows
    result = once.once(rows, rounding, work.bound("reading_totals"))
    groups = result.groups.drop(columns="parts")
    whole = groups[~groups["line"].isin(result.rests["line"])]
    work.leave(mark("groups whose products are in the file"), whole)
    for row in result.groups[result.groups["hs"].str.len() == 2].to_dict("records"):
        own = rows.loc[rows["line"] == row["line"], "value"].iloc[0]
        pair = work.dollars(pd.DataFrame([{**row, "value": own}, {**row, "value": own}])).iloc[0]
        share = 1.0 if row["line"] in set(result.rests["line"]) else row["parts"] / own
        name = deferred("chapter {hs}", hs=row["hs"])
        where = (str(row["period"]), _flow(row), str(row["partner"]))
        work.totals.append(Total(name, *where, float(pair), float(pair * share)))
    if len(result.rests):
        sum_of_rests = work.dollars(result.rests).sum()
        note = deferred(
            "Groups hold more than their products, which are kept as what is left of them "
            "({amount}): {codes}",
            amount=partial(money.usd_mn, sum_of_rests),
            codes=shown(result.rests["hs"]),
        )
        work.notes.append(note)
    for row in result.above.to_dict("records"):
        words = tr("at least the sum of its products, {sum}", sum=f"{row['parts']:,.10g}")
        code = tr("code {hs}", hs=row["hs"])
        work.refuse(code, f"{row['value']:,.10g}", words, int(row["line"]))
    return result.rows.drop(columns="parts", errors="ignore")


def _flow(row: Mapping[Any, Any]) -> str:
    """Flow of a row seen from India where it concerns the pair, else from the reporter."""
    importer = row["partner"] if row["direction"] == "export" else row["reporter"]
    return FLOW_INTO.get(str(importer), str(row["direction"]))


def _in_dollars(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Value in US$ mn at the mean rate of each period."""
    frame = rows.assign(usd_mn=work.dollars(rows)).drop(columns="value")
    currency, _ = money.UNITS.get(work.unit, ("", 1.0))
    for label in sorted(rows["period"].unique()):
        known = money.rate(work.parameters, currency, label) if currency else None
        if currency and known is None:
            fiscal = periods.is_fiscal(label)
            span = money.known_periods(work.parameters, currency, fiscal=fiscal)
            words = tr("a year with an exchange rate in macro/annual: {span}", span=span)
            work.refuse("year", label, words)
        elif known is not None and currency != "USD":
            work.rates[label] = str(known)
    return frame


def _compare_totals(work: Work, totals: pd.DataFrame, frame: pd.DataFrame) -> None:
    """The file's own totals beside what was read."""
    for row in totals.to_dict("records"):
        same = frame
        for column in ("period", "reporter", "direction"):
            same = same[same[column] == row[column]]
        if row["partner"] != WORLD:
            same = same[same["partner"] == row["partner"]]
        own = float(work.dollars(pd.DataFrame([row])).iloc[0])
        if same.empty or not own > 0:
            continue
        where = (str(row["period"]), _flow(row), str(row["partner"]))
        total = Total(str(row["hs"]), *where, own, float(same["usd_mn"].sum()))
        work.totals.append(total)
        if abs(total.gap) <= work.bound("reading_totals"):
            continue
        if total.gap > 0 or row["of"] == TOTAL_OF_ROWS:
            _refuse_total(work, total, int(row["line"]))
        else:
            note = deferred(
                "The rows are {share} of the file's own {what} {period} ({partner})",
                share=f"{total.read_usd_mn / own:.1%}",
                what=total.what,
                period=total.period,
                partner=total.partner,
            )
            work.notes.append(note)


def _refuse_total(work: Work, total: Total, line: int) -> None:
    """Refuse a total that its rows do not add up to."""
    read = money.usd_mn(total.read_usd_mn, 2)
    words = (
        tr("the sum of its rows, {amount}; a row is counted twice", amount=read)
        if total.gap > 0
        else tr("the sum of its rows, {amount}; rows are missing", amount=read)
    )
    what = f"{now(total.what)} {total.period}"
    work.refuse(what, money.usd_mn(total.file_usd_mn, 2), words, line)


def _in_markets(work: Work, frame: pd.DataFrame) -> pd.DataFrame:
    """Importer, source, flow and valuation of what enters one of the two markets."""
    imports = frame["direction"] == "import"
    importer = frame["reporter"].where(imports, frame["partner"])
    exporter = frame["partner"].where(imports, frame["reporter"])
    frame = frame.assign(importer=importer, exporter=exporter)
    outside = ~frame["importer"].isin(PAIR)
    work.leave(mark("exports to a market that the model does not have"), frame[outside])
    frame = frame[~outside].copy()
    frame["source"] = [
        work.countries.source(market, country)
        for market, country in zip(frame["importer"], frame["exporter"], strict=True)
    ]
    frame["flow"] = frame["importer"].map(FLOW_INTO)
    customary = pd.Series(
        np.where(frame["direction"] == "import", "cif", "fob"), index=frame.index, dtype=object
    )
    said = frame.get("valuation", customary)
    frame["valuation"] = said.where(said.isin(["fob", "cif"]), customary)
    return frame


def _classified(work: Work, frame: pd.DataFrame) -> pd.DataFrame:
    """Codes of HS 2022."""
    if work.layout.kind == "goods":
        return frame
    result = mapped(list(frame["hs"]), hs_2022(work.parameters))
    work.notes += result.notes
    if result.wrong:
        words = tr("codes of the Harmonized System, chapters 01 to 99 without 77")
        line = int(frame.loc[frame["hs"].isin(result.wrong), "line"].iloc[0])
        work.refuse("code", shown(result.wrong), words, line)
    return in_2022(frame[~frame["hs"].isin(result.wrong)], result.codes)


def _in_years(work: Work, frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Fiscal years where the user said how, and the year asked for; and how many rows are of it."""
    rows = frame[["line", "period"]].drop_duplicates()
    columns = [c for c in (*TRADE_COLUMNS, "line") if c in frame]
    frame, left = periods.to_fiscal(frame[columns], work.hints.fiscal)
    for reason, part in left:
        work.leave(reason, part)
    year = work.hints.year
    if year is not None:
        other = frame["period"] != year
        if len(frame) and other.all():
            there = now(shown(sorted(frame["period"].unique())))
            words = tr("a year of the file: {years}", years=there)
            if work.hints.fiscal == "months":
                words = tr(
                    "a year of the file: {years}; it holds no months that could be added up to "
                    "fiscal years",
                    years=there,
                )
            elif periods.is_fiscal(year) and not frame["period"].map(periods.is_fiscal).any():
                ways = "; ".join(f"fiscal={name}: {tr(how)}" for name, how in periods.WHAT.items())
                words = tr(
                    "a year of the file: {years}; calendar years become fiscal ones when you say "
                    "how ({ways})",
                    years=there,
                    ways=ways,
                )
            work.refuse("year", year, words)
        work.leave(mark("another year than the one asked for"), frame[other])
        frame = frame[~other]
        if work.hints.fiscal != "quarters":  # which takes rows of two years for one
            rows = frame[["line", "period"]].drop_duplicates()
    return frame, len(rows)


def _tidy(frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Columns of a reading, sorted, one row per key."""
    level = 0 if layout.kind == "goods" else frame["hs"].str.len()
    frame = frame.assign(level=level)
    keys = [column for column in TRADE_COLUMNS if column != "usd_mn"]
    amounts = frame.groupby(keys, sort=True)["usd_mn"]
    summed = amounts.sum(min_count=1).reset_index()  # without a unit no amount is known
    summed["level"] = summed["level"].astype(int)
    return summed[list(TRADE_COLUMNS)]

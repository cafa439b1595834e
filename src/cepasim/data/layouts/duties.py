"""Duties: WITS (TRAINS), the schedules in the layout of this project, and its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from cepasim.core.countries import INDIA, JAPAN
from cepasim.core.language import deferred, mark, tr
from cepasim.core.problems import Problem
from cepasim.data.cells import code, heading
from cepasim.data.layout import Hints, Layout, Taken
from cepasim.data.layouts.columns import columns, find_headings, numbers
from cepasim.data.sheet import Sheet

#: Duties, and how WITS writes them.
DUTIES: Final = {"mfn": "MFN", "prf": "preference", "bnd": "bound", "ahs": "applied"}
ANY: Final = "any"
_COLUMNS: Final = (
    "line", "period", "importer", "source", "hs", "duty", "rate_pct", "low_pct", "high_pct",
)  # fmt: skip
_WITS: Final = {
    "period": ("year", "tariffyear", "dutyyear"),
    "importer": ("reporteriso3", "reportername", "reporter", "reportercode"),
    "source": ("partneriso3", "partnername", "partner", "partnercode"),
    "hs": ("product", "productcode", "hscode"),
    "duty": ("dutytype", "dutytypecode", "tarifftype"),
    "rate_pct": ("simpleaverage", "simpleaveragerate"),
    "low_pct": ("minimumrate", "minrate"),
    "high_pct": ("maximumrate", "maxrate"),
    "nomenclature": ("nomenclature", "nomencode", "nomenclaturecode"),
}
#: Headings of the template, what each means, and an example.
HEADINGS: Final = {
    "period": (mark("year the duty is of"), "2025"),
    "importer": (mark("JPN or IND"), "IND"),
    "source": (mark("ISO code of the partner, any for MFN and bound rates"), "any"),
    "hs": (mark("HS code of 2, 4, 6, 8 or 9 digits, as text"), "87032291"),
    "duty": (mark("MFN, preference, bound or applied"), "MFN"),
    "rate_pct": (mark("ad-valorem rate in per cent; blank where there is none"), "70"),
    "low_pct": (mark("lowest rate of what the code holds; blank: the rate"), ""),
    "high_pct": (mark("highest rate of what the code holds; blank: the rate"), ""),
}
_TEMPLATE: Final = {name: (heading(name),) for name in HEADINGS}
_RATES: Final = ("rate_pct", "low_pct", "high_pct")


def _tidied(sheet: Sheet, place: int, names: Mapping[str, tuple[str, ...]]) -> Taken:
    """Rows of a file with one duty a row."""
    table, problems = columns(sheet, place, names)
    for name in _RATES:
        table[name], wrong = numbers(sheet, table, name, name)
        problems += wrong
    table["hs"] = [code(cell) for cell in table["hs"]]
    written = table["duty"].str.lower().str.strip()
    known = {**DUTIES, **{name.lower(): name for name in DUTIES.values()}}
    strange = table[~written.isin(list(known))]
    if len(strange):
        line, value = int(strange["line"].iloc[0]), strange["duty"].iloc[0]
        allowed = tr("MFN, PRF, BND or AHS (MFN, preference, bound, applied)")
        problems.append(Problem(sheet.file, line, "duty", value, allowed))
    table["duty"] = written.map(known).fillna("")
    for name in ("low_pct", "high_pct"):
        table[name] = table[name].fillna(table["rate_pct"])
    vintages = ", ".join(sorted({one for one in table.get("nomenclature", []) if one}))
    return Taken(
        rows=table[list(_COLUMNS)],
        nomenclature=vintages or mark("HS, vintage not stated"),
        problems=tuple(problems),
    )


def _wits_heading(sheet: Sheet) -> int | None:
    needed = ("importer", "hs", "duty", "rate_pct")
    return find_headings(sheet, *(_WITS[name] for name in needed))


def _wits(sheet: Sheet, place: int, hints: Hints) -> Taken:
    return _tidied(sheet, place, _WITS)


def _template_heading(sheet: Sheet) -> int | None:
    return find_headings(sheet, ("importer",), ("hs",), ("duty",), ("ratepct",))


def _template(sheet: Sheet, place: int, hints: Hints) -> Taken:
    return _tidied(sheet, place, _TEMPLATE)


def _japan_heading(sheet: Sheet) -> int | None:
    return find_headings(sheet, ("hs9",), ("mfnpct",))


def _japan(sheet: Sheet, place: int, hints: Hints) -> Taken:
    """Japan's schedule: the MFN rate, and the best preference open to each source."""
    there = {heading(cell): cell for cell in sheet.rows[place]}
    partners = {name: cell for name, cell in there.items() if cell.isupper() and 2 < len(cell) < 5}
    names = {"hs": ("hs9",), "mfn": ("mfnpct",), "period": ("year",)}
    table, problems = columns(sheet, place, {**names, **{name: (name,) for name in partners}})
    table["hs"] = [code(cell, 9) for cell in table["hs"]]
    parts = []
    for name, source, duty in (
        ("mfn", ANY, "MFN"),
        *((name, cell, "preference") for name, cell in partners.items()),
    ):
        rates, wrong = numbers(sheet, table, name, name)
        problems += wrong
        part = table.assign(source=source, duty=duty, rate_pct=rates)
        # A blank preference is none: the MFN rate applies. A blank MFN rate is no ad-valorem one.
        parts.append(part if duty == "MFN" else part[rates.notna()])
    rows = pd.concat(parts, ignore_index=True).assign(importer=JAPAN)
    rows, notes = _seasons(rows)
    return Taken(rows[list(_COLUMNS)], nomenclature=mark("HS of Japan"), notes=notes,
                 problems=tuple(problems))  # fmt: skip


def _seasons(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Lines that stand twice, once a season: the mean of their rates, and both as the range."""
    keys = ["period", "importer", "source", "hs", "duty"]
    groups = rows.groupby(keys, sort=False, dropna=False)
    merged = groups.agg(
        line=("line", "min"),
        rate_pct=("rate_pct", "mean"),
        low_pct=("rate_pct", "min"),
        high_pct=("rate_pct", "max"),
    ).reset_index()
    twice = sorted(set(rows.loc[rows.duplicated(keys), "hs"]))
    if not twice:
        return merged, ()
    words = deferred("Lines with seasonal rates, of which the mean is taken: {lines}", lines=twice)
    return merged, (words,)


#: Columns of India's table: who pays what they hold.
_INDIA: Final = {
    "duty_pct": (ANY, "MFN"),
    "kor_low_pct": ("KOR", "preference"),
    "asean_low_pct": ("ASEAN", "preference"),
}


def _india_heading(sheet: Sheet) -> int | None:
    return find_headings(sheet, ("hs8",), ("dutypct",))


def _india(sheet: Sheet, place: int, hints: Hints) -> Taken:
    """India's schedule: the basic duty in force, and what Korea and ASEAN pay."""
    pairs = [name for name in _INDIA if name != "duty_pct"]
    names = {"hs": ("hs8",), "period": ("year",), **{name: (heading(name),) for name in _INDIA}}
    highs = {name.replace("low", "high"): (heading(name.replace("low", "high")),) for name in pairs}
    table, problems = columns(sheet, place, {**names, **highs})
    table["hs"] = [code(cell, 8) for cell in table["hs"]]
    parts = []
    for name, (source, duty) in _INDIA.items():
        low, wrong = numbers(sheet, table, name, name)
        problems += wrong
        high = low
        if duty == "preference":
            high, wrong = numbers(sheet, table, name.replace("low", "high"), name)
            problems += wrong
        part = table.assign(
            source=source, duty=duty, rate_pct=(low + high) / 2, low_pct=low, high_pct=high
        )
        parts.append(part if duty == "MFN" else part[low.notna()])
    rows = pd.concat(parts, ignore_index=True).assign(importer=INDIA)
    words = mark("India's basic duty without its surcharge, as the schedule prints it")
    return Taken(rows[list(_COLUMNS)], nomenclature=mark("ITC(HS) of India"), notes=(words,),
                 problems=tuple(problems))  # fmt: skip


WITS: Final = Layout(
    mark("WITS tariffs (TRAINS)"), "tariffs", ("comtrade",),
    "Reporter, Partner, Product, Year, Duty Type, Simple Average, Minimum Rate, Maximum Rate",
    _wits_heading, _wits,
)  # fmt: skip
JAPAN_SCHEDULE: Final = Layout(
    mark("Japan's tariff schedule (tariffs/japan_lines)"), "tariffs", (),
    "hs9, mfn_pct, IND, CHN, VNM ...", _japan_heading, _japan,
)  # fmt: skip
INDIA_SCHEDULE: Final = Layout(
    mark("India's tariff schedule (tariffs/india_lines)"), "tariffs", (),
    "hs8, duty_pct, kor_low_pct, asean_low_pct ...", _india_heading, _india,
)  # fmt: skip
TARIFF_TEMPLATE: Final = Layout(
    mark("cepasim template, tariffs"), "tariffs", (), ", ".join(HEADINGS),
    _template_heading, _template,
)  # fmt: skip

"""Unit, countries and flow: as a file states them, and as the user does where it is silent."""

from __future__ import annotations

import pandas as pd

from cepasim.core.language import deferred, mark, now, separated, tr
from cepasim.data import money
from cepasim.data.countries import REST
from cepasim.data.layout import Taken
from cepasim.data.periods import period
from cepasim.data.work import Work, shown

#: Units in which India's customs publish: what its total over all countries may be in.
_OF_INDIA = ("US$ mn", "Rs lakh", "Rs crore")
#: What is asked of the user where a file names no country.
_SILENT = {
    "reporter": mark("the reporter, which the file does not say: give an ISO code such as JPN"),
    "partner": mark("the partner, which the file does not say: give an ISO code such as JPN"),
}


def settle_unit(work: Work, taken: Taken) -> None:
    """Take the unit the file says, or the one the user says where the file is silent."""
    asked = None if work.hints.unit is None else money.unit_named(work.hints.unit)
    unit, how = _by_world(work, taken)
    work.unit_from = how if unit else mark("as you say")
    known = separated(money.UNITS)
    if asked is not None and asked not in money.UNITS:
        work.refuse("unit", asked, tr("one of {allowed}", allowed=known))
    elif unit and unit not in money.UNITS:
        work.refuse("unit", unit, tr("one of {allowed}", allowed=known))
    elif asked and unit and asked != unit:
        words = tr("{unit}, as the file says ({how})", unit=unit, how=now(how))
        work.refuse("unit", asked, words)
    elif not asked and not unit:
        words = tr("the unit of the amounts, which the file does not say: {known}", known=known)
        work.refuse("unit", None, words)
    work.unit = unit or asked or ""


def _by_world(work: Work, taken: Taken) -> tuple[str, str]:
    """Unit of the file and where it is from: its title, and its totals over all countries."""
    near = work.bound("reading_unit")
    annual = work.parameters.table("macro/annual")
    fitting: set[str] = set()
    compared: list[str] = []
    for row in taken.world.to_dict("records"):
        one = period(str(row["period"]))
        series = f"india_total_merchandise_{row['direction'] or work.hints.flow}s_fy"
        at = (annual["series"] == series) & (annual["year"].astype(str) == (one and one.label))
        if one is None or one.running or not at.any() or not row["value"] > 0:
            continue
        known = 1000 * float(annual.loc[at, "value"].iloc[0])  # US$ bn
        fits = set()
        for unit in _OF_INDIA:
            currency, size = money.UNITS[unit]
            rate = money.rate(work.parameters, currency, one.label)
            if rate and 1 / near < row["value"] * size / rate.value / known < near:
                fits.add(unit)
        fitting = fitting & fits if compared else fits
        compared.append(f"{one.label}: {row['value']:,.0f}")
    if not compared:
        return taken.unit, taken.unit_from
    if taken.unit in fitting:
        return taken.unit, deferred("{where}, and India's total agrees", where=taken.unit_from)
    if taken.unit or len(fitting) != 1:
        work.refuse("India's Total", "; ".join(compared), _agreeing(taken.unit, fitting))
        return taken.unit, taken.unit_from
    return fitting.pop(), mark("from India's total")


def _agreeing(unit: str, fitting: set[str]) -> str:
    """What India's total over all countries should have been."""
    if not unit:
        return tr(
            "a total of India's trade with all countries that agrees with the published one in "
            "some unit"
        )
    if fitting:
        return tr(
            "a total of India's trade with all countries that agrees with the published one in "
            "{unit}; it does in {other}",
            unit=unit,
            other=min(fitting),
        )
    return tr(
        "a total of India's trade with all countries that agrees with the published one in {unit}",
        unit=unit,
    )


def stated(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Reporter, partner and direction: ISO codes, from the file or else from the user."""
    rows = rows.copy()
    for column, said in (("reporter", work.hints.reporter), ("partner", work.hints.partner)):
        texts = rows[column].astype(str).str.strip()
        found = {text: work.countries.find(text, *work.layout.systems) for text in texts.unique()}
        if said is not None:
            iso = work.countries.find(said)
            if iso is None:
                work.refuse(column, said, tr("an ISO code of a country, such as JPN"))
            wrong = [text for text in texts.unique() if text and found[text] not in (iso, None)]
            if wrong and iso and column == "reporter":
                words = tr("{entry}, as the file says", entry=now(shown(wrong)))
                work.refuse(column, said, words)
            if iso and column == "partner":
                other = (texts != "") & (texts.map(found) != iso)
                work.leave(mark("another partner than the one asked for"), rows[other])
                rows, texts = rows[~other], texts[~other]
            found = {text: found[text] or iso for text in found}
        unknown = [text for text in texts.unique() if text and not found[text]]
        if (texts == "").any() and not found.get(""):
            work.refuse(column, None, tr(_SILENT[column]))
        if unknown and (column == "reporter" or len(unknown) == texts.nunique()):
            work.refuse(column, shown(unknown), tr("a country known by code or name"))
        elif unknown:
            note = deferred(
                "Not known as countries and counted to the rest of the world: {names}",
                names=shown(unknown),
            )
            work.notes.append(note)
        rows[column] = [found[text] or REST for text in texts]
    if (rows["direction"] == "").any():
        if work.hints.flow in ("export", "import"):
            rows.loc[rows["direction"] == "", "direction"] = work.hints.flow
        else:
            words = tr("export or import, seen from the reporter: the file does not say")
            work.refuse("flow", work.hints.flow, words)
    elif work.hints.flow and len(rows) and set(rows["direction"]) == {_other(work.hints.flow)}:
        words = tr("{entry}, as the file says", entry=_other(work.hints.flow))
        work.refuse("flow", work.hints.flow, words)
    elif work.hints.flow:
        other = rows["direction"] != work.hints.flow
        work.leave(mark("another flow than the one asked for"), rows[other])
        rows = rows[~other]
    return rows


def _other(flow: str) -> str:
    return "import" if flow == "export" else "export"

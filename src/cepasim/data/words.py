"""What was understood of a file, in lines for people."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cepasim.core.countries import COUNTRY
from cepasim.core.language import mark, now, ntr, tr
from cepasim.core.writing import terminal_width
from cepasim.data.money import usd_mn
from cepasim.data.reading import LeftOut, Reading, Total
from cepasim.data.work import first_few

_WHAT = {
    "trade": mark("trade by HS code"),
    "claims": mark("imports that claimed a preference"),
    "goods": mark("trade by goods that are not HS codes (they need a bridge to chapters)"),
    "tariffs": mark("duties"),
}
_LISTED = 8
_LABEL = 14


def described(reading: Reading) -> Iterator[str]:
    """Lines on a reading: layout, countries, years, unit, rates, levels, what was left out."""
    said = reading.understood
    yield tr(
        "{file}: {layout}: {kind}",
        file=reading.file,
        layout=tr(said.layout),
        kind=tr(_WHAT[said.kind]),
    )
    yield _line(tr("reporter"), _few(said.reporter))
    yield _line(tr("partners"), _few(said.partners))
    if said.flows:
        flows = tr(
            "{flows}, seen from India; {valuation}",
            flows=_few(said.flows),
            valuation=_few(said.valuation),
        )
        yield _line(tr("flows"), flows)
    yield _line(tr("years"), _few(said.periods))
    yield _line(tr("unit"), now(said.unit))
    for label, rate in said.rates.items():
        yield _line(tr("rate {year}", year=f"{label:8}"), rate)
    if said.levels:
        codes = tr(
            "{levels} digits; {nomenclature}",
            levels=_few(said.levels),
            nomenclature=now(said.nomenclature),
        )
        yield _line(tr("codes"), codes)
    used = tr("{used} of {rows} used", used=f"{said.used:,}", rows=f"{said.rows:,}")
    yield _line(tr("rows"), used)
    for left in reading.left_out:
        yield _line(tr("left out"), _left_out(left))
    if said.kind != "tariffs":
        yield from _sums(reading)
    totals = [one for one in reading.totals if not one.what.startswith("chapter")]
    for total in totals[:_LISTED]:
        yield _line(tr("total"), _total(total))
    if len(totals) > _LISTED:
        yield _line(tr("total"), tr("and {more} more", more=len(totals) - _LISTED))
    for note in reading.notes:
        yield _line(tr("note"), now(note))


def _left_out(left: LeftOut) -> str:
    rows, reason = f"{left.rows:,}", now(left.reason)
    if math.isnan(left.usd_mn):
        return ntr(
            "{rows} row: {reason}", "{rows} rows: {reason}", left.rows, rows=rows, reason=reason
        )
    amount = usd_mn(left.usd_mn)
    return ntr(
        "{rows} row, {amount}: {reason}",
        "{rows} rows, {amount}: {reason}",
        left.rows,
        rows=rows,
        amount=amount,
        reason=reason,
    )


def _sums(reading: Reading) -> Iterator[str]:
    """What was read of each market in each year; nothing where the unit is not known."""
    amounts = reading.frame.groupby(["period", "importer", "reporter"])["usd_mn"]
    for key, value in amounts.sum(min_count=1).dropna().items():
        label, importer, reporter = (str(part) for part in key)  # type: ignore[attr-defined]
        what = tr(
            "{amount} in {country}'s market, by customs of {reporter}",
            amount=usd_mn(float(value)),
            country=tr(COUNTRY[importer]),
            reporter=reporter,
        )
        yield _line(tr("sum {year}", year=f"{label:9}"), what)


def _total(total: Total) -> str:
    return tr(
        "{period}, {flow}, {partner}: the file's {total} is {amount}, its rows {read}",
        period=total.period,
        flow=tr(total.flow),
        partner=total.partner,
        total=now(total.what),
        amount=usd_mn(total.file_usd_mn, 2),
        read=f"{total.read_usd_mn:,.2f}",
    )


def _line(label: str, text: str) -> str:
    """A label, as wide as the others on a terminal, and what it says."""
    return f"  {label}{' ' * (_LABEL - terminal_width(label))}{text}"


def _few(entries: tuple[object, ...]) -> str:
    return now(first_few([*map(str, entries)], _LISTED))

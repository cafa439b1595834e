"""What was understood of a file, in lines for people."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cepasim.core.countries import COUNTRY
from cepasim.data.reading import Reading

_WHAT = {
    "trade": "trade by HS code",
    "claims": "imports that claimed a preference",
    "goods": "trade by goods that are not HS codes (they need a bridge to chapters)",
    "tariffs": "duties",
}
_LISTED = 8


def described(reading: Reading) -> Iterator[str]:
    """Lines on a reading: layout, countries, years, unit, rates, levels, what was left out."""
    said = reading.understood
    yield f"{reading.file}: {said.layout}: {_WHAT[said.kind]}"
    yield f"  reporter      {_few(said.reporter)}"
    yield f"  partners      {_few(said.partners)}"
    if said.flows:
        yield f"  flows         {_few(said.flows)}, seen from India; {_few(said.valuation)}"
    yield f"  years         {_few(said.periods)}"
    yield f"  unit          {said.unit}"
    for label, rate in said.rates.items():
        yield f"  rate {label:8} {rate}"
    if said.levels:
        yield f"  codes         {_few(said.levels)} digits; {said.nomenclature}"
    yield f"  rows          {said.used:,} of {said.rows:,} used"
    for left in reading.left_out:
        amount = "" if math.isnan(left.usd_mn) else f", US$ {left.usd_mn:,.1f} mn"
        yield f"  left out      {left.rows:,} rows{amount}: {left.reason}"
    if said.kind != "tariffs":
        sums = reading.frame.groupby(["period", "importer", "reporter"])["usd_mn"].sum()
        for key, value in sums.items():
            label, importer, reporter = (str(part) for part in key)  # type: ignore[attr-defined]
            market = f"{COUNTRY[importer]}'s market, by customs of {reporter}"
            yield f"  sum {label:9} US$ {value:,.1f} mn in {market}"
    totals = [one for one in reading.totals if not one.what.startswith("chapter")]
    for total in totals[:_LISTED]:
        where = f"{total.period}, {total.flow}, {total.partner}"
        stated = f"the file's {total.what} is US$ {total.file_usd_mn:,.2f} mn"
        yield f"  total         {where}: {stated}, its rows {total.read_usd_mn:,.2f}"
    if len(totals) > _LISTED:
        yield f"  total         and {len(totals) - _LISTED} more"
    for note in reading.notes:
        yield f"  note          {note}"


def _few(entries: tuple[object, ...]) -> str:
    more = len(entries) - _LISTED
    return ", ".join(str(entry) for entry in entries[:_LISTED]) + (
        f" and {more} more" if more > 0 else ""
    )

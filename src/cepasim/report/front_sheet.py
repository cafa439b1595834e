"""The first sheet of a workbook: the answer in words, by year with its ranges, and a chart."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.workbook import Front, LineChart, Row
from cepasim.levers.every import in_words
from cepasim.products.classification import Classification
from cepasim.report.drawn import drawn_in_words, has_choice
from cepasim.report.headline import headline, sentence, weighed_notes
from cepasim.report.marks import marks
from cepasim.scenario.naming import words_beside_levers
from cepasim.tables.column import TOTALS
from cepasim.tables.result_tables import ResultTables

#: The year the sentence is about unless another is asked for; the last one where there is none.
_YEAR = "2030-31"
_NAME = mark("In words")
#: Heads of columns: the change, the ends of its ranges, and of that with model choice.
_HEADS = {
    "balance": (
        mark("balance"),
        mark("balance, 90 % range low"),
        mark("balance, 90 % range high"),
        mark("balance, 90 % range low, with model choice"),
        mark("balance, 90 % range high, with model choice"),
    ),
    "exports": (
        mark("exports to Japan"),
        mark("exports to Japan, 90 % range low"),
        mark("exports to Japan, 90 % range high"),
        mark("exports to Japan, 90 % range low, with model choice"),
        mark("exports to Japan, 90 % range high, with model choice"),
    ),
    "imports": (
        mark("imports from Japan"),
        mark("imports from Japan, 90 % range low"),
        mark("imports from Japan, 90 % range high"),
        mark("imports from Japan, 90 % range low, with model choice"),
        mark("imports from Japan, 90 % range high, with model choice"),
    ),
}
_LEVEL_ENDS = {"low": mark("level, 90 % range low"), "high": mark("level, 90 % range high")}
_SHEETS = {
    "totals": mark("exports, imports, balance, duties and welfare by year"),
    "sectors": mark("every chapter, flow and year"),
    "by_section": mark("exports, imports and balance by section of the HS"),
    "by_chapter": mark("exports, imports and balance by chapter"),
    "by_window": mark("exports, imports and balance by window of the fund"),
    "displacement": mark("who gains and who loses, by source"),
    "contributions": mark("what each lever adds"),
    "contributions_by_side": mark("what each lever adds, by the side that acts"),
    "basket": mark("how concentrated exports are"),
    "fund_accounts": mark("who pays for the fund and who gains, by year and in sum"),
    "jobs": mark("jobs supported in India by year, with the range of the ratio"),
    "concessions": mark("what each side opens, by chapter: sales, duty, producers"),
    "diagnostics": mark("how the solution was found"),
    "notes": mark("what to mind"),
    "scenario": mark("the scenario as a file has it"),
    "manifest": mark("versions and digests, to get the same numbers again"),
}


def front_sheet(
    result: ResultTables,
    classification: Classification,
    names: tuple[str, ...],
    fiscal_year: str | None = None,
) -> Front:
    """Return the first sheet.

    Parameters
    ----------
    result : ResultTables
    classification : Classification
    names : tuple of str
        Of the sheets that follow.
    fiscal_year : str, optional
        The year the sentence is about.
    """
    years = result.fiscal_years
    usual = _YEAR if _YEAR in years else years[-1]
    year = usual if fiscal_year is None else result.year_of(fiscal_year)
    text = list(_before(result, classification, year))
    table = _by_year(result)
    said = {"unit": figures.unit_mn(long=True), "price_year": year_in_words(result.price_year)}
    title = tr("Change against the reference, {unit} of {price_year}", **said)
    text += [Row((title,), "heading")]
    text.append(Row(tuple(table.columns), "head"))
    first = len(text) + 1
    text += [Row(tuple(row)) for row in table.itertuples(index=False, name=None)]
    last = len(text)
    balance = [tr(head) for head in _HEADS["balance"]]
    ranged = [place for place, name in enumerate(table.columns, 1) if name in balance]
    drawn = tr("Change in the balance, {unit}", unit=figures.unit_mn(long=True))
    chart = LineChart(drawn, first, last, tuple(ranged[:3]))
    text += [Row(())] * 21  # the chart lies here
    text += _after(result, year, names)
    return Front(tr(_NAME), tuple(text), chart)


def _before(result: ResultTables, classification: Classification, year: str) -> Iterator[Row]:
    scenario = result.scenario
    yield Row((tr(scenario.name),), "title")
    if said_first := words_beside_levers(scenario, classification):
        yield Row((tr(said_first),))
    # Whose figures these are, before the first of them.
    for marked in marks(result):
        yield Row((marked,), "heading")
    said = headline(result, year)
    for part in (said.change, said.mind.rests_on, said.mind.caveat, figures.conversion()):
        if part:
            yield Row((part,))
    yield Row(())
    yield Row((tr("What is done"),), "heading")
    levers = [in_words(one, classification) for one in scenario.to_dict()["levers"]]
    for lever in levers or [tr("Nothing: this is the reference.")]:
        yield Row((lever,))
    yield Row(())


def _by_year(result: ResultTables) -> pd.DataFrame:
    """Changes by year with both ranges, and the range of the level of the balance."""
    totals = result.totals
    table = pd.DataFrame({tr("fiscal year"): totals["fiscal_year"].map(year_in_words)})
    for item, heads in _HEADS.items():
        change = totals[f"{item}_usd_mn"] - totals[f"baseline_{item}_usd_mn"]
        table[tr(heads[0])] = figures.in_mn(change)
        column = f"change_in_{item}_usd_mn"
        assert column in TOTALS
        for end, head in zip(("_p5", "_p95", "_choice_p5", "_choice_p95"), heads[1:], strict=True):
            if (drawn := f"{column}{end}") in totals:
                table[tr(head)] = figures.in_mn(totals[drawn])
    table[tr("level of the balance")] = figures.in_mn(totals["balance_usd_mn"])
    shift = totals["balance_usd_mn"] - totals["baseline_balance_usd_mn"]
    for end, head in _LEVEL_ENDS.items():
        if (column := f"baseline_balance_{end}_usd_mn") in totals:
            table[tr(head)] = figures.in_mn(totals[column] + shift)
    return table


def _after(result: ResultTables, year: str, names: tuple[str, ...]) -> Iterator[Row]:
    totals = result.totals
    yield Row((tr("How sure"),), "heading")
    if "change_in_balance_usd_mn_p5" in totals:
        for line in drawn_in_words(totals, year, result.manifest.get("ranges")):
            yield Row((line,))
        if not has_choice(totals):
            yield Row((tr("The model's own alternatives were not drawn."),))
    else:
        yield Row(
            (
                tr(
                    "No range of the changes was drawn for this file: the front end draws one "
                    "before it writes, and cepasim montecarlo does. The range of levels is in the "
                    "table."
                ),
            )
        )
    yield Row(
        (
            tr(
                "Grades: A official, B published estimate, C own calculation, D assumption. Read "
                "changes: levels are as uncertain as their range says."
            ),
        )
    )
    yield Row(())
    yield Row((tr("Read with these results"),), "heading")
    for note in weighed_notes(result, year):
        yield Row((sentence(str(note)),))
    yield Row(())
    yield Row((tr("Sheets"),), "heading")
    for name in names:
        yield Row((name, tr(_SHEETS.get(name, ""))))
    yield Row(
        (
            tr(
                "Columns of the other sheets end in their unit: usd_mn is US$ million at the "
                "prices of {price_year}, pct is per cent. Exports f.o.b., imports c.i.f., "
                "seen from India. Years are India's fiscal years, April to March.",
                price_year=year_in_words(result.price_year),
            ),
        )
    )

"""The first sheet of a workbook: the answer in words, by year with its ranges, and a chart."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cepasim.core.workbook import Front, LineChart, Row
from cepasim.levers.every import in_words
from cepasim.params.words import name_in_words
from cepasim.products.classification import Classification
from cepasim.report.drawn import drawn_in_words, has_choice
from cepasim.report.headline import headline, weighed_notes
from cepasim.tables.column import TOTALS
from cepasim.tables.result_tables import ResultTables

#: The year the sentence is about, or the last one before it.
_YEAR = "2030-31"
_NAME = "In words"
_ITEMS = {"balance": "balance", "exports": "exports to Japan", "imports": "imports from Japan"}
_SHEETS = {
    "totals": "exports, imports, balance, duties and welfare by year",
    "sectors": "every chapter, flow and year",
    "by_section": "exports, imports and balance by section of the HS",
    "by_chapter": "exports, imports and balance by chapter",
    "by_window": "exports, imports and balance by window of the fund",
    "displacement": "who gains and who loses, by source",
    "contributions": "what each lever adds",
    "contributions_by_side": "what each lever adds, by the side that acts",
    "basket": "how concentrated exports are",
    "diagnostics": "how the solution was found",
    "notes": "what to mind",
    "scenario": "the scenario as a file has it",
    "manifest": "versions and digests, to get the same numbers again",
}


def front_sheet(
    result: ResultTables, classification: Classification, names: tuple[str, ...]
) -> Front:
    """Return the first sheet.

    Parameters
    ----------
    result : ResultTables
    classification : Classification
    names : tuple of str
        Of the sheets that follow.
    """
    years = result.fiscal_years
    year = _YEAR if _YEAR in years else years[-1]
    text = list(_before(result, classification, year))
    table = _by_year(result)
    text += [Row(("Change against the reference, US$ million of 2023-24",), "heading")]
    text.append(Row(tuple(table.columns), "head"))
    first = len(text) + 1
    text += [Row(tuple(row)) for row in table.itertuples(index=False, name=None)]
    last = len(text)
    ranged = [place for place, name in enumerate(table.columns, 1) if str(name).startswith("bal")]
    chart = LineChart("Change in the balance, US$ million", first, last, tuple(ranged[:3]))
    text += [Row(())] * 21  # the chart lies here
    text += _after(result, year, names)
    return Front(_NAME, tuple(text), chart)


def _before(result: ResultTables, classification: Classification, year: str) -> Iterator[Row]:
    scenario = result.scenario
    yield Row((scenario.name,), "title")
    if scenario.description:
        yield Row((scenario.description,))
    said = headline(result, year)
    for part in (said.change, said.rests_on, said.caveat):
        if part:
            yield Row((part,))
    yield Row(())
    yield Row(("What is done",), "heading")
    levers = [in_words(one, classification) for one in scenario.to_dict()["levers"]]
    for lever in levers or ["Nothing: this is the reference."]:
        yield Row((lever,))
    if scenario.parameters:
        yield Row(("Assumptions changed",), "heading")
        for name, value in scenario.parameters.items():
            yield Row((f"{name_in_words(name)}: {value:.4g}",))
    yield Row(())


def _by_year(result: ResultTables) -> pd.DataFrame:
    """Changes by year with both ranges, and the range of the level of the balance."""
    totals = result.totals
    table = pd.DataFrame({"fiscal year": totals["fiscal_year"]})
    for item, name in _ITEMS.items():
        table[name] = totals[f"{item}_usd_mn"] - totals[f"baseline_{item}_usd_mn"]
        column = f"change_in_{item}_usd_mn"
        assert column in TOTALS
        for mark, words in (("", ""), ("_choice", ", with model choice")):
            for end, word in (("p5", "low"), ("p95", "high")):
                if (drawn := f"{column}{mark}_{end}") in totals:
                    table[f"{name}, 90 % range {word}{words}"] = totals[drawn]
    table["level of the balance"] = totals["balance_usd_mn"]
    shift = totals["balance_usd_mn"] - totals["baseline_balance_usd_mn"]
    for end in ("low", "high"):
        if (column := f"baseline_balance_{end}_usd_mn") in totals:
            table[f"level, 90 % range {end}"] = totals[column] + shift
    return table


def _after(result: ResultTables, year: str, names: tuple[str, ...]) -> Iterator[Row]:
    totals = result.totals
    yield Row(("How sure",), "heading")
    if "change_in_balance_usd_mn_p5" in totals:
        for line in drawn_in_words(totals, year, result.manifest.get("ranges")):
            yield Row((line,))
        if not has_choice(totals):
            yield Row(("The model's own alternatives were not drawn.",))
    else:
        yield Row(
            (
                "No range of the changes was drawn for this file: the front end draws them before "
                "it writes, and cepasim montecarlo does. The range of levels is in the table.",
            )
        )
    yield Row(
        (
            "Grades: A official, B published estimate, C own calculation, D assumption. Read "
            "changes: levels are as uncertain as their range says.",
        )
    )
    yield Row(())
    yield Row(("Read with these results",), "heading")
    for note in weighed_notes(result, year):
        yield Row((str(note),))
    yield Row(())
    yield Row(("Sheets",), "heading")
    for name in names:
        yield Row((name, _SHEETS.get(name, "")))
    yield Row(
        (
            "Columns end in their unit: usd_mn is US$ million at the prices of 2023-24, pct is "
            "per cent. Exports f.o.b., imports c.i.f., seen from India. Years are India's fiscal "
            "years, April to March.",
        )
    )

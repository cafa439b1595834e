"""A comparison as a workbook: what is compared and what comes of it in words, then the tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cepasim.core import files
from cepasim.core import numbers as figures
from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.workbook import Front, LineChart, Row
from cepasim.levers.every import in_words
from cepasim.products.classification import Classification
from cepasim.report import compared
from cepasim.report.headline import weighed_notes
from cepasim.report.marks import marks
from cepasim.report.views import total_row
from cepasim.tables.column import TOTALS

_NAME = mark("In words")
_SHEETS = {
    "totals": mark("what each scenario changes, by year, with its ranges"),
    "differences": mark("what each scenario changes beyond the first, with its ranges"),
    "chapters": mark("exports, imports and balance of each scenario by chapter"),
    "scenarios": mark("each scenario as a file has it"),
    "notes": mark("what to mind with each scenario"),
    "manifest": mark("versions and digests, to get the same numbers again"),
}
_ENDS = (
    mark("90 % range low"),
    mark("90 % range high"),
    mark("90 % range low, with model choice"),
    mark("90 % range high, with model choice"),
)


def sheets(
    results: compared.Results, sample: Floats | None, year: str | None = None
) -> dict[str, pd.DataFrame]:
    """Return the sheets behind the first: tables, scenarios, notes and manifests.

    Parameters
    ----------
    results, sample
        As in `compared.changes_table`.
    year : str, optional
        The year the first is about; the last one unless given.
    """
    held = {
        "scenarios": {name: one.scenario.to_yaml().splitlines() for name, one in results.items()},
        "notes": {
            name: [str(note) for note in weighed_notes(one, year)] for name, one in results.items()
        },
        "manifest": {
            name: [
                f"{item}: {files.as_text(value)}"
                for item, value in one.manifest.items()
                if item != "scenario"  # has a sheet of its own
            ]
            for name, one in results.items()
        },
    }
    return compared.tables(results, sample) | {
        sheet: pd.DataFrame(
            [(name, line) for name, lines in texts.items() for line in lines],
            columns=["scenario", "text"],
        )
        for sheet, texts in held.items()
    }


def front(
    results: compared.Results,
    sample: Floats | None,
    year: str,
    classification: Classification,
    names: tuple[str, ...],
) -> Front:
    """Return the first sheet.

    Parameters
    ----------
    results, sample, year
        As in `compared.changes_table`.
    classification : Classification
    names : tuple of str
        Of the sheets that follow.
    """
    title = tr("Scenarios compared, {year}", year=year_in_words(year))
    text = [Row((title,), "title"), *_scenarios(results, classification)]
    text += _in_year(results, sample, year)
    price_year = year_in_words(next(iter(results.values())).price_year)
    said = tr(
        "Change in the balance by year, {unit} of {price_year}",
        unit=figures.unit_mn(long=True),
        price_year=price_year,
    )
    text += [Row((said,), "heading"), Row((tr("fiscal year"), *results), "head")]
    first = len(text) + 1
    text += [Row(tuple(row)) for row in _by_year(results).itertuples(name=None)]
    columns = tuple(range(2, len(results) + 2))
    chart = LineChart(said, first, len(text), columns)
    text += [Row(())] * 21  # the chart lies here
    text.append(Row((tr("Sheets"),), "heading"))
    text += [Row((name, tr(_SHEETS[name]))) for name in names]
    about = tr(
        "Columns of the other sheets end in their unit: usd_mn is US$ million at the prices of "
        "{price_year}, pct is per cent. Exports f.o.b., imports c.i.f., seen from India. Years are "
        "India's fiscal years, April to March.",
        price_year=price_year,
    )
    return Front(tr(_NAME), (*text, Row((about,))), chart)


def _scenarios(results: compared.Results, classification: Classification) -> Iterator[Row]:
    """Say of each scenario whose figures it is made with, what it assumes and what it does."""
    for name, result in results.items():
        yield Row((name,), "heading")
        for marked in marks(result):
            yield Row((marked,), "heading")
        levers = [in_words(one, classification) for one in result.scenario.to_dict()["levers"]]
        for lever in levers or [tr("Nothing: this is the reference.")]:
            yield Row((lever,))
        yield Row(())


def _in_year(results: compared.Results, sample: Floats | None, year: str) -> Iterator[Row]:
    """Changes and differences in a year, numbers with their ranges."""
    unit = {"unit": figures.unit_mn(long=True), "year": year_in_words(year)}
    ends = tuple(tr(end) for end in _ENDS) if sample is not None else ()
    rows = {name: total_row(result, year) for name, result in results.items()}
    changes = {
        name: {item: float(row[f"change_in_{item}_usd_mn"]) for item in compared.ITEMS}
        for name, row in rows.items()
    }
    names = list(results)
    for base in (None, 0) if len(names) > 1 else (None,):
        if base is None:
            heading = tr("Change against the reference in {year}, {unit}", **unit)
        else:
            heading = tr("Difference from “{name}” in {year}, {unit}", name=names[base], **unit)
        yield Row((heading,), "heading")
        yield Row(("", tr("change") if base is None else tr("difference"), *ends), "head")
        for place, (name, result) in enumerate(results.items()):
            if place == base:
                continue
            at = result.fiscal_years.index(year)
            for item, words in compared.ITEMS.items():
                less = 0.0 if base is None else changes[names[base]][item]
                column = TOTALS.index(f"change_in_{item}_usd_mn")
                row = _ranged(sample, place, base, (at, column))
                amount = figures.in_mn(changes[name][item] - less)
                yield Row((tr("{name}: {item}", name=name, item=tr(words)), amount, *row))
    if sample is None:
        yield Row((tr("No range of the changes was drawn for this file."),))
    else:
        drawn = tr("90 % ranges of {draws} common draws.", draws=sample.shape[2])
        yield Row((drawn,))
    if conversion := figures.conversion():
        yield Row((conversion,))
    yield Row(())


def _ranged(
    sample: Floats | None, place: int, base: int | None, at: tuple[int, int]
) -> Iterator[float]:
    for way in range(len(compared.WAYS)):
        found = compared.ends(sample, way, place, base)
        if found is not None:
            yield from (float(figures.in_mn(one)) for one in found[:, *at])


def _by_year(results: compared.Results) -> pd.DataFrame:
    """Change of the balance by year, a column for each scenario."""
    lines: dict[str, pd.Series] = {}
    for name, result in results.items():
        totals = result.totals.set_index("fiscal_year")
        change = totals["balance_usd_mn"] - totals["baseline_balance_usd_mn"]
        lines[name] = pd.Series(np.asarray(figures.in_mn(change)), index=totals.index)
    table = pd.DataFrame(lines)
    table.index = [year_in_words(str(one)) for one in table.index]
    return table

"""The two-page briefing note: one result, readable on paper without the program.

Every number is a cell of the result; nothing is loaded from elsewhere, and the same result gives
the same bytes. The note is one `Document`: `report.html` and `report.docx` render it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pandas as pd

from cepasim.core import files as output
from cepasim.core import numbers as figures
from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, ntr, paragraph, tr
from cepasim.core.problems import InputError, Problem
from cepasim.products.levels import chapter_of
from cepasim.report import in_force, look, views
from cepasim.report.accounts import accounts, welfare_in_words
from cepasim.report.blocks import (
    Bars,
    Block,
    Bullets,
    Chart,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    SideBySide,
    Span,
    Table,
    one_scale,
)
from cepasim.report.drawn import SHARES, choice_in_words, has_choice
from cepasim.report.fund import fund_accounts
from cepasim.report.given import give_and_take, own_currency
from cepasim.report.headline import clauses, headline, sentence, weighed_notes
from cepasim.report.jobs import jobs_in_words
from cepasim.report.levels import range_of
from cepasim.report.marks import marks
from cepasim.report.product_views import product_movers
from cepasim.report.together import place_of_changes
from cepasim.scenario.naming import words_beside_levers
from cepasim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from cepasim.products.classification import Classification
from cepasim.tables.caveats import Note
from cepasim.tables.result_tables import ResultTables

SUFFIXES = (".html", ".docx")
#: Notes that fit on the second page; the others are in the workbook, and the note says so.
_MOST_NOTES = 6
_SECTORS = 6
_SECTIONS = 4
_STEP = 3  # every third year of the path, and the last
_CHANGE = "change_in_balance_usd_mn"
#: Pixels of the plot: the width of the text on A4, and little height.
_CHART_SIZE = (620, 85)

_RANGED = mark(
    "90 % ranges from {draws} draws of every parameter within its own range. They cover the "
    "parameters alone: errors of the model's form, and other causes of trade, come on top."
)
_BOTH = mark(
    "The second range also draws the model’s own alternatives (engine, rules, elasticities, "
    "sourcing, reference)."
)
_NOT_RANGED = mark(
    "No ranges of changes were drawn for this note: it does not show how uncertain they are."
)


def write(
    result: ResultTables,
    classification: Classification,
    path: Path | str,
    fiscal_year: str | None = None,
) -> None:
    """Write the briefing note of a result.

    Parameters
    ----------
    result : ResultTables
    classification : Classification
        Names of products and countries.
    path : Path or str
        Ends in ``.html`` or ``.docx``.
    fiscal_year : str, optional
        The year the note is about; the last one unless given.

    Raises
    ------
    InputError
        For another ending or an unknown year.
    OSError
        If the file cannot be written; what was there before is then still there.
    """
    # What renders is heavy, and a result is imported by everybody.
    from cepasim.report import docx, html

    target = Path(path)
    if target.suffix not in SUFFIXES:
        _refuse(
            "path",
            target.name,
            tr("a file that ends in {first} or {second}", first=SUFFIXES[0], second=SUFFIXES[1]),
        )
    note = document(result, classification, fiscal_year or result.fiscal_years[-1])
    with output.replace_file(target) as partial:
        if target.suffix == ".html":
            output.write_text(html.page(note), partial)
        else:
            docx.write(note, partial)


def document(result: ResultTables, classification: Classification, fiscal_year: str) -> Document:
    """Return the note as blocks.

    Parameters
    ----------
    result : ResultTables
    classification : Classification
        Names of products and countries.
    fiscal_year : str
        The year the note is about.

    Raises
    ------
    InputError
        If the year is unknown.
    """
    year = result.year_of(fiscal_year)
    title = tr("{name}, {year}", name=tr(result.scenario.name), year=year_in_words(year))
    blocks = (*_first_page(result, classification, year), PageBreak(), *_second_page(result, year))
    return Document(title, blocks, "note")


def _first_page(result: ResultTables, classification: Classification, year: str) -> Iterator[Block]:
    scenario, totals = result.scenario, result.totals
    drawn = cast("dict[str, object] | None", result.manifest.get("ranges"))
    said = tuple(lever.in_words(classification) for lever in scenario.levers)
    yield Heading(tr(scenario.name), 1)
    if said_first := words_beside_levers(scenario, classification):
        yield Paragraph(tr(said_first))
    if marked := marks(result):
        yield Paragraph((Span(tr("Mind:"), "strong"), Span(paragraph(("", *marked)))))
    about = tr(
        "What it would change in India’s trade with Japan by {year}, against a reference in which "
        "only known events happen. Exports f.o.b., imports c.i.f., {currency} of {price_year}, "
        "fiscal years from April to March.",
        year=year_in_words(year),
        currency=figures.currency_sign(),
        price_year=year_in_words(result.price_year),
    )
    yield Paragraph(about, "small")
    yield Paragraph(str(headline(result, year)))
    ranges = views.ranges_in_words(totals, year) if drawn else None
    yield views.headline(views.total_row(result, year), year, ranges)
    yield Paragraph(_said_of_ranges(totals, year, drawn), "small")
    yield Heading(tr("What is decided"))
    yield Bullets(said or (tr("Nothing: this is the reference."),))
    yield Heading(tr("The path"))
    yield from _change_by_year(totals, scenario)
    yield _path(result)
    yield Heading(tr("Sectors that move most"))
    yield SideBySide(one_scale(*([movers] for movers in _movers(result, year))))


def _said_of_ranges(totals: pd.DataFrame, year: str, drawn: dict[str, object] | None) -> str:
    if not drawn:
        return tr(_NOT_RANGED)
    said = tr(_RANGED, draws=drawn["draws"])
    if not has_choice(totals):
        return said
    return paragraph((said, tr(_BOTH), tr(SHARES), *choice_in_words(drawn, year)))


def _second_page(result: ResultTables, year: str) -> Iterator[Block]:
    losers, total = result.who_loses(year), views.total_row(result, year)
    yield Heading(tr("Who gains and who loses"))
    yield SideBySide(
        one_scale(
            *(views.losers(losers, total, year, flow, _SECTORS) for flow in ("export", "import"))
        )
    )
    products = product_movers(result, year)
    if products is not None:
        yield Heading(tr("By product"))
        yield products
    yield Heading(tr("Levers, treasuries, welfare"))
    yield views.contributions(result, year)
    yield accounts(result, year)
    yield welfare_in_words(result, year)
    if len(result.concessions):
        yield give_and_take(result, year, _SECTIONS)
    if currency := own_currency(result, year):
        yield Paragraph(currency, "small")
    yield from fund_accounts(result, year, short=True)
    if said := jobs_in_words(result, year):
        yield Paragraph(said, "small")
    shown = [bar.label for movers in _movers(result, year) for bar in movers.bars]
    # What the sizes rest on is in the headline.
    read = [note for note in weighed_notes(result, year) if not getattr(note, "grade", "")]
    notes = _notes_to_read(read, shown)
    if notes:
        yield Heading(tr("Read with these results"))
        yield Bullets(tuple(map(sentence, notes)), "small")
    yield Paragraph(_made_by(result), "small")


def _movers(result: ResultTables, year: str) -> list[Bars]:
    return [views.movers(result, year, flow, _SECTORS) for flow in ("export", "import")]


def _change_by_year(totals: pd.DataFrame, scenario: Scenario) -> Iterator[Chart]:
    """Change in the balance by year, with its range where there is one; nothing if none changes."""
    if not totals[_CHANGE].any():
        return
    from cepasim.report import line_charts

    years = [year_in_words(str(year)) for year in totals["fiscal_year"]]
    ranged = f"{_CHANGE}_p5" in totals
    low, high = (
        (figures.in_mn(totals[f"{_CHANGE}_{end}"].to_numpy(float)) if ranged else ())
        for end in ("p5", "p95")
    )
    line = line_charts.Line(
        tr("change in balance"),
        look.SCENARIO,
        figures.in_mn(totals[_CHANGE].to_numpy(float)),
        low=low,
        high=high,
        marks=in_force.marks(list(totals["fiscal_year"]), [scenario], [look.MUTED])[0],
    )
    width, height = _CHART_SIZE
    title = tr("Change in balance against the reference, {unit}", unit=figures.unit_mn())
    if ranged:
        title = tr("{what}; band: 90 % range", what=title)
    picture = line_charts.lines(title, years, [line], every=2, width=width, height=height)
    said = [_in_words(totals.to_dict("records"), ranged)]
    if dated := in_force.in_force_in_words(scenario):
        said.append(dated)
    yield Chart("change-in-balance", paragraph(said), picture)


def _in_words(rows: Sequence[dict[Any, Any]], ranged: bool) -> str:
    said = []
    for row in _some_years(rows)[1:]:  # nothing has changed in the first
        change = figures.mn(float(row[_CHANGE]), signed=True, place=place_of_changes(row))
        if ranged:
            low, high = (float(row[f"{_CHANGE}_{end}"]) for end in ("p5", "p95"))
            around = figures.span_mn(low, high, signed=True)
            change = tr("{amount} ({ranges})", amount=change, ranges=around)
        said.append(f"{year_in_words(str(row['fiscal_year']))} {change}")
    return tr(
        "Change in balance against the reference, {currency}: {changes}.",
        currency=figures.currency_sign(),
        changes=clauses(said),
    )


def _some_years(rows: Sequence[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Every third year and the last."""
    return [*rows[::_STEP], *(rows[-1:] if (len(rows) - 1) % _STEP else ())]


def _path(result: ResultTables) -> Table:
    items = ("exports", "imports", "balance")
    sums = result.balance("total").to_dict("records")
    known = {str(row["fiscal_year"]): row for row in result.totals.to_dict("records")}
    shown = _some_years(sums)
    place = place_of_column(
        (row[f"change_in_{item}_usd_mn"] for row in shown for item in items), "bn"
    )
    columns = [[year_in_words(str(row["fiscal_year"])) for row in shown]]
    for item in items:
        levels = figures.column((row[f"{item}_usd_mn"] for row in shown), size="bn")
        around = (range_of(known[str(row["fiscal_year"])], item, scenario=True) for row in shown)
        columns.append(
            [f"{one} [{span}]" if span else one for one, span in zip(levels, around, strict=True)]
        )
        changes = (row[f"change_in_{item}_usd_mn"] for row in shown)
        columns.append(figures.column(changes, signed=True, size="bn", place=place))
    cells = tuple(zip(*columns, strict=True))
    heads = (tr("exports"), tr("imports"), tr("balance"))
    head = (tr("fiscal year"), *(word for item in heads for word in (item, tr("change"))))
    title = tr("Scenario and change against the reference, {unit}", unit=figures.unit_bn())
    if any("[" in cell for row in cells for cell in row):
        title = tr(
            "Scenario [90 % range of the level] and change against the reference, {unit}",
            unit=figures.unit_bn(),
        )
    return Table(title, head, cells)


def _notes_to_read(notes: Sequence[str], shown: Iterable[str]) -> tuple[str, ...]:
    """Notes that fit: those that touch what is shown, the most money first, then the others.

    Parameters
    ----------
    notes : sequence of str
        By weight.
    shown : iterable of str
        Sectors of the note, as ``"87 Vehicles"``.
    """
    codes = {chapter_of(label.split()[0]) for label in shown}
    first = sorted(notes, key=lambda note: not _touches(note, codes))[:_MOST_NOTES]
    kept = tuple(note for note in notes if note in first)
    left = len(notes) - len(kept)
    more = ntr(
        "{n} more note is in the workbook of this result.",
        "{n} more notes are in the workbook of this result.",
        left,
    )
    return (*kept, more) if left else kept


def _touches(note: str, shown: set[str]) -> bool:
    """Whether a note is about chapters that the reader sees, or about no chapters in particular."""
    chapters = note.about.chapters if isinstance(note, Note) else None
    return chapters is None or not shown.isdisjoint(chapters)


def _made_by(result: ResultTables) -> str:
    made = result.manifest
    said = tr(
        "cepasim {version}, engine {engine}; digests of the parameters {parameters} and of the "
        "scenario {scenario}: the same two give the same results.",
        version=made.get("version", ""),
        engine=result.engine,
        parameters=str(made.get("parameter_digest", ""))[:12],
        scenario=str(made.get("acting_sha256") or made.get("scenario_sha256", ""))[:12],
    )
    if not result.own_figures:
        return said
    return paragraph((said, tr("Own customs figures: {files}.", files=result.own_figures)))


def _refuse(field: str, value: object, allowed: str) -> NoReturn:
    raise InputError([Problem("brief", None, field, value, tr("allowed: {what}", what=allowed))])

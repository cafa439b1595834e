"""What a reader of a result must know about its levers, in words: each lever says its own part."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import reduce

import numpy as np
import pandas as pd

from cepasim.core.countries import JAPAN
from cepasim.core.fiscal_year import format_fiscal_year, year_in_words
from cepasim.core.language import mark, now, paragraph, separated, tr
from cepasim.core.numbers import bn, range_bn
from cepasim.economy.barriers import OWN as OWN_BARRIERS
from cepasim.economy.barriers import barriers_in_words
from cepasim.economy.economy import Economy
from cepasim.economy.elasticities import OWN, SOURCES, lacking
from cepasim.economy.variants import CENTRAL
from cepasim.economy.verdict import verdicts
from cepasim.levers.lever import Lever
from cepasim.levers.measure import Measure, Measures
from cepasim.levers.meetings import notes_on_meetings
from cepasim.levers.precedence import measures, notes_on_precedence
from cepasim.levers.said import About
from cepasim.params.described import bundled_base_year
from cepasim.scenario.scenario import Scenario
from cepasim.solution.state import Run
from cepasim.tables.caveats import Note, once
from cepasim.tables.levels import section_factors, total_range

#: Trade beyond what it ever was, by the measure on record.
_BEYOND = {
    "exports_to_japan": mark(
        "A size beyond anything observed: India's exports to Japan are {percent} % above the "
        "reference in {year}; the largest rise between any two years from {first} to {last} was "
        "{largest} %"
    ),
    "imports_from_japan": mark(
        "A size beyond anything observed: India's imports from Japan are {percent} % above the "
        "reference in {year}; the largest rise between any two years from {first} to {last} was "
        "{largest} %"
    ),
}


def scenario_notes(
    economy: Economy, scenario: Scenario, resolved: Measures | None = None
) -> tuple[str, ...]:
    """Say what each lever cannot do here and why, and which answers rest on assumptions.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    resolved : mapping of str to tuple of Measure, optional
        The levers by importer, where they were resolved already and in chapters.

    Returns
    -------
    tuple of str
        The verdict of history on what the levers change, then in the order of the levers, then
        what holds for the whole result; none twice.
    """
    verdict = verdicts(economy.parameters)
    notes: list[str] = [
        Note(now(verdict[lever.question].note), lever.kind, decides=True)
        for lever in scenario.levers
    ]
    # Levers speak of chapters: thousands of products would say nothing.
    economy = economy.by_chapter
    if resolved is None:
        years = scenario.years_from(economy.base_year)
        resolved = measures(economy, scenario.levers, years, scenario.staged)
    for acting in resolved.values():
        notes += map(Note, notes_on_precedence(acting, economy.classification))
        notes += map(Note, notes_on_meetings(acting, economy.classification))
    for together in _by_flow(scenario, resolved):
        notes += _of_levers(economy, together)
    notes += map(Note, _elasticities(economy))
    if economy.barriers != OWN_BARRIERS:
        notes.append(Note(barriers_in_words(economy)))
    ending = tuple(lever.kind for lever in scenario.levers if lever.last is not None)
    if ending and not scenario.staged:
        text = "Comparative statics know no years: a lever that ends is counted as if it did not"
        notes.append(Note(tr(text), About(ending)))
    notes += _outside_their_range(economy, scenario)
    notes += _rests_on(economy, scenario)
    for lever in dict.fromkeys(type(lever) for lever in scenario.levers):
        notes += (Note(text, lever.kind, decides=True) for text in lever.notes_on_kind())
    if scenario.levers:
        text = tr(
            "Losses in Japan are worked out from Japan's customs data of {base_year} by "
            "source and group of goods; within a group, chapters are divided by an estimate"
            " (grade B/C; D for sources that sell little of a chapter)",
            base_year=year_in_words(economy.base_year),
        )
        notes.append(Note(text, About(importer=JAPAN)))
    return once(notes)


def _of_levers(economy: Economy, together: Sequence[Measure]) -> Iterator[Note]:
    """What levers of a kind on one flow say, each about what it acts on."""
    kind = type(together[0].lever)
    for some in [together] if kind.read_together else [[one] for one in together]:
        about = reduce(About.joined, (one.about for one in some))
        yield from (Note(text, about) for text in kind.notes(economy, some))
        for one in some:
            said = () if one.selection is None else one.selection.notes
            yield from (Note(now(text), one.about) for text in said)


def beyond_the_record(run: Run) -> tuple[str, ...]:
    """Warn where trade changes by more than it ever did between two years on record."""
    table = run.economy.parameters.table("history/totals")
    notes = []
    for (measure, message), before, after in zip(
        _BEYOND.items(),
        (run.reference.exports, run.reference.imports),
        (run.outcome.exports, run.outcome.imports),
        strict=True,
    ):
        seen = table[table["measure"] == measure].sort_values("fiscal_year")
        values = seen["value"].to_numpy(float)
        largest = (values / np.minimum.accumulate(values) - 1).max()
        change = after.sum(axis=1) / before.sum(axis=1) - 1
        if change.max() > largest:
            year = run.labels[int(change.argmax())]
            notes.append(
                Note(
                    tr(
                        message,
                        percent=f"{100 * change.max():,.0f}",
                        year=year_in_words(year),
                        first=year_in_words(seen["fiscal_year"].iloc[0]),
                        last=year_in_words(seen["fiscal_year"].iloc[-1]),
                        largest=f"{100 * largest:,.0f}",
                    ),
                    decides=True,
                )
            )
    return tuple(notes)


def level_notes(run: Run) -> tuple[str, ...]:
    """Say that changes are to be read, and how uncertain the levels of assumed years are."""
    known = list(run.economy.ground.known_years.values())
    last = min(one.last for one in known)
    if not run.scenario.staged or run.years[-1] <= last:
        return ()
    said: dict[str, str] = {}
    for flow, name, levels in (
        ("export", "exports", run.reference.exports),
        ("import", "imports", run.reference.imports),
    ):
        around = total_range(run, flow)
        said[name] = bn(levels[-1].sum())
        said[f"{name}_range"] = range_bn(around.low[-1], around.high[-1], unit=False)
        low, high = section_factors(run, flow)
        said |= {f"{name}_low": f"{low:.2g}", f"{name}_high": f"{high:.2g}"}
    sentences = [
        tr("Read changes against the reference; the levels themselves are uncertain."),
        tr(
            "In {year}, under the {variant} variant of the reference, exports are {exports} "
            "[{exports_range}] and imports {imports} [{imports_range}] at prices of {price_year} "
            "(90 % range); a single section's exports may be {exports_low} to {exports_high} times "
            "what is shown, its imports {imports_low} to {imports_high} times what is shown.",
            year=year_in_words(run.labels[-1]),
            variant=tr(run.variant.name.replace("_", " ")),
            price_year=year_in_words(run.economy.price_year),
            **said,
        ),
    ]
    if run.variant.name != CENTRAL:
        text = mark("The range is measured with the settings of the path {central}.")
        sentences.append(tr(text, central=CENTRAL))
    if published := _published(known[0].years, known[0].status):
        sentences.append(
            tr(
                "Trade is as published up to {last} ({published}).",
                last=year_in_words(format_fiscal_year(last)),
                published=published,
            )
        )
    return (paragraph(sentences),)


def _published(years: Iterable[int], status: Iterable[str]) -> str:
    """Say how final the published years are."""
    words = {True: mark("{year} is provisional"), False: mark("{year} is final")}
    return separated(
        tr(words[one == "provisional"], year=year_in_words(format_fiscal_year(year)))
        for year, one in zip(years, status, strict=True)
    )


def own_figures_notes(economy: Economy) -> tuple[str, ...]:
    """Name the user's own customs figures, and the base year where it is another one."""
    said, notes = economy.parameters.own_figures, list[str]()
    if said:
        text = tr("Rests on your own customs data, read from files: {files}", files=said)
        notes.append(Note(text))
    if economy.base_year != bundled_base_year():
        notes.append(
            tr(
                "The base year of these parameters is {base}: every amount is in US$ of {prices}",
                base=year_in_words(economy.base_year),
                prices=year_in_words(economy.price_year),
            )
        )
    return tuple(notes)


def _elasticities(economy: Economy) -> Iterator[str]:
    """Say whose elasticities these are, where they are not the folder's own."""
    name = economy.elasticities
    if name == OWN:
        return
    source, gaps = SOURCES[name], lacking(economy.parameters, name, economy.by_chapter.chapters)
    sentences = [
        tr(
            "Elasticities of substitution from one source, {name}: {reference}, {what} (grade "
            "{grade}); imports against home goods by half of it.",
            name=name,
            reference=source.reference,
            what=tr(source.what),
            grade=source.grade,
        )
    ]
    if gaps:
        text = mark("Where it has no value, that of the parameter folder is kept: {chapters}.")
        sentences.append(tr(text, chapters=separated(gaps)))
    yield paragraph(sentences)


def _rests_on(economy: Economy, scenario: Scenario) -> Iterator[Note]:
    """Say what decides the size of what each kind of lever does, and how good that is."""
    rows = economy.parameters.rows
    said: dict[tuple[str, str], list[Lever]] = {}
    for lever in scenario.levers:
        said.setdefault((lever.kind, lever.rests_on[0]), []).append(lever)
    for (kind, begins), levers in said.items():
        on = levers[0].rests_on[1]
        found = rows[rows["name"].str.startswith(begins)]
        importers = {getattr(lever, "importer", None) for lever in levers}
        grade = max(_grade_of_most(found, importer) for importer in importers)
        text = tr(
            "{lever}: the size of the effect rests most on {on} (grade {grade})",
            lever=tr(levers[0].title),
            on=on,
            grade=grade,
        )
        yield Note(text, kind, decides=True, on=on, grade=grade)


def _grade_of_most(rows: pd.DataFrame, importer: str | None) -> str:
    """Grade of most rows: one chapter without a published value does not make the others worse.

    Where there are rows of the importer it is theirs, as the other border may be known better.
    """
    own = rows[rows["importer"] == importer]
    return str((rows if own.empty else own)["grade"].mode().iloc[0])


def _outside_their_range(economy: Economy, scenario: Scenario) -> Iterator[str]:
    """Name the overrides that no source supports."""
    if not scenario.parameters:
        return
    rows = economy.parameters.rows
    ranges = dict(zip(rows["name"], rows[["low", "high"]].to_numpy(float), strict=True))
    for name, value in scenario.parameters.items():
        low, high = ranges[name]
        if not low <= value <= high:
            yield tr(
                "Parameter {name} is set to {value}, outside its documented range of {low} to "
                "{high}",
                name=name,
                value=f"{value:g}",
                low=f"{low:g}",
                high=f"{high:g}",
            )


def _by_flow(scenario: Scenario, resolved: Measures) -> Iterable[list[Measure]]:
    """Measures of a kind that act on one flow together, each in the first market it reaches."""
    first: dict[int, Measure] = {}
    for acting in resolved.values():
        for measure in acting:
            first.setdefault(id(measure.asked), measure)
    flows: dict[Hashable, list[Measure]] = {}
    for lever in scenario.levers:
        if id(lever) in first:
            flows.setdefault((lever.kind, lever.targets), []).append(first[id(lever)])
    return flows.values()

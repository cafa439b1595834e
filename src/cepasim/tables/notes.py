"""What a reader of a result must know about its levers, in words: each lever says its own part."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

import numpy as np
import pandas as pd

from cepasim.core.fiscal_year import format_fiscal_year
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
from cepasim.scenario.scenario import Scenario
from cepasim.solution.state import Run
from cepasim.tables.caveats import Note
from cepasim.tables.levels import section_factors, total_range


def scenario_notes(economy: Economy, scenario: Scenario) -> tuple[str, ...]:
    """Say what each lever cannot do here and why, and which answers rest on assumptions.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario

    Returns
    -------
    tuple of str
        The verdict of history on what the levers change, then in the order of the levers, then
        what holds for the whole result; none twice.
    """
    verdict = verdicts(economy.parameters)
    notes: list[str] = [
        Note(verdict[lever.question].note, lever.kind, decides=True) for lever in scenario.levers
    ]
    # Levers speak of chapters: thousands of products would say nothing.
    economy = economy.by_chapter
    resolved = measures(economy, scenario.levers, scenario.years, scenario.staged)
    for acting in resolved.values():
        notes += notes_on_precedence(acting, economy.classification)
        notes += notes_on_meetings(acting, economy.classification)
    for together in _by_flow(scenario, resolved):
        kind = together[0].lever.kind
        notes += (Note(text, kind) for text in type(together[0].lever).notes(economy, together))
        for measure in together:
            said = () if measure.selection is None else measure.selection.notes
            notes += (Note(text, kind) for text in said)
    notes += _elasticities(economy)
    if economy.barriers != OWN_BARRIERS:
        notes.append(barriers_in_words(economy))
    if not scenario.staged and any(lever.last is not None for lever in scenario.levers):
        notes.append(
            "Comparative statics know no years: a lever that ends is counted as if it did not"
        )
    notes += _outside_their_range(economy, scenario)
    notes += _rests_on(economy, scenario)
    for lever in dict.fromkeys(type(lever) for lever in scenario.levers):
        notes += (Note(text, lever.kind, decides=True) for text in lever.notes_on_kind())
    if scenario.levers:
        notes.append(
            "Who loses in Japan rests on Japan's customs data of 2023-24 by source and group of "
            "goods; inside a group, chapters are divided by an estimate (grade B/C; D for sources "
            "that sell little of a chapter)"
        )
    return tuple(dict.fromkeys(notes))


def beyond_the_record(run: Run) -> tuple[str, ...]:
    """Warn where trade changes by more than it ever did between two years on record."""
    table = run.economy.parameters.table("history/totals")
    notes = []
    for measure, flow, before, after in (
        ("exports_to_japan", "exports to", run.reference.exports, run.outcome.exports),
        ("imports_from_japan", "imports from", run.reference.imports, run.outcome.imports),
    ):
        seen = table[table["measure"] == measure].sort_values("fiscal_year")
        values = seen["value"].to_numpy(float)
        largest = (values / np.minimum.accumulate(values) - 1).max()
        change = after.sum(axis=1) / before.sum(axis=1) - 1
        if change.max() > largest:
            year = run.labels[int(change.argmax())]
            notes.append(
                Note(
                    f"A size beyond anything observed: India's {flow} Japan are "
                    f"{100 * change.max():,.0f} % above the reference in {year}; the largest rise "
                    f"between any two years from {seen['fiscal_year'].iloc[0]} to "
                    f"{seen['fiscal_year'].iloc[-1]} was {100 * largest:,.0f} %",
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
    said, sections = [], []
    for flow, name, levels in (
        ("export", "exports", run.reference.exports),
        ("import", "imports", run.reference.imports),
    ):
        around, level = total_range(run, flow), levels[-1].sum() / 1000
        low, high = around.low[-1] / 1000, around.high[-1] / 1000
        said.append(f"{name} {level:.1f} [{low:.1f}–{high:.1f}]")
        low, high = section_factors(run, flow)
        sections.append(f"{name} {low:.2g} to {high:.2g} times what is shown")
    published = [
        f"{format_fiscal_year(year)} is {'provisional' if status == 'provisional' else 'final'}"
        for year, status in zip(known[0].years, known[0].status, strict=True)
    ]
    fact = f"; trade is as published up to {format_fiscal_year(last)}" if published else ""
    fact += f" ({', '.join(published)})" if published else ""
    variant = run.variant.name
    if variant != CENTRAL:
        variant += f" (its range is measured with the settings of the {CENTRAL} path)"
    return (
        "Read changes against the reference; its levels are uncertain. In "
        f"{run.labels[-1]}, variant {variant}, 90 % range: {', '.join(said)} US$ bn of "
        f"2023-24; of a single section {', '.join(sections)}{fact}",
    )


def own_figures_notes(economy: Economy) -> tuple[str, ...]:
    """Name the user's own customs figures, where the folder holds any."""
    said = economy.parameters.own_figures
    return (f"Rests on your own customs figures, read from files: {said}",) if said else ()


def _elasticities(economy: Economy) -> Iterator[str]:
    """Say whose elasticities these are, where they are not the folder's own."""
    name = economy.elasticities
    if name == OWN:
        return
    source, gaps = SOURCES[name], lacking(economy.parameters, name, economy.by_chapter.chapters)
    kept = f"; the folder's own value stays where it has none: {', '.join(gaps)}" if gaps else ""
    yield (
        f"Elasticities of substitution from one source, {name}: {source.reference}, "
        f"{source.what} (grade {source.grade}); imports against home goods by half of it{kept}"
    )


def _rests_on(economy: Economy, scenario: Scenario) -> Iterator[Note]:
    """Say what decides the size of what each kind of lever does, and how good that is."""
    rows = economy.parameters.rows
    said: dict[tuple[str, str], list[Lever]] = {}
    for lever in scenario.levers:
        said.setdefault((lever.kind, lever.rests_on[0]), []).append(lever)
    for (kind, begins), levers in said.items():
        on = levers[0].rests_on[1]
        found = rows[rows["name"].str.startswith(begins)]
        grade = max(_grade_of_most(found, getattr(lever, "importer", None)) for lever in levers)
        text = f"{levers[0].title}: the size of the effect rests most on {on} (grade {grade})"
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
            yield (
                f"Parameter {name} is set to {value:g}, outside its documented range of {low:g} "
                f"to {high:g}"
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

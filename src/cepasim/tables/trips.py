"""When a quota fills and when imports pass a safeguard's threshold, in one run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import COUNTRY, FLOW_INTO, PAIR
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, paragraph, tr
from cepasim.equilibrium.trq import IN_QUOTA
from cepasim.levers.quota import QuotaLever
from cepasim.levers.remedy import ALL, RemedyLever
from cepasim.levers.said import About
from cepasim.levers.words import listed
from cepasim.products.levels import chapter_of
from cepasim.solution.state import Run, State
from cepasim.tables.caveats import Note
from cepasim.tables.names import name_now

#: What trips, marked for `cepasim.core.language.now`.
QUOTA, SURGE = mark("quota fills"), mark("imports pass the threshold")
#: Years whose average a surge is measured against: part of the definition of what `surge_trigger`
#: is a multiple of (Agreement on Agriculture, Article 5.4), and said in the notes.
_BEFORE = 3
#: US$ million by which levers move a chapter's imports at least, for it to be watched.
_MOVED = 1e-6
#: Chapters that a note names.
_NAMED = 5


def trip_notes(run: Run) -> tuple[str, ...]:
    """Say in which year imports under a remedy pass a safeguard's threshold, and where to ask more.

    Parameters
    ----------
    run : Run
        Under one variant of the reference.

    Returns
    -------
    tuple of str
        Nothing where the scenario has neither a quota nor a remedy on the partner's goods.
    """
    watched = _under_a_remedy(run)
    has_quota = bool(run.scenario.levers_of(QuotaLever))
    if not run.scenario.staged or not (watched or has_quota):
        return ()
    more = tr(
        "This is under the reference {variant}; `cepasim triggers` has the years under every "
        "variant",
        variant=tr(run.variant.name.replace("_", " ")),
    )
    if not watched:
        text = tr("When quotas fill depends on the reference.")
        return (Note(paragraph([text, more]), QuotaLever.kind),)
    factor = run.economy.parameters.value("surge_trigger")
    said = []
    for importer in dict.fromkeys(side for side, _ in watched):
        rows = [row for row in surges(run, None) if (row[1], row[3]) in watched]
        passed = [
            _passing(str(hs), str(name), str(year), alone is not None)
            for _, side, _, hs, name, year, alone, *_ in rows
            if side == importer and year is not None
        ]
        country = tr(COUNTRY[importer])
        if passed:
            said.append(
                tr(
                    "Imports of {country} under a remedy pass {factor} times the average of the "
                    "three years before, a safeguard's threshold: {passed}.",
                    country=country,
                    factor=f"{factor:g}",
                    passed=listed(passed, _NAMED),
                )
            )
        else:
            said.append(
                tr(
                    "Imports of {country} under a remedy are in no year above {factor} times the "
                    "average of the three years before, a safeguard's threshold.",
                    country=country,
                    factor=f"{factor:g}",
                )
            )
    chapters = tuple(sorted({hs for _, hs in watched}))
    return (Note(paragraph([*said, more]), About((RemedyLever.kind,), chapters=chapters)),)


def _passing(hs: str, name: str, year: str, without_levers: bool) -> str:
    """One chapter that passes the threshold, and when."""
    product, year = f"{hs} {name_now(name)}", year_in_words(year)
    if without_levers:
        return tr("{product} in {year} (without the levers, too)", product=product, year=year)
    return tr("{product} in {year}", product=product, year=year)


def _under_a_remedy(run: Run) -> set[tuple[str, str]]:
    """Importers and chapters with a remedy on the partner's goods."""
    classification = run.economy.classification
    return {
        (lever.importer, chapter_of(atom))
        for lever in run.scenario.levers_of(RemedyLever)
        if lever.source in (lever.partner, ALL) and lever.selected is not None
        for atom in classification.select(lever.selected).atoms
    }


def filled_quotas(solved: Run) -> Iterator[tuple[object, ...]]:
    """When each quota fills: a row of `cepasim.triggers` without the variant.

    Parameters
    ----------
    solved : Run
    """
    for importer, market in solved.economy.markets.items():
        outcome = solved.outcome.markets[importer]
        set_up, found = outcome.shocks.quota, outcome.quota
        if set_up is None or found is None:
            continue
        limited = np.isfinite(set_up.limit)
        for h, s in np.argwhere(limited.any(axis=0)):
            years = np.flatnonzero(limited[:, h, s])
            limit = set_up.limit[years, h, s]
            sold = found.quantity[years, h, s]
            filled = years[found.regime[years, h, s] != IN_QUOTA]
            ratio = np.divide(sold, limit, out=np.full(len(years), np.inf), where=limit > 0)
            hs = market.chapters[h]
            yield (
                QUOTA,
                importer,
                market.exporters[s],
                hs,
                solved.economy.name(hs),
                solved.labels[filled[0]] if filled.size else None,
                None,
                float(ratio.max()),
                float(limit[-1]),
            )


def surges(
    solved: Run, limits: dict[tuple[str, str], float] | None
) -> Iterator[tuple[object, ...]]:
    """When imports from the partner pass a threshold: rows of `cepasim.triggers`.

    Parameters
    ----------
    solved : Run
    limits : dict of (str, str) to float, or None
        US$ million a year by importer and chapter; else every chapter that the levers move
        against its own past.
    """
    economy = solved.economy.by_chapter
    factor = economy.parameters.value("surge_trigger")
    started = _first_year(solved)
    for importer in PAIR:
        after, before = (
            _imports(solved, state, importer) for state in (solved.outcome, solved.reference)
        )
        moved = np.abs(after - before).max(axis=0) > _MOVED
        for h, hs in enumerate(economy.chapters):
            given = None if limits is None else limits.get((importer, hs))
            if given is None and (limits is not None or not moved[h]):
                continue
            passed, ratio = _passed(after[:, h], factor, given, started)
            alone, _ = _passed(before[:, h], factor, given, started)
            if given is None and not passed.size:
                continue  # most chapters: nothing to report
            yield (
                SURGE,
                importer,
                economy.markets[importer].partner,
                hs,
                economy.name(hs),
                solved.labels[passed[0]] if passed.size else None,
                solved.labels[alone[0]] if alone.size else None,
                ratio,
                given if given is not None else factor,
            )


def _passed(
    imports: Floats, factor: float, given: float | None, started: int
) -> tuple[Ints, float]:
    """Years in which imports are above the threshold, and the largest ratio to it."""
    ratio = np.zeros(len(imports))
    for year in range(max(started, 1), len(imports)):
        average = imports[max(year - _BEFORE, 0) : year].mean()
        limit = factor * average if given is None else given
        ratio[year] = imports[year] / limit if limit > 0 else 0.0
    return np.flatnonzero(ratio > 1), float(ratio.max())


def _first_year(solved: Run) -> int:
    """Place of the first year in which a lever can be in force."""
    starts = [lever.start for lever in solved.scenario.levers]
    return solved.labels.index(min(starts)) if starts else 0


def _imports(solved: Run, state: State, importer: str) -> Floats:
    """Imports of one side from the other by year and chapter, US$ million of 2023-24."""
    cells = state.exports if FLOW_INTO[importer] == "export" else state.imports
    return solved.economy.summed(cells)

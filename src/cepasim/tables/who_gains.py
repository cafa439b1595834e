"""What became of purchases that were to move: what was meant, what arrived, who else gained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY, INDIA, JAPAN
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import mn
from cepasim.economy.economy import Economy
from cepasim.levers.entry import EntryLever
from cepasim.levers.lever import Lever
from cepasim.levers.offtake import OfftakeLever
from cepasim.levers.said import About, Said
from cepasim.levers.sourcing import SourcingLever
from cepasim.levers.words import listed
from cepasim.solution.solve import run as solve
from cepasim.solution.state import Run
from cepasim.tables.caveats import Note

_NAMED = 4
_PRODUCERS = {JAPAN: mark("producers in Japan"), INDIA: mark("producers in India")}
#: Levers that move purchases before any price has moved.
_BUYING = (SourcingLever, OfftakeLever, EntryLever)


def arrival_notes(run: Run) -> tuple[str, ...]:
    """Say what was meant, what arrived and who else gained, in the last year, kind by kind.

    A kind that stands beside others in the scenario is solved alone: what is said is its own.
    """
    notes: list[str] = []
    for kind, title in ((lever.kind, lever.title) for lever in _BUYING):
        levers = tuple(lever for lever in run.scenario.levers if lever.kind == kind)
        if not levers:
            continue
        alone = run if run.kinds == (kind,) else run_alone(run, levers)
        notes += (Note(text, kind) for text in _of_kind(alone, title))
    return tuple(notes)


def run_alone(run: Run, levers: tuple[Lever, ...]) -> Run:
    """Solve some levers of a scenario by themselves."""
    bare = run.scenario.model_copy(update={"levers": levers, "parameters": {}})
    return solve(run.economy, bare, attribution=False, engine=run.engine, check=False)


def _of_kind(run: Run, title: str) -> Iterable[str]:
    year = len(run.years) - 1
    for importer, market in run.economy.markets.items():
        before, after = run.reference.markets[importer], run.outcome.markets[importer]
        column = market.partner_column
        shocks = after.shocks
        asked = (shocks.base - shocks.start)[year, :, column].sum() * shocks.growth[year]
        if asked <= 0:
            continue
        change = (after.fob - before.fob)[year].sum(axis=0)
        home = float((after.domestic - before.domestic)[year].sum())
        arrived = float(change[column])
        gained, lost = _others(run.economy, importer, change, home, asked)
        text = tr(
            "{lever} into {importer} in {year}: meant for {partner} {asked}, arrived {arrived} "
            "({share} %); also gained: {gained}; lost: {lost}",
            lever=tr(title),
            importer=tr(COUNTRY[importer]),
            year=year_in_words(run.labels[year]),
            partner=tr(COUNTRY[market.partner]),
            asked=mn(asked),
            arrived=mn(arrived),
            share=f"{100 * arrived / asked:.0f}",
            gained=gained or tr("nobody"),
            lost=lost or tr("nobody"),
        )
        yield Said(text, About(importer=importer))


def _others(
    economy: Economy, importer: str, change: Floats, home: float, asked: float
) -> tuple[str, str]:
    """Who else gains and who loses, the most first."""
    market = economy.markets[importer]
    gains = {
        tr(economy.classification.partner_name(source)): float(change[place])
        for place, source in enumerate(market.exporters)
        if place != market.partner_column
    }
    gains[tr(_PRODUCERS[importer])] = home
    least = economy.parameters.value("named_gain_least") * asked
    return (
        listed(_named(gains, least, 1.0), _NAMED),
        listed(_named(gains, least, -1.0), _NAMED),
    )


def _named(gains: dict[str, float], least: float, sign: float) -> Iterator[str]:
    """Who gains (or loses) more than a trifle, the most first."""
    order = sorted(gains, key=lambda name: -sign * gains[name])
    for name in order:
        if sign * gains[name] > least:
            yield f"{name} {mn(gains[name], signed=True)}"

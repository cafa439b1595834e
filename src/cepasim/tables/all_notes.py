"""All that a reader of a result must know, in words: of levers, prices, quotas and levels."""

from __future__ import annotations

import numpy as np

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import mn
from cepasim.equilibrium.trq import IN_QUOTA, REGIMES
from cepasim.levers.every import LEVER_NAMES
from cepasim.levers.quota import QuotaOutcome, Quotas
from cepasim.levers.said import About, Said
from cepasim.levers.words import listed
from cepasim.products.levels import chapter_of
from cepasim.solution.sides import merged
from cepasim.solution.state import Run
from cepasim.tables.caveats import Note
from cepasim.tables.names import REGIME_WORDS, name_now
from cepasim.tables.notes import beyond_the_record, level_notes, own_figures_notes, scenario_notes
from cepasim.tables.relief_cost import relief_cost_notes
from cepasim.tables.stake import stake_notes
from cepasim.tables.trips import trip_notes
from cepasim.tables.untraded import untraded_notes
from cepasim.tables.who_gains import arrival_notes

#: Above this number of chapters under quotas a note counts them instead of naming each.
MOST_QUOTAS_TOLD = 6
#: Whose the rent of a quota is: the importing country's or the exporting one's.
_RENT_OWNERS = {True: mark("the importing country"), False: mark("the exporting country")}


def notes(run: Run) -> tuple[str, ...]:
    """What a reader must know: what levers cannot do, unusual prices, what quotas do."""
    resolved = run.measures if run.economy.coarse is None else None
    said = scenario_notes(run.economy, run.scenario, resolved) + beyond_the_record(run)
    said += (
        tuple(stake_notes(run)) + arrival_notes(run) + relief_cost_notes(run) + unusual_prices(run)
    )
    said += tuple(Note(text, "quota") for text in quota_notes(run)) + trip_notes(run)
    said += own_figures_notes(run.economy) + untraded_notes(run)
    return said + level_notes(run) + side_notes(run)


def side_notes(run: Run) -> tuple[str, ...]:
    """Which kinds of levers act on both sides that the split cannot tell apart."""
    kinds = merged(run.scenario, run.engine)
    if not kinds:
        return ()
    text = tr(
        "{levers}: Japan's side and India's are not told apart, since this engine clears both "
        "markets at one price and would have to try every combination; run fewer kinds of levers, "
        "or engine armington",
        levers=listed([tr(LEVER_NAMES.get(kind, kind)) for kind in kinds], len(kinds)),
    )
    return (Note(text, About(kinds)),)


def quota_notes(run: Run) -> tuple[str, ...]:
    """Which quotas bind, from when, at what premium, and which cannot do anything."""
    notes = []
    for importer in run.economy.markets:
        outcome = run.outcome.markets[importer]
        set_up, found = outcome.shocks.quota, outcome.quota
        if set_up is None or found is None:
            continue
        limited = np.isfinite(set_up.limit)
        under = np.argwhere(limited.any(axis=0))
        if len(under) > MOST_QUOTAS_TOLD:
            last = limited.shape[0] - 1
            bites = [(h, s) for h, s in under if found.regime[last, h, s] != IN_QUOTA]
            text = tr(
                "Quotas into {importer}: {binding} of {number} bind in {year}, rents {rents} a "
                "year; the table of quotas has each of them",
                importer=tr(run.economy.classification.partner_name(importer)),
                binding=len(bites),
                number=len(under),
                year=year_in_words(run.labels[last]),
                rents=mn(found.rent[last].sum()),
            )
            notes.append(Said(text, About(importer=importer)))
            continue
        chapters = run.economy.markets[importer].chapters
        for h, s in under:
            about = About(importer=importer, chapters=(chapter_of(chapters[h]),))
            notes.append(Said(_quota_note(run, importer, set_up, found, h, s), about))
    return tuple(notes)


def _quota_note(
    run: Run, importer: str, set_up: Quotas, found: QuotaOutcome, h: int, s: int
) -> str:
    """What one quota does."""
    market, name = run.economy.markets[importer], run.economy.classification.partner_name
    years = np.flatnonzero(np.isfinite(set_up.limit[:, h, s]))
    at = int(years[-1]), h, s
    hs = market.chapters[h]
    quota = tr(
        "Quota on {hs} {product} from {source} into {importer}, {limit} at the prices of "
        "{price_year}",
        hs=hs,
        product=name_now(run.economy.name(hs)),
        source=tr(name(market.exporters[s])),
        importer=tr(name(importer)),
        limit=mn(set_up.limit[at]),
        price_year=year_in_words(run.economy.price_year),
    )
    bites = years[found.regime[years, h, s] != IN_QUOTA]
    if bites.size:
        return tr(
            "{quota}: binds from {first}; in {last} {regime}, premium {premium} %, rent {rent} a "
            "year to {owner}",
            quota=quota,
            first=year_in_words(run.labels[bites[0]]),
            last=year_in_words(run.labels[at[0]]),
            regime=tr(REGIME_WORDS[REGIMES[found.regime[at]]]),
            premium=f"{100 * found.premium[at]:.1f}",
            rent=mn(found.rent[at]),
            owner=tr(_RENT_OWNERS[bool(set_up.to_importer[at])]),
        )
    if (set_up.over_premium[years, h, s] == 0).all():
        text = mark(
            "{quota}: no effect, the over-quota rate is not above the rate within the quota"
        )
        return tr(text, quota=quota)
    return tr("{quota}: does not bind, trade stays within it", quota=quota)


def unusual_prices(run: Run) -> tuple[str, ...]:
    """Chapters in which India's price moves further than the elasticities were measured for."""
    column = run.economy.markets["JPN"].partner_column
    outcome = run.outcome.markets["JPN"]
    price, sold = outcome.price[:, :, column], outcome.fob[:, :, column] > 0
    moved = np.where(sold, np.abs(np.log(price)), 0.0)
    notes = []
    unusual = run.economy.parameters.value("unusual_price")
    for h in np.flatnonzero((moved > unusual).any(axis=0)):
        hs, year = run.economy.chapters[h], int(np.argmax(moved[:, h]))
        notes.append(
            Note(
                tr(
                    "{hs} {product}: India's price moves by {percent} % in {year}, beyond the range"
                    " in which the elasticities were measured",
                    hs=hs,
                    product=name_now(run.economy.name(hs)),
                    percent=f"{100 * (price[year, h] - 1):+.0f}",
                    year=year_in_words(run.labels[year]),
                ),
                About(importer="JPN", chapters=(chapter_of(hs),)),
            )
        )
    return tuple(notes)

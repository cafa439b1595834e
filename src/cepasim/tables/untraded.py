"""Which goods are not traded between the two today and stay so, and why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import ntr, separated, tr
from cepasim.core.numbers import mn
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.levers.entry import EntryLever
from cepasim.levers.said import About
from cepasim.products.levels import chapter_of
from cepasim.solution.state import Run
from cepasim.tables.caveats import Note
from cepasim.tables.names import name_now

#: Goods that are named before the rest are counted.
_NAMED = 4


def untraded_notes(run: Run) -> tuple[str, ...]:
    """Say, for both directions, what is sold neither in the reference nor in the scenario.

    A share of nothing stays nothing, however cheap a good becomes: nobody should read a zero there
    as what a measure would do.

    Parameters
    ----------
    run : Run

    Returns
    -------
    tuple of str
        Empty without levers: there is then nothing to misread.
    """
    if not run.scenario.levers:
        return ()
    return tuple(_said(run))


def _said(run: Run) -> Iterator[str]:
    economy = run.economy
    for importer, market in economy.markets.items():
        sold = run.outcome.markets[importer].fob[:, :, market.partner_column].max(axis=0)
        nothing = np.flatnonzero(sold == 0)
        if not nothing.size:
            continue
        bought = market.cif.sum(axis=1)
        largest = nothing[np.argsort(-bought[nothing], kind="stable")]
        text = tr(
            "In {base_year} {partner} sold {importer} nothing in {goods}, of which {importer} "
            "buys {amount} a year elsewhere. A share of zero stays zero in the model whatever "
            "happens to duties, barriers or prices; the lever “{lever}” shows what a share of "
            "these purchases would mean",
            partner=tr(COUNTRY[market.partner]),
            importer=tr(COUNTRY[importer]),
            goods=_named(economy, market, largest),
            base_year=year_in_words(economy.base_year),
            amount=mn(bought[nothing].sum()),
            lever=tr(EntryLever.title),
        )
        codes = tuple(dict.fromkeys(chapter_of(market.chapters[place]) for place in nothing))
        yield Note(text, About(importer=importer, chapters=codes, trade=0.0))


def _named(economy: Economy, market: Market, places: np.ndarray) -> str:
    """Goods by name, the largest purchases first; beyond a few they are counted."""
    codes = [market.chapters[place] for place in places]
    shown = separated(f"{hs} {name_now(economy.name(hs))}" for hs in codes[:_NAMED])
    shown += " …" if len(codes) > _NAMED else ""
    number = f"{len(codes):,}"
    if economy.split is None:
        return ntr(
            "{number} chapter ({names})",
            "{number} chapters ({names})",
            len(codes),
            number=number,
            names=shown,
        )
    return ntr(
        "{number} product ({names})",
        "{number} products ({names})",
        len(codes),
        number=number,
        names=shown,
    )

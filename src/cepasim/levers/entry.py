"""The entry lever: a partner reaches a share of what an importer buys of goods it hardly sells.

In constant-share models what is not traded stays untraded: no cut of a duty makes something of
nothing. Where the user says that a product will be sold, the partner's share of the importer's
landed imports is lifted to the share that is stated, step by step. Share and capacity move
together, as with offtake, so that the stated share is reached at unchanged prices; the other
sources give up in proportion to what they sell (docs/method.md, "Purchases moved and offtake").
From then on duties, barriers and prices act on these sales as on all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import mn
from cepasim.economy.economy import Economy
from cepasim.levers.bilateral import AgreementLever
from cepasim.levers.fields import PERCENT_TEXT, Percent, Years
from cepasim.levers.lever import Example, Quantity
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.said import said_on
from cepasim.levers.words import (
    TASTES_AND_PLANTS,
    chapters_in_words,
    number_in_words,
    selection_in_words,
)
from cepasim.products.classification import Classification

#: A share above this quantile of the partner's shares by chapter is called large: the "nine of ten
#: chapters" of the note. It chooses words and moves no result.
_HIGH = 0.9


class EntryLever(AgreementLever):
    """The partner's share of an importer's purchases of products it sells little or nothing of."""

    kind: ClassVar[str] = "entry"
    title: ClassVar[str] = mark("Market entry")
    reads: ClassVar[tuple[str, ...]] = ("named_gain_least",)
    sizes: ClassVar[tuple[str, ...]] = ("share_percent",)

    share_percent: Annotated[Percent, Field(description=PERCENT_TEXT)]
    years: Years = 1

    @property
    def side(self) -> str:
        """No rules change: sellers and buyers find each other."""
        return ""

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Buyers are found before any price has moved, and plants for what they buy."""
        return (Quantity.PURCHASES, Quantity.CAPACITY)

    @property
    def no_welfare(self) -> tuple[str, ...]:
        """The importer's buyers like other goods, and who pays for the plants is not known."""
        return (self.importer, self.partner)

    @property
    def why_no_welfare(self) -> str:
        """Buyers like other goods, and who pays for the plants is not known."""
        return TASTES_AND_PLANTS

    @property
    def is_idle(self) -> bool:
        """A share of 0 percent."""
        return self.share_percent == 0

    def own_markets(self, classification: Classification) -> tuple[str, ...]:
        """What it is about: inside a chapter that is sold, it cannot be seen what is not."""
        return classification.select(self.select).codes

    def sentence(self, classification: Classification) -> str:
        """Who reaches which share of what."""
        return tr(
            "{partner} reaches {percent} % of what {importer} imports ({products}) where it sells "
            "less today",
            partner=tr(COUNTRY[self.partner]),
            percent=number_in_words(self.share_percent),
            importer=tr(COUNTRY[self.importer]),
            products=selection_in_words(self.select, classification),
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """How large it is, where the share is there already, and how usual such a share is."""
        for lever, measure in of_kind(measures, cls):
            market, own = measure.market, tr(COUNTRY[PARTNER[lever.importer]])
            column, named = market.partner_column, economy.classification
            whole = sum(_covered(market.landed, measure))
            sold = market.fob[:, column] * measure.reach(lever.source)
            aimed = lever.share_percent / 100 * whole / market.wedge[:, column]
            gains = np.maximum(aimed - sold, 0.0)
            shown = [economy.chapters[h] for h in np.argsort(-gains, kind="stable") if gains[h] > 0]
            there = [economy.chapters[h] for h in np.flatnonzero((whole > 0) & (gains <= 0))]
            if shown:
                text = tr(
                    "Market entry: {partner} is lifted to {percent} % of what {importer} imports "
                    "of {chapters}, {gain} f.o.b. more than the {sold} of {base_year} at unchanged "
                    "prices; the other sources give it up in proportion. The share is stated, not "
                    "found by the model, and its cost is not counted",
                    partner=own,
                    percent=number_in_words(lever.share_percent),
                    importer=tr(COUNTRY[lever.importer]),
                    chapters=chapters_in_words(shown, named),
                    gain=mn(gains.sum()),
                    sold=mn(sold[gains > 0].sum()),
                    base_year=year_in_words(economy.base_year),
                )
                yield said_on(shown, text)
            if there:
                text = tr(
                    "Market entry: {partner} has that share already in {chapters}; nothing is "
                    "added there",
                    partner=own,
                    chapters=chapters_in_words(there, named),
                )
                yield said_on(there, text)
            usual = _shares(market.landed, column)
            high = float(np.quantile(usual, _HIGH)) if usual.size else 0.0
            if shown and lever.share_percent > 100 * high:
                text = tr(
                    "Warning: a share of {percent} % is more than {partner} has in nine out of "
                    "ten of the chapters that it sells {importer} ({high} %; in half of them it"
                    " has less than {median} %)",
                    percent=number_in_words(lever.share_percent),
                    partner=own,
                    importer=tr(COUNTRY[lever.importer]),
                    high=f"{100 * high:.1f}",
                    median=f"{100 * float(np.median(usual)):.1f}",
                )
                yield said_on(shown, text)

    @classmethod
    def notes_on_kind(cls) -> Iterable[str]:
        """Nothing is claimed across a change of taste."""
        yield tr(
            "Market entry: no effect on welfare is claimed, and the cells of both countries are"
            " blank from its first year on"
        )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """A chapter that is not sold, a product inside one that is, and Japan's entry."""
        return (
            Example(
                "a chapter that is not sold",
                {
                    "importer": "JPN",
                    "select": {"hs": ["36", "66"]},
                    "share_percent": 2,
                    "start": "2026-27",
                    "years": 5,
                },
                "++++0",
                "the stated share arrives; the imports are the Japanese inputs of its chapters",
            ),
            Example(
                "a heading",
                {
                    "importer": "JPN",
                    "select": {"hs": ["6404"]},
                    "share_percent": 2,
                    "start": "2026-27",
                },
                "++++0",
                "the same for a product that is solved as a market of its own",
            ),
            Example(
                "Japan's entry",
                {
                    "importer": "IND",
                    "select": {"hs": ["66", "67"]},
                    "share_percent": 5,
                    "start": "2026-27",
                    "years": 3,
                },
                "0+-0+",
                "India's buyers turn to Japan",
            ),
        )


def entered(measures: Sequence[Measure], start: Floats) -> Floats:
    """Sales by which a partner falls short of the shares it is to reach, at unchanged prices.

    Parameters
    ----------
    measures : sequence of Measure
        Of one market.
    start : ndarray, shape (Y, H, S)
        Trade before buyers moved anything, f.o.b.

    Returns
    -------
    ndarray, shape (Y, H)
        f.o.b., dollars of the base year's size.
    """
    missing = np.zeros(start.shape[:2])
    for lever, measure in of_kind(measures, EntryLever):
        market = measure.market
        column, touched = market.partner_column, np.flatnonzero(measure.chapters)
        landed = start[:, touched] * market.wedge[touched]
        reach = np.stack([measure.reach(one)[touched] for one in market.exporters], axis=1)
        covered = landed * reach
        aimed = measure.share * lever.share_percent / 100 * covered.sum(axis=2)
        short = np.maximum(aimed - covered[:, :, column], 0.0)
        missing[:, touched] += short / market.wedge[touched, column]
    return missing


def _covered(landed: Floats, measure: Measure) -> Iterable[Floats]:
    """What each source sells of the products that are selected, shape (H,) each."""
    for column, source in enumerate(measure.market.exporters):
        yield landed[:, column] * measure.reach(source)


def _shares(landed: Floats, column: int) -> Floats:
    """Shares of the partner in the chapters in which it sells anything."""
    sold = landed[:, column] > 0
    return np.asarray(landed[sold, column] / landed[sold].sum(axis=1))

"""The offtake lever: Japanese parents place a product in India for sale in Japan.

The parents decide, so share and capacity move together, as in the fund's captive part: with B
India's exports and X what is placed, India starts from B + X at unchanged prices and can make as
much (docs/method.md, "Purchases moved and offtake").
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Annotated, ClassVar

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.countries import INDIA, JAPAN
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.levers.fields import Selected, Years, number
from cepasim.levers.lever import Example, Lever, Quantity
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.said import said_on
from cepasim.levers.words import (
    TASTES_AND_PLANTS,
    chapters_in_words,
    dollars_in_words,
    selection_in_words,
)
from cepasim.products.classification import Classification

#: Several times all that India ever sold Japan in a year.
_MOST_USD_MN = 20_000
USD_TEXT = mark("US$ million a year, from 0 to 20000")


class OfftakeLever(Lever):
    """Products that Japanese parents place in India and buy back, dollars of 2023-24 a year."""

    kind: ClassVar[str] = "offtake"
    title: ClassVar[str] = mark("Offtake by parents")
    reads: ClassVar[tuple[str, ...]] = ("named_gain_least",)
    sizes: ClassVar[tuple[str, ...]] = ("usd_mn",)

    select: Selected
    usd_mn: Annotated[float, number(USD_TEXT, 0, _MOST_USD_MN)]
    years: Years = 1

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """What Japan buys from India."""
        return ((JAPAN, INDIA),)

    @property
    def importers(self) -> tuple[str, ...]:
        """Japan buys."""
        return (JAPAN,)

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Parents decide before any price has moved, and bring the plants."""
        return (Quantity.PURCHASES, Quantity.CAPACITY)

    @property
    def no_welfare(self) -> tuple[str, ...]:
        """Japan's buyers like other goods, and who pays for the plants is not known."""
        return (JAPAN, INDIA)

    @property
    def why_no_welfare(self) -> str:
        """Buyers like other goods, and who pays for the plants is not known."""
        return TASTES_AND_PLANTS

    @property
    def is_idle(self) -> bool:
        """Nothing placed."""
        return self.usd_mn == 0

    def sentence(self, classification: Classification) -> str:
        """How much of what."""
        return tr(
            "Japanese parents place products worth {amount} a year ({products}) in India for sale "
            "in Japan",
            amount=dollars_in_words(self.usd_mn),
            products=selection_in_words(self.select, classification),
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """How it is divided, where nothing was sold before, and where it is out of proportion."""
        for lever, measure in of_kind(measures, cls):
            market, chapters = measure.market, economy.chapters
            placed = lever.usd_mn * split(measure)
            sold = market.fob[:, market.partner_column]
            shown = [chapters[h] for h in np.argsort(-placed, kind="stable") if placed[h] > 0]
            yield tr(
                "Offtake of {amount} a year (dollars of {price_year}) in {chapters}: divided "
                "between chapters by what Japan imports, given up by the other sources in "
                "proportion; the plants' inputs from Japan are those of the chapter's exports, "
                "their cost is not counted",
                amount=dollars_in_words(lever.usd_mn),
                price_year=year_in_words(economy.price_year),
                chapters=chapters_in_words(shown, economy.classification),
            )
            new = [chapters[h] for h in np.flatnonzero((placed > 0) & (sold == 0))]
            if new:
                text = tr(
                    "India sells Japan nothing today in {chapters}: all that appears there is what "
                    "the parents place",
                    chapters=chapters_in_words(new, economy.classification),
                )
                yield said_on(new, text)
            landed = market.landed
            others = landed.sum(axis=1) - landed[:, market.partner_column]
            far = placed * market.wedge[:, market.partner_column] > others
            over = [chapters[h] for h in np.flatnonzero(far & (placed > 0))]
            if over:
                text = tr(
                    "Warning: more is placed than Japan buys from all other sources in {chapters}",
                    chapters=chapters_in_words(over, economy.classification),
                )
                yield said_on(over, text)

    @classmethod
    def notes_on_kind(cls) -> Iterable[str]:
        """Nothing is claimed across a change of taste."""
        yield tr(
            "Offtake: parent companies decide, not prices; no effect on welfare is claimed, and"
            " the cells of both countries are blank from its first year on"
        )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """A product that is sold already, and chapters in which nothing is sold yet."""
        return (
            Example(
                "vehicles",
                {"select": {"hs": ["87"]}, "usd_mn": 500, "start": "2026-27", "years": 2},
                "++++0",
                "as much as is placed; the imports are the Japanese inputs of its chapter",
            ),
            Example(
                "several chapters",
                {"select": {"hs": ["84", "85"]}, "usd_mn": 200, "start": "2026-27"},
                "++++0",
                "the same, divided by what Japan imports",
            ),
        )


def split(measure: Measure) -> Floats:
    """Share of each chapter in what is placed, by Japan's imports of it; sums to 1, shape (H,)."""
    imports = measure.market.cif.sum(axis=1) * measure.chapters
    if not imports.any():
        imports = measure.chapters.astype(float)
    return np.asarray(imports / imports.sum())


def placed_products(measures: Sequence[Measure], shape: tuple[int, int]) -> Floats:
    """What parents place in India, US$ million of 2023-24 f.o.b. a year, shape (Y, H)."""
    placed = np.zeros(shape)
    for lever, measure in of_kind(measures, OfftakeLever):
        placed += measure.share * lever.usd_mn * split(measure)
    return placed

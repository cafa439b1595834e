"""The sourcing lever: purchases that move from one source to another (China plus one).

*Intended*, buyers ask for a share of what they buy from one source to come from another; no
capacity moves, so prices answer and only part of it arrives. *Imposed*, firms move their plants:
capacity goes along and all of it arrives. Both are shifts of the share parameters of the CES nest
of sources (Armington 1969), normalised so that a shift alone moves no price (docs/method.md,
"Purchases moved and offtake"); the shift is what the scenario says or the parameter
``sourcing_shift``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from cepasim.core.arrays import Floats
from cepasim.core.countries import ADJECTIVE, COUNTRY, PARTNER
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.levers.bilateral import with_pair
from cepasim.levers.codes import sources_of
from cepasim.levers.fields import PERCENT_TEXT, Code, Market, Percent, Selected, Years, fault
from cepasim.levers.lever import Example, Lever, Quantity
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.said import said_on
from cepasim.levers.words import (
    TASTES,
    TASTES_AND_PLANTS,
    chapters_in_words,
    country_in_words,
    grade_in_words,
    number_in_words,
    selection_in_words,
)
from cepasim.products.classification import Classification

Mode = Annotated[
    Literal["intended", "imposed"],
    Field(description=mark("intended (buyers ask, capacity stays) or imposed (plants move along)")),
]


class SourcingLever(Lever):
    """Move a share of an importer's purchases from a source to India (or to Japan).

    Without ``share_percent`` the parameter ``sourcing_shift`` says how much; it is about Japan's
    purchases from China only.
    """

    kind: ClassVar[str] = "sourcing"
    title: ClassVar[str] = mark("Purchases moved")
    reads: ClassVar[tuple[str, ...]] = ("named_gain_least",)
    sizes: ClassVar[tuple[str, ...]] = ("share_percent",)

    importer: Market
    from_source: Code = Field(alias="from")
    to: Code
    select: Selected
    share_percent: Percent | None = Field(default=None, description=PERCENT_TEXT)
    mode: Mode = "intended"
    years: Years = 1

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        return with_pair(given, "to")

    @model_validator(mode="after")
    def _away_from_third(self) -> Self:
        partner = PARTNER[self.importer]
        if self.to != partner:
            raise fault(tr("to: {partner}, the importer's partner", partner=partner))
        if self.from_source in (self.importer, self.to):
            raise fault(tr("from: a third source, not {source}", source=self.from_source))
        if self.share_percent is None and (self.importer, self.from_source) != ("JPN", "CHN"):
            said = tr(
                "share_percent: a number from 0 to 100 (percent); only what JPN buys from CHN has "
                "a default"
            )
            raise fault(said)
        return self

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """What an importer buys from a source."""
        return ((self.importer, self.from_source),)

    @property
    def importers(self) -> tuple[str, ...]:
        """The importer whose buyers move."""
        return (self.importer,)

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Buyers decide before any price has moved; plants may move with them."""
        if self.mode == "imposed":
            return (Quantity.PURCHASES, Quantity.CAPACITY)
        return (Quantity.PURCHASES,)

    @property
    def no_welfare(self) -> tuple[str, ...]:
        """The importer, whose buyers like other goods; with plants also who pays for them."""
        return (self.importer, self.to) if self.mode == "imposed" else (self.importer,)

    @property
    def why_no_welfare(self) -> str:
        """Buyers like other goods, and with plants it is not known who pays for them."""
        return TASTES_AND_PLANTS if self.mode == "imposed" else TASTES

    @property
    def is_idle(self) -> bool:
        """A share of 0 percent."""
        return self.share_percent == 0

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any source of the importer's market."""
        return {"from": sources_of(settings, classification)}

    def sentence(self, classification: Classification) -> str:
        """Who moves how much of what from where to where."""
        share = self.share_percent
        how_much = tr("the usual share")
        if share is not None:
            how_much = tr("{percent} %", percent=number_in_words(share))
        flow = {
            "share": how_much,
            "source": country_in_words(self.from_source, classification),
            "products": selection_in_words(self.select, classification),
            "to": tr(COUNTRY[self.to]),
        }
        if self.mode == "imposed":
            return tr(
                "plants move with {share} of what {importer} buys from {source} ({products}) to "
                "{to}",
                importer=tr(COUNTRY[self.importer]),
                **flow,
            )
        return tr(
            "{importer} buyers mean to move {share} of what they buy from {source} ({products}) to "
            "{to}",
            importer=tr(ADJECTIVE[self.importer]),
            **flow,
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """The assumed share, and where the partner has nothing to sell."""
        for lever, measure in of_kind(measures, cls):
            market = measure.market
            touched = np.flatnonzero(measure.chapters)
            if lever.share_percent is None:
                row = economy.parameters.describe(
                    "sourcing_shift", economy.chapters[touched[0]], "JPN", "CHN"
                )
                yield tr(
                    "Share of purchases that moves: sourcing_shift, {percent} % ({low} to {high}, "
                    "{grade}); a scenario choice, not a forecast",
                    percent=number_in_words(100 * row["value"]),
                    low=number_in_words(100 * row["low"]),
                    high=number_in_words(100 * row["high"]),
                    grade=grade_in_words(row["grade"]),
                )
            idle = [
                economy.chapters[h] for h in touched if market.fob[h, market.partner_column] == 0
            ]
            if idle and lever.mode == "intended":
                text = tr(
                    "{partner} sells nothing yet in {chapters}: no purchases can move there "
                    "without new capacity",
                    partner=tr(COUNTRY[market.partner]),
                    chapters=chapters_in_words(idle, economy.classification),
                )
                yield said_on(idle, text)

    @classmethod
    def notes_on_kind(cls) -> Iterable[str]:
        """Nothing is claimed across a change of taste."""
        yield tr(
            "Sourcing: no effect on welfare is claimed where buyers' preferences change; the "
            "cells of the importer and, where plants move along, of its partner are blank from "
            "then on"
        )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """A share of one's own, the usual one, and India's buyers."""
        usual = {
            "importer": "JPN",
            "from": "CHN",
            "to": "IND",
            "select": {"window": "labour_intensive"},
            "start": "2026-27",
        }
        return (
            Example(
                "share",
                usual | {"share_percent": 5},
                "++++0",
                "buyers move to India at unchanged prices",
            ),
            Example("usual share", usual, "++++0", "the same, by as much as the parameter says"),
            Example(
                "imposed",
                usual | {"share_percent": 5, "mode": "imposed"},
                "++++0",
                "plants move along, so that all of it arrives",
            ),
            Example(
                "India's buyers",
                {
                    "importer": "IND",
                    "from": "CHN",
                    "to": "JPN",
                    "select": {"hs": ["84", "85"]},
                    "share_percent": 5,
                    "start": "2026-27",
                    "years": 5,
                },
                "0+-0+",
                "India's buyers turn to Japan",
            ),
        )


def moved_shares(
    measures: Sequence[Measure], shape: tuple[int, int], usual: float
) -> dict[int, tuple[Floats, Floats]]:
    """Share of the purchases from each source that moves to the partner.

    Parameters
    ----------
    measures : sequence of Measure
        Of one market; selections of one source do not overlap.
    shape : tuple of int
        Years, chapters.
    usual : float
        Fraction that moves where a lever does not say how much.

    Returns
    -------
    dict of int to tuple of ndarray, shape (Y, H) each
        By place of the source that loses them: fractions at unchanged prices, and the part of them
        with which capacity moves. Where only part of a chapter is selected, the part is weighed by
        the source's landed trade by product.
    """
    found: dict[int, tuple[Floats, Floats]] = {}
    for lever, measure in of_kind(measures, SourcingLever):
        column = measure.market.exporters.index(lever.from_source)
        percent = lever.share_percent
        size = usual if percent is None else percent / 100
        share = measure.share * size * measure.reach(lever.from_source)
        moved, along = found.setdefault(column, (np.zeros(shape), np.zeros(shape)))
        moved += share
        if lever.mode == "imposed":
            along += share
    return found

"""The withdrawal lever: a concession goes back to the MFN rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Self

import numpy as np
from pydantic import model_validator

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.levers.fields import End, Years, ends_after_it_starts
from cepasim.levers.lever import Example
from cepasim.levers.measure import Measure
from cepasim.levers.rates import RateLever
from cepasim.levers.said import said_on
from cepasim.levers.words import chapters_in_words, country_in_words, goods_in_words
from cepasim.products.classification import Classification


class WithdrawLever(RateLever):
    """Take back the preference of a source on selected lines: it pays the MFN rate again.

    A tariff lever on the same lines counts until the withdrawal begins, and after its end.
    """

    kind: ClassVar[str] = "withdraw"
    title: ClassVar[str] = mark("Preferences withdrawn")
    turn: ClassVar[int] = 1

    years: Years = 1
    end: End | None = None

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        return ends_after_it_starts(self)

    def final_rates(self, before: Floats, mfn: Floats) -> Floats:
        """The MFN rate; where one of the two is unknown, what is paid stays as it is."""
        return np.where(np.isnan(mfn), before, mfn + 0.0 * before)

    def sentence(self, classification: Classification) -> str:
        """Who withdraws what from whom."""
        goods = goods_in_words(self.source, self.select, classification)
        return tr(
            "{importer} withdraws its preference on {goods}: they pay MFN again",
            importer=tr(COUNTRY[self.importer]),
            goods=goods,
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """Where there is no preference to take back."""
        market, lever = measures[0].market, measures[0].lever
        assert isinstance(lever, WithdrawLever)
        schedule, name = market.schedule, economy.classification
        chosen = np.logical_or.reduce([one.products for one in measures])
        rates = schedule.line_rates(lever.source, measures[0].years)
        margin = np.nan_to_num(schedule.mfn - rates)
        moves = np.zeros(len(schedule.lines), dtype=np.bool_)
        for one in measures:
            moves |= one.lines & ((one.share > 0) & (margin > 0)).any(axis=0)
        product = np.unique(schedule.product_of_line[moves])
        touched = {economy.chapters[h] for h in schedule.chapter[chosen]}
        none = sorted(touched - {economy.chapters[h] for h in schedule.chapter[product]})
        if none:
            text = tr(
                "{source} has no preference in {importer} to withdraw in {chapters}: it pays MFN "
                "there, or everybody pays nothing",
                source=country_in_words(lever.source, name),
                importer=tr(COUNTRY[lever.importer]),
                chapters=chapters_in_words(none, name),
            )
            yield said_on(none, text)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """For good, for some years, and from a rival."""
        plastics = {"importer": "IND", "select": {"hs": ["39"]}, "start": "2027-28"}
        return (
            Example("in India", plastics, "0-+0+", "Japanese plastics pay MFN again"),
            Example(
                "for some years",
                {
                    "importer": "JPN",
                    "select": {"section": "XI"},
                    "start": "2026-27",
                    "years": 2,
                    "end": "2030-31",
                },
                "---+0",
                "Indian textiles and clothing pay MFN again; the imports are the Japanese inputs "
                "of lost exports",
            ),
            Example(
                "from a rival",
                {
                    "importer": "JPN",
                    "source": "VNM",
                    "select": {"hs": ["61", "62"]},
                    "start": "2026-27",
                },
                "++++0",
                "a rival that pays MFN again leaves room, in goods India sells free of duty",
            ),
        )

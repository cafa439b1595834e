"""The halving lever: what a source pays is cut in two."""

from __future__ import annotations

from typing import ClassVar

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.core.language import mark, tr
from cepasim.levers.fields import Years
from cepasim.levers.lever import Example
from cepasim.levers.rates import RateLever
from cepasim.levers.words import goods_in_words
from cepasim.products.classification import Classification


class HalveLever(RateLever):
    """Halve the duties on selected lines."""

    kind: ClassVar[str] = "halve"
    title: ClassVar[str] = mark("Halved duties")

    years: Years = 1

    def final_rates(self, before: Floats, mfn: Floats) -> Floats:
        """Half of what is paid."""
        return 0.5 * before

    def sentence(self, classification: Classification) -> str:
        """Who halves what for whom."""
        goods = goods_in_words(self.source, self.select, classification)
        who = tr(COUNTRY[self.importer])
        return tr("{importer} halves its duties on {goods}", importer=who, goods=goods)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """For the partner and for a rival."""
        vehicles = {"importer": "IND", "select": {"hs": ["87"]}, "start": "2027-28", "years": 2}
        clothing = {"importer": "JPN", "select": {"hs": ["61", "62"]}, "start": "2026-27"}
        return (
            Example("in India", vehicles, "0+-0?", "Japanese vehicles land cheaper"),
            Example(
                "for a rival",
                clothing | {"source": "CHN"},
                "----0",
                "clothing from China lands cheaper in Japan, in the place of India's",
            ),
        )

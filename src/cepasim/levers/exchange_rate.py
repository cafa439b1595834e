"""The exchange-rate lever: a real depreciation against the US dollar."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar, Self

from pydantic import model_validator

from cepasim.core.arrays import Floats
from cepasim.levers.fields import Change, Code, fault
from cepasim.levers.lever import Example, Lever, Quantity, every_code
from cepasim.levers.words import country_in_words
from cepasim.products.classification import Classification


class ExchangeRateLever(Lever):
    """A real depreciation of a country's currency against the US dollar."""

    kind: ClassVar[str] = "exchange_rate"
    title: ClassVar[str] = "Exchange rates"

    country: Code
    depreciation_percent: Change

    @model_validator(mode="after")
    def _not_the_dollar(self) -> Self:
        if self.country == "USA":
            raise fault("country: any but USA, whose currency is the unit")
        return self

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """A country's currency."""
        return (self.country,)

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Costs in dollars; at home the price level and with it demand in dollars."""
        return (Quantity.COST, Quantity.DEMAND)

    @property
    def is_idle(self) -> bool:
        """A change of 0 percent."""
        return self.depreciation_percent == 0

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any country or group."""
        return {"country": every_code(classification)}

    def sentence(self, classification: Classification) -> str:
        """Whose currency moves which way."""
        change = self.depreciation_percent
        verb = "depreciates" if change >= 0 else "appreciates"
        name = country_in_words(self.country, classification)
        return f"the currency of {name} {verb} by {abs(change):g} % in real terms"

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Either currency of the pair, a rival's, and an appreciation."""
        rupee = {"country": "IND", "depreciation_percent": 5, "start": "2026-27"}
        return (
            Example(
                "rupee",
                rupee,
                "+-+?-",
                "Indian costs fall in dollars, and India's demand for imports with its price level",
            ),
            Example(
                "yen",
                rupee | {"country": "JPN"},
                "-??-?",
                "Japanese costs fall in dollars: quantities rise, prices fall",
            ),
            Example(
                "rival's currency",
                rupee | {"country": "CHN"},
                "--?--",
                "a rival becomes cheaper in both markets",
            ),
            Example(
                "appreciation",
                rupee | {"depreciation_percent": -5},
                "-+-?+",
                "the rupee the other way round",
            ),
        )


def dollar_costs(lever: ExchangeRateLever, share: Floats) -> Floats:
    """Unit costs of the country's producers in dollars, as a hat; shaped as the share."""
    return 1 - share + share / (1 + lever.depreciation_percent / 100)

"""Levers on what one importer does to the goods of a source: its partner unless one is named."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Self

from pydantic import model_validator

from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.language import tr
from cepasim.levers.fields import Code, Market, Selected, fault
from cepasim.levers.lever import Lever
from cepasim.levers.words import country_in_words
from cepasim.products.classification import Classification


class BilateralLever(Lever):
    """A lever on one importer, about its partner unless another source is named."""

    importer: Market
    source: Code
    select: Selected

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        return with_pair(given, "source")

    @model_validator(mode="after")
    def _two_countries(self) -> Self:
        if self.source == self.importer:
            said = tr(
                "importer and source must differ; leave source out for {partner}",
                partner=self.partner,
            )
            raise fault(said)
        return self

    @property
    def partner(self) -> str:
        """The other country of the agreement."""
        return PARTNER[self.importer]

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """The flow from its source into its importer."""
        return ((self.importer, self.source),)

    @property
    def importers(self) -> tuple[str, ...]:
        """Its importer alone."""
        return (self.importer,)

    @property
    def side(self) -> str:
        """Its importer."""
        return self.importer

    def concerns(self, source: str) -> bool:
        """Its source alone."""
        return source == self.source

    def named(self, classification: Classification) -> str:
        """The importer, and whose goods."""
        return tr(
            "{kind} levers of {importer} for {source}",
            kind=self.kind,
            importer=tr(COUNTRY[self.importer]),
            source=country_in_words(self.source, classification),
        )


class AgreementLever(BilateralLever):
    """A lever that works through the agreement, so that its source is the partner."""

    @model_validator(mode="after")
    def _partner_only(self) -> Self:
        if self.source not in (self.partner, self.importer):
            said = tr(
                "source: {partner}; this lever acts between India and Japan only",
                partner=self.partner,
            )
            raise fault(said)
        return self


def with_pair(given: Any, other: str) -> Any:
    """Fill in the importer or its counterpart where one of the two is left out."""
    if not isinstance(given, Mapping):
        return given
    filled = dict(given)
    for missing, known in ((other, "importer"), ("importer", other)):
        value = given.get(known)
        if missing not in given and isinstance(value, str) and value in PARTNER:
            filled.setdefault(missing, PARTNER[value])
    return filled

"""India's agreements with Japan's rivals of which no rate is known by line."""

from __future__ import annotations

from dataclasses import dataclass

from cepasim.core.immutable import FrozenMapping
from cepasim.params.parameters import Parameters

#: Sources with such an agreement, in force, notified or concluded; Oman and New Zealand are part of
#: the rest of the world.
_PARTNERS = ("BGD", "AUS", "ARE", "CHE", "GBR", "EU27", "ROW")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement, as a share of the MFN duty that is removed.

    Attributes
    ----------
    cut_now, cut_end : float
        Share of the MFN duty that the source does not pay in the base year, and when staging is
        over.
    start : int
        First fiscal year of the cuts after the base year.
    years : int
        Equal annual steps.
    """

    cut_now: float
    cut_end: float
    start: int
    years: int

    @classmethod
    def of_india(cls, parameters: Parameters) -> FrozenMapping:
        """Agreements by source; what comes after the base year comes into force by ``later``."""
        value = parameters.value
        later = value("agreements_later")
        found = {}
        for source in _PARTNERS:
            name = source.lower()
            now = value(f"agreement_cut_now_{name}")
            end = max(value(f"agreement_cut_end_{name}"), now)
            dated = cls(
                cut_now=now,
                cut_end=now + later * (end - now),
                start=int(value(f"agreement_start_{name}")),
                years=max(int(value("agreement_years")), 1),
            )
            found[source] = dated.seen_from(parameters.base_year.first)
        return FrozenMapping(found)

    def seen_from(self, base_year: int) -> Agreement:
        """Return what is left of it: steps up to the base year are part of the cut of today."""
        taken = min(base_year - self.start + 1, self.years)
        if taken <= 0:
            return self
        return Agreement(
            cut_now=self.cut_now + taken / self.years * (self.cut_end - self.cut_now),
            cut_end=self.cut_end,
            start=base_year + 1,
            years=max(self.years - taken, 1),
        )

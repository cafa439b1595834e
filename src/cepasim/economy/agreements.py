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
        Share of the MFN duty that the source does not pay in 2023-24, and when staging is over.
    start : int
        First fiscal year of the cuts after 2023-24.
    years : int
        Equal annual steps.
    """

    cut_now: float
    cut_end: float
    start: int
    years: int

    @classmethod
    def of_india(cls, parameters: Parameters) -> FrozenMapping:
        """Agreements by source; what comes after 2023-24 comes into force by ``later``."""
        value = parameters.value
        later = value("agreements_later")
        found = {}
        for source in _PARTNERS:
            name = source.lower()
            now = value(f"agreement_cut_now_{name}")
            end = max(value(f"agreement_cut_end_{name}"), now)
            found[source] = cls(
                cut_now=now,
                cut_end=now + later * (end - now),
                start=int(value(f"agreement_start_{name}")),
                years=max(int(value("agreement_years")), 1),
            )
        return FrozenMapping(found)

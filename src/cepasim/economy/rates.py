"""What a tariff schedule needs to know about the rates on its lines, whoever levies them."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints

LineRule = Literal["best", "mean"]


class LineFacts(Protocol):
    """What the rates of N tariff lines are made of, whatever the figures are."""

    def levels(self, source: str) -> tuple[Floats, Floats]:
        """Two rates by line, shape (N,): where neither is higher, no rate of the source is."""

    def marks(self, source: str) -> tuple[NDArray[Any], ...]:
        """All else that its rates are made of besides the chapter, shape (N,) each."""

    def at(self, lines: Ints, source: str) -> LineFacts:
        """Facts of some of the lines, as far as one source goes."""


class Rates(Protocol):
    """Rates of N tariff lines under certain figures."""

    @property
    def facts(self) -> LineFacts:
        """What they are made of."""

    @property
    def mfn(self) -> Floats:
        """Most-favoured-nation rates, shape (N,)."""

    def drawn(self, source: str) -> bool:
        """Whether the rates of a source are others under other figures."""

    def of(self, source: str) -> tuple[Floats, Floats]:
        """Rates in 2023-24 and from 2026-27 on, shape (N,); one array where nothing moves."""

    def late(self, source: str) -> tuple[int, Floats] | None:
        """First year and rates of a known later event, such as the end of LDC treatment."""

    def on(self, facts: LineFacts) -> Rates:
        """Rates of other lines under the same figures."""

"""Levers on rates: what a source pays on each tariff line once all of them have acted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.economy.verdict import DUTIES
from cepasim.levers.bilateral import BilateralLever
from cepasim.levers.codes import sources_of
from cepasim.levers.lever import Quantity, buyers_substitute
from cepasim.levers.measure import Acting
from cepasim.products.classification import Classification


class RateLever(BilateralLever):
    """A lever that gives selected lines other rates: its form is one function."""

    by_line: ClassVar[bool] = True
    read_together: ClassVar[bool] = True
    question: ClassVar[str] = DUTIES
    #: Where levers of several kinds meet on a line, those with a later turn act on what the
    #: others leave, whatever their order in the file.
    turn: ClassVar[int] = 0

    @property
    def rests_on(self) -> tuple[str, str]:
        """How readily buyers change between sources."""
        return buyers_substitute()

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Duties are part of the landed wedge."""
        return (Quantity.WEDGE,)

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any source of the importer's market."""
        return {"source": sources_of(settings, classification)}

    def final_rates(self, before: Floats, mfn: Floats) -> Floats:
        """Rates once all of it is in force, fractions; shaped as the rates before."""
        raise NotImplementedError

    def rates(self, before: Floats, mfn: Floats, acting: Acting) -> Floats:
        """Rates of the lines it acts on in each year, fractions.

        Parameters
        ----------
        before : ndarray, shape (Y, n)
            Without it.
        mfn : ndarray, shape (n,)
        acting : Acting
            This lever on those n lines.
        """
        return before + acting.share * (self.final_rates(before, mfn) - before)


def line_rates(scheduled: Floats, mfn: Floats, acting: Iterable[Acting]) -> Floats:
    """Rates one source pays on each line in each year, claims made.

    Parameters
    ----------
    scheduled : ndarray, shape (Y, N)
        Rates without levers, fractions.
    mfn : ndarray, shape (N,)
    acting : iterable of Acting
        Levers on this importer and source; lines of one kind do not overlap.

    Returns
    -------
    ndarray, shape (Y, N)
        Fractions. A lever acts on the scheduled path, step by step towards its final rate; none
        lifts a preferential rate above the MFN rate.
    """
    rates = np.array(scheduled)
    found = [(one.lever, one) for one in acting if isinstance(one.lever, RateLever)]
    for lever, one in sorted(found, key=lambda pair: pair[0].turn):
        chosen = one.chosen
        rates[:, chosen] = lever.rates(rates[:, chosen], mfn[chosen], one.inside())
    return rates

"""Tariff formulas: what a file may say, and the rates they end in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from cepasim.core.arrays import Floats
from cepasim.core.language import mark, tr
from cepasim.core.problems import closest
from cepasim.levers.fields import HS_TEXT, Frozen, Start, Years, as_tuple, fault, number

_NUMBERED = ("percent", "cap", "rate", "swiss", "swiss_average")
_CUTS = ("eliminate", *_NUMBERED, "match")
CUTS_TEXT = mark(
    "eliminate, {percent: 50}, {cap: 2.0}, {rate: 1.5}, {swiss: 16}, {swiss_average: 3} or "
    "{match: EU27}"
)
NUMBER_TEXT = mark("a number, 0 or more (percent)")
#: Swiss coefficients between which one is looked for, fractions: next to none, next to no cut.
_LEAST, _MOST = 1e-9, 1e6


class Cut(Frozen):
    """A tariff formula.

    Attributes
    ----------
    formula : {"eliminate", "percent", "cap", "rate", "swiss", "swiss_average", "match"}
    percent : float
        The number of the formula: cut in percent of the rate (``percent``), highest rate
        (``cap``), new rate (``rate``), Swiss coefficient (``swiss``) or average of the lines
        after a Swiss formula (``swiss_average``), these four in percent of the value; 100 for
        ``eliminate`` and, without meaning, for ``match``.
    rival : str or None
        Whose rates are matched.
    """

    formula: Literal["eliminate", "percent", "cap", "rate", "swiss", "swiss_average", "match"]
    percent: Annotated[float, number(NUMBER_TEXT, 0, 1000)] = 100.0
    rival: (
        Annotated[
            str, Field(strict=True, description=mark("the code of a country or group, as EU27"))
        ]
        | None
    ) = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        """Read the forms of a file: ``eliminate`` or one formula with its number."""
        if isinstance(written, str):
            if written == "eliminate":
                return {"formula": "eliminate"}
            raise fault(tr(CUTS_TEXT) + closest(written, _CUTS))
        if not isinstance(written, Mapping):
            raise fault(tr(CUTS_TEXT))
        if "formula" in written:
            return written
        unknown = [key for key in written if key not in _CUTS[1:]]
        if unknown or len(written) != 1:
            meant = closest(unknown[0], _CUTS[1:]) if unknown else ""
            raise fault(tr("exactly one formula: {forms}", forms=tr(CUTS_TEXT)) + meant)
        [(formula, value)] = written.items()
        if formula == "match":
            if not isinstance(value, str):
                raise fault(
                    tr("match: the code of a country or group whose rates are matched, as EU27")
                )
            return {"formula": formula, "rival": value}
        return {"formula": formula, "percent": value}

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.formula == "percent" and self.percent > 100:
            raise fault(tr("percent: a number from 0 to 100"))
        if self.formula == "swiss" and self.percent == 0:
            raise fault(tr("swiss: a coefficient above 0 (percent)"))
        if self.formula == "swiss_average" and self.percent == 0:
            raise fault(tr("swiss_average: an average above 0 (percent); for 0 use eliminate"))
        return self

    @property
    def is_idle(self) -> bool:
        """A cut of 0 percent."""
        return self.formula == "percent" and self.percent == 0

    def as_written(self) -> Any:
        """Return the form a file has."""
        if self.formula == "eliminate":
            return "eliminate"
        return {self.formula: self.rival if self.formula == "match" else self.percent}


class Phase(Frozen):
    """A formula that comes into force from a year on, in equal annual steps."""

    cut: Annotated[Cut, Field(description=CUTS_TEXT)]
    start: Start
    years: Years = 1

    @staticmethod
    @lru_cache(maxsize=256)
    def single(cut: Cut, start: str, years: int) -> Phase:
        """Return a cut as the one phase it is: checked once, asked for in every draw."""
        return Phase(cut=cut, start=start, years=years)

    def as_written(self) -> Any:
        """Return the form a file has; one step goes without saying."""
        written = super().as_written()
        if self.years == 1:
            del written["years"]
        return written


class Row(Phase):
    """A phase of the lines that begin with certain codes."""

    hs: Annotated[
        tuple[Annotated[str, Field(strict=True)], ...],
        BeforeValidator(as_tuple),
        Field(min_length=1, description=HS_TEXT),
    ]


# -- what they do to rates -------------------------------------------------------------------


def after_cut(rates: Floats, cut: Cut) -> Floats:
    """Final rates of lines under a tariff formula.

    Parameters
    ----------
    rates : ndarray
        Rates before, fractions; NaN (no ad-valorem rate known) stays NaN.
    cut : Cut
        Eliminate; linear cut ``(1 - c) r``; cap ``min(r, c)``; new rate; Swiss ``a r / (a + r)``.

    Returns
    -------
    ndarray
        Same shape, fractions.
    """
    return by_formula(rates, cut.formula, cut.percent / 100)


def by_formula(rates: Floats, formula: str, size: Floats | float) -> Floats:
    """Final rates under a formula whose number, a fraction, may differ by line."""
    if formula == "eliminate":
        return rates * 0.0
    if formula == "percent":
        return rates * (1 - size)
    if formula == "cap":
        return np.fmin(rates, size) + 0.0 * rates
    if formula == "rate":
        return size + 0.0 * rates
    if formula != "swiss":
        raise ValueError(f"{formula}: not a formula of one rate")
    total = size + rates
    return np.asarray(np.divide(size * rates, total, out=total * 0.0, where=total != 0))


def swiss_coefficient(rates: Floats, average: float) -> float | None:
    """Swiss coefficient at which the mean of some rates is an average, all fractions.

    Parameters
    ----------
    rates : ndarray
        NaN, where no ad-valorem rate is known, is left out.
    average : float

    Returns
    -------
    float or None
        None where the mean is no higher already.
    """
    known = rates[~np.isnan(rates)]
    if not known.size or known.mean() <= average:
        return None

    def gap(log_coefficient: float) -> float:
        after = by_formula(known, "swiss", float(np.exp(log_coefficient)))
        return float(after.mean()) - average

    from scipy.optimize import brentq  # takes longer to load than a scenario to run

    ends = np.log(_LEAST), np.log(_MOST)
    if gap(ends[1]) <= 0:
        return None
    return float(np.exp(brentq(gap, *ends, xtol=1e-14)))

"""Tariff levers: from the scenario to the rates of tariff lines, by year."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cepasim.economy.market import Market
from cepasim.levers.timing import Years, in_force
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import Cut, TariffLever

Floats = NDArray[np.float64]


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
    if cut.formula == "eliminate":
        return rates * 0.0
    size = cut.percent / 100
    if cut.formula == "percent":
        return rates * (1 - size)
    if cut.formula == "cap":
        return np.fmin(rates, size) + 0.0 * rates
    if cut.formula == "rate":
        return size + 0.0 * rates
    return size * rates / (size + rates) if size > 0 else rates * 0.0


def selected_lines(
    market: Market, lever: TariffLever, classification: Classification
) -> NDArray[np.bool_]:
    """Tariff lines a lever acts on, shape (N,)."""
    selection = classification.select(lever.select)
    chosen = selection.matches(market.schedule.lines)
    if selection.category is not None:
        chosen = chosen & (market.schedule.category == selection.category)
    return chosen


def line_rates(
    market: Market,
    source: str,
    levers: Iterable[TariffLever],
    classification: Classification,
    years: Years,
    staged: bool = True,
) -> Floats:
    """Rates one source pays on each line in each year, claims made.

    Parameters
    ----------
    market : Market
    source : str
    levers : iterable of TariffLever
        Those on this importer and source; selections do not overlap.
    classification : Classification
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False puts every cut in force at once (comparative statics).

    Returns
    -------
    ndarray, shape (Y, N)
        Fractions. A cut acts on the scheduled path, step by step towards its final rate; it never
        lifts a preferential rate above the MFN rate.
    """
    rates = market.schedule.line_rates(source, years)
    for lever in levers:
        chosen = selected_lines(market, lever, classification)
        scheduled = rates[:, chosen]
        final = np.fmin(after_cut(scheduled, lever.cut), market.schedule.mfn[chosen])
        share = in_force(years, lever.start, lever.years, staged)
        rates[:, chosen] = scheduled + share[:, None] * (final - scheduled)
    return rates

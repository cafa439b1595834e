"""The India-focused fund: from dollars granted to capital, output, exports and purchases.

Equations of the fund (docs/method.md): a grant in year y becomes capital after the gestation
lag, ``K = (1 - delta) K_(y-1) + additionality G_(y-lag) / subsidy_rate``; each vintage of capital
reaches full output along the ramp, ``Q = K output_capital_ratio ramp``; of the output
``X = Q export_share`` is exported and ``X_J = X japan_share`` of that goes to Japan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.levers.timing import Years
from cepasim.scenario.scenario import FundLever

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FundPath:
    """What the fund does, US$ million of 2023-24 a year, shape (Y, H) each.

    Attributes
    ----------
    grants : ndarray
        Public money disbursed, by the chapter it is meant for.
    investment : ndarray
        Additional capital expenditure it sets off, grant included.
    output : ndarray
        Additional output of the supported plants.
    exports_to_japan : ndarray
        What they could sell to Japan at unchanged prices.
    captive : ndarray
        The part of it that Japanese parents take back.
    domestic_sales : ndarray
        What they sell in India.
    capital_goods : ndarray
        Machinery bought from Japan while building, by the chapter of the machinery.
    inputs : ndarray
        Japanese inputs the output needs, by the chapter of the *output*.
    """

    grants: Floats
    investment: Floats
    output: Floats
    exports_to_japan: Floats
    captive: Floats
    domestic_sales: Floats
    capital_goods: Floats
    inputs: Floats

    @classmethod
    def none(cls, years: int, chapters: int) -> FundPath:
        """Return the path without a fund."""
        return cls(*(np.zeros((years, chapters)) for _ in range(8)))


def allocation(economy: Economy, lever: FundLever, window: str) -> Floats:
    """Share of a window's money by chapter, shape (H,); sums to 1.

    Equal money to each industry the proposal names (or the lever's own shares); within an
    industry by Japan's benchmark imports of its chapters.
    """
    japan = economy.markets["JPN"].cif.sum(axis=1)
    position = {hs: index for index, hs in enumerate(economy.chapters)}
    industries = economy.classification.window_industries(window, optional=True)
    wanted = dict(lever.industries or {})
    named = {industry.name for industry in industries}
    inside = {name: share for name, share in wanted.items() if name in named}
    if inside:
        total = sum(inside.values())
        weights = {name: share / total for name, share in inside.items()}
    else:
        proposed = [industry.name for industry in industries if industry.named_in_proposal]
        weights = dict.fromkeys(proposed, 1.0 / len(proposed))
    shares = np.zeros(len(economy.chapters))
    for industry in industries:
        if industry.name in weights:
            columns = [position[hs] for hs in industry.chapters]
            shares[columns] += weights[industry.name] * japan[columns] / japan[columns].sum()
    return shares


def fund_path(economy: Economy, lever: FundLever, years: Years, staged: bool = True) -> FundPath:
    """What one fund does year by year.

    Parameters
    ----------
    economy : Economy
    lever : FundLever
    years : ndarray of int, shape (Y,)
        Consecutive years from the base year; a single one for comparative statics.
    staged : bool, optional
        False is the long run: all money spent, all capital at work at full output before any of
        it wears out, nothing under construction.

    Returns
    -------
    FundPath
    """
    parameters = economy.parameters
    value = parameters.value
    chapters = economy.chapters
    budget = lever.usd_bn * 1000 * value("disbursement_rate")
    per_grant = value("additionality") / value("subsidy_rate")
    ratio = value("output_capital_ratio")
    lag = max(int(round(value("gestation_lag"))), 1)
    wear = value("depreciation")
    ramp = np.array([value(f"ramp_{step}") for step in (1, 2, 3)])
    machinery = parameters.by_chapter("capital_goods_chapter_share", chapters)

    if staged:
        profile = _profile(years, parse_fiscal_year(lever.start), lever.years, lever.replenish)
        grants = budget * profile
        investment = _spread(per_grant * grants, lag)
        working = _working_capital(per_grant * grants, lag, wear, ramp)
    else:
        grants = investment = np.zeros(len(years))
        working = np.full(len(years), per_grant * budget)

    path = FundPath.none(len(years), len(chapters))
    for window, share in lever.windows.items():
        split = allocation(economy, lever, window) * share
        output = np.outer(working * ratio, split)

        def by_window(name: str, window: str = window) -> Floats:
            return parameters.by_chapter(name, chapters, window=window)

        exports = output * by_window("export_share")
        to_japan = exports * by_window("japan_share_of_exports")
        bought = (split * by_window("japanese_share_of_capital_goods")).sum()
        built = np.outer(investment * bought, machinery)
        path = FundPath(
            grants=path.grants + np.outer(grants, split),
            investment=path.investment + np.outer(investment, split),
            output=path.output + output,
            exports_to_japan=path.exports_to_japan + to_japan,
            captive=path.captive + to_japan * by_window("captive_offtake"),
            domestic_sales=path.domestic_sales + output - exports,
            capital_goods=path.capital_goods + built,
            inputs=path.inputs + output * by_window("japanese_inputs_per_output"),
        )
    return path


def _profile(years: Years, start: int, duration: int, replenish: bool) -> Floats:
    """Share of the budget granted in each year: equal parts, again and again if replenished."""
    running = (years >= start) & (replenish | (years < start + duration))
    return running / duration


def _spread(commitments: Floats, lag: int) -> Floats:
    """Construction outlays: each commitment in equal parts over the ``lag`` years of building."""
    outlays = np.zeros_like(commitments)
    for step in range(min(lag, len(commitments))):
        outlays[step:] += commitments[: len(commitments) - step] / lag
    return outlays


def _working_capital(commitments: Floats, lag: int, wear: float, ramp: Floats) -> Floats:
    """Capital at work, each vintage weighted by how far it is up the ramp, shape (Y,)."""
    age = np.subtract.outer(np.arange(commitments.size), np.arange(commitments.size) + lag)
    old = np.maximum(age, 0)
    left = (1 - wear) ** old * ramp[np.minimum(old, len(ramp) - 1)]
    return np.asarray((np.where(age >= 0, left, 0.0) * commitments).sum(axis=1))

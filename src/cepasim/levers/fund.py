"""The India-focused fund: from dollars granted to capital, output, exports and purchases.

Equations of the fund (docs/method.md): a grant in year y becomes capital after the gestation
lag, ``K = (1 - delta) K_(y-1) + additionality G_(y-lag) / subsidy_rate`` (without the wear
``delta`` where the owners replace what wears out, and pay for it); each vintage of capital
reaches full output along the ramp, ``Q = K output_capital_ratio ramp``; of the output
``X = Q export_share`` is exported and ``X_J = X japan_share`` of that goes to Japan.

Capital is a perpetual inventory (OECD, *Measuring Capital*, 2009); the chain from grants to exports
is this project's own. Every ratio in it is a parameter of ``params/fund`` with its source or, where
nobody has measured it, as an assumption with range and reason.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import parse_fiscal_year, year_in_words
from cepasim.core.language import mark, ntr, tr
from cepasim.core.problems import closest
from cepasim.economy.economy import Economy
from cepasim.levers.fields import SHARES_TOLERANCE, Flag, Money, Shares, WindowShares
from cepasim.levers.fields import Years as WholeYears
from cepasim.levers.fund_notes import READ_BY_FUNDS, crowded_notes, size_notes
from cepasim.levers.lever import Complain, Example, Lever, Quantity
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.said import said_on
from cepasim.levers.timing import Years
from cepasim.levers.words import (
    chapters_in_words,
    dollars_in_words,
    windows_in_words,
)
from cepasim.products.classification import Classification
from cepasim.products.levels import places_of
from cepasim.products.selection import Selection


class FundLever(Lever):
    """The India-focused fund: its size, windows, and over how many years it is spent.

    ``industries`` divides a window's money between its industries; a window none of whose
    industries is named keeps the default split. ``replacement``: whether the owners of the
    plants replace what wears out, at their own cost; otherwise the capital runs down.
    """

    kind: ClassVar[str] = "fund"
    title: ClassVar[str] = mark("Fund")
    reads: ClassVar[tuple[str, ...]] = READ_BY_FUNDS
    sizes: ClassVar[tuple[str, ...]] = ("usd_bn",)

    usd_bn: Money
    windows: WindowShares
    years: WholeYears
    replenish: Flag = False
    replacement: Flag = False
    industries: Shares | None = None

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """There is one fund."""
        return ("fund",)

    @property
    def rests_on(self) -> tuple[str, str]:
        """How much of what the fund builds is sold to Japan."""
        return "japan_share_of_exports", tr("how much of what the fund builds is sold to Japan")

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Plants add capacity; what parents take back is bought at unchanged prices."""
        return (Quantity.CAPACITY, Quantity.PURCHASES)

    @property
    def adds_capacity(self) -> str:
        """Plants."""
        return tr("the fund adds capacity")

    @property
    def is_idle(self) -> bool:
        """A fund without money."""
        return self.usd_bn == 0

    @classmethod
    def check_settings(
        cls, settings: Mapping[str, Any], classification: Classification, complain: Complain
    ) -> Selection | None:
        """Check the names of windows and industries, and how the money is divided."""
        windows, industries = settings.get("windows"), settings.get("industries")
        windows = windows if isinstance(windows, Mapping) else {}
        industries = industries if isinstance(industries, Mapping) else {}
        known = classification.windows
        for window, share in windows.items():
            if window not in known:
                meant, named = closest(window, known), ", ".join(known)
                text = tr("unknown window{meant}; allowed: {allowed}", meant=meant, allowed=named)
                complain(("windows", str(window)), share, text)
        if industries:
            _check_industries(windows, industries, classification, complain)
        return None

    def sentence(self, classification: Classification) -> str:
        """How much for what."""
        windows = windows_in_words(self.windows)
        amount = dollars_in_words(1000 * self.usd_bn, bn=True)
        said = tr("a fund of {amount} ({windows})", amount=amount, windows=windows)
        if self.replenish:
            said = tr("{fund}, replenished", fund=said)
        if self.replacement:
            said = tr("{fund}, its plants kept up by their owners", fund=said)
        return said

    def when(self) -> str:
        """Over how many years it is spent."""
        start = year_in_words(self.start)
        return ntr(
            "from {start} over {n} year", "from {start} over {n} years", self.years, start=start
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """What no source gives, where there is nothing to begin with, and impossible sizes."""
        market = economy.markets["JPN"]
        sells = market.fob[:, market.partner_column] > 0
        for lever, measure in of_kind(measures, cls):
            yield tr(
                "No source says how much of the fund's output goes to Japan (grade D), and its "
                "plants are assumed to buy as much from Japan as the average Indian producer of"
                " the same goods, although Japanese affiliates buy more: the sign of its effect"
                " on the balance depends on both"
            )
            shares = [allocation(economy, lever, window) for window in lever.windows]
            idle = [economy.chapters[h] for h in np.flatnonzero((np.sum(shares, 0) > 0) & ~sells)]
            if idle:
                text = tr(
                    "India sells Japan nothing today in {chapters}: only what Japanese parents "
                    "take back is counted there",
                    chapters=chapters_in_words(idle, economy.classification),
                )
                yield said_on(idle, text)
            path = fund_path(economy, lever, measure.years, staged=len(measure.years) > 1)
            spent = economy.parameters.value("disbursement_rate")
            granted = max(lever.usd_bn, path.grants.sum() / (1000 * spent) if spent else 0.0)
            planned = path.exports_to_japan.sum(axis=1).max()
            yield from size_notes(economy, lever.usd_bn, granted, planned)
            yield from crowded_notes(economy, lever.windows, lever.industries or ())

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Either window, both, industries of one's own, and one that is filled up again."""
        fund = {"usd_bn": 2.0, "start": "2026-27", "years": 5}
        return (
            Example(
                "labour-intensive",
                fund | {"windows": {"labour_intensive": 1.0}},
                "++++?",
                "capacity for Japan outweighs the inputs where much of the output goes to Japan",
            ),
            Example(
                "sunrise",
                fund | {"windows": {"sunrise": 1.0}},
                "+??+?",
                "less goes to Japan and the plants buy more from it; what they sell at home "
                "displaces imports: the balance depends on what affiliates buy",
            ),
            Example(
                "industries",
                fund
                | {
                    "windows": {"labour_intensive": 0.5, "sunrise": 0.5},
                    "industries": {"garments": 0.7, "footwear": 0.3},
                },
                "+??+?",
                "the money of one window divided by hand",
            ),
            Example(
                "replenished",
                fund | {"windows": {"labour_intensive": 1.0}, "replenish": True},
                "++++?",
                "granted again and again; the long run is that of one filling",
            ),
            Example(
                "replaced",
                fund | {"windows": {"labour_intensive": 1.0}, "replacement": True},
                "++++?",
                "owners replace what wears out, with Japanese machinery among it",
            ),
        )


def _check_industries(
    windows: Mapping[str, Any],
    industries: Mapping[str, Any],
    classification: Classification,
    complain: Complain,
) -> None:
    window_of = {
        industry.name: window
        for window in classification.windows
        for industry in classification.window_industries(window, optional=True)
    }
    for name, share in industries.items():
        if name not in window_of:
            meant, named = closest(name, window_of), ", ".join(window_of)
            text = tr("unknown industry{meant}; allowed: {allowed}", meant=meant, allowed=named)
            complain(("industries", str(name)), share, text)
        elif windows.get(window_of[name], 0) == 0:
            text = tr(
                "an industry of a window that gets money; {window} gets none",
                window=window_of[name],
            )
            complain(("industries", name), share, text)
    for window in classification.windows:
        shares = [share for name, share in industries.items() if window_of.get(name) == window]
        if not shares or not all(isinstance(share, int | float) for share in shares):
            continue
        if abs(sum(shares) - 1) > SHARES_TOLERANCE:
            text = tr(
                "shares that sum to 1 within {window}, not to {total}",
                window=window,
                total=f"{sum(shares):.10g}",
            )
            complain(("industries",), industries, text)


# -- what it does to arrays ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class FundPath:
    """What the fund does, US$ million of 2023-24 a year, shape (Y, H) each.

    Attributes
    ----------
    grants : ndarray
        Public money disbursed, by the chapter it is meant for.
    investment : ndarray
        Additional capital expenditure it sets off, grant included, and what owners replace.
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
    industry by Japan's benchmark imports of its chapters, and within a chapter that is split by
    those of the industry's products.
    """
    japan = economy.by_chapter.markets["JPN"].cif.sum(axis=1)
    by_product = economy.markets["JPN"].cif.sum(axis=1)
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
            columns = places_of(industry.chapters, economy.by_chapter.chapters)
            money = weights[industry.name] * japan[columns] / japan[columns].sum()
            if economy.split is None:
                shares[columns] += money
                continue
            by_chapter = np.zeros(len(japan))
            by_chapter[columns] = money
            inside = by_product * economy.holding(industry.subheadings)
            shares += economy.divided(by_chapter, inside)
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
    india = economy.markets["IND"]
    machinery = economy.divided(
        parameters.by_chapter("capital_goods_chapter_share", economy.by_chapter.chapters),
        india.cif[:, india.partner_column],
    )

    if staged:
        profile = _profile(years, parse_fiscal_year(lever.start), lever.years, lever.replenish)
        grants = budget * profile
        set_off = per_grant * grants
        investment = _spread(set_off, lag)
        if lever.replacement:  # of everything at work before the year began
            at_work = np.concatenate([np.zeros(lag + 1), set_off.cumsum()])[: len(years)]
            investment, wear = investment + wear * at_work, 0.0
        working = _working_capital(set_off, lag, wear, ramp)
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

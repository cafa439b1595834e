"""Request and offer lists: every tariff line on which there is something to ask an importer for.

Each gain is the model's own answer to that line alone (``alone``): the list and a run of the
same line agree to rounding, and what several lines of a chapter do together is run, not added up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.arrays import Floats
from cepasim.core.countries import PARTNER
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year
from cepasim.core.language import tr
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.products.levels import at_level
from cepasim.studies.advice.alone import START, Alone, Changes, Effects
from cepasim.studies.advice.columns import PRODUCT_LIST
from cepasim.studies.advice.line_list import LineList, read_lines
from cepasim.studies.advice.sensitive import grades, sensitivity
from cepasim.studies.advice.traded import Traded, base_trade, best_rival, known_codes, nameable

#: Last year of which a gain can be asked for.
LATEST = "2045-46"


def product_list(
    economy: Economy,
    importer: str = "JPN",
    year: str = "2030-31",
    lines: Iterable[str] | str | Path | None = None,
) -> LineList:
    """List the lines to ask an importer for: what each is worth, who loses, how sensitive it is.

    For Japan every line on which India pays, could claim a free rate and does not, or meets a
    barrier; for India every line that it excluded from the CEPA or holds back.

    Parameters
    ----------
    economy : Economy
        From `cepasim.load`, at any level: lines compete within the product that they belong to.
    importer : {"JPN", "IND"}, optional
    year : str, optional
        Fiscal year of the gain, from 2026-27 on; lines are freed in 2026-27.
    lines : iterable of str, or path, optional
        Only these lines: codes, or a file that ``LineList.save`` wrote.

    Returns
    -------
    LineList
        Its ``table`` has the columns of ``cepasim.studies.advice.columns.PRODUCT_LIST``, best
        score first, lines without a known rate last.

    Raises
    ------
    InputError
        For an importer that is not of the pair, a year before the line is freed, or a line that
        is not on the list.

    Examples
    --------
    >>> import cepasim
    >>> asked = cepasim.product_list(cepasim.load(), "JPN")
    >>> asked.filter(ask="tariff").top(1).codes
    ('640319010',)
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    if importer not in economy.markets:
        refuse("importer", importer, tr("JPN or IND"))
    if not _in_reach(year):
        allowed = tr("a fiscal year from {first} to {last}", first=START, last=LATEST)
        refuse("year", year, allowed)
    alone = Alone(economy, importer, START, year)
    market, traded = alone.market, Traded.of(alone.market)
    solved = _gains(alone, traded)
    frame = _frame(economy, market, traded, alone, solved)
    kept = (frame["ask"] != "") | np.isnan(traded.rate)
    kept &= nameable(market) & known_codes(economy, market.schedule.lines)
    frame = frame[kept].sort_values(["score", "line"], ascending=[False, True], na_position="last")
    by_year = pd.DataFrame(
        solved.by_year[:, frame.index.to_numpy()].T, index=frame["line"], columns=_years(year)
    )
    frame = frame.reset_index(drop=True)
    frame["rank"] = frame["score"].rank(ascending=False, method="first")
    table = frame[list(PRODUCT_LIST.names)]
    found = LineList(economy, importer, year, table, by_year)
    return found if lines is None else found.only(read_lines(lines, importer))


def _in_reach(year: str) -> bool:
    try:
        return parse_fiscal_year(START) <= parse_fiscal_year(year) <= parse_fiscal_year(LATEST)
    except (ValueError, TypeError):
        return False


def _years(last: str) -> list[str]:
    return [
        format_fiscal_year(year)
        for year in range(parse_fiscal_year(START), parse_fiscal_year(last) + 1)
    ]


@dataclass(frozen=True, eq=False)
class _Solved:
    """What is asked on each line, and what it does: shape (N,) in the year asked for."""

    ask: NDArray[np.str_]
    by_year: Floats  # (Y, N)
    gain: Floats
    barrier_gain: Floats
    domestic: Floats
    rivals: Floats
    loses_most: NDArray[np.str_]
    revenue: Floats


def _gains(alone: Alone, traded: Traded) -> _Solved:
    """Solve every line of every ask by itself."""
    market, product, rate = alone.market, traded.product, traded.rate
    part, count = traded.part, len(traded.rate)
    paid, collected = alone.now
    pays = np.nan_to_num(rate) > 0
    margin = alone.mfn - alone.rates
    claims_less = (margin > 1e-12) & (alone.cost > 0)
    open_ = ~pays & ~np.isnan(rate) & (part > 0) & claims_less[product] & (traded.mfn > rate)
    barred = ~pays & ~np.isnan(rate) & ~open_ & (part > 0) & (alone.barrier[product] > 0)
    excluded_only = market.importer == "IND"
    ask = np.select([pays, open_ & (not excluded_only), barred & (not excluded_only)],
                    ["tariff", "origin", "barrier"], "")  # fmt: skip

    # A freed line takes its part of the product's rate away; where claims say nothing it becomes
    # the best line, whichever of the product it is, and the product is free.
    ruled = np.isin(product, product[traded.basis == "best line"])
    place = np.flatnonzero(pays & ((part > 0) | ruled))
    left = np.maximum(alone.rates[product] - part * np.nan_to_num(rate), 0.0)
    freed_rate = np.where(ruled, 0.0, left)[place]
    freed = _tariffs_of(alone, product[place], freed_rate)
    tariff = alone.solve(Changes(product[place], *freed, alone.barrier[product[place]]))
    every = np.arange(len(alone.rates))
    claimed = alone.tariffs(alone.rates, 0.0)
    origin = alone.solve(Changes(every, *claimed, alone.barrier))
    relieved = alone.solve(Changes(every, paid, collected, alone.least_barrier))

    # Proof of origin and barriers are eased for a product: each line has its part of the gain.
    of_open = np.bincount(product, part * (ask == "origin"), len(every))[product]
    shared = np.divide(part, of_open, out=np.zeros(count), where=(ask == "origin") & (of_open > 0))

    def assembled(name: str) -> Floats:
        eased = getattr(origin, name)[:, product], getattr(relieved, name)[:, product]
        wide = eased[0].ndim == 3
        one, other = ((w[:, None] if wide else w) for w in (shared, part * (ask == "barrier")))
        out = eased[0] * one + eased[1] * other
        out[:, place] = getattr(tariff, name)
        return np.asarray(out)

    found = Effects(*(assembled(name) for name in ("sales", "domestic", "rivals", "duty")))
    unknown = np.where(np.isnan(rate), np.nan, 1.0)
    most = np.array(market.exporters)[found.rivals[-1].argmin(axis=1)]
    return _Solved(
        ask=ask,
        by_year=found.sales * unknown,
        gain=found.sales[-1] * unknown,
        barrier_gain=relieved.sales[-1][product] * part,
        domestic=-found.domestic[-1] * unknown,
        rivals=-found.rivals[-1].sum(axis=1) * unknown,
        loses_most=np.where(found.sales[-1] > 0, most, ""),
        revenue=found.duty[-1] * unknown,
    )


def _tariffs_of(alone: Alone, product: NDArray[np.int64], rate: Floats) -> tuple[Floats, Floats]:
    market = alone.market
    mfn = market.schedule.product_mfn(market.partner)[product]
    return market.tariffs(mfn, rate, alone.cost[product], market.claims.maximum)


def _frame(
    economy: Economy, market: Market, traded: Traded, alone: Alone, solved: _Solved
) -> pd.DataFrame:
    schedule, product, part = market.schedule, traded.product, traded.part
    rival, lowest = best_rival(market, traded.chapter)
    margin = alone.mfn - alone.rates
    use = np.divide(
        alone.mfn - alone.now[1], margin, out=np.full_like(margin, np.nan), where=margin > 1e-12
    )
    content = economy.parameters.by_chapter("input_content", market.chapters)[traded.chapter]
    into_japan = market.importer == "JPN"
    codes = np.array([at_level(str(line), "subheading") for line in schedule.lines])
    names = economy.parameters.table("classification/hs6").set_index("hs6")["description"]
    sections = np.array([economy.classification.section_of(hs) for hs in market.chapters])
    frame = pd.DataFrame(
        {
            "line": schedule.lines.astype(object),
            "description": names.reindex(codes).fillna("").to_numpy(),
            "section": sections[traded.chapter],
            "ask": solved.ask,
            "category": schedule.category,
            "rate_percent": 100 * traded.rate,
            "mfn_percent": 100 * traded.mfn,
            "barrier_percent": 100 * alone.barrier[product],
            "best_rival": rival,
            "rival_percent": 100 * lowest,
            "handicap_points": 100 * (traded.rate - lowest),
            "trade_usd_mn": part * base_trade(market)[product],
            "basis": traded.basis,
            "use_share": use[product],
            "exports_usd_mn": solved.gain if into_japan else 0.0 * solved.gain,
            "imports_usd_mn": solved.gain * (content if into_japan else 1.0),
            "gain_usd_mn": solved.gain,
            "barrier_gain_usd_mn": solved.barrier_gain,
            "loss_domestic_usd_mn": solved.domestic,
            "loss_rivals_usd_mn": solved.rivals,
            "loses_most": solved.loses_most,
            "revenue_usd_mn": solved.revenue,
        }
    )
    frame["sensitivity"], frame["reasons"] = sensitivity(economy, market, traded, frame)
    frame["score"] = frame["gain_usd_mn"] / frame["sensitivity"]
    frame["partner_percent"], frame["partner_holds_back"] = _defends(economy, market, codes)
    return frame.assign(**grades(economy, market, traded, frame["ask"]))


def _defends(
    economy: Economy, market: Market, codes: NDArray[np.str_]
) -> tuple[Floats, NDArray[np.object_]]:
    """What the exporter charges the importer on the same subheading, and its standing."""
    other = economy.markets[PARTNER[market.importer]].schedule
    rates = other.product_rates(other.rates.of(market.importer)[1], market.importer)
    held = pd.Series(other.category, index=other.product_of_line)
    order = {"X": 0, "partial": 1}
    worst = (
        held[held.isin(order)].groupby(level=0).agg(lambda some: min(some, key=order.__getitem__))
    )
    names = {0: "", **worst.to_dict()}
    place = pd.Index(other.products).get_indexer(pd.Index(codes))
    rate = np.where(place >= 0, 100 * rates[place], np.nan)
    words = {"X": "excluded", "partial": "in part"}
    status = [words.get(str(names.get(one, "")), "") if one >= 0 else "" for one in place.tolist()]
    return rate, np.array(status, dtype=object)

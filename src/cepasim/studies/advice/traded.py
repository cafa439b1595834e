"""Which tariff line carries trade of the partner, what it pays there, and what rivals pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.economy.market import Market
from cepasim.products.levels import chapter_of


@dataclass(frozen=True, eq=False)
class Traded:
    """Lines of one market, N of them, as the partner meets them from 2026-27 on.

    Attributes
    ----------
    product, chapter : ndarray of int, shape (N,)
    part : ndarray, shape (N,)
        Part of its product that the line carries.
    basis : ndarray of str, shape (N,)
        Why it carries it.
    rate, mfn : ndarray, shape (N,)
        Fractions; NaN where not known.
    """

    product: Ints
    chapter: Ints
    part: Floats
    basis: NDArray[np.str_]
    rate: Floats
    mfn: Floats

    @classmethod
    def of(cls, market: Market) -> Traded:
        """Lines of a market in the order of its schedule."""
        schedule = market.schedule
        product = schedule.product_of_line
        rate = schedule.rates.of(market.partner)[1]
        part, basis = _parts(rate, schedule.first_line, schedule.line_use.get(market.partner))
        return cls(product, schedule.chapter[product], part, basis, rate, schedule.mfn)


def nameable(market: Market) -> NDArray[np.bool_]:
    """Lines that are lines of the schedule and not a chapter's stand-in, shape (N,)."""
    return np.asarray(market.schedule.category != NO_LINE)


def known_codes(economy: Economy, lines: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Lines that a scenario can name: India's chapter of projects has no codes of the HS."""
    chapters = np.array([chapter_of(str(line)) for line in lines])
    refused: list[str] = []
    for hs in economy.by_chapter.chapters:
        codes = lines[chapters == hs].tolist()
        if codes:
            _, complaints = economy.classification.check({"hs": codes})
            refused += [str(one.value) for one in complaints]
    return ~np.isin(lines, refused)


def _parts(rates: Floats, first: Ints, use: Floats | None) -> tuple[Floats, NDArray[np.str_]]:
    """Part of its product that each line carries, and why.

    Where claims say nothing the model takes the best line open to shippers: the first of those
    with the lowest rate carries the product here, so that lines add up to it.
    """
    counts = np.diff(np.append(first, len(rates)))
    known = ~np.isnan(rates)
    weight = np.zeros(len(rates)) if use is None else np.where(known, use, 0.0)
    total = np.repeat(np.add.reduceat(weight, first), counts)
    least = np.repeat(np.fmin.reduceat(rates, first), counts)
    best = (rates == least) | np.isnan(least)
    before = np.cumsum(best) - best
    best &= before == np.repeat(before[first], counts)
    shared = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    part = np.asarray(np.where(total > 0, shared, best.astype(float)))
    # Weights of claims add up to 1 within a product; those of a mean are 1 for each line.
    even = total == np.repeat(counts, counts)
    basis = np.select(
        [np.repeat(counts == 1, counts), part == 0, total == 0, even],
        ["only line", "not used", "best line", "mean"],
        "claims",
    )
    return part, basis


def base_trade(market: Market) -> Floats:
    """The partner's sales of each product in the base year, c.i.f., US$ million, shape (K,)."""
    schedule, column = market.schedule, market.partner_column
    paid, _ = market.tariffs(
        schedule.product_mfn(market.partner),
        schedule.product_base(market.partner),
        market.origin_cost[schedule.chapter, column],
        market.claims.maximum,
    )
    cif = market.product_weights[:, column] / (1 + paid)
    total = schedule.chapter_sums(cif)
    scale = np.divide(market.cif[:, column], total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(cif * scale[schedule.chapter])


def rival_rates(market: Market) -> tuple[list[str], Floats]:
    """Rivals by name, and what each pays on every line from 2026-27 on, shape (N, R); fractions."""
    names = [name for name in market.exporters if name not in (market.partner, "ROW")]
    rates = np.stack([market.schedule.rates.of(name)[1] for name in names], axis=1)
    return names, rates


def best_rival(market: Market, chapter: Ints) -> tuple[NDArray[np.str_], Floats]:
    """The rival with the lowest rate on each line among those that sell in the chapter.

    Of several, the one that sells most in the chapter.
    """
    names, rates = rival_rates(market)
    cif = market.cif[:, [market.exporters.index(name) for name in names]]
    order = np.argsort(-cif, axis=1, kind="stable")[chapter]
    rates = np.where((cif > 0)[chapter] & ~np.isnan(rates), rates, np.inf)
    ranked = np.take_along_axis(rates, order, axis=1)
    place = np.take_along_axis(order, ranked.argmin(axis=1)[:, None], axis=1)[:, 0]
    lowest = rates.min(axis=1)
    known = np.isfinite(lowest)
    return np.where(known, np.array(names)[place], ""), np.where(known, lowest, np.nan)

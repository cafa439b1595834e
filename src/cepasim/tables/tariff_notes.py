"""What a reader must know about the duties a tariff lever acts on: their form and their height."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import BASE_YEAR, format_fiscal_year, parse_fiscal_year
from cepasim.economy.benchmark import known_product_trade
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.economy.market import Market
from cepasim.equilibrium.preferences import effective_tariff
from cepasim.levers.tariff import line_rates
from cepasim.products.levels import at_level, chapter_of
from cepasim.scenario.scenario import TariffLever

Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_]

#: Headings, or chapters, named in one note before the rest are counted.
_NAMED = 6
_LONGEST = 60
#: Duties of which only the ad-valorem part is in the figures.
_IN_PART = ("compound", "higher_of", "lower_of", "other")


def special_duty_notes(economy: Economy, lever: TariffLever, chosen: Chosen) -> list[str]:
    """Count specific, compound and mixed duties among a lever's lines, and the trade behind them.

    Parameters
    ----------
    economy : Economy
    lever : TariffLever
    chosen : ndarray of bool, shape (N,)
        Lines the lever acts on.

    Returns
    -------
    list of str
        One note on lines without any ad-valorem rate, one on lines of which only the ad-valorem
        part is known. Trade is India's exports by HS6 of the base year where known (Japan's
        market, the partner as source).
    """
    market = economy.markets[lever.importer]
    schedule = market.schedule
    year = np.array([parse_fiscal_year(lever.start)])
    rate = schedule.line_rates(lever.source, year)[0]
    chosen = chosen & (schedule.category != NO_LINE)
    unknown = chosen & np.isnan(rate)
    in_part = chosen & (np.nan_to_num(rate) > 0) & np.isin(schedule.kind, _IN_PART)
    country = COUNTRY[lever.importer]
    notes = []
    if unknown.any():
        notes.append(
            f"{int(unknown.sum())} of the selected lines of {country} bear specific or mixed "
            f"duties without a known ad-valorem rate ({_chapters(economy, market, unknown)}): they "
            "are left as they are, and what they would add is not counted"
            + _trade(economy, lever, market, unknown, rate)
        )
    if in_part.any():
        notes.append(
            f"Of {int(in_part.sum())} selected lines of {country} with compound or either-or "
            f"duties ({_chapters(economy, market, in_part)}) only the ad-valorem part is known and "
            "counted; the specific part is not" + _trade(economy, lever, market, in_part, None)
        )
    return notes


def prohibitive_notes(economy: Economy, lever: TariffLever, chosen: Chosen) -> list[str]:
    """Name the products a lever frees from a rate so high that there is almost no trade.

    Parameters
    ----------
    economy : Economy
    lever : TariffLever
    chosen : ndarray of bool, shape (N,)
        Lines the lever acts on.

    Returns
    -------
    list of str
        At most one note: headings in words with their rate, the highest first, and the share of
        their chapters' trade that the model gives them. Rates are those of the first year of the
        cut without it, from ``prohibitive_rate`` on.
    """
    market = economy.markets[lever.importer]
    schedule, column = market.schedule, market.exporters.index(lever.source)
    threshold = economy.parameters.value("prohibitive_rate")
    year = np.array([parse_fiscal_year(lever.start)])
    before = np.nan_to_num(schedule.line_rates(lever.source, year))[0]
    after = line_rates(market, lever.source, [lever], economy.classification, year, staged=False)
    lines = chosen & (before >= threshold) & (np.nan_to_num(after)[0] < before)
    if not lines.any():
        return []

    highest: dict[str, float] = {}
    for code, rate in zip(schedule.lines[lines], before[lines], strict=True):
        heading = at_level(code, "heading")
        highest[heading] = max(highest.get(heading, 0.0), float(rate))
    ranked = sorted(highest, key=lambda code: (-highest[code], code))
    # One heading a chapter, or spirits and wines would fill the list.
    named = list({chapter_of(code): code for code in reversed(ranked)}.values())
    named = sorted(named, key=ranked.index)[:_NAMED]
    shown = [f"{_heading(economy, code)} ({code}, {100 * highest[code]:.0f} %)" for code in named]
    more = len(ranked) - len(shown)

    barred = np.nan_to_num(schedule.product_rates(before)) >= threshold
    barred &= np.logical_or.reduceat(lines, schedule.first_line)
    beside = len(np.unique(schedule.product_of_line[lines])) - int(barred.sum())
    text = (
        "Rates so high that they let almost nothing through: "
        + ", ".join(shown)
        + (f" and {more} more headings" if more else "")
        + ". Today's trade says little about what would come, and a chapter average hides it"
    )
    if barred.any():
        cif = _product_cif(market, schedule.product_rates(before), column)
        chapters = np.unique(schedule.chapter[barred])
        share = cif[barred].sum() / max(market.cif[chapters, column].sum(), 1e-12)
        text += (
            f"; the model starts from {100 * share:.2g} % of these chapters' trade in the base year"
        )
    if beside:
        text += (
            f"; {beside} of the products have a cheaper line beside the barred one, taken as used"
        )
    return [text]


def _product_cif(market: Market, rates: Floats, column: int) -> Floats:
    """c.i.f. value of each product from one source in the base year, US$ million, shape (K,)."""
    schedule, group = market.schedule, market.schedule.chapter
    rates = np.nan_to_num(rates)
    mfn = np.maximum(np.nan_to_num(schedule.product_mfn), rates)
    cost = market.origin_cost[group, column]
    paid = effective_tariff(mfn, mfn - rates, cost, market.claims.maximum, market.claims.function)
    cif = market.product_weights[:, column] / (1 + paid)
    return np.asarray(cif * (market.cif[:, column] / schedule.chapter_sums(cif))[group])


def _heading(economy: Economy, code: str) -> str:
    """Text of a heading, shortened: subheadings are described as ``heading: ...``."""
    table = economy.parameters.table("classification/hs6")
    described = table.loc[table["hs6"].str.startswith(code), "description"]
    text = str(described.iloc[0]).split(":")[0]
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST].rsplit(" ", 1)[0].rstrip(",;… ") + " …"


def _chapters(economy: Economy, market: Market, lines: Chosen) -> str:
    schedule = market.schedule
    hit = np.unique(schedule.chapter[schedule.product_of_line[lines]])
    shown = [
        f"{economy.chapters[h]} {economy.classification.name(economy.chapters[h])}" for h in hit
    ]
    more = len(shown) - _NAMED
    return ", ".join(shown[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _trade(
    economy: Economy, lever: TariffLever, market: Market, lines: Chosen, rate: Floats | None
) -> str:
    """Trade behind some lines, in words; ``rate`` given, also where no other line has a rate."""
    schedule = market.schedule
    products = np.logical_or.reduceat(lines, schedule.first_line)
    if lever.importer != "JPN" or lever.source != market.partner:
        return ". The trade behind them is not known by product"
    trade = known_product_trade(economy.parameters, schedule)
    year = format_fiscal_year(BASE_YEAR)
    words = f". India sold US$ {trade[products].sum():.1f} mn of these products in {year}"
    if rate is None:
        return words
    alone = products & np.isnan(schedule.product_rates(rate))
    return words + f", US$ {trade[alone].sum():.1f} mn of it where no other line has a known rate"

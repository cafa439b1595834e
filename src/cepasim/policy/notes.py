"""What a reader of a result must know about its levers, in words."""

from __future__ import annotations

import numpy as np

from cepasim.economy import NO_LINE, Economy
from cepasim.fiscal_year import parse_fiscal_year
from cepasim.policy.fund import allocation
from cepasim.policy.tariffs import selected_lines
from cepasim.scenario import FundLever, NtbLever, OriginLever, Scenario, SourcingLever, TariffLever

#: Chapters named in one note before the rest are counted.
_NAMED = 8
_COUNTRY = {"JPN": "Japan", "IND": "India"}


def scenario_notes(economy: Economy, scenario: Scenario) -> tuple[str, ...]:
    """Say what each lever cannot do here and why, and which answers rest on assumptions.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario

    Returns
    -------
    tuple of str
        In the order of the levers, then what holds for the whole result; none twice.
    """
    notes: list[str] = []
    for lever in scenario.levers:
        if isinstance(lever, TariffLever):
            notes += _tariff_notes(economy, lever)
        elif isinstance(lever, OriginLever):
            notes += _origin_notes(economy, lever)
        elif isinstance(lever, FundLever):
            notes += _fund_notes(economy, lever)
        elif isinstance(lever, SourcingLever):
            notes += _sourcing_notes(economy, lever)
        if hasattr(lever, "select"):
            notes += list(economy.classification.select(lever.select).notes)
    if scenario.levers_of(NtbLever):
        notes.append(
            "No study measures barriers by sector for this pair: their ad-valorem equivalents are "
            "assumptions (grade D) scaled to published magnitudes"
        )
    if scenario.levers:
        notes.append(
            "Who loses in Japan rests on an estimate of Japan's imports by chapter and source "
            "(grade C/D), not on customs data"
        )
    return tuple(dict.fromkeys(notes))


def _names(economy: Economy, chapters: list[str]) -> str:
    name = economy.classification.name
    shown = [f"{hs} {name(hs)}" for hs in chapters[:_NAMED]]
    more = len(chapters) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _tariff_notes(economy: Economy, lever: TariffLever) -> list[str]:
    market = economy.markets[lever.importer]
    schedule = market.schedule
    chosen = selected_lines(market, lever, economy.classification)
    chosen &= schedule.category != NO_LINE
    year = np.array([parse_fiscal_year(lever.start)])
    rate = schedule.line_rates(lever.source, year)[0]
    chapter = schedule.chapter[schedule.product_of_line]
    payer = _COUNTRY.get(lever.source, lever.source)
    collector = _COUNTRY[lever.importer]

    free, untouched = [], []
    for h in np.unique(chapter[chosen]):
        inside = chosen & (chapter == h)
        if np.nanmax(np.nan_to_num(rate[inside])) == 0 and not np.isnan(rate[inside]).any():
            free.append(economy.chapters[h])
        elif (np.nan_to_num(schedule.product_rates(rate)[schedule.chapter == h]) == 0).all():
            untouched.append(economy.chapters[h])
    notes = []
    if free:
        notes.append(
            f"{collector}'s tariff on {payer} is already zero in {_names(economy, free)}: a cut "
            "there changes nothing"
        )
    if untouched:
        notes.append(
            f"In {_names(economy, untouched)} {payer} has a duty-free line beside every dutiable "
            "one of the same product: taken as used already, so a cut changes nothing"
        )
    unknown = chosen & np.isnan(rate)
    if unknown.any():
        hit = sorted({economy.chapters[h] for h in chapter[unknown]})
        notes.append(
            f"{int(unknown.sum())} of the selected lines of {collector} bear specific or mixed "
            f"duties without a known ad-valorem rate ({_names(economy, hit)}): they are left as "
            "they are, and what they would add is not counted"
        )
    column = market.exporters.index(lever.source)
    silent = [
        economy.chapters[h]
        for h in np.unique(chapter[chosen & (np.nan_to_num(rate) > 0)])
        if market.fob[h, column] == 0
    ]
    if silent:
        notes.append(
            f"No trade in the base year in {_names(economy, silent)}: a model of shares cannot "
            "start any"
        )
    return notes


def _origin_notes(economy: Economy, lever: OriginLever) -> list[str]:
    market = economy.markets[lever.importer]
    schedule = market.schedule
    chosen = economy.classification.select(lever.select).matches(schedule.products)
    year = np.array([parse_fiscal_year(lever.start)])
    rates = schedule.product_rates(schedule.line_rates(market.partner, year))[0]
    margin = np.nan_to_num(schedule.product_mfn) - np.nan_to_num(rates)
    none = [
        economy.chapters[h]
        for h in np.unique(schedule.chapter[chosen])
        if margin[chosen & (schedule.chapter == h)].max() <= 0
    ]
    if not none:
        return []
    return [
        f"No preference margin in {_names(economy, none)}: simpler origin rules save nothing there"
    ]


def _fund_notes(economy: Economy, lever: FundLever) -> list[str]:
    market = economy.markets["JPN"]
    sells = market.fob[:, market.partner_column] > 0
    funded = np.sum([allocation(economy, lever, window) for window in lever.windows], axis=0) > 0
    notes = [
        "How much of the fund's output goes to Japan, and how much it buys from Japan, no source "
        "gives (grade D): the sign of its effect on the balance hangs on them"
    ]
    idle = [economy.chapters[h] for h in np.flatnonzero(funded & ~sells)]
    if idle:
        notes.append(
            f"India sells Japan nothing today in {_names(economy, idle)}: only what Japanese "
            "parents take back is counted there"
        )
    return notes


def _sourcing_notes(economy: Economy, lever: SourcingLever) -> list[str]:
    market = economy.markets[lever.importer]
    chapters = economy.classification.select(lever.select).chapters
    idle = [
        hs for hs in chapters if market.fob[economy.chapters.index(hs), market.partner_column] == 0
    ]
    if not idle:
        return []
    return [
        f"{_COUNTRY[market.partner]} sells nothing yet in {_names(economy, idle)}: no purchases "
        "can move there without new capacity"
    ]

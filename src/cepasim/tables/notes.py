"""What a reader of a result must know about its levers, in words."""

from __future__ import annotations

import numpy as np

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.levers.external import freed_exports, redirect_share
from cepasim.levers.fund import allocation
from cepasim.levers.tariff import selected_lines
from cepasim.scenario.scenario import (
    ExternalLever,
    FundLever,
    NtbLever,
    OriginLever,
    Scenario,
    SourcingLever,
    TariffLever,
    barrier_presets,
)
from cepasim.tables.tariff_notes import prohibitive_notes, special_duty_notes

#: Chapters named in one note before the rest are counted.
_NAMED = 8
#: Freed capacity over today's sales beyond which a note warns.
_MANY_TIMES = 5


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
        elif isinstance(lever, NtbLever):
            notes += _ntb_notes(economy, lever)
        elif isinstance(lever, ExternalLever) and lever.market is not None:
            notes += _redirection_notes(economy, lever)
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
    chosen = chosen & (schedule.category != NO_LINE)
    year = np.array([parse_fiscal_year(lever.start)])
    rate = schedule.line_rates(lever.source, year)[0]
    chapter = schedule.chapter[schedule.product_of_line]
    payer = COUNTRY.get(lever.source, lever.source)
    collector = COUNTRY[lever.importer]

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
    notes += special_duty_notes(economy, lever, chosen)
    notes += prohibitive_notes(economy, lever, chosen)
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
    notes = [_use_of_preferences(economy, lever)]
    if none:
        notes.append(
            f"No preference margin in {_names(economy, none)}: simpler origin rules save nothing "
            "there"
        )
    return notes


def _use_of_preferences(economy: Economy, lever: OriginLever) -> str:
    """Say how much of the trade claims its preference, and where that is known from."""
    market = economy.markets[lever.importer]
    described = [
        economy.parameters.describe("utilisation_observed", hs, lever.importer, market.partner)
        for hs in economy.chapters
    ]
    rows = {str(row["name"]): row for row in described}.values()
    [widest] = [row for row in rows if not row["hs"]]
    said = (
        f"{100 * widest['value']:.0f} % ({100 * widest['low']:.0f} to {100 * widest['high']:.0f})"
    )
    own = [100 * row["value"] for row in rows if row["hs"]]
    if own:
        said += f", or by chapter from {min(own):.0f} to {max(own):.0f} %"
    whose = COUNTRY[market.partner]
    grades = "/".join(sorted({str(row["grade"]) for row in rows}))
    return (
        f"Of what {whose} sells under the CEPA with a margin, {said} claims its preference (grade "
        f"{grades}; {widest['source']}). The cost of claiming is calibrated to it: simpler rules "
        "gain the share that does not claim and save paperwork; goods that are not shipped today "
        "because they do not originate are not counted"
    )


def _ntb_notes(economy: Economy, lever: NtbLever) -> list[str]:
    notes = []
    market = economy.markets[lever.importer]
    if lever.preset is not None:
        presets = barrier_presets(economy.parameters)
        known = presets.get(lever.preset)
        size = (
            f"days saved: {lever.days_saved:g}"
            if lever.days_saved is not None
            else f"{lever.relief_percent:g} % of the actionable part"
        )
        about = (
            f" The preset has {known.relief_percent:g} % ({known.low:g} to {known.high:g}, grade "
            f"{known.grade}). {known.note}"
            if known is not None
            else ""
        )
        chapters = economy.classification.select(lever.select).chapters
        where = (
            "every chapter"
            if len(chapters) == len(economy.chapters)
            else _names(economy, list(chapters))
        )
        notes.append(
            f"Preset {lever.preset}: relieves {', '.join(lever.types)} in {where} at "
            f"{COUNTRY[lever.importer]}'s border, {size}.{about}"
        )
    if lever.also_others:
        notes.append(
            f"Relief of {', '.join(lever.types)} in {COUNTRY[lever.importer]} also helps third "
            f"sources (also_others): {COUNTRY[market.partner]}'s rivals meet the lower barrier too"
        )
    return notes


def _redirection_notes(economy: Economy, lever: ExternalLever) -> list[str]:
    market = economy.markets["JPN"]
    freed, share = freed_exports(economy, lever), redirect_share(economy, lever)
    chosen = set(economy.classification.select(lever.select).chapters)
    inside = np.array([hs in chosen for hs in economy.chapters])
    offered = share * freed * inside
    sold = market.fob[:, market.partner_column]
    name = economy.classification.partner_name(str(lever.market))
    how = "" if lever.redirect_share is not None else " (us_redirection_share, grade D)"
    notes = [
        f"Tariff of {name} on India: {100 * share:.0f} %{how} of the exports to that market, "
        f"{offered[sold > 0].sum():,.0f} of {(freed * inside).sum():,.0f} US$ mn (customs table of "
        "2021-22 carried to 2023-24), are offered to Japan at unchanged prices; what India loses "
        "in the market that closes is not counted, in its welfare neither"
    ]
    idle = [economy.chapters[h] for h in np.flatnonzero((offered > 0) & (sold == 0))]
    if idle:
        notes.append(
            f"India sells Japan nothing today in {_names(economy, idle)}: what is freed there "
            "moves nothing"
        )
    ratio = np.divide(offered, sold, out=np.zeros_like(sold), where=sold > 0)
    far = [h for h in np.argsort(-ratio, kind="stable") if ratio[h] > _MANY_TIMES]
    if far:
        named = ", ".join(
            f"{economy.chapters[h]} {economy.classification.name(economy.chapters[h])} "
            f"({ratio[h]:,.0f} times)"
            for h in far[:_NAMED]
        )
        more = f" and {len(far) - _NAMED} more" if len(far) > _NAMED else ""
        notes.append(
            f"Warning: the freed exports are more than {_MANY_TIMES} times what India sells Japan "
            f"in {named}{more}: a corner far outside where supply elasticities were measured"
        )
    return notes


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
    notes = []
    if lever.share_percent is None:
        row = economy.parameters.describe("sourcing_shift", chapters[0], "JPN", "CHN")
        notes.append(
            f"Share of purchases that moves: sourcing_shift, {100 * row['value']:g} % "
            f"({100 * row['low']:g} to {100 * row['high']:g}, grade {row['grade']}); a scenario "
            "choice, not a forecast"
        )
    if idle:
        notes.append(
            f"{COUNTRY[market.partner]} sells nothing yet in {_names(economy, idle)}: no "
            "purchases can move there without new capacity"
        )
    return notes

"""Notes on a fund: sizes beyond the evidence, and names that meet in one chapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import tr
from cepasim.core.numbers import bn
from cepasim.economy.economy import Economy
from cepasim.levers.said import said_on
from cepasim.levers.words import WINDOWS, dollars_in_words, in_a_sentence

#: How parameters begin by name that a run reads for funds only.
READ_BY_FUNDS = (
    "additionality",
    "capital_goods_chapter_share_",
    "captive_offtake_",
    "depreciation",
    "disbursement_rate",
    "discount_rate",
    "export_share_",
    "fund_size_evidence",
    "gestation_lag",
    "japan_share_of_exports_",
    "japanese_inputs_per_output_",
    "japanese_share_of_capital_goods_",
    "output_capital_ratio",
    "ramp_",
    "subsidy_rate",
)


def size_notes(economy: Economy, usd_bn: float, granted: float, planned: float) -> Iterable[str]:
    """Warn where more is granted than any scheme behind the parameters, or made than ever sold.

    Parameters
    ----------
    economy : Economy
    usd_bn : float
        Size of the fund.
    granted : float
        What it grants in all, US$ billion; more than its size where it is filled up again.
    planned : float
        Most that its plants could sell to Japan in a year at unchanged prices, US$ million.
    """
    seen = economy.parameters.value("fund_size_evidence")
    if granted > seen:
        yield tr(
            "Beyond what the evidence supports: grants of {granted} in all. The proposal is "
            "{proposed}, and Japan's schemes so far were smaller; every further dollar is "
            "assumed to do as much as the first, although the best projects come first",
            granted=dollars_in_words(1000 * float(f"{granted:.3g}"), bn=True),
            proposed=dollars_in_words(1000 * seen, bn=True),
        )
    table = economy.parameters.table("history/totals")
    sold = table[table["measure"] == "exports_to_japan"].sort_values("value")
    most, year = float(sold["value"].iloc[-1]), sold["fiscal_year"].iloc[-1]
    if planned > 1000 * most:
        yield tr(
            "A size beyond anything observed: the plants of a fund of {fund} would offer Japan "
            "goods worth {planned} a year, more than all that India ever sold it in a year "
            "({most} in {year})",
            fund=dollars_in_words(1000 * usd_bn, bn=True),
            planned=bn(planned),
            most=bn(1000 * most),
            year=year_in_words(str(year)),
        )


def crowded_notes(
    economy: Economy, windows: Mapping[str, float], divided: Iterable[str]
) -> Iterable[str]:
    """Say where half of a window's names or more lie in one chapter, which so gets the money.

    Parameters
    ----------
    economy : Economy
    windows : mapping of window to share
    divided : iterable of str
        Industries whose shares the lever sets itself.
    """
    for window, share in windows.items():
        industries = economy.classification.window_industries(window, optional=True)
        named = [one for one in industries if one.named_in_proposal]
        if not share or set(divided) & {one.name for one in industries}:
            continue
        for hs in economy.by_chapter.chapters:
            alone = [one for one in named if one.chapters == (hs,)]
            if len(named) > 1 and 2 * len(alone) >= len(named):
                text = tr(
                    "{number} of the {all} industries named for the {window} window lie in chapter "
                    "{chapter}: with equal money for each name it gets {percent} % of the window. "
                    "The reason is how finely the list divides the chapter, not a judgement on it; "
                    "the fund's shares by industry can be set otherwise",
                    number=len(alone),
                    all=len(named),
                    window=in_a_sentence(tr(WINDOWS[window])),
                    chapter=hs,
                    percent=f"{100 * len(alone) / len(named):.0f}",
                )
                yield said_on((hs,), text)

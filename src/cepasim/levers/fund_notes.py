"""Notes on a fund: sizes beyond the evidence, and names that meet in one chapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cepasim.economy.economy import Economy
from cepasim.levers.words import WINDOWS


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
        yield (
            f"Beyond what the evidence bears: grants of US$ {granted:,.3g} bn in all. The proposal "
            f"is US$ {seen:g} bn and Japan's schemes so far were smaller; every further dollar is "
            "taken to do as much as the first, though the best projects come first"
        )
    table = economy.parameters.table("history/totals")
    sold = table[table["measure"] == "exports_to_japan"].sort_values("value")
    most, year = float(sold["value"].iloc[-1]), sold["fiscal_year"].iloc[-1]
    if planned > 1000 * most:
        yield (
            f"A size beyond anything observed: the plants of a fund of US$ {usd_bn:g} bn "
            f"would offer Japan goods worth US$ {planned / 1000:,.1f} bn a year, more than all "
            f"that India ever sold it in a year (US$ {most:.2f} bn in "
            f"{year})"
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
                yield (
                    f"{len(alone)} of the {len(named)} industries named for the "
                    f"{WINDOWS[window].lower()} window lie in chapter {hs}: with equal money for "
                    f"each name it gets {100 * len(alone) / len(named):.0f} % of the window. How "
                    "finely the list divides it decides this, not a judgement on the chapter; "
                    "industries: sets other shares"
                )

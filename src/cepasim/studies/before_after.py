"""One scenario in two economies: what other figures do to the answers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import mn, unit_mn
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.simulate import simulate

#: What is asked of both, when nothing else is.
SCENARIO, YEARS = "full-package", ("2030-31", "2035-36")
_ASKED = {
    "change_in_exports": mark("change in exports"),
    "change_in_imports": mark("change in imports"),
    "change_in_balance": mark("change in the balance"),
    "baseline_balance": mark("balance of the reference"),
}


def before_and_after(
    before: Economy,
    after: Economy,
    scenario: str = SCENARIO,
    years: Sequence[str] = YEARS,
) -> pd.DataFrame:
    """Run a bundled scenario on both.

    Parameters
    ----------
    before, after : Economy
    scenario : str, optional
        A bundled one.
    years : sequence of str, optional

    Returns
    -------
    DataFrame
        ``fiscal_year``, ``what``, ``before_usd_mn``, ``after_usd_mn``; US$ million of the base
        year's prices.
    """
    asked = Scenario.bundled(scenario)
    found = []
    for economy in (before, after):
        totals = simulate(economy, asked).totals.set_index("fiscal_year").loc[list(years)]
        for flow in ("exports", "imports"):
            base = totals[f"baseline_{flow}_usd_mn"]
            totals[f"change_in_{flow}_usd_mn"] = totals[f"{flow}_usd_mn"] - base
        found.append(totals)
    columns = [f"{name}_usd_mn" for name in _ASKED]
    before_usd, after_usd = (totals[columns].to_numpy(float).ravel() for totals in found)
    return pd.DataFrame(
        {
            "fiscal_year": [year for year in years for _ in _ASKED],
            "what": [*_ASKED.values()] * len(years),
            "before_usd_mn": before_usd,
            "after_usd_mn": after_usd,
        }
    )


def in_lines(before: Economy, after: Economy) -> list[str]:
    """Say what `before_and_after` finds, a line each."""
    years = [one.parameters.price_year for one in (before, after)]
    prices = [
        tr(
            "- before in US$ of {before}, now in US$ of {now}",
            before=year_in_words(years[0]),
            now=year_in_words(years[1]),
        )
    ]
    return (prices if years[0] != years[1] else []) + [
        tr(
            "- {scenario}, {year}: {what} {before} before, {now} now ({unit})",
            scenario=SCENARIO,
            year=year_in_words(str(row["fiscal_year"])),
            what=tr(str(row["what"])),
            before=mn(row["before_usd_mn"], signed=True, unit=False),
            now=mn(row["after_usd_mn"], signed=True, unit=False),
            unit=unit_mn(),
        )
        for row in before_and_after(before, after).to_dict("records")
    ]

"""The reference path beside what is known after the base year."""

from __future__ import annotations

import pandas as pd

from cepasim.core.fiscal_year import BASE_YEAR, parse_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run

#: Measure of ``history/totals`` -> what the reference calls it.
_MEASURES = ("exports_to_japan", "imports_from_japan", "total")


def reference_gap(economy: Economy) -> pd.DataFrame:
    """Compare the reference with trade published for years after the benchmark.

    The reference has growth and known events in it and nothing else; the gap is what happened
    besides (prices, exchange rates, single contracts), not a measure of any policy.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    DataFrame
        One row per (fiscal_year, measure) that is published: ``reference_usd_mn``,
        ``published_usd_mn``, ``gap_usd_mn`` (published minus reference), ``gap_pct``, ``grade``,
        ``source``. Current US$ are compared with US$ of 2023-24: inflation is part of the gap.
    """
    state = run(economy, Scenario.reference(), attribution=False)
    exports = state.reference.exports.sum(axis=1)
    imports = state.reference.imports.sum(axis=1)
    path = pd.DataFrame(
        {
            "fiscal_year": state.labels,
            "exports_to_japan": exports,
            "imports_from_japan": imports,
            "total": exports + imports,
        }
    ).melt("fiscal_year", _MEASURES, "measure", "reference_usd_mn")
    published = economy.parameters.table("history/totals")
    later = published["fiscal_year"].map(parse_fiscal_year) > BASE_YEAR
    known = published[later & published["measure"].isin(_MEASURES)]
    table = known.merge(path, on=["fiscal_year", "measure"])
    table["published_usd_mn"] = 1000 * table["value"]
    table["gap_usd_mn"] = table["published_usd_mn"] - table["reference_usd_mn"]
    table["gap_pct"] = 100 * table["gap_usd_mn"] / table["reference_usd_mn"]
    columns = ["reference_usd_mn", "published_usd_mn", "gap_usd_mn", "gap_pct", "grade", "source"]
    return table[["fiscal_year", "measure", *columns]].reset_index(drop=True)

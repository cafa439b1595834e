"""The reference by itself: what is published, what is assumed, and how uncertain levels are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cepasim.core.countries import FLOW_INTO
from cepasim.core.fiscal_year import LAST_YEAR, format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.variants import CENTRAL
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.solution.state import Run
from cepasim.tables.levels import Range, chapter_range, total_range
from cepasim.tables.schema import TABLES

#: Years that a comparison of variants shows.
SHOWN_YEARS = ("2030-31", "2035-36")


def reference(
    economy: Economy, variant: str = CENTRAL, horizon: str = format_fiscal_year(LAST_YEAR)
) -> pd.DataFrame:
    """The reference path: published years as published, then a named variant.

    Parameters
    ----------
    economy : Economy
        From :func:`cepasim.load`.
    variant : str, optional
        Growth after the last published year: ``central``, ``constant_share``, ``history``,
        ``strong_exports``, or the path of a file with the columns of ``reference/growth.csv``.
    horizon : str, optional
        Last fiscal year, up to 2045-46.

    Returns
    -------
    DataFrame
        One row per (fiscal_year, flow, hs), hs ``total`` included: ``published_usd_mn`` (current
        dollars, empty after the last known year), ``usd_mn`` (dollars of 2023-24), ``status`` of
        the year (benchmark, published, provisional, assumed), ``low`` and ``high`` (90 % range of
        ``usd_mn``) and ``basis``: whether the row itself is published, is estimated (a chapter of
        a published total) or assumed.

    Raises
    ------
    InputError
        For an unknown variant, with close matches, or with every problem of a file.

    Examples
    --------
    >>> import cepasim
    >>> path = cepasim.reference(cepasim.load())
    >>> totals = path[(path["hs"] == "total") & (path["flow"] == "export")]
    >>> totals.set_index("fiscal_year").loc["2024-25", "published_usd_mn"].item()
    6250.0
    """
    asked = {"name": "reference", "reference": variant, "horizon": horizon}
    solved = run(economy, Scenario.from_dict(asked), attribution=False)
    frames = [_flow(solved, importer, flow) for importer, flow in FLOW_INTO.items()]
    table = pd.concat(frames, ignore_index=True)
    order = {label: place for place, label in enumerate(solved.labels)}
    table = table.sort_values("fiscal_year", key=lambda years: years.map(order), kind="stable")
    return table.reset_index(drop=True)[list(TABLES["reference"].names)]


def _flow(solved: Run, importer: str, flow: str) -> pd.DataFrame:
    """Return the rows of one flow, chapters and then the total of every year."""
    chapters, known = solved.economy.chapters, solved.economy.ground.known_years[importer]
    by_chapter = solved.reference.exports if flow == "export" else solved.reference.imports
    whole = by_chapter.sum(axis=1, keepdims=True)
    level = np.concatenate([by_chapter, whole], axis=1)
    each, total = chapter_range(solved, flow), total_range(solved, flow)
    around = Range(
        *(
            np.concatenate([of_chapters, of_total[:, None]], axis=1)
            for of_chapters, of_total in ((each.low, total.low), (each.high, total.high))
        )
    )
    current = np.full(level.shape, np.nan)
    status, basis = (np.full(level.shape, "assumed", dtype=object) for _ in range(2))
    current[0], status[0], basis[0], basis[0, -1] = level[0], "benchmark", "estimated", "published"
    for row in range(min(len(known.years), len(level) - 1)):
        there = np.append(known.published[row], True)
        values = np.append(known.low[row], known.total[row])
        # What is published is quoted, not computed again.
        current[1 + row] = np.where(there, values, level[1 + row] * known.deflator[row])
        status[1 + row] = known.status[row]
        basis[1 + row] = np.where(there, "published", "estimated")
    columns = level.shape[1]
    return pd.DataFrame(
        {
            "fiscal_year": np.repeat(solved.labels, columns),
            "flow": flow,
            "hs": np.tile([*chapters, "total"], len(level)),
            "published_usd_mn": current.ravel(),
            "usd_mn": level.ravel(),
            "status": status.ravel(),
            "low": around.low.ravel(),
            "high": around.high.ravel(),
            "basis": basis.ravel(),
        }
    )


def headlines_by_reference(
    economy: Economy,
    scenarios: Iterable[Scenario],
    variants: Iterable[str] | None = None,
    engine: str = "armington",
) -> pd.DataFrame:
    """Every scenario's headline under every variant of the reference.

    Parameters
    ----------
    economy : Economy
    scenarios : iterable of Scenario
    variants : iterable of str, optional
        All of the parameter folder by default.
    engine : str, optional

    Returns
    -------
    DataFrame
        One row per (scenario, variant, fiscal_year) of 2030-31 and 2035-36, where the scenario
        reaches them: changes in exports, imports and balance, the reference's exports and imports
        with their ranges; US$ million of 2023-24.
    """
    names = tuple(economy.ground.variants) if variants is None else tuple(variants)
    rows = []
    for scenario in scenarios:
        for name in names:
            asked = scenario.model_copy(update={"variant": name})
            solved = run(economy, asked, attribution=False, engine=engine)
            before, after = solved.reference, solved.outcome
            ranges = {flow: total_range(solved, flow) for flow in ("export", "import")}
            for year in SHOWN_YEARS:
                if year not in solved.labels:
                    continue
                at = solved.labels.index(year)
                row: dict[str, object] = {
                    "scenario": scenario.name,
                    "variant": name,
                    "fiscal_year": year,
                }
                change = {}
                for item, flow in (("exports", "export"), ("imports", "import")):
                    old, new = (float(getattr(state, item)[at].sum()) for state in (before, after))
                    change[item] = new - old
                    row[f"baseline_{item}_usd_mn"] = old
                    row[f"baseline_{item}_low_usd_mn"] = float(ranges[flow].low[at])
                    row[f"baseline_{item}_high_usd_mn"] = float(ranges[flow].high[at])
                    row[f"change_in_{item}_usd_mn"] = change[item]
                row["change_in_balance_usd_mn"] = change["exports"] - change["imports"]
                rows.append(row)
    return pd.DataFrame(rows)

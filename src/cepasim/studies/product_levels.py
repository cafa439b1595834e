"""The same scenarios by chapter and by product: what the finer markets change, and where."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.solution.state import Run
from cepasim.studies.aggregation import LONG_RUN, PATH_YEAR

#: Changes that are compared, US$ million.
ITEMS = ("exports", "imports", "welfare_japan", "welfare_india")
_COUNTRY = {"welfare_japan": "JPN", "welfare_india": "IND"}


def product_levels(economy: Economy, scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """Changes of each scenario by chapter and by product, and the chapter that differs most.

    Parameters
    ----------
    economy : Economy
        Of products; its own economy of chapters is what it is compared with.
    scenarios : mapping of str to Scenario
        By name.

    Returns
    -------
    DataFrame
        One row per scenario, date (2030-31 of the path, the long run) and item (exports, imports,
        welfare of both): ``by_chapter_usd_mn``, ``by_product_usd_mn``, and for the two flows
        ``hs``, the chapter whose change differs most, empty where none does, with
        ``difference_usd_mn``.
    """
    rows = []
    for name, scenario in scenarios.items():
        for date, time in ((PATH_YEAR, "path"), (LONG_RUN, "long_run")):
            dated = scenario.model_copy(update={"time": time, "level": None, "refine": ()})
            fine, coarse = (
                _changes(run(one, dated, attribution=False))
                for one in (economy, economy.by_chapter)
            )
            for item in ITEMS:
                gap = fine[item] - coarse[item]
                place = int(np.abs(gap).argmax())
                rows.append(
                    {
                        "scenario": name,
                        "date": date,
                        "item": item,
                        "by_chapter_usd_mn": float(coarse[item].sum()),
                        "by_product_usd_mn": float(fine[item].sum()),
                        "hs": economy.by_chapter.chapters[place] if gap[place] else "",
                        "difference_usd_mn": float(gap[place]),
                    }
                )
    return pd.DataFrame(rows)


def _changes(solved: Run) -> dict[str, np.ndarray]:
    """Changes against the reference in the year that is shown, by chapter."""
    row = solved.labels.index(PATH_YEAR) if PATH_YEAR in solved.labels else 0
    before, after = solved.states
    welfare = after.welfare(before)
    found = {flow: getattr(after, flow) - getattr(before, flow) for flow in ("exports", "imports")}
    found |= {item: welfare[country] for item, country in _COUNTRY.items()}
    # Levers may need markets of their own: either run may be split otherwise than was asked for.
    return {item: solved.economy.summed(values[row]) for item, values in found.items()}

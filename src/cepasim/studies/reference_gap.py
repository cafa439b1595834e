"""What the anchor closes: the benchmark grown on, beside what was published."""

from __future__ import annotations

import pandas as pd

from cepasim.core.countries import FLOW_INTO
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.variants import CONSTANT_SHARE
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run

#: Tables that hold what is published: their source and grade are quoted.
_TABLE = "reference/published_totals"


def reference_gap(economy: Economy) -> pd.DataFrame:
    """Compare the benchmark grown on with trade published for years after it.

    Without the anchor the reference has demand growth and known events in it and nothing else; the
    gap is what happened besides (prices, exchange rates, single contracts), not a measure of any
    policy. The reference of every run closes it.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    DataFrame
        One row per (fiscal_year, flow) that is published: ``published_usd_mn`` in current dollars;
        in dollars of 2023-24 ``constant_usd_mn``, ``unanchored_usd_mn``, ``gap_usd_mn``
        (published minus unanchored) and ``gap_pct``; ``status``, ``grade``, ``source``.
    """
    off = economy.with_overrides({"anchor_known_years": 0.0})
    scenario = Scenario.reference().model_copy(update={"variant": CONSTANT_SHARE})
    state = run(off, scenario, attribution=False)
    paths = {"export": state.reference.exports, "import": state.reference.imports}
    quoted = economy.parameters.table(_TABLE).set_index(["fiscal_year", "flow"])
    rows = []
    for importer, flow in FLOW_INTO.items():
        known = economy.ground.known_years[importer]
        for place, year in enumerate(known.years):
            label = format_fiscal_year(year)
            total, deflator = float(known.total[place]), float(known.deflator[place])
            unanchored = float(paths[flow][state.labels.index(label)].sum())
            gap = total / deflator - unanchored
            rows.append(
                {
                    "fiscal_year": label,
                    "flow": flow,
                    "published_usd_mn": total,
                    "constant_usd_mn": total / deflator,
                    "unanchored_usd_mn": unanchored,
                    "gap_usd_mn": gap,
                    "gap_pct": 100 * gap / unanchored,
                    "status": known.status[place],
                    "grade": quoted.loc[(label, flow), "grade"],
                    "source": quoted.loc[(label, flow), "source"],
                }
            )
    return pd.DataFrame(rows).sort_values(["fiscal_year", "flow"], ignore_index=True)

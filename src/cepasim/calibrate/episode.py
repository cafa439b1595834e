"""One dated barrier against the model: Japan's ethoxyquin limit on shrimp, August 2012.

Japan enforced its default limit of 0.01 ppm on Indian shrimp from August 2012 and raised it to 0.2
in January 2014. What sales did in between is set beside what the model says of a barrier of such a
size in chapter 03; bounds stand in ``ntb/episode_bounds``. The market is that of the base year,
not of 2011-12, and nothing else that happened to fish is taken out but the demand of India's other
markets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from cepasim.economy.economy import Economy
from cepasim.equilibrium import solve_market
from cepasim.params.parameters import Parameters

HS, IMPORTER, SOURCE = "03", "JPN", "IND"
BEFORE, AFTER, LATER = "2011-12", "2012-13", "2014-15"
#: What is compared, in the order of the page.
WHAT = {
    "fall_whole": "fall of volume in the first year, were all sanitary rules on fish new",
    "ave_first_year": "equivalent of the limit, by the response of the first year",
    "ave_long_run": "equivalent of the limit, by the response of the long run",
    "value_ratio": "sales lost: the model's over those lost against India's other markets",
    "recovery": "made good two years later, as a part of what was lost",
}


@dataclass(frozen=True)
class Compared:
    """One figure of the episode and its bounds.

    Attributes
    ----------
    name, unit, reason : str
    value, at_least, at_most : float
    """

    name: str
    value: float
    at_least: float
    at_most: float
    unit: str
    reason: str

    @property
    def met(self) -> bool:
        """Whether it lies within its bounds."""
        return self.at_least <= self.value <= self.at_most


def response(economy: Economy, ave: float, share: float = 1.0) -> tuple[float, float]:
    """Changes of volume and value of India's fish in Japan under an added barrier, fractions.

    Parameters
    ----------
    economy : Economy
    ave : float
        Added ad-valorem equivalent, a fraction of the duty-paid value.
    share : float, optional
        Part of the change, in logs, that trade feels.
    """
    market, h = economy.markets[IMPORTER], economy.chapters.index(HS)
    column = market.exporters.index(SOURCE)
    cost = np.ones(len(market.exporters))
    cost[column] = (1 + ave / (1 + market.barrier_total[h])) ** share
    solved = solve_market(
        market.import_shares[h],
        market.domestic_share[h],
        cost,
        market.sigma_import[h],
        market.sigma_domestic[h],
        market.eta[h],
        market.supply[h],
        market.supply_domestic[h],
    )
    return float(solved.quantity[column] - 1), float(solved.value[column] - 1)


def compared(economy: Economy) -> tuple[Compared, ...]:
    """Figures of the episode beside their bounds, in the order of `WHAT`."""
    parameters = economy.parameters
    published = parameters.table("ntb/episode").set_index("name")["value"]
    fall = float(published["volume_after"] / published["volume_before"] - 1)
    first = parameters.value("lag_first_year")
    whole = float(economy.markets[IMPORTER].barriers["sps"][economy.chapters.index(HS)])

    def behind(share: float) -> float:
        return float(brentq(lambda ave: response(economy, ave, share)[0] - fall, 0.0, 2.0))

    ave = behind(first)
    lost = _against_others(parameters, BEFORE, AFTER)
    regained = _against_others(parameters, AFTER, LATER)
    found = {
        "fall_whole": -100 * response(economy, whole, first)[0],
        "ave_first_year": 100 * ave,
        "ave_long_run": 100 * behind(1.0),
        "value_ratio": np.log1p(response(economy, ave, first)[1]) / lost,
        "recovery": -regained / lost,
    }
    rows = {row["name"]: row for row in parameters.table("ntb/episode_bounds").to_dict("records")}
    return tuple(
        Compared(
            name,
            float(found[name]),
            float(rows[name]["at_least"]),
            float(rows[name]["at_most"]),
            str(rows[name]["unit"]),
            str(rows[name]["note"]),
        )
        for name in WHAT
    )


def _against_others(parameters: Parameters, first: str, last: str) -> float:
    """Growth of India's fish to Japan over that to its other markets, in logs."""
    pair = parameters.table("history/bilateral").query("flow == 'export' and hs == @HS")
    world = parameters.table("history/world").query("flow == 'export' and hs == @HS")
    world = world[world["basis"] == "sum_over_partners"]
    japan, total = (
        table.set_index("fiscal_year")["value"].astype(float) for table in (pair, world)
    )
    others = total - japan
    return float(np.log(japan[last] / japan[first]) - np.log(others[last] / others[first]))

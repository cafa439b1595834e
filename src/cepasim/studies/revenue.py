"""India's duty on all its imports at the rates of the model, against what its customs collects.

The duty on the partner's goods rests on the CEPA, line by line, and on what is known of its use. On
all imports the schedule's rates, agreements and surcharge included, give more than India collects,
because conditional exemptions, export schemes and the nil duty on crude oil are not in the
schedule. Until the two meet, no table of a result shows the duty on all imports; this one shows
how far apart they are and in which chapters the model's duty arises.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy

#: US$ million in a crore (10 million) of rupees, at one rupee per dollar.
_CRORE_MN = 10.0
#: The two have met where they are as near as this.
TOLERANCE = 0.1
_SHOWN = 3  # of the years that are known


@dataclass(frozen=True, eq=False)
class RevenueGap:
    """India's duty on all imports in the base year.

    Attributes
    ----------
    by_chapter : DataFrame
        hs, imports_usd_mn (c.i.f.), duty_usd_mn, duty_percent; largest duty first.
    model_percent : float
        Duty at the rates of the model over imports.
    collected_percent, low, high : float
        What customs collects over imports, and its range.
    grade : str
        Of what is collected.
    """

    by_chapter: pd.DataFrame
    model_percent: float
    collected_percent: float
    low: float
    high: float
    grade: str

    @property
    def met(self) -> bool:
        """Whether the duty on all imports may be quoted."""
        return abs(self.model_percent / self.collected_percent - 1) <= TOLERANCE


def _refuse_unknown(year: str, known: Mapping[str, Collection[str]]) -> None:
    """Refuse a base year that a table has no row of."""
    problems = [
        Problem(
            f"{table}.csv",
            None,
            "fiscal_year",
            str(year),
            tr(
                "a year with a row here, {years}: the duty on all imports is compared with what "
                "was collected in the base year, so add a row for it",
                years=separated(sorted(years)[-_SHOWN:]),
            ),
        )
        for table, years in known.items()
        if year not in years
    ]
    if problems:
        raise InputError(problems)


def revenue_gap(economy: Economy) -> RevenueGap:
    """Compare India's duty on all imports with its customs revenue, in the base year.

    Raises
    ------
    InputError
        If the parameters hold no revenue or no exchange rate of the base year.
    """
    market, year = economy.markets["IND"], economy.base_year
    imports = market.cif.sum(axis=1)
    duty = (market.tariff_collected * market.cif).sum(axis=1)
    rupees = economy.parameters.table("macro/annual").set_index(["series", "year"])["value"]
    table = economy.parameters.table("macro/customs_revenue")
    table = table[table["measure"] == "revenue"]
    known = {str(row["fiscal_year"]): row for row in table.to_dict("records")}
    rate = ("exchange_rate_lcu_per_usd_IND_fy", str(year))
    _refuse_unknown(
        year,
        {
            "macro/customs_revenue": set(known),
            "macro/annual": {when for series, when in rupees.index if series == rate[0]},
        },
    )
    row, per_dollar = known[year], float(rupees[rate])
    of_imports = 100 * _CRORE_MN / per_dollar / imports.sum()
    by_chapter = pd.DataFrame(
        {
            "hs": market.chapters,
            "imports_usd_mn": imports,
            "duty_usd_mn": duty,
            "duty_percent": 100 * np.divide(duty, imports, out=0 * duty, where=imports > 0),
        }
    )
    return RevenueGap(
        by_chapter=by_chapter.sort_values("duty_usd_mn", ascending=False, ignore_index=True),
        model_percent=float(100 * duty.sum() / imports.sum()),
        collected_percent=float(row["value"]) * of_imports,
        low=float(row["low"]) * of_imports,
        high=float(row["high"]) * of_imports,
        grade=str(row["grade"]),
    )

"""The chain of numbers behind one cell of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.equilibrium.trq import REGIMES
from cepasim.solution.state import Run

_MARKET = {"export": "JPN", "import": "IND"}
_SCHEDULES = {
    "JPN": ("Japan Customs tariff schedule of July 2026, put back to 2023-24 by rule", "C"),
    "IND": ("CEPA coverage (official) with MFN rates by chapter, or by heading where known", "D"),
}


class Chain:
    """Callable ``chain(flow, hs, fiscal_year)``: the steps behind one cell as a table.

    Parameters
    ----------
    run : Run
        Reference and scenario, solved.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def __call__(self, flow: str, hs: str, fiscal_year: str) -> pd.DataFrame:
        """Steps behind one cell.

        Parameters
        ----------
        flow : {"export", "import"}
        hs : str
            Chapter.
        fiscal_year : str

        Returns
        -------
        DataFrame
            ``step``, ``value``, ``unit``, ``source``, ``grade``, ``note``; percentages as such.
        """
        run = self._run
        importer = _MARKET[flow]
        market = run.economy.markets[importer]
        h = run.economy.chapters.index(hs)
        t = [format_fiscal_year(int(year)) for year in run.years].index(fiscal_year)
        s = market.partner_column
        before, after = run.reference.markets[importer], run.outcome.markets[importer]
        pairs = run.economy.bilateral
        bench = pairs[(pairs["flow"] == flow) & (pairs["hs"] == hs)].iloc[0]
        rows: list[tuple[str, float, str, str, str, str]] = []

        def add(
            step: str, value: float, unit: str, source: str = "", grade: str = "", note: str = ""
        ) -> None:
            rows.append((step, float(value), unit, source, grade, note))

        def declared(label: str, parameter: str, exporter: str | None = None) -> None:
            row = run.economy.parameters.describe(parameter, hs, importer, exporter)
            note = f"range {row['low']:g} to {row['high']:g}"
            add(label, row["value"], row["unit"], row["source"], row["grade"], note)

        add(
            "benchmark 2023-24",
            bench["value"],
            "US$ mn",
            bench["source"],
            bench["grade"],
            f"range {bench['low']:,.1f} to {bench['high']:,.1f}",
        )
        add("share in the importer's imports, landed", 100 * market.import_shares[h, s], "%")
        add("share of domestic goods in the market", 100 * market.domestic_share[h], "%")

        def described(parameter: str) -> dict[str, Any]:
            exporter = market.partner
            return run.economy.parameters.describe(parameter, hs, importer, exporter)

        def quoted(*parameters: str) -> tuple[str, str]:
            """Sources of several figures, and the worst of their grades."""
            rows_ = [described(parameter) for parameter in parameters]
            sources = "; ".join(dict.fromkeys(str(row["source"]) for row in rows_))
            return sources, max(str(row["grade"]) for row in rows_)

        barrier_parameters = ("nu_sps", "nu_tbt", "nu_process", "border_days", "border_ave_per_day")
        schedule, schedule_grade = _SCHEDULES[importer]
        for label, outcome in (("reference", before), ("scenario", after)):
            wedges = outcome.shocks.wedges
            add(
                f"tariff a shipper pays on average, {label}",
                100 * wedges.effective[t, h, s],
                "%",
                schedule,
                schedule_grade,
                "as felt with the lag, cost of claiming included; use of the preference as "
                f"observed (grade {described('utilisation_observed')['grade']})",
            )
            add(
                f"tariff the treasury of {COUNTRY[importer]} collects, {label}",
                100 * wedges.collected[t, h, s],
                "%",
                schedule,
                schedule_grade,
            )
            add(
                f"barriers, {label}",
                100 * wedges.barrier[t, h, s],
                "%",
                *quoted(*barrier_parameters),
            )
            add(
                f"landed wedge felt by trade against 2023-24, {label}",
                100 * (outcome.shocks.trade_cost[t, h, s] - 1),
                "%",
                note="with the lag of trade behind policy",
            )
        declared("elasticity between sources, sigma_import", "sigma_import")
        declared("elasticity against domestic goods, sigma_domestic", "sigma_domestic")
        declared("elasticity of demand, eta", "eta")
        supplier = COUNTRY[market.partner]
        declared(f"supply elasticity of {supplier}", "epsilon_supply", market.partner)
        sigma, eps = market.sigma_import[h], market.supply[h, s]
        add(
            "implied trade elasticity sigma (1 + eps) / (sigma + eps)",
            sigma if np.isinf(eps) else sigma * (1 + eps) / (sigma + eps),
            "elasticity",
        )
        add(
            "purchases moved to the partner",
            after.shocks.base[t, h, s] - before.shocks.base[t, h, s],
            "US$ mn of 2023-24's size",
        )
        add("capacity of the partner", 100 * (after.shocks.capacity[t, h, s] - 1), "% of its base")
        if run.scenario.time == "path":
            declared("share of the long run in the first year, lag_first_year", "lag_first_year")
            declared("share of what is left closed each year, lag_decay", "lag_decay")
        quota = after.shocks.quota
        if quota is not None and after.quota is not None and quota.source[t, h] == s:
            limit = quota.limit[t, h]
            if np.isfinite(limit):
                regime = REGIMES[after.quota.regime[t, h]]
                add("quota", limit, "US$ mn f.o.b. at prices of 2023-24", note=regime)
                add("premium of the quota", 100 * after.quota.premium[t, h], "% of landed price")
        add(
            "producer price, scenario over reference",
            100 * (after.price[t, h, s] / before.price[t, h, s] - 1),
            "%",
        )
        sold, sold_before = after.fob[t, h, s], before.fob[t, h, s]
        if sold_before > 0:
            quantity = sold / sold_before / (after.price[t, h, s] / before.price[t, h, s])
            add("quantity, scenario over reference", 100 * (quantity - 1), "%")
        flow_before, flow_after = (
            (run.reference.exports, run.outcome.exports)
            if flow == "export"
            else (run.reference.imports, run.outcome.imports)
        )
        add(
            f"growth of demand in {COUNTRY[importer]} since 2023-24",
            100 * (before.shocks.growth[t] - 1),
            "%",
            *quoted("real_demand_growth"),
        )
        add("reference", flow_before[t, h], "US$ mn")
        if flow == "import":
            add(
                "of which inputs and machinery for the scenario's extra output",
                (run.outcome.input_content + run.outcome.fund.capital_goods)[t, h],
                "US$ mn",
                *quoted("input_content"),
            )
        add("scenario", flow_after[t, h], "US$ mn")
        add("change", flow_after[t, h] - flow_before[t, h], "US$ mn")
        return pd.DataFrame(rows, columns=["step", "value", "unit", "source", "grade", "note"])


@dataclass(frozen=True)
class Explanation:
    """The chain of numbers behind one cell.

    Attributes
    ----------
    text : str
        The chain in words, one line per step.
    table : DataFrame
        The same steps with columns ``step``, ``value``, ``unit`` and, where known, ``source``,
        ``grade`` and ``note``.
    """

    text: str
    table: pd.DataFrame

    def __str__(self) -> str:
        return self.text


def step_in_words(step: Mapping[object, object]) -> str:
    """Render one step of a chain: what it is, its value and where that comes from."""
    value = step["value"]
    shown = f"{value:,.5g}" if isinstance(value, (int, float)) else str(value)
    unit = "" if _is_blank(step["unit"]) else f" {step['unit']}"
    origin = [
        f"grade {item}" if column == "grade" else str(item)
        for column in ("grade", "source")
        if not _is_blank(item := step.get(column))
    ]
    note = "" if _is_blank(step.get("note")) else f"; {step['note']}"
    known = f" [{', '.join(origin)}]" if origin else ""
    return f"{step['step']}: {shown}{unit}{known}{note}"


def _is_blank(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def in_words(table: pd.DataFrame, head: str) -> Explanation:
    """Put the steps behind a cell into words, under a head.

    Parameters
    ----------
    table : DataFrame
        The steps, with at least the columns ``step``, ``value`` and ``unit``.
    head : str
        What the cell is.

    Returns
    -------
    Explanation
        The words and a copy of the table.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    missing = [column for column in ("step", "value", "unit") if column not in table.columns]
    if missing:
        raise ValueError(f"chain: columns {missing} are missing")
    steps = [
        f"{number}. {step_in_words(step)}"
        for number, step in enumerate(table.to_dict("records"), start=1)
    ]
    return Explanation(text="\n".join([head, *steps]), table=table.copy())

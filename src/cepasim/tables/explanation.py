"""The chain of numbers behind one cell of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.elasticities import implied, literature
from cepasim.equilibrium.trq import REGIMES
from cepasim.products.levels import at_level
from cepasim.solution.state import Run

_MARKET = {"export": "JPN", "import": "IND"}
_SCHEDULES = {
    "JPN": ("Japan Customs tariff schedule of July 2026, rolled back to 2023-24 by rule", "C"),
    "IND": (
        "customs tariff book of 2026 by eight-digit line, rolled back to 2023-24; CEPA coverage of "
        "notification 69/2011",
        "B",
    ),
}


_BARRIER_PARAMETERS = (
    "nu_sps",
    "nu_tbt",
    "nu_process",
    "border_days",
    "border_ave_per_day",
    "ntb_scale",
)


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
            Chapter, or product where chapters are split.
        fiscal_year : str

        Returns
        -------
        DataFrame
            ``step``, ``value``, ``unit``, ``source``, ``grade``, ``note``; percentages as such.
        """
        steps = _Steps(self._run, flow, hs, fiscal_year)
        steps.benchmark()
        steps.wedges()
        steps.elasticities()
        steps.moves()
        steps.quota()
        steps.market_outcome()
        steps.cell()
        columns = ["step", "value", "unit", "source", "grade", "note"]
        return pd.DataFrame(steps.rows, columns=columns)


class _Steps:
    """Steps behind one cell, gathered from the benchmark to the outcome."""

    def __init__(self, run: Run, flow: str, hs: str, fiscal_year: str) -> None:
        self.run, self.flow, self.hs = run, flow, hs
        self.importer = _MARKET[flow]
        self.market = run.economy.markets[self.importer]
        self.h = run.economy.chapters.index(hs)
        self.t = [format_fiscal_year(int(year)) for year in run.years].index(fiscal_year)
        self.s = self.market.partner_column
        self.before = run.reference.markets[self.importer]
        self.after = run.outcome.markets[self.importer]
        self.rows: list[tuple[str, float, str, str, str, str]] = []

    def add(
        self, step: str, value: float, unit: str, source: str = "", grade: str = "", note: str = ""
    ) -> None:
        """Add a step."""
        self.rows.append((step, float(value), unit, source, grade, note))

    def declared(self, label: str, parameter: str, exporter: str | None = None) -> None:
        """Add a parameter as it stands in its table."""
        row = self.run.economy.parameters.describe(parameter, self.hs, self.importer, exporter)
        note = f"range {row['low']:g} to {row['high']:g}"
        self.add(label, row["value"], row["unit"], row["source"], row["grade"], note)

    def substitution(self, label: str, parameter: str) -> None:
        """An elasticity of the chapter, scaled to the product's sector where chapters are split."""
        self.declared(label, parameter)
        split = self.run.economy.split
        if split is not None and split.substitution[self.h] != 1.0:
            value = getattr(self.market, parameter)[self.h]
            note = "scaled by the product's GTAP sector (elasticities/gtap_sectors)"
            self.add(f"the same for the product, {parameter}", value, "elasticity", note=note)

    def described(self, parameter: str) -> dict[str, Any]:
        """Row of a parameter of the pair."""
        describe = self.run.economy.parameters.describe
        return describe(parameter, self.hs, self.importer, self.market.partner)

    def quoted(self, *parameters: str) -> tuple[str, str]:
        """Sources of several parameters, and the worst of their grades."""
        rows = [self.described(parameter) for parameter in parameters]
        parts = (part for row in rows for part in str(row["source"]).split("; "))
        sources = "; ".join(dict.fromkeys(parts))
        return sources, max(str(row["grade"]) for row in rows)

    def benchmark(self) -> None:
        """Trade of the base year and its share in the market."""
        pairs, market = self.run.economy.bilateral, self.market
        bench = pairs[(pairs["flow"] == self.flow) & (pairs["hs"] == self.hs)].iloc[0]
        note = f"range {bench['low']:,.1f} to {bench['high']:,.1f}"
        if np.isnan(bench["low"]):
            note = "no range: its share of the chapter is assumed"
        self.add(
            "benchmark 2023-24", bench["value"], "US$ mn", bench["source"], bench["grade"], note
        )
        imported = 100 * market.import_shares[self.h, self.s]
        self.add("share in the importer's imports, landed", imported, "%")
        self.add("share of domestic goods in the market", 100 * market.domestic_share[self.h], "%")

    def wedges(self) -> None:
        """Tariffs and barriers, in the reference and in the scenario."""
        cell = self.t, self.h, self.s
        schedule, grade = _SCHEDULES[self.importer]
        use = self.described("utilisation_observed")["grade"]
        for label, outcome in (("reference", self.before), ("scenario", self.after)):
            wedges = outcome.shocks.wedges
            self.add(
                f"tariff a shipper pays on average, {label}",
                100 * wedges.effective[cell],
                "%",
                schedule,
                grade,
                "as felt with the lag, cost of claiming included; use of the preference as "
                f"observed (grade {use})",
            )
            collector = f"tariff the treasury of {COUNTRY[self.importer]} collects, {label}"
            self.add(collector, 100 * wedges.collected[cell], "%", schedule, grade)
            barrier = 100 * wedges.barrier[cell]
            self.add(f"barriers, {label}", barrier, "%", *self.quoted(*_BARRIER_PARAMETERS))
            self.add(
                f"landed wedge felt by trade against 2023-24, {label}",
                100 * (outcome.shocks.trade_cost[cell] - 1),
                "%",
                note="with the lag of trade behind policy",
            )

    def elasticities(self) -> None:
        """Elasticities of the market, and the trade elasticity they imply."""
        self.substitution("elasticity between sources, sigma_import", "sigma_import")
        self.substitution("elasticity against domestic goods, sigma_domestic", "sigma_domestic")
        self.declared("elasticity of demand, eta", "eta")
        partner = self.market.partner
        self.declared(f"supply elasticity of {COUNTRY[partner]}", "epsilon_supply", partner)
        sigma, eps = self.market.sigma_import[self.h], self.market.supply[self.h, self.s]
        long_run = float(implied(sigma, eps))
        self.add("implied trade elasticity sigma (1 + eps) / (sigma + eps)", long_run, "elasticity")
        parameters = self.run.economy.parameters
        first_year = parameters.value("lag_first_year") * long_run
        self.add("implied trade elasticity in the first year", first_year, "elasticity")
        chapter = at_level(self.hs, "chapter")
        for label, value, source in literature(parameters, self.importer, chapter):
            self.add(label, value, "elasticity", source.reference, source.grade)

    def moves(self) -> None:
        """Purchases and capacity that levers move, and how fast trade follows."""
        cell, before, after = (self.t, self.h, self.s), self.before.shocks, self.after.shocks
        moved = after.base[cell] - before.base[cell]
        self.add("purchases moved to the partner", moved, "US$ mn of 2023-24's size")
        self.add("capacity of the partner", 100 * (after.capacity[cell] - 1), "% of its base")
        if self.run.scenario.time == "path":
            first = "share of the long run in the first year, lag_first_year"
            self.declared(first, "lag_first_year")
            self.declared("share of what is left closed each year, lag_decay", "lag_decay")

    def quota(self) -> None:
        """A tariff-rate quota on the cell, if there is one."""
        at, found = (self.t, self.h, self.s), self.after.quota
        set_up = self.after.shocks.quota
        if set_up is None or found is None:
            return
        if np.isfinite(set_up.limit[at]):
            regime = REGIMES[found.regime[at]]
            self.add("quota", set_up.limit[at], "US$ mn f.o.b. at prices of 2023-24", note=regime)
            self.add("premium of the quota", 100 * found.premium[at], "% of landed price")

    def market_outcome(self) -> None:
        """Price and quantity that the market settles on."""
        cell, before, after = (self.t, self.h, self.s), self.before, self.after
        price = after.price[cell] / before.price[cell]
        self.add("producer price, scenario over reference", 100 * (price - 1), "%")
        if before.fob[cell] > 0:
            quantity = after.fob[cell] / before.fob[cell] / price
            self.add("quantity, scenario over reference", 100 * (quantity - 1), "%")

    def cell(self) -> None:
        """The cell itself, in the reference and in the scenario."""
        at, states = (self.t, self.h), (self.run.reference, self.run.outcome)
        exports = self.flow == "export"
        before, after = (state.exports[at] if exports else state.imports[at] for state in states)
        self.add(
            f"growth of demand in {COUNTRY[self.importer]} since 2023-24",
            100 * (self.before.shocks.growth[self.t] - 1),
            "%",
            *self.quoted("real_demand_growth"),
        )
        size = self.before.shocks.start[self.t, self.h, self.s]
        benchmark = self.market.fob[self.h, self.s]
        if benchmark > 0:
            self.add(
                "size of the flow against the benchmark grown with demand",
                100 * (size / benchmark - 1),
                "%",
                note="what was published after 2023-24, then the variant of the reference: "
                f"{self.run.scenario.variant}",
            )
        self.add("reference", before, "US$ mn")
        if not exports:
            outcome = self.run.outcome
            self.add(
                "of which inputs and machinery for the scenario's extra output",
                (outcome.input_content + outcome.fund.capital_goods)[at],
                "US$ mn",
                *self.quoted("input_content"),
            )
        self.add("scenario", after, "US$ mn")
        self.add("change", after - before, "US$ mn")


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

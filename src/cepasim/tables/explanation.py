"""The chain of numbers behind one cell of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import format_fiscal_year, year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import in_mn, unit_mn
from cepasim.economy.elasticities import implied, literature
from cepasim.equilibrium.trq import REGIMES
from cepasim.products.levels import at_level
from cepasim.solution.state import Run
from cepasim.tables.names import REGIME_WORDS

_MARKET = {"export": "JPN", "import": "IND"}
_SCHEDULES = {
    "JPN": (
        mark("Japan Customs tariff schedule of July 2026, rolled back to {base_year} by rule"),
        "C",
    ),
    "IND": (
        mark(
            "customs tariff book of 2026 by eight-digit line, rolled back to {base_year}; CEPA "
            "coverage of notification 69/2011"
        ),
        "B",
    ),
}
#: What is said of the reference and of the scenario alike.
_BOTH = {
    "tariff": (
        mark("tariff a shipper pays on average, reference"),
        mark("tariff a shipper pays on average, scenario"),
    ),
    "collected": (
        mark("tariff the treasury of {country} collects, reference"),
        mark("tariff the treasury of {country} collects, scenario"),
    ),
    "barriers": (mark("barriers, reference"), mark("barriers, scenario")),
    "wedge": (
        mark("landed wedge felt by trade against {base_year}, reference"),
        mark("landed wedge felt by trade against {base_year}, scenario"),
    ),
}

#: A unit, in English as the tables of parameters have theirs.
_ELASTICITY = mark("elasticity")
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

    Steps, units and notes are words for a reader, in the language in which the chain is called, and
    amounts are in the currency of the moment.

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
        self.base_year = year_in_words(run.economy.base_year)
        self.country = tr(COUNTRY[self.importer])

    def add(
        self, step: str, value: float, unit: str, source: str = "", grade: str = "", note: str = ""
    ) -> None:
        """Add a step, its words in the language of the moment."""
        self.rows.append((step, float(value), tr(unit), source, grade, note))

    def amount(self, step: str, usd_mn: float, *said: str, unit: str | None = None) -> None:
        """Add an amount in the currency of the moment, with its source, grade and note."""
        self.add(step, in_mn(float(usd_mn)), unit or unit_mn(), *said)

    def declared(self, label: str, parameter: str, exporter: str | None = None) -> None:
        """Add a parameter as it stands in its table."""
        row = self.run.economy.parameters.describe(parameter, self.hs, self.importer, exporter)
        note = _range(f"{row['low']:g}", f"{row['high']:g}")
        self.add(label, row["value"], row["unit"], row["source"], row["grade"], note)

    def substitution(self, label: str, parameter: str) -> None:
        """An elasticity of the chapter, scaled to the product's sector where chapters are split."""
        self.declared(label, parameter)
        split = self.run.economy.split
        if split is not None and split.substitution[self.h] != 1.0:
            value = getattr(self.market, parameter)[self.h]
            note = tr("scaled by the product's GTAP sector (elasticities/gtap_sectors)")
            label = tr("the same for the product, {parameter}", parameter=parameter)
            self.add(label, value, _ELASTICITY, note=note)

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
        note = _range(*(f"{in_mn(float(bench[end])):,.1f}" for end in ("low", "high")))
        if np.isnan(bench["low"]):
            note = tr("no range: its share of the chapter is assumed")
        label = tr("benchmark {base_year}", base_year=self.base_year)
        self.amount(label, bench["value"], bench["source"], bench["grade"], note)
        imported = 100 * market.import_shares[self.h, self.s]
        self.add(tr("share in the importer's imports, landed"), imported, "%")
        domestic = 100 * market.domestic_share[self.h]
        self.add(tr("share of domestic goods in the market"), domestic, "%")

    def wedges(self) -> None:
        """Tariffs and barriers, in the reference and in the scenario."""
        cell = self.t, self.h, self.s
        schedule, grade = _SCHEDULES[self.importer]
        schedule = tr(schedule, base_year=self.base_year)
        use = self.described("utilisation_observed")["grade"]
        for which, outcome in enumerate((self.before, self.after)):
            said = {name: labels[which] for name, labels in _BOTH.items()}
            wedges = outcome.shocks.wedges
            self.add(
                tr(said["tariff"]),
                100 * wedges.effective[cell],
                "%",
                schedule,
                grade,
                tr(
                    "as felt with the lag, cost of claiming included; use of the preference as "
                    "observed (grade {grade})",
                    grade=use,
                ),
            )
            collector = tr(said["collected"], country=self.country)
            self.add(collector, 100 * wedges.collected[cell], "%", schedule, grade)
            barrier = 100 * wedges.barrier[cell]
            self.add(tr(said["barriers"]), barrier, "%", *self.quoted(*_BARRIER_PARAMETERS))
            self.add(
                tr(said["wedge"], base_year=self.base_year),
                100 * (outcome.shocks.trade_cost[cell] - 1),
                "%",
                note=tr("with the lag of trade behind policy"),
            )

    def elasticities(self) -> None:
        """Elasticities of the market, and the trade elasticity they imply."""
        self.substitution(tr("elasticity between sources, sigma_import"), "sigma_import")
        label = tr("elasticity against domestic goods, sigma_domestic")
        self.substitution(label, "sigma_domestic")
        self.declared(tr("elasticity of demand, eta"), "eta")
        partner = self.market.partner
        label = tr("supply elasticity of {country}", country=tr(COUNTRY[partner]))
        self.declared(label, "epsilon_supply", partner)
        sigma, eps = self.market.sigma_import[self.h], self.market.supply[self.h, self.s]
        long_run = float(implied(sigma, eps))
        label = tr("implied trade elasticity sigma (1 + eps) / (sigma + eps)")
        self.add(label, long_run, _ELASTICITY)
        parameters = self.run.economy.parameters
        first_year = parameters.value("lag_first_year") * long_run
        self.add(tr("implied trade elasticity in the first year"), first_year, _ELASTICITY)
        chapter = at_level(self.hs, "chapter")
        for label, value, source in literature(parameters, self.importer, chapter):
            self.add(label, value, _ELASTICITY, source.reference, source.grade)

    def moves(self) -> None:
        """Purchases and capacity that levers move, and how fast trade follows."""
        cell, before, after = (self.t, self.h, self.s), self.before.shocks, self.after.shocks
        moved = after.base[cell] - before.base[cell]
        size = tr("{unit} of {base_year}'s size", unit=unit_mn(), base_year=self.base_year)
        self.amount(tr("purchases moved to the partner"), moved, unit=size)
        capacity = 100 * (after.capacity[cell] - 1)
        self.add(tr("capacity of the partner"), capacity, tr("% of its base"))
        if self.run.scenario.time == "path":
            first = tr("share of the long run in the first year, lag_first_year")
            self.declared(first, "lag_first_year")
            self.declared(tr("share of what is left closed each year, lag_decay"), "lag_decay")

    def quota(self) -> None:
        """A tariff-rate quota on the cell, if there is one."""
        at, found = (self.t, self.h, self.s), self.after.quota
        set_up = self.after.shocks.quota
        if set_up is None or found is None:
            return
        if np.isfinite(set_up.limit[at]):
            regime = tr(REGIME_WORDS[REGIMES[found.regime[at]]])
            price_year = year_in_words(self.run.economy.price_year)
            unit = tr(
                "{unit} f.o.b. at prices of {price_year}", unit=unit_mn(), price_year=price_year
            )
            self.amount(tr("quota"), set_up.limit[at], "", "", regime, unit=unit)
            premium = 100 * found.premium[at]
            self.add(tr("premium of the quota"), premium, tr("% of landed price"))

    def market_outcome(self) -> None:
        """Price and quantity that the market settles on."""
        cell, before, after = (self.t, self.h, self.s), self.before, self.after
        price = after.price[cell] / before.price[cell]
        self.add(tr("producer price, scenario over reference"), 100 * (price - 1), "%")
        if before.fob[cell] > 0:
            quantity = after.fob[cell] / before.fob[cell] / price
            self.add(tr("quantity, scenario over reference"), 100 * (quantity - 1), "%")

    def cell(self) -> None:
        """The cell itself, in the reference and in the scenario."""
        at, states = (self.t, self.h), (self.run.reference, self.run.outcome)
        exports = self.flow == "export"
        before, after = (state.exports[at] if exports else state.imports[at] for state in states)
        self.add(
            tr(
                "growth of demand in {country} since {base_year}",
                country=self.country,
                base_year=self.base_year,
            ),
            100 * (self.before.shocks.growth[self.t] - 1),
            "%",
            *self.quoted("real_demand_growth"),
        )
        size = self.before.shocks.start[self.t, self.h, self.s]
        benchmark = self.market.fob[self.h, self.s]
        if benchmark > 0:
            self.add(
                tr("size of the flow against the benchmark grown with demand"),
                100 * (size / benchmark - 1),
                "%",
                note=tr(
                    "what was published after {base_year}, then the variant of the reference: "
                    "{variant}",
                    base_year=self.base_year,
                    variant=tr(self.run.variant.name.replace("_", " ")),
                ),
            )
        self.amount(tr("reference"), before)
        if not exports:
            outcome = self.run.outcome
            self.amount(
                tr("of which inputs and machinery for the scenario's extra output"),
                (outcome.input_content + outcome.fund.capital_goods)[at],
                *self.quoted("input_content"),
            )
        self.amount(tr("scenario"), after)
        self.amount(tr("change"), after - before)


def _range(low: str, high: str) -> str:
    return tr("range {low} to {high}", low=low, high=high)


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
        tr("grade {grade}", grade=item) if column == "grade" else str(item)
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

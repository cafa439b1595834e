"""What the way from tariff lines to chapters does to the answer: aggregation bias, in figures.

A chapter is solved as one market, so its lines have to become one rate. Every step of that has
alternatives (the best line or the mean of a product's lines, the weights of products whose trade
nobody publishes, the index that makes one wedge of many), and for India's exports to Japan, where
trade by HS6 is known, products can be solved one by one. The report sets them side by side;
``docs/aggregation.md`` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.fiscal_year import LAST_YEAR, format_fiscal_year, parse_fiscal_year
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.core.recent import Recent
from cepasim.economy.benchmark import known_product_trade
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.economy.rates import LineRule
from cepasim.economy.variants import CONSTANT_SHARE
from cepasim.equilibrium import solve_market
from cepasim.equilibrium.ces import aggregate_lines
from cepasim.equilibrium.lag import lagged
from cepasim.levers.measure import Measure
from cepasim.levers.precedence import measures
from cepasim.levers.rates import line_rates
from cepasim.levers.tariff import TariffLever
from cepasim.levers.timing import Years
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run

Floats = NDArray[np.float64]

#: The year of the path that the report shows beside the long run.
PATH_YEAR = "2030-31"
LONG_RUN = "long run"
DEFAULT = "default"
PRODUCT_BY_PRODUCT = "HS6 one by one"
METHODS: Mapping[str, str] = {
    DEFAULT: "lines of a product as India's claims of the CEPA show, products alike in taste where "
    "trade is not known, CES index",
    "claims, else mean line": "the mean of a product's lines where claims tell nothing, instead of "
    "the best one",
    "best line": "a shipper takes the best line of a product open to it",
    "mean line": "a shipper pays the mean of a product's lines",
    "mean wedge": "mean of the products' wedges at unchanged quantities instead of the CES index",
    "alike at the preferential rate": "products alike in taste at the preferential rate, as if "
    "every shipper claimed it, instead of at what shippers pay on average",
    "count": "one HS6 product, one weight, where trade is not known (all of India's side)",
    PRODUCT_BY_PRODUCT: "each HS6 that India is known to sell to Japan is a market of its own, "
    "with its chapter's shares and elasticities; what is left of a chapter is one more; India's "
    "side as in the default",
}


#: Methods that differ in the line of a product that is used.
LINE_RULES: Mapping[str, LineRule] = {
    "claims, else mean line": "claims_else_mean",
    "best line": "best",
    "mean line": "mean",
}


#: Of the last parameters asked for, by their digest and the rule of lines. Building them takes as
#: long as comparing a scenario, and one page compares several.
_BUILT: Recent[tuple[str, LineRule], dict[str, Economy]] = Recent(1)


def _economies(economy: Economy) -> dict[str, Economy]:
    """The same parameters under each rule of aggregation."""
    parameters, line = economy.parameters, economy.line_rule
    key = (parameters.digest, line)
    others = _BUILT.get(key) or _BUILT.put(
        key,
        {
            **{method: Economy.build(parameters, rule) for method, rule in LINE_RULES.items()},
            "mean wedge": Economy.build(parameters, line, wedge_rule="mean"),
            "alike at the preferential rate": Economy.build(parameters, line, "alike_preferential"),
            "count": Economy.build(parameters, line, "count"),
        },
    )
    return {DEFAULT: economy, **others}


def aggregation_report(economy: Economy, scenario: Scenario) -> pd.DataFrame:
    """Effect of a scenario's tariff levers under each way from lines to chapters.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
        Levers of other kinds are left out; its parameter overrides hold.

    Returns
    -------
    DataFrame
        One row per method and date (2030-31 of the path, the long run): method, date,
        exports_change_usd_mn (India's to Japan, f.o.b.), imports_change_usd_mn (India's from Japan,
        c.i.f., with the Japanese inputs of the extra exports), and both over the default's.

    Raises
    ------
    InputError
        If the scenario has no tariff lever.
    """
    economy = economy.by_chapter
    levers = scenario.levers_of(TariffLever)
    if not levers:
        raise InputError(
            [Problem("scenario", None, "levers", scenario.name, tr("at least one tariff lever"))]
        )
    changed = scenario.model_copy(
        update={
            "levers": levers,
            "horizon": format_fiscal_year(LAST_YEAR),
            "parameters": {},
            "variant": CONSTANT_SHARE,
        }
    )
    # Ways from lines to chapters are compared on the benchmark: trade by line is known there only.
    own = scenario.economy_under(economy)
    economies = _economies(own.with_overrides({"anchor_known_years": 0.0}))
    rows = []
    for date, time in ((PATH_YEAR, "path"), (LONG_RUN, "long_run")):
        dated = changed.model_copy(update={"time": time})
        for method, variant in economies.items():
            exports, imports, solved = _changes(variant, dated)
            rows.append((method, date, exports, imports))
            if method == DEFAULT:
                by_product = _product_exports(variant, dated)
                rate = variant.parameters.by_chapter("input_content", variant.chapters)
                content = float((by_product * rate).sum())
                one_by_one = (PRODUCT_BY_PRODUCT, date, float(by_product.sum()), solved + content)
        rows.append(one_by_one)
    report = pd.DataFrame(
        rows, columns=["method", "date", "exports_change_usd_mn", "imports_change_usd_mn"]
    )
    for flow in ("exports", "imports"):
        column = report[f"{flow}_change_usd_mn"]
        default = report["date"].map(
            report[report["method"] == DEFAULT].set_index("date")[column.name]
        )
        report[f"{flow}_over_default"] = column / default
    return report


def _row(years: Years, scenario: Scenario) -> int:
    return int(np.flatnonzero(years == parse_fiscal_year(PATH_YEAR))[0]) if len(years) > 1 else 0


def _changes(economy: Economy, scenario: Scenario) -> tuple[float, float, float]:
    """Change in exports, in imports, and in imports without input content, US$ million."""
    solved = run(economy, scenario, attribution=False)
    before, after = solved.states[0], solved.states[-1]
    row = _row(solved.years, scenario)
    return (
        float((after.exports - before.exports)[row].sum()),
        float((after.imports - before.imports)[row].sum()),
        float((after.imports_solved - before.imports_solved)[row].sum()),
    )


def _product_exports(economy: Economy, scenario: Scenario) -> Floats:
    """Change in India's exports to Japan by chapter, solved product by product, shape (H,).

    Every HS6 with known trade is a market with its own wedges, its chapter's shares of sources
    (nobody publishes Japan's imports by HS6 and source here) and its chapter's elasticities; a
    chapter's other products are one more market.
    """
    market = economy.markets["JPN"]
    staged = scenario.time == "path"
    base = economy.base_year.first
    years = np.arange(base, LAST_YEAR + 1) if staged else np.array([base])
    schedule, column = market.schedule, market.partner_column
    size = _product_fob(economy, market)
    known = known_product_trade(economy.parameters, schedule) > 0
    # Rows: known products first, then the rest of each chapter.
    count = int(known.sum())
    row = np.where(known, np.cumsum(known) - 1, count + schedule.chapter)
    rows = count + len(market.chapters)
    chapter = np.concatenate([schedule.chapter[known], np.arange(len(market.chapters))])
    fob = np.bincount(row, size, rows)

    def exports(acting: tuple[Measure, ...]) -> Floats:
        hats = np.ones((len(years), rows, len(market.exporters)))
        for place, source in enumerate(market.exporters):
            mine = [one for one in acting if one.lever.concerns(source)]
            wedge = _tariff_hats(market, source, mine, years)
            weights = np.maximum(market.product_weights[:, place], 1e-300)
            hats[:, :, place] = aggregate_lines(
                wedge, weights, market.sigma_import[chapter], row, rows
            )
        value = economy.parameters.value
        if staged:
            felt = lagged(np.log(hats), value("lag_first_year"), value("lag_decay"))
            hats = np.exp(felt)
        solved = solve_market(
            market.import_shares[chapter],
            market.domestic_share[chapter],
            hats,
            market.sigma_import[chapter],
            market.sigma_domestic[chapter],
            market.eta[chapter],
            market.supply[chapter],
            market.supply_domestic[chapter],
        )
        growth = (1 + market.growth) ** (years - base).astype(float)
        return np.asarray(fob * solved.value[:, :, column] * growth[:, None])

    tariffs = measures(economy, scenario.levers_of(TariffLever), years, staged)["JPN"]
    change = (exports(tariffs) - exports(()))[_row(years, scenario)]
    return np.bincount(chapter, change, len(market.chapters)).astype(float)


def _tariff_hats(market: Market, source: str, acting: list[Measure], years: Years) -> Floats:
    """Hat of each product's landed wedge from tariffs alone, shape (Y, K)."""
    schedule = market.schedule
    column = market.exporters.index(source)
    cost, top = market.origin_cost[schedule.chapter, column], market.claims.others[column]
    scheduled = schedule.line_rates(source, years)
    rates = line_rates(scheduled, schedule.mfn, (one.everywhere() for one in acting))
    mfn = schedule.product_mfn(source)
    paid, _ = market.tariffs(mfn, schedule.product_rates(rates, source), cost, top)
    base = schedule.line_rates(source, np.array([schedule.rates.base_year]))
    paid_base, _ = market.tariffs(mfn, schedule.product_rates(base, source), cost, top)
    return np.asarray((1 + paid) / (1 + paid_base))


def _product_fob(economy: Economy, market: Market) -> Floats:
    """Benchmark exports of the partner by product, US$ million f.o.b., shape (K,)."""
    schedule, column = market.schedule, market.partner_column
    source = market.partner
    base = schedule.product_rates(
        schedule.line_rates(source, np.array([schedule.rates.base_year])), source
    )
    cost = market.origin_cost[schedule.chapter, column]
    paid, _ = market.tariffs(schedule.product_mfn(source), base, cost, market.claims.maximum)
    share = market.product_weights[:, column] / (1 + paid[0])
    total = schedule.chapter_sums(share)
    return np.asarray(share * (market.fob[:, column] / total)[schedule.chapter])


# --- what India pays Japan ----------------------------------------------------------------------


def duty_report(economy: Economy) -> pd.DataFrame:
    """Duty India's exports pay Japan in a year, by method, US$ million.

    Returns
    -------
    DataFrame
        Index: the steps from known HS6 trade to what the model charges. Columns: the preference
        claimed on everything, at the lines that claims show and at the best, mean and highest line
        of each product; claimed on nothing (MFN), at the best and mean line; and as the model
        assumes it is claimed.
    """
    market = economy.markets["JPN"]
    schedule, column = market.schedule, market.partner_column
    group, chapters = schedule.chapter, len(market.chapters)
    economies = {
        rule: Economy.build(economy.parameters, rule) for rule in ("claims", "best", "mean")
    }
    base, final = (
        schedule.line_rates("IND", np.array([year]))[0]
        for year in (schedule.rates.base_year, schedule.rates.schedule_year)
    )
    trade = known_product_trade(economy.parameters, schedule)
    known = np.bincount(group, trade, chapters)
    fob = market.fob[:, column]
    grown = np.where(known > 0, np.maximum(fob, known) / np.where(known > 0, known, 1.0), 1.0)
    scaled = trade * grown[group]
    cif = (1 + market.freight[:, column])[group]

    def by_line(rates: Floats) -> dict[str, Floats]:
        schedules = {rule: one.markets["JPN"].schedule for rule, one in economies.items()}
        return {
            rule: np.nan_to_num(one.product_rates(rates, "IND")) for rule, one in schedules.items()
        } | {"highest": np.nan_to_num(np.fmax.reduceat(rates, schedule.first_line))}

    def duties(values: Floats, rates: Floats) -> list[float]:
        claimed, unclaimed = by_line(rates), by_line(schedule.mfn)
        rates_of = [claimed[rule] for rule in ("claims", "best", "mean", "highest")]
        rates_of += [unclaimed["best"], unclaimed["mean"]]
        return [float((values * rate).sum()) for rate in rates_of]

    own = _product_fob(economy, market)
    modelled = [
        float((e.markets["JPN"].tariff_collected * e.markets["JPN"].cif)[:, column].sum())
        for e in economies.values()
    ]
    nothing = [np.nan] * 6
    steps = {
        "known HS6 trade, f.o.b., rates of 2026": [*duties(trade, final), np.nan],
        "scaled up to each chapter's exports": [*duties(scaled, final), np.nan],
        f"rates of {economy.base_year} (B15 not yet done)": [*duties(scaled, base), np.nan],
        "the rest of a chapter on its other products": [*duties(own, base), np.nan],
        "on the c.i.f. value": [*duties(own * cif, base), np.nan],
        "use of the preference as observed, lines by claims": [*nothing, modelled[0]],
        "use of the preference as observed, best line": [*nothing, modelled[1]],
        "use of the preference as observed, mean line": [*nothing, modelled[2]],
    }
    columns = [
        "full_claims",
        "full_best",
        "full_mean",
        "full_highest",
        "none_best",
        "none_mean",
        "assumed",
    ]
    return pd.DataFrame.from_dict(steps, orient="index", columns=columns)


def excluded_share(economy: Economy) -> pd.Series:
    """Share of India's imports from Japan in excluded products, percent, by weighting rule."""
    shares = {}
    for method, variant in _economies(economy).items():
        if method in LINE_RULES or method == "mean wedge":
            continue
        market = variant.markets["IND"]
        schedule, column = market.schedule, market.partner_column
        cif = _product_fob(variant, market) * (1 + market.freight[:, column])[schedule.chapter]
        out = schedule.category[schedule.first_line] == "X"
        shares[method] = float(100 * cif[out].sum() / cif.sum())
    return pd.Series(shares)

"""Trade and domestic sales of the base year, as the balanced benchmark has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from cepasim.core.arrays import Floats, frozen_floats
from cepasim.core.countries import FLOW_INTO, PAIR
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.known_years import LARGEST_MOVE, KnownYears, known_years
from cepasim.economy.schedule import TariffSchedule
from cepasim.economy.variants import Variant, bundled_variants
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification

#: Trade of the pair by product, by whose imports it is.
BY_PRODUCT = {
    "JPN": "trade/india_exports_japan_hs6",
    "IND": "trade/india_imports_japan_hs6",
}


@dataclass(frozen=True, eq=False)
class Benchmark:
    """Trade and domestic sales of the base year in one market, US$ million.

    Attributes
    ----------
    chapters : tuple of str, length H
    exporters : tuple of str, length S
    pair : ndarray, shape (H,)
        India's exports to Japan f.o.b., or its imports from Japan c.i.f.: the bilateral benchmark.
    cif : ndarray, shape (H, S)
        Imports by source; the partner's column is made from ``pair`` and the freight.
    domestic : ndarray, shape (H,)
    """

    chapters: tuple[str, ...]
    exporters: tuple[str, ...]
    pair: Floats
    cif: Floats
    domestic: Floats


@dataclass(frozen=True, eq=False)
class Ground:
    """What an economy is built on besides its parameters and schedules.

    Attributes
    ----------
    benchmarks : mapping of importer to Benchmark
    known_trade : mapping of importer to ndarray, shape (K,)
        Trade of the pair by product of the importer's schedule, as India counts: US$ million
        f.o.b. in Japan's market, c.i.f. in India's; 0 where nothing is known.
    known_years : mapping of importer to KnownYears
        What is published of the pair's trade after the base year.
    variants : mapping of str to Variant
        Ways on after the last published year.
    demand_growth : mapping of importer to float
        Growth of demand a year that the variants were written for.
    world_exports : ndarray, shape (H,)
        India's exports to the world by chapter in the base year, US$ million f.o.b.
    """

    benchmarks: Mapping[str, Benchmark]
    known_trade: Mapping[str, Floats]
    known_years: Mapping[str, KnownYears]
    variants: Mapping[str, Variant]
    demand_growth: Mapping[str, float]
    world_exports: Floats


def read_ground(
    parameters: Parameters,
    classification: Classification,
    schedules: Mapping[str, TariffSchedule],
) -> Ground:
    """Read what an economy is built on.

    Parameters
    ----------
    parameters : Parameters
    classification : Classification
    schedules : mapping of importer to TariffSchedule
        Whose products trade may be known of.
    """
    chapters = classification.chapters
    return Ground(
        benchmarks=FrozenMapping(
            {importer: read_benchmark(importer, parameters) for importer in PAIR}
        ),
        known_trade=FrozenMapping(
            {
                importer: frozen_floats(known_product_trade(parameters, schedule))
                for importer, schedule in schedules.items()
            }
        ),
        known_years=_known_years(parameters, chapters),
        variants=bundled_variants(parameters, classification),
        demand_growth=FrozenMapping(
            {
                importer: parameters.uniform("real_demand_growth", chapters, importer)
                for importer in PAIR
            }
        ),
        world_exports=frozen_floats(world_exports(parameters, chapters)),
    )


def _known_years(parameters: Parameters, chapters: tuple[str, ...]) -> Mapping[str, KnownYears]:
    return FrozenMapping(
        {importer: known_years(parameters, flow, chapters) for importer, flow in FLOW_INTO.items()}
    )


def ground_under(ground: Ground, parameters: Parameters, names: Collection[str]) -> Ground:
    """Return the same ground, with what rests on parameters that were set by name read again."""
    if LARGEST_MOVE not in names:
        return ground
    chapters = ground.benchmarks["JPN"].chapters
    return replace(ground, known_years=_known_years(parameters, chapters))


def read_benchmark(importer: str, parameters: Parameters) -> Benchmark:
    """Read the benchmark of one market."""
    table = "japan_imports" if importer == "JPN" else "india_imports"
    imports = parameters.table(f"benchmark/{table}")
    exporters = exporters_of(parameters, table)
    chapters = tuple(dict.fromkeys(imports["hs"]))
    sales = parameters.table("benchmark/domestic")
    sales = sales[sales["importer"] == importer].set_index("hs")
    flow = "export" if importer == "JPN" else "import"
    trade = parameters.table("benchmark/bilateral")
    pair = trade[trade["flow"] == flow].set_index("hs")["value"]
    return Benchmark(
        chapters=chapters,
        exporters=exporters,
        pair=frozen_floats(pair.loc[list(chapters)].to_numpy(float)),
        cif=frozen_floats(_pivot(imports, chapters, exporters)),
        domestic=frozen_floats(sales["value"].loc[list(chapters)].to_numpy(float)),
    )


def exporters_of(parameters: Parameters, table: str) -> tuple[str, ...]:
    """Sources of a market in the order in which the benchmark lists them."""
    return tuple(dict.fromkeys(parameters.table(f"benchmark/{table}")["exporter"]))


def known_product_trade(parameters: Parameters, schedule: TariffSchedule) -> Floats:
    """Trade of the pair in a market by HS6 in the base year, US$ million, shape (K,).

    As India counts, f.o.b. in Japan's market and c.i.f. in India's; zero where the customs data
    list no trade: they have some 80 % of India's exports, and of its imports what the user gives.
    """
    table = parameters.table(BY_PRODUCT[schedule.importer])
    base = table[table["fiscal_year"] == parameters.base_year].set_index("hs6")["value"]
    return base.reindex(schedule.products).fillna(0.0).to_numpy(float)


def world_exports(parameters: Parameters, chapters: tuple[str, ...]) -> Floats:
    """India's exports to the world in the base year, US$ million f.o.b., shape (H,)."""
    table = parameters.table("history/world")
    base = table[
        (table["fiscal_year"] == parameters.base_year)
        & (table["flow"] == "export")
        & table["basis"].str.startswith("published")
    ].set_index("hs")["value"]
    return base.reindex(list(chapters)).fillna(0.0).to_numpy(float)


def _pivot(table: pd.DataFrame, chapters: tuple[str, ...], exporters: tuple[str, ...]) -> Floats:
    """Value by chapter and exporter as an array with checked labels, shape (H, S)."""
    wide = table.pivot(index="hs", columns="exporter", values="value")
    return wide.loc[list(chapters), list(exporters)].to_numpy(float, copy=True)

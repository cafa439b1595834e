"""The economy: benchmark arrays and elasticities, the one object the model reads.

Two markets (Japan's and India's), each by HS chapter and source country, in US$ million of
2023-24. Everything here is read from ``params/``; nothing is solved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.classification import Classification
from cepasim.equilibrium.preferences import (
    collected_tariff,
    effective_tariff,
    origin_cost_from_use,
)
from cepasim.fiscal_year import BASE_YEAR, format_fiscal_year
from cepasim.frozen import FrozenMapping
from cepasim.params import Parameters, load_parameters
from cepasim.schedule import LineRule, TariffSchedule

Floats = NDArray[np.float64]

#: The pair the model is about: importer -> its partner.
PAIR = FrozenMapping({"JPN": "IND", "IND": "JPN"})
#: Category of the stand-in for a chapter that has no tariff lines.
NO_LINE = "no_line"
BARRIER_TYPES = ("sps", "tbt", "border", "process")
#: Column of Japan's schedule that a source without one of its own reads.
_JAPAN_COLUMN = {"BGD": "LDC", "KHM": "LDC", "MMR": "LDC"}


def _frozen(array: Floats) -> Floats:
    array = np.ascontiguousarray(array, dtype=float)
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Market:
    """One importing country: H chapters, S sources, K products in the tariff schedule.

    Attributes
    ----------
    importer, partner : str
        ``JPN``/``IND`` or the other way round.
    exporters : tuple of str, length S
    chapters : tuple of str, length H
    cif : ndarray, shape (H, S)
        Benchmark imports, c.i.f., US$ million.
    domestic : ndarray, shape (H,)
        Sales of the domestic variety, US$ million.
    freight : ndarray, shape (H, S)
        Freight and insurance, fraction of the f.o.b. value.
    schedule : TariffSchedule
    product_weights : ndarray, shape (K, S)
        Share of each product in its chapter's landed imports from the source.
    origin_cost : ndarray, shape (H, S)
        ``phi``, fraction of the c.i.f. value; 0 where full use is assumed.
    utilisation_max : float
    barriers : mapping of str to ndarray of shape (H,)
        AVE of barriers by type.
    rent_share : float
        Share of the barriers' cost that is a rent to somebody.
    tariff_effective, tariff_collected : ndarray, shape (H, S)
        Benchmark ``t_eff`` and ``t_duty``, fractions of the c.i.f. value.
    sigma_import, sigma_domestic, eta : ndarray, shape (H,)
    supply : ndarray, shape (H, S)
    supply_domestic : ndarray, shape (H,)
    growth : float
        Real growth of demand a year after the benchmark.
    """

    importer: str
    partner: str
    exporters: tuple[str, ...]
    chapters: tuple[str, ...]
    cif: Floats
    domestic: Floats
    freight: Floats
    schedule: TariffSchedule
    product_weights: Floats
    origin_cost: Floats
    utilisation_max: float
    barriers: Mapping[str, Floats]
    rent_share: float
    tariff_effective: Floats
    tariff_collected: Floats
    sigma_import: Floats
    sigma_domestic: Floats
    eta: Floats
    supply: Floats
    supply_domestic: Floats
    growth: float

    @property
    def partner_column(self) -> int:
        """Index of the partner among the exporters."""
        return self.exporters.index(self.partner)

    @cached_property
    def barrier_total(self) -> Floats:
        """AVE of all barriers, shape (H,): the types add up."""
        return _frozen(np.sum([self.barriers[kind] for kind in BARRIER_TYPES], axis=0))

    @cached_property
    def wedge(self) -> Floats:
        """Level of the landed wedge ``T = (1 + f)(1 + t_eff)(1 + nu)``, shape (H, S)."""
        return _frozen(
            (1 + self.freight) * (1 + self.tariff_effective) * (1 + self.barrier_total[:, None])
        )

    @cached_property
    def fob(self) -> Floats:
        """Benchmark exports of each source to this market, f.o.b., US$ million, shape (H, S)."""
        return _frozen(self.cif / (1 + self.freight))

    @cached_property
    def landed(self) -> Floats:
        """Benchmark expenditure at landed prices, US$ million, shape (H, S)."""
        return _frozen(self.fob * self.wedge)

    @cached_property
    def import_shares(self) -> Floats:
        """Share of each source in landed imports, shape (H, S); even where nothing is imported."""
        total = self.landed.sum(axis=1, keepdims=True)
        even = np.full(self.landed.shape, 1.0 / len(self.exporters))
        return _frozen(np.divide(self.landed, total, out=even, where=total > 0))

    @cached_property
    def domestic_share(self) -> Floats:
        """Share of the domestic variety in the composite, shape (H,)."""
        total = self.landed.sum(axis=1) + self.domestic
        return _frozen(np.divide(self.domestic, total, out=np.zeros(total.shape), where=total > 0))

    def product_tariffs(self, rates: Floats, origin_cost: Floats) -> tuple[Floats, Floats]:
        """Effective and collected tariff of each product at given preferential rates.

        Parameters
        ----------
        rates : ndarray, shape (..., K)
            Rate with the preference, fraction; NaN (no ad-valorem rate known) counts as 0.
        origin_cost : ndarray, shape (..., K)
            ``phi`` of each product, fraction.

        Returns
        -------
        effective, collected : ndarray, shape (..., K)
        """
        mfn = self.schedule.product_mfn
        rates = np.where(np.isnan(rates), 0.0, rates)
        mfn = np.maximum(np.where(np.isnan(mfn), rates, mfn), rates)
        margin = mfn - rates
        return (
            effective_tariff(mfn, margin, origin_cost, self.utilisation_max),
            collected_tariff(mfn, margin, origin_cost, self.utilisation_max),
        )


@dataclass(frozen=True, eq=False)
class Economy:
    """Benchmark 2023-24, elasticities and parameters of the model; immutable.

    Attributes
    ----------
    parameters : Parameters
    classification : Classification
    chapters : tuple of str, length H
    markets : mapping of str to Market
        ``JPN`` and ``IND``.
    bilateral : DataFrame
        The benchmark's India-Japan trade by flow and chapter with ranges and grades.
    line_rule : {"best", "mean"}
    """

    parameters: Parameters
    classification: Classification
    chapters: tuple[str, ...]
    markets: Mapping[str, Market]
    bilateral: pd.DataFrame = field(repr=False)
    line_rule: LineRule = "best"

    @classmethod
    def build(cls, parameters: Parameters, line_rule: LineRule = "best") -> Economy:
        """Assemble the economy from checked parameters.

        Parameters
        ----------
        parameters : Parameters
        line_rule : {"best", "mean"}, optional
            Whether a shipper takes the best tariff line open to it within an HS6 product, or
            pays the mean of the product's lines (the two ends of what the schedule allows).

        Raises
        ------
        InputError
            If a chapter or a pair has no value for a parameter the model needs.
        """
        classification = Classification.from_parameters(parameters)
        chapters = classification.chapters
        markets = {
            "JPN": _market("JPN", japan_schedule(parameters, chapters, line_rule), parameters),
            "IND": _market("IND", india_schedule(parameters, chapters, line_rule), parameters),
        }
        return cls(
            parameters=parameters,
            classification=classification,
            chapters=chapters,
            markets=FrozenMapping(markets),
            bilateral=parameters.table("benchmark/bilateral"),
            line_rule=line_rule,
        )

    def with_overrides(self, overrides: Mapping[str, float]) -> Economy:
        """Return the same economy with some parameters changed by name.

        Raises
        ------
        InputError
            For a name that is no parameter or a value outside what it allows.
        """
        if not overrides:
            return self
        return Economy.build(self.parameters.with_overrides(overrides), self.line_rule)


def load(directory: str | Path | None = None) -> Economy:
    """Load the benchmark economy.

    Parameters
    ----------
    directory : path, optional
        The user's own parameter folder; the bundled one by default.

    Returns
    -------
    Economy

    Raises
    ------
    InputError
        With every problem of the folder.

    Examples
    --------
    >>> import cepasim
    >>> economy = cepasim.load()
    >>> round(float(economy.markets["JPN"].fob[:, 0].sum()), 6)
    5150.0
    """
    return Economy.build(load_parameters(None if directory is None else Path(directory)))


def japan_schedule(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> TariffSchedule:
    """Japan's nine-digit schedule, put back to the rates of 2023-24 where they still fell.

    The 2026 rates are official; those of 2023-24 follow the roll-back rules: a share of the cut
    already made (RCEP, EU, United Kingdom, United States), or a number of B15 instalments left
    (India). Sources without a preference of their own pay the MFN rate.
    """
    lines = parameters.table("tariffs/japan_lines").sort_values("hs9", kind="stable")
    # Seasonal rates stand as two rows of one code: the mean of the seasons.
    rate_columns = [c for c in lines.columns if c == "mfn_pct" or (c.isupper() and len(c) >= 3)]
    rates = lines.groupby("hs9", sort=True)[rate_columns + ["b15_rate_jan_2026_pct"]].mean() / 100
    category = lines.groupby("hs9", sort=True)["cepa_status"].first()
    codes = rates.index.to_numpy(dtype=str)
    mfn = rates["mfn_pct"].to_numpy(float)

    exporters = _exporters(parameters, "japan_imports")
    final = np.empty((len(codes), len(exporters)))
    for column, exporter in enumerate(exporters):
        name = _JAPAN_COLUMN.get(exporter, exporter)
        own = rates[name].to_numpy(float) if name in rates else np.full(len(codes), np.nan)
        final[:, column] = np.where(np.isnan(own), mfn, own)
    base = final.copy()
    for column, exporter in enumerate(exporters):
        if exporter in ("CHN", "KOR", "EU27", "GBR", "USA"):
            done = parameters.value(f"roll_back_share_{exporter.lower()}")
            rolled = mfn - (mfn - final[:, column]) * done
            base[:, column] = np.where(np.isnan(rolled), final[:, column], rolled)
    last_step = rates["b15_rate_jan_2026_pct"].to_numpy(float)
    india = exporters.index("IND")
    left = parameters.value("b15_remaining_steps_2023")
    base[:, india] = np.where(np.isnan(last_step), base[:, india], left * last_step)

    after_ldc = rates["GSP"].to_numpy(float)
    late = {
        "BGD": (
            int(parameters.value("bangladesh_ldc_end")),
            np.where(np.isnan(after_ldc), mfn, after_ldc),
        )
    }
    return _schedule(
        "JPN", exporters, codes, mfn, base, final, category.to_numpy(str), late, chapters, line_rule
    )


def india_schedule(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> TariffSchedule:
    """India's HS6 coverage under the CEPA with MFN rates by heading where known, else by chapter.

    A product covered in part at rate 0 pays MFN on the share of its lines that is not covered.
    Other sources pay MFN: India's other agreements are not in the figures.
    """
    coverage = parameters.table("tariffs/india_coverage").sort_values("hs6", kind="stable")
    codes = coverage["hs6"].to_numpy(str)
    prior = parameters.table("tariffs/india_mfn_chapter").set_index("hs")["value"]
    mfn = prior.reindex([code[:2] for code in codes]).to_numpy(float) / 100
    headings = parameters.table("tariffs/india_mfn_headings").set_index("hs")["value"]
    for prefix in sorted(headings.index, key=len):
        mfn[np.char.startswith(codes, prefix)] = headings[prefix] / 100
    status = coverage["coverage"].to_numpy(str)
    given = coverage["cepa_rate_pct"].to_numpy(float) / 100
    covered = parameters.value("partial_coverage_share")
    partial_rate = np.where(given > 0, given, mfn * (1 - covered))
    cepa = np.select([status == "full", status == "partial"], [0.0, partial_rate], default=mfn)
    cepa = np.minimum(cepa, mfn)
    category = np.select(
        [mfn == 0, status == "full", status == "partial"], ["mfn_free", "free", "partial"], "X"
    )
    exporters = _exporters(parameters, "india_imports")
    rates = np.repeat(mfn[:, None], len(exporters), axis=1)
    rates[:, exporters.index("JPN")] = cepa
    return _schedule("IND", exporters, codes, mfn, rates, rates, category, {}, chapters, line_rule)


def _exporters(parameters: Parameters, table: str) -> tuple[str, ...]:
    """Sources of a market in the order in which the benchmark lists them."""
    return tuple(dict.fromkeys(parameters.table(f"benchmark/{table}")["exporter"]))


def _schedule(
    importer: str,
    exporters: tuple[str, ...],
    codes: NDArray[np.str_],
    mfn: Floats,
    base: Floats,
    final: Floats,
    category: NDArray[np.str_],
    late: Mapping[str, tuple[int, Floats]],
    chapters: tuple[str, ...],
    line_rule: LineRule,
) -> TariffSchedule:
    """Sort lines into products; a chapter without lines (98, 99) gets one line without a rate."""
    width = len(codes[0])
    missing = [h.ljust(width, "0") for h in chapters if not np.char.startswith(codes, h).any()]
    unknown = np.full(len(missing), np.nan)
    codes = np.concatenate([codes, np.array(missing, dtype=codes.dtype)])
    order = np.argsort(codes, kind="stable")

    def padded(rates: Floats) -> Floats:
        extra = np.full((len(missing), *rates.shape[1:]), np.nan)
        return _frozen(np.concatenate([rates, extra])[order])

    codes = codes[order]
    products, first = np.unique(codes.astype("U6"), return_index=True)
    position = {hs: index for index, hs in enumerate(chapters)}
    return TariffSchedule(
        importer=importer,
        exporters=exporters,
        lines=codes,
        products=products,
        first_line=first.astype(np.int64),
        chapter=np.array([position[p[:2]] for p in products], dtype=np.int64),
        mfn=_frozen(np.concatenate([mfn, unknown])[order]),
        rate_base=padded(base),
        rate_schedule=padded(final),
        category=np.concatenate([category, np.full(len(missing), NO_LINE)])[order].astype(str),
        late_changes=FrozenMapping(
            {
                source: (year, np.concatenate([rates, unknown])[order])
                for source, (year, rates) in late.items()
            }
        ),
        line_rule=line_rule,
    )


def _pivot(table: pd.DataFrame, chapters: tuple[str, ...], exporters: tuple[str, ...]) -> Floats:
    """Value by chapter and exporter as an array with checked labels, shape (H, S)."""
    wide = table.pivot(index="hs", columns="exporter", values="value")
    return wide.loc[list(chapters), list(exporters)].to_numpy(float, copy=True)


def _market(importer: str, schedule: TariffSchedule, parameters: Parameters) -> Market:
    """Arrays of one market: values, wedges, elasticities."""
    partner = PAIR[importer]
    exporters = schedule.exporters
    table = "japan_imports" if importer == "JPN" else "india_imports"
    imports = parameters.table(f"benchmark/{table}")
    chapters = tuple(dict.fromkeys(imports["hs"]))
    cif = _pivot(imports, chapters, exporters)
    sales = parameters.table("benchmark/domestic")
    sales = sales[sales["importer"] == importer].set_index("hs")
    domestic = sales["value"].loc[list(chapters)].to_numpy(float)

    def by_chapter(name: str, exporter: str | None = None) -> Floats:
        return parameters.by_chapter(name, chapters, importer=importer, exporter=exporter)

    def by_source(name: str) -> Floats:
        return np.stack([by_chapter(name, exporter) for exporter in exporters], axis=1)

    barriers = {kind: by_chapter(f"nu_{kind}") for kind in ("sps", "tbt", "process")}
    barriers["border"] = by_chapter("border_days") * by_chapter("border_ave_per_day")
    sigma_import = by_chapter("sigma_import")
    maximum = parameters.value("utilisation_max")
    used = by_chapter("utilisation_observed", partner)
    freight = by_source("freight_insurance")
    # The pair's own trade is the bilateral benchmark itself: f.o.b. in India's exports, c.i.f. in
    # its imports, whatever freight a user assumes.
    column = exporters.index(partner)
    flow = "export" if importer == "JPN" else "import"
    trade = parameters.table("benchmark/bilateral")
    pair = trade[trade["flow"] == flow].set_index("hs")["value"]
    uplift = 1 + freight[:, column] if importer == "JPN" else 1.0
    cif[:, column] = pair.loc[list(chapters)].to_numpy(float) * uplift
    known_trade = _known_product_trade(parameters, schedule) if importer == "JPN" else None
    weights, phi, effective, collected = _benchmark_tariffs(
        schedule,
        partner,
        used,
        maximum,
        sigma_import,
        (cif / (1 + freight))[:, column],
        known_trade,
    )
    return Market(
        importer=importer,
        partner=partner,
        exporters=exporters,
        chapters=chapters,
        cif=_frozen(cif),
        domestic=_frozen(domestic),
        freight=_frozen(freight),
        schedule=schedule,
        product_weights=_frozen(weights),
        origin_cost=_frozen(phi),
        utilisation_max=maximum,
        barriers=FrozenMapping({kind: _frozen(nu) for kind, nu in barriers.items()}),
        rent_share=parameters.value("rent_share"),
        tariff_effective=_frozen(effective),
        tariff_collected=_frozen(collected),
        sigma_import=_frozen(sigma_import),
        sigma_domestic=_frozen(by_chapter("sigma_domestic")),
        eta=_frozen(by_chapter("eta")),
        supply=_frozen(by_source("epsilon_supply")),
        supply_domestic=_frozen(by_chapter("epsilon_domestic")),
        growth=float(by_chapter("real_demand_growth")[0]),
    )


def _known_product_trade(parameters: Parameters, schedule: TariffSchedule) -> Floats:
    """India's exports to Japan by HS6 in the base year, US$ million f.o.b., shape (K,)."""
    table = parameters.table("trade/india_exports_japan_hs6")
    base = table[table["fiscal_year"] == format_fiscal_year(BASE_YEAR)].set_index("hs6")["value"]
    return base.reindex(schedule.products).fillna(0.0).to_numpy(float)


def _benchmark_tariffs(
    schedule: TariffSchedule,
    partner: str,
    used: Floats,
    maximum: float,
    sigma: Floats,
    partner_fob: Floats,
    known_trade: Floats | None,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Product weights, cost of origin, effective and collected tariffs of the base year.

    Where trade by product is not known, products of a chapter are taken to be alike in taste:
    their landed trade is in proportion to ``(1 + t)^(1 - sigma)``, so that a prohibitive line
    carries little trade, as it does at the border, and not its share of a count of lines. What a
    chapter trades beyond its known products is spread over the others in the same way.

    Returns
    -------
    weights : ndarray, shape (K, S)
        Landed shares within the chapter.
    phi : ndarray, shape (H, S)
    effective, collected : ndarray, shape (H, S)
    """
    chapters = sigma.size
    group = schedule.chapter
    year = np.array([BASE_YEAR])
    mfn = np.where(np.isnan(schedule.product_mfn), 0.0, schedule.product_mfn)
    shape = (len(schedule.products), len(schedule.exporters))
    weights, phi = np.empty(shape), np.zeros((chapters, shape[1]))
    effective, collected = np.empty((chapters, shape[1])), np.empty((chapters, shape[1]))

    def normalised(values: Floats) -> Floats:
        return values / np.bincount(group, values, chapters)[group]

    def chapter_mean(cif: Floats, rates: Floats) -> Floats:
        return np.bincount(group, cif * rates, chapters) / np.bincount(group, cif, chapters)

    for column, source in enumerate(schedule.exporters):
        rate = schedule.product_rates(schedule.line_rates(source, year))[0]
        rate = np.where(np.isnan(rate), 0.0, rate)
        top = np.maximum(mfn, rate)
        cif = normalised((1 + rate) ** -sigma[group])
        if source == partner:
            trade = known_trade if known_trade is not None else np.zeros(len(rate))
            rest = np.maximum(partner_fob - np.bincount(group, trade, chapters), 0.0)
            spread = cif * (trade == 0)
            spread /= np.maximum(np.bincount(group, spread, chapters), 1e-300)[group]
            blended = trade + rest[group] * spread
            traded = np.bincount(group, blended, chapters)[group] > 0
            cif = normalised(np.where(traded, blended, cif))
            own = origin_cost_from_use(cif, top - rate, used, maximum, group)
            # A chapter without any margin today has shown nothing: it takes the typical cost.
            typical = np.nanmedian(own)
            phi[:, column] = np.where(np.isnan(own), typical, own)
        cost = phi[group, column]
        paid = effective_tariff(top, top - rate, cost, maximum)
        collected[:, column] = chapter_mean(cif, collected_tariff(top, top - rate, cost, maximum))
        effective[:, column] = chapter_mean(cif, paid)
        weights[:, column] = normalised(cif * (1 + paid))
    return weights, phi, effective, collected

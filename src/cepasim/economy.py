"""The economy: benchmark arrays and elasticities, the one object the model reads.

Two markets (Japan's and India's), each by HS chapter and source country, in US$ million of
2023-24. Everything here is read from ``params/``; nothing is solved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from cepasim.schedule import LineRule, ProductRule, TariffSchedule, WedgeRule, told_apart

Floats = NDArray[np.float64]

#: The pair the model is about: importer -> its partner.
PAIR = FrozenMapping({"JPN": "IND", "IND": "JPN"})
#: Category of the stand-in for a chapter that has no tariff lines.
NO_LINE = "no_line"
BARRIER_TYPES = ("sps", "tbt", "border", "process")
#: Rounds of weights and cost of origin until they agree; about a dozen are needed.
_ROUNDS = 60
#: Column of Japan's schedule that a source without one of its own reads.
_JAPAN_COLUMN = {"BGD": "LDC", "KHM": "LDC", "MMR": "LDC"}
#: Sources whose rates in Japan still fell after 2023-24.
_ROLLED_BACK = ("CHN", "KOR", "EU27", "GBR", "USA")


def _frozen(array: Floats) -> Floats:
    array = np.ascontiguousarray(array, dtype=float)
    array.setflags(write=False)
    return array


def _read_only(array: Floats) -> Floats:
    """Refuse writes, and keep the order in memory."""
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

    def product_tariffs(self, rates: Floats, origin_cost: Floats | float) -> tuple[Floats, Floats]:
        """Effective and collected tariff of each product at given preferential rates.

        Parameters
        ----------
        rates : ndarray, shape (..., K)
            Rate with the preference, fraction; NaN (no ad-valorem rate known) counts as 0.
        origin_cost : ndarray, shape (..., K), or 0.0
            ``phi`` of each product, fraction.

        Returns
        -------
        effective, collected : ndarray, shape (..., K)
            One and the same array where proving origin costs nothing.
        """
        mfn = self.schedule.product_mfn
        rates = np.where(np.isnan(rates), 0.0, rates)
        mfn = np.maximum(np.where(np.isnan(mfn), rates, mfn), rates)
        margin = mfn - rates
        if isinstance(origin_cost, float) and origin_cost == 0.0:
            paid = mfn - self.utilisation_max * margin
            return paid, paid
        return (
            effective_tariff(mfn, margin, origin_cost, self.utilisation_max),
            collected_tariff(mfn, margin, origin_cost, self.utilisation_max),
        )


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
    """What an economy is built on whatever its parameters are.

    Attributes
    ----------
    japan : JapanMaterial
    india : IndiaMaterial
    benchmarks : mapping of importer to Benchmark
    known_trade : ndarray, shape (K,)
        India's exports to Japan by product of Japan's schedule, US$ million f.o.b.
    """

    japan: JapanMaterial
    india: IndiaMaterial
    benchmarks: Mapping[str, Benchmark]
    known_trade: Floats


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
    product_rule : {"alike", "alike_preferential", "count"}
    wedge_rule : {"ces", "mean"}
    ground : Ground
        What stands whatever the parameters are.
    """

    parameters: Parameters
    classification: Classification
    chapters: tuple[str, ...]
    markets: Mapping[str, Market]
    bilateral: pd.DataFrame = field(repr=False)
    line_rule: LineRule
    product_rule: ProductRule
    wedge_rule: WedgeRule
    ground: Ground = field(repr=False)

    @classmethod
    def build(
        cls,
        parameters: Parameters,
        line_rule: LineRule = "best",
        product_rule: ProductRule = "alike",
        wedge_rule: WedgeRule = "ces",
    ) -> Economy:
        """Assemble the economy from checked parameters.

        Parameters
        ----------
        parameters : Parameters
        line_rule : {"best", "mean"}, optional
            Whether a shipper takes the best tariff line open to it within an HS6 product, or
            pays the mean of the product's lines (the two ends of what the schedule allows).
        product_rule : {"alike", "alike_preferential", "count"}, optional
            Weights of products within a chapter where trade by product is not known: alike in
            taste at what shippers pay on average (use of the preference included), alike in taste
            at the preferential rate, or one for each product.
        wedge_rule : {"ces", "mean"}, optional
            Whether the wedges of products make a chapter's by the CES index or by their mean at
            unchanged quantities. All but the defaults serve to see what aggregation does
            (docs/aggregation.md).

        Raises
        ------
        InputError
            If a chapter or a pair has no value for a parameter the model needs.
        """
        classification = Classification.from_parameters(parameters)
        chapters = classification.chapters
        japan = _japan_material(parameters, chapters, line_rule)
        ground = Ground(
            japan=japan,
            india=_india_material(parameters, chapters, line_rule),
            benchmarks=FrozenMapping(
                {importer: read_benchmark(importer, parameters) for importer in PAIR}
            ),
            known_trade=_frozen(known_product_trade(parameters, japan.lines)),
        )
        schedules = {
            "JPN": ground.japan.schedule(parameters),
            "IND": ground.india.schedule(parameters),
        }
        return cls(
            parameters=parameters,
            classification=classification,
            chapters=chapters,
            markets=_markets(schedules, parameters, ground, ground.benchmarks, product_rule),
            bilateral=parameters.table("benchmark/bilateral"),
            line_rule=line_rule,
            product_rule=product_rule,
            wedge_rule=wedge_rule,
            ground=ground,
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
        return self._under(self.parameters.with_overrides(overrides))

    def perturbed(
        self,
        values: Mapping[str, float],
        benchmarks: Mapping[str, Benchmark] | None = None,
        india_mfn: Floats | None = None,
    ) -> Economy:
        """Return the same economy under other figures, unchecked: for many draws.

        No table is read again: tens of times cheaper than building an economy.

        Parameters
        ----------
        values : mapping of str to float
            Parameters by name.
        benchmarks : mapping of importer to Benchmark, optional
            Trade and domestic sales of the base year in place of the bundled ones.
        india_mfn : ndarray, shape (H,), optional
            India's MFN rates by chapter, fractions, where no heading has one of its own.
        """
        return self._under(self.parameters.with_values(values), benchmarks, india_mfn)

    def _under(
        self,
        parameters: Parameters,
        benchmarks: Mapping[str, Benchmark] | None = None,
        india_mfn: Floats | None = None,
    ) -> Economy:
        ground = self.ground
        japan, india = self.markets["JPN"].schedule, self.markets["IND"].schedule
        schedules = {
            "JPN": ground.japan.schedule(parameters, japan),
            "IND": ground.india.schedule(parameters, india_mfn, india),
        }
        given = benchmarks or ground.benchmarks
        markets = _markets(schedules, parameters, ground, given, self.product_rule)
        return replace(self, parameters=parameters, markets=markets)


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
    return _japan_material(parameters, chapters, line_rule).schedule(parameters)


@dataclass(frozen=True, eq=False)
class JapanMaterial:
    """What Japan's schedule is made of, whatever the parameters are.

    Attributes
    ----------
    lines : TariffSchedule
        With every rate as in the schedule of 2026: N lines, S sources.
    gsp : ndarray, shape (N,)
        General preference, fraction; NaN where there is none.
    last_step : ndarray, shape (N,)
        Last instalment of category B15, fraction; NaN elsewhere.
    """

    lines: TariffSchedule
    gsp: Floats
    last_step: Floats

    def schedule(
        self, parameters: Parameters, known: TariffSchedule | None = None
    ) -> TariffSchedule:
        """Schedule under the roll-back rules.

        Parameters
        ----------
        parameters : Parameters
        known : TariffSchedule, optional
            One of the same lines under other parameters, of which the rest is kept.
        """
        lines = self.lines
        exporters, mfn = lines.exporters, lines.mfn
        final = lines.rate_schedule.copy(order="F")
        india = exporters.index("IND")
        gain = np.nan_to_num(final[:, india] - np.fmin(final[:, india], self.gsp))
        final[:, india] -= parameters.value("gsp_use_ind") * gain
        base = final.copy(order="F")
        moving = [exporters.index(e) for e in _ROLLED_BACK if e in exporters]
        for column in moving:
            done = parameters.value(f"roll_back_share_{exporters[column].lower()}")
            rolled = mfn - (mfn - final[:, column]) * done
            base[:, column] = np.where(np.isnan(rolled), final[:, column], rolled)
        left = parameters.value("b15_remaining_steps_2023")
        base[:, india] = np.where(np.isnan(self.last_step), base[:, india], left * self.last_step)
        year = int(parameters.value("bangladesh_ldc_end"))
        late = {"BGD": (year, np.where(np.isnan(self.gsp), mfn, self.gsp))}
        base.setflags(write=False)
        final.setflags(write=False)
        return (known or lines).with_rates(
            [india, *moving], base, final, late_changes=FrozenMapping(late)
        )


def _japan_material(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> JapanMaterial:
    """Read Japan's lines; the rates of 2026 are official."""
    lines = parameters.table("tariffs/japan_lines").sort_values("hs9", kind="stable")
    # Seasonal rates stand as two rows of one code: the mean of the seasons.
    rate_columns = [c for c in lines.columns if c == "mfn_pct" or (c.isupper() and len(c) >= 3)]
    rates = lines.groupby("hs9", sort=True)[rate_columns + ["b15_rate_jan_2026_pct"]].mean() / 100
    words = lines.groupby("hs9", sort=True)[["cepa_status", "mfn_kind"]].first()
    codes = rates.index.to_numpy(dtype=str)
    mfn = rates["mfn_pct"].to_numpy(float)

    exporters = _exporters(parameters, "japan_imports")
    final = np.empty((len(codes), len(exporters)))
    for column, exporter in enumerate(exporters):
        name = _JAPAN_COLUMN.get(exporter, exporter)
        own = rates[name].to_numpy(float) if name in rates else np.full(len(codes), np.nan)
        if name == "LDC":
            # Where the general preference is lower, or is all there is, they have that too.
            own = np.fmin(own, rates["GSP"].to_numpy(float))
        final[:, column] = np.where(np.isnan(own), mfn, own)
    gsp = rates["GSP"].to_numpy(float)
    last_step = rates["b15_rate_jan_2026_pct"].to_numpy(float)
    alone = [exporters.index(e) for e in ("IND", "BGD", *_ROLLED_BACK) if e in exporters]
    schedule, padded = _schedule(
        "JPN",
        exporters,
        codes,
        mfn,
        final,
        words["cepa_status"].to_numpy(str),
        words["mfn_kind"].to_numpy(str),
        chapters,
        line_rule,
        alone,
        [gsp, last_step],
    )
    return JapanMaterial(schedule, padded(gsp), padded(last_step))


def india_schedule(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> TariffSchedule:
    """India's HS6 coverage under the CEPA with MFN rates by heading where known, else by chapter.

    A product covered in part at rate 0 pays MFN on the share of its lines that is not covered.
    Other sources pay MFN: India's other agreements are not in the figures.
    """
    return _india_material(parameters, chapters, line_rule).schedule(parameters)


@dataclass(frozen=True, eq=False)
class IndiaMaterial:
    """What India's schedule is made of, whatever the parameters are.

    Attributes
    ----------
    lines : TariffSchedule
        N lines, S sources; its rates are of no account.
    statutory : ndarray, shape (N,)
        MFN rate by heading, fraction; NaN where only the chapter's is known.
    prior : ndarray, shape (H,)
        MFN rate by chapter, fraction.
    status : ndarray of str, shape (N,)
        Coverage by the CEPA.
    given : ndarray, shape (N,)
        CEPA rate of what is covered in part; 0 where not given.
    """

    lines: TariffSchedule
    statutory: Floats
    prior: Floats
    status: NDArray[np.str_]
    given: Floats

    def schedule(
        self,
        parameters: Parameters,
        prior: Floats | None = None,
        known: TariffSchedule | None = None,
    ) -> TariffSchedule:
        """Schedule under the share of partly covered products that is free.

        Parameters
        ----------
        parameters : Parameters
        prior : ndarray, shape (H,), optional
            MFN rates by chapter instead of those of the figures.
        known : TariffSchedule, optional
            One of the same lines under other parameters, of which the rest is kept.
        """
        lines, status = self.lines, self.status
        by_chapter = self.prior if prior is None else prior
        chapter = lines.chapter[lines.product_of_line]
        mfn = np.where(np.isnan(self.statutory), by_chapter[chapter], self.statutory)
        mfn = np.where(lines.category == NO_LINE, np.nan, mfn)
        covered = parameters.value("partial_coverage_share")
        partial_rate = np.where(self.given > 0, self.given, mfn * (1 - covered))
        cepa = np.select([status == "full", status == "partial"], [0.0, partial_rate], default=mfn)
        cepa = np.minimum(cepa, mfn)
        japan = lines.exporters.index("JPN")
        rates = np.empty((len(mfn), len(lines.exporters)), order="F")
        rates[:] = mfn[:, None]
        rates[:, japan] = cepa
        rates = _read_only(rates)
        if known is not None and prior is None:
            return known.with_rates([japan], rates, rates)
        return (known or lines).with_rates(range(len(lines.exporters)), rates, rates, _frozen(mfn))


def _india_material(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> IndiaMaterial:
    """Read India's coverage and MFN rates."""
    coverage = parameters.table("tariffs/india_coverage").sort_values("hs6", kind="stable")
    codes = coverage["hs6"].to_numpy(str)
    prior = parameters.table("tariffs/india_mfn_chapter").set_index("hs")["value"]
    statutory = np.full(len(codes), np.nan)
    headings = parameters.table("tariffs/india_mfn_headings").set_index("hs")["value"]
    for prefix in sorted(headings.index, key=len):
        statutory[np.char.startswith(codes, prefix)] = headings[prefix] / 100
    by_prior = prior.reindex([code[:2] for code in codes]).to_numpy(float) / 100
    mfn = np.where(np.isnan(statutory), by_prior, statutory)
    status = coverage["coverage"].to_numpy(str)
    given = coverage["cepa_rate_pct"].to_numpy(float) / 100
    category = np.select(
        [mfn == 0, status == "full", status == "partial"], ["mfn_free", "free", "partial"], "X"
    )
    exporters = _exporters(parameters, "india_imports")
    # India's specific duties (on fabrics and clothing) are not in the figures.
    kind = np.where(mfn == 0, "free", "ad_valorem")
    rates = np.repeat(mfn[:, None], len(exporters), axis=1)
    own = [exporters.index("JPN")]
    lines, padded = _schedule(
        "IND",
        exporters,
        codes,
        mfn,
        rates,
        category,
        kind,
        chapters,
        line_rule,
        own,
        [statutory, given, np.unique(status, return_inverse=True)[1].astype(float)],
    )
    known_chapters = prior.reindex(list(chapters)).to_numpy(float) / 100
    order = padded(np.arange(len(codes), dtype=float))
    place = np.nan_to_num(order).astype(int)
    covered = np.where(np.isnan(order), "", status[place]).astype(str)
    return IndiaMaterial(lines, padded(statutory), known_chapters, covered, padded(given))


def _exporters(parameters: Parameters, table: str) -> tuple[str, ...]:
    """Sources of a market in the order in which the benchmark lists them."""
    return tuple(dict.fromkeys(parameters.table(f"benchmark/{table}")["exporter"]))


def _schedule(
    importer: str,
    exporters: tuple[str, ...],
    codes: NDArray[np.str_],
    mfn: Floats,
    rates: Floats,
    category: NDArray[np.str_],
    kind: NDArray[np.str_],
    chapters: tuple[str, ...],
    line_rule: LineRule,
    own: Sequence[int],
    made_of: Sequence[Floats],
) -> tuple[TariffSchedule, Callable[[Floats], Floats]]:
    """Sort lines into products; a chapter without lines (98, 99) gets one line without a rate.

    ``own`` are the sources that are like no other, whatever their rates are today; ``made_of``
    what rates depend on besides the MFN and the published ones. Also returns how values of the
    lines given become values of the schedule's lines.
    """
    width = len(codes[0])
    missing = [h.ljust(width, "0") for h in chapters if not np.char.startswith(codes, h).any()]
    codes = np.concatenate([codes, np.array(missing, dtype=codes.dtype)])
    order = np.argsort(codes, kind="stable")

    def padded(values: Floats) -> Floats:
        extra = np.full((len(missing), *values.shape[1:]), np.nan)
        return _frozen(np.concatenate([values, extra])[order])

    def words(values: NDArray[np.str_]) -> NDArray[np.str_]:
        return np.concatenate([values, np.full(len(missing), NO_LINE)])[order].astype(str)

    codes = codes[order]
    products, first = np.unique(codes.astype("U6"), return_index=True)
    codes.setflags(write=False)
    products.setflags(write=False)
    position = {hs: index for index, hs in enumerate(chapters)}
    # Rules act on one source at a time: its rates stand side by side.
    path = _read_only(np.asfortranarray(padded(rates)))
    level = padded(mfn)
    marks = [level, *map(padded, made_of)]
    line_kind = told_apart(*marks, words(category), words(kind))
    alike = [
        next(
            earlier
            for earlier in range(column + 1)
            if earlier == column
            or (
                column not in own
                and earlier not in own
                and np.array_equal(path[:, earlier], path[:, column], equal_nan=True)
            )
        )
        for column in range(len(exporters))
    ]
    schedule = TariffSchedule(
        importer=importer,
        exporters=exporters,
        lines=codes,
        products=products,
        first_line=first.astype(np.int64),
        chapter=np.array([position[p[:2]] for p in products], dtype=np.int64),
        mfn=level,
        rate_base=path,
        rate_schedule=path,
        category=words(category),
        kind=words(kind),
        late_changes=FrozenMapping({}),
        line_rule=line_rule,
        alike=tuple(alike),
        line_kind=line_kind,
        published=path,
    )
    return schedule, padded


def _pivot(table: pd.DataFrame, chapters: tuple[str, ...], exporters: tuple[str, ...]) -> Floats:
    """Value by chapter and exporter as an array with checked labels, shape (H, S)."""
    wide = table.pivot(index="hs", columns="exporter", values="value")
    return wide.loc[list(chapters), list(exporters)].to_numpy(float, copy=True)


def read_benchmark(importer: str, parameters: Parameters) -> Benchmark:
    """Read the benchmark of one market."""
    table = "japan_imports" if importer == "JPN" else "india_imports"
    imports = parameters.table(f"benchmark/{table}")
    exporters = _exporters(parameters, table)
    chapters = tuple(dict.fromkeys(imports["hs"]))
    sales = parameters.table("benchmark/domestic")
    sales = sales[sales["importer"] == importer].set_index("hs")
    flow = "export" if importer == "JPN" else "import"
    trade = parameters.table("benchmark/bilateral")
    pair = trade[trade["flow"] == flow].set_index("hs")["value"]
    return Benchmark(
        chapters=chapters,
        exporters=exporters,
        pair=_frozen(pair.loc[list(chapters)].to_numpy(float)),
        cif=_frozen(_pivot(imports, chapters, exporters)),
        domestic=_frozen(sales["value"].loc[list(chapters)].to_numpy(float)),
    )


def _markets(
    schedules: Mapping[str, TariffSchedule],
    parameters: Parameters,
    ground: Ground,
    benchmarks: Mapping[str, Benchmark],
    product_rule: ProductRule,
) -> FrozenMapping:
    known = {"JPN": ground.known_trade, "IND": None}
    return FrozenMapping(
        {
            importer: _market(
                importer, schedule, parameters, benchmarks[importer], known[importer], product_rule
            )
            for importer, schedule in schedules.items()
        }
    )


def _market(
    importer: str,
    schedule: TariffSchedule,
    parameters: Parameters,
    benchmark: Benchmark,
    known_trade: Floats | None,
    product_rule: ProductRule,
) -> Market:
    """Arrays of one market: values, wedges, elasticities."""
    partner = PAIR[importer]
    exporters = schedule.exporters
    chapters = benchmark.chapters

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
    cif = benchmark.cif.copy()
    cif[:, column] = benchmark.pair * (1 + freight[:, column] if importer == "JPN" else 1.0)
    weights, phi, effective, collected = _benchmark_tariffs(
        schedule,
        partner,
        used,
        maximum,
        sigma_import,
        (cif / (1 + freight))[:, column],
        known_trade,
        product_rule,
    )
    return Market(
        importer=importer,
        partner=partner,
        exporters=exporters,
        chapters=chapters,
        cif=_frozen(cif),
        domestic=benchmark.domestic,
        freight=_frozen(freight),
        schedule=schedule,
        product_weights=_read_only(weights),
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
        growth=parameters.uniform("real_demand_growth", chapters, importer),
    )


def known_product_trade(parameters: Parameters, schedule: TariffSchedule) -> Floats:
    """India's exports to Japan by HS6 in the base year, US$ million f.o.b., shape (K,).

    Zero where the customs data (about 80 % of value) list no trade.
    """
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
    product_rule: ProductRule,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Product weights, cost of origin, effective and collected tariffs of the base year.

    Where trade by product is not known, products of a chapter are taken to be alike in taste:
    their landed trade is in proportion to ``(1 + t)^(1 - sigma)``, so that a prohibitive line
    carries little trade, as it does at the border, and not its share of a count of lines. What a
    chapter trades beyond its known products is spread over the others in the same way. ``t`` is
    what is paid on average, for the partner solved with the cost of proving origin it depends on
    (``alike``), or the preferential rate (``alike_preferential``); ``count`` gives each product
    the same trade.

    Returns
    -------
    weights : ndarray, shape (K, S)
        Landed shares within the chapter.
    phi : ndarray, shape (H, S)
    effective, collected : ndarray, shape (H, S)
    """
    size = (sigma.size, len(schedule.exporters))
    phi, effective, collected = np.zeros(size), np.empty(size), np.empty(size)
    weights = np.empty((len(schedule.products), size[1]), order="F")
    mfn = np.nan_to_num(schedule.product_mfn)
    own = schedule.exporters.index(partner)

    # The partner alone has a cost of origin; of the others those that pay the same are worked out
    # once, and products by kind.
    others = [c for c in dict.fromkeys(schedule.alike) if c != own]
    stack = _Stack.of(schedule, others)
    rate = np.nan_to_num(schedule.product_rate_base[stack.product, stack.column])
    highest = np.maximum(mfn[stack.product], rate)
    start = np.zeros_like(rate) if product_rule == "count" else rate
    cif = stack.number * np.exp(-sigma[stack.chapter] * np.log1p(start))
    paid = effective_tariff(highest, highest - rate, 0.0, maximum)
    landed = cif * (1 + paid)
    paid_mean = (stack.sums(cif * paid) / stack.sums(cif)).reshape(len(others), -1)
    each = landed / stack.number / np.repeat(stack.sums(landed), stack.width)
    for place, column in enumerate(others):
        alike = [c for c, first in enumerate(schedule.alike) if first == column]
        weights[:, alike] = each[stack.of_product[place]][:, None]
        effective[:, alike] = paid_mean[place][:, None]
    collected[:] = effective  # without a cost of origin all that is paid is collected

    # The partner's products by kind: rounds are many, kinds are few.
    kinds = schedule.kinds(partner)
    group = kinds.chapter
    rate = np.nan_to_num(schedule.product_rate_base[kinds.product, own])
    highest = np.maximum(mfn[kinds.product], rate)
    margin, power = highest - rate, -sigma[group]
    ones = np.ones(len(kinds.of_product))
    known = np.zeros_like(ones) if known_trade is None else known_trade
    trade, number, unknown = kinds.sums(known), kinds.sums(ones), kinds.sums(ones * (known == 0))
    start = np.zeros_like(rate) if product_rule == "count" else rate
    shown = None
    for _ in range(_ROUNDS if product_rule == "alike" else 1):
        taste = np.exp(power * np.log1p(start))
        cif = _with_known_trade(taste * number, taste * unknown, trade, partner_fob, group)
        shown = origin_cost_from_use(cif, margin, used, maximum, group, shown)
        # A chapter without any margin today has shown nothing: it takes the typical cost.
        phi[:, own] = np.where(np.isnan(shown), np.nanmedian(shown), shown)
        cost = phi[group, own]
        before, start = start, effective_tariff(highest, margin, cost, maximum)
        if np.abs(start - before).max() < 1e-9:
            break
    due = collected_tariff(highest, margin, cost, maximum)[kinds.of_product]
    paid, taste = start[kinds.of_product], taste[kinds.of_product]
    cif = _with_known_trade(taste, taste * (known == 0), known, partner_fob, schedule.chapter)
    total, landed = schedule.chapter_sums(cif), cif * (1 + paid)
    collected[:, own] = schedule.chapter_sums(cif * due) / total
    effective[:, own] = schedule.chapter_sums(cif * paid) / total
    weights[:, own] = landed / schedule.chapter_sums(landed)[schedule.chapter]
    return weights, phi, effective, collected


@dataclass(frozen=True, eq=False)
class _Stack:
    """Kinds of products of several sources, one source after the other.

    Attributes
    ----------
    product, column, chapter : ndarray of int, shape (G,)
        A product of the kind, its source and its chapter.
    number : ndarray, shape (G,)
        Products of the kind.
    first, width : ndarray of int
        First kind of each chapter of each source, and how many there are.
    of_product : tuple of ndarray of int, shape (K,)
        Place of each product's kind, by source.
    """

    product: NDArray[np.int64]
    column: NDArray[np.int64]
    chapter: NDArray[np.int64]
    number: Floats
    first: NDArray[np.int64]
    width: NDArray[np.int64]
    of_product: tuple[NDArray[np.int64], ...]

    def sums(self, values: Floats) -> Floats:
        """Sums over the chapters of each source."""
        return np.asarray(np.add.reduceat(values, self.first))

    @classmethod
    def of(cls, schedule: TariffSchedule, columns: list[int]) -> _Stack:
        """Stack the sources; made once for all rates of a schedule."""
        key = ("", tuple(columns))
        if key not in schedule.known:
            kinds = [schedule.kinds(schedule.exporters[column]) for column in columns]
            starts = np.cumsum([0, *(len(kind.product) for kind in kinds)])
            chapter = np.concatenate([kind.chapter for kind in kinds])
            first = np.flatnonzero(np.diff(chapter, prepend=-1))
            schedule.known[key] = cls(
                product=np.concatenate([kind.product for kind in kinds]),
                column=np.repeat(columns, np.diff(starts)),
                chapter=chapter,
                number=np.concatenate([kind.sums(np.ones(len(kind.of_product))) for kind in kinds]),
                first=first,
                width=np.diff(np.append(first, chapter.size)),
                of_product=tuple(
                    kind.of_product + start for kind, start in zip(kinds, starts[:-1], strict=True)
                ),
            )
        found = schedule.known[key]
        assert isinstance(found, cls)
        return found


def _with_known_trade(
    alike: Floats, spread: Floats, known: Floats, total: Floats, group: NDArray[np.int64]
) -> Floats:
    """Shares in their chapter: known trade, and the rest spread over what is not known.

    Parameters
    ----------
    alike, spread : ndarray, shape (K,)
        What products that are alike in taste trade, any unit: all, and those without known trade.
    known : ndarray, shape (K,)
        US$ million; 0 where nothing is known.
    total : ndarray, shape (H,)
        What the chapter trades in all; only where trade is known does it matter.
    """
    chapters = total.size
    if not known.any():
        return np.asarray(alike / np.bincount(group, alike, chapters)[group])
    rest = np.maximum(total - np.bincount(group, known, chapters), 0.0)
    spread = spread / np.maximum(np.bincount(group, spread, chapters), 1e-300)[group]
    blended = known + rest[group] * spread
    traded = np.bincount(group, blended, chapters)[group] > 0
    shares = np.where(traded, blended, alike)
    return np.asarray(shares / np.bincount(group, shares, chapters)[group])

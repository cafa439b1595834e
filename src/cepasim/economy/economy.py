"""The economy: benchmark arrays and elasticities, the one object the model reads.

Two markets (Japan's and India's), each by HS chapter and source country, in US$ million of
2023-24. Everything here is read from ``params/``; nothing is solved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.countries import PAIR, PARTNER
from cepasim.core.fiscal_year import BASE_YEAR, format_fiscal_year
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.schedule import (
    Kinds,
    LineFacts,
    LineRule,
    ProductRule,
    Rates,
    TariffSchedule,
    WedgeRule,
)
from cepasim.equilibrium.preferences import (
    collected_tariff,
    effective_tariff,
    origin_cost_from_use,
)
from cepasim.params.parameters import Parameters, load_parameters
from cepasim.products.classification import Classification

Floats = NDArray[np.float64]

#: The pair the model is about: importer -> its partner.
#: Category of the stand-in for a chapter that has no tariff lines.
NO_LINE = "no_line"
BARRIER_TYPES = ("sps", "tbt", "border", "process")
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
class ProductWeights:
    """Shares of K products in their chapter's landed imports from one source.

    Products of a kind have the same share unless trade is known by product. Then each has
    ``on_known`` of its kind for a dollar known to be traded, and ``on_others`` if none is.

    Attributes
    ----------
    kinds : Kinds
        G kinds, told apart by nothing but the trade known.
    by_kind : ndarray, shape (G,)
        Shares of each kind.
    known : ndarray, shape (K,), or None
        Known trade by product, US$ million; None where there is none.
    on_known, on_others : ndarray, shape (G,), or float
    """

    kinds: Kinds
    by_kind: Floats
    known: Floats | None = None
    on_known: Floats | float = 0.0
    on_others: Floats | float = 0.0

    @cached_property
    def by_product(self) -> Floats:
        """Shares of each product, shape (K,)."""
        kind = self.kinds.of_product
        if self.known is None:
            return _frozen((self.by_kind / self.kinds.number)[kind])
        each = np.stack(np.broadcast_arrays(self.on_known, self.on_others))[:, kind]
        return _frozen(np.where(self.known > 0, self.known * each[0], each[1]))

    def of(self, kinds: Kinds) -> Floats:
        """Shares of each of some kinds."""
        return self.by_kind if kinds is self.kinds else kinds.sums(self.by_product)

    def scaled(self, factor: Floats) -> ProductWeights:
        """Weights of which each is multiplied by a factor of its kind, shape (G,)."""
        return ProductWeights(
            self.kinds,
            _frozen(self.by_kind * factor),
            self.known,
            self.on_known * factor,
            self.on_others * factor,
        )


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
    weights : tuple of ProductWeights, length S
        Share of each product in its chapter's landed imports, by source.
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
    weights: tuple[ProductWeights, ...]
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

    @cached_property
    def partner_column(self) -> int:
        """Index of the partner among the exporters."""
        return self.exporters.index(self.partner)

    @cached_property
    def product_weights(self) -> Floats:
        """Share of each product in its chapter's landed imports from the source, (K, S)."""
        return _frozen(np.stack([weights.by_product for weights in self.weights], axis=1))

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
        return self.tariffs(self.schedule.product_mfn, rates, origin_cost)

    def tariffs(
        self, mfn: Floats, rates: Floats, origin_cost: Floats | float
    ) -> tuple[Floats, Floats]:
        """Effective and collected tariff of products with MFN rates of shape (K,)."""
        rates = np.where(np.isnan(rates), 0.0, rates)
        mfn = np.fmax(mfn, rates)  # where it is not known: the rate
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
    """What an economy is built on besides its parameters and schedules.

    Attributes
    ----------
    benchmarks : mapping of importer to Benchmark
    known_trade : ndarray, shape (K,)
        India's exports to Japan by product of Japan's schedule, US$ million f.o.b.
    """

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
        schedules = {
            "JPN": _japan_schedule(parameters, chapters, line_rule),
            "IND": _india_schedule(parameters, chapters, line_rule),
        }
        ground = Ground(
            benchmarks=FrozenMapping(
                {importer: read_benchmark(importer, parameters) for importer in PAIR}
            ),
            known_trade=_frozen(known_product_trade(parameters, schedules["JPN"])),
        )
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
        assert isinstance(japan.rates, JapanRates) and isinstance(india.rates, IndiaRates)
        covered = parameters.value("partial_coverage_share")
        prior = india.rates.prior if india_mfn is None else india_mfn
        schedules = {
            "JPN": japan.under(JapanRates.under(japan.rates.facts, parameters)),
            "IND": india.under(IndiaRates(india.rates.facts, prior, covered)),
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


@dataclass(frozen=True, eq=False)
class JapanFacts:
    """What Japan's rates are made of, whatever the figures are: N lines.

    Attributes
    ----------
    mfn : ndarray, shape (N,)
        MFN rate, fraction; NaN where no ad-valorem rate is known.
    published : mapping of source to ndarray of shape (N,)
        Rates as in the schedule of 2026.
    gsp : ndarray, shape (N,)
        General preference, fraction; NaN where there is none.
    last_step : ndarray, shape (N,)
        Last instalment of category B15, fraction; NaN elsewhere.
    """

    mfn: Floats
    published: Mapping[str, Floats]
    gsp: Floats
    last_step: Floats

    def levels(self, source: str) -> tuple[Floats, Floats]:
        """MFN rates and those of a source: no rule turns their order round."""
        return self.mfn, self.published[source]

    def marks(self, source: str) -> tuple[Floats, ...]:
        """All else that the rates of a source are made of."""
        return {"IND": (self.gsp, self.last_step), "BGD": (self.gsp,)}.get(source, ())

    def at(self, lines: NDArray[np.int64], source: str) -> JapanFacts:
        """Facts of some of the lines, as far as one source goes."""
        return JapanFacts(
            mfn=self.mfn[lines],
            published=FrozenMapping({source: self.published[source][lines]}),
            gsp=self.gsp[lines],
            last_step=self.last_step[lines],
        )


@dataclass(frozen=True, eq=False)
class JapanRates:
    """Japan's rates, put back to those of 2023-24 where they still fell.

    The 2026 rates are official; those of 2023-24 follow the roll-back rules: a share of the cut
    already made (RCEP, EU, United Kingdom, United States), or a number of B15 instalments left
    (India). Sources without a preference of their own pay the MFN rate.

    Attributes
    ----------
    facts : JapanFacts
    gsp_use : float
        Share of India's trade that has the general preference where it is lower.
    done : mapping of source to float
        Share of the cut that was made by 2023-24.
    steps_left : float
        Instalments of category B15 left after 2023-24.
    ldc_end : int
        First year in which Bangladesh is no longer a least developed country.
    """

    facts: JapanFacts
    gsp_use: float
    done: Mapping[str, float]
    steps_left: float
    ldc_end: int
    _found: dict[str, tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    @classmethod
    def under(cls, facts: JapanFacts, parameters: Parameters) -> JapanRates:
        """Rates under the parameters."""
        value = parameters.value
        return cls(
            facts=facts,
            gsp_use=value("gsp_use_ind"),
            done={
                e: value(f"roll_back_share_{e.lower()}")
                for e in _ROLLED_BACK
                if e in facts.published
            },
            steps_left=value("b15_remaining_steps_2023"),
            ldc_end=int(value("bangladesh_ldc_end")),
        )

    @property
    def mfn(self) -> Floats:
        """MFN rates, shape (N,)."""
        return self.facts.mfn

    def drawn(self, source: str) -> bool:
        """Whether the figures have a say in the rates of a source."""
        return source in ("IND", "BGD") or source in self.done

    def of(self, source: str) -> tuple[Floats, Floats]:
        """Rates of a source in 2023-24 and from 2026-27 on."""
        if source not in self._found:
            self._found[source] = self._of(source)
        return self._found[source]

    def _of(self, source: str) -> tuple[Floats, Floats]:
        facts = self.facts
        final = facts.published[source]
        if source == "IND":
            final = final - self.gsp_use * np.nan_to_num(final - np.fmin(final, facts.gsp))
            due = np.isnan(facts.last_step)
            base = np.where(due, final, self.steps_left * facts.last_step)
        elif self.done.get(source, 1.0) != 1.0:
            rolled = facts.mfn - (facts.mfn - final) * self.done[source]
            base = np.where(np.isnan(rolled), final, rolled)
        else:
            return final, final
        return _read_only(base), _read_only(final)

    def late(self, source: str) -> tuple[int, Floats] | None:
        """The end of Bangladesh's treatment as a least developed country."""
        if source != "BGD":
            return None
        facts = self.facts
        return self.ldc_end, np.where(np.isnan(facts.gsp), facts.mfn, facts.gsp)

    def on(self, facts: LineFacts) -> JapanRates:
        """Rates of other lines under the same figures."""
        assert isinstance(facts, JapanFacts)
        return replace(self, facts=facts, _found={})


def _japan_schedule(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> TariffSchedule:
    """Read Japan's nine-digit lines; the rates of 2026 are official."""
    lines = parameters.table("tariffs/japan_lines").sort_values("hs9", kind="stable")
    # Seasonal rates stand as two rows of one code: the mean of the seasons.
    rate_columns = [c for c in lines.columns if c == "mfn_pct" or (c.isupper() and len(c) >= 3)]
    rates = lines.groupby("hs9", sort=True)[rate_columns + ["b15_rate_jan_2026_pct"]].mean() / 100
    words = lines.groupby("hs9", sort=True)[["cepa_status", "mfn_kind"]].first()
    codes = rates.index.to_numpy(dtype=str)
    mfn = rates["mfn_pct"].to_numpy(float)

    exporters = _exporters(parameters, "japan_imports")
    columns = {}
    for exporter in exporters:
        name = _JAPAN_COLUMN.get(exporter, exporter)
        own = rates[name].to_numpy(float) if name in rates else np.full(len(codes), np.nan)
        if name == "LDC":
            # Where the general preference is lower, or is all there is, they have that too.
            own = np.fmin(own, rates["GSP"].to_numpy(float))
        columns[exporter] = np.where(np.isnan(own), mfn, own)
    gsp = rates["GSP"].to_numpy(float)
    last_step = rates["b15_rate_jan_2026_pct"].to_numpy(float)
    ordered = _Lines.of(codes, chapters)
    first: dict[bytes, int] = {}
    alone = ("IND", "BGD", *_ROLLED_BACK)
    alike = tuple(
        place if e in alone else first.setdefault(columns[e].tobytes(), place)
        for place, e in enumerate(exporters)
    )
    published = [ordered.padded(columns[exporters[place]]) for place in alike]
    facts = JapanFacts(
        mfn=ordered.padded(mfn),
        published=FrozenMapping(dict(zip(exporters, published, strict=True))),
        gsp=ordered.padded(gsp),
        last_step=ordered.padded(last_step),
    )
    return ordered.schedule(
        "JPN",
        exporters,
        words["cepa_status"].to_numpy(str),
        words["mfn_kind"].to_numpy(str),
        line_rule,
        alike,
        JapanRates.under(facts, parameters),
    )


@dataclass(frozen=True, eq=False)
class IndiaFacts:
    """What India's rates are made of, whatever the figures are: N lines.

    Attributes
    ----------
    statutory : ndarray, shape (N,)
        MFN rate by heading, fraction; NaN where only the chapter's is known.
    chapter : ndarray of int, shape (N,)
    listed : ndarray of bool, shape (N,)
        False for the stand-in of a chapter without lines.
    status : ndarray of str, shape (N,)
        Coverage by the CEPA.
    given : ndarray, shape (N,)
        CEPA rate of what is covered in part; 0 where not given.
    """

    statutory: Floats
    chapter: NDArray[np.int64]
    listed: NDArray[np.bool_]
    status: NDArray[np.str_]
    given: Floats

    def levels(self, source: str) -> tuple[Floats, Floats]:
        """Statutory rates; a product has one line."""
        return self.statutory, self.statutory

    def marks(self, source: str) -> tuple[NDArray[Any], ...]:
        """All else that the rates of a source are made of besides the chapter."""
        return (self.listed, self.status, self.given) if source == "JPN" else (self.listed,)

    def at(self, lines: NDArray[np.int64], source: str) -> IndiaFacts:
        """Facts of some of the lines, as far as one source goes."""
        return IndiaFacts(*(getattr(self, item.name)[lines] for item in fields(self)))


@dataclass(frozen=True, eq=False)
class IndiaRates:
    """India's rates: the CEPA for Japan, MFN for all others.

    A product covered in part at rate 0 pays MFN on the share of its lines that is not covered.
    India's other agreements are not in the figures.

    Attributes
    ----------
    facts : IndiaFacts
    prior : ndarray, shape (H,)
        MFN rate by chapter, fraction.
    covered : float
        Share of the lines of a partly covered product that is free.
    """

    facts: IndiaFacts
    prior: Floats
    covered: float

    @cached_property
    def mfn(self) -> Floats:
        """MFN rates, shape (N,)."""
        facts = self.facts
        mfn = np.where(np.isnan(facts.statutory), self.prior[facts.chapter], facts.statutory)
        return _read_only(np.where(facts.listed, mfn, np.nan))

    @cached_property
    def _cepa(self) -> Floats:
        facts, mfn = self.facts, self.mfn
        partial = np.where(facts.given > 0, facts.given, mfn * (1 - self.covered))
        cepa = np.where(facts.status == "partial", partial, mfn)
        cepa[facts.status == "full"] = 0.0
        return _read_only(np.minimum(cepa, mfn))

    def drawn(self, source: str) -> bool:
        """MFN rates by chapter are figures, and all pay them."""
        return True

    def of(self, source: str) -> tuple[Floats, Floats]:
        """Rates of a source; nothing moves after 2023-24."""
        rates = self._cepa if source == "JPN" else self.mfn
        return rates, rates

    def late(self, source: str) -> None:
        """Nothing is known to change later."""

    def on(self, facts: LineFacts) -> IndiaRates:
        """Rates of other lines under the same figures."""
        assert isinstance(facts, IndiaFacts)
        return replace(self, facts=facts)


def _india_schedule(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> TariffSchedule:
    """Read India's HS6 coverage under the CEPA, and MFN rates by heading where known."""
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
    ordered = _Lines.of(codes, chapters)
    listed = ordered.words(np.full(len(codes), "listed"), NO_LINE) != NO_LINE
    facts = IndiaFacts(
        statutory=ordered.padded(statutory),
        chapter=ordered.chapter,
        listed=listed,
        status=ordered.words(status, ""),
        given=ordered.padded(given),
    )
    own = exporters.index("JPN")
    others = next(place for place in range(len(exporters)) if place != own)
    known = prior.reindex(list(chapters)).to_numpy(float) / 100
    return ordered.schedule(
        "IND",
        exporters,
        category,
        kind,
        line_rule,
        tuple(own if place == own else others for place in range(len(exporters))),
        IndiaRates(facts, known, parameters.value("partial_coverage_share")),
    )


def _exporters(parameters: Parameters, table: str) -> tuple[str, ...]:
    """Sources of a market in the order in which the benchmark lists them."""
    return tuple(dict.fromkeys(parameters.table(f"benchmark/{table}")["exporter"]))


@dataclass(frozen=True, eq=False)
class _Lines:
    """Line codes in order, with a stand-in for every chapter without lines.

    Attributes
    ----------
    codes : ndarray of str, shape (N,)
    order : ndarray of int, shape (N,)
        Place of each line in what is read; the stand-ins follow there.
    missing : int
        Number of stand-ins.
    products : ndarray of str, shape (K,)
    first : ndarray of int, shape (K,)
        First line of each product.
    chapter : ndarray of int, shape (N,)
    """

    codes: NDArray[np.str_]
    order: NDArray[np.int64]
    missing: int
    products: NDArray[np.str_]
    first: NDArray[np.int64]
    chapter: NDArray[np.int64]

    @classmethod
    def of(cls, codes: NDArray[np.str_], chapters: tuple[str, ...]) -> _Lines:
        """Sort the codes."""
        width, there = len(codes[0]), {code[:2] for code in codes}
        missing = [hs.ljust(width, "0") for hs in chapters if hs not in there]
        codes = np.concatenate([codes, np.array(missing, dtype=codes.dtype)])
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        products, first = np.unique(codes.astype("U6"), return_index=True)
        codes.setflags(write=False)
        products.setflags(write=False)
        position = {hs: index for index, hs in enumerate(chapters)}
        chapter = np.array([position[code[:2]] for code in codes], dtype=np.int64)
        return cls(codes, order, len(missing), products, first.astype(np.int64), chapter)

    def padded(self, values: Floats) -> Floats:
        """Values by line in order, NaN for stand-ins."""
        return _frozen(np.concatenate([values, np.full(self.missing, np.nan)])[self.order])

    def words(self, values: NDArray[np.str_], stand_in: str) -> NDArray[np.str_]:
        """Words by line in order."""
        return np.concatenate([values, np.full(self.missing, stand_in)])[self.order].astype(str)

    def schedule(
        self,
        importer: str,
        exporters: tuple[str, ...],
        category: NDArray[np.str_],
        kind: NDArray[np.str_],
        line_rule: LineRule,
        alike: tuple[int, ...],
        rates: Rates,
    ) -> TariffSchedule:
        """Schedule of these lines; stand-ins have a category of their own."""
        return TariffSchedule(
            importer=importer,
            exporters=exporters,
            lines=self.codes,
            products=self.products,
            first_line=self.first,
            chapter=self.chapter[self.first],
            category=self.words(category, NO_LINE),
            kind=self.words(kind, NO_LINE),
            line_rule=line_rule,
            alike=alike,
            rates=rates,
        )


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
    partner = PARTNER[importer]
    exporters = schedule.exporters
    chapters = benchmark.chapters

    def by_chapter(name: str, exporter: str | None = None) -> Floats:
        return parameters.by_chapter(name, chapters, importer=importer, exporter=exporter)

    def by_source(name: str) -> Floats:
        return parameters.by_source(name, chapters, exporters, importer)

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
        weights=weights,
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
) -> tuple[tuple[ProductWeights, ...], Floats, Floats, Floats]:
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
    weights : tuple of ProductWeights
        Landed shares within the chapter, by source.
    phi : ndarray, shape (H, S)
    effective, collected : ndarray, shape (H, S)
    """
    size = (sigma.size, len(schedule.exporters))
    phi, effective, collected = np.zeros(size), np.empty(size), np.empty(size)
    own = schedule.exporters.index(partner)
    first = [place for place in dict.fromkeys(schedule.alike) if place != own]
    found: dict[int, ProductWeights] = {}

    # The partner alone has a cost of origin: without one all that is paid is collected.
    stack = schedule.stack([schedule.exporters[column] for column in first])
    thin = {kinds: schedule.by_kind(kinds) for kinds in stack.kinds}
    rate = stack.joined(lambda kinds: thin[kinds].product_base(kinds.source))
    highest = np.fmax(stack.joined(lambda kinds: thin[kinds].product_mfn), rate)
    paid = highest - maximum * (highest - rate)
    cif = stack.number
    if product_rule != "count":
        logs = stack.joined(lambda kinds: thin[kinds].log_product_base(kinds.source))
        cif = cif * np.exp(-sigma[stack.chapter] * logs)
    total, taxes = stack.sums(cif), stack.sums(cif * paid)
    mean = (taxes / total).reshape(len(first), -1)
    shares = cif * (1 + paid) * np.repeat(1 / (total + taxes), stack.width)
    for place, column in enumerate(first):
        kinds, part = stack.kinds[place], stack.parts[place]
        found[column] = ProductWeights(kinds, _frozen(shares[part]))
        effective[:, column] = mean[place]

    kinds = schedule.kinds(partner)
    mine, group = schedule.by_kind(kinds), kinds.chapter
    rate = mine.product_base(partner)
    highest = np.fmax(mine.product_mfn, rate)
    margin = highest - rate
    tastes = _Tastes.of(kinds, sigma, known_trade, partner_fob)
    taste = tastes.at(np.zeros_like(rate) if product_rule == "count" else rate)
    # The rates that decide what is traded may depend on the cost that is looked for.
    alike = product_rule == "alike"
    shown = origin_cost_from_use(
        partial(tastes.under_cost, highest, margin, maximum) if alike else tastes.cif(taste),
        margin,
        used,
        maximum,
        group,
    )
    # A chapter without any margin today has shown nothing: it takes the typical cost.
    phi[:, own] = np.where(np.isnan(shown), np.nanmedian(shown), shown)
    cost = phi[group, own]
    paid = effective_tariff(highest, margin, cost, maximum)
    due = collected_tariff(highest, margin, cost, maximum)
    taste = tastes.at(paid) if alike else taste
    cif = tastes.cif(taste)
    total, landed = mine.chapter_sums(cif), mine.chapter_sums(cif * (1 + paid))
    effective[:, own] = mine.chapter_sums(cif * paid) / total
    found[own] = tastes.weights(taste, paid, 1 / landed)
    # Those that pay the same were worked out once.
    alike_to = list(schedule.alike)
    effective = effective[:, alike_to]
    collected = effective.copy()
    collected[:, own] = mine.chapter_sums(cif * due) / total
    return tuple(found[place] for place in alike_to), phi, effective, collected


@dataclass(frozen=True, eq=False)
class _Tastes:
    """What a source sells of each kind where products of a chapter are alike in taste.

    Attributes
    ----------
    kinds : Kinds
        G kinds.
    power : ndarray, shape (G,)
        ``-sigma``.
    products : ndarray, shape (K,), or None
        Known trade by product, US$ million; 0 where nothing is known.
    known, unknown : ndarray, shape (G,), or float
        Known trade of each kind, and the number of its products without any.
    rest : ndarray, shape (H,), or float
        What a chapter trades beyond its known products; any unit where none is known.
    """

    kinds: Kinds
    power: Floats
    products: Floats | None
    known: Floats | float
    unknown: Floats
    rest: Floats | float

    @classmethod
    def of(cls, kinds: Kinds, sigma: Floats, products: Floats | None, total: Floats) -> _Tastes:
        """Tastes given what each chapter trades in all, shape (H,), and what is known of it."""
        power = -sigma[kinds.chapter]
        if products is None:
            return cls(kinds, power, None, 0.0, kinds.number, 1.0)
        known = kinds.sums(products)
        listed = kinds.schedule.chapter_sums(known)
        rest = np.where(listed > 0, np.maximum(total - listed, 0.0), 1.0)
        return cls(kinds, power, products, known, kinds.sums((products == 0) * 1.0), rest)

    def at(self, rate: Floats) -> Floats:
        """c.i.f. trade of a product at a rate, any unit in a chapter, shape (G,)."""
        return np.asarray(np.exp(self.power * np.log1p(rate)))

    def _unit(self, spread: Floats) -> Floats:
        total = np.maximum(self.kinds.schedule.chapter_sums(spread), 1e-300)
        return np.asarray((self.rest / total)[self.kinds.chapter])

    def cif(self, taste: Floats) -> Floats:
        """Trade of each kind, any unit in a chapter: known, and the rest spread by taste."""
        spread = taste * self.unknown
        return np.asarray(self.known + self._unit(spread) * spread)

    def under_cost(
        self, highest: Floats, margin: Floats, maximum: float, phi: Floats
    ) -> tuple[Floats, Floats]:
        """Trade of each kind under a cost of origin by chapter, and its slope in ``ln phi``."""
        group = self.kinds.chapter
        cost = phi[group]
        angle = np.arctan2(margin, cost)
        paid = highest - maximum * (margin - cost * angle)
        squares = margin * margin + cost * cost
        turn = np.divide(margin * cost, squares, out=np.zeros_like(cost), where=squares > 0)
        slope = self.power * maximum * cost * (angle - turn) / (1 + paid)
        spread = self.at(paid) * self.unknown
        rest = self._unit(spread) * spread
        sums = self.kinds.schedule.chapter_sums
        total = sums(rest)
        mean = np.divide(sums(rest * slope), total, out=np.zeros_like(total), where=total > 0)
        return np.asarray(self.known + rest), np.asarray(rest * (slope - mean[group]))

    def weights(self, taste: Floats, paid: Floats, scale: Floats) -> ProductWeights:
        """Landed shares; ``scale`` is 1 over the landed trade of the chapter, shape (H,)."""
        on_known = (1 + paid) * scale[self.kinds.chapter]
        spread = taste * self.unknown
        on_others = self._unit(spread) * taste * on_known
        by_kind = self.known * on_known + self.unknown * on_others
        return ProductWeights(self.kinds, _frozen(by_kind), self.products, on_known, on_others)

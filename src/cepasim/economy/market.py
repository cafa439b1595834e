"""One importing country as arrays: values, wedges and elasticities of its market."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints, frozen_floats
from cepasim.core.countries import PARTNER
from cepasim.core.immutable import FrozenMapping
from cepasim.core.recent import Recent
from cepasim.economy.benchmark import Benchmark, Ground
from cepasim.economy.claims import Claims, UseRule
from cepasim.economy.schedule import Kinds, TariffSchedule
from cepasim.economy.weights import ProductRule, ProductWeights, benchmark_tariffs
from cepasim.equilibrium.preferences import paid_and_collected
from cepasim.params.parameters import Parameters

BARRIER_TYPES = ("sps", "tbt", "border", "process")
#: How the wedges of products make a chapter's: the CES index, or the mean at unchanged quantities.
WedgeRule = Literal["ces", "mean"]
#: Horizons for which a market keeps what no lever changes.
_HORIZONS = 4


@dataclass(frozen=True, eq=False, repr=False)
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
        Cost of claiming, fraction of the c.i.f. value; 0 where use does not depend on it.
    claims : Claims
        Use of preferences.
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
    claims: Claims
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

    def __repr__(self) -> str:
        """What is imported from whom, in a line."""
        own = self.cif[:, self.partner_column].sum()
        return (
            f"Market({self.importer}: {len(self.chapters)} chapters, "
            f"{len(self.exporters)} sources, imports US$ {self.cif.sum():,.0f} mn c.i.f., "
            f"of which {own:,.0f} from {self.partner})"
        )

    @cached_property
    def partner_column(self) -> int:
        """Index of the partner among the exporters."""
        return self.exporters.index(self.partner)

    @cached_property
    def _codes(self) -> NDArray[np.str_]:
        return np.array(self.chapters)

    @cached_property
    def known(self) -> dict[Hashable, Any]:
        """What was worked out on this market once for all."""
        return {}

    @cached_property
    def _recent(self) -> Recent[Hashable, dict[Any, Any]]:
        return Recent(_HORIZONS)

    def on_horizon(self, horizon: Hashable) -> dict[Any, Any]:
        """What was worked out on some years and no lever changes; for the last few horizons."""
        found = self._recent.get(horizon)
        return self._recent.put(horizon, {}) if found is None else found

    @cached_property
    def product_weights(self) -> Floats:
        """Share of each product in its chapter's landed imports from the source, (K, S)."""
        return frozen_floats(np.stack([weights.by_product for weights in self.weights], axis=1))

    @cached_property
    def barrier_total(self) -> Floats:
        """AVE of all barriers, shape (H,): the types add up."""
        return frozen_floats(np.sum([self.barriers[kind] for kind in BARRIER_TYPES], axis=0))

    @cached_property
    def wedge(self) -> Floats:
        """Level of the landed wedge ``T = (1 + f)(1 + t_eff)(1 + nu)``, shape (H, S)."""
        return frozen_floats(
            (1 + self.freight) * (1 + self.tariff_effective) * (1 + self.barrier_total[:, None])
        )

    @cached_property
    def fob(self) -> Floats:
        """Benchmark exports of each source to this market, f.o.b., US$ million, shape (H, S)."""
        return frozen_floats(self.cif / (1 + self.freight))

    @cached_property
    def landed(self) -> Floats:
        """Benchmark expenditure at landed prices, US$ million, shape (H, S)."""
        return frozen_floats(self.fob * self.wedge)

    @cached_property
    def import_shares(self) -> Floats:
        """Share of each source in landed imports, shape (H, S); even where nothing is imported."""
        total = self.landed.sum(axis=1, keepdims=True)
        even = np.full(self.landed.shape, 1.0 / len(self.exporters))
        return frozen_floats(np.divide(self.landed, total, out=even, where=total > 0))

    @cached_property
    def domestic_share(self) -> Floats:
        """Share of the domestic variety in the composite, shape (H,)."""
        total = self.landed.sum(axis=1) + self.domestic
        return frozen_floats(
            np.divide(self.domestic, total, out=np.zeros(total.shape), where=total > 0)
        )

    def at(self, places: Ints | None) -> Market:
        """Return some products of the market, for engines: its tariff lines stay as they are.

        Parameters
        ----------
        places : ndarray of int, shape (n,), or None
            None for all products: the market itself.
        """
        if places is None:
            return self
        held = {item.name: getattr(self, item.name) for item in fields(self)}
        cut: dict[str, Any] = {
            name: array[places]
            for name, array in held.items()
            if isinstance(array, np.ndarray) and len(array) == len(self.chapters)
        }
        return replace(
            self,
            chapters=tuple(self._codes[places].tolist()),
            barriers=FrozenMapping({kind: nu[places] for kind, nu in self.barriers.items()}),
            **cut,
        )

    def base_tariffs(self, column: int) -> tuple[Floats, Floats, Floats]:
        """Tariffs of the base year by kind of product, and what each kind weighs.

        Parameters
        ----------
        column : int
            Place of the source.

        Returns
        -------
        effective, collected : ndarray, shape (G,)
            Fractions; G kinds of ``weights[column].kinds``.
        cif : ndarray, shape (G,)
            c.i.f. trade of each kind, any unit within a market.
        """
        weights = self.weights[column]
        effective, collected = self._base_tariffs(column, weights.kinds)
        return effective, collected, weights.by_kind / (1 + effective)

    def paid_before(self, column: int, kinds: Kinds) -> Floats:
        """Tariff that a source pays on some kinds of products in the base year, shape (G,)."""
        weights = self.weights[column]
        if weights.paid is not None and kinds is weights.kinds:
            return weights.paid
        return self._base_tariffs(column, kinds)[0]

    def _base_tariffs(self, column: int, kinds: Kinds) -> tuple[Floats, Floats]:
        thin = self.schedule.by_kind(kinds)
        cost: Floats | float = 0.0
        if self.origin_cost[:, column].any():
            cost = self.origin_cost[kinds.chapter, column]
        name = self.schedule.name_of(self.exporters[column])
        mfn, base = thin.product_mfn(name), thin.product_base(name)
        return self.tariffs(mfn, base, cost, float(self.claims.others[column]))

    def tariffs_at_most(self, column: int, highest: Floats) -> tuple[Floats, Floats]:
        """Mean base-year tariff paid and collected were no product to pay more than so much.

        Parameters
        ----------
        column : int
            Place of the source.
        highest : ndarray, shape (Y, 1)
            Fractions.

        Returns
        -------
        tuple of ndarray, shape (Y, H) each
        """
        paid, due, cif = self.base_tariffs(column)
        sums = self.weights[column].kinds.schedule.chapter_sums
        within = (np.minimum(rates, highest) for rates in (paid, due))
        paid_mean, due_mean = (sums(cif * rates) / sums(cif) for rates in within)
        return paid_mean, due_mean

    def tariffs(
        self, mfn: Floats, rates: Floats, origin_cost: Floats | float, claimed: Floats | float
    ) -> tuple[Floats, Floats]:
        """Effective and collected tariff of each product at given preferential rates.

        Parameters
        ----------
        mfn : ndarray, shape (K,)
            MFN rate, fraction; NaN where unknown: the rate.
        rates : ndarray, shape (..., K)
            Rate with the preference, fraction; NaN (no ad-valorem rate known) counts as 0.
        origin_cost : ndarray, shape (..., K), or 0.0
            Cost of claiming of each product, fraction.
        claimed : ndarray, shape (..., K), or float
            Share that claims where claiming costs nothing: of ``claims.others``.

        Returns
        -------
        effective, collected : ndarray, shape (..., K)
            One and the same array where proving origin costs nothing.
        """
        rates = np.where(np.isnan(rates), 0.0, rates)
        mfn = np.fmax(mfn, rates)
        margin = mfn - rates
        if isinstance(origin_cost, float) and origin_cost == 0.0:
            paid = mfn - claimed * margin
            return paid, paid
        return paid_and_collected(mfn, margin, origin_cost, claimed, self.claims.function)


def markets_of(
    schedules: Mapping[str, TariffSchedule],
    parameters: Parameters,
    ground: Ground,
    benchmarks: Mapping[str, Benchmark],
    product_rule: ProductRule,
    use_rule: UseRule,
) -> FrozenMapping:
    """Both markets by importer, under given schedules, parameters and benchmarks."""
    return FrozenMapping(
        {
            importer: _market(
                schedule,
                parameters,
                benchmarks[importer],
                ground.known_trade[importer],
                product_rule,
                Claims.read(
                    parameters,
                    importer,
                    schedule.exporters,
                    benchmarks[importer].chapters,
                    use_rule,
                ),
            )
            for importer, schedule in schedules.items()
        }
    )


def _market(
    schedule: TariffSchedule,
    parameters: Parameters,
    benchmark: Benchmark,
    known_trade: Floats,
    product_rule: ProductRule,
    claims: Claims,
) -> Market:
    """Arrays of one market: values, wedges, elasticities."""
    importer = schedule.importer
    partner = PARTNER[importer]
    exporters = schedule.exporters
    chapters = benchmark.chapters

    def by_chapter(name: str, exporter: str | None = None) -> Floats:
        return parameters.by_chapter(name, chapters, importer=importer, exporter=exporter)

    def by_source(name: str) -> Floats:
        return parameters.by_source(name, chapters, exporters, importer)

    barriers = {kind: by_chapter(f"nu_{kind}") for kind in ("sps", "tbt", "process")}
    barriers["border"] = by_chapter("border_days") * by_chapter("border_ave_per_day")
    scale = parameters.value("ntb_scale")
    sigma_import = by_chapter("sigma_import")
    freight = by_source("freight_insurance")
    # The pair's own trade is the bilateral benchmark itself: f.o.b. in India's exports, c.i.f. in
    # its imports, whatever freight a user assumes.
    column = exporters.index(partner)
    cif = benchmark.cif.copy()
    cif[:, column] = benchmark.pair * (1 + freight[:, column] if importer == "JPN" else 1.0)
    # India counts its imports c.i.f., and shares of products are of what leaves the exporter.
    carried = 1 + freight[schedule.chapter, column] if importer == "IND" else 1.0
    weights, phi, effective, collected = benchmark_tariffs(
        schedule,
        partner,
        claims,
        sigma_import,
        (cif / (1 + freight))[:, column],
        known_trade / carried if known_trade.any() else None,
        product_rule,
    )
    return Market(
        importer=importer,
        partner=partner,
        exporters=exporters,
        chapters=chapters,
        cif=frozen_floats(cif),
        domestic=benchmark.domestic,
        freight=frozen_floats(freight),
        schedule=schedule,
        weights=weights,
        origin_cost=frozen_floats(phi),
        claims=claims,
        barriers=FrozenMapping({kind: frozen_floats(scale * nu) for kind, nu in barriers.items()}),
        rent_share=parameters.value("rent_share"),
        tariff_effective=frozen_floats(effective),
        tariff_collected=frozen_floats(collected),
        sigma_import=frozen_floats(sigma_import),
        sigma_domestic=frozen_floats(by_chapter("sigma_domestic")),
        eta=frozen_floats(by_chapter("eta")),
        supply=frozen_floats(by_source("epsilon_supply")),
        supply_domestic=frozen_floats(by_chapter("epsilon_domestic")),
        growth=parameters.uniform("real_demand_growth", chapters, importer),
    )

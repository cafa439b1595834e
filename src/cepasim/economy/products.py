"""An economy of chapters split into an economy of products.

A product is a market of its own: an HS6 subheading, a heading, or what is left of a chapter or a
heading once some of its products are taken out (its code is then that of the chapter or heading).
Products add up to their chapter's benchmark exactly, in every source and in domestic sales. What is
known by product decides where it is known (India's exports to Japan, its imports where the user
gives them, tariff lines); the rest starts
from the chapter, and is an assumption (docs/aggregation.md says which):

* what a source sells of each product is what the chapter's tariff was averaged with: products alike
  in taste, so that a dear line carries little trade;
* in chapters where the partner's trade is known by product, rivals sell in part where it sells
  (``size_follows_partner``);
* domestic sales follow the imports of a product;
* freight, barriers, use of the preference (by its cost of claiming), elasticities of supply and
  demand are the chapter's; so are elasticities of substitution, scaled where they are published
  by product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cepasim.core.arrays import Bools, Floats, Ints, frozen_floats
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.benchmark import BY_PRODUCT
from cepasim.economy.market import Market
from cepasim.economy.schedule import TariffSchedule
from cepasim.economy.split import Split
from cepasim.economy.weights import ProductWeights
from cepasim.params.parameters import Parameters

#: Grade of a product whose trade is not known, and where its value is from.
ASSUMED = "D"
SPREAD = "the chapter's trade, spread over its products by assumption (docs/aggregation.md)"
KNOWN = "; by product as in {table}, scaled to the chapter"


def markets_by_product(
    markets: Mapping[str, Market], split: Split, parameters: Parameters
) -> FrozenMapping:
    """Markets of chapters as markets of products, by importer."""
    follow = parameters.value("size_follows_partner")
    return FrozenMapping(
        {importer: _market(market, split, follow) for importer, market in markets.items()}
    )


@dataclass(frozen=True, eq=False)
class _Sold:
    """What a source sells of each HS6: shares of its chapter's c.i.f. value, and its tariffs.

    Attributes
    ----------
    share : ndarray, shape (K,)
    paid, due : ndarray, shape (K,)
        Effective and collected tariff, fractions.
    """

    share: Floats
    paid: Floats
    due: Floats

    @classmethod
    def of(cls, market: Market, column: int) -> _Sold:
        """Shares and tariffs behind the tariff that the chapters pay."""
        weights = market.weights[column]
        kinds = weights.kinds
        paid, due, _ = market.base_tariffs(column)
        by_product = paid[kinds.of_product]
        cif = weights.by_product / (1 + by_product)
        share = cif / market.schedule.chapter_sums(cif)[market.schedule.chapter]
        return cls(share, by_product, due[kinds.of_product])

    def at(self, product: Ints) -> _Sold:
        """Return the same with the HS6 in another order."""
        return _Sold(self.share[product], self.paid[product], self.due[product])


def _market(market: Market, split: Split, size_follows_partner: float) -> Market:
    """One market by product."""
    layout, parent = split.layouts[market.importer], split.parent
    schedule = layout.schedule.under(market.schedule.rates.on(layout.schedule.rates.facts))
    own = market.partner_column
    sold = _by_source(market, layout.product)
    # In a chapter of which nothing is known there is nothing to follow but an assumption.
    follow = size_follows_partner * _known_chapters(market)[parent]
    partner = schedule.chapter_sums(sold[own].share)
    found: dict[int, _Part] = {}
    for column, one in enumerate(sold):
        if id(one) not in found:
            part = _of_groups(schedule, market.exporters[column], one)
            if column != own:
                part = replace(part, share=(1 - follow) * part.share + follow * partner)
            found[id(one)] = part
    parts = [found[id(one)] for one in sold]
    share, effective, collected = (
        np.stack([getattr(part, name) for part in parts], axis=1)
        for name in ("share", "effective", "collected")
    )
    cif = market.cif[parent] * share
    barrier = market.barrier_total[parent, None]
    landed = (cif * (1 + effective) * (1 + barrier)).sum(axis=1)
    sigma, sigma_domestic = (
        given[parent] * split.substitution for given in (market.sigma_import, market.sigma_domestic)
    )
    return replace(
        market,
        chapters=split.codes,
        cif=frozen_floats(cif),
        domestic=frozen_floats(split.divided(market.domestic, landed)),
        freight=frozen_floats(market.freight[parent]),
        schedule=schedule,
        weights=tuple(part.weights for part in parts),
        origin_cost=frozen_floats(market.origin_cost[parent]),
        claims=replace(market.claims, observed=market.claims.observed[parent]),
        barriers=FrozenMapping(
            {kind: frozen_floats(nu[parent]) for kind, nu in market.barriers.items()}
        ),
        tariff_effective=frozen_floats(effective),
        tariff_collected=frozen_floats(collected),
        sigma_import=frozen_floats(sigma),
        sigma_domestic=frozen_floats(sigma_domestic),
        eta=frozen_floats(market.eta[parent]),
        supply=frozen_floats(market.supply[parent]),
        supply_domestic=frozen_floats(market.supply_domestic[parent]),
    )


def _known_chapters(market: Market) -> Bools:
    """Whether any of the partner's trade in a chapter is known by product, shape (H,)."""
    known = market.weights[market.partner_column].known
    if known is None:
        return np.zeros(len(market.chapters), dtype=np.bool_)
    return np.asarray(market.schedule.chapter_sums(known) > 0)


def _by_source(market: Market, product: Ints) -> list[_Sold]:
    """What each source sells; one object for those whose weights and claims are the same."""
    found: dict[tuple[int, float], _Sold] = {}
    sold = []
    for column, weights in enumerate(market.weights):
        key = id(weights), float(market.claims.others[column])
        if key not in found:
            found[key] = _Sold.of(market, column).at(product)
        sold.append(found[key])
    return sold


@dataclass(frozen=True, eq=False)
class _Part:
    """What a source sells of each product: share of its chapter, tariffs, weights inside."""

    share: Floats
    effective: Floats
    collected: Floats
    weights: ProductWeights


def _of_groups(schedule: TariffSchedule, source: str, sold: _Sold) -> _Part:
    """Share, tariffs and inner weights of each product of the split."""
    group = schedule.chapter
    shares = schedule.chapter_sums(sold.share)
    # Where a source sells nothing of a product, its lines count alike.
    cif = np.where((shares > 0)[group], sold.share, 1.0)
    total = schedule.chapter_sums(cif)
    effective = schedule.chapter_sums(cif * sold.paid) / total
    collected = schedule.chapter_sums(cif * sold.due) / total
    landed = cif * (1 + sold.paid)
    inside = landed / schedule.chapter_sums(landed)[group]
    kinds = schedule.kinds(source)
    weights = ProductWeights(
        kinds,
        frozen_floats(kinds.sums(inside)),
        frozen_floats(inside),
        on_known=np.ones(len(kinds.product)),
    )
    return _Part(shares, effective, collected, weights)


def pair_by_product(
    bilateral: pd.DataFrame,
    by_chapter: Mapping[str, Market],
    by_product: Mapping[str, Market],
    split: Split,
) -> pd.DataFrame:
    """Benchmark of India's and Japan's trade by product: value, range, grade, source."""
    frames = []
    for importer, flow in (("JPN", "export"), ("IND", "import")):
        market, coarse = by_product[importer], by_chapter[importer]
        column = market.partner_column
        trade = bilateral[bilateral["flow"] == flow].set_index("hs")
        rows = trade.loc[[coarse.chapters[h] for h in split.parent]].reset_index(drop=True)
        value = (market.fob if importer == "JPN" else market.cif)[:, column]
        whole = (coarse.fob if importer == "JPN" else coarse.cif)[split.parent, column]
        part = np.divide(value, whole, out=np.zeros_like(value), where=whole > 0)
        known = _known(coarse, split)
        alone = np.bincount(split.parent)[split.parent] == 1
        rows["hs"], rows["value"] = list(split.codes), value
        for end in ("low", "high"):
            rows[end] = np.where(alone | known, rows[end] * part, np.nan)
        rows.loc[~alone & ~known, "grade"] = ASSUMED
        rows.loc[~alone & ~known, "source"] = SPREAD
        rows.loc[~alone & known, "source"] += KNOWN.format(table=BY_PRODUCT[importer])
        frames.append(rows)
    return pd.concat(frames, ignore_index=True)[list(bilateral.columns)]


def _known(market: Market, split: Split) -> Bools:
    """Whether the pair's trade in a product is known, shape (P,)."""
    weights = market.weights[market.partner_column]
    if weights.known is None:
        return np.zeros(len(split.codes), dtype=np.bool_)
    layout = split.layouts[market.importer]
    return layout.schedule.chapter_sums(weights.known[layout.product]) > 0

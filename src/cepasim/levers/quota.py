"""Quota levers: tariff-rate quotas on a source, for chapters, headings or products.

Whatever a quota is given on is a market of its own: where that is part of a chapter, the chapter is
split (`Economy.with_products`), and the rest of it is not charged. A quota is a quantity: the goods
that were worth so many dollars f.o.b. at the prices of 2023-24. It is law from its first day, so it
does not wait for the lag with which trade follows a change of price; it binds the tighter the more
the market grows, unless it grows by year itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PlainValidator, model_validator

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year
from cepasim.core.language import mark, separated, tr
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.economy.verdict import DUTIES
from cepasim.levers.bilateral import BilateralLever, with_pair
from cepasim.levers.codes import sources_of
from cepasim.levers.fields import fault
from cepasim.levers.lever import Example, Quantity, buyers_substitute
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.quota_examples import QUOTA_EXAMPLES
from cepasim.levers.words import country_in_words, dollars_in_words, goods_in_words, number_in_words
from cepasim.products.classification import Classification

BY_YEAR_TEXT = mark("a number, 0 or more, or a list of them by year")
_MOST = 1e6
_LONGEST = 50

# What is said of products that pay less today than a rate of the quota.
_KEPT_WITHIN = mark(
    "{number} of the {all} products under the quota of {importer} on {source} pay less today than "
    "the rate within it ({percent} %), and go on doing so within the quota"
)
_KEPT_BEYOND = mark(
    "{number} of the {all} products under the quota of {importer} on {source} pay less today than "
    "the rate beyond it ({percent} %), and go on doing so beyond it: a concession makes nothing "
    "dearer"
)
_DEARER = mark(
    "{number} of the {all} products under the quota of {importer} on {source} pay less today than "
    "the rate beyond it ({percent} %): what exceeds the quota becomes dearer. A quota limits all "
    "it is given on: name the headings it is meant for"
)


def _sizes(given: object) -> object:
    """Read a number or a list of numbers by year."""
    if given is None:
        return None
    listed = list(given) if isinstance(given, list | tuple) else [given]
    values = tuple(_size(one) for one in listed)
    if not 0 < len(values) <= _LONGEST:
        raise fault(tr(BY_YEAR_TEXT))
    return values if isinstance(given, list | tuple) else values[0]


def _size(given: object) -> float:
    """Read a number from 0 on; texts and booleans are none."""
    if isinstance(given, bool) or not isinstance(given, int | float | np.number):
        raise fault(tr(BY_YEAR_TEXT))
    if not 0 <= float(given) <= _MOST:
        raise fault(tr(BY_YEAR_TEXT))
    return float(given)


SizeByYear = Annotated[
    float | tuple[float, ...], PlainValidator(_sizes), Field(description=BY_YEAR_TEXT)
]


class QuotaLever(BilateralLever):
    """A tariff-rate quota on a source: a quantity of some products at the in-quota rate.

    Quantity and rates may be lists, one value for each fiscal year from the start on; the last
    one stays.
    """

    kind: ClassVar[str] = "quota"
    question: ClassVar[str] = DUTIES
    title: ClassVar[str] = mark("Tariff quotas")
    sizes: ClassVar[tuple[str, ...]] = ("usd_mn", "share_of_benchmark_percent")
    gives_way: ClassVar[bool] = False
    meeting: ClassVar[str] = mark("importer, source and product: a good enters under one quota")

    share_of_benchmark_percent: SizeByYear | None = Field(default=None, description=BY_YEAR_TEXT)
    usd_mn: SizeByYear | None = Field(default=None, description=BY_YEAR_TEXT)
    over_rate_percent: SizeByYear
    in_rate_percent: SizeByYear | None = Field(default=None, description=BY_YEAR_TEXT)
    rent: Annotated[
        Literal["importer", "exporter"],
        Field(
            description=mark("importer or exporter, the rent's owner, or the code of one of them")
        ),
    ] = "importer"

    @model_validator(mode="before")
    @classmethod
    def _owner(cls, given: Any) -> Any:
        """Read the code of an owner as the side it is on."""
        filled = with_pair(given, "source")
        if isinstance(filled, Mapping) and isinstance(filled.get("rent"), str):
            for side, key in (("importer", "importer"), ("exporter", "source")):
                if filled["rent"] == filled.get(key):
                    return {**filled, "rent": side}
        return given

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        if (self.share_of_benchmark_percent is None) == (self.usd_mn is None):
            raise fault(tr("either share_of_benchmark_percent or usd_mn"))
        return self

    @model_validator(mode="after")
    def _dearer_beyond(self) -> Self:
        if self.in_rate_percent is None:
            return self
        within, beyond = _listed(self.in_rate_percent), _listed(self.over_rate_percent)
        for year in range(max(len(within), len(beyond))):
            lower = within[min(year, len(within) - 1)]
            if beyond[min(year, len(beyond) - 1)] < lower:
                raise fault(
                    tr("over_rate_percent: at least in_rate_percent, {rate}", rate=f"{lower:g}")
                )
        return self

    @property
    def complete(self) -> str:
        """Year of the last entry of its quantity or rates."""
        given = (
            self.usd_mn,
            self.share_of_benchmark_percent,
            self.over_rate_percent,
            self.in_rate_percent,
        )
        longest = max(len(_listed(one)) for one in given if one is not None)
        return format_fiscal_year(parse_fiscal_year(self.start) + longest - 1)

    @property
    def rests_on(self) -> tuple[str, str]:
        """How readily buyers change between sources."""
        return buyers_substitute()

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """What is paid depends on how much is sold."""
        return (Quantity.QUOTA,)

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any source of the importer's market."""
        return {"source": sources_of(settings, classification)}

    def own_markets(self, classification: Classification) -> tuple[str, ...]:
        """What it is given on: a quota limits all of a market, or it would charge the rest."""
        return classification.select(self.select).codes

    def sentence(self, classification: Classification) -> str:
        """How much comes in at which rate, and what the rest pays."""
        if self.usd_mn is not None:
            quantity = tr(
                "{amount} a year", amount=_by_year_in_words(self.usd_mn, dollars_in_words)
            )
        else:
            share = _by_year_in_words(self.share_of_benchmark_percent, _percent)
            quantity = tr("{share} of today's trade", share=share)
        within = tr("the preferential rate")
        if self.in_rate_percent is not None:
            within = _by_year_in_words(self.in_rate_percent, _percent)
        return tr(
            "{importer} admits {quantity} of {goods} at {within} and charges {over} beyond",
            importer=tr(COUNTRY[self.importer]),
            quantity=quantity,
            goods=goods_in_words(self.source, self.select, classification),
            within=within,
            over=_by_year_in_words(self.over_rate_percent, _percent),
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """Where the rates of a quota are above what is paid today."""
        for lever, measure in of_kind(measures, cls):
            paid = 100 * measure.market.schedule.product_base(lever.source)[measure.products]
            name = country_in_words(lever.source, economy.classification)
            beyond = _DEARER if lever.in_rate_percent is None else _KEPT_BEYOND
            for rates, said in (
                (lever.in_rate_percent, _KEPT_WITHIN),
                (lever.over_rate_percent, beyond),
            ):
                highest = -np.inf if rates is None else max(_listed(rates))
                below = int((paid < highest - 1e-9).sum())
                if below:
                    yield tr(
                        said,
                        number=below,
                        all=paid.size,
                        importer=tr(COUNTRY[lever.importer]),
                        source=name,
                        percent=number_in_words(highest),
                    )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Either measure of the quantity, either owner, a rate within, and a rival."""
        return QUOTA_EXAMPLES


# -- what it does to arrays ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Quotas:
    """Quotas on one market, by year, product and source, shape (Y, H, S) each.

    Attributes
    ----------
    limit : ndarray
        US$ million f.o.b. at the prices of 2023-24; inf where there is no quota.
    over_rate : ndarray
        Tariff beyond the quota, fraction of the c.i.f. value.
    over_premium : ndarray
        Over-quota wedge over in-quota wedge, minus 1; never below 0.
    to_importer : ndarray of bool
        Whether the rent is the importing country's.
    """

    limit: Floats
    over_rate: Floats
    over_premium: Floats
    to_importer: NDArray[np.bool_]

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> Quotas:
        """No quota anywhere."""
        return cls(
            np.full(shape, np.inf),
            np.zeros(shape),
            np.zeros(shape),
            np.ones(shape, dtype=np.bool_),
        )


@dataclass(frozen=True, slots=True, eq=False)
class QuotaOutcome:
    """What the quotas of one market came to, by year, product and source, shape (Y, H, S) each.

    Attributes
    ----------
    regime : ndarray of int
        Of ``cepasim.equilibrium.trq``.
    premium : ndarray
        Of the landed price at the margin over the in-quota landed price.
    quantity, within : ndarray
        What the source sells, and what of it enters within the quota; US$ million f.o.b. at the
        prices of 2023-24.
    rent : ndarray
        US$ million.
    """

    regime: NDArray[np.int8]
    premium: Floats
    quantity: Floats
    within: Floats
    rent: Floats


def cells(measure: Measure) -> tuple[Ints, ...]:
    """Years and products in which a quota is in force, as indices that cross."""
    running = np.flatnonzero(measure.share[:, 0] > 0)
    return np.ix_(running, np.flatnonzero(measure.chapters))


def by_year(values: float | tuple[float, ...], measure: Measure) -> Floats:
    """Value of a quota's quantity or rate in each year, shape (Y, 1); the last one stays."""
    listed = np.array(_listed(values))
    last = len(listed) - 1
    if not measure.staged:
        return np.full((len(measure.years), 1), listed[last])
    since = measure.years - parse_fiscal_year(measure.lever.start)
    return np.asarray(listed[np.clip(since, 0, last)][:, None])


def quotas(
    market: Market,
    measures: Sequence[Measure],
    hat: Floats,
    barrier: Floats,
    without: tuple[Floats, Floats],
) -> Quotas | None:
    """Quotas on one market; None where there are none.

    Parameters
    ----------
    market : Market
    measures : sequence of Measure
        Of this market; no two quotas on one product of one source.
    hat, barrier : ndarray, shape (Y, H, S)
        Wedges within the quotas as trade feels them, and their barriers.
    without : pair of ndarray, shape (Y, H, S)
        Wedges and tariffs as they would be without any quota.
    """
    limiting = of_kind(measures, QuotaLever)
    if not limiting:
        return None
    found = Quotas.none(hat.shape)
    for lever, measure in limiting:
        column = market.exporters.index(lever.source)
        rows, places = cells(measure)
        cell = rows, places, column
        over = by_year(lever.over_rate_percent, measure) / 100
        # The over-quota rate is law from its first day, whatever trade feels of the rest.
        start = (1 + market.tariff_effective[:, column]) * (1 + market.barrier_total)
        if lever.in_rate_percent is not None:
            # A concession makes nothing dearer: what would pay less goes on doing so beyond it.
            highest, _ = market.tariffs_at_most(column, over)
            over = np.minimum(highest, without[1][:, :, column])
        beyond = (1 + over) * (1 + barrier[:, :, column]) / start
        if lever.in_rate_percent is not None:
            beyond = np.minimum(beyond, without[0][:, :, column])
        premium = np.maximum(beyond / hat[:, :, column] - 1, 0.0)
        found.limit[cell] = quantity(market, lever, measure)[rows, places]
        found.over_rate[cell] = np.broadcast_to(over, premium.shape)[rows, places]
        found.over_premium[cell] = premium[rows, places]
        found.to_importer[cell] = lever.rent == "importer"
    return found


def quantity(market: Market, lever: QuotaLever, measure: Measure) -> Floats:
    """Quantity of a quota by year and product, US$ million f.o.b. at the prices of 2023-24.

    A sum of dollars for several markets is divided between them as benchmark trade is.
    """
    trade = np.where(measure.chapters, market.fob[:, market.exporters.index(lever.source)], 0.0)
    if lever.share_of_benchmark_percent is not None:
        share = by_year(lever.share_of_benchmark_percent, measure) / 100
    else:
        dollars = by_year(lever.usd_mn or 0.0, measure)
        share = dollars / trade.sum() if trade.sum() > 0 else np.full_like(dollars, np.inf)
    # A product without trade has no quantity to measure a quota by, and none to limit.
    return np.asarray(np.where(trade > 0, share * np.where(trade > 0, trade, 1.0), np.inf))


def _listed(values: float | tuple[float, ...]) -> tuple[float, ...]:
    return values if isinstance(values, tuple) else (values,)


def _percent(value: float) -> str:
    return tr("{percent} %", percent=number_in_words(value))


def _by_year_in_words(
    values: float | tuple[float, ...] | None, write: Callable[[float], str]
) -> str:
    """Say one value, or those of several years."""
    listed = _listed(0.0 if values is None else values)
    said = separated(write(value) for value in listed)
    return said if len(listed) == 1 else tr("{values} (by year)", values=said)

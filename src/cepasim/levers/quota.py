"""Quota levers: tariff-rate quotas on a source, chapter by chapter.

The model solves a chapter as one market, so a quota is a quantity of the chapter: the goods that
were worth so many dollars f.o.b. at the prices of 2023-24. It is fixed, as quotas are, and binds
the tighter the more the market grows; and it is law from its first day, so it does not wait for
the lag with which trade follows a change of price.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import COUNTRY
from cepasim.economy.market import Market
from cepasim.levers.fields import SIZE_TEXT, Size, fault
from cepasim.levers.lever import BilateralLever, Complain, Example, Quantity, sources_of
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.words import goods_in_words, number_in_words
from cepasim.products.classification import Classification
from cepasim.products.selection import Selection


class QuotaLever(BilateralLever):
    """A tariff-rate quota on a source: a quantity of whole chapters at the in-quota rate."""

    kind: ClassVar[str] = "quota"
    title: ClassVar[str] = "Tariff quotas"
    gives_way: ClassVar[bool] = False
    meeting: ClassVar[str] = "importer and chapter: a market is solved with one quota"

    share_of_benchmark_percent: Size | None = Field(default=None, description=SIZE_TEXT)
    usd_mn: Size | None = Field(default=None, description=SIZE_TEXT)
    over_rate_percent: Size
    in_rate_percent: Size | None = Field(default=None, description=SIZE_TEXT)
    rent: Annotated[
        Literal["importer", "exporter"], Field(description="importer or exporter, the rent's owner")
    ] = "importer"

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        if (self.share_of_benchmark_percent is None) == (self.usd_mn is None):
            raise fault("either share_of_benchmark_percent or usd_mn")
        return self

    @model_validator(mode="after")
    def _dearer_beyond(self) -> Self:
        if self.in_rate_percent is not None and self.over_rate_percent < self.in_rate_percent:
            raise fault(f"over_rate_percent: at least in_rate_percent, {self.in_rate_percent:g}")
        return self

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """An importer's market: it is solved with one quota a chapter, whoever it is on."""
        return (self.importer,)

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

    @classmethod
    def check_settings(
        cls, settings: Mapping[str, Any], classification: Classification, complain: Complain
    ) -> Selection | None:
        """Refuse parts of chapters."""
        selection = super().check_settings(settings, classification, complain)
        if selection is None:
            return None
        whole = {code for code in selection.codes if code in classification.chapters}
        in_part = [hs for hs in selection.chapters if hs not in whole]
        if in_part:
            text = (
                "whole chapters: a chapter is solved as one market, in which a quota on some of "
                "its products has no quantity to limit; chapters selected in part: "
                + ", ".join(in_part)
            )
            complain(("select",), settings["select"], text)
        return selection

    def sentence(self, classification: Classification) -> str:
        """How much comes in at which rate, and what the rest pays."""
        if self.usd_mn is not None:
            quantity = f"US$ {number_in_words(self.usd_mn)} mn a year"
        else:
            quantity = f"{number_in_words(self.share_of_benchmark_percent)} % of today's trade"
        within = (
            "the preferential rate"
            if self.in_rate_percent is None
            else f"{number_in_words(self.in_rate_percent)} %"
        )
        return (
            f"{COUNTRY[self.importer]} admits {quantity} of "
            f"{goods_in_words(self.source, self.select, classification)} at {within} and charges "
            f"{number_in_words(self.over_rate_percent)} % beyond"
        )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Either measure of the quantity, either owner, a rate within, and a rival."""
        fish = {
            "importer": "JPN",
            "select": {"hs": ["03"]},
            "share_of_benchmark_percent": 80,
            "over_rate_percent": 100,
            "start": "2026-27",
        }
        return (
            Example(
                "share", fish, "----0", "a fifth less fish; what it is dearer by is rent, not duty"
            ),
            Example(
                "exporter's rent",
                fish | {"importer": "IND", "select": {"hs": ["72"]}, "rent": "exporter"},
                "0-+0-",
                "the same on India's border, whoever owns the rent",
            ),
            Example(
                "rival",
                fish | {"source": "CHN", "select": {"hs": ["61"]}},
                "++++0",
                "a rival that must stay within a quota leaves room",
            ),
            Example(
                "dollars",
                {
                    "importer": "IND",
                    "select": {"hs": ["87"]},
                    "usd_mn": 100,
                    "in_rate_percent": 10,
                    "over_rate_percent": 125,
                    "start": "2026-27",
                },
                "0-+0-",
                "a quantity below today's trade, cheap within and dear beyond",
            ),
        )


# -- what it does to arrays ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Quotas:
    """Quotas on one market, by year and chapter, shape (Y, H) each.

    Attributes
    ----------
    source : ndarray of int
        Place of the source among the exporters; any where there is no quota.
    limit : ndarray
        US$ million f.o.b. at the prices of 2023-24; inf where there is no quota.
    over_rate : ndarray
        Tariff beyond the quota, fraction of the c.i.f. value.
    over_premium : ndarray
        Over-quota wedge over in-quota wedge, minus 1; never below 0.
    to_importer : ndarray of bool
        Whether the rent is the importing country's.
    """

    source: NDArray[np.int64]
    limit: Floats
    over_rate: Floats
    over_premium: Floats
    to_importer: NDArray[np.bool_]

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Quotas:
        """No quota anywhere."""
        return cls(
            np.zeros(shape, dtype=np.int64),
            np.full(shape, np.inf),
            np.zeros(shape),
            np.zeros(shape),
            np.ones(shape, dtype=np.bool_),
        )


@dataclass(frozen=True, slots=True, eq=False)
class QuotaOutcome:
    """What the quotas of one market came to, by year and chapter, shape (Y, H) each.

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
    """Years and chapters in which a quota is in force, as indices that cross."""
    running = np.flatnonzero(measure.share[:, 0] > 0)
    return np.ix_(running, np.flatnonzero(measure.chapters))


def quotas(
    market: Market, measures: Sequence[Measure], hat: Floats, barrier: Floats
) -> Quotas | None:
    """Quotas on one market; None where there are none.

    Parameters
    ----------
    market : Market
    measures : sequence of Measure
        Of this market; no two quotas on one chapter.
    hat, barrier : ndarray, shape (Y, H, S)
        Wedges within the quotas as trade feels them, and their barriers.
    """
    limiting = of_kind(measures, QuotaLever)
    if not limiting:
        return None
    found = Quotas.none(hat.shape[:2])
    for lever, measure in limiting:
        column = market.exporters.index(lever.source)
        cell = cells(measure)
        over = lever.over_rate_percent / 100
        # The over-quota rate is law from its first day, whatever trade feels of the rest.
        start = (1 + market.tariff_effective[:, column]) * (1 + market.barrier_total)
        beyond = (1 + over) * (1 + barrier[:, :, column]) / start
        premium = np.maximum(beyond / hat[:, :, column] - 1, 0.0)[cell]
        found.source[cell] = column
        found.limit[cell] = quantity(market, lever, np.flatnonzero(measure.chapters))
        found.over_rate[cell] = over
        found.over_premium[cell] = premium
        found.to_importer[cell] = lever.rent == "importer"
    return found


def quantity(market: Market, lever: QuotaLever, chapters: NDArray[np.int64]) -> Floats:
    """Quantity of a quota by chapter, US$ million f.o.b. at the prices of 2023-24.

    A sum of dollars for several chapters is divided between them as benchmark trade is.
    """
    trade = market.fob[chapters, market.exporters.index(lever.source)]
    if lever.share_of_benchmark_percent is not None:
        share = lever.share_of_benchmark_percent / 100
    else:
        share = float(lever.usd_mn or 0.0) / trade.sum() if trade.sum() > 0 else np.inf
    # A chapter without trade has no quantity to measure a quota by, and none to limit.
    return np.asarray(np.where(trade > 0, share * np.where(trade > 0, trade, 1.0), np.inf))

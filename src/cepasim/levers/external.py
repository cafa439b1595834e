"""The external lever: costs of a source, demand of a market, or a third market's tariff."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from cepasim.core.arrays import Floats, everywhere
from cepasim.core.countries import COUNTRY, INDIA, JAPAN, PAIR, PARTNER
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.levers.codes import every_code
from cepasim.levers.external_examples import EXTERNAL_EXAMPLES
from cepasim.levers.external_notes import RESPONSE, redirection_notes
from cepasim.levers.fields import (
    CHANGE_TEXT,
    CODE_TEXT,
    COUNTRY_TEXT,
    SHARE_TEXT,
    Change,
    Code,
    Market,
    Select,
    Selected,
    Share,
    fault,
    number,
)
from cepasim.levers.lever import Example, Lever, Quantity
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.words import (
    country_in_words,
    number_in_words,
    selection_in_words,
)
from cepasim.products.classification import Classification
from cepasim.products.selection import Complaint

#: Costs beyond these are far from where elasticities were measured.
_COST_TEXT = mark("a number from -50 (half the cost) to 100 (twice the cost), percent")
_MOST_PERCENT = 1000
TARIFF_TEXT = mark("percent on top of what India's goods pay in the base year, from 0 to 1000")


class ExternalLever(Lever):
    """A shock from outside: costs of a source, demand of a market, or a third market's tariff.

    A third market's tariff frees what it drives out at ``tariff_percent``, or, where only
    ``tariff_on`` is given, all that India sells there. Without ``redirect_share`` the parameter
    ``us_redirection_share`` says how much of what is freed is offered to Japan. Demand may be
    written with ``market`` in the place of ``demand_in``.
    """

    kind: ClassVar[str] = "external"
    title: ClassVar[str] = mark("Costs abroad and other markets")
    negotiable: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = (
        "redirection_many_times",
        "third_market_tariff_response",
        "us_redirection_share",
    )
    sizes: ClassVar[tuple[str, ...]] = ("cost_percent", "tariff_percent", "demand_percent")

    source: Code | None = Field(default=None, description=CODE_TEXT)
    cost_percent: Annotated[float, number(_COST_TEXT, -50, 100)] | None = Field(
        default=None, description=_COST_TEXT
    )
    market: Code | None = Field(default=None, description=CODE_TEXT)
    tariff_on: Market | None = Field(default=None, description=COUNTRY_TEXT)
    tariff_percent: Annotated[float, number(TARIFF_TEXT, 0, _MOST_PERCENT)] | None = Field(
        default=None, description=TARIFF_TEXT
    )
    redirect_share: Share | None = Field(default=None, description=SHARE_TEXT)
    demand_in: Market | None = Field(default=None, description=COUNTRY_TEXT)
    demand_percent: Change | None = Field(default=None, description=CHANGE_TEXT)
    select: Selected = Select({"all": True})

    @model_validator(mode="before")
    @classmethod
    def _filled_in(cls, given: Any) -> Any:
        """Demand of a market; a tariff by its rate is one on India."""
        if not isinstance(given, Mapping):
            return given
        filled = dict(given)
        if filled.get("market") in PAIR and filled.get("demand_percent") is not None:
            filled.setdefault("demand_in", filled.pop("market"))
        if filled.get("tariff_percent") is not None and filled.get("market") is not None:
            filled.setdefault("tariff_on", INDIA)
        return filled

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        cost = (self.source, self.cost_percent)
        redirection = (self.market, self.tariff_on)
        demand = (self.demand_in, self.demand_percent)
        whole = tuple(None not in form for form in (cost, redirection, demand))
        begun = tuple(
            any(v is not None for v in form)
            for form in (cost, (*redirection, self.redirect_share, self.tariff_percent), demand)
        )
        if sum(whole) != 1 or whole != begun:
            said = tr(
                "one of source, cost_percent; demand_in, demand_percent; market, tariff_percent or "
                "tariff_on (and redirect_share)"
            )
            raise fault(said)
        if self.market is not None and self.market in PARTNER:
            raise fault(tr("market: a third country; use tariff for JPN and IND"))
        return self

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """Costs of a source, demand of a market, or one country's exports to a third."""
        return ((self.source, self.market, self.tariff_on, self.demand_in),)

    @property
    def importers(self) -> tuple[str, ...]:
        """Costs reach every market; demand its own; what is freed is offered to Japan."""
        if self.demand_in is not None:
            return (self.demand_in,)
        return PAIR if self.market is None else (JAPAN,)

    @property
    def rests_on(self) -> tuple[str, str]:
        """Where it is about a third market, what is redirected from there."""
        redirected = "us_redirection_share", tr("how much of what it turns away comes to Japan")
        return super().rests_on if self.market is None else redirected

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """What its form is about."""
        if self.demand_in is not None:
            return (Quantity.DEMAND,)
        return (Quantity.COST,) if self.market is None else (Quantity.REDIRECTION,)

    @property
    def adds_capacity(self) -> str:
        """Goods that lost their market, in one of its forms."""
        return "" if self.market is None else tr("a third market's tariff frees capacity")

    @property
    def is_idle(self) -> bool:
        """A change of 0 percent, a share of 0, or no tariff."""
        sizes = (self.cost_percent, self.demand_percent, self.redirect_share, self.tariff_percent)
        return 0 in sizes

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any country or group."""
        return dict.fromkeys(("source", "market"), every_code(classification))

    def sentence(self, classification: Classification) -> str:
        """What happens where."""
        what = selection_in_words(self.select, classification)
        if self.market is not None:
            return self._redirection(what, classification)
        change = self.cost_percent or self.demand_percent or 0.0
        about = {"products": what, "percent": number_in_words(abs(change))}
        if self.demand_in is not None:
            country = tr(COUNTRY[self.demand_in])
            if change >= 0:
                return tr(
                    "demand of {country} ({products}) rises by {percent} %",
                    country=country,
                    **about,
                )
            return tr(
                "demand of {country} ({products}) falls by {percent} %", country=country, **about
            )
        country = country_in_words(str(self.source), classification)
        if change >= 0:
            return tr(
                "costs of {country} ({products}) rise by {percent} %", country=country, **about
            )
        return tr(
            "costs of {country} ({products}) fall by {percent} %",
            country=country,
            **about,
        )

    def _redirection(self, what: str, classification: Classification) -> str:
        """What a third market's tariff frees."""
        target, share = tr(COUNTRY[str(self.tariff_on)]), self.redirect_share
        if self.select != {"all": True}:
            target = tr("{country} ({products})", country=target, products=what)
        freed = tr("the usual share")
        if share is not None:
            freed = tr("{percent} %", percent=number_in_words(100 * share))
        market = country_in_words(str(self.market), classification)
        if self.tariff_percent is None:
            return tr(
                "{market} raises tariffs on {target}: {share} of the exports this frees look for "
                "buyers in the pair",
                market=market,
                target=target,
                share=freed,
            )
        return tr(
            "{market} adds a duty of {percent} % on {target}: {share} of the exports this frees "
            "look for buyers in the pair",
            market=market,
            percent=number_in_words(self.tariff_percent),
            target=target,
            share=freed,
        )

    def unavailable(self, economy: Economy) -> Iterable[Complaint]:
        """A pair of exporter and market that the customs table does not have."""
        if self.market is None:
            return
        table = economy.parameters.table("history/by_partner")
        partners = [name for name in table.columns if name.isupper() and name not in PAIR]
        if self.tariff_on != INDIA:
            yield Complaint(
                ("tariff_on",),
                self.tariff_on,
                tr("IND: Japan's exports to third markets by chapter are not in the data"),
            )
        elif self.market not in partners:
            text = tr("a partner of the customs table: {allowed}", allowed=", ".join(partners))
            yield Complaint(("market",), self.market, text)

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """What is freed, where it can go, and where it is out of proportion."""
        for lever, measure in of_kind(measures, cls):
            if lever.market is not None:
                yield from redirection_notes(
                    economy,
                    measure,
                    lever.market,
                    lever.tariff_percent,
                    lever.redirect_share is not None,
                    (driven_out(economy, lever), redirect_share(economy, lever)),
                    freed_exports(economy, lever.market),
                )
            elif lever.demand_in is not None:
                yield tr(
                    "Demand in {country} changes by {percent} % against its growth in the "
                    "reference, at unchanged prices and for all sources; the change in demand "
                    "is not itself counted as a gain or loss in welfare",
                    country=tr(COUNTRY[lever.demand_in]),
                    percent=f"{lever.demand_percent:+g}",
                )
            else:
                yield tr(
                    "Unit costs of {country} in dollars move by {percent} % in both markets; how "
                    "much of it reaches prices depends on its supply elasticity",
                    country=country_in_words(str(lever.source), economy.classification),
                    percent=f"{lever.cost_percent:+g}",
                )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Its three forms, with and without a selection."""
        return EXTERNAL_EXAMPLES


# -- what it does to arrays ------------------------------------------------------------------


def cost_hat(lever: ExternalLever, measure: Measure) -> Floats:
    """Unit costs of its source by chapter, as a hat, shape (Y, H)."""
    reach = measure.reach(str(lever.source))
    return 1 + measure.share * reach * ((lever.cost_percent or 0.0) / 100)


def demand_hat(measures: Sequence[Measure], shape: tuple[int, int]) -> Floats:
    """Real demand of a market for each chapter against its growth path, hat, shape (Y, H)."""
    hat = everywhere(1.0, shape)
    for lever, measure in of_kind(measures, ExternalLever):
        if lever.demand_percent is not None:
            reach = measure.reach(measure.market.partner)
            hat = hat * (1 + measure.share * reach * (lever.demand_percent / 100))
    return hat


def freed_exports(economy: Economy, market: str) -> Floats:
    """India's exports to a third market that its tariff puts up for sale elsewhere, by chapter.

    Exports to that market in the last year of the customs table, carried to the base year with
    India's exports of the chapter to the world, where both years are known.

    Parameters
    ----------
    economy : Economy
    market : str
        A partner of the customs table.

    Returns
    -------
    ndarray, shape (H,)
        US$ million f.o.b.; all of the chapter's exports to the market, before any share of them.
    """
    table = economy.parameters.table("history/by_partner")
    last = table["fiscal_year"].max()
    sold = table[(table["fiscal_year"] == last) & (table["flow"] == "export")]
    sold = sold.set_index("hs")[market]
    world = economy.parameters.table("history/world")
    world = world[(world["flow"] == "export") & world["basis"].str.startswith("published")]
    by_year = world.pivot(index="hs", columns="fiscal_year", values="value")
    grown = by_year[economy.base_year] / by_year[last]
    chapters = list(economy.by_chapter.chapters)
    factor = grown.reindex(chapters).to_numpy(float)
    value = sold.reindex(chapters).fillna(0.0).to_numpy(float)
    freed = value * np.where(np.isfinite(factor), factor, 1.0)
    # Products of a chapter are taken to go there as they go to Japan.
    japan = economy.markets["JPN"]
    return economy.divided(freed, japan.fob[:, japan.partner_column])


def redirect_share(economy: Economy, lever: ExternalLever) -> float:
    """Share of the freed exports that is offered to Japan: the lever's own, else the usual."""
    if lever.redirect_share is not None:
        return lever.redirect_share
    return economy.parameters.value("us_redirection_share")


def driven_out(economy: Economy, lever: ExternalLever) -> float:
    """Share of India's exports to a third market that its tariff drives out.

    ``1 - (1 + t) ** -e`` with e the parameter ``third_market_tariff_response``; all of it where
    the lever names no rate.
    """
    if lever.tariff_percent is None:
        return 1.0
    response = economy.parameters.value(RESPONSE)
    return float(-np.expm1(-response * np.log1p(lever.tariff_percent / 100)))


def redirected(economy: Economy, measures: Sequence[Measure], shape: tuple[int, int]) -> Floats:
    """What third markets' tariffs make India offer to Japan, shape (Y, H).

    US$ million f.o.b. of the base year's size, at unchanged prices: like every other capacity it
    grows with the market. A chapter in which India sells Japan nothing has no buyers to turn to
    and stays at nothing.
    """
    offered = np.zeros(shape)
    for lever, measure in of_kind(measures, ExternalLever):
        if lever.market is None:
            continue
        market = measure.market
        share = redirect_share(economy, lever) * driven_out(economy, lever)
        size = share * freed_exports(economy, lever.market)
        size = size * measure.reach(market.partner) * (market.fob[:, market.partner_column] > 0)
        offered += measure.share * size
    return offered

"""The external lever: costs of a source, demand of a market, or a third market's tariff."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY, INDIA, JAPAN, PAIR, PARTNER
from cepasim.core.fiscal_year import BASE_YEAR, format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.levers.codes import every_code
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
from cepasim.levers.words import NAMED, chapters_in_words, country_in_words, selection_in_words
from cepasim.products.classification import Classification
from cepasim.products.selection import Complaint

#: Costs beyond these are far from where elasticities were measured.
_COST_TEXT = "a number from -50 (half the cost) to 100 (twice the cost), percent"
_MOST_PERCENT = 1000
TARIFF_TEXT = f"percent on top of what India's goods paid in 2023-24, from 0 to {_MOST_PERCENT}"
#: Elasticity of India's exports to a third market to that market's duty-paid price.
RESPONSE = "third_market_tariff_response"


class ExternalLever(Lever):
    """A shock from outside: costs of a source, demand of a market, or a third market's tariff.

    A third market's tariff frees what it drives out at ``tariff_percent``, or, where only
    ``tariff_on`` is given, all that India sells there. Without ``redirect_share`` the parameter
    ``us_redirection_share`` says how much of what is freed is offered to Japan. Demand may be
    written with ``market`` in the place of ``demand_in``.
    """

    kind: ClassVar[str] = "external"
    title: ClassVar[str] = "Outside conditions"
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
            raise fault(
                "one of source, cost_percent; demand_in, demand_percent; market, tariff_percent or "
                "tariff_on (and redirect_share)"
            )
        if self.market is not None and self.market in PARTNER:
            raise fault("market: a third country; use tariff for JPN and IND")
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
        redirected = "us_redirection_share", "how much of what it turns away comes to Japan"
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
        return "" if self.market is None else "a third market's tariff frees capacity"

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
            share = self.redirect_share
            freed = "the usual share" if share is None else f"{100 * share:g} %"
            goods = "" if what == "all products" else f" ({what})"
            rate = self.tariff_percent
            raised = "raises tariffs" if rate is None else f"adds a duty of {rate:g} %"
            return (
                f"{country_in_words(self.market, classification)} {raised} on "
                f"{COUNTRY[str(self.tariff_on)]}{goods}: {freed} of the exports this frees look "
                "for buyers in the pair"
            )
        if self.demand_in is not None:
            change = self.demand_percent or 0.0
            verb = "rises" if change >= 0 else "falls"
            return f"demand of {COUNTRY[self.demand_in]} ({what}) {verb} by {abs(change):g} %"
        change = self.cost_percent or 0.0
        verb = "rise" if change >= 0 else "fall"
        name = country_in_words(str(self.source), classification)
        return f"costs of {name} ({what}) {verb} by {abs(change):g} %"

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
                "IND: Japan's exports to third markets by chapter are not in the data",
            )
        elif self.market not in partners:
            text = "a partner of the customs table: " + ", ".join(partners)
            yield Complaint(("market",), self.market, text)

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """What is freed, where it can go, and where it is out of proportion."""
        for lever, measure in of_kind(measures, cls):
            if lever.market is not None:
                yield from _redirection_notes(economy, lever, measure)
            elif lever.demand_in is not None:
                yield (
                    f"Demand of {COUNTRY[lever.demand_in]} moves by {lever.demand_percent:+g} % "
                    "against its growth in the reference, at unchanged prices and for all sources; "
                    "the change of demand itself is no gain or loss in welfare"
                )
            else:
                name = economy.classification.partner_name(str(lever.source))
                yield (
                    f"Unit costs of {name} in dollars move by {lever.cost_percent:+g} % in both "
                    "markets; how much of it reaches prices depends on its supply elasticity"
                )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Its three forms, with and without a selection."""
        costs = {"source": "IND", "select": {"all": True}, "cost_percent": -2, "start": "2026-27"}
        closing = {"market": "USA", "tariff_on": "IND", "start": "2026-27"}
        demand = {"demand_in": "JPN", "demand_percent": -5, "start": "2026-27"}
        return (
            Example("cost", costs, "+????", "Indian costs fall at home and abroad"),
            Example(
                "rival's cost",
                costs | {"source": "CHN", "select": {"section": "XI"}},
                "--?--",
                "a rival sells cheaper in both markets",
            ),
            Example(
                "redirection",
                closing,
                "++++0",
                "goods that lose their market are offered to Japan; the imports are their Japanese "
                "inputs",
            ),
            Example(
                "redirection, own share",
                closing | {"select": {"hs": ["61", "62"]}, "redirect_share": 0.3},
                "++++0",
                "the same for clothing, and as much of it as the file says",
            ),
            Example(
                "tariff by its rate",
                {"market": "USA", "tariff_percent": 50, "redirect_share": 0.15, "start": "2026-27"},
                "++++0",
                "what the duty drives out is offered to Japan: the higher it is, the more",
            ),
            Example(
                "lower tariff",
                {"market": "USA", "tariff_percent": 18, "start": "2026-27"},
                "++++0",
                "less is driven out; the usual share of it looks for buyers in Japan",
            ),
            Example(
                "demand",
                demand,
                "----0",
                "Japan buys less from everybody; the imports are the inputs of lost exports",
            ),
            Example(
                "demand in India",
                demand | {"demand_in": "IND", "demand_percent": 5, "select": {"hs": ["84"]}},
                "0+-0+",
                "India buys more machinery",
            ),
            Example(
                "demand, by market",
                {"market": "JPN", "demand_percent": 3, "start": "2026-27"},
                "++++0",
                "the same form in other words: Japan buys more from everybody",
            ),
        )


# -- what it does to arrays ------------------------------------------------------------------


def cost_hat(lever: ExternalLever, measure: Measure) -> Floats:
    """Unit costs of its source by chapter, as a hat, shape (Y, H)."""
    reach = measure.reach(str(lever.source))
    return 1 + measure.share * reach * ((lever.cost_percent or 0.0) / 100)


def demand_hat(measures: Sequence[Measure], shape: tuple[int, int]) -> Floats:
    """Real demand of a market for each chapter against its growth path, hat, shape (Y, H)."""
    hat = np.broadcast_to(1.0, shape)
    for lever, measure in of_kind(measures, ExternalLever):
        if lever.demand_percent is not None:
            reach = measure.reach(measure.market.partner)
            hat = hat * (1 + measure.share * reach * (lever.demand_percent / 100))
    return hat


def freed_exports(economy: Economy, market: str) -> Floats:
    """India's exports to a third market that its tariff puts up for sale elsewhere, by chapter.

    Exports to that market in the last year of the customs table, carried to 2023-24 with India's
    exports of the chapter to the world, where both years are known.

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
    world = world[(world["flow"] == "export") & (world["basis"] == "published")]
    by_year = world.pivot(index="hs", columns="fiscal_year", values="value")
    grown = by_year[format_fiscal_year(BASE_YEAR)] / by_year[last]
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


# -- what a reader must know -----------------------------------------------------------------


def _redirection_notes(economy: Economy, lever: ExternalLever, measure: Measure) -> Iterable[str]:
    market, classification = measure.market, economy.classification
    freed = driven_out(economy, lever) * freed_exports(economy, str(lever.market))
    share = redirect_share(economy, lever)
    inside = measure.chapters
    offered = share * freed * inside
    sold = market.fob[:, market.partner_column]
    how = "" if lever.redirect_share is not None else " (us_redirection_share, grade D)"
    if lever.tariff_percent is not None:
        row = economy.parameters.describe(RESPONSE, economy.chapters[0])
        yield (
            f"A duty of {lever.tariff_percent:g} % drives out "
            f"{100 * driven_out(economy, lever):.0f} % of India's exports to that market in the "
            f"long run ({RESPONSE}, {row['value']:g}, {row['low']:g} to {row['high']:g}, grade "
            f"{row['grade']})"
        )
    yield (
        f"Tariff of {classification.partner_name(str(lever.market))} on India: "
        f"{100 * share:.0f} %{how} of the exports it frees, "
        f"{offered[sold > 0].sum():,.0f} of {(freed * inside).sum():,.0f} US$ mn (customs table of "
        "2021-22 carried to 2023-24), are offered to Japan at unchanged prices; what India loses "
        "in the market that closes is not counted, nor is its loss of welfare there"
    )
    idle = [economy.chapters[h] for h in np.flatnonzero((offered > 0) & (sold == 0))]
    if idle:
        yield (
            f"India sells Japan nothing today in {chapters_in_words(idle, classification)}: what "
            "is freed there moves nothing"
        )
    ratio = np.divide(offered, sold, out=np.zeros_like(sold), where=sold > 0)
    many = economy.parameters.value("redirection_many_times")
    far = [h for h in np.argsort(-ratio, kind="stable") if ratio[h] > many]
    if far:
        named = ", ".join(
            f"{economy.chapters[h]} {classification.name(economy.chapters[h])} "
            f"({ratio[h]:,.0f} times)"
            for h in far[:NAMED]
        )
        more = f" and {len(far) - NAMED} more" if len(far) > NAMED else ""
        yield (
            f"Warning: the freed exports are more than {many:g} times what India sells Japan "
            f"in {named}{more}: a corner far outside where supply elasticities were measured"
        )

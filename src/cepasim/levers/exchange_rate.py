"""The exchange-rate lever: a real depreciation against the US dollar, passed on to trade in part.

With d the real depreciation and phi the share of it that reaches trade
(``exchange_rate_pass_through``), unit costs of the country's producers in dollars, and at home its
price level, move by the factor ``(1 + d) ** -phi`` (docs/method.md, "Exchange rates").
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from cepasim.core.arrays import Floats
from cepasim.core.countries import PAIR
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year, year_in_words
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.economy.verdict import EXCHANGE_RATES
from cepasim.levers.codes import every_code
from cepasim.levers.fields import LAST_FISCAL_YEAR, Code, Start, fault, number
from cepasim.levers.lever import Example, Lever, Quantity
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.words import country_in_words, grade_in_words, listed, number_in_words
from cepasim.products.classification import Classification

#: Half as many dollars, or twice as many: no pair of large economies has gone further in real
#: terms, and no elasticity was measured there.
LOWEST, HIGHEST = -50.0, 100.0
DEPRECIATION_TEXT = mark(
    "a number from -50 (the currency buys twice as many dollars) to 100 (half as many), percent"
)
PATH_TEXT = mark(
    "fiscal years and the depreciation against the reference in each, as {2026-27: 3, 2027-28: 5}, "
    "or a list of them from start; each a number from -50 (the currency buys twice as many "
    "dollars) to 100 (half as many), percent"
)
PASS_THROUGH = "exchange_rate_pass_through"
_SHOWN = 4
_HALF_AN_ACCOUNT = mark(
    "buyers pay other prices for goods of all countries, but of exporters the model holds only "
    "those that sell to the partner: half of the account would be missing"
)


def _in_order(path: Mapping[str, float]) -> FrozenMapping:
    if not path:
        raise fault(tr(PATH_TEXT))
    return FrozenMapping(dict(sorted(path.items())))


Depreciation = Annotated[float, number(DEPRECIATION_TEXT, LOWEST, HIGHEST)]
Path = Annotated[
    Mapping[Start, Depreciation], AfterValidator(_in_order), Field(description=PATH_TEXT)
]


class ExchangeRateLever(Lever):
    """A real depreciation of a country's currency against the US dollar.

    Either one depreciation from ``start`` on, or a ``path``: how far below the reference the
    currency is in each year. Between the years of a path, and after the last, it stays where it is.
    """

    kind: ClassVar[str] = "exchange_rate"
    title: ClassVar[str] = mark("Exchange rates")
    negotiable: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("exchange_rate_pass_through",)
    sizes: ClassVar[tuple[str, ...]] = ("depreciation_percent",)
    question: ClassVar[str] = EXCHANGE_RATES

    country: Code
    depreciation_percent: Depreciation | None = Field(default=None, description=DEPRECIATION_TEXT)
    path: Path | None = Field(default=None, description=PATH_TEXT)

    @model_validator(mode="before")
    @classmethod
    def _from_the_first_year(cls, given: Any, info: ValidationInfo) -> Any:
        """Years of a list; the start of a path is its first year."""
        if not isinstance(given, Mapping) or given.get("path") is None:
            return given
        filled, path = dict(given), given["path"]
        if isinstance(path, list | tuple):
            filled["path"] = path = _by_year(path, given.get("start"), info)
        if isinstance(path, Mapping) and path:
            filled["path"] = {str(year): value for year, value in path.items()}
            filled.setdefault("start", min(filled["path"]))
        return filled

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.country == "USA":
            raise fault(tr("country: any but USA, whose currency is the unit"))
        if (self.path is None) == (self.depreciation_percent is None):
            raise fault(tr("either depreciation_percent or path"))
        if self.path is not None and self.start != min(self.path):
            said = tr("start: {year}, the first year of path, or leave it out", year=min(self.path))
            raise fault(said)
        return self

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """A country's currency."""
        return (self.country,)

    @property
    def rests_on(self) -> tuple[str, str]:
        """How much of a depreciation reaches trade."""
        return "exchange_rate_pass_through", tr("how much of a depreciation reaches trade")

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Costs in dollars; at home the price level and with it demand in dollars."""
        return (Quantity.COST, Quantity.DEMAND)

    @property
    def no_welfare(self) -> tuple[str, ...]:
        """Both countries, where it is the currency of one of them.

        Its buyers pay more for goods of all sources, but of its exporters the model has only those
        that sell to the partner: the sum would be half of the account, for the partner as well.
        """
        return () if self.is_idle or self.country not in PAIR else PAIR

    @property
    def why_no_welfare(self) -> str:
        """Of exporters the model has only those that sell to the partner."""
        return _HALF_AN_ACCOUNT

    @property
    def by_year(self) -> Mapping[str, float]:
        """Depreciation against the reference from each year on, percent."""
        return self.path or {self.start: self.depreciation_percent or 0.0}

    @property
    def complete(self) -> str:
        """Last year of its path."""
        return max(self.by_year)

    @property
    def is_idle(self) -> bool:
        """A change of 0 percent."""
        return not any(self.by_year.values())

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any country or group."""
        return {"country": every_code(classification)}

    def sentence(self, classification: Classification) -> str:
        """Whose currency moves which way."""
        name = country_in_words(self.country, classification)
        if self.path is not None:
            years = (
                tr("{percent} % in {year}", percent=f"{value:+g}", year=year_in_words(year))
                for year, value in self.path.items()
            )
            return tr(
                "the currency of {country} depreciates in real terms by {years} (then stays)",
                country=name,
                years=listed(years, _SHOWN),
            )
        change = self.depreciation_percent or 0.0
        moved = {"country": name, "percent": number_in_words(abs(change))}
        if change >= 0:
            return tr("the currency of {country} depreciates by {percent} % in real terms", **moved)
        return tr("the currency of {country} appreciates by {percent} % in real terms", **moved)

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """How much of it reaches trade, and how far its effects may be trusted."""
        describe = economy.parameters.describe
        for lever, measure in of_kind(measures, cls):
            row = describe(PASS_THROUGH, economy.chapters[0], measure.market.importer)
            felt = 100 * (dollar_costs(lever, measure, row["value"])[-1, 0] - 1)
            yield tr(
                "Of the real depreciation of the currency of {country}, {percent} % reaches trade "
                "({parameter}, {low} to {high} %, {grade}): its costs in dollars move by {felt} %",
                country=country_in_words(lever.country, economy.classification),
                percent=number_in_words(100 * row["value"]),
                parameter=PASS_THROUGH,
                low=number_in_words(100 * row["low"]),
                high=number_in_words(100 * row["high"]),
                grade=grade_in_words(row["grade"]),
                felt=f"{felt:+.2g}",
            )

    @classmethod
    def notes_on_kind(cls) -> Iterable[str]:
        """Why no welfare is claimed where a currency of the pair moves."""
        yield tr(
            "Exchange rates: welfare is left blank for both countries in years in which the "
            "rupee or the yen moves. Buyers pay different prices for goods from all sources, "
            "but of a country's exporters the model holds only those that sell to the partner, "
            "so that the sum would cover one side of the account. Where only a third currency "
            "moves, welfare is reported"
        )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Either currency of the pair, a rival's, an appreciation, and paths by year."""
        rupee = {"country": "IND", "depreciation_percent": 5, "start": "2026-27"}
        return (
            Example(
                "rupee",
                rupee,
                "+-+?-",
                "Indian costs fall in dollars, and India's demand for imports with its price level",
            ),
            Example(
                "yen",
                rupee | {"country": "JPN"},
                "-??-?",
                "Japanese costs fall in dollars: quantities rise, prices fall",
            ),
            Example(
                "rival's currency",
                rupee | {"country": "CHN"},
                "--?--",
                "a rival becomes cheaper in both markets",
            ),
            Example(
                "appreciation",
                rupee | {"depreciation_percent": -5},
                "-+-?+",
                "the rupee the other way round",
            ),
            Example(
                "path",
                {"country": "IND", "path": {"2026-27": 3, "2027-28": 5}},
                "+-+?-",
                "the rupee by year; in comparative statics what it comes to in the end",
            ),
            Example(
                "list from a start",
                {"country": "IND", "path": [2, 4, 1], "start": "2026-27"},
                "+-+?-",
                "the same as a list; the last year stays",
            ),
        )


def _by_year(path: Sequence[object], start: object, info: ValidationInfo) -> dict[str, object]:
    """Values of consecutive fiscal years by year."""
    try:
        first = parse_fiscal_year(start)  # type: ignore[arg-type]  # it refuses what is not text
    except ValueError:
        said = tr("start: the fiscal year of the first entry of path, as 2026-27")
        raise fault(said) from None
    last = parse_fiscal_year((info.context or {}).get("horizon", LAST_FISCAL_YEAR))
    if not 0 < len(path) <= last - first + 1:
        said = tr(
            "path: one entry a year from {start} to the horizon, {number}",
            start=start,
            number=last - first + 1,
        )
        raise fault(said)
    return {format_fiscal_year(first + step): value for step, value in enumerate(path)}


def dollar_costs(lever: ExchangeRateLever, measure: Measure, passed_on: float) -> Floats:
    """Unit costs of the country's producers in dollars, as trade feels them.

    Parameters
    ----------
    lever : ExchangeRateLever
    measure : Measure
        Of the lever.
    passed_on : float
        Share of a real depreciation that reaches trade.

    Returns
    -------
    ndarray, shape (Y, 1)
        Hat; 1 before the lever's start. In comparative statics the last year of a path counts.
    """
    known = np.array([parse_fiscal_year(year) for year in lever.by_year])
    place = np.searchsorted(known, measure.years, side="right") - 1
    percent = np.array(list(lever.by_year.values()), dtype=float)[place]
    log_rate = np.log1p(percent / 100)[:, None] * measure.share
    return np.asarray(np.exp(-passed_on * log_rate))

"""The remedy lever: a safeguard, anti-dumping or countervailing duty on top of what is paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BeforeValidator, Field, field_validator, model_validator

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import COUNTRY, INDIA, PAIR, PARTNER
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year, year_in_words
from cepasim.core.language import mark, separated, tr
from cepasim.economy.economy import Economy
from cepasim.economy.schedule import TariffSchedule
from cepasim.economy.verdict import DUTIES
from cepasim.levers.bilateral import BilateralLever, with_pair
from cepasim.levers.codes import sources_of
from cepasim.levers.fields import End, as_tuple, ends_after_it_starts, fault, number
from cepasim.levers.lever import Complain, Example, Quantity, buyers_substitute
from cepasim.levers.measure import Acting, Measure
from cepasim.levers.timing import Years
from cepasim.levers.words import country_in_words, listed, number_in_words, selection_in_words
from cepasim.products.classification import Classification
from cepasim.products.selection import Selection

#: Source of a measure that spares nobody but those it exempts.
ALL = "all"
_RATES_TEXT = mark("percent of the value, from 0 to 500: one number, or one for each year")


class RemedyLever(BilateralLever):
    """Add a duty to what a source pays, with or without a preference, until an end.

    A safeguard is on all sources (``source: all``) but those in ``exempt``, as developing
    countries with small shares are under the WTO's rules; an anti-dumping or countervailing duty
    is on one. Two remedies of different sources on one product add up.
    """

    kind: ClassVar[str] = "remedy"
    question: ClassVar[str] = DUTIES
    title: ClassVar[str] = mark("Trade remedies")
    sizes: ClassVar[tuple[str, ...]] = ("add_percent",)
    by_line: ClassVar[bool] = True

    add_percent: Annotated[
        tuple[Annotated[float, number(_RATES_TEXT, 0, 500)], ...],
        BeforeValidator(as_tuple),
        Field(min_length=1, description=_RATES_TEXT),
    ]
    exempt: Annotated[
        tuple[Annotated[str, Field(strict=True)], ...],
        BeforeValidator(as_tuple),
        Field(description=mark("a list of codes of countries or groups, such as [IDN, THA]")),
    ] = ()
    end: End

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        filled = dict(given)
        # Remedies in force between the two are India's; one on everybody names no pair.
        if filled.get("source") not in PAIR:
            filled.setdefault("importer", INDIA)
        return with_pair(filled, "source")

    @field_validator("exempt")
    @classmethod
    def _each_once(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(codes)))

    @model_validator(mode="after")
    def _right_years(self) -> Self:
        ends_after_it_starts(self)
        first, last = parse_fiscal_year(self.start), parse_fiscal_year(self.end)
        if len(self.add_percent) not in (1, last - first + 1):
            said = tr(
                "add_percent: one number, or {number}, one for each year from {start} to {end}; "
                "not {given}",
                number=last - first + 1,
                start=self.start,
                end=self.end,
                given=len(self.add_percent),
            )
            raise fault(said)
        return self

    @model_validator(mode="after")
    def _exempt_from_all(self) -> Self:
        if self.exempt and self.source != ALL:
            raise fault(
                tr("exempt: with source: all only; a remedy on one source spares the others")
            )
        return self

    @property
    def rests_on(self) -> tuple[str, str]:
        """How readily buyers change between sources."""
        return buyers_substitute()

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Duties are part of the landed wedge."""
        return (Quantity.WEDGE,)

    def concerns(self, source: str) -> bool:
        """Its source; of all, those it does not exempt."""
        return source == self.source or (self.source == ALL and source not in self.exempt)

    @property
    def is_idle(self) -> bool:
        """Nothing added in any year."""
        return not any(self.add_percent)

    def in_force(self, years: Years, part: Ints | None) -> Floats:
        """Share of the highest duty that is added in each year."""
        first, last = parse_fiscal_year(self.start), parse_fiscal_year(self.end)
        rates = np.array(self.add_percent) / max(self.add_percent)
        by_year = np.broadcast_to(rates, last - first + 1)
        inside = (years >= first) & (years <= last)
        return np.asarray(np.where(inside, by_year[np.clip(years, first, last) - first], 0.0))[
            :, None
        ]

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any source of the importer's market, or all of them."""
        return {"source": (*_sources(settings, classification), ALL)}

    @classmethod
    def check_settings(
        cls, settings: Mapping[str, Any], classification: Classification, complain: Complain
    ) -> Selection | None:
        """Check the codes of those exempt as well."""
        known = _sources(settings, classification)
        codes = settings.get("exempt", ())
        for place, code in enumerate(codes if isinstance(codes, list | tuple) else [codes]):
            if code not in known:
                text = tr("a source there: {allowed}", allowed=", ".join(known))
                complain(("exempt", place), code, text)
        return super().check_settings(settings, classification, complain)

    def as_written(self) -> dict[str, Any]:
        """Return the lever as a file has it: one number where there is one."""
        [(kind, settings)] = super().as_written().items()
        if len(self.add_percent) == 1:
            settings["add_percent"] = self.add_percent[0]
        if not self.exempt:
            del settings["exempt"]
        return {kind: settings}

    def sentence(self, classification: Classification) -> str:
        """Who adds how much to whose duties."""
        rates = [number_in_words(rate) for rate in self.add_percent]
        if len(rates) == 1:
            much = tr("{percent} %", percent=rates[0])
        else:
            much = tr("{percents} % year by year", percents=separated(rates))
        what = selection_in_words(self.select, classification)
        if self.source == ALL:
            spared = [country_in_words(code, classification) for code in self.exempt]
            whose = tr("all sources")
            if spared:
                whose = tr("all sources except {countries}", countries=listed(spared, 5))
        else:
            whose = country_in_words(self.source, classification)
        return tr(
            "{importer} adds {duty} to the duties on goods from {source} ({products})",
            importer=tr(COUNTRY[self.importer]),
            duty=much,
            source=whose,
            products=what,
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """When it ends, what it spares, and what comparative statics make of it."""
        for one in measures:
            lever = one.lever
            assert isinstance(lever, RemedyLever)
            after = format_fiscal_year(parse_fiscal_year(lever.end) + 1)
            if not one.staged:
                if len(set(lever.add_percent)) > 1:
                    yield tr(
                        "Comparative statics have no years: the remedy is counted at its "
                        "highest rate, {percent} %",
                        percent=number_in_words(max(lever.add_percent)),
                    )
            elif parse_fiscal_year(lever.end) < one.years[-1]:
                yield tr(
                    "The remedy ends after {end}: from {after} duties are again what they would "
                    "have been, and trade comes back with the model's lag",
                    end=year_in_words(lever.end),
                    after=year_in_words(after),
                )
            if lever.source == ALL:
                yield _on_all_sources(lever)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """On the partner, by year on all with exemptions, and on a rival."""
        steel = {"select": {"hs": ["7208-7212"]}, "start": "2026-27", "end": "2028-29"}
        return (
            Example(
                "on the partner",
                {"importer": "IND", **steel, "add_percent": 12},
                "0-+0?",
                "Japanese steel pays 12 % on top of its preference of nothing: duty on less trade",
            ),
            Example(
                "on all, falling",
                {
                    "importer": "IND",
                    "source": "all",
                    **steel,
                    "add_percent": [12, 11.5, 11],
                    "exempt": ["IDN", "THA"],
                },
                "0-+0+",
                "a safeguard: everybody but those exempt pays more, so Japan loses less than alone",
            ),
            Example(
                "on a rival",
                {"importer": "IND", "source": "CHN", **steel, "add_percent": 25},
                "0+-0+",
                "an anti-dumping duty on China leaves room for Japan",
            ),
        )


def _on_all_sources(lever: RemedyLever) -> str:
    countries = {
        "partner": tr(COUNTRY[lever.partner]),
        "importer": tr(COUNTRY[lever.importer]),
    }
    if lever.exempt:
        return tr(
            "A duty on all sources: {partner}'s goods lose to {importer}'s producers and to the "
            "exempt sources, not to the sources that pay it too. Where goods pay no duty because "
            "they enter under another scheme (advance authorisation, export zones), the model "
            "charges it all the same",
            **countries,
        )
    return tr(
        "A duty on all sources: {partner}'s goods lose to {importer}'s producers, not to other "
        "sources. Where goods pay no duty because they enter under another scheme (advance "
        "authorisation, export zones), the model charges it all the same",
        **countries,
    )


def _sources(settings: Mapping[str, Any], classification: Classification) -> tuple[str, ...]:
    """Sources in the market of a remedy, whose importer a file may leave out."""
    importer = PARTNER.get(str(settings.get("source")), INDIA)
    return sources_of({"importer": importer, **settings}, classification)


# -- what it does to arrays ------------------------------------------------------------------


def with_remedies(
    schedule: TariffSchedule, source: str, rates: Floats, acting: Iterable[Acting]
) -> tuple[Floats, Floats]:
    """MFN and preferential rates of products with what remedies add to both.

    Parameters
    ----------
    schedule : TariffSchedule
        K products, N lines.
    source : str
        Whose rates they are.
    rates : ndarray, shape (Y, N)
        What the source pays on each line without remedies, fractions.
    acting : iterable of Acting
        Remedies add up.

    Returns
    -------
    mfn, rates : ndarray, shape (Y, K)
        Fractions; where no rate of a product is known, what is added alone.
    """
    added = np.zeros(rates.shape)
    for one in acting:
        if isinstance(one.lever, RemedyLever):
            added += one.share * (max(one.lever.add_percent) / 100) * one.chosen
    alone = schedule.product_rates(added, source)

    def of_products(by_line: Floats) -> Floats:
        found = schedule.product_rates(by_line + added, source)
        return np.where(np.isnan(found), alone, found)

    return of_products(schedule.mfn), of_products(rates)

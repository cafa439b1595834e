"""India's tariff: duty in force by eight-digit line, the CEPA, and what rivals pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arrays import Bools, Floats, Ints, frozen_floats, read_only
from cepasim.economy.agreements import Agreement
from cepasim.economy.benchmark import exporters_of
from cepasim.economy.lines import NO_LINE, Lines
from cepasim.economy.rates import LateRates, LineFacts
from cepasim.economy.schedule import TariffSchedule
from cepasim.params.parameters import Parameters
from cepasim.products.levels import at_level

#: Members of ASEAN among the sources: they share one list of rates.
_ASEAN = ("VNM", "THA", "IDN", "MYS", "SGP", "PHL")
#: Sources whose rates are known by line.
_LISTED = ("KOR", *_ASEAN)


@dataclass(frozen=True, eq=False)
class IndiaFacts:
    """What India's rates are made of, whatever the figures are: N lines.

    Attributes
    ----------
    duty : ndarray, shape (N,)
        Basic duty in force in the base year, fraction; NaN where only the chapter's is known.
    surcharged : ndarray of bool, shape (N,)
        Whether the social welfare surcharge comes on top.
    cess : ndarray, shape (N,)
        Agriculture and infrastructure cess, fraction; 0 where there is none.
    chapter : ndarray of int, shape (N,)
    listed : ndarray of bool, shape (N,)
        False for the stand-in of a chapter without lines.
    status : ndarray of str, shape (N,)
        Coverage by the CEPA.
    given : ndarray, shape (N,)
        CEPA rate of what is covered in part; 0 where not given.
    korea, asean : ndarray, shape (N,)
        Basic duty that Korea and ASEAN pay, fraction; NaN where they have no preference.
    """

    duty: Floats
    surcharged: Bools
    cess: Floats
    chapter: Ints
    listed: Bools
    status: NDArray[np.str_]
    given: Floats
    korea: Floats
    asean: Floats

    def levels(self, source: str) -> tuple[Floats, Floats]:
        """Duties in force; products are the mean of their lines."""
        return self.duty, self.duty

    def marks(self, source: str) -> tuple[NDArray[Any], ...]:
        """All else that the rates of a source are made of besides the chapter."""
        common = (self.listed, self.surcharged, self.cess)
        if source == "JPN":
            return (*common, self.status, self.given)
        if source == "KOR":
            return (*common, self.korea)
        return (*common, self.asean) if source in _ASEAN else common

    def at(self, lines: Ints, source: str) -> IndiaFacts:
        """Facts of some of the lines, as far as one source goes."""
        return self.reordered(lines)

    def reordered(self, lines: Ints) -> IndiaFacts:
        """Facts of all lines in another order, or of some."""
        return IndiaFacts(*(getattr(self, item.name)[lines] for item in fields(self)))


@dataclass(frozen=True, eq=False)
class IndiaRates:
    """India's rates: the CEPA for Japan, the lists of Korea and ASEAN, agreements of others.

    A product covered in part at rate 0 pays MFN on the share of its lines that is not covered.
    Nobody pays more than the duty in force.

    Attributes
    ----------
    facts : IndiaFacts
    base_year, schedule_year : int
    prior : ndarray, shape (H,)
        MFN rate by chapter, fraction, where no line is known.
    covered : float
        Share of the lines of a partly covered product that is free.
    surcharge : float
        Social welfare surcharge, share of the basic duty.
    in_force : float
        Factor on the duty in force: what the reading of the book may be out by.
    agreements : mapping of source to Agreement
        Agreements of which no rate is known by line.
    """

    facts: IndiaFacts
    base_year: int
    schedule_year: int
    prior: Floats
    covered: float
    surcharge: float
    in_force: float
    agreements: Mapping[str, Agreement]

    @classmethod
    def under(cls, facts: IndiaFacts, prior: Floats, parameters: Parameters) -> IndiaRates:
        """Rates under the parameters."""
        return cls(
            facts=facts,
            base_year=parameters.base_year.first,
            schedule_year=parameters.schedule_year.first,
            prior=prior,
            covered=parameters.value("partial_coverage_share"),
            surcharge=parameters.value("surcharge_india"),
            in_force=parameters.value("india_duty_in_force"),
            agreements=Agreement.of_india(parameters),
        )

    @cached_property
    def _on_top(self) -> Floats:
        return np.asarray(1.0 + self.surcharge * self.facts.surcharged)

    @cached_property
    def mfn(self) -> Floats:
        """MFN rates with surcharge and cess, shape (N,)."""
        facts = self.facts
        known = self.in_force * facts.duty
        basic = np.where(np.isnan(known), self.prior[facts.chapter], known)
        return read_only(np.where(facts.listed, basic * self._on_top + facts.cess, np.nan))

    @cached_property
    def _cepa(self) -> Floats:
        facts, mfn = self.facts, self.mfn
        given = facts.given * self._on_top
        partial = np.where(facts.given > 0, given, mfn * (1 - self.covered))
        cepa = np.where(facts.status == "partial", partial, mfn)
        cepa[facts.status == "full"] = 0.0
        return read_only(np.fmin(cepa, mfn))

    @cached_property
    def _lists(self) -> dict[str, Floats]:
        facts, mfn = self.facts, self.mfn
        asean = read_only(np.fmin(mfn, facts.asean * self._on_top))
        return {
            "KOR": read_only(np.fmin(mfn, facts.korea * self._on_top)),
            **dict.fromkeys(_ASEAN, asean),
        }

    @cached_property
    def _cut(self) -> dict[str, Floats]:
        return {
            source: read_only(self.mfn * (1 - agreement.cut_now))
            for source, agreement in self.agreements.items()
        }

    def drawn(self, source: str) -> bool:
        """Duties in force are figures, and all pay them."""
        return True

    def of(self, source: str) -> tuple[Floats, Floats]:
        """Rates of a source, the same in the base year and later."""
        if source == "JPN":
            rates = self._cepa
        elif source in _LISTED:
            rates = self._lists[source]
        else:
            rates = self._cut.get(source, self.mfn)
        return rates, rates

    def late(self, source: str) -> LateRates | None:
        """The rest of an agreement's cuts, in equal steps."""
        return self._later.get(source)

    @cached_property
    def _later(self) -> dict[str, LateRates]:
        return {
            source: LateRates(agreed.start, agreed.years, self.mfn * (1 - agreed.cut_end))
            for source, agreed in self.agreements.items()
            if agreed.cut_end != agreed.cut_now
        }

    def on(self, facts: LineFacts) -> IndiaRates:
        """Rates of other lines under the same figures."""
        assert isinstance(facts, IndiaFacts)
        return replace(self, facts=facts)


def india_schedule(parameters: Parameters, chapters: tuple[str, ...]) -> TariffSchedule:
    """Read India's lines and what the CEPA covers, by HS6; products are the mean of their lines.

    The lines of a product are different goods, and the book is read more surely for a product
    than for a line. What the CEPA names and the book lacks takes the chapter's rate.
    """
    coverage = parameters.table("tariffs/india_coverage").set_index("hs6")
    table = _lines(parameters, coverage.index)
    codes = table.index.to_numpy(dtype=str)
    products = pd.Index([at_level(code, "subheading") for code in codes])
    status = coverage["coverage"].reindex(products).fillna("excluded").to_numpy(str)
    given = coverage["cepa_rate_pct"].reindex(products).to_numpy(float) / 100
    duty = table["duty"].to_numpy(float)
    free = (duty == 0) & (table["cess"].to_numpy(float) == 0)
    category = np.select(
        [free, status == "full", status == "partial"], ["mfn_free", "free", "partial"], "X"
    )
    exporters = exporters_of(parameters, "india_imports")
    ordered = Lines.of(codes, chapters)
    surcharged = np.where(table["surcharged"].to_numpy(bool), "yes", "no")
    facts = IndiaFacts(
        duty=ordered.padded(duty),
        surcharged=ordered.words(surcharged, "no") == "yes",
        cess=np.nan_to_num(ordered.padded(table["cess"].to_numpy(float))),
        chapter=ordered.chapter,
        listed=ordered.words(np.full(len(codes), "listed"), NO_LINE) != NO_LINE,
        status=ordered.words(status, ""),
        given=ordered.padded(given),
        korea=ordered.padded(table["korea"].to_numpy(float)),
        asean=ordered.padded(table["asean"].to_numpy(float)),
    )
    prior = parameters.table("tariffs/india_mfn_chapter").set_index("hs")["value"]
    known = prior.reindex(list(chapters)).to_numpy(float) / 100
    rates = IndiaRates.under(facts, known, parameters)
    groups = [
        source if source in ("JPN", "KOR", *rates.agreements) else str(source in _ASEAN)
        for source in exporters
    ]
    return ordered.schedule(
        "IND",
        exporters,
        category,
        table["kind"].to_numpy(str),
        dict.fromkeys(exporters, frozen_floats(np.ones(len(ordered.codes)))),
        tuple(groups.index(group) for group in groups),
        rates,
    )


def _lines(parameters: Parameters, covered: pd.Index) -> pd.DataFrame:
    """Lines by code, rates as fractions; a stand-in for each product the CEPA alone names."""
    read = parameters.table("tariffs/india_lines").set_index("hs8")
    then = read["duty_base_pct"]
    table = pd.DataFrame(
        {
            "duty": then.fillna(read["duty_pct"]) / 100,
            # A rate that has been lowered since bore neither surcharge nor cess.
            "surcharged": (read["surcharge"] == "yes") & then.isna(),
            "cess": read["aidc_pct"].where(then.isna()).fillna(0.0) / 100,
            "kind": read["mfn_kind"],
            "korea": read[["kor_low_pct", "kor_high_pct"]].mean(axis=1) / 100,
            "asean": read[["asean_low_pct", "asean_high_pct"]].mean(axis=1) / 100,
        }
    )
    # A slip of the book takes the mean of the other lines of its product.
    product = pd.Index([at_level(code, "subheading") for code in table.index])
    table["duty"] = table["duty"].fillna(table.groupby(product)["duty"].transform("mean"))
    missing = covered.difference(product) + "00"
    absent = pd.DataFrame(
        {"duty": np.nan, "surcharged": True, "cess": 0.0, "kind": "ad_valorem"}, index=missing
    )
    return pd.concat([table, absent]).sort_index()

"""India's tariff: HS6 products with their coverage by the CEPA, and MFN rates where known."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Bools, Floats, Ints, read_only
from cepasim.economy.benchmark import exporters_of
from cepasim.economy.lines import NO_LINE, Lines
from cepasim.economy.rates import LineFacts, LineRule
from cepasim.economy.schedule import TariffSchedule
from cepasim.params.parameters import Parameters
from cepasim.products.levels import chapter_of


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
    chapter: Ints
    listed: Bools
    status: NDArray[np.str_]
    given: Floats

    def levels(self, source: str) -> tuple[Floats, Floats]:
        """Statutory rates; a product has one line."""
        return self.statutory, self.statutory

    def marks(self, source: str) -> tuple[NDArray[Any], ...]:
        """All else that the rates of a source are made of besides the chapter."""
        return (self.listed, self.status, self.given) if source == "JPN" else (self.listed,)

    def at(self, lines: Ints, source: str) -> IndiaFacts:
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
        return read_only(np.where(facts.listed, mfn, np.nan))

    @cached_property
    def _cepa(self) -> Floats:
        facts, mfn = self.facts, self.mfn
        partial = np.where(facts.given > 0, facts.given, mfn * (1 - self.covered))
        cepa = np.where(facts.status == "partial", partial, mfn)
        cepa[facts.status == "full"] = 0.0
        return read_only(np.minimum(cepa, mfn))

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


def india_schedule(
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
    by_prior = prior.reindex([chapter_of(code) for code in codes]).to_numpy(float) / 100
    mfn = np.where(np.isnan(statutory), by_prior, statutory)
    status = coverage["coverage"].to_numpy(str)
    given = coverage["cepa_rate_pct"].to_numpy(float) / 100
    category = np.select(
        [mfn == 0, status == "full", status == "partial"], ["mfn_free", "free", "partial"], "X"
    )
    exporters = exporters_of(parameters, "india_imports")
    # India's specific duties (on fabrics and clothing) are not in the figures.
    kind = np.where(mfn == 0, "free", "ad_valorem")
    ordered = Lines.of(codes, chapters)
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

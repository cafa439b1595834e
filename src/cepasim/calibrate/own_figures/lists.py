"""What one file says of one source in one market: chapters, and whether they are all of its trade.

A chapter is given where the file names it (a row of the chapter, or a total of it), or where the
file holds all trade of the pair. Products alone are a part of their chapter: a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.own_evidence import BEGINS
from cepasim.core.countries import COUNTRY, FLOW_INTO, INDIA, PARTNER
from cepasim.core.language import now, tr
from cepasim.data.countries import REST, Countries
from cepasim.data.money import usd_mn, valued
from cepasim.data.plausible import published_totals
from cepasim.data.reading import Reading
from cepasim.params.parameters import Parameters
from cepasim.products.levels import DIGITS, at_level, chapter_of

_COMTRADE_TOTAL = "TOTAL"
#: ``classification/vintages`` holds what HS 2017 became, and little of what was before.
_TOO_OLD = frozenset({"HS 1992", "HS 1996", "HS 2002", "HS 2007", "HS 2012"})


@dataclass(frozen=True, eq=False)
class TradeList:
    """Trade of one source in one market as one file has it, US$ mn as the benchmark counts.

    Attributes
    ----------
    file, layout, reporter : str
        Reporter: ISO code of the country whose customs counted.
    importer, exporter : str
        Market and source of the model.
    chapters : Series
        Value by chapter.
    stated : frozenset of str
        Chapters that the file gives as such; all of them in a whole list.
    whole : bool
        Whether the file holds all trade of the source in the market.
    products : Series
        Value by HS6, where the file goes that far.
    why : str
        Why it counts as whole, or why it does not.
    """

    file: str
    layout: str
    reporter: str
    importer: str
    exporter: str
    chapters: pd.Series
    stated: frozenset[str]
    whole: bool
    products: pd.Series
    why: str

    @property
    def flow(self) -> str:
        """Flow into the market, seen from India."""
        return FLOW_INTO[self.importer]

    @property
    def of_pair(self) -> bool:
        """Whether it is trade between India and Japan."""
        return self.exporter == PARTNER[self.importer]

    @property
    def mirrored(self) -> bool:
        """Whether the customs are not those the benchmark counts by.

        India's for the pair, the importer's for others.
        """
        return self.reporter != (INDIA if self.of_pair else self.importer)

    @property
    def parts(self) -> float:
        """Trade in chapters of which the file gives products only, US$ mn."""
        return float(self.chapters.drop(list(self.stated)).sum())

    @property
    def source(self) -> str:
        """Source of its figures, as tables of parameters have it."""
        return f"{BEGINS}{self.file}, {self.layout}, customs of {self.reporter}"


def trade_lists(
    reading: Reading, name: str, parameters: Parameters, all_given: bool
) -> tuple[list[TradeList], list[str]]:
    """Lists of trade in a file, and what of it cannot be used, in words.

    Parameters
    ----------
    reading : Reading
        Trade of one year.
    name : str
        The file for people.
    parameters : Parameters
    all_given : bool
        Whether the user says that products are all of their chapters' trade.
    """
    countries = Countries.from_parameters(parameters)
    lists, left = [], []
    for keys, part in reading.frame.groupby(["importer", "source", "reporter"]):
        importer, exporter, reporter = (str(key) for key in keys)
        there = set(part["partner"] if reporter == importer else part["reporter"])
        lacking = _members(countries, importer, exporter) - there
        if exporter == REST or (lacking and exporter not in there - _beside(importer, exporter)):
            what = (
                tr("the rest of the world")
                if exporter == REST
                else tr("a part of {group}", group=exporter)
            )
            note = tr(
                "{file}: {what} in the market of {importer}, {amount}: not used",
                file=name,
                what=what,
                importer=importer,
                amount=usd_mn(float(part["usd_mn"].sum())),
            )
            left.append(note)
            continue
        if too_old(reading):
            note = tr(
                "{file}: products by {nomenclature} count for their chapters only: codes of before "
                "HS 2017 that changed their meaning cannot be told apart here",
                file=name,
                nomenclature=now(reading.understood.nomenclature),
            )
            left.append(note)
        lists.append(
            _one_list(reading, name, parameters, part, (importer, exporter, reporter), all_given)
        )
    return lists, left


def too_old(reading: Reading) -> bool:
    """Whether products are by a vintage without a full concordance to HS 2022."""
    named = {one.strip() for one in reading.understood.nomenclature.split(",")}
    return bool(named & _TOO_OLD) and max(reading.understood.levels) >= DIGITS["subheading"]


def _members(countries: Countries, importer: str, exporter: str) -> set[str]:
    """Countries that make up a source of the model."""
    return {iso for iso, one in countries.sources[importer].items() if one == exporter} - {exporter}


def _beside(importer: str, exporter: str) -> set[str]:
    """A country that is a source together with others, and not all of it by itself."""
    return {exporter} if importer == INDIA and exporter == "CHN" else set()


def _one_list(
    reading: Reading,
    name: str,
    parameters: Parameters,
    part: pd.DataFrame,
    keys: tuple[str, str, str],
    all_given: bool,
) -> TradeList:
    importer, exporter, reporter = keys
    of_pair = exporter == PARTNER[importer]
    counted = "fob" if of_pair and FLOW_INTO[importer] == "export" else "cif"
    frame = valued(part, "fob" if counted == "fob" else "cif", parameters)
    chapters = frame.groupby(frame["hs"].map(chapter_of))["usd_mn"].sum()
    fine = frame[frame["hs"].str.len() >= DIGITS["subheading"]]
    if too_old(reading):
        fine = fine.iloc[:0]
    products = fine.groupby([at_level(hs, "subheading") for hs in fine["hs"]])["usd_mn"].sum()
    whole, why = _whole(reading, parameters, frame, chapters, keys)
    stated = set(frame.loc[frame["hs"].str.len() == DIGITS["chapter"], "hs"])
    stated |= {
        total.what.removeprefix("chapter ")
        for total in reading.totals
        if total.what.startswith("chapter ") and total.partner in set(part["partner"])
    }
    if whole or all_given:
        stated |= set(chapters.index)
    return TradeList(
        file=name,
        layout=reading.understood.layout,
        reporter=reporter,
        importer=importer,
        exporter=exporter,
        chapters=chapters.sort_index(),
        stated=frozenset(stated & set(chapters.index)),
        whole=whole,
        products=products.sort_index(),
        why=why,
    )


def _whole(
    reading: Reading,
    parameters: Parameters,
    frame: pd.DataFrame,
    chapters: pd.Series,
    keys: tuple[str, str, str],
) -> tuple[bool, str]:
    """Whether a list holds all trade of a source in a market, and why."""
    bounds = parameters.dictionary.bounds
    for total in reading.totals:
        met = total.what == _COMTRADE_TOTAL and total.partner in set(frame["partner"])
        if met and abs(total.gap) <= bounds["reading_totals"].value:
            return True, tr("its own total of all goods is met")
    importer, exporter, _ = keys
    if len(chapters) <= bounds["reading_full"].value:
        few = tr("of {count} in the file; so few may be a choice of goods", count=len(chapters))
        return False, few
    period = str(frame["period"].iloc[0])
    published = published_totals(parameters, FLOW_INTO[importer]).get(period)
    if exporter != PARTNER[importer] or published is None:
        return True, tr("{count} chapters", count=len(chapters))
    missing = 1 - float(chapters.sum()) / published
    if missing > bounds["own_whole"].value:
        return False, tr(
            "its sum is {missing} below the published total: lines are missing",
            missing=f"{missing:.1%}",
        )
    return True, tr(
        "{count} chapters, and its sum is near the published total", count=len(chapters)
    )


def used_lists(lists: Sequence[TradeList], base: str | None) -> tuple[list[TradeList], list[str]]:
    """Lists that have a place, and what has none, in words.

    Parameters
    ----------
    lists : sequence of TradeList
    base : str or None
        The base year where it stays, and the figures are of a later year.
    """
    used, left = [], []
    for one in lists:
        what = tr("{file}: {trade}", file=one.file, trade=named(one.importer, one.exporter))
        if not one.of_pair and base is not None:
            left.append(
                tr("{what}: not used, other sources stay those of {base}", what=what, base=base)
            )
            continue
        # Only the base year's balance knows lower bounds, and for the pair alone.
        if one.parts > 0 and not (one.of_pair and base is None):
            note = tr(
                "{what}: {amount} of products not used, which may be a part of "
                "their chapters only (--whole-chapters says that they are all of it)",
                what=what,
                amount=usd_mn(one.parts),
            )
            left.append(note)
            if not one.stated:
                continue
            one = replace(one, chapters=one.chapters[sorted(one.stated)])
        used.append(one)
    return used, left


def mirrors(lists: Sequence[TradeList], year: str, parameters: Parameters) -> Iterator[str]:
    """How far Japan's count of the pair's trade is from India's, where it stands for it.

    Parameters
    ----------
    lists : sequence of TradeList
    year : str
    parameters : Parameters
    """
    rows = parameters.table("benchmark/evidence/mirror_totals").to_dict("records")
    ratios = {(row["flow"], row["fiscal_year"]): float(row["value"]) for row in rows}
    for one in lists:
        if not (one.of_pair and one.mirrored) or (one.flow, year) not in ratios:
            continue
        freight = parameters.by_chapter(
            "freight_insurance", list(one.chapters.index), one.importer, one.exporter
        )
        over = float(np.mean(freight))
        ratio = ratios[one.flow, year]
        # Japan counts exports of India c.i.f. and its own f.o.b.
        more = ratio / (1 + over) - 1 if one.flow == "export" else (1 + over) / ratio - 1
        yield tr(
            "{file}: customs of {reporter} stand for India's, with {over} of freight "
            "and insurance between f.o.b. and c.i.f.; in {year} the total so counted is "
            "{more} against India's (benchmark/evidence/mirror_totals)",
            file=one.file,
            reporter=one.reporter,
            over=f"{over:.1%}",
            year=year,
            more=f"{more:+.1%}",
        )


def named(importer: str, exporter: str) -> str:
    """Name trade of a source in a market, for people."""
    if exporter not in COUNTRY:
        country = tr(COUNTRY[importer])
        return tr("imports of {country} from {source}", country=country, source=exporter)
    if FLOW_INTO[importer] == "export":
        return tr("India's exports to Japan")
    return tr("India's imports from Japan")

"""What the files say together: one value for each chapter, and where files disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cepasim.calibrate.benchmark.own_evidence import AT_LEAST, EQUAL, TOTAL
from cepasim.calibrate.own_figures.lists import TradeList, named
from cepasim.core.countries import COUNTRY, INDIA, JAPAN
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.money import usd_mn
from cepasim.data.plausible import published_totals
from cepasim.params.parameters import Parameters
from cepasim.products.levels import chapter_of

#: Columns of `Given.cells`.
CELLS = ("importer", "exporter", "hs", "held", "value", "source")
_PRODUCTS = ["hs6", "value", "source"]
_DECIMALS = 6  # of the benchmark, whose totals are exact in them


@dataclass(frozen=True)
class Conflict:
    """Two statements about one thing that differ.

    Attributes
    ----------
    where : str
        Such as ``exports to Japan, chapter 03``.
    says, says_usd_mn : str, float
        What the files say, and who.
    against, against_usd_mn : str, float
        What it is compared with.
    kept : str
        What was done.
    """

    where: str
    says: str
    says_usd_mn: float
    against: str
    against_usd_mn: float
    kept: str

    @property
    def gap_pct(self) -> float:
        """What the files say over the other, less 1, in percent; infinite beside nothing."""
        if not self.against_usd_mn:
            return float("inf")
        return 100 * (self.says_usd_mn / self.against_usd_mn - 1)


@dataclass(frozen=True, eq=False)
class Given:
    """What is held in a year.

    Attributes
    ----------
    year : str
    cells : DataFrame
        ``CELLS``: one row per (importer, exporter, chapter), and ``total`` where all trade is
        given; US$ mn of the year as the benchmark counts.
    products : DataFrame
        ``hs6``, ``value``, ``source``: India's exports to Japan by product.
    conflicts : tuple of Conflict
    imports : DataFrame
        The same of India's imports from Japan.
    """

    year: str
    cells: pd.DataFrame
    products: pd.DataFrame
    conflicts: tuple[Conflict, ...]
    imports: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_PRODUCTS))

    def __bool__(self) -> bool:
        return bool(len(self.cells) or len(self.products) or len(self.imports))

    def by_product(self, importer: str) -> pd.DataFrame:
        """Trade of the pair into one market by product."""
        return self.products if importer == JAPAN else self.imports

    def of_pair(self, importer: str, exporter: str) -> pd.DataFrame:
        """Cells of one source in one market."""
        cells = self.cells
        return cells[(cells["importer"] == importer) & (cells["exporter"] == exporter)]


def given(
    lists: Sequence[TradeList], year: str, chapters: Sequence[str], parameters: Parameters
) -> Given:
    """Settle one value for each chapter.

    The customs that the benchmark counts by come first (India's for the pair, the importer's for
    other sources); what the other side says of the same chapter is a conflict that is reported.

    Parameters
    ----------
    lists : sequence of TradeList
    year : str
    chapters : sequence of str
        All of the benchmark.
    parameters : Parameters

    Raises
    ------
    InputError
        Where two files of the same customs differ, or known chapters exceed a published total
        that stays.
    """
    problems: list[Problem] = []
    conflicts: list[Conflict] = []
    rows: list[dict[str, object]] = []
    markets = dict.fromkeys((one.importer, one.exporter) for one in lists)
    for importer, exporter in markets:
        mine = [one for one in lists if (one.importer, one.exporter) == (importer, exporter)]
        mine.sort(key=lambda one: one.mirrored)
        found = _settled(mine, chapters, parameters, problems, conflicts)
        if exporter not in COUNTRY:  # a part of a rival's chapter says nothing that is used
            found = {hs: row for hs, row in found.items() if row["held"] == EQUAL}
        for row in found.values():
            rows.append({"importer": importer, "exporter": exporter, **row})
        _against_published(mine, found, year, parameters, problems, conflicts)
    if problems:
        raise InputError(problems)
    cells = pd.DataFrame(rows, columns=list(CELLS))
    return Given(year, cells, _products(lists, JAPAN), tuple(conflicts), _products(lists, INDIA))


def _settled(
    lists: Sequence[TradeList],
    chapters: Sequence[str],
    parameters: Parameters,
    problems: list[Problem],
    conflicts: list[Conflict],
) -> dict[str, dict[str, object]]:
    """One row for each chapter of a source in a market; ``total`` where all of them are given."""
    agree = parameters.dictionary.bounds["own_agree"].value
    first, whole = lists[0], [one for one in lists if one.whole]
    found: dict[str, dict[str, object]] = {}
    for hs in chapters:
        known = [one for one in lists if hs in one.stated]
        parts = [one for one in lists if hs in one.chapters.index and hs not in one.stated]
        if known:
            best = known[0]
            value = float(best.chapters[hs])
            found[hs] = _row(hs, EQUAL, value, best.source)
            for other in known[1:]:
                gap = abs(float(other.chapters[hs]) - value)
                if gap <= agree * value:
                    continue
                where = tr(
                    "{trade}, chapter {hs}", trade=named(first.importer, first.exporter), hs=hs
                )
                beside = float(other.chapters[hs])
                if other.mirrored == best.mirrored:
                    words = tr(
                        "the same amount as in {file}, {amount}: leave one out",
                        file=best.file,
                        amount=usd_mn(value, 2),
                    )
                    problems.append(Problem(other.file, None, where, usd_mn(beside, 2), words))
                else:
                    kept = tr(
                        "customs of {reporter}, by which the benchmark counts",
                        reporter=best.reporter,
                    )
                    conflicts.append(Conflict(where, _by(best), value, _by(other), beside, kept))
        elif whole:
            found[hs] = _row(hs, EQUAL, 0.0, whole[0].source)
        elif parts:
            best = max(parts, key=lambda one: float(one.chapters[hs]))
            found[hs] = _row(hs, AT_LEAST, float(best.chapters[hs]), best.source)
    return with_total(found, chapters)


def _by(one: TradeList) -> str:
    return tr("{file}, customs of {reporter}", file=one.file, reporter=one.reporter)


def with_total(
    found: dict[str, dict[str, object]], chapters: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Add the total where every chapter is given."""
    known = [row for hs, row in found.items() if hs != TOTAL and row["held"] == EQUAL]
    if len(known) < len(chapters):
        return {hs: row for hs, row in found.items() if hs != TOTAL}
    total = sum(float(str(row["value"])) for row in known)
    sources = "; ".join(dict.fromkeys(str(row["source"]) for row in known))
    return found | {TOTAL: _row(TOTAL, EQUAL, total, sources)}


def _row(hs: str, held: str, value: float, source: str) -> dict[str, object]:
    return {"hs": hs, "held": held, "value": round(value, _DECIMALS), "source": source}


def _against_published(
    lists: Sequence[TradeList],
    found: dict[str, dict[str, object]],
    year: str,
    parameters: Parameters,
    problems: list[Problem],
    conflicts: list[Conflict],
) -> None:
    """What is given of the pair beside the published total."""
    first = lists[0]
    if not first.of_pair:
        return
    published = published_totals(parameters, first.flow).get(year)
    if published is None:
        return
    where = tr("{trade}, total of {year}", trade=named(first.importer, first.exporter), year=year)
    agree = parameters.dictionary.bounds["own_agree"].value
    if TOTAL in found:
        total = float(str(found[TOTAL]["value"]))
        low, high = printed_range(parameters, first.flow, year, published)
        if not low <= total <= high:
            by = separated(dict.fromkeys(one.reporter for one in lists))
            says = tr("all chapters, customs of {reporters}", reporters=by)
            kept = (
                tr("the files' own sum; years that are published in total only stay as published")
                if abs(total / published - 1) > agree
                else tr("the files' own sum")
            )
            conflicts.append(Conflict(where, says, total, tr("published"), published, kept))
        return
    given_sum = sum(float(str(row["value"])) for row in found.values())
    if given_sum > published:
        words = tr(
            "at most the published total, {amount}, which stays as long as not all "
            "chapters are given: give the whole trade of the year",
            amount=usd_mn(published),
        )
        files = separated(dict.fromkeys(one.file for one in lists))
        problems.append(Problem(files, None, where, usd_mn(given_sum), words))


def printed_range(
    parameters: Parameters, flow: str, year: str, published: float
) -> tuple[float, float]:
    """What a published total may be by the digits it is printed with, US$ mn."""
    table = parameters.table("reference/published_totals")
    row = table[(table["flow"] == flow) & (table["fiscal_year"] == year)]
    if row.empty:
        return published, published
    return float(row["low"].iloc[0]), float(row["high"].iloc[0])


def _products(lists: Sequence[TradeList], importer: str) -> pd.DataFrame:
    """Trade of the pair by product; of a chapter, that of the customs that come first."""
    rows: list[dict[str, object]] = []
    taken: set[str] = set()
    into = [one for one in lists if one.of_pair and one.importer == importer]
    for one in sorted(into, key=lambda one: one.mirrored):
        new = {hs: v for hs, v in one.products.items() if chapter_of(str(hs)) not in taken}
        rows += [{"hs6": hs, "value": v, "source": one.source} for hs, v in new.items()]
        taken |= {chapter_of(str(hs)) for hs in new}
    return pd.DataFrame(rows, columns=_PRODUCTS)

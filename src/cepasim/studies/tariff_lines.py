"""Every tariff line of an importer: what is paid on it, what is sold, and whether it counts.

The list of advice (`cepasim.product_list`) holds the lines on which there is something to ask for;
this one holds them all, so that a line can be looked up whatever its standing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY, FLOW_INTO, PARTNER
from cepasim.core.files import replace_file, write_csv
from cepasim.core.finding import FAR, Ranks
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import deferred, mark, separated, tr
from cepasim.core.problems import closest
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.levers.tariff_notes import IN_PART
from cepasim.products.levels import at_level
from cepasim.studies.advice.alone import START
from cepasim.studies.advice.line_list import ASKS, subheadings
from cepasim.studies.advice.sensitive import grades
from cepasim.studies.advice.traded import (
    Traded,
    base_trade,
    best_rival,
    known_codes,
    nameable,
)
from cepasim.tables.column import Column, TableSchema
from cepasim.tables.finding import product_finder
from cepasim.tables.names import source_name

_BASE = "US$ million of {price_year}"
#: Standing of a line under the CEPA, in words.
STANDING = {
    "mfn_free": mark("free for all"),
    "free": mark("free under CEPA"),
    "partial": mark("free in part"),
    "X": mark("excluded"),
}

LINES = TableSchema(
    "one tariff line of the importer",
    (
        Column("line", "text", "tariff line: nine digits in Japan, eight in India"),
        Column("description", "text", "what the HS calls the subheading"),
        Column("hs", "text", "chapter"),
        Column("section", "text", "section of the HS, Roman numerals"),
        Column("category", "text", "the line under the CEPA: mfn_free, free, partial or X"),
        Column("kind", "text", "how the MFN duty is set: free, ad_valorem, specific, ..."),
        Column("mfn_percent", "%", "MFN rate; missing where not known"),
        Column("base_percent", "%", "rate of the partner in {base_year}; missing where not known"),
        Column("rate_percent", "%", "rate of the partner from 2026-27 on"),
        Column(
            "best_rival",
            "text",
            "the source with the lowest rate that sells in the chapter or product",
        ),
        Column("rival_percent", "%", "that source's rate"),
        Column("trade_usd_mn", _BASE, "the partner's sales on the line in {base_year}, c.i.f."),
        Column("use_percent", "%", "of the chapter's trade with a margin, what claims it"),
        Column("counted", "text", "whether a cut of the rate counts in the model: yes, part, no"),
        Column("why", "text", "why it counts in part or not, or what is special about the line"),
        Column("grade_rate", "text", "grade of the rates"),
        Column("grade_trade", "text", "grade of trade on the line; D where assumed"),
    ),
)


@dataclass(frozen=True, eq=False)
class TariffLines:
    """All tariff lines of one importer; immutable.

    Attributes
    ----------
    economy : Economy
    importer : str
    table : DataFrame
        A row for each line, by code; columns of ``cepasim.studies.tariff_lines.LINES``.
    """

    economy: Economy
    importer: str
    table: pd.DataFrame

    def __repr__(self) -> str:
        """How many lines, and how many of them count."""
        counts = self.table["counted"].value_counts()
        said = ", ".join(f"{counts.get(word, 0):,} {word}" for word in ("yes", "part", "no"))
        return f"TariffLines({self.importer}: {len(self):,} lines; counted: {said})"

    def __len__(self) -> int:
        """Lines there are."""
        return len(self.table)

    @cached_property
    def _codes(self) -> NDArray[np.str_]:
        return self.table["line"].to_numpy(dtype=str)

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """Where the names of each line are; found once, so that a search is quick."""
        return product_finder(self.economy.classification).places(self._codes)

    def _ranks(self, words: str) -> Ranks:
        finder = product_finder(self.economy.classification)
        return finder.ranks(words, self._codes, self._places)

    def search(self, words: str = "", **equal: str) -> pd.DataFrame:
        """Return the lines that hold every word, the nearest first, then those with most trade.

        Parameters
        ----------
        words : str
            In any order, of any language of the program. A number is the beginning of a code, dots
            and all; other words are beginnings of words in what people call the product, what the
            HS calls the subheading, its heading, or the chapter, section and industry it is in.
            Plural and singular, case, accents and hyphens make no difference
            (`cepasim.core.finding`).
        **equal
            Columns and what they must hold, such as ``counted="no"`` or ``section="XI"``.

        Returns
        -------
        DataFrame
            Rows of ``table``. Codes and lines with the words in their own names come before those
            that only belong to a chapter, section or industry of that name (`by_group_alone`).
        """
        for column in equal:
            if column not in LINES.names:
                refuse("column", column, tr("one of {allowed}", allowed=separated(LINES.names)))
        near = self._ranks(words)
        kept = near < FAR
        for column, value in equal.items():
            kept &= (self.table[column] == value).to_numpy()
        found = self.table[kept].assign(_near=near[kept])
        order = ["_near", "trade_usd_mn", "line"]
        return found.sort_values(order, ascending=[True, False, True]).drop(columns="_near")

    def by_group_alone(self, words: str, found: pd.DataFrame) -> int:
        """Return how many lines found have the words in a group's name only; they are the last.

        Parameters
        ----------
        words : str
            What was sought.
        found : DataFrame
            As `search` returns it.
        """
        near = self._ranks(words)[found.index]
        return int((~product_finder(self.economy.classification).direct(near)).sum())

    def row(self, line: str) -> pd.Series:
        """Return one line.

        Parameters
        ----------
        line : str
            Its code.

        Raises
        ------
        InputError
            If there is none of this code.
        """
        found = self.table[self.table["line"] == line]
        if found.empty:
            codes = self.table["line"]
            alike = codes[codes.str.startswith(at_level(str(line), "subheading"))]
            meant = closest(line, list(alike if len(alike) else codes))
            allowed = tr("a tariff line of {country}", country=tr(COUNTRY[self.importer]))
            refuse("line", line, allowed + meant)
        return found.iloc[0]

    def rates(self, line: str) -> pd.DataFrame:
        """Return what each source pays on a line, the lowest rate first.

        Parameters
        ----------
        line : str

        Returns
        -------
        DataFrame
            ``source``, ``name``, ``base_percent`` (2023-24), ``rate_percent`` (from 2026-27 on)
            and ``chapter_usd_mn``, the source's sales in the chapter in 2023-24, c.i.f.
        """
        row = self.row(line)
        market = self.economy.by_chapter.markets[self.importer]
        place = int(np.flatnonzero(market.schedule.lines == line)[0])
        chapter = market.chapters.index(str(row["hs"]))
        names, flow = self.economy.classification, FLOW_INTO[self.importer]
        rows = []
        for column, source in enumerate(market.exporters):
            base, rate = (100 * float(rates[place]) for rates in market.schedule.rates.of(source))
            name = COUNTRY.get(source) or source_name(names, flow, source)
            rows.append((source, name, base, rate, float(market.cif[chapter, column])))
        columns = ["source", "name", "base_percent", "rate_percent", "chapter_usd_mn"]
        frame = pd.DataFrame(rows, columns=columns)
        order = ["rate_percent", "chapter_usd_mn"]
        return frame.sort_values(order, ascending=[True, False], ignore_index=True)

    def lever(self, lines: str | Iterable[str], ask: str = "tariff") -> dict[str, Any]:
        """Return the lever of a scenario that gives some lines all that can be asked for.

        Parameters
        ----------
        lines : str or iterable of str
        ask : {"tariff", "origin", "barrier"}, optional
            No duty, no cost of claiming the preference, or no barrier; the last two are given to
            the whole subheadings of the lines.

        Returns
        -------
        dict
            As an entry of ``levers`` in a scenario file.

        Raises
        ------
        InputError
            Where a code is no line or no scenario can name it.
        """
        if ask not in ASKS:
            refuse("ask", ask, tr("one of {allowed}", allowed=separated(ASKS)))
        codes = [lines] if isinstance(lines, str) else list(lines)
        if not codes:
            refuse("lines", codes, tr("a line at least"))
        for code in codes:
            if self.row(code)["why"] == _UNNAMEABLE:
                refuse("line", code, tr("a code of the HS: a lever cannot select this one"))
        [(kind, given)] = ASKS[ask].items()
        hs = codes if ask == "tariff" else subheadings(codes)
        lever = {"importer": self.importer, "select": {"hs": hs}, **given, "start": START}
        return {kind: lever}

    def to_csv(self, path: str | Path) -> None:
        """Write the table as CSV; every digit.

        Parameters
        ----------
        path : str or Path
        """
        with replace_file(path) as file:
            write_csv(self.table, file)


_UNNAMEABLE = mark("a code of the schedule that is no product of the HS: no lever can select it")


def tariff_lines(economy: Economy, importer: str = "JPN") -> TariffLines:
    """List every tariff line of an importer: rates, rivals, trade, and whether it counts.

    Parameters
    ----------
    economy : Economy
        Of chapters; one of products is listed by its chapters.
    importer : {"JPN", "IND"}, optional

    Returns
    -------
    TariffLines
        Its ``table`` has a row for each line; ``search`` finds, ``rates`` shows what each source
        pays, ``lever`` frees a line.

    Raises
    ------
    InputError
        For an importer that is not of the pair.

    Examples
    --------
    >>> import cepasim
    >>> lines = cepasim.tariff_lines(cepasim.load(), "JPN")
    >>> float(lines.row("640319010")["mfn_percent"])
    27.0
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    if importer not in economy.markets:
        refuse("importer", importer, tr("JPN or IND"))
    economy = economy.by_chapter
    market = economy.markets[importer]
    traded, schedule = Traded.of(market), market.schedule
    rival, lowest = best_rival(market, traded.chapter)
    codes = np.array([at_level(str(line), "subheading") for line in schedule.lines])
    names = economy.parameters.table("classification/hs6").set_index("hs6")["description"]
    chapters = np.array(market.chapters)
    sections = np.array([economy.classification.section_of(hs) for hs in market.chapters])
    sold = traded.part * base_trade(market)[traded.product]
    counted, why = _counted(economy, market, traded, sold)
    known = grades(economy, market, traded, pd.Series("", index=range(len(codes))))
    frame = pd.DataFrame(
        {
            "line": schedule.lines.astype(object),
            "description": names.reindex(codes).fillna("").to_numpy(),
            "hs": chapters[traded.chapter],
            "section": sections[traded.chapter],
            "category": schedule.category,
            "kind": schedule.kind,
            "mfn_percent": 100 * traded.mfn,
            "base_percent": 100 * schedule.rates.of(market.partner)[0],
            "rate_percent": 100 * traded.rate,
            "best_rival": rival,
            "rival_percent": 100 * lowest,
            "trade_usd_mn": sold,
            "use_percent": _use(market, traded),
            "counted": counted,
            "why": why,
            "grade_rate": known["grade_rate"],
            "grade_trade": known["grade_trade"],
        }
    )
    return TariffLines(economy, importer, frame[nameable(market)].reset_index(drop=True))


def _use(market: Market, traded: Traded) -> Floats:
    """Share of the chapter's trade that claims, on lines with a margin; missing elsewhere, %."""
    margin = np.nan_to_num(traded.mfn - traded.rate) > 0
    return np.where(margin, 100 * market.claims.observed[traded.chapter], np.nan)


def _counted(
    economy: Economy, market: Market, traded: Traded, sold: Floats
) -> tuple[NDArray[np.str_], pd.Series]:
    """Whether a cut of each line's rate counts, and why not."""
    rate, schedule = traded.rate, market.schedule
    partner, high = COUNTRY[PARTNER[market.importer]], economy.parameters.value("prohibitive_rate")
    paid = np.nan_to_num(rate)
    goods = {"country": partner}
    cases: tuple[tuple[NDArray[np.bool_], str, str], ...] = (
        (~known_codes(economy, schedule.lines), "no", _UNNAMEABLE),
        (
            np.isnan(rate),
            "no",
            deferred(
                "a duty by weight or number, or a mixed one, without a known ad-valorem rate: it "
                "is taken as zero, and what a cut would add is not counted"
            ),
        ),
        (
            traded.part == 0,
            "no",
            deferred(
                "{country}'s trade in the product is taken to use another line of it: the one that "
                "claims of the CEPA show, or the one with the lowest rate",
                **goods,
            ),
        ),
        (
            sold == 0,
            "no",
            deferred(
                "{country} sold none of the product in {year}: elasticities only scale existing"
                " trade",
                year=partial(year_in_words, economy.base_year),
                **goods,
            ),
        ),
        (
            paid >= high,
            "part",
            deferred(
                "a rate of {rate} % or more lets almost nothing through: today's trade says little "
                "about what a cut would bring",
                rate=f"{100 * high:g}",
            ),
        ),
        (
            (paid > 0) & np.isin(schedule.kind, IN_PART),
            "part",
            deferred("a compound or either-or duty: only its ad-valorem part is known and counted"),
        ),
        (
            paid == 0,
            "yes",
            deferred("already free for {country}", **goods),
        ),
    )
    held = [mask for mask, _, _ in cases]
    texts = np.array([text for _, _, text in cases] + [""], dtype=object)
    return (
        np.select(held, [word for _, word, _ in cases], "yes"),
        pd.Series(texts[np.select(held, list(range(len(cases))), len(cases))], dtype=object),
    )

"""Use of the CEPA in Japan from the user's files: what claimed it over what could.

Japan's customs count what claims a preference by nine-digit line, and all imports as well. Of a
chapter, imports that claimed over imports on lines with a margin are its use, as in
``tariffs/preference_use_chapters``; and where a product has several lines, imports by line are what
``tariffs/japan_lines_used`` reads off claims where nothing else is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.own_evidence import BEGINS
from cepasim.calibrate.lines_used import TABLE as LINES_USED
from cepasim.calibrate.lines_used import margins
from cepasim.calibrate.own_figures.moved_tables import read_texts, write_table
from cepasim.calibrate.use_of_preferences import use_conventions
from cepasim.core.countries import FLOW_INTO, INDIA, JAPAN
from cepasim.core.language import ntr, separated, tr
from cepasim.core.numbers import mn
from cepasim.core.problems import InputError, Problem
from cepasim.data.reading import Reading
from cepasim.params.loading import read_parameters
from cepasim.params.parameters import Parameters
from cepasim.products.levels import at_level, chapter_of

USE = "tariffs/preference_use_chapters"
_NAME = "utilisation_observed_ind_jpn_"
_LINE_DIGITS = 9
_DECIMALS = 4
#: A file, and its name for people.
Named = tuple[Reading, str]


@dataclass(frozen=True, eq=False)
class UseDone:
    """What claims and imports by line did to the use of the CEPA in Japan.

    Attributes
    ----------
    files : tuple of str
    chapters : DataFrame
        ``hs``, ``old``, ``new`` (shares), ``claimed``, ``eligible`` (US$ mn c.i.f.).
    products : int
        Products of several lines whose use of lines is measured now.
    left : tuple of str
        What is not used, a sentence each.
    """

    files: tuple[str, ...]
    chapters: pd.DataFrame
    products: int
    left: tuple[str, ...]


def write_use(folder: Path, claims: Sequence[Named], trade: Sequence[Named]) -> UseDone | None:
    """Put the use of the CEPA into a folder; nothing without claims.

    Parameters
    ----------
    folder : Path
        Complete, with the duties that hold; changed in place.
    claims, trade : sequence of (Reading, str)
        Of the same period.

    Raises
    ------
    InputError
        If no file has Japan's imports from India by nine-digit line.
    """
    if not claims:
        return None
    imports = _by_code(trade, reporter=JAPAN)
    imports = imports[imports.index.str.len() == _LINE_DIGITS]
    if imports.empty:
        words = tr(
            "Japan's imports from India by nine-digit line of the same year in another file (trade "
            "by item and country): use of a preference is what claimed it over what could"
        )
        raise InputError([Problem(claims[0][1], None, "file", None, words)])
    parameters = read_parameters(folder)
    lines = margins(parameters)
    table = _together(_by_code(claims), imports, lines)
    names = (*(name for _, name in claims), *(name for _, name in trade if _counts(name, trade)))
    source = f"{BEGINS}{'; '.join(dict.fromkeys(names))}, customs of {JAPAN}"
    year = str(claims[0][0].frame["period"].iloc[0])
    chapters = _chapters(table, parameters)
    _write_chapters(folder, chapters, source, year)
    products = _write_lines(folder, table, lines, (source, year), parameters)
    left = [*_left(table, parameters), *_in_part(table, chapters, parameters)]
    return UseDone(tuple(dict.fromkeys(names)), chapters, products, tuple(left))


def _of_pair(reading: Reading) -> pd.DataFrame:
    frame = reading.frame
    return frame[(frame["importer"] == JAPAN) & (frame["source"] == INDIA)]


def _counts(name: str, trade: Sequence[Named]) -> bool:
    """Whether a file has imports of Japan by line."""
    return any(
        (_of_pair(reading)["reporter"] == JAPAN).any() for reading, own in trade if own == name
    )


def _by_code(files: Sequence[Named], reporter: str | None = None) -> pd.Series:
    """Imports of Japan from India by code as Japan's customs print it, US$ mn c.i.f."""
    frames = [_of_pair(reading) for reading, _ in files]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=["hs", "usd_mn", "reporter"])
    if reporter is not None:
        frame = frame[frame["reporter"] == reporter]
    found: pd.Series = frame.groupby("hs")["usd_mn"].sum()
    found.index = found.index.astype(str)
    return found


def _together(claims: pd.Series, imports: pd.Series, lines: pd.DataFrame) -> pd.DataFrame:
    """Claims and imports by code, and whether the code has a margin: NaN where it is not known.

    A code that is no line of the schedule has the margin of its product, if all lines agree.
    """
    table = pd.DataFrame({"claimed": claims, "imports": imports}).fillna(0.0)
    table["hs6"] = [at_level(code, "subheading") for code in table.index]
    by_line = lines.set_index("hs9")["margin"].astype(float)
    by_product = lines.groupby("hs6")["margin"].agg(["all", "any"])
    alike = by_product["all"].astype(float).where(by_product["all"] == by_product["any"])
    own = by_line.reindex(table.index)
    table["margin"] = own.fillna(table["hs6"].map(alike))
    table["line"] = own.notna()
    return table


def _chapters(table: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Use by chapter: claims over imports on lines with a margin."""
    least = use_conventions(parameters)["smallest_trade"]
    eligible = table[table["margin"] == 1.0]
    chapter = [chapter_of(code) for code in eligible.index]
    sums = eligible.groupby(chapter)[["claimed", "imports"]].sum()
    sums = sums[sums["imports"] > least]
    codes = [str(hs) for hs in sums.index]
    most = parameters.uniform("utilisation_max", codes, JAPAN, INDIA) if codes else 1.0
    return pd.DataFrame(
        {
            "hs": codes,
            "old": parameters.by_chapter("utilisation_observed", codes, JAPAN, INDIA),
            "new": (sums["claimed"] / sums["imports"]).clip(upper=most).round(_DECIMALS).to_list(),
            "claimed": sums["claimed"].to_numpy(),
            "eligible": sums["imports"].to_numpy(),
        }
    )


def _write_chapters(folder: Path, chapters: pd.DataFrame, source: str, year: str) -> None:
    table = read_texts(folder, USE)
    rows = [
        {
            "name": f"{_NAME}{row['hs']}",
            "parameter": "utilisation_observed",
            "importer": JAPAN,
            "exporter": INDIA,
            "hs": row["hs"],
            "window": "",
            **dict.fromkeys(("value", "low", "high"), f"{row['new']:g}"),
            "unit": "share",
            "grade": "A",
            "year": year,
            "source": source,
            "note": "Imports that claimed over imports on lines with a margin",
        }
        for row in chapters.to_dict("records")
    ]
    new = pd.DataFrame(rows, columns=table.columns)
    kept = table[~table["name"].isin(new["name"])]
    write_table(folder, USE, pd.concat([kept, new]).sort_values("name"))


def _write_lines(
    folder: Path,
    table: pd.DataFrame,
    lines: pd.DataFrame,
    of: tuple[str, str],
    parameters: Parameters,
) -> int:
    """Shares of lines in their product's imports, of products with several lines."""
    source, year = of
    least = use_conventions(parameters)["smallest_trade"]
    several = lines.groupby("hs6")["hs9"].transform("size") > 1
    both = lines["margin"].groupby(lines["hs6"]).transform("any")
    rows = lines[several & both].assign(
        imports=lambda frame: table["imports"].reindex(frame["hs9"]).fillna(0.0).to_numpy()
    )
    total = rows.groupby("hs6")["imports"].transform("sum")
    rows = rows[total > least].assign(share=(rows["imports"] / total).round(_DECIMALS))
    measured = set(rows["hs6"])
    rows = rows[rows["share"] > 0]
    old = read_texts(folder, LINES_USED)
    new = pd.DataFrame(
        {
            "hs9": rows["hs9"],
            **dict.fromkeys(("share", "low", "high"), rows["share"].astype(str)),
            "basis": np.where(rows["margin"], "claims", "no claims"),
            "unit": "share of the product's imports from India",
            "source": source,
            "year": year,
            "grade": "A",
        }
    )
    kept = old[~old["hs9"].map(lambda hs: at_level(hs, "subheading")).isin(measured)]
    write_table(folder, LINES_USED, pd.concat([kept, new[old.columns]]).sort_values("hs9"))
    return len(measured)


def _in_part(table: pd.DataFrame, chapters: pd.DataFrame, parameters: Parameters) -> Iterator[str]:
    """Chapters of which the files hold a part of the imports only."""
    trade = parameters.table("benchmark/bilateral")
    whole = trade[trade["flow"] == FLOW_INTO[JAPAN]].set_index("hs")["value"]
    held = table["imports"].groupby([chapter_of(code) for code in table.index]).sum()
    least = parameters.dictionary.bounds["reading_whole"].value
    few = [hs for hs in chapters["hs"] if held[hs] < least * whole[hs]]
    if few:
        yield tr(
            "chapters of which the files hold a part of the benchmark's imports only, so that "
            "their use is that of this part: {chapters}",
            chapters=separated(few),
        )


def _left(table: pd.DataFrame, parameters: Parameters) -> list[str]:
    """What of the files says nothing of the use, in words."""
    found = []
    without = table[(table["margin"] == 0.0) & (table["claimed"] > 0)]
    if len(without):
        found.append(
            ntr(
                "{number} line without a margin today has claims of {claimed}: not used",
                "{number} lines without a margin today have claims of {claimed}: not used",
                len(without),
                number=f"{len(without):,}",
                claimed=mn(float(without["claimed"].sum())),
            )
        )
    strange = table[table["margin"].isna()]
    if len(strange):
        found.append(
            ntr(
                "{number} code that Japan's schedule does not have, and whose product has lines "
                "with and without a margin, holds claims of {claimed} and imports of {imports}: "
                "not used",
                "{number} codes that Japan's schedule does not have, and whose products have lines "
                "with and without a margin, hold claims of {claimed} and imports of {imports}: "
                "not used",
                len(strange),
                number=f"{len(strange):,}",
                claimed=mn(float(strange["claimed"].sum())),
                imports=mn(float(strange["imports"].sum())),
            )
        )
    most = 1 + parameters.dictionary.bounds["own_agree"].value
    beyond = table[(table["margin"] == 1.0) & (table["claimed"] > most * table["imports"])]
    if len(beyond):
        found.append(
            ntr(
                "{number} line claims more than is imported on it, by {more}: are both files of "
                "the same year?",
                "{number} lines claim more than is imported on them, by {more}: are both files of "
                "the same year?",
                len(beyond),
                number=f"{len(beyond):,}",
                more=mn(float((beyond["claimed"] - beyond["imports"]).sum())),
            )
        )
    return found

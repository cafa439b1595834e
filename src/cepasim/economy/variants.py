"""How the pair's trade goes on after the last published year: named variants, or a user's file.

A variant is rows of a table: growth of a flow in a group of chapters from a year on, which may
fade. The most specific group decides, and of two rows of one group the later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cepasim.core.arrays import Bools, Floats, Ints, read_only
from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.dictionary import read_dictionary
from cepasim.params.parameters import Parameters, bundled_directory
from cepasim.params.schema import chapters_of
from cepasim.products.classification import Classification
from cepasim.products.levels import chapter_of

EconomyT = TypeVar("EconomyT")
TABLE = "reference/growth"
#: The variant of a scenario that names none.
CENTRAL = "central"
#: The variant in which each partner keeps its share of the other's imports.
CONSTANT_SHARE = "constant_share"
_FLOWS = {"export": mark("exports"), "import": mark("imports")}
_GROUPS = mark("all, a section (XVI), or chapters (84-85)")


@dataclass(frozen=True)
class GrowthRule:
    """Growth of one flow in a group of chapters from a year on; fractions a year.

    Attributes
    ----------
    flow : {"export", "import"}
    chapters : frozenset of str
        Empty for all.
    start : int
        First calendar year of the fiscal year in which it holds first.
    value, low, high : float
        In that year.
    fades_to : float
        Growth it fades to; NaN where it does not.
    half_life : float
        Years in which half of the gap to it is closed; NaN where it does not fade.
    """

    flow: str
    chapters: frozenset[str]
    start: int
    value: float
    low: float
    high: float
    fades_to: float
    half_life: float

    def at(self, year: int, bound: str) -> float:
        """Growth in a year, at the value or one end of the range."""
        first: float = getattr(self, bound)
        if np.isnan(self.half_life) or np.isnan(self.fades_to):
            return first
        left = 0.5 ** ((year - self.start) / self.half_life)
        return float(self.fades_to + (first - self.fades_to) * left)


@lru_cache(maxsize=128)
def _inside(group: frozenset[str], codes: tuple[str, ...]) -> Bools:
    """Which codes belong to a group of chapters, shape (H,); read only."""
    return read_only(np.array([not group or chapter_of(code) in group for code in codes]))


@dataclass(frozen=True)
class Variant:
    """One way on after the last published year.

    Attributes
    ----------
    name : str
    rules : tuple of GrowthRule
        From the widest group to the most specific, in each from the earliest year.
    """

    name: str
    rules: tuple[GrowthRule, ...]

    def growth(
        self, flow: str, chapters: Sequence[str], years: Ints, otherwise: float, bound: str
    ) -> Floats:
        """Growth in each year, fractions, shape (Y, H).

        Parameters
        ----------
        flow : {"export", "import"}
        chapters : sequence of str
            HS codes of two or more digits, length H.
        years : ndarray of int, shape (Y,)
        otherwise : float
            Where no row holds.
        bound : {"value", "low", "high"}
        """
        found = np.full((len(years), len(chapters)), otherwise)
        for rule in self.rules:
            if rule.flow != flow:
                continue
            inside = _inside(rule.chapters, tuple(chapters))
            for row, year in enumerate(years.tolist()):
                if year >= rule.start:
                    found[row, inside] = rule.at(year, bound)
        return found

    def drawn(self, growth: Sequence[float]) -> Variant:
        """Return the variant with other growth in the first year of each rule, in their order."""
        rules = (replace(rule, value=value) for rule, value in zip(self.rules, growth, strict=True))
        return Variant(self.name, tuple(rules))

    @property
    def in_words(self) -> str:
        """Growth of all chapters of each flow in its first year, for people."""
        said = []
        for flow in _FLOWS:
            rates = [rule for rule in self.rules if rule.flow == flow and not rule.chapters]
            rate = (
                tr("{number} %", number=_signed(100 * rates[0].value)) if rates else tr("as demand")
            )
            fades = rates and not np.isnan(rates[0].half_life)
            said.append(
                tr("{flow} {rate}, fading", flow=tr(_FLOWS[flow]), rate=rate)
                if fades
                else tr("{flow} {rate}", flow=tr(_FLOWS[flow]), rate=rate)
            )
        return tr("; ").join(said)


def _signed(percent: float) -> str:
    """Write per cent with its sign and one decimal; what rounds to nothing is 0, without a sign."""
    return f"{percent:+.1f}" if round(percent, 1) else "0"


def bundled_variants(
    parameters: Parameters, classification: Classification
) -> Mapping[str, Variant]:
    """Return the variants of a parameter folder by name, in the order of the table."""
    table = parameters.table(TABLE)
    table.index = table.index + 2  # lines of the file
    return FrozenMapping(
        {
            str(name): _variant(str(name), rows, f"{TABLE}.csv", classification)
            for name, rows in table.groupby("variant", sort=False)
        }
    )


def with_variants(economy: EconomyT, variants: Mapping[str, Variant]) -> EconomyT:
    """Return the same economy with other ways on after the last published year."""
    known: Any = economy  # its class imports this module
    coarse = None if known.coarse is None else with_variants(known.coarse, variants)
    changed = replace(known, ground=replace(known.ground, variants=variants), coarse=coarse)
    return changed  # type: ignore[no-any-return]


def variant_named(
    name: str, known: Mapping[str, Variant], classification: Classification
) -> Variant:
    """Open a variant by its name, or read it from a file.

    Parameters
    ----------
    name : str
        A variant of the parameter folder, or the path of a CSV file with the columns of
        ``reference/growth`` that holds one variant.
    known : mapping of str to Variant
    classification : Classification

    Raises
    ------
    InputError
        For an unknown name, or with every problem of the file: file, line, what is allowed.
    """
    if name in known:
        return known[name]
    path = Path(name)
    if not name.endswith(".csv"):
        allowed = tr(
            "a variant{meant}; allowed: {allowed}, or a CSV file",
            meant=closest(name, known),
            allowed=separated(known),
        )
        raise InputError([Problem("scenario", None, "reference", name, allowed)])
    if not path.is_file():
        allowed = tr("an existing CSV file, or one of {allowed}", allowed=separated(known))
        raise InputError([Problem("scenario", None, "reference", name, allowed)])
    stamp = path.stat()
    return _from_file(path.resolve(), stamp.st_mtime_ns, stamp.st_size, classification)


@lru_cache(maxsize=16)
def _from_file(path: Path, _changed: int, _size: int, classification: Classification) -> Variant:
    # pandera takes a third of a second to import: only a user's own file pays for it.
    from cepasim.params.check import check_table

    shown = str(path)
    dictionary = read_dictionary(bundled_directory() / "tables.yaml")
    rows, problems = check_table(path, TABLE, dictionary)
    if problems or rows is None:
        raise InputError(replace(problem, file=shown) for problem in problems)
    cells = rows.cells
    names = cells["variant"].unique()
    if len(names) != 1:
        allowed = tr("rows of one variant: the file is the variant")
        raise InputError([Problem(shown, None, "variant", separated(names), allowed)])
    columns = dictionary.columns(TABLE)
    numeric = [name for name, column in columns.items() if column.numeric and name in cells]
    table = cells.assign(**{name: pd.to_numeric(cells[name], errors="coerce") for name in numeric})
    return _variant(str(names[0]), table, shown, classification)


def _variant(name: str, rows: pd.DataFrame, file: str, classification: Classification) -> Variant:
    """Put the rows of one variant into order; their index is their lines in the file."""
    rules, problems = [], []
    for line, row in rows.iterrows():
        place, group = int(str(line)), str(row["group"])
        try:
            chapters = _chapters(group, classification)
        except ValueError:
            problems.append(Problem(file, place, "group", group, tr(_GROUPS)))
            continue
        value, low, high, fades_to = (
            float(row[column]) / 100 for column in ("value", "low", "high", "fades_to")
        )
        if not low <= value <= high:
            text = tr("a range around the value of {value}", value=f"{100 * value:g}")
            shown = f"{100 * low:g}, {100 * high:g}"
            problems.append(Problem(file, place, "low, high", shown, text))
        start, half_life = parse_fiscal_year(str(row["from_year"])), float(row["half_life"])
        if np.isnan(fades_to) != np.isnan(half_life):
            text = tr("both fades_to and half_life, or neither")
            problems.append(Problem(file, place, "half_life", row["half_life"], text))
        rule = GrowthRule(str(row["flow"]), chapters, start, value, low, high, fades_to, half_life)
        rules.append(rule)
    if problems:
        raise InputError(problems)
    rules.sort(key=lambda rule: (-(len(rule.chapters) or len(classification.chapters)), rule.start))
    return Variant(name, tuple(rules))


def _chapters(group: str, classification: Classification) -> frozenset[str]:
    """Chapters of a group; empty for all."""
    if group == "all":
        return frozenset()
    sections = {section.code: section.chapters for section in classification.sections}
    return frozenset(sections[group] if group in sections else chapters_of(group))

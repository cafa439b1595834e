"""What a layout is: a name, the columns it is recognised by, and how its rows are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, cast, get_args

import pandas as pd

from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.reading import Kind
from cepasim.data.sheet import Sheet

Fiscal = Literal["same", "months", "quarters"]
#: Columns of the rows that a layout hands on.
ROW_COLUMNS: Final = ("line", "period", "reporter", "partner", "direction", "hs", "value")
#: How the rows of a layout come with a total.
TOTAL_OF_ROWS, TOTAL_OF_MORE = "of the rows", "of more than the rows"


def fiscal_named(text: str | None) -> Fiscal | None:
    """Return the way of making fiscal years that a text names.

    Raises
    ------
    InputError
        For another word.
    """
    for way in get_args(Fiscal):
        if text == way:
            return cast(Fiscal, way)
    if text is None:
        return None
    words = tr("same, months or quarters")
    raise InputError([Problem(tr("command line"), None, "fiscal", text, words)])


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user says about a file that does not say it itself, or says it wrongly.

    Attributes
    ----------
    reporter, partner : str, optional
        ISO codes.
    flow : {"export", "import"}, optional
        Seen from the reporter.
    unit : str, optional
        One of ``cepasim.data.money.UNITS``.
    year : str, optional
        Take this year alone, "2023-24" or "2023"; also the year of a file that names none.
    fiscal : {"same", "months", "quarters"}, optional
        How calendar years become fiscal ones.
    keep_base : bool, optional
        Of an update: a later year is one that the reference meets, and not the new base year.
    """

    reporter: str | None = None
    partner: str | None = None
    flow: str | None = None
    unit: str | None = None
    year: str | None = None
    fiscal: Fiscal | None = None
    keep_base: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows of a file as its layout understands them, before anything is converted.

    Attributes
    ----------
    rows : DataFrame
        ``ROW_COLUMNS``: line of the file, period and countries as the file writes them, "" where
        it does not; direction "export" or "import" seen from the reporter; code; value in the
        file's unit, NaN where there is none; ``valuation`` where the file says it. Tariffs: the
        columns of ``TARIFF_COLUMNS`` and ``line``.
    totals : DataFrame
        The same columns, of totals: ``hs`` holds their name, ``of`` whether the rows must add up
        to it (``TOTAL_OF_ROWS``) or may be fewer (``TOTAL_OF_MORE``).
    world : DataFrame
        Totals of the reporter's trade with all countries, which show the unit.
    rounding : float
        Last place the amounts are printed with.
    unit : str
        One of ``cepasim.data.money.UNITS``, "" where the file does not say.
    unit_from : str
        Where the unit was found.
    nomenclature : str
    left_out : tuple of (str, DataFrame)
        Reason and rows.
    notes : tuple of str
    problems : tuple of Problem
    """

    rows: pd.DataFrame
    totals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*ROW_COLUMNS, "of"]))
    world: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["line", "period", "direction", "value"])
    )
    rounding: float = 1.0
    unit: str = ""
    unit_from: str = ""
    nomenclature: str = ""
    left_out: tuple[tuple[str, pd.DataFrame], ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout of a portal.

    Attributes
    ----------
    name : str
        In English; `tr` says it.
    kind : {"trade", "claims", "goods", "tariffs"}
    systems : tuple of str
        Whose codes of countries it uses, besides ISO codes and names.
    columns : str
        The columns it is recognised by, for people.
    heading : callable
        Place of the row of headings in a sheet, None where the sheet is of another layout.
    take : callable
        Its rows, given the sheet, the place of the headings and the hints.
    """

    name: str
    kind: Kind
    systems: tuple[str, ...]
    columns: str
    heading: Callable[[Sheet], int | None]
    take: Callable[[Sheet, int, Hints], Taken]

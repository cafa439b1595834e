"""What was read from a file: the tidy table, and everything that was understood on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from cepasim.core.problems import InputError, Problem
from cepasim.products.levels import Level, at_level

Kind = Literal["trade", "claims", "goods", "tariffs"]

#: Columns of trade, and of what claimed a preference.
TRADE_COLUMNS: Final = (
    "period",
    "flow",
    "reporter",
    "partner",
    "importer",
    "source",
    "hs",
    "level",
    "usd_mn",
    "valuation",
)
#: Columns of tariffs.
TARIFF_COLUMNS: Final = (
    "period",
    "importer",
    "source",
    "hs",
    "level",
    "duty",
    "rate_pct",
    "low_pct",
    "high_pct",
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a file says about itself, in the words of the program.

    Attributes
    ----------
    layout : str
        Name of the layout the columns have, such as ``UN Comtrade (since 2023)``.
    kind : {"trade", "claims", "goods", "tariffs"}
        Trade by HS code; what claimed a preference; trade by goods that are not HS codes, which
        stand in ``hs`` with the level 0; duties.
    reporter, partners, periods, flows : tuple of str
        Codes of countries; years, fiscal ("2023-24") or calendar ("2023"); flows seen from India.
    unit : str
        Unit of the file and how it was found: ``Rs lakh (title)``.
    rates : mapping of str to str
        Period to the exchange rate used, with its source; empty where the file is in dollars.
    levels : tuple of int
        Digits of the codes that were used, from few to many.
    nomenclature : str
        Vintage of the Harmonized System, such as ``HS 2022``, as stated or as found.
    valuation : tuple of str
        ``fob``, ``cif``.
    rows : int
        Rows of the file.
    used : int
        Rows of the file that are in the table.
    """

    layout: str
    kind: Kind
    reporter: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    unit: str = ""
    rates: Mapping[str, str] = field(default_factory=dict)
    levels: tuple[int, ...] = ()
    nomenclature: str = ""
    valuation: tuple[str, ...] = ()
    rows: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that are not in the table, and why.

    Attributes
    ----------
    reason : str
    rows : int
    usd_mn : float
        Their sum, NaN where they hold no amounts. Aggregates repeat what was read: the sum does
        not say that trade is missing.
    """

    reason: str
    rows: int
    usd_mn: float


@dataclass(frozen=True, slots=True)
class Total:
    """A total the file states, beside the sum of what was read.

    Attributes
    ----------
    what : str
        Such as ``TOTAL``, ``chapter 87``, ``India's Total``.
    period, flow, partner : str
    file_usd_mn, read_usd_mn : float
        In the valuation of the file.
    """

    what: str
    period: str
    flow: str
    partner: str
    file_usd_mn: float
    read_usd_mn: float

    @property
    def gap(self) -> float:
        """What was read, less the file's total, over the file's total; NaN where that is zero."""
        if self.file_usd_mn == 0:
            return float("nan")
        return self.read_usd_mn / self.file_usd_mn - 1


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One file, read.

    Attributes
    ----------
    file : str
        Path as it was given.
    frame : DataFrame
        Trade and claims: one row per (period, flow, reporter, partner, hs, valuation), never the
        same trade twice:

        * ``period``: fiscal year "2023-24" or calendar year "2023", as the file counts;
        * ``flow``: "export" into Japan's market and "import" into India's, that is, seen from
          India; rivals of the pair in the same market have the same flow;
        * ``reporter``, ``partner``: ISO codes of the country whose customs counted, and of the
          other; ``importer``: JPN or IND; ``source``: the source in that market, one of
          ``Classification.sources(importer)``, so ``EU27`` for Germany and ``ROW`` for Peru;
        * ``hs``: text, of HS 2022; ``level``: its digits. A code beside its own products is what
          is left of it after them;
        * ``usd_mn``; ``valuation``: "fob" or "cif", as counted.

        Tariffs: one row per (period, importer, source, hs, duty), where ``duty`` is ``MFN``,
        ``preference``, ``bound`` or ``applied``, ``source`` is ``any`` for MFN and bound rates,
        and ``rate_pct`` is NaN for a duty without an ad-valorem rate.
    understood : Understood
    left_out : tuple of LeftOut
    totals : tuple of Total
    notes : tuple of str
        What a reader should know, in sentences; nothing of it refuses the file.
    problems : tuple of Problem
        What refuses the file; empty in what ``cepasim.data.read`` returns.
    """

    file: str
    frame: pd.DataFrame
    understood: Understood
    left_out: tuple[LeftOut, ...] = ()
    totals: tuple[Total, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def at(self, level: Level) -> pd.DataFrame:
        """Trade added up to a level; a code broader than that stays what it is.

        Parameters
        ----------
        level : {"chapter", "heading", "subheading"}

        Returns
        -------
        DataFrame
            The columns of ``frame``.

        Raises
        ------
        ValueError
            For tariffs, and for goods that are not HS codes.
        """
        if self.understood.kind in ("tariffs", "goods"):
            raise ValueError(f"{self.understood.kind} have no levels that add up")
        frame = self.frame.assign(hs=[at_level(code, level) for code in self.frame["hs"]])
        frame["level"] = frame["hs"].str.len()
        keys = [column for column in TRADE_COLUMNS if column != "usd_mn"]
        summed = frame.groupby(keys, sort=True)["usd_mn"].sum().reset_index()
        return summed[list(TRADE_COLUMNS)]

    def sound(self) -> Reading:
        """Return the reading itself, or refuse the file.

        Raises
        ------
        InputError
            With every problem of the file.
        """
        if self.problems:
            raise InputError(self.problems)
        return self

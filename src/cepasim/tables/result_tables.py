"""The tables of a result as reports read them: an immutable value with its sums by sector."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from types import MappingProxyType
from typing import NoReturn

import pandas as pd

from cepasim.core.currency import current_currency
from cepasim.core.language import current_language
from cepasim.core.problems import InputError, Problem
from cepasim.params.described import bundled_price_year
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import Scenario
from cepasim.tables.concentration import basket
from cepasim.tables.copied import Copy
from cepasim.tables.give_and_take import by_section
from cepasim.tables.names import LEVELS, Level, group_name, years_in_words
from cepasim.tables.schema import HELD, checked, empty_table
from cepasim.tables.sums import Sums, accounts_of, balance_by_group, by_group, losers, sums_of

SIDES = "contributions_by_side"
#: Tables that stay empty where they are not given.
_MAY_LACK = (SIDES, "quotas", "levels", "fund_accounts", "jobs", "concessions")
NOTHING: Mapping[str, object] = MappingProxyType({})

#: A table, or what makes it when it is first asked for: a ``functools.partial`` of a function that
#: can be imported, or the result cannot be pickled.
Table = pd.DataFrame | Callable[[], pd.DataFrame]
Notes = tuple[str, ...] | Callable[[], tuple[str, ...]]
Manifest = Mapping[str, object] | Callable[[], Mapping[str, object]]


class ResultTables:
    """What reports read of a scenario's outcome. Immutable; tables come as copies.

    A table may be given as a function: it is made when it is first asked for, and kept.

    Parameters
    ----------
    scenario : Scenario
        What was run.
    engine : str
        Name of the engine.
    classification : Classification
        Names and groups of the chapters.
    notes : tuple of str, or callable
        What a reader must know, such as a lever that could change nothing and why.
    manifest : mapping, or callable
        What `cepasim.core.manifest.manifest` returned.
    price_year : str, optional
        Year whose dollars the amounts are in; that of the bundled parameters unless given.
    **tables : DataFrame, or callable
        Those of `schema.HELD`, US$ million of 2023-24; ``contributions_by_side``, ``quotas`` and
        ``levels`` are empty unless given. An optional column ``grade`` of the sectors says how
        good the benchmark cell is (A best, D worst).

    Raises
    ------
    TypeError
        If a table is missing, or unknown.
    ValueError
        If a table lacks a column or has its columns in another order.
    """

    __slots__ = (
        "_classification",
        "_engine",
        "_given_manifest",
        "_given_notes",
        "_price_year",
        "_said_notes",
        "_scenario",
        "_tables",
    )
    __hash__ = None  # type: ignore[assignment]  # tables cannot be hashed

    def __init__(
        self,
        *,
        scenario: Scenario,
        engine: str,
        classification: Classification,
        notes: Notes = (),
        manifest: Manifest = NOTHING,
        price_year: str | None = None,
        **tables: Table,
    ) -> None:
        if missing := [name for name in HELD if name not in tables and name not in _MAY_LACK]:
            raise TypeError(f"a result needs the tables {', '.join(missing)}")
        if unknown := [name for name in tables if name not in HELD]:
            raise TypeError(f"a result holds no table {', '.join(unknown)}")
        tables = {name: tables[name] if name in tables else empty_table(name) for name in HELD}
        made = {name: table for name, table in tables.items() if isinstance(table, pd.DataFrame)}
        tables |= {name: checked(name, table) for name, table in made.items()}
        object.__setattr__(self, "_tables", tables)
        object.__setattr__(self, "_scenario", scenario)
        object.__setattr__(self, "_engine", engine)
        object.__setattr__(self, "_classification", classification)
        object.__setattr__(self, "_given_notes", notes if callable(notes) else tuple(notes))
        object.__setattr__(self, "_said_notes", {})
        object.__setattr__(self, "_given_manifest", manifest)
        object.__setattr__(self, "_price_year", price_year)

    _tables: dict[str, Table]
    _scenario: Scenario
    _engine: str
    _classification: Classification
    _given_notes: Notes
    _said_notes: dict[Hashable, tuple[str, ...]]
    _given_manifest: Manifest
    _price_year: str | None

    def _table(self, name: str) -> pd.DataFrame:
        table = self._tables[name]
        if not isinstance(table, pd.DataFrame):
            # Two threads may both make it: of the same run, so it is the same table.
            table = self._tables[name] = checked(name, table())
        return table

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self._scenario

    @property
    def engine(self) -> str:
        """Name of the engine."""
        return self._engine

    @property
    def price_year(self) -> str:
        """Year whose dollars the amounts are in, as files have it: ``2023-24``."""
        return self._price_year or bundled_price_year()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, in the language and the currency of the moment."""
        notes = self._given_notes
        if callable(notes):
            said, spoken = self._said_notes, (current_language(), current_currency())
            return said[spoken] if spoken in said else said.setdefault(spoken, notes())
        return notes

    def keep_notes(self, notes: tuple[str, ...]) -> None:
        """Keep its notes as they were made elsewhere, in the same language and currency."""
        self._said_notes.setdefault((current_language(), current_currency()), notes)

    @property
    def manifest(self) -> dict[str, object]:
        """Versions, digests and options of the run."""
        given = self._given_manifest
        if callable(given):
            given = given()
            object.__setattr__(self, "_given_manifest", given)
        return dict(given)

    @property
    def own_figures(self) -> str:
        """The user's own customs files that the run rests on, by year; empty without any."""
        benchmark = self.manifest.get("benchmark")
        return str(benchmark.get("own_figures", "")) if isinstance(benchmark, Mapping) else ""

    @property
    def fiscal_years(self) -> tuple[str, ...]:
        """Fiscal years, in the order of `totals`."""
        return tuple(self._table("totals")["fiscal_year"].tolist())

    totals = Copy("totals", "One row per fiscal year, US$ million of 2023-24.")
    sectors = Copy("sectors", "One row per (fiscal_year, flow, hs), US$ million of 2023-24.")
    displacement = Copy("displacement", "Who loses: one row per (fiscal_year, flow, hs, source).")
    contributions = Copy(
        "contributions", "What each lever adds: one row per (fiscal_year, hs, lever)."
    )
    contributions_by_side = Copy(
        SIDES,
        "What each lever adds on Japan's side and on India's: one row per (fiscal_year, hs, "
        "lever, side), which sum to `contributions`.",
    )
    diagnostics = Copy("diagnostics", "Iterations, residuals, anything unusual, in words.")
    quotas = Copy("quotas", "What quotas came to: regime, premium, rent; empty without any.")
    fund_accounts = Copy(
        "fund_accounts", "Who pays for the fund and who gains, by year, plants replaced or not."
    )
    jobs = Copy("jobs", "Jobs in India that go with the changes in sales, gross; never created.")
    concessions = Copy("concessions", "What changes in each side's own market, by product.")
    levels = Copy("levels", "Range of each level in the reference: by year, flow and group.")

    @property
    def basket(self) -> pd.DataFrame:
        """Shares of the 3, 5 and 10 largest chapters (percent) and HHI, by year and flow."""
        return basket(self.by("chapter"))

    # --- sums by sector -----------------------------------------------------------------------

    def by(self, level: Level = "chapter", fiscal_year: str | None = None) -> pd.DataFrame:
        """Sum the sectors.

        Parameters
        ----------
        level : {"product", "chapter", "section", "window", "total"}
            Products are what was solved: chapters unless some were split. Chapters 98 and 99 have
            no section and form the group ``none``. A chapter counts as a whole: in the window any
            of its codes is in, in the group ``shared`` if both windows touch it, else in
            ``outside``; so every level adds up to the total.
        fiscal_year : str, optional
            One year, such as ``"2030-31"``; all years unless given.

        Returns
        -------
        DataFrame
            One row per (fiscal_year, flow, group): ``fiscal_year``, ``flow``, the group (``hs``,
            ``section``, ``window`` or ``total``), ``name``, ``baseline_usd_mn``,
            ``scenario_usd_mn``, ``change_usd_mn``, ``change_pct`` (missing where the reference is
            zero and the change is not), where they are known ``baseline_low_usd_mn`` and
            ``baseline_high_usd_mn``, the range of the level in the reference, and, where the
            sectors carry one, ``grade``: the worst of the group's chapters that have trade.

        Raises
        ------
        InputError
            If the level or the year is unknown.
        """
        sums = self._sums(level, fiscal_year)
        return by_group(sums, self._classification, level)

    def balance(self, level: Level = "chapter", fiscal_year: str | None = None) -> pd.DataFrame:
        """Set exports beside imports, with the balance between them, by sector.

        Parameters
        ----------
        level, fiscal_year
            As in `by`.

        Returns
        -------
        DataFrame
            One row per (fiscal_year, group): for ``exports``, ``imports`` and ``balance`` (exports
            minus imports; a deficit is negative) the columns ``baseline_*_usd_mn``, ``*_usd_mn``
            and ``change_in_*_usd_mn``, for the flows ``change_in_*_pct``, where they are known
            the ranges ``baseline_*_low_usd_mn`` and ``baseline_*_high_usd_mn`` of the levels in
            the reference, and ``grade`` as in `by`, the worse of the two flows.

        Raises
        ------
        InputError
            If the level or the year is unknown.
        """
        sums = self._sums(level, fiscal_year)
        return balance_by_group(sums, self._classification, level)

    def _sums(self, level: Level, fiscal_year: str | None) -> Sums:
        if level not in LEVELS:
            refuse("level", level, f"one of {', '.join(LEVELS)}")
        rows, years = self._table("sectors"), self.fiscal_years
        if fiscal_year is not None:
            year = self.year_of(fiscal_year)
            rows, years = rows[rows["fiscal_year"] == year], (year,)
        ranges = None if level == "product" else self._table("levels")
        return sums_of(rows, years, self._classification, level, ranges)

    def who_loses(self, fiscal_year: str, section: str | None = None) -> pd.DataFrame:
        """Sum `displacement` over the chapters: from whom the change of each flow is taken.

        Parameters
        ----------
        fiscal_year : str
            One year, such as ``"2030-31"``.
        section : str, optional
            Of its products only, such as ``"XI"``; all unless given.

        Returns
        -------
        DataFrame
            One row per (flow, source): ``flow``, ``source``, ``name`` for people and
            ``change_usd_mn``, what the pair gains from that source (negative: what the source
            gains). Rows of a flow sum to the change that its market solves.

        Raises
        ------
        InputError
            If the year is unknown.
        """
        year = self.year_of(fiscal_year)
        rows = self._table("displacement")
        return losers(rows[rows["fiscal_year"] == year], self._classification, section)

    def give_and_take(self, fiscal_year: str) -> pd.DataFrame:
        """Set what Japan gives beside what India gives, by section, one year.

        Parameters
        ----------
        fiscal_year : str
            One year, such as ``"2030-31"``.

        Returns
        -------
        DataFrame
            One row per (side, section), ``total`` last; columns as in `concessions`.
        """
        rows, year = self._table("concessions"), self.year_of(fiscal_year)
        return by_section(rows[rows["fiscal_year"] == year], self._classification)

    def accounts(self, fiscal_year: str) -> pd.DataFrame:
        """Set treasuries, the fund's grants and national welfare beside the reference, one year.

        Parameters
        ----------
        fiscal_year : str
            One year, such as ``"2030-31"``.

        Returns
        -------
        DataFrame
            One row per account: ``account`` (a column of `totals` without its unit), ``name``,
            ``baseline_usd_mn``, ``scenario_usd_mn``, ``change_usd_mn``. Welfare is measured
            against the reference, where it is zero by definition, and so are the grants.

        Raises
        ------
        InputError
            If the year is unknown.
        """
        row = self._table("totals").iloc[self.fiscal_years.index(self.year_of(fiscal_year))]
        return accounts_of(row)

    @property
    def products(self) -> tuple[str, ...]:
        """Codes of the markets: chapters, or the products that chapters are split into."""
        return tuple(self._table("sectors")["hs"].unique())

    def group_name(self, group: str) -> str:
        """Name of a chapter, a section, a window or one of the groups outside them, for people.

        Parameters
        ----------
        group : str
            Code or key of the group, as in the tables of `by`.

        Returns
        -------
        str
            The name.
        """
        return group_name(self._classification, group)

    def year_of(self, fiscal_year: object) -> str:
        """Fiscal year of the result that is meant.

        Parameters
        ----------
        fiscal_year : str
            Such as ``"2030-31"``.

        Returns
        -------
        str
            The fiscal year.

        Raises
        ------
        InputError
            If the result has no such year.
        """
        if isinstance(fiscal_year, str) and fiscal_year in self.fiscal_years:
            return fiscal_year
        refuse("fiscal_year", fiscal_year, years_in_words(self.fiscal_years, fiscal_year))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Result does not change; {name!r} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Result does not change; {name!r} cannot be deleted")

    def __getstate__(self) -> dict[str, object]:
        held = (getattr(kind, "__slots__", ()) for kind in type(self).__mro__)
        return {name: getattr(self, name) for names in held for name in names}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)


def refuse(field: str, value: object, allowed: str) -> NoReturn:
    """Raise the `InputError` of a wrong argument of a result."""
    raise InputError([Problem("result", None, field, value, f"allowed: {allowed}")])

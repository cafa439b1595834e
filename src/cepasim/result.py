"""What a run gives back: tidy tables, their sums by sector, and the ways to write them down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core import files as output
from cepasim.core.problems import InputError, Problem
from cepasim.studies.basket import basket

if TYPE_CHECKING:
    from cepasim.products.classification import Classification
    from cepasim.scenario.scenario import Scenario

Level = Literal["chapter", "section", "window", "total"]
LEVELS: tuple[Level, ...] = ("chapter", "section", "window", "total")
FileFormat = Literal["csv", "json", "parquet", "xlsx"]
FLOWS = ("export", "import")

#: Column that names the group at each level.
GROUP_COLUMN: Mapping[Level, str] = MappingProxyType(
    {"chapter": "hs", "section": "section", "window": "window", "total": "total"}
)
#: Columns every table has, in this order; a table may have further ones after them.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "totals": (
            "fiscal_year",
            "exports_usd_mn",
            "imports_usd_mn",
            "balance_usd_mn",
            "baseline_exports_usd_mn",
            "baseline_imports_usd_mn",
            "baseline_balance_usd_mn",
            "change_in_balance_usd_mn",
            "duty_japan_usd_mn",
            "duty_india_usd_mn",
            "welfare_japan_usd_mn",
            "welfare_india_usd_mn",
        ),
        "sectors": (
            "fiscal_year",
            "flow",
            "hs",
            "baseline_usd_mn",
            "scenario_usd_mn",
            "change_usd_mn",
            "change_pct",
        ),
        "displacement": ("fiscal_year", "flow", "hs", "source", "change_usd_mn"),
        "contributions": (
            "fiscal_year",
            "hs",
            "lever",
            "exports_usd_mn",
            "imports_usd_mn",
            "balance_usd_mn",
            "welfare_japan_usd_mn",
            "welfare_india_usd_mn",
        ),
        "diagnostics": (),
        "quotas": (
            "fiscal_year",
            "importer",
            "source",
            "hs",
            "quota_usd_mn",
            "quantity_usd_mn",
            "within_usd_mn",
            "regime",
            "premium_pct",
            "rent_usd_mn",
            "rent_owner",
        ),
    }
)
#: Groups of chapters that belong to no section, or to no single window of the fund.
NO_SECTION, SHARED, NO_WINDOW = "none", "shared", "outside"
_GROUP_NAMES = {
    NO_SECTION: "Chapters 98 and 99",
    SHARED: "In both windows",
    NO_WINDOW: "Outside the windows",
    "total": "All chapters",
}
_PARTS_OF_CHANGE = {"market_expansion": "More bought by all", "wedge": "Duty and barriers saved"}
#: Accounts that `Result.accounts` shows where `totals` has them.
_ACCOUNTS = {
    "duty_japan_on_india": "Duty Japan collects on India's goods",
    "duty_india_on_japan": "Duty India collects on Japan's goods",
    "duty_japan": "Duty Japan collects on all imports",
    "duty_india": "Duty India collects on all imports",
    "quota_rent_japan": "Quota rents that go to Japan",
    "quota_rent_india": "Quota rents that go to India",
    "fund_grants": "Grants the fund pays in the year",
    "welfare_japan": "National welfare of Japan",
    "welfare_india": "National welfare of India",
}
_CHAIN_COLUMNS = ("step", "value", "unit")
_NOTHING: Mapping[str, object] = MappingProxyType({})

#: ``chain(flow, hs, fiscal_year)`` returns the steps behind one cell.
Chain = Callable[[str, str, str], pd.DataFrame]
#: A table, or what makes it when it is first asked for: a ``functools.partial`` of a function that
#: can be imported, or the result cannot be pickled.
Table = pd.DataFrame | Callable[[], pd.DataFrame]
Notes = tuple[str, ...] | Callable[[], tuple[str, ...]]
Manifest = Mapping[str, object] | Callable[[], Mapping[str, object]]


def empty_table(name: str) -> pd.DataFrame:
    """Return a table without rows and with the columns `Result` asks for.

    Parameters
    ----------
    name : str
        A key of `COLUMNS`, such as ``"contributions"``.
    """
    text = {"fiscal_year", "flow", "hs", "source", "lever", "importer", "regime", "rent_owner"}
    return pd.DataFrame(
        {
            column: pd.Series(dtype="str" if column in text else "float64")
            for column in COLUMNS[name]
        }
    )


@dataclass(frozen=True)
class Explanation:
    """The chain of numbers behind one cell.

    Attributes
    ----------
    text : str
        The chain in words, one line per step.
    table : DataFrame
        The same steps with columns ``step``, ``value``, ``unit`` and, where known, ``source``,
        ``grade`` and ``note``.
    """

    text: str
    table: pd.DataFrame

    def __str__(self) -> str:
        return self.text


class _Copy:
    """A table of a result as an attribute that cannot be set; everyone gets a copy."""

    def __init__(self, name: str, meaning: str) -> None:
        self._name = name
        self.__doc__ = meaning

    def __get__(self, result: Result | None, _: type | None = None) -> pd.DataFrame:
        if result is None:
            return self  # type: ignore[return-value]  # for those who read the documentation
        return result._table(self._name).copy()

    def __set__(self, result: Result, value: object) -> NoReturn:
        raise AttributeError(f"a Result does not change; {self._name!r} cannot be set")


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sectors summed by year, flow and group.

    Attributes
    ----------
    years, groups : ndarray of str, shapes (Y,), (G,)
    money : dict of str to ndarray, shape (Y, 2, G)
        US$ million; flows in the order of `FLOWS`.
    change_pct : ndarray, shape (Y, 2, G)
    grade : ndarray of str or None, shape (Y, 2, G)
        Worst grade of the chapters that have trade.
    present : ndarray of bool, shape (Y, 2, G)
        Whether there is a row at all.
    """

    years: NDArray[np.object_]
    groups: NDArray[np.object_]
    money: dict[str, NDArray[np.float64]]
    change_pct: NDArray[np.float64]
    grade: NDArray[np.object_] | None
    present: NDArray[np.bool_]


class Result:
    """The outcome of one scenario under one engine. Immutable; tables come as copies.

    A table may be given as a function: it is made when it is first asked for, and kept.

    Parameters
    ----------
    scenario : Scenario
        What was run.
    engine : str
        Name of the engine.
    classification : Classification
        Names and groups of the chapters.
    totals : DataFrame
        One row per fiscal year.
    sectors : DataFrame
        One row per (fiscal_year, flow, hs); US$ million of 2023-24. An optional column ``grade``
        says how good the benchmark cell is (A best, D worst).
    displacement : DataFrame
        One row per (fiscal_year, flow, hs, source).
    contributions : DataFrame
        One row per (fiscal_year, hs, lever).
    diagnostics : DataFrame
        Iterations, residuals, anything clipped or unusual, in words.
    quotas : DataFrame, optional
        One row per (fiscal_year, importer, source, hs) with a tariff-rate quota.
    notes : tuple of str, or callable
        What a reader must know, such as a lever that could change nothing and why.
    manifest : mapping, or callable
        What `cepasim.core.manifest.manifest` returned.
    chain : callable, optional
        ``chain(flow, hs, fiscal_year)``: the steps behind one cell as a table with at least the
        columns ``step``, ``value`` and ``unit``. An object rather than a closure, or the result
        cannot be pickled.

    Raises
    ------
    ValueError
        If a table lacks a column or has its columns in another order.
    """

    __slots__ = (
        "_chain",
        "_classification",
        "_engine",
        "_given_manifest",
        "_given_notes",
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
        totals: Table,
        sectors: Table,
        displacement: Table,
        contributions: Table,
        diagnostics: Table,
        quotas: Table | None = None,
        notes: Notes = (),
        manifest: Manifest = _NOTHING,
        chain: Chain | None = None,
    ) -> None:
        tables = {
            "totals": totals,
            "sectors": sectors,
            "displacement": displacement,
            "contributions": contributions,
            "diagnostics": diagnostics,
            "quotas": empty_table("quotas") if quotas is None else quotas,
        }
        for name, table in tables.items():
            if isinstance(table, pd.DataFrame):
                tables[name] = _checked(name, table)
        object.__setattr__(self, "_tables", tables)
        object.__setattr__(self, "_scenario", scenario)
        object.__setattr__(self, "_engine", engine)
        object.__setattr__(self, "_classification", classification)
        object.__setattr__(self, "_given_notes", notes if callable(notes) else tuple(notes))
        object.__setattr__(self, "_given_manifest", manifest)
        object.__setattr__(self, "_chain", chain)

    _tables: dict[str, Table]
    _scenario: Scenario
    _engine: str
    _classification: Classification
    _given_notes: Notes
    _given_manifest: Manifest
    _chain: Chain | None

    def _table(self, name: str) -> pd.DataFrame:
        table = self._tables[name]
        if not isinstance(table, pd.DataFrame):
            # Two threads may both make it: of the same run, so it is the same table.
            table = self._tables[name] = _checked(name, table())
        return table

    def with_ranges(self, ranges: pd.DataFrame, options: Mapping[str, object]) -> Result:
        """Return the same result with ranges beside the totals.

        Parameters
        ----------
        ranges : DataFrame
            One row per fiscal year of the result, in order; its columns stand after those of
            `totals`, such as ``change_in_balance_usd_mn_p5``.
        options : mapping
            How they were made, for the manifest: draws and seed.

        Raises
        ------
        ValueError
            If the years are others.
        """
        if tuple(ranges["fiscal_year"]) != self.fiscal_years:
            raise ValueError("ranges: their fiscal years are not those of the result")
        added = ranges.drop(columns="fiscal_year").reset_index(drop=True)
        totals = pd.concat([self._table("totals"), added], axis=1)
        return self._with({"totals": totals}, self.manifest | {"ranges": dict(options)})

    def with_contributions(self, contributions: pd.DataFrame) -> Result:
        """Return the same result with a split over the levers that was made elsewhere.

        Parameters
        ----------
        contributions : DataFrame
            `contributions` of the same scenario under the same figures.
        """
        return self._with({"contributions": contributions}, self._given_manifest)

    def _with(self, tables: dict[str, Table], manifest: Manifest) -> Result:
        return Result(
            scenario=self._scenario,
            engine=self._engine,
            classification=self._classification,
            **self._tables | tables,
            notes=self._given_notes,
            manifest=manifest,
            chain=self._chain,
        )

    # --- what it holds ------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self._scenario

    @property
    def engine(self) -> str:
        """Name of the engine."""
        return self._engine

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, in words."""
        notes = self._given_notes
        if callable(notes):
            notes = notes()
            object.__setattr__(self, "_given_notes", notes)
        return notes

    @property
    def manifest(self) -> dict[str, object]:
        """Versions, digests and options of the run."""
        given = self._given_manifest
        if callable(given):
            given = given()
            object.__setattr__(self, "_given_manifest", given)
        return dict(given)

    @property
    def fiscal_years(self) -> tuple[str, ...]:
        """Fiscal years, in the order of `totals`."""
        return tuple(self._table("totals")["fiscal_year"].tolist())

    totals = _Copy("totals", "One row per fiscal year, US$ million of 2023-24.")
    sectors = _Copy("sectors", "One row per (fiscal_year, flow, hs), US$ million of 2023-24.")
    displacement = _Copy("displacement", "Who loses: one row per (fiscal_year, flow, hs, source).")
    contributions = _Copy(
        "contributions", "What each lever adds: one row per (fiscal_year, hs, lever)."
    )
    diagnostics = _Copy(
        "diagnostics", "Iterations, residuals, anything clipped or unusual, in words."
    )
    quotas = _Copy(
        "quotas", "What tariff-rate quotas came to: regime, premium, rent; empty without any."
    )

    @property
    def basket(self) -> pd.DataFrame:
        """Shares of the 3, 5 and 10 largest chapters (percent) and HHI, by year and flow."""
        return basket(self._table("sectors"))

    # --- sums by sector -----------------------------------------------------------------------

    def by(self, level: Level = "chapter", fiscal_year: str | None = None) -> pd.DataFrame:
        """Sum the sectors.

        Parameters
        ----------
        level : {"chapter", "section", "window", "total"}
            Chapters 98 and 99 have no section and form the group ``none``. A chapter counts as a
            whole: in the window any of its codes is in, in the group ``shared`` if both windows
            touch it, else in ``outside``; so every level adds up to the total.
        fiscal_year : str, optional
            One year, such as ``"2030-31"``; all years unless given.

        Returns
        -------
        DataFrame
            One row per (fiscal_year, flow, group): ``fiscal_year``, ``flow``, the group (``hs``,
            ``section``, ``window`` or ``total``), ``name``, ``baseline_usd_mn``,
            ``scenario_usd_mn``, ``change_usd_mn``, ``change_pct`` (missing where the reference is
            zero and the change is not) and, where the sectors carry one, ``grade``: the worst of
            the group's chapters that have trade.

        Raises
        ------
        InputError
            If the level or the year is unknown.
        """
        sums = self._sums(level, fiscal_year)
        year, flow, group = np.nonzero(sums.present)
        table: dict[str, object] = {
            "fiscal_year": sums.years[year],
            "flow": np.array(FLOWS)[flow],
            GROUP_COLUMN[level]: sums.groups[group],
            "name": self._names_of(sums)[group],
        }
        table |= {name: values[sums.present] for name, values in sums.money.items()}
        table["change_pct"] = sums.change_pct[sums.present]
        if sums.grade is not None:
            table["grade"] = pd.Series(sums.grade[sums.present], dtype="str")
        return pd.DataFrame(table)

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
            and ``change_in_*_usd_mn``, for the flows ``change_in_*_pct``, and ``grade`` as in
            `by`, the worse of the two flows.

        Raises
        ------
        InputError
            If the level or the year is unknown.
        """
        sums = self._sums(level, fiscal_year)
        year, group = np.nonzero(sums.present.any(axis=1))
        table: dict[str, object] = {
            "fiscal_year": sums.years[year],
            GROUP_COLUMN[level]: sums.groups[group],
            "name": self._names_of(sums)[group],
        }
        # A group may trade one way only; the other way is then zero, not missing.
        exports, imports = (
            {name: values[year, place, group] for name, values in sums.money.items()}
            for place in range(len(FLOWS))
        )
        balance = {name: exports[name] - imports[name] for name in exports}
        for item, parts in (("exports", exports), ("imports", imports), ("balance", balance)):
            for stem, source in _BALANCE_STEMS.items():
                table[stem.format(item)] = parts[source]
            if item != "balance":
                place = ("exports", "imports").index(item)
                table[f"change_in_{item}_pct"] = sums.change_pct[year, place, group]
        if sums.grade is not None:
            both = [sums.grade[year, place, group] for place in range(len(FLOWS))]
            worst = [
                max((grade for grade in pair if grade is not None), default=None)
                for pair in zip(*both, strict=True)
            ]
            table["grade"] = pd.Series(worst, dtype="str")
        return pd.DataFrame(table)

    def _sums(self, level: Level, fiscal_year: str | None) -> _Sums:
        if level not in LEVELS:
            _refuse("level", level, f"one of {', '.join(LEVELS)}")
        rows = self._rows_of(fiscal_year)
        years = self.fiscal_years if fiscal_year is None else (fiscal_year,)
        group_of = self._groups(level)
        groups = tuple(dict.fromkeys(group_of.values()))
        shape = (len(years), len(FLOWS), len(groups))
        of_chapter = np.array([groups.index(group) for group in group_of.values()])
        place: NDArray[np.intp] = (
            _places(rows["fiscal_year"], years) * len(FLOWS) + _places(rows["flow"], FLOWS)
        ) * len(groups) + of_chapter[_places(rows["hs"], tuple(group_of))]
        size = len(years) * len(FLOWS) * len(groups)
        money = {
            name: np.bincount(place, rows[name], size).astype(float).reshape(shape)
            for name in _BALANCE_STEMS.values()
        }
        grade = None
        if "grade" in rows.columns:
            letters, mark = np.unique(rows["grade"].to_numpy(str), return_inverse=True)
            traded = ((rows["baseline_usd_mn"] != 0) | (rows["scenario_usd_mn"] != 0)).to_numpy()
            worst = np.full(size, -1)
            np.maximum.at(worst, place[traded], mark[traded])
            grade = np.array([*letters.tolist(), None], dtype=object)[worst].reshape(shape)
        return _Sums(
            years=np.array(years, dtype=object),
            groups=np.array(groups, dtype=object),
            money=money,
            change_pct=percent_change(money["baseline_usd_mn"], money["change_usd_mn"]),
            grade=grade,
            present=(np.bincount(place, minlength=size) > 0).reshape(shape),
        )

    def _names_of(self, sums: _Sums) -> NDArray[np.object_]:
        return np.array([self.group_name(group) for group in sums.groups], dtype=object)

    def who_loses(self, fiscal_year: str) -> pd.DataFrame:
        """Sum `displacement` over the chapters: from whom the change of each flow is taken.

        Parameters
        ----------
        fiscal_year : str
            One year, such as ``"2030-31"``.

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
        self._check_year(fiscal_year)
        rows = self._table("displacement")
        rows = rows[rows["fiscal_year"] == fiscal_year]
        summed = rows.groupby(["flow", "source"], sort=False)["change_usd_mn"].sum().reset_index()
        names = [
            self._source_name(str(flow), str(source))
            for flow, source in zip(summed["flow"], summed["source"], strict=True)
        ]
        summed.insert(2, "name", names)
        return summed

    def _source_name(self, flow: str, source: str) -> str:
        if source == "domestic":
            return "Producers in Japan" if flow == "export" else "Producers in India"
        if source in _PARTS_OF_CHANGE:
            return _PARTS_OF_CHANGE[source]
        return self._classification.partner_name(source)

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
        self._check_year(fiscal_year)
        row = self._table("totals").iloc[self.fiscal_years.index(fiscal_year)]
        table = pd.DataFrame(
            [
                (
                    account,
                    name,
                    row.get(f"baseline_{account}_usd_mn", 0.0),
                    row[f"{account}_usd_mn"],
                )
                for account, name in _ACCOUNTS.items()
                if f"{account}_usd_mn" in row
            ],
            columns=["account", "name", "baseline_usd_mn", "scenario_usd_mn"],
        )
        table["change_usd_mn"] = table["scenario_usd_mn"] - table["baseline_usd_mn"]
        return table

    def group_name(self, group: str) -> str:
        """Name of a chapter, a section, a window or one of the groups outside them, for people."""
        if group in _GROUP_NAMES:
            return _GROUP_NAMES[group]
        if group in self._classification.chapters:
            return self._classification.name(group)
        for section in self._classification.sections:
            if section.code == group:
                return section.name
        return group.replace("_", "-").capitalize() + " window"

    def _rows_of(self, fiscal_year: str | None) -> pd.DataFrame:
        sectors = self._table("sectors")
        if fiscal_year is None:
            return sectors
        self._check_year(fiscal_year)
        return sectors[sectors["fiscal_year"] == fiscal_year]

    def _check_year(self, fiscal_year: str) -> None:
        if fiscal_year not in self.fiscal_years:
            _refuse("fiscal_year", fiscal_year, _years_in_words(self.fiscal_years))

    def _groups(self, level: Level) -> dict[str, str]:
        """Group of every chapter, in the order the groups are to be shown."""
        classification = self._classification
        if level == "chapter":
            return {hs: hs for hs in classification.chapters}
        if level == "section":
            return {
                hs: classification.section_of(hs) or NO_SECTION for hs in classification.chapters
            }
        if level == "window":
            touched = {
                str(window): frozenset(classification.select({"window": window}).chapters)
                for window in classification.windows
            }
            found = {
                hs: [window for window, chapters in touched.items() if hs in chapters]
                for hs in classification.chapters
            }
            groups = {
                hs: SHARED if len(windows) > 1 else (windows or [NO_WINDOW])[0]
                for hs, windows in found.items()
            }
            order = [*touched, SHARED, NO_WINDOW]
            return dict(sorted(groups.items(), key=lambda item: order.index(item[1])))
        return {hs: "total" for hs in classification.chapters}

    # --- why ----------------------------------------------------------------------------------

    def explain(self, flow: str, hs: str, fiscal_year: str) -> Explanation:
        """Show the chain of numbers behind one cell of `sectors`.

        Parameters
        ----------
        flow : {"export", "import"}
            Seen from India.
        hs : str
            HS chapter, such as ``"61"``.
        fiscal_year : str
            Such as ``"2030-31"``.

        Returns
        -------
        Explanation
            The chain in words (``text``) and as a table (``table``).

        Raises
        ------
        InputError
            If there is no such cell.
        ValueError
            If the result was made without a chain.
        """
        if flow not in FLOWS:
            _refuse("flow", flow, f"one of {', '.join(FLOWS)}")
        self._check_year(fiscal_year)
        sectors = self._table("sectors")
        known = tuple(dict.fromkeys(sectors["hs"]))
        if hs not in known:
            close = get_close_matches(str(hs), known, n=3)
            hint = f"; close: {', '.join(close)}" if close else ""
            _refuse("hs", hs, f"a chapter of the result, as text with its leading zero{hint}")
        if self._chain is None:
            raise ValueError("this result was made without the chain that explain() shows")
        table = self._chain(flow, hs, fiscal_year)
        missing = [column for column in _CHAIN_COLUMNS if column not in table.columns]
        if missing:
            raise ValueError(f"chain: columns {missing} are missing")
        cell = sectors[
            (sectors["fiscal_year"] == fiscal_year)
            & (sectors["flow"] == flow)
            & (sectors["hs"] == hs)
        ].iloc[0]
        direction = "India's exports to Japan" if flow == "export" else "India's imports from Japan"
        head = (
            f"{direction}, {hs} {self.group_name(hs)}, {fiscal_year}: "
            f"{cell['baseline_usd_mn']:,.4g} in the reference, "
            f"{cell['scenario_usd_mn']:,.4g} in the scenario, "
            f"change {cell['change_usd_mn']:+,.4g} US$ million"
        )
        steps = [
            f"{number}. {_step_in_words(step)}"
            for number, step in enumerate(table.to_dict("records"), start=1)
        ]
        return Explanation(text="\n".join([head, *steps]), table=table.copy())

    # --- files --------------------------------------------------------------------------------

    def frames(self, by: Level | None = None) -> dict[str, pd.DataFrame]:
        """Return every table by the name its file or sheet has.

        Parameters
        ----------
        by : {"chapter", "section", "window", "total"}, optional
            Add the balance by this level as ``by_<level>``.
        """
        frames = {"totals": self.totals, "sectors": self.sectors}
        if by is not None:
            frames[f"by_{by}"] = self.balance(by)
        return (
            frames
            | {
                "displacement": self.displacement,
                "contributions": self.contributions,
                "basket": self.basket,
                "diagnostics": self.diagnostics,
            }
            | ({"quotas": self.quotas} if len(self._table("quotas")) else {})
        )

    def document(
        self, by: Level | None = None, options: Mapping[str, object] = _NOTHING
    ) -> dict[str, object]:
        """Return the whole result as plain values, ready for JSON; no figure is rounded."""
        return {
            "name": self._scenario.name,
            "engine": self._engine,
            "notes": list(self.notes),
            "manifest": output.with_options(self.manifest, options),
        } | {name: output.records(frame) for name, frame in self.frames(by).items()}

    def to_csv(
        self,
        directory: Path | str,
        *,
        by: Level | None = None,
        options: Mapping[str, object] = _NOTHING,
    ) -> None:
        """Write every table as CSV into a folder, with ``scenario.yaml`` and ``manifest.json``.

        Parameters
        ----------
        directory : Path or str
            Folder to write; other people's files in it are left alone.
        by : {"chapter", "section", "window", "total"}, optional
            Write the balance by this level, too.
        options : mapping
            Options to record in the manifest.

        Raises
        ------
        OSError
            If the folder cannot be written; what was there before is then still there.
        """
        with output.replace_folder(directory) as folder:
            for name, frame in self.frames(by).items():
                output.write_csv(frame, folder / f"{name}.csv")
            self.write_about(folder, options)

    def to_parquet(
        self,
        directory: Path | str,
        *,
        by: Level | None = None,
        options: Mapping[str, object] = _NOTHING,
    ) -> None:
        """Write every table as Parquet into a folder; see `to_csv`."""
        with output.replace_folder(directory) as folder:
            for name, frame in self.frames(by).items():
                output.write_parquet(frame, folder / f"{name}.parquet")
            self.write_about(folder, options)

    def to_folder(
        self,
        directory: Path | str,
        file_format: FileFormat,
        *,
        by: Level | None = None,
        options: Mapping[str, object] = _NOTHING,
    ) -> None:
        """Write the result into a folder in one of the formats; see `to_csv`."""
        if file_format == "csv":
            self.to_csv(directory, by=by, options=options)
        elif file_format == "parquet":
            self.to_parquet(directory, by=by, options=options)
        else:
            with output.replace_folder(directory) as folder:
                if file_format == "json":
                    output.write_json(self.document(by, options), folder / "result.json")
                else:
                    sheets = self._sheets(by, options)
                    output.write_workbook(sheets, folder / "result.xlsx")
                self.write_about(folder, options)

    def to_excel(self, path: Path | str, *, by: Level | None = None) -> None:
        """Write one workbook: every table, the scenario, the notes and the manifest as sheets.

        The manifest also goes beside it, as ``<file name>.manifest.json``.

        Parameters
        ----------
        path : Path or str
            File to write, ending in ``.xlsx``.
        by : {"chapter", "section", "window", "total"}, optional
            Add the balance by this level.

        Raises
        ------
        OSError
            If the file cannot be written; what was there before is then still there.
        """
        with output.replace_file(path) as partial:
            output.write_workbook(self._sheets(by, _NOTHING), partial)
        self._write_manifest_beside(Path(path))

    def to_json(self, path: Path | str, *, by: Level | None = None) -> None:
        """Write the whole result, scenario and manifest included, as one JSON file.

        The manifest also goes beside it, as ``<file name>.manifest.json``.

        Raises
        ------
        OSError
            If the file cannot be written; what was there before is then still there.
        """
        with output.replace_file(path) as partial:
            output.write_json(self.document(by), partial)
        self._write_manifest_beside(Path(path))

    def brief(self, path: Path | str, fiscal_year: str | None = None) -> None:
        """Write a two-page briefing note, as HTML or DOCX by the ending of the path.

        Parameters
        ----------
        path : Path or str
            Ends in ``.html`` or ``.docx``.
        fiscal_year : str, optional
            The year it is about; the last one unless given.

        Raises
        ------
        InputError
            For another ending or an unknown year.
        OSError
            If the file cannot be written; what was there before is then still there.
        """
        from cepasim.report import brief  # a face of the result: it reads what stands here

        brief.write(self, self._classification, path, fiscal_year)

    def _sheets(self, by: Level | None, options: Mapping[str, object]) -> dict[str, pd.DataFrame]:
        described = output.with_options(self.manifest, options)
        described.pop("scenario", None)  # has a sheet of its own
        lines = self._scenario.to_yaml().splitlines()
        return self.frames(by) | {
            "notes": pd.DataFrame({"note": pd.Series(list(self.notes), dtype="str")}),
            "scenario": pd.DataFrame({"scenario": lines}),
            "manifest": pd.DataFrame(
                {"item": list(described), "value": [_as_text(v) for v in described.values()]}
            ),
        }

    def write_about(self, folder: Path, options: Mapping[str, object] = _NOTHING) -> None:
        """Write what belongs beside every output: the scenario, the notes and the manifest.

        Parameters
        ----------
        folder : Path
            A folder with nothing but this result's files in it.
        options : mapping
            Options to record in the manifest.
        """
        output.write_text(self._scenario.to_yaml(), folder / "scenario.yaml")
        if self.notes:
            output.write_text("".join(f"{note}\n" for note in self.notes), folder / "notes.txt")
        output.write_manifest(self.manifest, folder, options)

    def _write_manifest_beside(self, path: Path) -> None:
        written = path.resolve()
        described = self.manifest | {"files": {written.name: output.file_digest(written)}}
        with output.replace_file(written.with_name(f"{written.name}.manifest.json")) as partial:
            output.write_json(described, partial)

    # --- as a value ---------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        """Equal if scenario, engine, notes and every cell of every table are."""
        if not isinstance(other, Result):
            return NotImplemented
        return (
            self._engine == other._engine
            and self.notes == other.notes
            and self._scenario == other._scenario
            and all(
                frame.equals(theirs)
                for frame, theirs in zip(
                    self.frames().values(), other.frames().values(), strict=True
                )
            )
        )

    def __repr__(self) -> str:
        totals = self._table("totals")
        last = totals.iloc[-1] if len(totals) else None
        outcome = (
            "no years"
            if last is None
            else f"balance in {last['fiscal_year']} {last['balance_usd_mn'] / 1000:+,.2f} US$ bn, "
            f"{last['change_in_balance_usd_mn'] / 1000:+,.3f} against the reference"
        )
        return f"<Result {self._scenario.name!r}, engine {self._engine}: {outcome}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Result does not change; {name!r} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Result does not change; {name!r} cannot be deleted")

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)


#: Columns of `Result.balance` and the column of `Result.by` each comes from.
_BALANCE_STEMS = {
    "baseline_{}_usd_mn": "baseline_usd_mn",
    "{}_usd_mn": "scenario_usd_mn",
    "change_in_{}_usd_mn": "change_usd_mn",
}


def percent_change(
    baseline: NDArray[np.float64], change: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Percentage change; 0 where nothing was and nothing came, missing where something came.

    Parameters
    ----------
    baseline, change : ndarray of any one shape
        In the same unit.
    """
    quotient = np.divide(change, baseline, out=np.full_like(change, np.nan), where=baseline != 0)
    return np.where((baseline == 0) & (change == 0), 0.0, 100.0 * quotient)


def _places(column: pd.Series, words: tuple[str, ...]) -> NDArray[np.intp]:
    """Place of each cell of a column among some words."""
    return pd.Index(words, dtype="str").get_indexer(pd.Index(column))


def _checked(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with rows numbered from 0, its columns being what was promised."""
    wanted = COLUMNS[name]
    if tuple(table.columns[: len(wanted)]) != wanted:
        raise ValueError(
            f"{name}: columns {list(table.columns)}; they must begin with {list(wanted)}"
        )
    return table.reset_index(drop=True)


def _step_in_words(step: Mapping[object, object]) -> str:
    """Render one step of a chain: what it is, its value and where that comes from."""
    value = step["value"]
    shown = f"{value:,.5g}" if isinstance(value, (int, float)) else str(value)
    unit = "" if _is_blank(step["unit"]) else f" {step['unit']}"
    origin = [
        f"grade {item}" if column == "grade" else str(item)
        for column in ("grade", "source")
        if not _is_blank(item := step.get(column))
    ]
    note = "" if _is_blank(step.get("note")) else f"; {step['note']}"
    known = f" [{', '.join(origin)}]" if origin else ""
    return f"{step['step']}: {shown}{unit}{known}{note}"


def _is_blank(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _years_in_words(years: tuple[str, ...]) -> str:
    if len(years) > 2:
        return f"a fiscal year from {years[0]} to {years[-1]}"
    return f"one of {', '.join(years)}" if years else "none: the result has no years"


def _refuse(field: str, value: object, allowed: str) -> NoReturn:
    raise InputError([Problem("result", None, field, value, f"allowed: {allowed}")])

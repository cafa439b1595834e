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

from cepasim import output
from cepasim.basket import basket
from cepasim.problems import InputError, Problem

if TYPE_CHECKING:
    from cepasim.classification import Classification
    from cepasim.scenario import Scenario

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


class Result:
    """The outcome of one scenario under one engine. Immutable; tables come as copies.

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
    notes : iterable of str
        What a reader must know, such as a lever that could change nothing and why.
    manifest : mapping
        What `cepasim.manifest.manifest` returned.
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
        "_contributions",
        "_diagnostics",
        "_displacement",
        "_engine",
        "_manifest",
        "_notes",
        "_quotas",
        "_scenario",
        "_sectors",
        "_totals",
    )
    __hash__ = None  # type: ignore[assignment]  # tables cannot be hashed

    def __init__(
        self,
        *,
        scenario: Scenario,
        engine: str,
        classification: Classification,
        totals: pd.DataFrame,
        sectors: pd.DataFrame,
        displacement: pd.DataFrame,
        contributions: pd.DataFrame,
        diagnostics: pd.DataFrame,
        quotas: pd.DataFrame | None = None,
        notes: tuple[str, ...] = (),
        manifest: Mapping[str, object] = _NOTHING,
        chain: Chain | None = None,
    ) -> None:
        frames = {
            "totals": totals,
            "sectors": sectors,
            "displacement": displacement,
            "contributions": contributions,
            "diagnostics": diagnostics,
            "quotas": empty_table("quotas") if quotas is None else quotas,
        }
        for name, frame in frames.items():
            wanted = COLUMNS[name]
            if tuple(frame.columns[: len(wanted)]) != wanted:
                raise ValueError(
                    f"{name}: columns {list(frame.columns)}; they must begin with {list(wanted)}"
                )
            object.__setattr__(self, f"_{name}", frame.reset_index(drop=True))
        object.__setattr__(self, "_scenario", scenario)
        object.__setattr__(self, "_engine", engine)
        object.__setattr__(self, "_classification", classification)
        object.__setattr__(self, "_notes", tuple(notes))
        object.__setattr__(self, "_manifest", dict(manifest))
        object.__setattr__(self, "_chain", chain)

    _scenario: Scenario
    _engine: str
    _classification: Classification
    _totals: pd.DataFrame
    _sectors: pd.DataFrame
    _displacement: pd.DataFrame
    _contributions: pd.DataFrame
    _diagnostics: pd.DataFrame
    _quotas: pd.DataFrame
    _notes: tuple[str, ...]
    _manifest: dict[str, object]
    _chain: Chain | None

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
        return Result(
            scenario=self._scenario,
            engine=self._engine,
            classification=self._classification,
            totals=pd.concat([self._totals, added], axis=1),
            sectors=self._sectors,
            displacement=self._displacement,
            contributions=self._contributions,
            diagnostics=self._diagnostics,
            quotas=self._quotas,
            notes=self._notes,
            manifest=self._manifest | {"ranges": dict(options)},
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
        return self._notes

    @property
    def manifest(self) -> dict[str, object]:
        """Versions, digests and options of the run."""
        return dict(self._manifest)

    @property
    def fiscal_years(self) -> tuple[str, ...]:
        """Fiscal years, in the order of `totals`."""
        return tuple(str(year) for year in self._totals["fiscal_year"])

    @property
    def totals(self) -> pd.DataFrame:
        """One row per fiscal year, US$ million of 2023-24."""
        return self._totals.copy()

    @property
    def sectors(self) -> pd.DataFrame:
        """One row per (fiscal_year, flow, hs), US$ million of 2023-24."""
        return self._sectors.copy()

    @property
    def displacement(self) -> pd.DataFrame:
        """Who loses: one row per (fiscal_year, flow, hs, source)."""
        return self._displacement.copy()

    @property
    def contributions(self) -> pd.DataFrame:
        """What each lever adds: one row per (fiscal_year, hs, lever)."""
        return self._contributions.copy()

    @property
    def diagnostics(self) -> pd.DataFrame:
        """Iterations, residuals, anything clipped or unusual, in words."""
        return self._diagnostics.copy()

    @property
    def quotas(self) -> pd.DataFrame:
        """What tariff-rate quotas came to: regime, premium, rent; empty without any."""
        return self._quotas.copy()

    @property
    def basket(self) -> pd.DataFrame:
        """Shares of the 3, 5 and 10 largest chapters (percent) and HHI, by year and flow."""
        return basket(self._sectors)

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
        column = self._group_column(level)
        sectors = self._rows_of(fiscal_year)
        groups = self._groups(level)
        order = {group: place for place, group in enumerate(dict.fromkeys(groups.values()))}
        money = ["baseline_usd_mn", "scenario_usd_mn", "change_usd_mn"]
        years = {year: place for place, year in enumerate(self.fiscal_years)}
        sectors = sectors.assign(
            _group=sectors["hs"].map(groups),
            _year=sectors["fiscal_year"].map(years),
        )
        keys = ["_year", "fiscal_year", "flow", "_group"]
        summed = sectors.groupby(keys, sort=False)[money].sum().reset_index()
        if "grade" in sectors.columns:
            traded = sectors[(sectors["baseline_usd_mn"] != 0) | (sectors["scenario_usd_mn"] != 0)]
            worst = traded.groupby(keys, sort=False)["grade"].max().reset_index()
            summed = summed.merge(worst, on=keys, how="left")
        summed["_order"] = summed["_group"].map(order)
        summed = summed.sort_values(["_year", "flow", "_order"], kind="stable", ignore_index=True)
        summed["change_pct"] = percent_change(summed["baseline_usd_mn"], summed["change_usd_mn"])
        summed["name"] = summed["_group"].map({group: self.group_name(group) for group in order})
        summed = summed.rename(columns={"_group": column})
        kept = ["fiscal_year", "flow", column, "name", *money, "change_pct"]
        return summed[kept + (["grade"] if "grade" in summed.columns else [])]

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
        column = self._group_column(level)
        keys = ["fiscal_year", column, "name"]
        long = self.by(level, fiscal_year)
        flows = {
            plural: long[long["flow"] == flow].set_index(keys)
            for flow, plural in zip(FLOWS, ("exports", "imports"), strict=True)
        }
        rows = long[keys].drop_duplicates()
        wide = rows.set_index(keys)
        for stem, source in _BALANCE_STEMS.items():
            for plural, part in flows.items():
                # A group may trade one way only; the other way is then zero, not missing.
                wide[stem.format(plural)] = part[source].reindex(wide.index, fill_value=0.0)
            wide[stem.format("balance")] = (
                wide[stem.format("exports")] - wide[stem.format("imports")]
            )
        for plural, part in flows.items():
            wide[f"change_in_{plural}_pct"] = part["change_pct"].reindex(wide.index, fill_value=0.0)
        ordered = [
            column.format(item)
            for item in ("exports", "imports", "balance")
            for column in (*_BALANCE_STEMS, "change_in_{}_pct")
            if column.format(item) in wide.columns  # a balance has no percentage
        ]
        if "grade" in long.columns:
            wide["grade"] = long.groupby(keys, sort=False)["grade"].max().reindex(wide.index)
            ordered.append("grade")
        years = {year: place for place, year in enumerate(self.fiscal_years)}
        order = {group: place for place, group in enumerate(self._groups(level).values())}
        tidy = wide[ordered].reset_index()
        return tidy.sort_values(
            ["fiscal_year", column],
            key=lambda values: values.map(years if values.name == "fiscal_year" else order),
            kind="stable",
            ignore_index=True,
        )

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
        rows = self._displacement[self._displacement["fiscal_year"] == fiscal_year]
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
        row = self._totals[self._totals["fiscal_year"] == fiscal_year].iloc[0]
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

    def _group_column(self, level: str) -> str:
        if level not in LEVELS:
            _refuse("level", level, f"one of {', '.join(LEVELS)}")
        return GROUP_COLUMN[level]

    def _rows_of(self, fiscal_year: str | None) -> pd.DataFrame:
        if fiscal_year is None:
            return self._sectors
        self._check_year(fiscal_year)
        return self._sectors[self._sectors["fiscal_year"] == fiscal_year]

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
        sectors = self._sectors
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
            | ({"quotas": self.quotas} if len(self._quotas) else {})
        )

    def document(
        self, by: Level | None = None, options: Mapping[str, object] = _NOTHING
    ) -> dict[str, object]:
        """Return the whole result as plain values, ready for JSON; no figure is rounded."""
        return {
            "name": self._scenario.name,
            "engine": self._engine,
            "notes": list(self._notes),
            "manifest": output.with_options(self._manifest, options),
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
        from cepasim import brief  # a face of the result: it reads what stands here

        brief.write(self, self._classification, path, fiscal_year)

    def _sheets(self, by: Level | None, options: Mapping[str, object]) -> dict[str, pd.DataFrame]:
        described = output.with_options(self._manifest, options)
        described.pop("scenario", None)  # has a sheet of its own
        lines = self._scenario.to_yaml().splitlines()
        return self.frames(by) | {
            "notes": pd.DataFrame({"note": pd.Series(list(self._notes), dtype="str")}),
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
        if self._notes:
            output.write_text("".join(f"{note}\n" for note in self._notes), folder / "notes.txt")
        output.write_manifest(self._manifest, folder, options)

    def _write_manifest_beside(self, path: Path) -> None:
        written = path.resolve()
        described = self._manifest | {"files": {written.name: output.file_digest(written)}}
        with output.replace_file(written.with_name(f"{written.name}.manifest.json")) as partial:
            output.write_json(described, partial)

    # --- as a value ---------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        """Equal if scenario, engine, notes and every cell of every table are."""
        if not isinstance(other, Result):
            return NotImplemented
        return (
            self._engine == other._engine
            and self._notes == other._notes
            and self._scenario == other._scenario
            and all(
                frame.equals(theirs)
                for frame, theirs in zip(
                    self.frames().values(), other.frames().values(), strict=True
                )
            )
        )

    def __repr__(self) -> str:
        last = self._totals.iloc[-1] if len(self._totals) else None
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


def percent_change(baseline: pd.Series, change: pd.Series) -> pd.Series:
    """Percentage change; 0 where nothing was and nothing came, missing where something came.

    Parameters
    ----------
    baseline, change : Series of float
        In the same unit.
    """
    base = baseline.to_numpy(dtype=float)
    moved = change.to_numpy(dtype=float)
    quotient = np.divide(moved, base, out=np.full_like(moved, np.nan), where=base != 0)
    values = np.where((base == 0) & (moved == 0), 0.0, 100.0 * quotient)
    return pd.Series(values, index=baseline.index)


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

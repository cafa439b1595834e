"""What a run gives back: its tables, the chain behind each cell, and the ways to write it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from cepasim.core import files
from cepasim.core.language import separated, tr
from cepasim.core.problems import closest
from cepasim.core.workbook import write_workbook
from cepasim.products.levels import use_instead
from cepasim.report.front_sheet import front_sheet
from cepasim.report.headline import headline, outcome
from cepasim.report.sheets import sheets
from cepasim.report.views import cell_in_words
from cepasim.tables.explanation import Explanation, in_words
from cepasim.tables.names import FLOWS, Level
from cepasim.tables.result_tables import NOTHING, SIDES, Manifest, ResultTables, Table, refuse
from cepasim.tables.sums import over_sides

FileFormat = Literal["csv", "json", "parquet", "xlsx"]
#: Tables in the order in which they are written; the last, and ``SIDES``, where they have rows.
_WRITTEN = ("totals", "sectors", "displacement", "contributions", SIDES, "basket", "diagnostics")
_WHERE_ANY = ("quotas", "fund_accounts", "jobs", "concessions")
#: ``chain(flow, hs, fiscal_year)`` returns the steps behind one cell.
Chain = Callable[[str, str, str], pd.DataFrame]


class Result(ResultTables):
    """The outcome of one scenario under one engine. Immutable; tables come as copies.

    Parameters
    ----------
    chain : callable, optional
        ``chain(flow, hs, fiscal_year)``: the steps behind one cell as a table with at least the
        columns ``step``, ``value`` and ``unit``. An object rather than a closure, or the result
        cannot be pickled.
    **held
        What `ResultTables` takes.
    """

    __slots__ = ("_chain",)
    __hash__ = None  # tables cannot be hashed

    _chain: Chain | None

    def __init__(self, *, chain: Chain | None = None, **held: Any) -> None:
        super().__init__(**held)
        object.__setattr__(self, "_chain", chain)

    def with_ranges(self, ranges: pd.DataFrame, options: Mapping[str, object]) -> Result:
        """Return the same result with ranges beside the totals.

        Parameters
        ----------
        ranges : DataFrame
            One row per fiscal year of the result, in order; its columns stand after those of
            `totals`, such as ``change_in_balance_usd_mn_p5``.
        options : mapping
            How they were made, for the manifest: draws and seed.

        Returns
        -------
        Result
            A new one.

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

    def with_contributions(self, by_side: pd.DataFrame, **others: pd.DataFrame) -> Result:
        """Return the same result with a split over the levers that was made elsewhere.

        Parameters
        ----------
        by_side : DataFrame
            `contributions_by_side` of the same scenario under the same parameters.
        **others : DataFrame
            Other tables of it that were made there, such as ``fund_accounts``.

        Returns
        -------
        Result
            A new one.
        """
        split: dict[str, Table] = {"contributions": over_sides(by_side), SIDES: by_side, **others}
        return self._with(split, self._given_manifest)

    def _with(self, tables: dict[str, Table], manifest: Manifest) -> Result:
        return Result(
            scenario=self._scenario,
            engine=self._engine,
            classification=self._classification,
            **self._tables | tables,
            notes=self._given_notes,
            manifest=manifest,
            price_year=self._price_year,
            chain=self._chain,
        )

    def explain(self, flow: str, hs: str, fiscal_year: str) -> Explanation:
        """Show the chain of numbers behind one cell of `sectors`.

        Parameters
        ----------
        flow : {"export", "import"}
            Seen from India.
        hs : str
            HS chapter, such as ``"61"``, or product where chapters are split.
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
            refuse("flow", flow, tr("one of {allowed}", allowed=separated(FLOWS)))
        year = self.year_of(fiscal_year)
        sectors = self._table("sectors")
        known = tuple(dict.fromkeys(sectors["hs"]))
        if hs not in known:
            meant = use_instead(str(hs), known) or closest(hs, known)
            words = tr("a code of the result, as text with its leading zero{meant}", meant=meant)
            refuse("hs", hs, words)
        if self._chain is None:
            raise ValueError("this result was made without the chain that explain() shows")
        of_cell = (sectors["fiscal_year"] == year) & (sectors["flow"] == flow)
        cell = sectors[of_cell & (sectors["hs"] == hs)].iloc[0]
        head = cell_in_words(cell.to_dict(), self.group_name(hs))
        return in_words(self._chain(flow, hs, year), head)

    def frames(self, by: Level | None = None) -> dict[str, pd.DataFrame]:
        """Return every table by the name its file or sheet has.

        Parameters
        ----------
        by : {"chapter", "section", "window", "total"}, optional
            Add the balance by this level as ``by_<level>``.

        Returns
        -------
        dict of str to DataFrame
            Copies, in the order in which files are written.
        """
        return {name: table.copy() for name, table in self._held(by)}

    def _held(self, by: Level | None) -> Iterator[tuple[str, pd.DataFrame]]:
        """Every table by name as it is held, for writers: by product a copy is half a gigabyte."""
        for name in (*_WRITTEN, *_WHERE_ANY):
            table = self.basket if name == "basket" else self._table(name)
            if len(table) or name not in (SIDES, *_WHERE_ANY):
                yield name, table
            if name == "sectors" and by is not None:
                yield f"by_{by}", self.balance(by)

    def document(
        self, by: Level | None = None, options: Mapping[str, object] = NOTHING
    ) -> dict[str, object]:
        """Return the whole result as plain values, ready for JSON; no value is rounded.

        Parameters
        ----------
        by : {"chapter", "section", "window", "total"}, optional
            Add the balance by this level.
        options : mapping
            Options to record in the manifest.

        Returns
        -------
        dict
            Name, engine, notes, manifest and every table as a list of rows.
        """
        return {
            "name": self._scenario.name,
            "engine": self._engine,
            "notes": list(self.notes),
            "manifest": files.with_options(self.manifest, options),
        } | {name: files.records(frame) for name, frame in self.frames(by).items()}

    def to_csv(
        self,
        directory: Path | str,
        *,
        by: Level | None = None,
        options: Mapping[str, object] = NOTHING,
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
        with files.replace_folder(directory) as folder:
            for name, frame in self._held(by):
                files.write_csv(frame, folder / f"{name}.csv")
            self.write_about(folder, options)

    def to_parquet(
        self,
        directory: Path | str,
        *,
        by: Level | None = None,
        options: Mapping[str, object] = NOTHING,
    ) -> None:
        """Write every table as Parquet into a folder; otherwise as `to_csv`.

        Parameters
        ----------
        directory : Path or str
            Folder to write.
        by, options : optional
            As in `to_csv`.
        """
        with files.replace_folder(directory) as folder:
            for name, frame in self._held(by):
                files.write_parquet(frame, folder / f"{name}.parquet")
            self.write_about(folder, options)

    def to_folder(
        self,
        directory: Path | str,
        file_format: FileFormat,
        *,
        by: Level | None = None,
        options: Mapping[str, object] = NOTHING,
    ) -> None:
        """Write the result into a folder in one of the formats.

        Parameters
        ----------
        directory : Path or str
            Folder to write.
        file_format : {"csv", "json", "parquet", "xlsx"}
            What its tables are written as.
        by, options : optional
            As in `to_csv`.
        """
        if file_format == "csv":
            self.to_csv(directory, by=by, options=options)
        elif file_format == "parquet":
            self.to_parquet(directory, by=by, options=options)
        else:
            with files.replace_folder(directory) as folder:
                if file_format == "json":
                    files.write_json(self.document(by, options), folder / "result.json")
                else:
                    self._write_workbook(folder / "result.xlsx", by, options)
                self.write_about(folder, options)

    def to_excel(self, path: Path | str, *, by: Level | None = None) -> None:
        """Write one workbook: the answer in words with a chart, then every table as a sheet.

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
        with files.replace_file(path) as partial:
            self._write_workbook(partial, by, NOTHING)
        files.write_manifest_beside(Path(path), self.manifest)

    def _write_workbook(self, path: Path, by: Level | None, options: Mapping[str, object]) -> None:
        pages = sheets(self, self.frames(by), options)
        write_workbook(pages, path, front_sheet(self, self._classification, tuple(pages)))

    def to_json(self, path: Path | str, *, by: Level | None = None) -> None:
        """Write the whole result, scenario and manifest included, as one JSON file.

        The manifest also goes beside it, as ``<file name>.manifest.json``.

        Parameters
        ----------
        path : Path or str
            File to write.
        by : {"chapter", "section", "window", "total"}, optional
            Add the balance by this level.

        Raises
        ------
        OSError
            If the file cannot be written; what was there before is then still there.
        """
        with files.replace_file(path) as partial:
            files.write_json(self.document(by), partial)
        files.write_manifest_beside(Path(path), self.manifest)

    def headline(self, fiscal_year: str | None = None) -> str:
        """Return the answer in a few sentences: change, range, what it rests on, what to mind.

        Parameters
        ----------
        fiscal_year : str, optional
            The last one unless given.

        Returns
        -------
        str
            Read by a person; ``report.headline`` has its parts.

        Raises
        ------
        InputError
            If the year is unknown.
        """
        return str(headline(self, fiscal_year or self.fiscal_years[-1]))

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
        from cepasim.report import brief  # most runs write no note

        brief.write(self, self._classification, path, fiscal_year)

    def write_about(self, folder: Path, options: Mapping[str, object] = NOTHING) -> None:
        """Write what belongs beside every output: the scenario, the notes and the manifest.

        Parameters
        ----------
        folder : Path
            A folder with nothing but this result's files in it.
        options : mapping
            Options to record in the manifest.
        """
        files.write_text(self._scenario.to_yaml(), folder / "scenario.yaml")
        if self.notes:
            files.write_text("".join(f"{note}\n" for note in self.notes), folder / "notes.txt")
        files.write_manifest(self.manifest, folder, options)

    def __eq__(self, other: object) -> bool:
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
        own = self.own_figures
        rests = f"; own figures {own}" if own else ""
        return f"<Result {self._scenario.name!r}, engine {self._engine}: {outcome(self)}{rests}>"

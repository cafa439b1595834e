"""Reads the parameter folder: every figure of the model, with unit, range, source, year, grade.

A figure lives in ``params/`` and nowhere else. The folder is described by its own
``tables.yaml``; ``check_folder`` lists everything wrong with a folder,
``cepasim.params.loading`` reads it into one immutable object.

A user's folder is either *complete* (it has a ``tables.yaml`` and every table) or an *overlay*
(no ``tables.yaml``): each table in it replaces the bundled table of the same path, whole, and all
the others stay as bundled. A file with an unknown name is an error, never ignored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.files import bundled
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.described import Described
from cepasim.params.dictionary import DICTIONARY_FILE
from cepasim.params.schema import Dictionary
from cepasim.params.scopes import OVERRIDES, Scopes
from cepasim.params.tables import long_table, read_table


def bundled_directory() -> Path:
    """Folder of the figures that come with the program.

    Returns
    -------
    Path
        Inside the installed package, or beside ``src`` in a source checkout.
    """
    return bundled("params")


def check_folder(directory: Path | str) -> list[Problem]:
    """List everything wrong with a parameter folder; never raises for bad content.

    Parameters
    ----------
    directory : path
        A complete folder or an overlay (see the module's docstring).

    Returns
    -------
    list of Problem
        Each with file, line, field, value and what is allowed; empty if all is well.
    """
    # pandera takes a third of a second to import: only those who check pay for it.
    from cepasim.params import check as parameter_check

    return parameter_check.check_folder(Path(directory), bundled_directory())


@dataclass(frozen=True, eq=False, repr=False)
class Parameters(Described):
    """Every figure of a parameter folder. Immutable; ``with_overrides`` returns another one.

    Attributes
    ----------
    dictionary : Dictionary
        What each table and column means (``tables.yaml``).
    """

    dictionary: Dictionary
    _files: Mapping[str, Path]
    _dictionary_file: Path
    _rows: pd.DataFrame
    _overrides: Mapping[str, float] = field(default_factory=dict)
    # Not part of the value: tables already read, the scopes of the rows, names read so far.
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    _known_scopes: Scopes | None = None
    _used: set[str] = field(default_factory=set)
    _used_together: set[frozenset[str]] = field(default_factory=set)

    @cached_property
    def _scopes(self) -> Scopes:
        return self._known_scopes or Scopes(self._rows)

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """Value of every parameter in the order of ``names``, overrides applied."""
        values, many = self._scopes.values.copy(), len(self._overrides)
        places = np.fromiter(map(self._scopes.place.__getitem__, self._overrides), np.intp, many)
        values[places] = np.fromiter(self._overrides.values(), np.float64, many)
        values.setflags(write=False)
        return values

    def __repr__(self) -> str:
        return f"Parameters({len(self.names)} parameters, {len(self._files)} tables)"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parameters, in the order of the tables."""
        return tuple(self._scopes.place)

    @property
    def rows(self) -> pd.DataFrame:
        """Rows of the schema "parameter" as the folder has them, with the column ``table``."""
        return self._rows.copy()

    @property
    def overrides(self) -> dict[str, float]:
        """Values that replace those of the folder, by name."""
        return dict(self._overrides)

    @property
    def used(self) -> frozenset[str]:
        """Names of the parameters read so far through ``value`` and ``by_chapter``."""
        return frozenset(self._used).union(*self._used_together)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that are there."""
        return tuple(self._files)

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of one table.

        Parameters
        ----------
        name : str
            Folder and file without ending, such as ``"benchmark/bilateral"``.

        Returns
        -------
        DataFrame
            Codes as text with their leading zeros, numbers as float64; a blank number is NaN, a
            blank text ``""``. Overrides are applied.

        Raises
        ------
        InputError
            If there is no such table, with close matches; or if it cannot be read.
        """
        if name not in self._tables:
            if name not in self._files:
                raise InputError([self._absent(name)])
            try:
                table = read_table(self._files[name], self.dictionary.columns(name))
            except (ValueError, UnicodeDecodeError):
                table = None
            if table is None or set(self._required(name)) - set(table.columns):
                raise InputError(
                    p for p in check_folder(self._files[name].parents[name.count("/")])
                )
            self._tables[name] = table
        table = self._tables[name].copy()
        if self._overrides and self.dictionary.tables[name].form == "parameter":
            table["value"] = [self._values[self._scopes.place[n]] for n in table["name"]]
        return table

    def _required(self, name: str) -> Iterator[str]:
        columns = self.dictionary.columns(name)
        return (header for header, column in columns.items() if not column.optional)

    def _absent(self, name: str) -> Problem:
        """Why a table cannot be had."""
        if name in self.dictionary.tables:
            how = self.dictionary.tables[name].generated_by
            words = (
                tr("this file; write it with `{command}`", command=how) if how else tr("this file")
            )
            return Problem(f"{name}.csv", None, "file", None, words)
        words = tr("a table of tables.yaml") + closest(name, self.dictionary.tables, 3)
        return Problem(DICTIONARY_FILE, None, "table", name, words)

    def value(self, name: str) -> float:
        """Value of one parameter by its unique name.

        Raises
        ------
        InputError
            If there is no such parameter, with close matches.
        """
        if name not in self._scopes.place:
            words = tr("the name of a parameter") + closest(name, self._scopes.place, 3)
            raise InputError([Problem(OVERRIDES, None, "name", name, words)])
        self._used.add(name)
        return float(self._values[self._scopes.place[name]])

    def by_chapter(
        self,
        parameter: str,
        chapters: Sequence[str],
        importer: str | None = None,
        exporter: str | None = None,
        window: str | None = None,
    ) -> NDArray[np.float64]:
        """Values of a parameter by chapter for a pair and a window.

        Of the rows that hold for a chapter the most specific wins: first the one that names more
        of importer, exporter and window, then the one with fewer chapters (blank is all), then
        the later row. A row that names an importer, exporter or window holds for that one only.

        Parameters
        ----------
        parameter : str
            As in the column ``parameter``.
        chapters : sequence of str
            HS codes of two or more digits; one takes the value of the narrowest group it is in.
        importer, exporter, window : str, optional
            Economy codes and fund window.

        Returns
        -------
        ndarray, shape (len(chapters),)

        Raises
        ------
        InputError
            If no row holds for some chapter: a missing value is never guessed.
        """
        places, names = self._scopes.places(parameter, chapters, importer, exporter, window)
        self._used_together.add(names)
        return self._values[places]

    def by_source(
        self,
        parameter: str,
        chapters: Sequence[str],
        exporters: Sequence[str],
        importer: str,
    ) -> NDArray[np.float64]:
        """Values of a parameter by chapter and exporter, shape (H, S); as ``by_chapter``."""
        places, names = self._scopes.places_by_source(parameter, chapters, exporters, importer)
        self._used_together.add(names)
        return self._values[places]

    def uniform(
        self,
        parameter: str,
        chapters: Sequence[str],
        importer: str | None = None,
        exporter: str | None = None,
    ) -> float:
        """Value of a parameter that must be the same for all chapters; else as ``by_chapter``.

        Raises
        ------
        InputError
            If a row gives some chapters a value of their own.
        """
        values = self.by_chapter(parameter, chapters, importer, exporter)
        if np.ptp(values) > 0:
            words = tr(
                "one value for all chapters (leave hs blank): the model has no other use for it"
            )
            raise InputError(
                [Problem(OVERRIDES, None, parameter, sorted(set(values.tolist())), words)]
            )
        return float(values[0])

    def describe(
        self,
        parameter: str,
        hs: str,
        importer: str | None = None,
        exporter: str | None = None,
        window: str | None = None,
    ) -> dict[str, Any]:
        """Return the row that ``by_chapter`` takes for one chapter: value, range, source, grade.

        Parameters and errors as in ``by_chapter``.

        Returns
        -------
        dict
            The columns of the row; ``value`` with overrides applied.
        """
        [place] = self._scopes.places(parameter, [hs], importer, exporter, window)[0].tolist()
        return self._scopes.record(place) | {"value": float(self._values[place])}

    def hidden_by(self, name: str, chapters: Sequence[str]) -> tuple[str, ...]:
        """Names of the rows that hold wherever one of this name would; empty where it holds."""
        return self._scopes.hidden_by(name, chapters)

    def with_overrides(self, overrides: Mapping[str, float]) -> Parameters:
        """Return the same parameters with some values changed by name.

        A value may lie outside the range of its row (that is the user's business, and
        ``outside_range`` says so) but not outside what its unit can be.

        Parameters
        ----------
        overrides : mapping of str to float

        Raises
        ------
        InputError
            For every unknown name, with close matches, and every impossible value.
        """
        problems = []
        units = dict(zip(self._rows["name"], self._rows["unit"], strict=True))
        for name, value in overrides.items():
            if name not in units:
                words = tr("the name of a parameter") + closest(str(name), units, 3)
                problems.append(Problem(OVERRIDES, None, "name", name, words))
                continue
            unit = self.dictionary.units[units[name]]
            number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
            if not number or not unit.allows(float(value)):
                allowed = tr("{allowed} ({unit})", allowed=unit.allowed, unit=units[name])
                problems.append(Problem(OVERRIDES, None, name, value, allowed))
        if problems:
            raise InputError(problems)
        return self.with_values(overrides)

    def with_values(self, values: Mapping[str, float]) -> Parameters:
        """Return the same parameters with some values changed, unchecked: for many draws.

        Parameters
        ----------
        values : mapping of str to float
            By name; every name and value must be known to be possible. What comes from outside
            goes through ``with_overrides``.
        """
        merged = dict(self._overrides) | {name: float(v) for name, v in values.items()}
        changed = Parameters(
            dictionary=self.dictionary,
            _files=self._files,
            _dictionary_file=self._dictionary_file,
            _rows=self._rows,
            _overrides=merged,
            _tables=self._tables,
            _known_scopes=self._scopes,
        )
        # No value is a year: those of the folder are read once for all draws.
        changed.__dict__.update(base_year=self.base_year, schedule_year=self.schedule_year)
        return changed

    @property
    def outside_range(self) -> tuple[str, ...]:
        """Overrides that lie outside the documented range of their parameter, in words."""
        rows = self._rows.set_index("name")
        lows, highs = (rows[bound].astype(float).to_dict() for bound in ("low", "high"))
        return tuple(
            tr(
                "{name} = {value} lies outside its range {low} to {high}",
                name=name,
                value=f"{value:g}",
                low=f"{lows[name]:g}",
                high=f"{highs[name]:g}",
            )
            for name, value in self._overrides.items()
            if not lows[name] <= value <= highs[name]
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content of every table, the dictionary and the overrides."""
        digest = hashlib.sha256()
        for name, path in [("", self._dictionary_file), *sorted(self._files.items())]:
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        digest.update(json.dumps(self.overrides, sort_keys=True).encode())
        return digest.hexdigest()

    def long(self) -> pd.DataFrame:
        """Every figure of the folder, one row each.

        Returns
        -------
        DataFrame
            ``table``, ``key``, ``value``, ``unit``, ``low``, ``high``, ``source``, ``year``,
            ``grade``. Of wide official tables low = high = value and the key ends with the
            column; blank cells are left out.
        """
        frames = [
            long_table(name, table, self.table(name))
            for name, table in self.dictionary.tables.items()
            if name in self._files and table.form not in ("text", "report")
        ]
        return pd.concat([f for f in frames if len(f)], ignore_index=True)

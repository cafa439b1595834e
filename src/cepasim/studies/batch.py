"""Many scenarios: files, objects or a grid, on any executor, one bad one harming no other."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.language import mark, separated, tr
from cepasim.core.manifest import manifest
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.economy.economy import Economy
from cepasim.engines.every import engine_named
from cepasim.scenario.reading import naming_lines
from cepasim.scenario.scenario import Scenario
from cepasim.scenario.sources import other_source
from cepasim.simulate import simulate
from cepasim.studies import chunks, kept, partitions
from cepasim.studies.batch_arguments import directory_of, known_tables, listed
from cepasim.studies.grid import Variant
from cepasim.studies.monte_carlo import monte_carlo
from cepasim.studies.partitions import TABLES

#: Tables that a batch without a folder holds in memory unless others are asked for. Who is
#: displaced would more than double it: 309 kB beside the 251 kB of these for the full package.
IN_MEMORY = ("totals", "sectors", "contributions")
_KEY_LENGTH = 80
Given = Scenario | Mapping[str, Any] | Path | str
#: What is wrong with a scenario: problems of the input, or why the run failed.
Failure = list[Problem] | str


@dataclass(frozen=True, eq=False)
class Batch:
    """What many scenarios gave. Tables come with the column ``scenario`` in front.

    Attributes
    ----------
    index : DataFrame
        One row for each scenario: ``scenario`` (the key in every table), ``name``,
        ``description``, ``done`` and, of a grid, a column for each setting.
    failures : DataFrame
        One row for each problem: ``scenario``, ``problem``.
    directory : Path or None
        Where the tables are.
    wrong_input : bool
        Whether there are failures and all of them are of the input.
    """

    index: pd.DataFrame
    failures: pd.DataFrame
    directory: Path | None
    wrong_input: bool
    _tables: Mapping[str, Mapping[str, bytes]] = field(repr=False)
    _kept: tuple[str, ...] = field(repr=False)

    @property
    def complete(self) -> bool:
        """Whether every scenario gave a result."""
        return bool(self.index["done"].all())

    @property
    def totals(self) -> pd.DataFrame:
        """As ``Result.totals``."""
        return self.frame("totals")

    @property
    def sectors(self) -> pd.DataFrame:
        """As ``Result.sectors``."""
        return self.frame("sectors")

    @property
    def contributions(self) -> pd.DataFrame:
        """As ``Result.contributions``."""
        return self.frame("contributions")

    @property
    def contributions_by_side(self) -> pd.DataFrame:
        """As ``Result.contributions_by_side``; in memory only where ``batch`` was asked for it."""
        return self.frame("contributions_by_side")

    @property
    def displacement(self) -> pd.DataFrame:
        """As ``Result.displacement``; in memory only where ``batch`` was asked for it."""
        return self.frame("displacement")

    def frame(self, name: str) -> pd.DataFrame:
        """Return one table of all scenarios that gave a result.

        Parameters
        ----------
        name : str
            One of `TABLES`.

        Returns
        -------
        DataFrame
            ``scenario``, a column for each setting of a grid, then the columns of the result.

        Raises
        ------
        InputError
            For another name, or a table that was not kept in memory.
        """
        if name not in TABLES:
            refuse("name", name, tr("one of {allowed}", allowed=separated(TABLES)))
        if name not in self._kept:
            text = tr(
                "a table that was kept: {tables}; ask batch(tables=...) for more",
                tables=separated(self._kept),
            )
            refuse("name", name, text)
        settings = list(self.index.columns[4:])
        frames = []
        for row in self.index[self.index["done"]].to_dict("records"):
            key = str(row["scenario"])
            if self.directory is None:
                part = pd.read_parquet(io.BytesIO(self._tables[key][name]))
            else:
                part = pd.read_parquet(self.directory / partitions.part(name, key))
            for column in reversed(settings):
                part.insert(0, column, row[column])
            part.insert(0, "scenario", key)
            frames.append(part)
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def batch(
    economy: Economy,
    scenarios: Iterable[Given],
    executor: Executor | None = None,
    *,
    out: Path | str | None = None,
    engine: str = "armington",
    tables: Iterable[str] = IN_MEMORY,
    reference: str | None = None,
    elasticities: str | None = None,
    level: Mapping[str, object] | None = None,
    draws: int = 0,
    model_choice: bool = False,
) -> Batch:
    """Run many scenarios.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    scenarios : iterable of Scenario, mapping or path
        As objects, as what a scenario file holds (`grid` makes such), or as files. One that cannot
        be read, or that fails, is reported in ``failures`` and loses none of the others.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or ``dask.distributed.Client.get_executor()``.
    out : path, optional
        Folder for Parquet files partitioned by scenario (``totals/scenario=KEY/part.parquet`` and
        so on), new, empty, or of an earlier batch. A rerun computes only what is missing, has
        changed, or is no longer as it was written; ``index.csv`` lists all that the folder holds.
    engine : str, optional
        ``armington``, ``smart`` or ``gsim``.
    tables : iterable of str, optional
        Tables to hold in memory where there is no folder, which gets all: ``totals``, ``sectors``,
        ``contributions``; ``contributions_by_side`` and ``displacement`` as well if asked for.
    reference : str, optional
        Variant of the reference, or a file, for all of them in place of their own.
    elasticities : {"gtap", "fgo", "broda_weinstein", "boehm"}, optional
        One source of the elasticities for all of them; a scenario that names another is reported
        in ``failures``.
    level : mapping, optional
        ``level`` and ``refine`` of a scenario, for all of them in place of their own.
    draws : int, optional
        Draws behind 90 % ranges in ``totals``, the same for every scenario (seed 1); 0 for none.
    model_choice : bool, optional
        Whether the model's own alternatives are drawn as well, as in `cepasim.monte_carlo`.

    Returns
    -------
    Batch
        Index, failures and the tables, or where they lie.

    Raises
    ------
    InputError
        If an argument is wrong, or the folder holds anything but a batch under the same data and
        by the same engine.
    RunError
        If workers are lost for good.

    Examples
    --------
    >>> import cepasim
    >>> scenario = cepasim.Scenario.from_dict({"name": "none", "horizon": "2024-25"})
    >>> done = cepasim.batch(cepasim.load(), [scenario])
    >>> list(done.index["done"])
    [True]
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    given = listed(scenarios)
    engine_named(engine)
    economy = economy.with_elasticities(elasticities)
    wanted = TABLES if out is not None else known_tables(tables)
    directory = None if out is None else directory_of(out)
    over = dict(level or {}) | ({} if reference is None else {"variant": reference})
    entries = _read(economy, given, over, elasticities)
    shared = chunks.Shared(economy)
    if directory is not None:
        drawn = {"draws": draws, "model_choice": bool(draws) and model_choice}
        kept.take_up(directory, _identity(economy, engine) | drawn)
        for entry in entries.values():
            entry.done = entry.scenario is not None and partitions.is_done(
                directory, entry.key, entry.text
            )
    tasks = {
        key: (shared, entry.scenario, engine, wanted, draws, model_choice)
        for key, entry in entries.items()
        if entry.scenario is not None and not entry.done
    }
    held: dict[str, dict[str, bytes]] = {}

    def keep(key: str, answer: dict[str, bytes] | Failure) -> None:
        entry = entries[key]
        if not isinstance(answer, dict):
            entry.failure = answer
            if directory is not None:
                partitions.withdraw(directory, key)
            return
        entry.done = True
        if directory is None:
            held[key] = answer
        else:
            partitions.write(directory, key, answer, entry.text, entry.row())

    already = sum(entry.done for entry in entries.values())
    chunks.run_tasks(
        run_one,
        tasks,
        keep,
        executor,
        label=mark("scenarios"),
        done=already,
        resumes=out is not None,
    )
    rows = [entry.row() for entry in entries.values()]
    failures = pd.DataFrame(
        [(key, line) for key, entry in entries.items() for line in entry.lines()],
        columns=["scenario", "problem"],
    )
    failed = [entry.failure for entry in entries.values() if entry.failure is not None]
    wrong_input = bool(failed) and not any(isinstance(failure, str) for failure in failed)
    if directory is not None:
        partitions.write_lists(directory, rows, failures)
    return Batch(partitions.index_of(rows), failures, directory, wrong_input, held, wanted)


def run_one(
    shared: chunks.Shared[Economy],
    scenario: Scenario,
    engine: str,
    tables: tuple[str, ...] = TABLES,
    draws: int = 0,
    model_choice: bool = False,
) -> dict[str, bytes] | Failure:
    """Tables of one scenario as Parquet, or what is wrong with it."""
    try:
        result = simulate(shared.thing, scenario, engine)
        if draws:
            ranges = monte_carlo(
                shared.thing, scenario, draws, engine=engine, model_choice=model_choice
            )
            result = result.with_ranges(ranges.headline_ranges(), ranges.options())
    except InputError as error:
        return list(error.problems)
    except RunError as error:
        return str(error)
    found = {}
    for name in tables:
        stream = io.BytesIO()
        getattr(result, name).to_parquet(stream, index=False)
        found[name] = stream.getvalue()
    return found


@dataclass(eq=False)
class _Entry:
    """One scenario of a batch: what it is, and what became of it."""

    key: str
    given: Given
    scenario: Scenario | None = None
    failure: Failure | None = None
    done: bool = False
    text: str = ""

    def row(self) -> dict[str, object]:
        scenario = self.scenario
        settings = self.given.settings if isinstance(self.given, Variant) else {}
        return {
            "scenario": self.key,
            "name": scenario.name if scenario is not None else "",
            "description": (scenario.description or "") if scenario is not None else "",
            "done": self.done,
            **{path: partitions.setting(value) for path, value in settings.items()},
        }

    def lines(self) -> list[str]:
        """What is wrong, in words, with the file and line where there are any."""
        if self.failure is None or isinstance(self.failure, str):
            return [] if self.failure is None else [self.failure]
        if isinstance(self.given, Variant):
            return [str(self.given.placed(problem)) for problem in self.failure]
        if isinstance(self.given, Path | str):
            try:
                with naming_lines(Path(self.given)):
                    raise InputError(self.failure)
            except InputError as named:
                return [str(problem) for problem in named.problems]
        return [str(problem) for problem in self.failure]


def _read(
    economy: Economy,
    given: Iterable[Given],
    over: Mapping[str, object],
    elasticities: str | None,
) -> dict[str, _Entry]:
    """Scenarios by key, with the problems of those that cannot be read."""
    entries: dict[str, _Entry] = {}
    known = economy.classification, economy.parameters
    for one in given:
        if isinstance(one, Scenario):
            stem = one.name
        elif isinstance(one, Mapping):
            stem = str(one.get("name", "scenario"))
        else:
            stem = Path(one).stem
        entry = _Entry(_key(stem, entries), one)
        try:
            if isinstance(one, Scenario):
                read = one
            elif isinstance(one, Mapping):
                read = Scenario.from_dict(dict(one), *known)
            else:
                read = Scenario.read(Path(one), *known)
            if other := other_source(read, elasticities):
                raise InputError([other])
            read = read.model_copy(update=over)
            entry.scenario, entry.text = read, read.to_yaml()
        except InputError as error:
            entry.failure = list(error.problems)
        except OSError as error:
            entry.failure = [Problem(str(one), None, "file", None, error.strerror or str(error))]
        entries[entry.key] = entry
    return entries


def _key(name: str, taken: Iterable[str]) -> str:
    """Name fit for a folder, and not taken yet, on file systems that know no capitals either."""
    plain = re.sub(r"[^A-Za-z0-9._=-]+", "-", name).strip("-.") or "scenario"
    if len(plain) > _KEY_LENGTH:
        plain = plain[: _KEY_LENGTH - 9] + "-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    known = {key.casefold() for key in taken}
    key, number = plain, 2
    while key.casefold() in known:
        key, number = f"{plain}-{number}", number + 1
    return key


def _identity(economy: Economy, engine: str) -> dict[str, object]:
    described = manifest(
        engine=engine,
        scenario_text="",
        parameter_digest=economy.parameters.digest,
        options=kept.options_of(economy),
    )
    wanted = ("version", "packages", "engine", "parameter_digest", "options")
    return {"kind": "batch", **{key: described[key] for key in wanted}}

"""Many scenarios: files, objects or a grid, on any executor, one bad one harming no other."""

from __future__ import annotations

import copy
import hashlib
import io
import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from cepasim.core import files as output
from cepasim.core.manifest import manifest
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.simulate import simulate
from cepasim.studies import chunks

#: Tables of a result that a batch keeps, each a folder with one part for each scenario.
TABLES = ("totals", "sectors", "contributions", "displacement")
_DONE = "scenarios"
_FAILURES = "failures.csv"
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_KEY_LENGTH = 80


@dataclass(frozen=True, eq=False)
class Batch:
    """What many scenarios gave. Tables come with the column ``scenario`` in front.

    Attributes
    ----------
    index : DataFrame
        One row for each scenario: ``scenario`` (the key in every table), ``name``,
        ``description``, ``done`` and, of a grid, the settings.
    failures : DataFrame
        One row for each problem: ``scenario``, ``problem``.
    directory : Path or None
        Where the tables are.
    """

    index: pd.DataFrame
    failures: pd.DataFrame
    directory: Path | None
    _tables: Mapping[str, pd.DataFrame] = field(repr=False)

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

    def frame(self, name: str) -> pd.DataFrame:
        """Return one table of all scenarios that gave a result.

        Parameters
        ----------
        name : str
            One of `TABLES`.
        """
        if self.directory is None:
            return self._tables[name].copy()
        done = self.index.loc[self.index["done"], "scenario"]
        frames = []
        for key in done:
            part = pd.read_parquet(_part(self.directory, name, key))
            part.insert(0, "scenario", key)
            frames.append(part)
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def batch(
    economy: Economy,
    scenarios: Iterable[Scenario | Mapping[str, Any] | Path | str],
    executor: Executor | None = None,
    *,
    out: Path | str | None = None,
    engine: str = "armington",
) -> Batch:
    """Run many scenarios.

    Parameters
    ----------
    economy : Economy
    scenarios : iterable of Scenario, mapping or path
        As objects, as what a scenario file holds (`grid` makes such), or as files. One that cannot
        be read, or that fails, is reported in ``failures`` and loses none of the others.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or ``dask.distributed.Client.get_executor()``.
    out : path, optional
        Folder for Parquet files partitioned by scenario (``totals/scenario=KEY/part.parquet`` and
        so on). A rerun computes only what is missing or has changed.
    engine : str, optional

    Returns
    -------
    Batch

    Raises
    ------
    InputError
        If the folder holds a batch under other figures or by another engine.
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
    directory = None if out is None else Path(out)
    read, problems = _read(economy, scenarios)
    texts = {key: scenario.to_yaml() for key, scenario in read.items()}
    done: set[str] = set()
    if directory is not None:
        chunks.take_up(directory, _identity(economy, engine))
        done = {key for key, text in texts.items() if _is_done(directory, key, text)}
    blob = chunks.packed(economy)
    tasks = {key: (blob, scenario, engine) for key, scenario in read.items() if key not in done}
    tables: dict[str, dict[str, bytes]] = {}

    def keep(key: str, answer: dict[str, bytes] | list[str]) -> None:
        if isinstance(answer, list):
            problems[key] = answer
            return
        if directory is None:
            tables[key] = answer
        else:
            _write(directory, key, answer, texts[key])
        done.add(key)

    chunks.run_tasks(run_one, tasks, keep, executor, label="scenarios", done=len(done))
    index = pd.DataFrame(
        [
            {
                "scenario": key,
                "name": read[key].name if key in read else "",
                "description": read[key].description or "" if key in read else "",
                "done": key in done,
            }
            for key in [*read, *(key for key in problems if key not in read)]
        ]
    )
    failures = pd.DataFrame(
        [(key, line) for key, lines in problems.items() for line in lines],
        columns=["scenario", "problem"],
    )
    if directory is not None:
        output.write_csv(index, directory / "index.csv")
        output.write_csv(failures, directory / _FAILURES)
    return Batch(index, failures, directory, _joined(tables, list(read)))


def run_one(blob: bytes, scenario: Scenario, engine: str) -> dict[str, bytes] | list[str]:
    """Tables of one scenario as Parquet, or what is wrong with it in words."""
    try:
        result = simulate(chunks.unpacked(blob), scenario, engine)
    except InputError as error:
        return [str(problem) for problem in error.problems]
    except RunError as error:
        return [str(error)]
    found = {}
    for name in TABLES:
        stream = io.BytesIO()
        getattr(result, name).to_parquet(stream, index=False)
        found[name] = stream.getvalue()
    return found


def grid(base: Scenario, vary: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], ...]:
    """Scenarios for every combination of some settings of one.

    Parameters
    ----------
    base : Scenario
    vary : mapping of str to sequence
        Path of a setting in the scenario file to the values it takes, such as
        ``{"levers[5].fund.usd_bn": [1, 2, 4], "parameters.eta": [0.8, 1.2]}``.

    Returns
    -------
    tuple of dict
        What scenario files would hold, named after the settings; for `batch`, which reports those
        whose values cannot be.

    Raises
    ------
    InputError
        For a path that is not in the scenario, or settings that are no list.

    Examples
    --------
    >>> import cepasim
    >>> fund = {"usd_bn": 2, "windows": {"sunrise": 1}, "start": "2026-27", "years": 5}
    >>> base = cepasim.Scenario.from_dict({"name": "fund", "levers": [{"fund": fund}]})
    >>> [made["name"] for made in cepasim.grid(base, {"levers[0].fund.usd_bn": [1, 4]})]
    ['fund [levers[0].fund.usd_bn=1]', 'fund [levers[0].fund.usd_bn=4]']
    """
    import yaml

    content = yaml.safe_load(base.to_yaml())
    problems: list[Problem] = []
    for path, values in vary.items():
        if not _there(content, path):
            problems.append(Problem("grid", None, path, None, "the path of a setting of the base"))
        if not isinstance(values, list | tuple) or not values:
            problems.append(Problem("grid", None, path, values, "a list of values"))
    if problems:
        raise InputError(problems)
    made = []
    for combination in itertools.product(*vary.values()):
        changed = copy.deepcopy(content)
        for path, value in zip(vary, combination, strict=True):
            _set(changed, path, value)
        settings = ", ".join(
            f"{path}={value}" for path, value in zip(vary, combination, strict=True)
        )
        changed["name"] = f"{base.name} [{settings}]"
        made.append(changed)
    return tuple(made)


def read_grid(file: Path, base_of: Mapping[str, Path]) -> tuple[dict[str, Any], ...]:
    """Read a grid file: ``base`` (a scenario file or a bundled name) and ``vary``.

    Raises
    ------
    InputError
        For a file that is no grid.
    """
    import yaml

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError([Problem(str(file), None, "file", None, f"YAML: {error}")]) from None
    if not isinstance(content, dict) or set(content) != {"base", "vary"}:
        raise InputError([Problem(str(file), None, "file", None, "a mapping of base and vary")])
    name = str(content["base"])
    place = base_of.get(name.removesuffix(".yaml"), file.parent / name)
    if not place.is_file():
        raise InputError([Problem(str(file), None, "base", name, "a scenario file")])
    return grid(Scenario.read(place), content["vary"])


def _read(
    economy: Economy, scenarios: Iterable[Scenario | Mapping[str, Any] | Path | str]
) -> tuple[dict[str, Scenario], dict[str, list[str]]]:
    """Scenarios by key, and the problems of files that cannot be read."""
    read: dict[str, Scenario] = {}
    problems: dict[str, list[str]] = {}
    for given in scenarios:
        try:
            known = economy.classification, economy.parameters
            if isinstance(given, Scenario):
                scenario, stem = given, given.name
            elif isinstance(given, Mapping):
                stem = str(given.get("name", "scenario"))
                scenario = Scenario.from_dict(dict(given), *known)
            else:
                stem = Path(given).stem
                scenario = Scenario.read(Path(given), *known)
            read[_key(stem, {*read, *problems})] = scenario
        except InputError as error:
            key = _key(stem, {*read, *problems})
            problems[key] = [str(problem) for problem in error.problems]
        except OSError as error:
            key = _key(stem, {*read, *problems})
            problems[key] = [f"{given}: {error.strerror or error}"]
    return read, problems


def _key(name: str, taken: set[str]) -> str:
    """Name fit for a folder, and not taken yet."""
    plain = re.sub(r"[^A-Za-z0-9._=-]+", "-", name).strip("-.") or "scenario"
    if len(plain) > _KEY_LENGTH:
        plain = plain[: _KEY_LENGTH - 9] + "-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    key, number = plain, 2
    while key in taken:
        key, number = f"{plain}-{number}", number + 1
    return key


def _identity(economy: Economy, engine: str) -> dict[str, object]:
    described = manifest(
        engine=engine,
        scenario_text="",
        parameter_digest=economy.parameters.digest,
        options={
            "line_rule": economy.line_rule,
            "product_rule": economy.product_rule,
            "wedge_rule": economy.wedge_rule,
        },
    )
    wanted = ("version", "packages", "engine", "parameter_digest", "options")
    return {key: described[key] for key in wanted}


def _part(directory: Path, table: str, key: str) -> Path:
    return directory / table / f"scenario={key}" / "part.parquet"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is_done(directory: Path, key: str, text: str) -> bool:
    mark = directory / _DONE / f"{key}.json"
    if not mark.is_file():
        return False
    told = json.loads(mark.read_text(encoding="utf-8"))
    return bool(told.get("scenario_sha256") == _digest(text))


def _write(directory: Path, key: str, answer: Mapping[str, bytes], text: str) -> None:
    """Write the parts of one scenario; its mark goes last, so that half of one is none."""
    mark = directory / _DONE / f"{key}.json"
    mark.unlink(missing_ok=True)
    for table, content in answer.items():
        with output.replace_file(_part(directory, table, key)) as partial:
            partial.write_bytes(content)
    with output.replace_file(directory / _DONE / f"{key}.yaml") as partial:
        partial.write_text(text, encoding="utf-8")
    with output.replace_file(mark) as partial:
        partial.write_text(json.dumps({"scenario_sha256": _digest(text)}) + "\n", encoding="utf-8")


def _joined(tables: Mapping[str, Mapping[str, bytes]], order: list[str]) -> dict[str, pd.DataFrame]:
    joined = {}
    for name in TABLES:
        frames = []
        for key in order:
            if key in tables:
                part = pd.read_parquet(io.BytesIO(tables[key][name]))
                part.insert(0, "scenario", key)
                frames.append(part)
        joined[name] = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return joined


def _steps(path: str) -> list[str | int]:
    found = list(_STEP.finditer(path))
    return [int(step[2]) if step[2] is not None else step[1] for step in found]


def _there(content: Any, path: str) -> bool:
    """Whether a path leads to a setting; any parameter may be set."""
    steps = _steps(path)
    if len(steps) == 2 and steps[0] == "parameters":
        return True
    for step in steps:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(steps)


def _set(content: Any, path: str, value: Any) -> None:
    *way, last = _steps(path)
    for step in way:
        content = content[step]
    content[last] = value

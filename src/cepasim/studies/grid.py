"""A grid: one scenario with every combination of some of its settings."""

from __future__ import annotations

import copy
import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cepasim.core.arguments import instance_of
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.yaml_lines import YamlFile, line_of, parse_yaml, path_steps, read_yaml
from cepasim.scenario.reading import MAX_BYTES
from cepasim.scenario.scenario import Scenario

#: Scenarios of one grid at most; a number that is written by mistake is refused before any of them
#: is built.
MOST_SCENARIOS = 10_000
_KEYS = ("base", "vary")
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")
#: Where a problem of a scenario without a file is placed.
_NO_FILE = "scenario"
_GRID = "grid"


class Variant(dict[str, Any]):
    """What the file of one scenario of a grid would hold.

    Attributes
    ----------
    settings : mapping of str to object
        Its settings by path.
    base, file : Path or None
        Files of the base and of the grid, where it was read from files.
    lines : mapping of str to int
        Line of each path in the grid's file.
    """

    def __init__(
        self,
        content: Mapping[str, Any],
        settings: Mapping[str, Any],
        base: Path | None = None,
        file: Path | None = None,
        lines: Mapping[str, int] = FrozenMapping({}),
    ) -> None:
        super().__init__(content)
        self.settings = dict(settings)
        self.base, self.file, self.lines = base, file, lines

    def placed(self, problem: Problem) -> Problem:
        """Give a problem of the scenario the file and line its value comes from."""
        if problem.file != _NO_FILE:
            return problem
        if self.file is not None:
            wrong = path_steps(problem.field)
            for path in self.settings:
                own = path_steps(path)
                if own[: len(wrong)] == wrong or wrong[: len(own)] == own:
                    return replace(problem, file=str(self.file), line=self.lines.get(path))
        if self.base is None:
            return problem
        lines = read_yaml(self.base, MAX_BYTES).lines
        line = line_of(path_steps(problem.field), lines)
        return replace(problem, file=str(self.base), line=line)


def grid(base: Scenario, vary: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], ...]:
    """Scenarios for every combination of some settings of one.

    Parameters
    ----------
    base : Scenario
        What all of them share.
    vary : mapping of str to sequence
        Path of a setting in the scenario file to the values it takes, such as
        ``{"levers[5].fund.usd_bn": [1, 2, 4], "parameters.eta": [0.8, 1.2]}``.

    Returns
    -------
    tuple of dict
        What scenario files would hold, named after the settings; for `batch`, which reports those
        whose values cannot be, and makes each setting a column of its tables.

    Raises
    ------
    InputError
        For a path that is not in the scenario, settings that are not a list, or more than 10,000
        scenarios.

    Examples
    --------
    >>> import cepasim
    >>> fund = {"usd_bn": 2, "windows": {"sunrise": 1}, "start": "2026-27", "years": 5}
    >>> base = cepasim.Scenario.from_dict({"name": "fund", "levers": [{"fund": fund}]})
    >>> [made["name"] for made in cepasim.grid(base, {"levers[0].fund.usd_bn": [1, 4]})]
    ['fund [levers[0].fund.usd_bn=1]', 'fund [levers[0].fund.usd_bn=4]']
    """
    instance_of("base", base, Scenario, tr("a scenario, such as Scenario.read gives"))
    instance_of("vary", vary, Mapping, tr("a mapping of paths to lists of values"))
    return tuple(_variants(base, vary, lambda _: (_GRID, None)))


def read_grid(file: Path, base_of: Mapping[str, Path]) -> tuple[dict[str, Any], ...]:
    """Read a grid file: ``base`` (a scenario file or a bundled name) and ``vary``.

    Parameters
    ----------
    file : Path
    base_of : mapping of str to Path
        Files of the bundled scenarios by name.

    Raises
    ------
    InputError
        For a file that is not a grid; with file and line.
    """
    found = read_yaml(file, MAX_BYTES)
    problems = list(found.problems) + _shape_problems(file, found)
    if problems:
        raise InputError(problems)
    name, vary = str(found.data["base"]), found.data["vary"]
    place = base_of.get(name.removesuffix(".yaml"), file.parent / name)
    if not place.is_file():
        text = tr("a scenario file beside this one, or a bundled name") + closest(name, base_of)
        raise InputError([Problem(str(file), found.lines.get(("base",)), "base", name, text)])
    lines = {path: found.lines[("vary", path)] for path in vary}
    base = Scenario.read(place)
    made = _variants(base, vary, lambda path: (str(file), lines.get(path)))
    return tuple(Variant(one, one.settings, place, file, lines) for one in made)


def _shape_problems(file: Path, found: YamlFile) -> list[Problem]:
    """What keeps a file from being a grid."""
    data = found.data
    if not isinstance(data, dict):
        return [Problem(str(file), 1, "file", data, tr("a mapping of base and vary"))]
    problems = []

    def wrong(key: str, value: object, allowed: str) -> None:
        line = found.lines.get((key,), 1)
        problems.append(Problem(str(file), line, key, value, allowed))

    for key in data:
        if key not in _KEYS:
            meant = closest(key, _KEYS)
            wrong(key, data[key], tr("unknown key{meant}; allowed: base, vary", meant=meant))
    if not isinstance(data.get("base"), str):
        wrong("base", data.get("base"), tr("a scenario file, or the name of a bundled scenario"))
    vary = data.get("vary")
    if not isinstance(vary, dict) or not vary:
        text = tr("a mapping of paths to lists of values, such as levers[0].fund.usd_bn: [1, 2]")
        wrong("vary", vary, text)
    return problems


def _variants(
    base: Scenario, vary: Mapping[str, Any], place: Callable[[str], tuple[str, int | None]]
) -> list[Variant]:
    content = parse_yaml(base.to_yaml(), "base").data
    problems: list[Problem] = []
    values: dict[str, list[Any]] = {}
    for path, given in vary.items():
        if not isinstance(path, str) or not _there(content, path):
            text = tr("the path of a setting of the base, such as levers[0].fund.usd_bn")
            problems.append(Problem(*place(path), str(path), None, text))
        listed = _listed(given)
        if not listed:
            problems.append(Problem(*place(path), str(path), given, tr("a list of values")))
        values[path] = listed
    count = math.prod(len(listed) for listed in values.values())
    if not problems and count > MOST_SCENARIOS:
        text = tr(
            "at most {most} scenarios; the lists make {count} combinations",
            most=f"{MOST_SCENARIOS:,}",
            count=f"{count:,}",
        )
        problems.append(Problem(*place(next(iter(values))), "vary", count, text))
    if problems:
        raise InputError(problems)
    made = []
    for combination in itertools.product(*values.values()):
        changed = copy.deepcopy(content)
        settings = dict(zip(values, combination, strict=True))
        for path, value in settings.items():
            _set(changed, path, copy.deepcopy(value))
        described = ", ".join(f"{path}={value}" for path, value in settings.items())
        changed["name"] = f"{base.name} [{described}]" if settings else base.name
        made.append(Variant(changed, settings))
    return made


def _listed(given: object) -> list[Any]:
    """Values as plain objects; nothing for what is not a list."""
    if isinstance(given, np.ndarray):
        return list(given.tolist()) if given.ndim == 1 else []
    if isinstance(given, str | bytes) or not isinstance(given, Sequence):
        return []
    return [value.item() if isinstance(value, np.generic) else value for value in given]


def _there(content: Any, path: str) -> bool:
    """Whether a path leads to a setting; any parameter may be set."""
    if "".join(_STEP.findall(path)) != path.replace(".", ""):
        return False
    steps = path_steps(path)
    if len(steps) == 2 and steps[0] == "parameters":
        return True
    for step in steps:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(steps)


def _set(content: Any, path: str, value: Any) -> None:
    *way, last = path_steps(path)
    for step in way:
        content = content[step]
    content[last] = value

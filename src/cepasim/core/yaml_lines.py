"""Read a YAML file and remember the line of every key and entry, so that messages can name it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem

PathSteps = tuple[str | int, ...]

_LARGEST = 1_000_000  # bytes of a file of our own
_DEEPEST = 20  # levels of lists and mappings; a scenario has five
_YAML = "tag:yaml.org,2002:"
_TEXT = _YAML + "str"
_NUMBERS = (_YAML + "int", _YAML + "float")
_COLLECTIONS = (_YAML + "map", _YAML + "seq")
_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Numbers people do not write: to base 60 (1:30), 16 (0x1F) or 2.
_ODD_NUMBER = re.compile(r"[-+]?(0[xb].*|[0-9_]+(:[0-9_]+)+(\.[0-9_]*)?)")
_SCALARS = tuple(_YAML + kind for kind in ("int", "float", "bool", "null", "str", "timestamp"))


@dataclass(frozen=True)
class YamlFile:
    """The content of a YAML file.

    Attributes
    ----------
    data : object
        Mappings, lists and scalars; None for a file without content. Keys are text.
    lines : mapping of path to int
        1-based line of every key and list entry, by its path from the root.
    problems : tuple of Problem
        What is wrong although the rest can be read: keys that stand twice.
    """

    data: Any
    lines: Mapping[PathSteps, int]
    problems: tuple[Problem, ...]


def path_text(path: Sequence[str | int]) -> str:
    """Write a path as people do: ``("levers", 0, "tariff", "cut")`` is "levers[0].tariff.cut"."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def path_steps(text: str) -> PathSteps:
    """Read a path as `path_text` writes it."""
    steps = re.findall(r"\[(\d+)\]|([^.\[\]]+)", text)
    return tuple(int(place) if place else word for place, word in steps)


def line_of(path: Sequence[str | int], lines: Mapping[PathSteps, int]) -> int | None:
    """Line of a path, or of the nearest thing around it that has one."""
    steps = tuple(path)
    while steps:
        if steps in lines:
            return lines[steps]
        steps = steps[:-1]
    return lines.get(())


def read_yaml(path: Path, max_bytes: int) -> YamlFile:
    """Read a YAML file safely: plain data only, one document, no anchors.

    Parameters
    ----------
    path : Path
    max_bytes : int
        A larger file is refused.

    Raises
    ------
    InputError
        Where the file is missing, too large, not UTF-8 or not YAML.
    """
    return parse_yaml(_text(path, max_bytes), str(path))


def parse_yaml(text: str, file: str) -> YamlFile:
    """Read a YAML text as `read_yaml` reads a file, under the name of a file.

    Raises
    ------
    InputError
        Where it is not YAML.
    """
    try:
        root = _composed(file, text)
        reader = _Reader(file)
        data = None if root is None else reader.value(root, ())
    except yaml.YAMLError as wrong:
        raise InputError(_syntax_problems(file, text, wrong)) from None
    if reader.fatal:
        raise InputError(reader.fatal)
    return YamlFile(data, reader.lines, tuple(reader.problems))


def read_data(path: Path) -> Any:
    """Content of one of our own YAML files, of which nobody needs the lines.

    Raises
    ------
    InputError
        As `read_yaml`, and for a key that stands twice.
    """
    found = read_yaml(path, _LARGEST)
    if found.problems:
        raise InputError(found.problems)
    return found.data


def _composed(file: str, text: str) -> yaml.Node | None:
    """Nodes of a text, by the parser in C where there is one; that in Python says what is wrong."""
    try:
        _refuse_tricks(file, text, _QUICK)
        return yaml.compose(text, _QUICK)
    except yaml.YAMLError:
        _refuse_tricks(file, text, yaml.SafeLoader)
        return yaml.compose(text, yaml.SafeLoader)


def _refuse_tricks(file: str, text: str, loader: Any) -> None:
    """Refuse what makes a small file large or deep, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        fault = ""
        if isinstance(event, yaml.AliasEvent):
            fault = tr("write values out; YAML aliases are not read")
        elif depth > _DEEPEST:
            fault = tr("nested far too deeply for this kind of file")
        if fault:
            line = 1 if event.start_mark is None else event.start_mark.line + 1
            raise InputError([Problem(file, line, "file", text.splitlines()[line - 1][:80], fault)])


def _text(path: Path, max_bytes: int) -> str:
    file = str(path)
    try:
        # Read one byte more than allowed rather than trust the size a file system reports.
        with path.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except FileNotFoundError:
        text = tr("there is no such file")
        raise InputError([Problem(file, None, "file", None, text)]) from None
    except IsADirectoryError:
        text = tr("a file, not a folder")
        raise InputError([Problem(file, None, "file", file, text)]) from None
    except OSError as wrong:
        text = tr("cannot be read: {reason}", reason=wrong.strerror or wrong)
        raise InputError([Problem(file, None, "file", file, text)]) from None
    if len(content) > max_bytes:
        text = tr("at most {number} bytes", number=f"{max_bytes:,}")
        raise InputError([Problem(file, None, "file", tr("a larger file"), text)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        shown = content[wrong.start : wrong.start + 1]
        raise InputError([Problem(file, line, "file", shown, tr("text in UTF-8"))]) from None


def _syntax_problems(file: str, text: str, wrong: yaml.YAMLError) -> list[Problem]:
    tabs = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if "\t" in line[: len(line) - len(line.lstrip())]
    ]
    mark = getattr(wrong, "problem_mark", None)
    line = None if mark is None else mark.line + 1
    if not tabs and line is not None and "'\\t'" in str(wrong):
        tabs = [line]
    if tabs:
        return [
            Problem(file, number, "file", "\t", tr("a tab; indent YAML with spaces"))
            for number in tabs
        ]
    # A reader's error (a control character) has no mark, and says so in another attribute.
    detail = getattr(wrong, "problem", None) or getattr(wrong, "reason", None)
    detail = detail or tr("it cannot be read")
    rows = text.splitlines()
    value = rows[line - 1].strip() if line is not None and line <= len(rows) else tr("not YAML")
    return [Problem(file, line, "file", value, tr("valid YAML: {detail}", detail=detail))]


class _Reader:
    """Turn YAML nodes into plain data, noting lines, keys that stand twice and foreign tags."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[PathSteps, int] = {}
        self.problems: list[Problem] = []
        self.fatal: list[Problem] = []
        self._loader = yaml.SafeLoader("")

    def value(self, node: yaml.Node, path: PathSteps) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.CollectionNode) and node.tag not in _COLLECTIONS:
            self._foreign(node)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(entry, (*path, n)) for n, entry in enumerate(node.value)]
        if node.tag == _TEXT:
            return str(node.value)
        if node.tag in _NUMBERS and _ODD_NUMBER.fullmatch(str(node.value)):
            text = tr("a number in decimal digits; in quotes if it is text")
            self.fatal.append(
                Problem(self.file, line, path_text(path) or "file", str(node.value), text)
            )
            return None
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError, IndexError):
            self._foreign(node)
            return None

    def _mapping(self, node: yaml.MappingNode, path: PathSteps) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                field = path_text(path) or "file"
                shown, text = tr("a list or mapping"), tr("keys are words")
                self.problems.append(Problem(self.file, line, field, shown, text))
                continue
            key = str(key_node.value)
            if key in found:
                first = self.lines[(*path, key)]
                text = tr("stands twice; the first is on line {line}", line=first)
                field = path_text((*path, key))
                self.problems.append(Problem(self.file, line, field, key, text))
                continue
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _foreign(self, node: yaml.Node) -> None:
        line = node.start_mark.line + 1
        plain = isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS
        shown = str(node.value) if plain else node.tag.replace(_YAML, "!!")
        text = tr("text, numbers, true or false, lists and mappings only")
        self.fatal.append(Problem(self.file, line, "file", shown, text))

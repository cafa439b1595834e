"""Reads text, YAML and the data dictionary of a parameter folder, with lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.core.recent import Recent
from cepasim.params.schema import Dictionary

DICTIONARY_FILE = "tables.yaml"
#: Dictionaries without a problem, by their text. One check of a folder asks for two of them, mostly
#: the same, and reading one is half of its time.
_READ: Recent[str, Dictionary] = Recent(4)


def decode(path: Path, shown: str) -> str:
    """Read a file as UTF-8 text, with or without a byte order mark.

    Raises
    ------
    InputError
        If the file cannot be read, is empty or not UTF-8, with the line of the first bad byte.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        words = tr("a file that can be read: {reason}", reason=error.strerror or error)
        raise InputError([Problem(shown, None, "file", path.name, words)]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        bad = raw[error.start : error.start + 1]
        words = tr("UTF-8 text (save as CSV UTF-8)")
        raise InputError([Problem(shown, line, "encoding", bad, words)]) from None
    if not text.strip():
        words = tr("at least one line; the file is empty")
        raise InputError([Problem(shown, 1, "file", "", words)])
    return text


def read_yaml(path: Path, shown: str) -> tuple[Any, yaml.Node]:
    """Read one YAML document and its node tree (for line numbers).

    Raises
    ------
    InputError
        For an empty file, bytes that are not UTF-8, a tab in the indentation, a syntax error or a
        key given twice, with the line.
    """
    return _document(decode(path, shown), shown)


def _document(text: str, shown: str) -> tuple[Any, yaml.Node]:
    """One YAML document from its text, as `read_yaml` gives it."""
    problems = [
        Problem(shown, number, "indentation", "\t", tr("spaces; YAML does not allow tabs"))
        for number, line in enumerate(text.splitlines(), 1)
        if "\t" in line[: len(line) - len(line.lstrip())]
    ]
    if problems:
        raise InputError(problems)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            words = tr("a YAML document; this one is empty")
            raise InputError([Problem(shown, 1, "file", "", words)])
        problems = list(_repeated_keys(node, shown))
        if problems:
            raise InputError(problems)
        return loader.construct_document(node), node
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or tr("not YAML")
        raise InputError([Problem(shown, line, "YAML", what, tr("valid YAML"))]) from None


def _repeated_keys(node: yaml.Node, shown: str) -> Iterator[Problem]:
    """Keys that stand twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[Any, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                allowed = tr("each key once (first on line {line})", line=seen[key.value])
                yield Problem(shown, line, "key", key.value, allowed)
            seen.setdefault(key.value, line)
            yield from _repeated_keys(value, shown)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value, shown)


def line_of(node: yaml.Node, location: Iterable[str | int]) -> int:
    """1-based line of the deepest node that a pydantic error location reaches."""
    line: int = node.start_mark.line + 1
    for step in location:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, node = key.start_mark.line + 1, value
                    break
            else:
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def read_dictionary(path: Path, shown: str = DICTIONARY_FILE) -> Dictionary:
    """Read and check ``tables.yaml``.

    Raises
    ------
    InputError
        With every problem pydantic finds, each with its line.
    """
    text = decode(path, shown)
    if (known := _READ.get(text)) is not None:
        return known
    content, node = _document(text, shown)
    try:
        return _READ.put(text, Dictionary.model_validate(content))
    except ValidationError as error:
        raise InputError(
            Problem(
                shown,
                line_of(node, item["loc"]),
                ".".join(str(step) for step in item["loc"]) or "file",
                None if item["type"] == "missing" else item["input"],
                item["msg"],
            )
            for item in error.errors()
        ) from None

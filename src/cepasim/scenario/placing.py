"""Problems of one scenario, each placed by its path and the line of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cepasim.core.immutable import frozen
from cepasim.core.language import tr
from cepasim.core.problems import Problem
from cepasim.core.yaml_lines import line_of, path_text
from cepasim.levers.fields import as_plain

#: Stands for the file where a scenario was not read from one.
UNREAD = "scenario"
_SHOWN = 200  # characters of a value a message shows

Steps = tuple[str | int, ...]
Lines = Mapping[Steps, int]


class Placed:
    """Problems of one file, placed by path."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.file = file
        self.lines = lines
        self.found: list[Problem] = []

    def add(self, path: Sequence[str | int], value: object, allowed: str) -> None:
        """Note what is wrong at a path, and what would have been right."""
        field = path_text(path) or "scenario"
        self.found.append(Problem(self.file, self.line(path), field, _short(value), allowed))

    def line(self, path: Sequence[str | int]) -> int | None:
        """Line of a path in the file; None where there is no file."""
        return line_of(path, self.lines)


def _short(value: object) -> object:
    """Keep a message readable where the value is a long text or a large structure."""
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else value[:_SHOWN] + " …"
    if isinstance(value, Mapping | list | tuple):
        plain = as_plain(frozen(value))
        return plain if len(repr(plain)) <= _SHOWN else tr("{number} entries", number=len(value))
    return value

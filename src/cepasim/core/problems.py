"""What can be wrong with an input, said once and in the same words everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one input.

    Attributes
    ----------
    file : str
        File (or other origin, such as ``scenario``) the value was read from.
    line : int or None
        1-based line in that file; ``None`` where there is no line to point at.
    field : str
        Field, column or argument, as the user wrote it.
    value : object
        The offending value, or ``None`` where something is missing.
    allowed : str
        What would have been right, in words.
    """

    file: str
    line: int | None
    field: str
    value: object
    allowed: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        shown = "missing" if self.value is None else repr(self.value)
        return f"{place}: {self.field}: {shown}; {self.allowed}"


class InputError(ValueError):
    """The input is wrong; carries every problem found in one pass.

    Parameters
    ----------
    problems : iterable of Problem
        At least one problem.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RunError(RuntimeError):
    """The input was right but the run failed; the message says why in one line."""

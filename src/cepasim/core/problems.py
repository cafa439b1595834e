"""What can be wrong with an input, said once and in the same words everywhere."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from cepasim.core.texts import separated, tr

#: Characters of a text in a line of a file that a message shows.
_LONGEST = 40


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
        shown = tr("missing") if self.value is None else repr(self.value)
        # A cell of a corrupt file may hold anything; a path has no line and is shown whole.
        if self.line is not None and isinstance(self.value, str) and len(self.value) > _LONGEST:
            beginning, number = repr(self.value[:_LONGEST]), f"{len(self.value):,}"
            shown = tr("{beginning}… ({number} characters)", beginning=beginning, number=number)
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


def closest(entry: object, allowed: Iterable[str], most: int = 1) -> str:
    """Suggest the closest allowed words ("; did you mean sunrise?"), or nothing.

    Parameters
    ----------
    entry : object
        What was written; shown as text.
    allowed : iterable of str
    most : int, optional
        How many words at most.
    """
    words = list(allowed)
    close = difflib.get_close_matches(str(entry), words, n=most, cutoff=0.6)
    if not close and len(str(entry)) > 2:
        close = [word for word in words if str(entry) in word][:most]
    return tr("; did you mean {close}?", close=separated(close)) if close else ""

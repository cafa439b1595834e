"""Many problems of one kind, told as few: a line for each column and file, twenty for each kind."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from cepasim.core.language import separated, tr
from cepasim.core.problems import Problem

#: Problems of one column that are still told one by one, and lines that a sum of them names.
_EACH = 3
#: Lines of one kind.
_MOST = 20


def gathered(problems: Sequence[Problem]) -> list[Problem]:
    """Tell problems in the order of files and lines, those of one kind together."""
    alike: dict[tuple[str, str, str], list[Problem]] = defaultdict(list)
    for problem in sorted(problems, key=lambda p: (p.file, p.line or 0)):
        alike[problem.file, problem.field, _kind(problem)].append(problem)
    told: list[Problem] = []
    for same in alike.values():
        told += same if len(same) <= _EACH else [_together(same)]
    by_kind: dict[str, list[Problem]] = defaultdict(list)
    for problem in told:
        by_kind[_kind(problem)].append(problem)
    kept: list[Problem] = []
    for same in by_kind.values():
        kept += sorted(same, key=lambda p: (p.file, p.line or 0))[:_MOST]
        if len(same) > _MOST:
            last = same[_MOST]
            more = tr("and {n} more of the kind", n=f"{len(same) - _MOST:,}")
            kept.append(Problem(last.file, last.line, last.field, last.value, more))
    return sorted(kept, key=lambda p: (p.file, p.line or 0))


def _kind(problem: Problem) -> str:
    """What is wrong, whatever the numbers and suggestions in the words."""
    suggestion, _ = tr("; did you mean {close}?", close="\n").split("\n")
    return re.sub(r"\d[\d.,]*", "#", problem.allowed.partition(suggestion)[0])


def _together(same: Sequence[Problem]) -> Problem:
    """The first of many, with how many there are and the places of the next."""
    first = same[0]
    places = [str(one.line) for one in same[1 : _EACH + 1] if one.line is not None]
    found = {"allowed": first.allowed, "number": f"{len(same):,}"}
    words = tr("{allowed} ({number} such rows)", **found)
    if places:
        words = tr(
            "{allowed} ({number} such rows, next on lines {lines})",
            lines=separated(places),
            **found,
        )
    return Problem(first.file, first.line, first.field, first.value, words)

"""Levers of a kind that would act twice on one flow, and of which none is the narrower."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping

from cepasim.core.language import tr
from cepasim.levers.lever import Lever
from cepasim.levers.words import listed, selection_in_words
from cepasim.products.classification import Classification
from cepasim.products.levels import at_level
from cepasim.products.selection import Selection
from cepasim.scenario.placing import Placed

_LISTED = 6  # codes a message lists
#: Stands for what a lever acts on that selects no products.
_EVERYTHING = ""

#: Category of lines, None for any -> places of the levers that hold them.
_Holders = dict[str | None, list[int]]


class _Flow:
    """One flow of levers that give way to none: which products and lines are taken, by whom."""

    def __init__(self) -> None:
        #: Whole products and lines on their own.
        self.whole: defaultdict[str, _Holders] = defaultdict(dict)
        #: Products of which some line is taken.
        self.in_part: defaultdict[str, _Holders] = defaultdict(dict)

    def met(self, selection: Selection | None) -> Iterator[int]:
        """Places of the levers that a selection meets."""
        if selection is None:
            yield from _held(self.whole.get(_EVERYTHING), None)
            return
        category = selection.category
        for atom in selection.atoms:
            yield from _held(self.whole.get(atom), category)
            yield from _held(self.in_part.get(atom), category)
        for line in selection.lines:
            yield from _held(self.whole.get(at_level(line, "subheading")), category)

    def take(self, selection: Selection | None, place: int) -> None:
        """Note that a lever holds what it selects; where it meets another one, that one stays."""
        if selection is None:
            self.whole[_EVERYTHING].setdefault(None, [place])
            return
        for atom in selection.atoms:
            self.whole[atom].setdefault(selection.category, [place])
        for line in selection.lines:
            holders = self.in_part[at_level(line, "subheading")]
            holders.setdefault(selection.category, []).append(place)


def _held(holders: _Holders | None, category: str | None) -> Iterator[int]:
    for other, places in (holders or {}).items():
        if category is None or other is None or category == other:
            yield from places


def check_overlaps(
    levers: Mapping[int, Lever],
    selections: Mapping[int, Selection | None],
    classification: Classification,
    problems: Placed,
) -> None:
    """Note every lever that acts where an earlier one of its kind acts, none being narrower.

    Where selections differ the narrower lever takes the place of the broader one
    (``levers.precedence``), and nothing is wrong.

    Parameters
    ----------
    levers : mapping of int to Lever
        By place in the file; those that could be read.
    selections : mapping of int to Selection or None
        What they select; None where that is wrong, or where they select nothing.
    classification : Classification
    problems : Placed
        Added to.
    """
    flows: defaultdict[Hashable, _Flow] = defaultdict(_Flow)
    same: defaultdict[Hashable, list[int]] = defaultdict(list)
    for later, lever in levers.items():
        selection = selections.get(later)
        if lever.selects() and selection is None:
            continue  # what is wrong with it is reported elsewhere
        if lever.gives_way and selection is not None:
            places = [(lever.kind, target, selection) for target in lever.targets]
            met = _as_narrow(lever, levers, (one for at in places for one in same[at]))
            for at in places:
                same[at].append(later)
        else:
            mine = [flows[lever.kind, target] for target in lever.targets]
            met = dict.fromkeys(place for flow in mine for place in flow.met(selection))
            for flow in mine:
                flow.take(selection, later)
        for earlier in sorted(met):
            where = _shared(selections.get(earlier), selection)
            text = _in_words(lever, earlier, later, classification, problems)
            problems.add(("levers", later, lever.kind), where, text)


def _as_narrow(lever: Lever, levers: Mapping[int, Lever], others: Iterable[int]) -> dict[int, None]:
    """Levers with the same products of which neither acts on fewer flows than the other."""
    mine = set(lever.targets)
    return dict.fromkeys(
        other
        for other in others
        if not (mine < set(levers[other].targets) or set(levers[other].targets) < mine)
    )


def _in_words(
    lever: Lever, earlier: int, later: int, classification: Classification, problems: Placed
) -> str:
    """Say which two levers meet where, and what to do."""
    placed = []
    for place in (earlier, later):
        line = problems.line(("levers", place))
        if line is None:
            placed.append(tr("number {place}", place=place + 1))
        else:
            placed.append(tr("number {place} (line {line})", place=place + 1, line=line))
    one, other = placed
    which = {"levers": lever.named(classification), "one": one, "other": other}
    if not lever.selects():
        return tr(
            "two {levers}, {one} and {other} of the list, act on the same {flow}: keep one of them",
            flow=tr(lever.meeting),
            **which,
        )
    what = selection_in_words(lever.selected or {}, classification)
    if not lever.gives_way:
        return tr(
            "two {levers}, {one} and {other} of the list, share products ({products}) on one "
            "{flow}",
            products=what,
            flow=tr(lever.meeting),
            **which,
        )
    return tr(
        "two {levers}, {one} and {other} of the list, choose the same products ({products}): keep "
        "one of them, or let one choose fewer products, which then counts on what the two share",
        products=what,
        **which,
    )


def _shared(one: Selection | None, other: Selection | None) -> str:
    """Codes both selections hold, in words."""
    if one is None or other is None:
        return tr("everything")
    return listed((one & other).codes, _LISTED)

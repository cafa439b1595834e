"""What a scenario asks for that these data do not have: said before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cepasim.core.language import tr
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.levers.words import listed
from cepasim.products.levels import at_level
from cepasim.scenario.placing import UNREAD, Placed
from cepasim.scenario.scenario import Scenario

_LISTED = 6


def check_against_data(economy: Economy, scenario: Scenario) -> None:
    """Check levers against the schedule, the days at the border and the customs table.

    Raises
    ------
    InputError
        With every problem: a code that is not a line of the schedule, more days saved
        than there are, a third market the customs table does not have.
    """
    problems = Placed(UNREAD, {})
    lines: dict[str, Mapping[str, None]] = {}
    for index, lever in enumerate(scenario.levers):
        place = ("levers", index, lever.kind)
        if lever.by_line and lever.selected is not None:
            [importer] = lever.importers
            chosen = economy.classification.select(lever.selected).lines
            if chosen and importer not in lines:
                lines[importer] = dict.fromkeys(economy.markets[importer].schedule.lines.tolist())
            for code, text in _unknown_lines(lines.get(importer, {}), importer, chosen):
                problems.add((*place, lever.chosen_by), code, text)
        for complaint in lever.unavailable(economy):
            problems.add((*place, *complaint.path), complaint.value, complaint.allowed)
    if problems.found:
        raise InputError(problems.found)


def _unknown_lines(
    known: Mapping[str, None], importer: str, chosen: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Codes of lines that the importer's schedule does not have, and what it has."""
    unknown = [code for code in chosen if code not in known]
    if not unknown:
        return
    width = len(next(iter(known)))
    for code in unknown:
        product = at_level(code, "subheading")
        if len(code) != width:
            text = tr(
                "a line of {width} digits as in {importer}'s schedule, or {product}",
                width=width,
                importer=importer,
                product=product,
            )
            yield code, text
            continue
        near = [line for line in known if line.startswith(product)]
        text = tr(
            "a line of {importer}'s schedule; {product} has {lines}",
            importer=importer,
            product=product,
            lines=listed(near, _LISTED) or tr("none"),
        )
        yield code, text

"""What a scenario asks for that these figures cannot have: said before anything is solved."""

from __future__ import annotations

from dataclasses import replace

from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.levers.external import freed_exports
from cepasim.products.levels import at_level
from cepasim.scenario.scenario import ExternalLever, NtbLever, Scenario

#: Whose lines a lever without an importer of its own selects: the schedule that has nine digits.
_LINES_OF = "JPN"
_LISTED = 6


def check_against_figures(economy: Economy, scenario: Scenario) -> None:
    """Check levers against the schedule, the days at the border and the customs table.

    Raises
    ------
    InputError
        With every problem: a nine-digit code that is no line of the schedule, more days saved
        than there are, a third market the customs table does not have.
    """
    problems: list[Problem] = []
    for index, lever in enumerate(scenario.levers):
        place = f"levers[{index}].{lever.kind}"
        if hasattr(lever, "select"):
            importer = getattr(lever, "importer", _LINES_OF)
            chosen = economy.classification.select(lever.select).lines
            problems += _unknown_lines(economy, importer, chosen, f"{place}.select")
        if isinstance(lever, NtbLever) and lever.days_saved is not None:
            days = economy.parameters.by_chapter("border_days", economy.chapters, lever.importer)
            if lever.days_saved > days.min():
                text = f"at most {days.min():g} days: goods wait no longer there ({lever.importer})"
                problems.append(
                    Problem("scenario", None, f"{place}.days_saved", lever.days_saved, text)
                )
        if isinstance(lever, ExternalLever) and lever.market is not None:
            try:
                freed_exports(economy, lever)
            except InputError as wrong:
                problems += (
                    replace(problem, field=f"levers[{index}].{problem.field}")
                    for problem in wrong.problems
                )
    if problems:
        raise InputError(problems)


def _unknown_lines(
    economy: Economy, importer: str, chosen: tuple[str, ...], field: str
) -> list[Problem]:
    """Nine-digit codes that the importer's schedule does not have."""
    if not chosen:
        return []
    known = economy.markets[importer].schedule.lines
    width = len(known[0])
    problems = []
    for code in sorted(set(chosen) - set(known.tolist())):
        if width < len(code):
            text = f"codes of at most {width} digits: {importer}'s schedule is known no finer"
        else:
            product = at_level(code, "subheading")
            near = [line for line in known if line.startswith(product)]
            more = f" and {len(near) - _LISTED} more" if len(near) > _LISTED else ""
            text = (
                f"a line of {importer}'s schedule; {product} has "
                + (", ".join(near[:_LISTED]) or "none")
                + more
            )
        problems.append(Problem("scenario", None, field, code, text))
    return problems

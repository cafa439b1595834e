"""A link that is opened, and what a session shows then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cepasim.core.language import tr
from cepasim.core.problems import InputError
from cepasim.scenario.scenario import Scenario
from cepasim.ui import link
from cepasim.ui.figures import Figures
from cepasim.ui.history import History


class Reader(Protocol):
    """A session, as far as links concern it."""

    figures: Figures
    address: dict[str, str] | None
    history: History[tuple[Scenario, Scenario]]
    scenario: Scenario
    year: str
    sender: str
    message: str

    def load(self, scenario: Scenario, made_from: Scenario | None = None) -> None:
        """Show a scenario."""
        ...

    def return_to(self, linked: link.Linked, made_from: Scenario) -> None:
        """Show what the user went back to."""
        ...

    def years_after_base(self, horizon: str) -> tuple[str, ...]:
        """Return the years in which a measure can start."""
        ...


def read_link(found: Reader, query: Mapping[str, str]) -> None:
    """Show what a link asks for; where it cannot be read, the reference and a message."""
    figures = found.figures
    try:
        linked = link.read_query(
            query, figures.bundled, figures.economy.classification, figures.economy.parameters
        )
    except InputError as wrong:
        found.load(figures.bundled.get("reference", Scenario.reference()))
        said = tr("; ").join(
            problem.allowed if problem.field == "scenario" else str(problem)
            for problem in wrong.problems[:3]
        )
        found.message = tr(
            "This link cannot be read, so the page shows the reference instead. Ask whoever sent "
            "it to copy it again. (Expected: {expected}.)",
            expected=said,
        )
        return
    if linked is None:  # a page of several scenarios has them in parameters of its own
        _conditions(found, query.get("year"), query.get("figures"), found.scenario.horizon)
        return
    made_from = linked.scenario
    if linked.made_from in {*figures.bundled, *figures.derived}:
        made_from = figures.scenario(str(linked.made_from))
    if found.address is None:  # the first visit: there is nothing to go back to
        found.load(linked.scenario, made_from)
        found.history.past.clear()
    else:
        found.return_to(linked, made_from)
    _conditions(found, linked.fiscal_year, linked.figures, linked.scenario.horizon)


def _conditions(found: Reader, year: str | None, digest: str | None, horizon: str) -> None:
    """Show the sender's year, and remember whose figures the sender had where they are others."""
    if year in found.years_after_base(horizon):
        found.year = str(year)
    sender = str(digest or "")
    found.sender = "" if found.figures.digest.startswith(sender) else sender

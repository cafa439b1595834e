"""What an engine is: the same shocks in, the same outcomes out, and what it cannot express.

An engine is a function from an economy and the shocks on its markets to their outcomes, together
with the quantities it cannot move and why. A run only chooses one. What each assumes and when to
prefer which: docs/engines.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from cepasim.core.arrays import Floats
from cepasim.core.language import mark, tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.engines.closures import as_it_is
from cepasim.engines.outcome import Outcome
from cepasim.levers.lever import Lever, Quantity
from cepasim.scenario.scenario import Scenario
from cepasim.shocks.shocks import Shocks
from cepasim.shocks.wedges import Wedges

#: Shocks by importer to outcomes by importer.
Solver = Callable[[Economy, Mapping[str, Shocks]], Mapping[str, Outcome]]
#: A market, its wedges and the partner's sales over its benchmark, to the partner's size.
Sizer = Callable[[Market, Wedges, Floats], Floats]


#: Why engines with one tariff for all quantities cannot express a quota.
NO_REGIMES = mark("one tariff for all quantities; no regime within and beyond a quota")


@dataclass(frozen=True)
class Engine:
    """A way to solve the markets of an economy.

    Attributes
    ----------
    name : str
        What users write.
    solve : callable
        ``solve(economy, shocks by importer)`` gives outcomes by importer. Called with one market
        at a time unless `joint`.
    joint : bool
        Whether the markets must be solved together.
    prepare : callable
        The economy as the engine sees it, such as with infinite supply.
    refused : mapping of Quantity to str
        Quantities it cannot move, and why; levers say which they move.
    size_for : callable or None
        ``size_for(market, wedges, sales)`` gives the size of the partner that goes with its sales,
        where nothing but wedges has changed; NaN where it finds none. None where that can only be
        found by solving the market again and again.
    """

    name: str
    solve: Solver
    joint: bool = False
    prepare: Callable[[Economy], Economy] = as_it_is
    refused: Mapping[Quantity, str] = field(default_factory=dict)
    size_for: Sizer | None = None

    def groups(self, economy: Economy) -> tuple[tuple[str, ...], ...]:
        """Importers whose markets are solved together."""
        importers = tuple(economy.markets)
        return (importers,) if self.joint else tuple((importer,) for importer in importers)

    def cannot_move(self, lever: Lever) -> Quantity | None:
        """First quantity a lever moves that the engine cannot; None where it can run it."""
        return next((quantity for quantity in lever.moves if quantity in self.refused), None)

    def check(self, scenario: Scenario) -> None:
        """Refuse a scenario with levers the engine cannot express.

        Raises
        ------
        InputError
            One problem for each such lever, with the reason.
        """
        problems = [
            Problem(
                "scenario",
                None,
                f"levers[{index}]",
                lever.kind,
                tr(
                    "engine {engine} cannot move {quantity}: {why}",
                    engine=self.name,
                    quantity=tr(quantity.value),
                    why=tr(self.refused[quantity]),
                ),
            )
            for index, lever in enumerate(scenario.levers)
            if (quantity := self.cannot_move(lever)) is not None
        ]
        if problems:
            raise InputError(problems)


def per_market(solve: Callable[[Market, Shocks], Outcome]) -> Solver:
    """Turn a function of one market into a solver of any number of separate ones."""
    return partial(_each, solve)


def _each(
    solve: Callable[[Market, Shocks], Outcome], economy: Economy, hats: Mapping[str, Shocks]
) -> Mapping[str, Outcome]:
    # At the top of the module, so that a result with its engine can go to another process.
    return {importer: solve(economy.markets[importer], hat) for importer, hat in hats.items()}

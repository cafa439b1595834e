"""Years x levers -> equilibrium: the reference, the scenario and all coalitions between them."""

from __future__ import annotations

import numpy as np

from cepasim.core.language import tr
from cepasim.core.memory import keep_freed_memory
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.economy.economy import Economy
from cepasim.economy.variants import variant_named
from cepasim.engines.engine import Engine
from cepasim.engines.every import engine_named
from cepasim.levers.precedence import measures
from cepasim.scenario.scenario import Scenario
from cepasim.shocks.checks import check_against_data
from cepasim.solution.anchor import partner_sizes
from cepasim.solution.coalitions import Coalitions
from cepasim.solution.pieces import effects
from cepasim.solution.sides import contributions
from cepasim.solution.state import Run

#: Above this number of lever kinds (all there are) the split would need too many coalitions.
MOST_KINDS = 12


def run(
    economy: Economy,
    scenario: Scenario,
    attribution: bool = True,
    engine: str | Engine = "armington",
    check: bool = True,
) -> Run:
    """Solve the reference, the scenario and every coalition of its levers between them.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
        Its parameter overrides apply to all of them alike.
    attribution : bool, optional
        False solves the reference and the scenario only.
    engine : {"armington", "smart", "gsim"} or Engine, optional
    check : bool, optional
        False where the scenario was checked against the central data already: in a draw goods
        may wait fewer days at the border than a lever saves, and then none are left.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        For an unknown engine, a lever that the engine cannot express, an override that is no
        parameter, more kinds of levers than can be split, or for what the data do not have (lines,
        days at the border, third markets).
    RunError
        If a market does not converge, or a lever means nothing under the parameters.
    """
    game = game_of(economy, scenario, engine, check)
    states = game.reference(), game.scenario()
    found = effects(game) if attribution else ()
    split = contributions(game, found, scenario)
    return Run(
        game.economy,
        scenario,
        game.years,
        game.kinds,
        states,
        game.variant,
        game.engine,
        game.resolved,
        found,
        split,
    )


def game_of(
    economy: Economy, scenario: Scenario, engine: str | Engine = "armington", check: bool = True
) -> Coalitions:
    """Everything that is solved for a scenario, not solved yet; parameters and errors of `run`."""
    chosen = engine if isinstance(engine, Engine) else engine_named(engine)
    economy = with_own_markets(scenario.economy_under(economy), scenario)
    if economy.split is not None:
        keep_freed_memory()
    if check:
        check_against_data(economy, scenario)
    chosen.check(scenario)
    economy = chosen.prepare(economy)
    _capacity_must_matter(economy, scenario)
    years, staged = scenario.years_from(economy.base_year), scenario.staged
    kinds = tuple(dict.fromkeys(lever.kind for lever in scenario.levers))
    if len(kinds) > MOST_KINDS:
        text = tr("at most {number} kinds", number=MOST_KINDS)
        raise InputError([Problem("scenario", None, "levers", len(kinds), text)])
    resolved = measures(economy, scenario.levers, years, staged)
    variant = variant_named(scenario.variant, economy.ground.variants, economy.classification)
    sizes = partner_sizes(chosen, economy, variant, years, staged)
    return Coalitions(chosen, economy, resolved, kinds, years, staged, variant, sizes)


def with_own_markets(economy: Economy, scenario: Scenario) -> Economy:
    """Split chapters of which a lever needs a part as a market of its own, such as a quota."""
    named = (lever.own_markets(economy.classification) for lever in scenario.levers)
    codes = {code for own in named for code in own}
    return economy.with_products(codes) if codes else economy


def _capacity_must_matter(economy: Economy, scenario: Scenario) -> None:
    market = economy.markets["JPN"]
    infinite = np.isinf(market.supply[:, market.partner_column])
    adding = [lever for lever in scenario.levers if lever.adds_capacity]
    if adding and infinite.any():
        some = ", ".join(np.array(market.chapters)[infinite][:5])
        text = tr(
            "{lever}, and where India's supply is infinite (chapters {chapters} ...) capacity "
            "means nothing: give epsilon_supply a finite value or leave the lever out",
            lever=adding[0].adds_capacity,
            chapters=some,
        )
        raise RunError(text)

"""Years x levers -> equilibrium: the reference, the scenario and all coalitions between them.

Every coalition of lever kinds is solved, so that the change can be split over the levers; markets
that a coalition leaves as another one does are solved once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cepasim.core.problems import InputError, Problem, RunError
from cepasim.economy.economy import Economy
from cepasim.economy.variants import variant_named
from cepasim.engines.engine import Engine
from cepasim.engines.every import engine_named
from cepasim.engines.outcome import Outcome
from cepasim.levers.fund import FundPath
from cepasim.levers.measure import Measures
from cepasim.levers.precedence import measures
from cepasim.scenario.scenario import Scenario
from cepasim.shocks.checks import check_against_data
from cepasim.shocks.shocks import shocks, total_fund
from cepasim.shocks.wedges import KnownWedges
from cepasim.solution.anchor import partner_sizes
from cepasim.solution.finite import solved_in_numbers
from cepasim.solution.state import Run, State

Floats = NDArray[np.float64]
#: Above this number of lever kinds the split over levers would need too many coalitions.
MOST_KINDS = 8


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
    chosen = engine if isinstance(engine, Engine) else engine_named(engine)
    economy = economy.with_overrides(scenario.parameters)
    if check:
        check_against_data(economy, scenario)
    chosen.check(scenario)
    economy = chosen.prepare(economy)
    _capacity_must_matter(economy, scenario)
    years, staged = scenario.years, scenario.staged
    kinds = tuple(dict.fromkeys(lever.kind for lever in scenario.levers))
    if len(kinds) > MOST_KINDS:
        raise InputError(
            [Problem("scenario", None, "levers", len(kinds), f"at most {MOST_KINDS} kinds")]
        )
    resolved = measures(economy, scenario.levers, years, staged)
    masks = range(1 << len(kinds)) if attribution else (0, (1 << len(kinds)) - 1)
    coalitions = [_coalition(resolved, kinds, mask) for mask in masks]
    funds = [total_fund(economy, coalition, years, staged) for coalition in coalitions]
    variant = variant_named(scenario.variant, economy.ground.variants, economy.classification)
    sizes = partner_sizes(chosen, economy, variant, years, staged)
    outcomes: dict[str, list[Outcome]] = {}
    for group in chosen.groups(economy):
        outcomes |= _solve_coalitions(
            chosen, economy, group, coalitions, funds, (years, staged, sizes)
        )
    states: list[State] = []
    for index, fund in enumerate(funds):
        markets = {importer: outcomes[importer][index] for importer in economy.markets}
        state = State(economy, fund, markets, np.zeros_like(fund.output))
        if states:
            state = replace(state, input_content=_input_content(economy, state, states[0]))
        states.append(state)
    return Run(economy, scenario, years, kinds, tuple(states), attribution, variant)


def _coalition(resolved: Measures, kinds: Sequence[str], mask: int) -> Measures:
    """Return those measures only whose kind has its bit in the mask."""
    inside = {kind for place, kind in enumerate(kinds) if mask >> place & 1}
    return {
        importer: tuple(one for one in acting if one.lever.kind in inside)
        for importer, acting in resolved.items()
    }


def _solve_coalitions(
    engine: Engine,
    economy: Economy,
    group: Sequence[str],
    coalitions: Sequence[Measures],
    funds: Sequence[FundPath],
    over_time: tuple[NDArray[np.int64], bool, Mapping[str, Floats]],
) -> dict[str, list[Outcome]]:
    """Outcomes by importer of a group of markets under each coalition.

    Coalitions that are alike there are solved once. Markets are solved coalition by coalition:
    what belongs to one fits a core's own cache.
    """
    years, staged, sizes = over_time
    wedges_of = {importer: KnownWedges() for importer in group}
    keys = [tuple(part[importer] for importer in group) for part in coalitions]
    solved: dict[object, Mapping[str, Outcome]] = {}
    for key, coalition, fund in zip(keys, coalitions, funds, strict=True):
        if key not in solved:
            hats = {
                importer: shocks(
                    economy,
                    importer,
                    coalition[importer],
                    fund,
                    years,
                    staged,
                    wedges_of[importer],
                    sizes[importer],
                )
                for importer in group
            }
            solved[key] = solved_in_numbers(engine, economy, hats)
    return {importer: [solved[key][importer] for key in keys] for importer in group}


def _capacity_must_matter(economy: Economy, scenario: Scenario) -> None:
    market = economy.markets["JPN"]
    infinite = np.isinf(market.supply[:, market.partner_column])
    adding = [lever for lever in scenario.levers if lever.adds_capacity]
    if adding and infinite.any():
        some = ", ".join(np.array(market.chapters)[infinite][:5])
        raise RunError(
            f"{adding[0].adds_capacity}, and where India's supply is infinite (chapters {some} "
            "...) capacity means nothing: give epsilon_supply a finite value or leave the lever "
            "out"
        )


def _input_content(economy: Economy, state: State, reference: State) -> Floats:
    """Japanese inputs that the extra output needs, by chapter of the input, shape (Y, H).

    The supported plants buy at their own rate on all they make; every other extra dollar of
    exports to Japan carries the average content of its chapter.
    """
    parameters, chapters = economy.parameters, economy.chapters
    extra = state.exports - reference.exports
    from_fund = np.clip(extra, 0.0, state.fund.exports_to_japan)
    rate = parameters.by_chapter("input_content", chapters)
    bought = state.fund.inputs.sum(axis=1) + ((extra - from_fund) * rate).sum(axis=1)
    by_chapter = parameters.by_chapter("input_content_chapter_share", chapters)
    return np.outer(bought, by_chapter / by_chapter.sum())

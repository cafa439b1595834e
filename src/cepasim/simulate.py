"""Years x levers -> equilibrium -> Result.

Every coalition of lever kinds is solved, so that the change can be split over the levers; markets
that a coalition leaves as another one does are solved once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from cepasim import tabulation
from cepasim.economy import Economy, Market
from cepasim.equilibrium import solve_market, wedge_accounts
from cepasim.explain import Chain
from cepasim.fiscal_year import BASE_YEAR, parse_fiscal_year
from cepasim.manifest import manifest
from cepasim.policy.fund import FundPath
from cepasim.policy.notes import scenario_notes
from cepasim.policy.shocks import Shocks, levers_on, shocks, total_fund
from cepasim.policy.wedges import Wedges
from cepasim.problems import InputError, Problem, RunError
from cepasim.result import Result
from cepasim.run import Outcome, Run, State
from cepasim.scenario import AnyLever, FundLever, Scenario

Floats = NDArray[np.float64]
ENGINES = ("armington",)
#: Above this number of lever kinds the split over levers would need too many coalitions.
MOST_KINDS = 8


def solve(market: Market, hats: Shocks) -> Outcome:
    """Solve one market under given shocks, all years and chapters at once.

    Parameters
    ----------
    market : Market
    hats : Shocks
        Y rows; years of several coalitions may stand one after the other.

    Returns
    -------
    Outcome

    Raises
    ------
    RunError
        If a chapter's market does not converge; names the chapters.
    """
    landed = hats.base * market.wedge
    total = landed.sum(axis=2, keepdims=True)
    shares = np.where(
        total > 0, landed / np.where(total > 0, total, 1.0), 1.0 / len(market.exporters)
    )
    eq = solve_market(
        shares,
        np.broadcast_to(market.domestic_share, shares.shape[:2]),
        hats.trade_cost,
        market.sigma_import,
        market.sigma_domestic,
        market.eta,
        market.supply,
        market.supply_domestic,
        demand=hats.demand,
        capacity=hats.capacity,
        capacity_domestic=hats.capacity_domestic,
        cost=hats.cost,
        cost_domestic=hats.cost_domestic,
    )
    if not eq.converged.all():
        failed = sorted({market.chapters[h] for _, h in np.argwhere(~eq.converged)})
        raise RunError(
            f"{market.importer}: no equilibrium found in chapters {', '.join(failed)}; "
            "check their elasticities and shocks"
        )
    growth = hats.growth[:, None]
    fob = hats.base * eq.value * growth[:, :, None]
    accounts = wedge_accounts(
        fob,
        market.freight,
        hats.wedges.effective,
        hats.wedges.collected,
        hats.wedges.barrier,
        market.rent_share,
    )
    wedge = market.wedge * hats.trade_cost
    return Outcome(
        shocks=hats,
        price=eq.price,
        fob=fob,
        cif=fob * (1 + market.freight),
        landed=fob * wedge,
        domestic=market.domestic * eq.price_domestic * eq.quantity_domestic * growth,
        composite_index=eq.composite_index,
        wedge=wedge,
        duty=accounts.duty,
        rent=accounts.barrier_rent,
        iterations=eq.iterations,
        residual=eq.residual,
    )


def run(economy: Economy, scenario: Scenario, attribution: bool = True) -> Run:
    """Solve the reference, the scenario and every coalition of its levers between them.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
        Its parameter overrides apply to all of them alike.
    attribution : bool, optional
        False solves the reference and the scenario only.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        For an override that is no parameter, or more kinds of levers than can be split.
    RunError
        If a market does not converge, or a lever means nothing under the parameters.
    """
    economy = economy.with_overrides(scenario.parameters)
    _capacity_must_matter(economy, scenario)
    staged = scenario.time == "path"
    last = parse_fiscal_year(scenario.horizon) if staged else BASE_YEAR
    years = np.arange(BASE_YEAR, last + 1)
    kinds = tuple(dict.fromkeys(lever.kind for lever in scenario.levers))
    if len(kinds) > MOST_KINDS:
        raise InputError(
            [Problem("scenario", None, "levers", len(kinds), f"at most {MOST_KINDS} kinds")]
        )
    masks = range(1 << len(kinds)) if attribution else (0, (1 << len(kinds)) - 1)
    coalitions = [
        scenario.model_copy(
            update={
                "levers": tuple(
                    lever for lever in scenario.levers if mask >> kinds.index(lever.kind) & 1
                )
            }
        )
        for mask in masks
    ]
    funds = [total_fund(economy, coalition, years, staged) for coalition in coalitions]
    outcomes = {
        importer: _solve_coalitions(economy, importer, coalitions, funds, years, staged)
        for importer in economy.markets
    }
    states: list[State] = []
    for index, fund in enumerate(funds):
        markets = {importer: outcomes[importer][index] for importer in economy.markets}
        state = State(economy, fund, markets, np.zeros_like(fund.output))
        if states:
            state = replace(state, input_content=_input_content(economy, state, states[0]))
        states.append(state)
    return Run(economy, scenario, years, kinds, tuple(states), attribution)


def _solve_coalitions(
    economy: Economy,
    importer: str,
    coalitions: Sequence[Scenario],
    funds: Sequence[FundPath],
    years: NDArray[np.int64],
    staged: bool,
) -> list[Outcome]:
    """Outcome of one market under each coalition, by one solve over the distinct ones."""
    keys = [levers_on(importer, coalition) for coalition in coalitions]
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    distinct = list(dict.fromkeys(keys))
    wedges_of: dict[tuple[AnyLever, ...], Wedges] = {}
    hats = [
        shocks(
            economy, importer, coalitions[first[key]], funds[first[key]], years, staged, wedges_of
        )
        for key in distinct
    ]
    together = solve(economy.markets[importer], Shocks.stacked(hats))
    solved = {
        key: _rows(together, place * len(years), (place + 1) * len(years), hats[place])
        for place, key in enumerate(distinct)
    }
    return [solved[key] for key in keys]


def _rows(outcome: Outcome, start: int, stop: int, hats: Shocks) -> Outcome:
    parts = {
        item.name: getattr(outcome, item.name)[start:stop]
        for item in fields(Outcome)
        if item.name != "shocks"
    }
    return Outcome(shocks=hats, **parts)


def _capacity_must_matter(economy: Economy, scenario: Scenario) -> None:
    market = economy.markets["JPN"]
    infinite = np.isinf(market.supply[:, market.partner_column])
    if scenario.levers_of(FundLever) and infinite.any():
        some = ", ".join(np.array(market.chapters)[infinite][:5])
        raise RunError(
            f"the fund adds capacity, and where India's supply is infinite (chapters {some} ...) "
            "capacity means nothing: give epsilon_supply a finite value or leave the fund out"
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


def simulate(economy: Economy, scenario: Scenario, engine: str = "armington") -> Result:
    """What a scenario does to India-Japan trade, against the reference of the same years.

    Parameters
    ----------
    economy : Economy
        From :func:`cepasim.load`.
    scenario : Scenario
    engine : {"armington"}, optional

    Returns
    -------
    Result
        US$ million of 2023-24. Exports are India's to Japan, f.o.b.; imports India's from Japan,
        c.i.f.; balance is exports minus imports. The reference holds known events only; a
        scenario without levers equals it in every cell.

    Raises
    ------
    InputError
        For an unknown engine or an override that is no parameter.
    RunError
        If a market does not converge, or a lever means nothing under the parameters.

    Examples
    --------
    >>> import cepasim
    >>> result = cepasim.simulate(cepasim.load(), cepasim.Scenario.from_dict({"name": "none"}))
    >>> float(abs(result.totals["change_in_balance_usd_mn"]).max())
    0.0
    """
    if engine not in ENGINES:
        raise InputError(
            [Problem("engine", None, "engine", engine, f"one of {', '.join(ENGINES)}")]
        )
    solved = run(economy, scenario)
    return Result(
        scenario=scenario,
        engine=engine,
        classification=economy.classification,
        totals=tabulation.totals(solved),
        sectors=tabulation.sectors(solved),
        displacement=tabulation.displacement(solved),
        contributions=tabulation.contributions(solved),
        diagnostics=tabulation.diagnostics(solved),
        notes=scenario_notes(solved.economy, scenario) + tabulation.unusual_prices(solved),
        manifest=manifest(
            engine=engine,
            scenario_text=scenario.to_yaml(),
            parameter_digest=solved.economy.parameters.digest,
            overrides=solved.economy.parameters.overrides,
            benchmark=solved.economy.parameters.benchmark_metadata,
            options={"line_rule": economy.line_rule},
        ),
        # The steps behind a cell need no coalitions between the two.
        chain=Chain(replace(solved, states=(solved.reference, solved.outcome), attributed=False)),
    )

"""Years x levers -> equilibrium -> Result.

Every coalition of lever kinds is solved, so that the change can be split over the levers; markets
that a coalition leaves as another one does are solved once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arrays import same_everywhere
from cepasim.core.fiscal_year import BASE_YEAR, parse_fiscal_year
from cepasim.core.manifest import manifest
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.engines.engine import GSIM, SMART, Engine, per_market
from cepasim.equilibrium import (
    QuotaEquilibrium,
    solve_market,
    solve_market_with_quota,
    wedge_accounts,
)
from cepasim.levers.fund import FundPath
from cepasim.levers.quota import QuotaOutcome, Quotas
from cepasim.result import Result, Table
from cepasim.scenario.scenario import ExternalLever, FundLever, Scenario
from cepasim.shocks.checks import check_against_figures
from cepasim.shocks.shocks import Shocks, levers_on, shocks, total_fund
from cepasim.shocks.wedges import KnownWedges, Wedges
from cepasim.solution.state import Outcome, Run, State
from cepasim.tables import tabulate as tabulation
from cepasim.tables.explanation import Chain

Floats = NDArray[np.float64]
#: Above this number of lever kinds the split over levers would need too many coalitions.
MOST_KINDS = 8


def solve(market: Market, hats: Shocks) -> Outcome:
    """Solve one market under given shocks, all years and chapters at once.

    Parameters
    ----------
    market : Market
    hats : Shocks

    Returns
    -------
    Outcome

    Raises
    ------
    RunError
        If a chapter's market does not converge; names the chapters.
    """
    growth = hats.growth[:, None]
    by_year = {
        "import_shares": _landed_shares(market, hats.base),
        "trade_cost": hats.trade_cost,
        "demand": hats.demand,
        "capacity": hats.capacity,
        "capacity_domestic": hats.capacity_domestic,
        "cost": hats.cost,
        "cost_domestic": hats.cost_domestic,
    }
    if hats.quota is None and not any(array.strides[0] for array in by_year.values()):
        by_year = {name: array[:1] for name, array in by_year.items()}  # no year differs
    # The kernel leaves out what is one number.
    arguments: dict[str, Any] = {
        name: array.flat[0] if same_everywhere(array) else array for name, array in by_year.items()
    }
    arguments |= {
        "domestic_share": market.domestic_share,
        "sigma_import": market.sigma_import,
        "sigma_domestic": market.sigma_domestic,
        "eta": market.eta,
        "supply": market.supply,
        "supply_domestic": market.supply_domestic,
    }
    answer = None
    if hats.quota is None:
        eq, trade_cost, paid = solve_market(**arguments), hats.trade_cost, hats.wedges
    else:
        unit = _of_source(hats.base, hats.quota) * growth
        # Where the rate beyond is no higher than the rate within there is nothing to limit.
        limits = (unit > 0) & (hats.quota.over_premium > 0)
        limit = np.divide(hats.quota.limit, unit, out=np.full(unit.shape, np.inf), where=limits)
        answer = solve_market_with_quota(
            hats.quota.source, limit, hats.quota.over_premium, **arguments
        )
        eq, trade_cost = answer.equilibrium, answer.trade_cost
        paid = _paid_on_average(hats, answer)
    if not eq.converged.all():
        failed = sorted({market.chapters[h] for _, h in np.argwhere(~eq.converged)})
        raise RunError(
            f"{market.importer}: no equilibrium found in chapters {', '.join(failed)}; "
            "check their elasticities and shocks"
        )
    mix = hats.line_mix(market)
    fob = hats.base * eq.value * mix * growth[:, :, None]
    accounts = wedge_accounts(
        fob,
        market.freight,
        paid.effective,
        paid.collected,
        paid.barrier,
        market.rent_share,
    )
    wedge = market.wedge * trade_cost / mix
    return Outcome(
        shocks=hats,
        price=np.broadcast_to(eq.price, fob.shape),
        fob=fob,
        cif=accounts.landed_before_duty,
        domestic=market.domestic * eq.price_domestic * eq.quantity_domestic * growth,
        composite_index=np.broadcast_to(eq.composite_index, fob.shape[:2]),
        wedge=wedge,
        duty=accounts.duty,
        rent=accounts.barrier_rent,
        iterations=np.broadcast_to(eq.iterations, fob.shape[:2]),
        residual=np.broadcast_to(eq.residual, fob.shape[:2]),
        quota=None if answer is None else _quota_outcome(market, hats, answer, fob),
    )


def _landed_shares(market: Market, base: Floats) -> Floats:
    """Share of each source in landed imports; even where nothing is imported."""
    if base.strides[0] == 0:  # buyers moved nothing: the same in every year
        return np.broadcast_to(market.import_shares, base.shape)
    landed = base * market.wedge
    total = landed.sum(axis=2, keepdims=True)
    even = np.full(landed.shape, 1.0 / len(market.exporters))
    return np.asarray(np.divide(landed, total, out=even, where=total > 0))


def _of_source(values: Floats, quota: Quotas) -> Floats:
    """Values of the source that faces the quota: shape (Y, H, S) to (Y, H)."""
    return np.asarray(np.take_along_axis(values, quota.source[:, :, None], axis=2)[:, :, 0])


def _within(answer: QuotaEquilibrium) -> Floats:
    """Share of what the source sells that enters within its quota, shape (Y, H)."""
    return np.asarray(answer.within / (answer.within + answer.over))


def _paid_on_average(hats: Shocks, answer: QuotaEquilibrium) -> Wedges:
    """Tariffs paid and collected on average within and beyond the quotas."""
    quota = hats.quota
    if quota is None:
        return hats.wedges
    within = np.where(answer.over > 0, _within(answer), 1.0)[:, :, None]
    place = quota.source[:, :, None]
    changed = {}
    for name in ("effective", "collected"):
        rates = getattr(hats.wedges, name).copy()
        inside = np.take_along_axis(rates, place, axis=2)
        mean = np.where(
            within < 1, within * inside + (1 - within) * quota.over_rate[:, :, None], inside
        )
        np.put_along_axis(rates, place, mean, axis=2)
        changed[name] = rates
    return replace(hats.wedges, **changed)


def _quota_outcome(
    market: Market, hats: Shocks, answer: QuotaEquilibrium, fob: Floats
) -> QuotaOutcome | None:
    """Quantities within the quotas and the rent they leave, at the in-quota wedge as felt."""
    quota = hats.quota
    if quota is None:
        return None
    level = (1 + market.freight) * (1 + hats.wedges.effective) * (1 + hats.wedges.barrier)
    sold = _of_source(fob, quota)
    within = np.where(answer.over > 0, _within(answer), 1.0)
    unit = _of_source(hats.base, quota) * hats.growth[:, None]
    return QuotaOutcome(
        regime=answer.regime,
        premium=answer.premium,
        quantity=unit * (answer.within + answer.over),
        within=unit * answer.within,
        rent=answer.premium * _of_source(level, quota) * sold * within,
    )


_ENGINES = {engine.name: engine for engine in (Engine("armington", per_market(solve)), SMART, GSIM)}
#: Names of the engines, the default first.
ENGINES = tuple(_ENGINES)


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
        False where the scenario was checked against the central figures already: in a draw goods
        may wait fewer days at the border than a lever saves, and then none are left.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        For an unknown engine, a lever that the engine cannot express, an override that is no
        parameter, more kinds of levers than can be split, or what the figures do not have (lines,
        days at the border, third markets).
    RunError
        If a market does not converge, or a lever means nothing under the parameters.
    """
    chosen = engine if isinstance(engine, Engine) else _ENGINES.get(engine)
    if chosen is None:
        raise InputError(
            [Problem("engine", None, "engine", engine, f"one of {', '.join(ENGINES)}")]
        )
    economy = economy.with_overrides(scenario.parameters)
    if check:
        check_against_figures(economy, scenario)
    chosen.check(scenario)
    economy = chosen.prepare(economy)
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
    outcomes: dict[str, list[Outcome]] = {}
    for group in chosen.groups(economy):
        outcomes |= _solve_coalitions(chosen, economy, group, coalitions, funds, years, staged)
    states: list[State] = []
    for index, fund in enumerate(funds):
        markets = {importer: outcomes[importer][index] for importer in economy.markets}
        state = State(economy, fund, markets, np.zeros_like(fund.output))
        if states:
            state = replace(state, input_content=_input_content(economy, state, states[0]))
        states.append(state)
    return Run(economy, scenario, years, kinds, tuple(states), attribution)


def _solve_coalitions(
    engine: Engine,
    economy: Economy,
    group: Sequence[str],
    coalitions: Sequence[Scenario],
    funds: Sequence[FundPath],
    years: NDArray[np.int64],
    staged: bool,
) -> dict[str, list[Outcome]]:
    """Outcomes by importer of a group of markets under each coalition.

    Coalitions that are alike there are solved once. Markets are solved coalition by coalition:
    what belongs to one fits a core's own cache.
    """
    wedges_of = {importer: KnownWedges() for importer in group}
    keys = [tuple(levers_on(importer, part) for importer in group) for part in coalitions]
    solved: dict[object, Mapping[str, Outcome]] = {}
    for key, coalition, fund in zip(keys, coalitions, funds, strict=True):
        if key not in solved:
            hats = {
                importer: shocks(
                    economy, importer, coalition, fund, years, staged, wedges_of[importer]
                )
                for importer in group
            }
            solved[key] = engine.solve(economy, hats)
    return {importer: [solved[key][importer] for key in keys] for importer in group}


def _capacity_must_matter(economy: Economy, scenario: Scenario) -> None:
    market = economy.markets["JPN"]
    infinite = np.isinf(market.supply[:, market.partner_column])
    if scenario.levers_of(FundLever) and infinite.any():
        what = "the fund adds capacity"
    elif any(lever.market for lever in scenario.levers_of(ExternalLever)) and infinite.any():
        what = "a third market's tariff frees capacity"
    else:
        what = ""
    if what:
        some = ", ".join(np.array(market.chapters)[infinite][:5])
        raise RunError(
            f"{what}, and where India's supply is infinite (chapters {some} ...) capacity means "
            "nothing: give epsilon_supply a finite value or leave the lever out"
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


def simulate(
    economy: Economy, scenario: Scenario, engine: str = "armington", attribution: bool = True
) -> Result:
    """What a scenario does to India-Japan trade, against the reference of the same years.

    Parameters
    ----------
    economy : Economy
        From :func:`cepasim.load`.
    scenario : Scenario
    engine : {"armington", "smart", "gsim"}, optional
        What each assumes: docs/engines.md.
    attribution : bool, optional
        False leaves the split over levers, most of the work, until ``Result.contributions`` is
        asked for.

    Returns
    -------
    Result
        US$ million of 2023-24. Exports are India's to Japan, f.o.b.; imports India's from Japan,
        c.i.f.; balance is exports minus imports. The reference holds known events only; a
        scenario without levers equals it in every cell.

    Raises
    ------
    InputError
        For an unknown engine, a lever that the engine cannot express, or an override that is no
        parameter.
    RunError
        If a market does not converge, or a lever means nothing under the parameters.

    Examples
    --------
    >>> import cepasim
    >>> result = cepasim.simulate(cepasim.load(), cepasim.Scenario.from_dict({"name": "none"}))
    >>> float(abs(result.totals["change_in_balance_usd_mn"]).max())
    0.0
    """
    solved = run(economy, scenario, attribution, engine)
    if attribution:
        split: Table = tabulation.contributions(solved)
    else:
        split = partial(_split, economy, scenario, engine)
    # The other tables need no coalitions between the two, which would stay in memory.
    ends = replace(solved, states=(solved.reference, solved.outcome), attributed=False)
    return Result(
        scenario=scenario,
        engine=engine,
        classification=economy.classification,
        totals=partial(tabulation.totals, ends),
        sectors=partial(tabulation.sectors, ends),
        displacement=partial(tabulation.displacement, ends),
        contributions=split,
        diagnostics=partial(tabulation.diagnostics, ends),
        quotas=partial(tabulation.quotas, ends),
        notes=partial(tabulation.notes, ends),
        manifest=partial(_described, ends, engine),
        chain=Chain(ends),
    )


def _described(solved: Run, engine: str) -> dict[str, object]:
    economy, parameters = solved.economy, solved.economy.parameters
    return manifest(
        engine=engine,
        scenario_text=solved.scenario.to_yaml(),
        parameter_digest=parameters.digest,
        overrides=parameters.overrides,
        benchmark=parameters.benchmark_metadata,
        options={
            "line_rule": economy.line_rule,
            "product_rule": economy.product_rule,
            "wedge_rule": economy.wedge_rule,
        },
    )


def _split(economy: Economy, scenario: Scenario, engine: str) -> pd.DataFrame:
    return tabulation.contributions(run(economy, scenario, engine=engine))

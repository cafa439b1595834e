"""Armington with two nests and finite supply: each importer's market by itself. The default."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import same_everywhere
from cepasim.core.language import separated, tr
from cepasim.core.problems import RunError
from cepasim.economy.market import Market
from cepasim.engines.engine import Engine, per_market
from cepasim.engines.outcome import Outcome, Solved, grown
from cepasim.equilibrium import solve_market
from cepasim.equilibrium.armington.known_flow import KnownFlow
from cepasim.equilibrium.several_quotas import QuotasEquilibrium, solve_market_with_quotas
from cepasim.levers.quota import QuotaOutcome, Quotas
from cepasim.shocks.shocks import Shocks
from cepasim.shocks.wedges import Wedges

Floats = NDArray[np.float64]


def solve_armington(market: Market, hats: Shocks) -> Outcome:
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
    answer = None
    if hats.quota is None:
        eq, trade_cost, paid = solve_market(**_arguments(market, hats)), None, None
    else:
        answer = _solve_with_quota(market, hats, hats.quota)
        eq, trade_cost = answer.equilibrium, answer.trade_cost
        paid = _paid_on_average(hats.wedges, hats.quota, answer)
    if not eq.converged.all():
        failed = sorted({market.chapters[h] for _, h in np.argwhere(~eq.converged)})
        raise RunError(
            tr(
                "{importer}: no equilibrium found in chapters {chapters}; check their elasticities "
                "and shocks",
                importer=market.importer,
                chapters=separated(failed),
            )
        )
    growth = hats.growth[:, None]
    outcome = Solved(
        price=eq.price,
        fob=grown(hats.base, eq.value) * growth[:, :, None],
        domestic=grown(market.domestic, eq.price_domestic * eq.quantity_domestic) * growth,
        composite_index=eq.composite_index,
        iterations=eq.iterations,
        residual=eq.residual,
        trade_cost=trade_cost,
        paid=paid,
    ).outcome(market, hats)
    if answer is None or hats.quota is None:
        return outcome
    return replace(outcome, quota=_quota_outcome(market, outcome, answer))


def _arguments(market: Market, hats: Shocks) -> dict[str, Any]:
    """What the kernel is given; one row where no year differs from another."""
    import_shares, domestic_share = shares_of(market, hats.base)
    by_year = {
        "import_shares": import_shares,
        "domestic_share": domestic_share,
        "trade_cost": hats.trade_cost,
        "demand": hats.demand,
        "capacity": hats.capacity,
        "capacity_domestic": hats.capacity_domestic,
        "cost": hats.cost,
        "cost_domestic": hats.cost_domestic,
    }
    if hats.quota is None and not any(array.strides[0] for array in by_year.values()):
        by_year = {name: array[:1] for name, array in by_year.items()}
    # The kernel leaves out what is one number.
    given: dict[str, Any] = {
        name: array.flat[0] if same_everywhere(array) else array for name, array in by_year.items()
    }
    return given | {
        "sigma_import": market.sigma_import,
        "sigma_domestic": market.sigma_domestic,
        "eta": market.eta,
        "supply": market.supply,
        "supply_domestic": market.supply_domestic,
    }


def size_for(market: Market, wedges: Wedges, sales: Floats) -> Floats:
    """Size of the partner at which its sales are given, where nothing but wedges has changed.

    Parameters
    ----------
    market : Market
    wedges : Wedges
        As trade feels them, of Y years.
    sales : ndarray, shape (Y, H)
        The partner's sales f.o.b. over its benchmark grown with the market.

    Returns
    -------
    ndarray, shape (Y, H)
        NaN where none is found.
    """
    column = market.partner_column
    flow = KnownFlow(
        import_shares=market.import_shares,
        domestic_share=market.domestic_share,
        trade_cost=wedges.hat,
        sigma_import=market.sigma_import,
        sigma_domestic=market.sigma_domestic,
        eta=market.eta,
        supply=market.supply,
        supply_domestic=market.supply_domestic,
        source=column,
    )
    return flow.size(sales / wedges.line_mix(market)[:, :, column])


def _solve_with_quota(market: Market, hats: Shocks, quota: Quotas) -> QuotasEquilibrium:
    """Equilibrium under quotas that hold in units of the base year's sales."""
    unit = hats.base * hats.growth[:, None, None]
    # Where the rate beyond is no higher than the rate within there is nothing to limit.
    limits = (unit > 0) & (quota.over_premium > 0)
    limit = np.divide(quota.limit, unit, out=np.full(unit.shape, np.inf), where=limits)
    return solve_market_with_quotas(limit, quota.over_premium, _arguments(market, hats))


def shares_of(market: Market, base: Floats) -> tuple[Floats, Floats]:
    """Share of each source in landed imports, and of domestic goods in all that is bought.

    Sources share alike where nothing is imported.
    """
    if base.strides[0] == 0:  # the same in every year
        return (
            np.broadcast_to(market.import_shares, base.shape),
            np.broadcast_to(market.domestic_share, base.shape[:2]),
        )
    landed = base * market.wedge
    total = landed.sum(axis=2, keepdims=True)
    even = np.full(landed.shape, 1.0 / len(market.exporters))
    shares = np.divide(landed, total, out=even, where=total > 0)
    bought = total[:, :, 0] + market.domestic
    domestic = np.broadcast_to(market.domestic, bought.shape)
    return shares, np.divide(domestic, bought, out=np.zeros_like(bought), where=bought > 0)


def _within(answer: QuotasEquilibrium) -> Floats:
    """Share of what each source sells that enters within its quota, shape (Y, H, S)."""
    with np.errstate(invalid="ignore"):
        share = answer.within / (answer.within + answer.over)
    return np.asarray(np.where(answer.over > 0, share, 1.0))


def _paid_on_average(wedges: Wedges, quota: Quotas, answer: QuotasEquilibrium) -> Wedges:
    """Tariffs paid and collected on average within and beyond the quotas."""
    within = _within(answer)
    changed = {}
    for name in ("effective", "collected"):
        inside = getattr(wedges, name)
        mean = within * inside + (1 - within) * quota.over_rate
        changed[name] = np.where(within < 1, mean, inside)
    return replace(wedges, **changed)


def _quota_outcome(market: Market, outcome: Outcome, answer: QuotasEquilibrium) -> QuotaOutcome:
    """Quantities within the quotas and the rent they leave, at the in-quota wedge as felt."""
    hats = outcome.shocks
    level = (1 + market.freight) * (1 + hats.wedges.effective) * (1 + hats.wedges.barrier)
    unit = hats.base * hats.growth[:, None, None]
    return QuotaOutcome(
        regime=answer.regime,
        premium=answer.premium,
        quantity=unit * (answer.within + answer.over),
        within=unit * answer.within,
        rent=answer.premium * level * outcome.fob * _within(answer),
    )


#: The default engine.
ARMINGTON = Engine(name="armington", solve=per_market(solve_armington), size_for=size_for)

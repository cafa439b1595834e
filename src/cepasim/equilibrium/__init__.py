"""The economics as pure functions on arrays: no files, no tables, no country names."""

from __future__ import annotations

from cepasim.equilibrium.armington.solve import MarketEquilibrium, solve_market
from cepasim.equilibrium.ces import aggregate_lines, ces_index, log_ces_index
from cepasim.equilibrium.gsim import GsimSolution, solve_gsim
from cepasim.equilibrium.smart import SmartEffects, smart_effects
from cepasim.equilibrium.trq import QuotaEquilibrium, solve_market_with_quota
from cepasim.equilibrium.welfare import (
    Displacement,
    RentChange,
    TradeGains,
    WedgeAccounts,
    consumer_surplus_change,
    displacement,
    producer_surplus,
    producer_surplus_change,
    quota_rent,
    rent_change,
    trade_gains,
    wedge_accounts,
)

__all__ = [
    "Displacement",
    "GsimSolution",
    "MarketEquilibrium",
    "QuotaEquilibrium",
    "RentChange",
    "SmartEffects",
    "TradeGains",
    "WedgeAccounts",
    "aggregate_lines",
    "ces_index",
    "consumer_surplus_change",
    "displacement",
    "log_ces_index",
    "producer_surplus",
    "producer_surplus_change",
    "quota_rent",
    "rent_change",
    "smart_effects",
    "solve_gsim",
    "solve_market",
    "solve_market_with_quota",
    "trade_gains",
    "wedge_accounts",
]

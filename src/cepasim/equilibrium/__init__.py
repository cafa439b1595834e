"""The economics as pure functions on arrays: no files, no tables, no country names."""

from __future__ import annotations

from cepasim.equilibrium.ces import aggregate_lines, ces_index, log_ces_index
from cepasim.equilibrium.market import MarketEquilibrium, solve_market
from cepasim.equilibrium.welfare import (
    Displacement,
    WedgeAccounts,
    consumer_surplus_change,
    displacement,
    producer_surplus,
    producer_surplus_change,
    wedge_accounts,
)

__all__ = [
    "Displacement",
    "MarketEquilibrium",
    "WedgeAccounts",
    "aggregate_lines",
    "ces_index",
    "consumer_surplus_change",
    "displacement",
    "log_ces_index",
    "producer_surplus",
    "producer_surplus_change",
    "solve_market",
    "wedge_accounts",
]

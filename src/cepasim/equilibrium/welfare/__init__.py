"""Accounting around a solved market: who loses, surpluses, and where the wedge goes.

Pure functions on arrays, after ``docs/method.md``, "What is reported". Values are in whatever unit
the caller uses (US$ million in this project) and come back in the same; hats are new over old.
Every argument broadcasts.
"""

from __future__ import annotations

from cepasim.equilibrium.welfare.accounts import WedgeAccounts, quota_rent, wedge_accounts
from cepasim.equilibrium.welfare.displacement import Displacement, displacement
from cepasim.equilibrium.welfare.gains import RentChange, TradeGains, rent_change, trade_gains
from cepasim.equilibrium.welfare.surplus import (
    consumer_surplus_change,
    producer_surplus,
    producer_surplus_change,
)

__all__ = [
    "Displacement",
    "RentChange",
    "TradeGains",
    "WedgeAccounts",
    "consumer_surplus_change",
    "displacement",
    "producer_surplus",
    "producer_surplus_change",
    "quota_rent",
    "rent_change",
    "trade_gains",
    "wedge_accounts",
]

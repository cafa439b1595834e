"""Columns of the tables of a result: their order, units and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

#: Columns every table has, in this order; a table may have further ones after them.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "totals": (
            "fiscal_year",
            "exports_usd_mn",
            "imports_usd_mn",
            "balance_usd_mn",
            "baseline_exports_usd_mn",
            "baseline_imports_usd_mn",
            "baseline_balance_usd_mn",
            "change_in_balance_usd_mn",
            "duty_japan_usd_mn",
            "duty_india_usd_mn",
            "welfare_japan_usd_mn",
            "welfare_india_usd_mn",
        ),
        "sectors": (
            "fiscal_year",
            "flow",
            "hs",
            "baseline_usd_mn",
            "scenario_usd_mn",
            "change_usd_mn",
            "change_pct",
        ),
        "displacement": ("fiscal_year", "flow", "hs", "source", "change_usd_mn"),
        "contributions": (
            "fiscal_year",
            "hs",
            "lever",
            "exports_usd_mn",
            "imports_usd_mn",
            "balance_usd_mn",
            "welfare_japan_usd_mn",
            "welfare_india_usd_mn",
        ),
        "diagnostics": (),
        "quotas": (
            "fiscal_year",
            "importer",
            "source",
            "hs",
            "quota_usd_mn",
            "quantity_usd_mn",
            "within_usd_mn",
            "regime",
            "premium_pct",
            "rent_usd_mn",
            "rent_owner",
        ),
    }
)


def empty_table(name: str) -> pd.DataFrame:
    """Return a table without rows and with the columns `Result` asks for.

    Parameters
    ----------
    name : str
        A key of `COLUMNS`, such as ``"contributions"``.
    """
    text = {"fiscal_year", "flow", "hs", "source", "lever", "importer", "regime", "rent_owner"}
    return pd.DataFrame(
        {
            column: pd.Series(dtype="str" if column in text else "float64")
            for column in COLUMNS[name]
        }
    )


def checked(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with rows numbered from 0, its columns being what was promised."""
    wanted = COLUMNS[name]
    if tuple(table.columns[: len(wanted)]) != wanted:
        raise ValueError(
            f"{name}: columns {list(table.columns)}; they must begin with {list(wanted)}"
        )
    return table.reset_index(drop=True)

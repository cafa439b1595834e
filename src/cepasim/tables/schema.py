"""Every column of every table: its unit and its meaning. Checked here, printed into the manual."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from cepasim.tables.column import Column, TableSchema

_USD = "US$ million of {price_year}"
_QUANTITY = "US$ million f.o.b. at prices of {price_year}"
YEAR = Column("fiscal_year", "text", 'India\'s fiscal year, April to March, such as "2030-31"')
FLOW = Column("flow", "text", "export or import, seen from India")
HS = Column("hs", "text", "product as text, leading zeros kept; a chapter unless refined")
GRADE = Column(
    "grade",
    "text",
    "how good the benchmark is: A official, B published estimate, C own calculation, D assumption",
    always=False,
)


def _share(name: str, meaning: str) -> Column:
    return Column(name, "share of draws", meaning, always=False)


def _usd(name: str, meaning: str, *, always: bool = True) -> Column:
    return Column(name, _USD, meaning, always)


def _range(name: str) -> Column:
    return _usd(name, "90 % range of the level in the reference, as in totals", always=False)


_CHANGES = (
    _usd("baseline_usd_mn", "value in the reference of the same year"),
    _usd("scenario_usd_mn", "value in the scenario"),
    _usd("change_usd_mn", "scenario minus reference"),
)
_SHARES = tuple(
    _usd(f"{stem}_usd_mn", f"Shapley share of the change in {what}")
    for stem, what in (
        *((name, name) for name in ("exports", "imports", "balance")),
        *((f"welfare_{name.lower()}", f"{name}'s welfare") for name in ("Japan", "India")),
    )
)
_GIVEN = ("sales", "duty", "producers")
_LEVER = Column("lever", "text", "kind of lever")
_CHANGE_PCT = Column(
    "change_pct", "%", "change against the reference; missing where the reference has no trade"
)

TABLES: Mapping[str, TableSchema] = MappingProxyType(
    {
        "totals": TableSchema(
            "one fiscal year",
            (
                YEAR,
                _usd("exports_usd_mn", "India's exports to Japan, f.o.b., in the scenario"),
                _usd("imports_usd_mn", "India's imports from Japan, c.i.f., in the scenario"),
                _usd("balance_usd_mn", "exports minus imports; a deficit is negative"),
                _usd("baseline_exports_usd_mn", "exports in the reference"),
                _usd("baseline_imports_usd_mn", "imports in the reference"),
                _usd("baseline_balance_usd_mn", "balance in the reference"),
                _usd("change_in_balance_usd_mn", "balance minus that of the reference"),
                _usd("duty_japan_usd_mn", "duty Japan collects on India's goods"),
                _usd("duty_india_usd_mn", "duty India collects on Japan's goods"),
                _usd(
                    "welfare_japan_usd_mn",
                    "change in Japan's national welfare against the reference",
                ),
                _usd(
                    "welfare_india_usd_mn",
                    "change in India's national welfare against the reference",
                ),
                _usd("baseline_duty_{country}_usd_mn", "the duty in the reference", always=False),
                _usd(
                    "input_content_usd_mn",
                    "Japanese inputs of what the levers add to output, part of imports",
                    always=False,
                ),
                _usd(
                    "fund_capital_goods_usd_mn",
                    "Japanese machinery of the plants the fund supports, part of imports",
                    always=False,
                ),
                _usd("fund_grants_usd_mn", "grants the fund pays in the year", always=False),
                _usd(
                    "fund_outlay_usd_mn",
                    "what the fund costs Japan: the capital it sets off and raising its grants",
                    always=False,
                ),
                Column(
                    "price_level_{country}",
                    "ratio to the reference",
                    "general price level in US$; where an exchange rate moves it",
                    always=False,
                ),
                _usd(
                    "change_in_balance_without_content_usd_mn",
                    "change in balance if those inputs and that machinery came from elsewhere",
                    always=False,
                ),
                _usd(
                    "baseline_{item}_{end}_usd_mn",
                    "90 % range of the level in the reference: what is printed and the deflator in "
                    "known years, errors of earlier forecasts of the same reach in assumed ones",
                    always=False,
                ),
                _usd(
                    "quota_rent_{country}_usd_mn",
                    "quota rents that go to the country; where there are quotas",
                    always=False,
                ),
                _usd("{total}_p5", "lower end of the column's drawn 90 % range", always=False),
                _usd("{total}_p95", "upper end of that range", always=False),
                _share("probability_deficit_falls", "where the balance improves"),
                _usd("{total}_choice_p5", "as p5, with model choice drawn", always=False),
                _usd("{total}_choice_p95", "upper end of that range", always=False),
                _share("share_deficit_falls_choice", "of those where the balance improves"),
            ),
        ),
        "sectors": TableSchema(
            "one fiscal year, flow and product",
            (
                YEAR,
                FLOW,
                HS,
                *_CHANGES,
                _CHANGE_PCT,
                _usd(
                    "import_content_usd_mn",
                    "of the scenario: inputs and machinery of what the levers add to output",
                    always=False,
                ),
                _range("baseline_{end}_usd_mn"),
                GRADE,
            ),
        ),
        "displacement": TableSchema(
            "one fiscal year, flow, product and source; the rows of a cell sum to its change",
            (
                YEAR,
                FLOW,
                HS,
                Column(
                    "source",
                    "text",
                    "whom the change is taken from: a country or group; domestic, producers of the "
                    "importer; market_expansion, more bought by all; wedge, duty and barriers "
                    "saved; import_content, imports that the levers' own output needs",
                ),
                _usd("change_usd_mn", "what the pair gains from that source"),
            ),
        ),
        "contributions": TableSchema(
            "one fiscal year, product (total included) and kind of lever",
            (YEAR, HS, _LEVER, *_SHARES),
        ),
        "contributions_by_side": TableSchema(
            "one fiscal year, product (total included), kind of lever and side",
            (
                YEAR,
                HS,
                _LEVER,
                Column("side", "text", "JPN or IND, whose rules change; empty where nobody's do"),
                *_SHARES,
            ),
        ),
        "concessions": TableSchema(
            "one fiscal year, side and product: what changes in the side's own market",
            (
                YEAR,
                Column("side", "text", "JPN or IND, whose market it is"),
                Column("section", "text", "section of the product; none for 98 and 99"),
                HS,
                _usd("sales_usd_mn", "what the other side sells there"),
                _usd("duty_usd_mn", "duty the side collects on it"),
                _usd("producers_usd_mn", "what its own producers sell at home"),
            ),
        ),
        "diagnostics": TableSchema(
            "one market, reference and scenario apart",
            (
                Column("market", "text", "importer", always=False),
                Column("path", "text", "reference or scenario", always=False),
                Column("markets_solved", "count", "years times products", always=False),
                Column("iterations_max", "count", "most iterations of any market", always=False),
                Column("residual_max", "logs", "largest residual of any market", always=False),
                Column(
                    "largest_log_price",
                    "logs",
                    "furthest that the partner's price moves from {base_year}",
                    always=False,
                ),
            ),
        ),
        "quotas": TableSchema(
            "one fiscal year, importer, source and product under a tariff-rate quota",
            (
                YEAR,
                Column("importer", "text", "who opens the quota"),
                Column("source", "text", "whose goods it is for"),
                HS,
                Column("quota_usd_mn", _QUANTITY, "its size"),
                Column("quantity_usd_mn", _QUANTITY, "what enters"),
                Column("within_usd_mn", _QUANTITY, "of it, within"),
                Column("regime", "text", "whether the quota binds, and which rate decides"),
                Column("premium_pct", "% of the landed price", "what a unit within is worth more"),
                _usd("rent_usd_mn", "premium times what enters within"),
                Column("rent_owner", "text", "importer or exporter"),
            ),
        ),
        "levels": TableSchema(
            "one fiscal year, flow, level of detail and group",
            (
                YEAR,
                FLOW,
                Column("level", "text", "chapter, section, window or total"),
                Column("group", "text", "code or key of the group, as in by"),
                _usd("low_usd_mn", "lower end of the 90 % range, as in totals"),
                _usd("high_usd_mn", "upper end of it"),
            ),
        ),
        "fund_accounts": TableSchema(
            "one fiscal year, case of replacement and account, where there is a fund",
            (
                YEAR,
                Column("replacement", "text", "whether owners replace what wears out: yes, no"),
                Column("account", "text", "its key, such as grants or balance"),
                Column("name", "text", "it; changes are against the scenario without the fund"),
                _usd("usd_mn", "amount of the year"),
                _usd("cumulative_usd_mn", "sum up to the year"),
                _usd("present_value_usd_mn", "that sum discounted to the fund's first year"),
                Column("per_grant", "US$ per US$", "the sum over the grants paid up to the year"),
            ),
        ),
        "jobs": TableSchema(
            "one fiscal year and cause: jobs in India that go with a change in sales, gross",
            (
                YEAR,
                Column("cause", "text", "exports, or imports: sales at home that they displace"),
                _usd("sales_usd_mn", "change in these sales against the reference"),
                Column("jobs", "jobs", "supported, direct and indirect; below 0 displaced"),
                Column("jobs_low", "jobs", "lower end over the range of the ratio"),
                Column("jobs_high", "jobs", "upper end of it"),
            ),
        ),
        "reference": TableSchema(
            "one fiscal year, flow and product, or total (cepasim.reference)",
            (
                YEAR,
                FLOW,
                Column("hs", "text", "product, or total"),
                Column(
                    "published_usd_mn",
                    "US$ million, current",
                    "trade of known years in current dollars; empty where assumed",
                ),
                _usd("usd_mn", "level of the reference"),
                Column("status", "text", "of the year: benchmark, published, provisional, assumed"),
                _usd("low", "lower end of the 90 % range of the level"),
                _usd("high", "upper end of it"),
                Column(
                    "basis",
                    "text",
                    "of the row: published; estimated, a chapter of a published total; assumed",
                ),
            ),
        ),
        "basket": TableSchema(
            "one fiscal year, flow and measure of concentration",
            (
                YEAR,
                FLOW,
                Column(
                    "measure",
                    "text",
                    "top_3, top_5, top_10: share of the largest chapters; hhi: index",
                ),
                Column("baseline", "%; index points for hhi", "in the reference"),
                Column("scenario", "%; index points for hhi", "in the scenario"),
            ),
        ),
        "by": TableSchema(
            "one fiscal year, flow and group (Result.by)",
            (
                YEAR,
                FLOW,
                Column("{group}", "text", "hs, section, window or total, by the level asked for"),
                Column("name", "text", "the group for people"),
                *_CHANGES,
                _CHANGE_PCT,
                _range("baseline_{end}_usd_mn"),
                GRADE,
            ),
        ),
        "balance": TableSchema(
            "one fiscal year and group (Result.balance)",
            (
                YEAR,
                Column("{group}", "text", "hs, section, window or total, by the level asked for"),
                Column("name", "text", "the group for people"),
                _usd("baseline_{item}_usd_mn", "exports, imports, balance in the reference"),
                _usd("{item}_usd_mn", "exports, imports, balance in the scenario"),
                _usd("change_in_{item}_usd_mn", "scenario minus reference"),
                Column("change_in_{flow}_pct", "%", "change of exports and of imports"),
                _range("baseline_{item}_{end}_usd_mn"),
                GRADE,
            ),
        ),
        "who_loses": TableSchema(
            "one flow and source of a year (Result.who_loses)",
            (
                FLOW,
                Column("source", "text", "as in displacement"),
                Column("name", "text", "the source for people"),
                _usd("change_usd_mn", "what the pair gains from that source"),
            ),
        ),
        "give_and_take": TableSchema(
            "one side and section of a year (Result.give_and_take)",
            (
                Column("side", "text", "JPN or IND, who gives"),
                Column("section", "text", "section, or total"),
                Column("name", "text", "the section for people"),
                *(_usd(f"{name}_usd_mn", "as in concessions") for name in _GIVEN),
            ),
        ),
        "accounts": TableSchema(
            "one account of a year (Result.accounts)",
            (
                Column("account", "text", "a column of totals without its unit"),
                Column("name", "text", "the account for people"),
                *_CHANGES,
            ),
        ),
    }
)
#: Tables a result is made of.
HELD = (
    *("totals", "sectors", "displacement", "contributions", "contributions_by_side"),
    *("diagnostics", "quotas", "levels", "fund_accounts", "jobs", "concessions"),
)
#: Columns every table of a result begins with, in this order; it may have further ones after them.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: TABLES[name].names for name in HELD}
)


def empty_table(name: str) -> pd.DataFrame:
    """Return a table without rows and with the columns a result asks for.

    Parameters
    ----------
    name : str
        A table that a result holds, such as ``"contributions"``.
    """
    return pd.DataFrame(
        {
            column.name: pd.Series(dtype="str" if column.is_text else "float64")
            for column in TABLES[name].columns
            if column.always
        }
    )


def checked(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with rows numbered from 0.

    Raises
    ------
    ValueError
        Where its columns do not begin with those promised.
    """
    wanted = COLUMNS[name]
    if tuple(table.columns[: len(wanted)]) != wanted:
        raise ValueError(
            f"{name}: columns {list(table.columns)}; they must begin with {list(wanted)}"
        )
    return table.reset_index(drop=True)

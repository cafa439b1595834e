"""Estimates which line of a product India's goods take in Japan, from what claims the CEPA.

A product of several nine-digit lines may be free on one and excluded on the next. A line without
a margin under the CEPA can show no claim, so claims by line alone do not tell; claims against what
India sells of the product do. With ``C`` the product's claims, ``X`` India's exports of it (c.i.f.)
and ``u`` the use of the preference in its chapter,

    C / (u X)    is the share of the trade on lines with a margin, spread over them by claims;
    the rest     is on lines without one: on those that are free for everybody where there are
                 any, else on the excluded ones, one like the other.

The two countries file the same shoe under different products of a heading, and the same mango pulp
under different headings: claims beyond a product's own trade count for the unclaimed trade of the
heading, in proportion, and what is left of them may count for that of the chapter, less what
the list of exports lacks of it. The share is the mean of four comparisons: 2021 alone and means of
three years, each with the heading alone and with the chapter. Its range runs over these, those
without any such exchange, and those where it goes to products that have lines with a margin.
Where a product has no line with a margin, or nothing of it is known to be traded or claimed,
nothing is known, and it is not in the table.

Writes ``params/tariffs/japan_lines_used.csv``::

    python -m cepasim.calibrate.lines_used
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cepasim.calibrate.table_command import write_table
from cepasim.calibrate.use_of_preferences import use_conventions
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters
from cepasim.products.levels import at_level

TABLE = "tariffs/japan_lines_used"
#: Claims by line are of HS 2017; exports by product begin in the fiscal year after.
_CLAIMED = (2019, 2020, 2021)
_EXPORTED = ("2021-22", "2022-23", "2023-24")
_DECIMALS = 4


def lines_used(parameters: Parameters) -> pd.DataFrame:
    """Share of each line in its product's imports from India, where claims tell.

    Parameters
    ----------
    parameters : Parameters

    Returns
    -------
    DataFrame
        hs9, share, low, high, basis, unit, source, year, grade; lines that carry something.
    """
    lines = _lines(parameters)
    products = _products(parameters, lines)
    value, low, high = _on_margin(products)
    products = products.assign(value=value, low=low, high=high)
    known = products["value"].notna()
    rows = lines.join(products[["value", "low", "high"]], on="hs6")
    rows = rows[rows["hs6"].map(known) & rows["hs6"].map(lines.groupby("hs6").size() > 1)]
    of_margin, of_rest = _within(rows)
    for name in ("value", "low", "high"):
        rows[f"{name}_line"] = of_margin * rows[name] + of_rest * (1 - rows[name])
    # The range of a line without a margin runs the other way.
    ends = rows[["low_line", "high_line"]].to_numpy(float)
    found = pd.DataFrame(
        {
            "hs9": rows["hs9"],
            "share": rows["value_line"].round(_DECIMALS),
            "low": ends.min(axis=1).round(_DECIMALS),
            "high": ends.max(axis=1).round(_DECIMALS),
            "basis": np.where(rows["margin"], "claims", "no claims"),
            "unit": "share of the product's imports from India",
            "source": "Japan Customs, imports under EPAs; Ministry of Commerce, exports by HS6; "
            "own calculation (python -m cepasim.calibrate.lines_used)",
            "year": "2019-2023",
            "grade": "C",
        }
    )
    return found[found["high"] > 0].reset_index(drop=True)


def margins(parameters: Parameters) -> pd.DataFrame:
    """Lines of Japan's schedule, and whether India has a margin on them.

    Parameters
    ----------
    parameters : Parameters

    Returns
    -------
    DataFrame
        hs9, hs6, margin, open (free for everybody), known (whether India's rate is).
    """
    schedule = Economy.build(parameters, line_rule="best").markets["JPN"].schedule
    mfn, rate = schedule.mfn, schedule.rates.of("IND")[1]
    every = pd.DataFrame(
        {
            "hs9": schedule.lines,
            "hs6": schedule.products[schedule.product_of_line],
            # Free from a duty without an ad-valorem rate is a margin too.
            "margin": (rate < mfn) | (np.isnan(mfn) & ~np.isnan(rate)),
            "open": mfn == 0,
            "known": ~np.isnan(rate),
        }
    )
    lines: pd.DataFrame = every[schedule.category != NO_LINE].copy()
    return lines


def _lines(parameters: Parameters) -> pd.DataFrame:
    """Lines of products: whether they have a margin, and claims by year, US$ mn."""
    lines = margins(parameters)
    claims = parameters.table("trade/japan_cepa_claims_hs9").set_index("hs9")
    rates = parameters.table("macro/annual").set_index(["series", "year"])["value"]
    for year in _CLAIMED:
        yen = float(rates["exchange_rate_lcu_per_usd_JPN_fred", str(year)])
        claimed = claims[f"claimed_{year}"].fillna(0.0) / yen / 1e3
        lines[f"c{year}"] = claimed.reindex(lines["hs9"]).fillna(0.0).to_numpy(float)
        # A code of HS 2017 whose product is still there counts for the product's lines.
        gone = claimed[~claimed.index.isin(lines["hs9"])]
        gone = gone.groupby([at_level(str(code), "subheading") for code in gone.index]).sum()
        number = lines["margin"].groupby(lines["hs6"]).transform("sum")
        share = lines["margin"] / number.where(number > 0, 1)
        lines[f"c{year}"] += lines["hs6"].map(gone).fillna(0.0) * share
    lines["claimed"] = lines[[f"c{year}" for year in _CLAIMED]].mean(axis=1)
    return lines


def _products(parameters: Parameters, lines: pd.DataFrame) -> pd.DataFrame:
    """Products: claims over use, and exports c.i.f., in 2021 and over three years, US$ mn."""
    groups = lines.groupby("hs6")
    products = groups[["claimed", "c2021"]].sum()
    products["margins"] = groups["margin"].sum()
    products["others"] = groups.size() - products["margins"]
    codes = [at_level(str(code), "chapter") for code in products.index]
    use = parameters.by_chapter("utilisation_observed", codes, "JPN", "IND")
    exports = parameters.table("trade/india_exports_japan_hs6")
    exports = exports.pivot(index="hs6", columns="fiscal_year", values="value")
    exports = exports.reindex(products.index).fillna(0.0)
    uplift = 1.0 + parameters.value("freight_insurance_ind_jpn")
    products["shown_2021"] = products["c2021"] / use
    products["shown"] = products["claimed"] / use
    products["traded_2021"] = uplift * exports[_EXPORTED[0]]
    products["traded"] = uplift * exports[list(_EXPORTED)].mean(axis=1)
    products["chapter"] = codes
    chapters = parameters.table("history/bilateral")
    of_year = (chapters["flow"] == "export") & (chapters["fiscal_year"] == _EXPORTED[0])
    total = products["chapter"].map(chapters[of_year].set_index("hs")["value"])
    listed = exports[_EXPORTED[0]].groupby(products["chapter"]).transform("sum")
    conventions = use_conventions(parameters)
    products["listed"] = (
        (listed / total).clip(lower=conventions["least_listed"], upper=1.0).fillna(1.0)
    )
    products["smallest"] = conventions["smallest_trade"]
    products["heading"] = [at_level(str(code), "heading") for code in products.index]
    return products


def _on_margin(products: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Share of each product's trade that is on lines with a margin: value, low, high."""
    dated = (("shown_2021", "traded_2021"), ("shown", "traded"))
    all_of_them = pd.Series(True, index=products.index)

    def shares(groups: Sequence[str], receives: pd.Series) -> list[pd.Series]:
        return [_share(products, *names, groups, receives) for names in dated]

    middle = shares(["heading"], all_of_them) + shares(["heading", "chapter"], all_of_them)
    value = pd.concat(middle, axis=1).mean(axis=1)
    first = shares(["heading", "chapter"], products["margins"] > 0)
    ends = pd.concat([*shares([], all_of_them), *middle, *first], axis=1)
    tells = (products["margins"] > 0) & ((products["claimed"] > 0) | (products["others"] > 0))
    return value.where(tells), ends.min(axis=1).where(tells), ends.max(axis=1).where(tells)


def _share(
    products: pd.DataFrame, shown: str, traded: str, groups: Sequence[str], receives: pd.Series
) -> pd.Series:
    """Claimed share, with what products claim beyond their trade given to some others."""
    claimed, trade = products[shown], products[traded]
    spare = (claimed - trade).clip(lower=0)
    unclaimed = (trade - claimed).clip(lower=0).where(receives, 0.0)
    filled = 0.0 * trade
    for name in groups:
        group = products[name]
        given = spare.groupby(group).transform("sum")
        if name == "chapter":
            # Exports that the list lacks may be what was claimed.
            total = trade.groupby(group).transform("sum")
            lacking = total * (1 / products["listed"] - 1)
            spare *= (1 - lacking / given.where(given > 0, 1.0)).clip(lower=0.0)
            given = spare.groupby(group).transform("sum")
        room = (unclaimed - filled).groupby(group).transform("sum")
        taken = np.minimum(given, room)
        filled += (taken / room.where(room > 0, 1.0)) * (unclaimed - filled)
        spare *= 1 - taken / given.where(given > 0, 1.0)
    share = ((claimed + filled) / trade.where(trade > products["smallest"])).clip(upper=1.0)
    # Claims without any known trade are on lines with a margin, and so is all of a product that
    # has no others.
    share = share.where(share.notna() | (claimed <= products["smallest"]), 1.0)
    found: pd.Series = share.where(products["others"] > 0, 1.0)
    return found


def _within(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Shares of lines among those with a margin (by claims), and among those without one."""
    number = rows["margin"].groupby(rows["hs6"]).transform("sum")
    claims = rows["claimed"]
    total = claims.groupby(rows["hs6"]).transform("sum")
    even = rows["margin"] / number.where(number > 0, 1)
    of_margin = (claims / total.where(total > 0, 1.0)).where(total > 0, even)
    best = rows["open"] & ~rows["margin"]
    free = best.groupby(rows["hs6"]).transform("any")
    excluded = ~rows["margin"] & ~rows["open"]
    priced = (excluded & rows["known"]).groupby(rows["hs6"]).transform("any")
    taken = np.where(free, best, np.where(priced, excluded & rows["known"], excluded))
    rest = pd.Series(taken.astype(float), index=rows.index)
    number = rest.groupby(rows["hs6"]).transform("sum")
    return of_margin, rest / number.where(number > 0, 1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table; returns the exit code."""
    return write_table(
        TABLE,
        "cepasim.calibrate.lines_used",
        f"Read off the claims which line of a product is used and write {TABLE}.",
        lambda directory: lines_used(load_parameters(directory)),
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())

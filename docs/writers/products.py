"""Section of ``docs/aggregation.md`` on markets by product: what is known, and what it changes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.countries import COUNTRY
from cepasim.economy.economy import Economy
from cepasim.report.pages import markdown_table
from cepasim.scenario.bundled import MAIN, scenarios
from cepasim.scenario.scenario import Scenario
from cepasim.studies.aggregation import LONG_RUN, PATH_YEAR
from cepasim.studies.product_levels import ITEMS, product_levels

_NAMES = {
    "exports": "exports",
    "imports": "imports",
    "welfare_japan": "welfare of Japan",
    "welfare_india": "welfare of India",
}
#: Chapters shown as moved most, and what counts as much that is not sold (share of imports), as
#: unlike (share of a basket that would have to move) and as spread (percentage points).
_MOST, _UNSOLD, _UNLIKE, _SPREAD = 12, 0.05, 0.2, 1.0
_SOURCES = (
    (
        "India's exports to Japan",
        "TradeStat by HS6 where it is published, scaled to the chapter; the rest of the chapter "
        "on its other products, alike in taste",
        "grade of the chapter; D for the rest",
    ),
    ("India's imports from Japan", "products alike in taste at what they pay", "D"),
    (
        "what rivals sell in Japan",
        "in part where India sells (`size_follows_partner`), the rest alike in taste",
        "D",
    ),
    ("what rivals sell in India", "alike in taste at what they pay", "D"),
    ("domestic sales", "in proportion to the imports of the product", "D"),
    ("duties", "tariff lines, nine digits in Japan and eight in India", "as the schedules"),
    (
        "use of the preference",
        "the chapter's cost of claiming on the product's own margin, so that the chapter's use "
        "is what was observed",
        "as the chapter",
    ),
    (
        "elasticities of substitution",
        "the chapter's, scaled by the product's GTAP sector where a chapter holds several",
        "C",
    ),
    ("freight, barriers, supply, demand", "the chapter's", "as the chapter"),
)


def products_section(economy: Economy) -> Iterator[str]:
    """Lines of the section."""
    products = economy.refine()
    yield "## Chapters split into products"
    yield ""
    yield (
        '`cepasim.load(level="hs6")`, `--level hs6`, or `refine=["87"]` for named chapters, make '
        f"every HS6 a market of its own: {len(products.chapters):,} in each country. Products add "
        "up to their chapter in every source, in domestic sales and in the pair's duties. A quota "
        "on a part of a chapter splits that chapter by itself. What is known of a product, and "
        "what is "
        "assumed:"
    )
    yield ""
    yield from markdown_table(["what", "from", "grade"], _SOURCES)
    yield from _known(products)
    bundled = {name: Scenario.bundled(name) for name in scenarios()}
    named = {name: one for name, one in bundled.items() if one.levers}
    report = product_levels(products, named)
    yield (
        f"All {len(named)} bundled scenarios both ways, change against the reference in US$ "
        "million of 2023–24, and the chapter whose change differs most; welfare for the "
        f"{len(MAIN)} main ones:"
    )
    yield ""
    yield from markdown_table(
        [
            "scenario",
            "change",
            f"{PATH_YEAR}, by chapter",
            "by product",
            "most in",
            f"{LONG_RUN}, by chapter",
            "by product",
            "most in",
        ],
        _rows(report),
    )
    yield from _reading(report)
    yield from _most_changed(products, report)


def _known(products: Economy) -> Iterator[str]:
    trade = products.bilateral
    words = []
    for flow, name in (("export", "exports to Japan"), ("import", "imports from Japan")):
        rows = trade[trade["flow"] == flow]
        known = rows.loc[rows["low"].notna(), "value"].sum()
        words.append(f"{100 * known / rows['value'].sum():.0f} % of India's {name}")
    value = products.parameters.value("size_follows_partner")
    yield (
        f"Known by product are {words[0]} and {words[1]}. In chapter 85, the only one of which "
        "imports by heading and source are at hand (Comtrade 2023), rivals' sales in Japan are met "
        f"best where 0.5 to 0.75 of them follow India's; the model takes {value:g} (0.25 to 0.9). "
        "Where nothing is known, a cheap line beside dear ones takes nearly all of the trade that "
        "is spread: of the imports of cars (8703) from Japan, most then stand in the one product "
        "that the CEPA frees. A single product of grade D is a place to put customs data, not a "
        "finding."
    )
    yield ""


def _rows(report: pd.DataFrame) -> Iterator[list[str]]:
    cells = report.set_index(["scenario", "item", "date"])
    for scenario in dict.fromkeys(report["scenario"]):
        for item in ITEMS if scenario in MAIN else ITEMS[:2]:
            row = [scenario if item == ITEMS[0] else "", _NAMES[item]]
            for date in (PATH_YEAR, LONG_RUN):
                cell = cells.loc[(scenario, item, date)]
                gap = float(cell["difference_usd_mn"])
                most = f"{cell['hs']} ({gap:+,.1f})" if abs(gap) >= 0.05 else ""
                row += [
                    f"{cell['by_chapter_usd_mn']:+,.1f}",
                    f"{cell['by_product_usd_mn']:+,.1f}",
                    most,
                ]
            yield row


def _reading(report: pd.DataFrame) -> Iterator[str]:
    flows = report[report["item"].isin(["exports", "imports"])]
    large = flows[flows["by_chapter_usd_mn"].abs() >= 1].copy()
    large["ratio"] = large["by_product_usd_mn"] / large["by_chapter_usd_mn"]
    low, high = (large.loc[place] for place in (large["ratio"].idxmin(), large["ratio"].idxmax()))
    yield (
        f"**Reading.** Changes by product are {low['ratio']:.2f} ({low['scenario']}, "
        f"{low['item']}, {low['date']}) to {high['ratio']:.2f} ({high['scenario']}, "
        f"{high['item']}, {high['date']}) times those by chapter. Two things work: inside a "
        "chapter a cheaper line wins trade from dearer ones of the same source, which by product "
        "it does not, for each product has its own buyers; and where India already has a large "
        "part of a product's imports there are fewer rivals to take from. Duties lost are counted "
        "product by product: "
        "where a duty is prohibitive, what opening it brings is paid for by what other sources "
        "paid in that product alone, and welfare moves more than trade does."
    )
    yield ""


def _most_changed(products: Economy, report: pd.DataFrame) -> Iterator[str]:
    """The chapters that product detail moves most, with what tells them apart."""
    flows = report[report["item"].isin(ITEMS[:2]) & (report["date"] == PATH_YEAR)]
    flows = flows[flows["hs"] != ""]
    order = flows["difference_usd_mn"].abs().sort_values(ascending=False).index
    largest = flows.loc[order].drop_duplicates(["item", "hs"]).head(_MOST)
    yield (
        f"The chapters whose change in {PATH_YEAR} product detail moves most, each in the scenario "
        "where it does so most. A basket is unlike others' by the share of it that would have to "
        "be in other products; the spread of duties is the standard deviation of what the partner "
        "pays over what it sells. In 2023–24:"
    )
    yield ""
    yield from markdown_table(
        [
            "chapter",
            "flow",
            "scenario",
            "by product less by chapter, US$ mn",
            "partner's share of the chapter",
            "its basket unlike others'",
            "imports of products it does not sell",
            "spread of duties, points",
            "mostly",
        ],
        [_why(products, row) for row in largest.to_dict("records")],
    )
    yield (
        "*Products not sold*: what buyers mean to move, or a measure frees, stays at nothing in "
        "products of which the partner sells none; a lever `entry` says otherwise. "
        "*Unlike baskets*: purchases that move from a rival come in the rival's products, where "
        "the partner has little capacity, so that less arrives; and in its own it has fewer rivals "
        "to take from. *Duties*: one rate for the chapter hides that dear products gain more and "
        "cheap ones nothing. *Spread by assumption*: none of them, so that the difference is that "
        "of weights nobody knows, or of a lever on part of the chapter."
    )
    yield ""


def _why(products: Economy, row: dict[Hashable, Any]) -> list[str]:
    importer = "JPN" if row["item"] == "exports" else "IND"
    market, coarse = products.markets[importer], products.by_chapter.markets[importer]
    column, place = market.partner_column, coarse.chapters.index(row["hs"])
    assert products.split is not None
    inside = np.flatnonzero(products.split.parent == place)
    own = market.landed[inside, column]
    weight = own / own.sum() if own.sum() > 0 else np.full(own.size, 1 / own.size)
    whole = coarse.landed[place, column] / coarse.landed[place].sum()
    bought = market.landed[inside].sum(axis=1)
    others = bought - own
    unlike = float(0.5 * np.abs(weight - others / others.sum()).sum())
    paid = market.tariff_effective[inside, column]
    spread = 100 * float(np.sqrt((weight * (paid - (weight * paid).sum()) ** 2).sum()))
    unsold = float(bought[own == 0].sum() / bought.sum())
    tests = {
        "products not sold": unsold > _UNSOLD,
        "unlike baskets": unlike > _UNLIKE,
        "duties": spread > _SPREAD,
    }
    return [
        f"{row['hs']} {products.classification.name(str(row['hs']))}",
        f"{COUNTRY[importer]}'s imports",
        str(row["scenario"]),
        f"{row['difference_usd_mn']:+,.1f}",
        f"{100 * whole:.1f} %",
        f"{100 * unlike:.0f} %",
        f"{100 * unsold:.0f} %",
        f"{spread:.1f}",
        " and ".join(name for name, found in tests.items() if found) or "spread by assumption",
    ]

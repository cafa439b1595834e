"""Section of ``docs/aggregation.md`` on markets by product: what is known, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cepasim.economy.economy import Economy
from cepasim.report.pages import markdown_table
from cepasim.scenario.bundled import MAIN
from cepasim.scenario.scenario import Scenario
from cepasim.studies.aggregation import LONG_RUN, PATH_YEAR
from cepasim.studies.product_levels import ITEMS, product_levels

_NAMES = {
    "exports": "exports",
    "imports": "imports",
    "welfare_japan": "welfare of Japan",
    "welfare_india": "welfare of India",
}
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
    named = {name: Scenario.bundled(name) for name in sorted(MAIN)}
    report = product_levels(products, named)
    yield (
        "The bundled scenarios both ways, change against the reference in US$ million of 2023–24, "
        "and the chapter whose change differs most:"
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
        for item in ITEMS:
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

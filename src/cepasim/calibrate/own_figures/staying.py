"""What does not follow the user's figures: of which year it is, how it is carried on, its grade."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cepasim.calibrate.own_figures.given import Given
from cepasim.calibrate.own_figures.lists import named
from cepasim.core.countries import COUNTRY, FLOW_INTO, INDIA, PARTNER
from cepasim.core.language import mark, tr
from cepasim.data.money import usd_mn
from cepasim.economy.benchmark import BY_PRODUCT
from cepasim.params.parameters import Parameters

_LINES = "tariffs/japan_lines, tariffs/india_lines, tariffs/india_coverage"
_USE = "tariffs/preference_use_chapters, tariffs/japan_lines_used"
_IMPORTS = mark(
    "imports from Japan by product (trade/india_imports_japan_hs6): the product level spreads "
    "India's chapters by tariff lines"
)
_ALWAYS = (
    mark("elasticities, barriers, fund, growth after the last known year: not trade figures"),
    mark(
        "tariffs/japan_lines, tariffs/india_lines, tariffs/india_coverage: schedules are dated; "
        "rates of the base year follow from them"
    ),
    mark(
        "tariffs/preference_use_chapters, tariffs/japan_lines_used: claims of the CEPA are matched "
        "with exports of 2021-22"
    ),
    mark(
        "history (totals, bilateral, world), backcast, reference/fan: the record that the model is "
        "judged on stays what it was judged on"
    ),
    mark("macro/annual: exchange rates and published totals over all partners"),
    _IMPORTS,
)

#: The same where the files hold a part of it.
_IN_PART = {
    _LINES: mark(
        "tariffs/japan_lines, tariffs/india_lines, tariffs/india_coverage: lines that are not in "
        "the files"
    ),
    _USE: mark(
        "tariffs/preference_use_chapters, tariffs/japan_lines_used: chapters and products of which "
        "the files hold no imports on lines with a margin: claims of the CEPA matched with exports "
        "of 2021-22"
    ),
}


def staying(parameters: Parameters, given: Given, moved: Collection[str] = ()) -> tuple[str, ...]:
    """Name what stays as it was, a line each.

    Parameters
    ----------
    parameters : Parameters
        With the figures in them.
    given : Given
    moved : collection of str, optional
        Tables that moved.
    """
    always = [
        _in_part(text, moved) or tr(text)
        for text in _ALWAYS
        if text != _IMPORTS or BY_PRODUCT[INDIA] not in moved
    ]
    of_base = () if given.year == parameters.base_year else _of_base_year(parameters, given)
    return (*of_base, *always)


def _in_part(text: str, moved: Collection[str]) -> str:
    """What stays of tables of which some moved; nothing where none did."""
    for tables, part in _IN_PART.items():
        if text.startswith(f"{tables}:") and not set(tables.split(", ")).isdisjoint(moved):
            return tr(part)
    return ""


def _of_base_year(parameters: Parameters, given: Given) -> Iterator[str]:
    """What is of the base year although the figures are of a later one."""
    year, base = given.year, parameters.base_year
    deflators = parameters.table("reference/deflator").to_dict("records")
    deflator = next(row for row in deflators if row["fiscal_year"] == year)
    yield tr(
        "prices: every result is in US$ of {price_year}; amounts of {year} over {deflator} "
        "(reference/deflator, grade {grade}, {low} to {high})",
        price_year=parameters.price_year,
        year=year,
        deflator=f"{deflator['value']:g}",
        grade=deflator["grade"],
        low=f"{deflator['low']:g}",
        high=f"{deflator['high']:g}",
    )
    rows = {row["name"]: row for row in parameters.rows.to_dict("records")}
    for importer in FLOW_INTO:
        growth = rows[f"real_demand_growth_{importer.lower()}"]
        yield tr(
            "other sources and domestic sales in {country}: benchmark of {base}, grown "
            "by {growth} % a year (macro/growth, grade {grade})",
            country=tr(COUNTRY[importer]),
            base=base,
            growth=f"{100 * float(growth['value']):g}",
            grade=growth["grade"],
        )
    published = parameters.table("reference/published_totals").to_dict("records")
    totals = {(row["fiscal_year"], row["flow"]): row for row in published}
    for importer, flow in FLOW_INTO.items():
        cells = given.of_pair(importer, PARTNER[importer])
        if "total" in set(cells["hs"]):
            continue
        row = totals[year, flow]
        yield tr(
            "{trade}, {rest}: benchmark of {base} moved with Japan's "
            "customs by goods, else with India's trade with the world (grade C), and scaled to "
            "the {status} total of {year}, {amount} (grade {grade})",
            trade=named(importer, PARTNER[importer]),
            rest=tr("chapters not given") if len(cells) else tr("all chapters"),
            base=base,
            status=tr(str(row["status"])),
            year=year,
            amount=usd_mn(float(row["value"])),
            grade=row["grade"],
        )
    yield tr("freight and insurance: shares of {base} (macro/freight)", base=base)

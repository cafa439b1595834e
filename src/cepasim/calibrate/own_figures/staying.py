"""What does not follow the user's figures: of which year it is, how it is carried on, its grade."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cepasim.calibrate.own_figures.given import Given
from cepasim.calibrate.own_figures.lists import named
from cepasim.core.countries import COUNTRY, FLOW_INTO, PARTNER
from cepasim.core.language import mark, tr
from cepasim.params.parameters import Parameters

_ALWAYS = {
    "elasticities, barriers, fund, growth after the last known year": "not trade figures",
    "tariffs/japan_lines, tariffs/india_lines, tariffs/india_coverage": (
        "schedules are dated; rates of the base year follow from them"
    ),
    "tariffs/preference_use_chapters, tariffs/japan_lines_used": (
        "claims of the CEPA are matched with exports of 2021-22"
    ),
    "history (totals, bilateral, world), backcast, reference/fan": (
        "the record that the model is judged on stays what it was judged on"
    ),
    "macro/annual": "exchange rates and published totals over all partners",
    "imports from Japan by product": (
        "the product level spreads India's chapters by tariff lines; only exports have a table"
    ),
}

#: The same where the files hold a part of it.
_IN_PART = {
    "tariffs/japan_lines, tariffs/india_lines, tariffs/india_coverage": mark(
        "lines that are not in the files"
    ),
    "tariffs/preference_use_chapters, tariffs/japan_lines_used": mark(
        "chapters and products of which the files hold no imports on lines with a margin: claims "
        "of the CEPA matched with exports of 2021-22"
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
    always = (
        f"{what}: {tr(_IN_PART[what]) if set(what.split(', ')) & set(moved) else why}"
        for what, why in _ALWAYS.items()
    )
    of_base = () if given.year == parameters.base_year else _of_base_year(parameters, given)
    return (*of_base, *always)


def _of_base_year(parameters: Parameters, given: Given) -> Iterator[str]:
    """What is of the base year although the figures are of a later one."""
    year, base = given.year, parameters.base_year
    deflators = parameters.table("reference/deflator").to_dict("records")
    deflator = next(row for row in deflators if row["fiscal_year"] == year)
    yield (
        f"prices: every result is in US$ of {parameters.price_year}; amounts of {year} over "
        f"{deflator['value']:g} (reference/deflator, grade {deflator['grade']}, "
        f"{deflator['low']:g} to "
        f"{deflator['high']:g})"
    )
    rows = {row["name"]: row for row in parameters.rows.to_dict("records")}
    for importer in FLOW_INTO:
        growth = rows[f"real_demand_growth_{importer.lower()}"]
        yield (
            f"other sources and domestic sales in {COUNTRY[importer]}: benchmark of {base}, grown "
            f"by {100 * float(growth['value']):g} % a year (macro/growth, grade {growth['grade']})"
        )
    published = parameters.table("reference/published_totals").to_dict("records")
    totals = {(row["fiscal_year"], row["flow"]): row for row in published}
    for importer, flow in FLOW_INTO.items():
        cells = given.of_pair(importer, PARTNER[importer])
        if "total" in set(cells["hs"]):
            continue
        row = totals[year, flow]
        rest = "chapters not given" if len(cells) else "all chapters"
        yield (
            f"{named(importer, PARTNER[importer])}, {rest}: benchmark of {base} moved with Japan's "
            "customs by goods, else with India's trade with the world (grade C), and scaled to "
            f"the {row['status']} total of {year}, US$ {row['value']:,.1f} mn (grade "
            f"{row['grade']})"
        )
    yield f"freight and insurance: shares of {base} (macro/freight)"

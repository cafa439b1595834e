"""Reference paths as text for a terminal."""

from __future__ import annotations

import pandas as pd

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, paragraph, tr
from cepasim.core.numbers import conversion, span, unit_bn, unit_mn
from cepasim.economy.variants import CENTRAL
from cepasim.report.layout import Cells, amounts, plain_table, wrapped

#: What is known of a year.
_STATUS = {
    "benchmark": mark("benchmark"),
    "published": mark("published"),
    "provisional": mark("provisional"),
    "assumed": mark("assumed"),
}
#: Heads of a flow: its level, the range of that, and what is published.
_HEADS = {
    "export": (
        mark("exports"),
        mark("90 % range,\nexports"),
        mark("exports,\nas published"),
    ),
    "import": (
        mark("imports"),
        mark("90 % range,\nimports"),
        mark("imports,\nas published"),
    ),
}

#: The range of a variant that has no record of forecasts.
_AROUND_CENTRAL = mark(
    "The range is measured with the settings of the central path, by its errors in the past, and "
    "carried around every variant; the central path is the one that past forecasts chose."
)


def path_text(table: pd.DataFrame, variant: str, price_year: str) -> str:
    """Totals of a reference path, a line a year, as the command line prints them.

    Parameters
    ----------
    table : DataFrame
        From :func:`cepasim.reference`.
    variant, price_year : str
    """
    totals = table[table["hs"] == "total"]
    flows = {flow: totals[totals["flow"] == flow].set_index("fiscal_year") for flow in _HEADS}
    status = flows["export"]["status"]
    columns = [
        Cells(tr("fiscal\nyear"), [year_in_words(str(year)) for year in status.index], words=True),
        Cells("", [tr(_STATUS[one]) for one in status], words=True),
    ]
    for flow, rows in flows.items():
        known = status == "benchmark"
        level, around, published = map(tr, _HEADS[flow])
        ranges = [
            "" if benchmark else span(low, high)
            for benchmark, low, high in zip(known, rows["low"], rows["high"], strict=True)
        ]
        as_published = amounts(rows["published_usd_mn"].where(~known.to_numpy()), size="bn")
        columns.append(Cells(level, amounts(rows["usd_mn"], size="bn")))
        columns.append(Cells(around, ranges))
        if any(as_published):
            columns.append(Cells(published, as_published))
    title = tr(
        "Reference, variant {variant}: India's trade with Japan, {unit} of {price_year}; published "
        "values in current prices",
        variant=tr(variant.replace("_", " ")),
        unit=unit_bn(long=True),
        price_year=year_in_words(price_year),
    )
    parts = [wrapped(title), "", plain_table(columns)]
    said = [conversion()]
    if (status == "assumed").any():
        said.append(tr("Read changes against the reference; its levels are this uncertain."))
        if variant != CENTRAL:
            said.append(tr(_AROUND_CENTRAL))
    if words := paragraph(filter(None, said)):
        parts += ["", wrapped(words)]
    return "\n".join(parts) + "\n"


def headlines_text(table: pd.DataFrame, price_year: str) -> str:
    """Change in balance under every variant of the reference, scenario by scenario.

    Parameters
    ----------
    table : DataFrame
        From :func:`cepasim.studies.reference_path.headlines_by_reference`.
    price_year : str
        Year whose dollars the amounts are in.
    """
    title = tr(
        "Change in balance against the reference, {unit} of {price_year}, by variant of the "
        "reference",
        unit=unit_mn(long=True),
        price_year=year_in_words(price_year),
    )
    parts = [title, *filter(None, [conversion()])]
    for year, rows in table.groupby("fiscal_year", sort=False):
        wide = rows.pivot(
            index="scenario", columns="variant", values="change_in_balance_usd_mn"
        ).reindex(index=rows["scenario"].unique(), columns=rows["variant"].unique())
        columns = [Cells(year_in_words(str(year)), [tr(one) for one in wide.index], words=True)]
        columns += [
            Cells(
                tr(str(variant).replace("_", " ")),
                amounts(wide[variant], signed=True, missing=tr("n/a")),
            )
            for variant in wide
        ]
        parts += ["", plain_table(columns)]
    return "\n".join(parts) + "\n"

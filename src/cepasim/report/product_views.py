"""Products that move most, where chapters are split into products."""

from __future__ import annotations

import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.products.levels import chapter_of, level_of
from cepasim.report.blocks import Table
from cepasim.tables.names import name_now, told_apart
from cepasim.tables.result_tables import ResultTables

_FLOWS = {"export": mark("Exports to Japan"), "import": mark("Imports from Japan")}


def by_product(result: ResultTables) -> bool:
    """Whether some markets of a result are products, not chapters."""
    return any(level_of(hs) != "chapter" for hs in result.products)


def finest_known(result: ResultTables, year: str, flow: str) -> tuple[pd.DataFrame, bool]:
    """Return the changes of one flow by product, by chapter where most of them are assumed.

    An assumption that divides a chapter evenly among hundreds of products says nothing about which
    of them moves most, and hides the chapter.

    Parameters
    ----------
    result : ResultTables
    year : str
    flow : {"export", "import"}

    Returns
    -------
    DataFrame
        With ``hs``, ``change_usd_mn`` and ``grade``.
    bool
        Whether there are products among them.
    """
    rows = result.sectors
    rows = rows[(rows["fiscal_year"] == year) & (rows["flow"] == flow)]
    if not by_product(result):
        return rows, False
    chapters = rows["hs"].astype(str).map(chapter_of)
    moved = rows["change_usd_mn"].abs()
    assumed = moved.where((rows["grade"] == "D") & (rows["hs"] != chapters), 0.0)
    folded = (
        assumed.groupby(chapters).transform("sum") > moved.groupby(chapters).transform("sum") / 2
    )
    changes = rows.loc[folded, "change_usd_mn"].groupby(chapters[folded]).sum()
    sums = pd.DataFrame({"hs": changes.index, "change_usd_mn": changes.to_numpy(), "grade": ""})
    known = rows.loc[~folded, ["hs", "change_usd_mn", "grade"]]
    return pd.concat([known, sums]), bool((known["hs"] != chapters[~folded]).any())


def row_name(result: ResultTables, hs: str) -> str:
    """Return how a row of a panel names a chapter or a product: a bar has room for its beginning.

    Parameters
    ----------
    result : ResultTables
    hs : str
    """
    return f"{hs} {told_apart(name_now(result.group_name(hs)))}"


def product_movers(result: ResultTables, year: str, shown: int = 10) -> Table | None:
    """Return the products whose trade changes most in a year.

    Parameters
    ----------
    result : ResultTables
        By product; there is no table of one by chapter.
    year : str
    shown : int, optional
        Rows of both flows together.

    Returns
    -------
    Table or None
        Reference, scenario and change, US$ million, with the grade of the reference.
    """
    if not by_product(result):
        return None
    rows = result.by("product", year)
    rows = rows[(rows["hs"].map(level_of) != "chapter") & (rows["change_usd_mn"] != 0)]
    rows = rows.sort_values("change_usd_mn", key=abs, ascending=False, kind="stable").head(shown)
    if rows.empty:
        return None
    cells = zip(
        (row_name(result, str(hs)) for hs in rows["hs"]),
        (tr(_FLOWS[str(flow)]) for flow in rows["flow"]),
        figures.column(rows["baseline_usd_mn"]),
        figures.column(rows["scenario_usd_mn"]),
        figures.column(rows["change_usd_mn"], signed=True),
        rows["grade"].astype(str),
        strict=True,
    )
    return Table(
        tr(
            "Products that move most, {unit}, {year}; grade D: placed in the product by assumption",
            unit=figures.unit_mn(),
            year=year_in_words(year),
        ),
        (
            tr("product"),
            tr("flow"),
            tr("reference"),
            tr("scenario"),
            tr("change"),
            tr("grade"),
        ),
        tuple(cells),
        numeric=(False, False, True, True, True, False),
    )

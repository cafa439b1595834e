"""When quotas fill and thresholds are passed, as words."""

from __future__ import annotations

import pandas as pd

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, tr
from cepasim.core.numbers import conversion, money
from cepasim.economy.economy import Economy
from cepasim.report.layout import Cells, plain_table, wrapped
from cepasim.studies.advice.offers_text import partner_named
from cepasim.tables.names import name_now
from cepasim.tables.trips import QUOTA

#: Columns in words, in the order in which they are shown.
COLUMNS = {
    "variant": mark("Reference"),
    "trigger": mark("What trips"),
    "importer": mark("Importer"),
    "source": mark("Source"),
    "hs": mark("HS"),
    "name": mark("Chapter"),
    "first_year": mark("First year"),
    "first_year_without_levers": mark("Without the levers"),
    "largest_ratio": mark("Largest, times the limit"),
}
_WATCHED = mark(
    "Imports of a chapter that the levers move are compared with {factor} times the average of the "
    "three years before. A chapter that starts from next to nothing passes any such threshold at "
    "once."
)


def worded(economy: Economy, table: pd.DataFrame) -> pd.DataFrame:
    """Return what `cepasim.triggers` found with names for codes, in the language of the moment.

    Parameters
    ----------
    economy : Economy
    table : DataFrame
    """
    named, never = partner_named(economy), tr("never")
    years = ("first_year", "first_year_without_levers")
    return table.assign(
        variant=[tr(one) for one in table["variant"].str.replace("_", " ")],
        trigger=[now(one) for one in table["trigger"]],
        name=[name_now(one) for one in table["name"]],
        importer=list(map(named, table["importer"])),
        source=list(map(named, table["source"])),
        **{
            name: [year_in_words(one) if isinstance(one, str) else never for one in table[name]]
            for name in years
        },
    )


def triggers_text(economy: Economy, table: pd.DataFrame, *, watched: bool) -> str:
    """Years in which quotas fill and thresholds are passed, as text for a terminal.

    Parameters
    ----------
    economy : Economy
    table : DataFrame
        From `cepasim.triggers`.
    watched : bool
        Whether thresholds were given, as amounts; else they are a multiple of past imports.
    """
    if table.empty:
        return tr("No quota, and no chapter passes a threshold.") + "\n"
    shown = worded(economy, table)
    columns = [
        Cells(tr(head), shown[name].tolist(), words=True)
        for name, head in COLUMNS.items()
        if name != "largest_ratio"
    ]
    limits = [
        money(limit)
        if watched or trigger == QUOTA
        else tr("{factor} × the 3 years before", factor=f"{limit:g}")
        for trigger, limit in zip(table["trigger"], table["threshold"], strict=True)
    ]
    columns += [
        Cells(tr(COLUMNS["largest_ratio"]), [f"{one:.2f}" for one in table["largest_ratio"]]),
        Cells(tr("Threshold or quota"), limits),
    ]
    said = [plain_table(columns)]
    if not watched:
        factor = f"{economy.parameters.value('surge_trigger'):g}"
        said.append(wrapped(tr(_WATCHED, factor=factor)))
    if (watched or QUOTA in set(table["trigger"])) and (rate := conversion()):
        said.append(rate)
    return "\n\n".join(said) + "\n"

"""Whole tables of the parameter folder, as its files have them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cepasim.core.language import tr
from cepasim.ui.columns import height
from cepasim.ui.state import Session

#: Rows drawn; the file has them all.
_MOST_ROWS = 5000


def draw(found: Session) -> None:
    """Draw the choice of a table, and the table."""
    parameters = found.figures.economy.parameters
    st.markdown("## " + tr("Whole tables"), anchors=False)
    known = parameters.dictionary.tables
    name = st.selectbox(
        tr("Table"),
        list(parameters.tables),
        key="parameter-table",
        format_func=lambda table: tr(
            "{item} ({name})", name=table, item=tr(known[table].description)
        ),
    )
    table = parameters.table(name)
    if len(table) > _MOST_ROWS:
        st.caption(
            tr(
                "The first {shown} of {all} rows; the file has them all.",
                shown=f"{_MOST_ROWS:,}",
                all=f"{len(table):,}",
            )
        )
    st.dataframe(
        values_first(table.head(_MOST_ROWS)),
        hide_index=True,
        height=height(len(table)),
        key=f"table:{name}",
    )


def values_first(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the folder with the values beside the names, as a narrow screen shows them.

    Columns that hold nothing are left out.

    Parameters
    ----------
    table : DataFrame
    """
    held = [column for column in table if not table[column].isin(["", None]).all()]
    held = [column for column in held if table[column].notna().any()]
    if "name" not in held:
        return table[held]
    first = [column for column in ("name", "value", "low", "high", "unit") if column in held]
    return table[first + [column for column in held if column not in first]]

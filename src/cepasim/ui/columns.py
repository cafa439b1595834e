"""Tables of results on the screen: amounts in the reader's unit, texts in the language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core.language import now, tr
from cepasim.core.numbers import in_bn, in_mn, unit_mn

_MN, _BN = "usd_mn", "usd_bn"

#: Pixels of a row at the size of the theme's type, and of the border.
_ROW, _BORDER = 33, 3


def converted(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its columns of US$ in the unit that `amount` puts at their heads.

    Parameters
    ----------
    table : DataFrame
        Columns of US$ million end in ``usd_mn``, of US$ billion in ``usd_bn``.
    """
    amounts = {name: in_mn(table[name]) for name in table.columns if str(name).endswith(_MN)}
    amounts |= {
        name: in_bn(1000 * table[name]) for name in table.columns if str(name).endswith(_BN)
    }
    return table.assign(**amounts)


def height(rows: int, most: int = 12) -> int:
    """Return how high a table is that shows its rows and no empty strip below them, pixels.

    Parameters
    ----------
    rows : int
    most : int
        Rows shown at once; the others are scrolled to.
    """
    return _ROW * (min(rows, most) + 1) + _BORDER


def said(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return a table with some columns of texts in the language of the moment.

    Parameters
    ----------
    table : DataFrame
    columns : iterable of str
        Of marked or kept texts; what is missing stays missing.
    """
    texts = {
        name: table[name].map(lambda one: now(one) if isinstance(one, str) else one)
        for name in columns
    }
    return table.assign(**texts)


def amount(what: str, unit: str | None = None, *, form: str = "%+.1f", **options: Any) -> Any:
    """Return the settings of a column of amounts, its unit in the head.

    Parameters
    ----------
    what : str
        In the language of the moment.
    unit : str, optional
        Unit of millions by default.
    form : str, optional
        As `st.column_config.NumberColumn` takes it.
    **options
        Of that column.
    """
    head = tr("{what}, {unit}", what=what, unit=unit or unit_mn())
    return st.column_config.NumberColumn(head, format=form, **options)

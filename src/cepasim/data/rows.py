"""Rows of a file: which of them are one list of products, and how they add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

#: Rows that share these are one list of products.
ONE_LIST: Final = ("period", "reporter", "direction", "partner")
#: Rows that share these are of one thing.
ONE_THING: Final = (*ONE_LIST, "hs")


def added_up(
    rows: pd.DataFrame, keys: Sequence[str] = ONE_THING, value: str = "value"
) -> pd.DataFrame:
    """Rows with equal keys as one, with the sum of their amounts; other columns are the first's.

    Parameters
    ----------
    rows : DataFrame
    keys : sequence of str, optional
    value : str, optional
        Column of amounts; a sum of blanks is blank.
    """
    groups = rows.groupby(list(keys), sort=False, dropna=False)
    summed = groups.first()
    summed[value] = groups[value].sum(min_count=1)
    return summed.reset_index()[list(rows.columns)]

"""Each dollar once: of codes and their parts only the parts are kept, and what they leave."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cepasim.data.rows import ONE_LIST

_LENGTHS = (9, 8, 6, 4, 2)


@dataclass(frozen=True, slots=True)
class Once:
    """Rows of which no two hold the same trade.

    Attributes
    ----------
    rows : DataFrame
    groups : DataFrame
        Groups whose parts are all there, with ``parts``: their sum.
    rests : DataFrame
        Groups that hold more than their parts: what is left of them, also in ``rows``.
    above : DataFrame
        Groups that hold less than their parts, with ``parts``.
    """

    rows: pd.DataFrame
    groups: pd.DataFrame
    rests: pd.DataFrame
    above: pd.DataFrame


def once(rows: pd.DataFrame, rounding: float, tolerance: float) -> Once:
    """Take the narrowest codes, and what is left of a broader one beside them.

    Parameters
    ----------
    rows : DataFrame
        One row per list and code, with ``value``.
    rounding : float
        Last place the values are printed with: every part may be half of it out.
    tolerance : float
        Share of a group's value by which its parts may differ and still be the whole.
    """
    if rows.empty:
        empty = rows.assign(parts=0.0)
        return Once(rows, empty, rows, empty)
    kept, groups, rests, above = [], [], [], []
    for _, part in rows.groupby(list(ONE_LIST), sort=False, dropna=False):
        value = dict(zip(part["hs"], part["value"], strict=True))
        below: dict[str, float] = {}
        count: dict[str, int] = {}
        for code in value:
            parent = next((code[:n] for n in _LENGTHS if n < len(code) and code[:n] in value), None)
            if parent is not None:
                below[parent] = below.get(parent, 0.0) + value[code]
                count[parent] = count.get(parent, 0) + 1
        is_group = part["hs"].isin(list(below))
        kept.append(part[~is_group])
        for index, row in part[is_group].iterrows():
            sum_of_parts, whole = below[row["hs"]], row["value"]
            least = max(tolerance * whole, rounding * (1 + count[row["hs"]]) / 2)
            one = part.loc[[index]]
            if abs(whole - sum_of_parts) <= least:
                groups.append(one.assign(parts=sum_of_parts))
            elif whole > sum_of_parts:
                groups.append(one.assign(parts=sum_of_parts, value=sum_of_parts))
                rests.append(one.assign(value=whole - sum_of_parts))
            else:
                above.append(one.assign(parts=sum_of_parts))
    return Once(
        pd.concat([*kept, *rests]),
        _joined(groups, rows),
        _joined(rests, rows),
        _joined(above, rows),
    )


def _joined(parts: list[pd.DataFrame], like: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts) if parts else like.iloc[:0].assign(parts=0.0)

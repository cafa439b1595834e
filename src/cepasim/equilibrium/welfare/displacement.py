"""Who loses what one source gains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray

_CONSISTENT = 1e-9  # relative gap allowed between V0 T0 and the source's own landed expenditure


@dataclass(frozen=True, slots=True, eq=False)
class Displacement:
    """Where the change in one source's export value comes from; the unit of the values given.

    Attributes
    ----------
    market_expansion : ndarray, (...,)
        What the source gains because all buyers together spend more.
    by_source : ndarray, (..., S)
        What it takes from each other source (positive: that source loses); 0 at its own place.
    domestic : ndarray, (...,)
        What it takes from domestic producers.
    wedge : ndarray, (...,)
        Wedge saved: the same landed spending leaves more for the exporter.
    total : ndarray, (...,)
        Change in the export value; the parts add up to it.
    """

    market_expansion: FloatArray
    by_source: FloatArray
    domestic: FloatArray
    wedge: FloatArray
    total: FloatArray


def displacement(
    landed_old: ArrayLike,
    landed_new: ArrayLike,
    domestic_old: ArrayLike,
    domestic_new: ArrayLike,
    own: ArrayLike,
    value_old: ArrayLike,
    wedge_old: ArrayLike,
    wedge_new: ArrayLike,
) -> Displacement:
    """Split the change in one source's export value by who loses it.

    ``dV = [dE − sum over others dL_j − dL_D] / T1 + V0 (T0 / T1 − 1)`` with E all landed
    expenditure, L that on a source, L_D that on the domestic variety (docs/method.md, "Who loses").

    Parameters
    ----------
    landed_old, landed_new : array_like, (..., S)
        Expenditure on each source at landed prices, before and after; money.
    domestic_old, domestic_new : array_like, (...,)
        Expenditure on the domestic variety; money.
    own : array_like of int, (...,)
        Place of the source in question on the last axis.
    value_old : array_like, (...,)
        Its benchmark export value V0 at producer prices; money.
    wedge_old, wedge_new : array_like, (...,)
        Level of its wedge T, landed over producer price, > 0; no unit.

    Returns
    -------
    Displacement
        Parts and total in the money of the arguments.

    Raises
    ------
    ValueError
        Where ``value_old * wedge_old`` is not the source's own landed expenditure, a wedge is
        not above 0, or `own` is no place of a source; the message names the first bad index.
    """
    old, new = np.broadcast_arrays(
        np.asarray(landed_old, dtype=np.float64), np.asarray(landed_new, dtype=np.float64)
    )
    sources = old.shape[-1]
    place = np.asarray(own)
    if place.dtype.kind not in "iu" or ((place < 0) | (place >= sources)).any():
        raise ValueError(f"own: must be integers from 0 to {sources - 1}")
    level_old = np.asarray(wedge_old, dtype=np.float64)
    level_new = np.asarray(wedge_new, dtype=np.float64)
    _require(level_old > 0.0, "wedge_old", level_old, "must be > 0")
    _require(level_new > 0.0, "wedge_new", level_new, "must be > 0")
    value = np.asarray(value_old, dtype=np.float64)
    change_domestic = np.asarray(domestic_new, dtype=np.float64) - np.asarray(
        domestic_old, dtype=np.float64
    )
    lead = np.broadcast_shapes(
        old.shape[:-1],
        place.shape,
        level_old.shape,
        level_new.shape,
        value.shape,
        change_domestic.shape,
    )
    mine = np.broadcast_to(place, lead)[..., None] == np.arange(sources)
    own_old = np.where(mine, old, 0.0).sum(axis=-1)
    own_new = np.where(mine, new, 0.0).sum(axis=-1)
    expected = np.broadcast_to(value * level_old, lead)
    _require(
        np.abs(expected - own_old) <= _CONSISTENT * np.maximum(np.abs(own_old), np.abs(expected)),
        "value_old",
        np.broadcast_to(value, lead),
        "times wedge_old must be the source's own landed_old",
    )

    change = new - old
    lost_by_others = np.where(mine, 0.0, -change)
    expansion = (change.sum(axis=-1) + change_domestic) / level_new
    return Displacement(
        market_expansion=expansion,
        by_source=lost_by_others / level_new[..., None],
        domestic=np.broadcast_to(-change_domestic / level_new, lead),
        wedge=np.broadcast_to(value * (level_old / level_new - 1.0), lead),
        total=own_new / level_new - value,
    )


def _require(good: np.ndarray, name: str, array: FloatArray, words: str) -> None:
    """Raise for the first place where `good` does not hold."""
    if np.all(good):
        return
    where = tuple(int(i) for i in np.argwhere(~np.asarray(good))[0]) if np.ndim(good) else ()
    place = f"[{', '.join(map(str, where))}]" if where else ""
    raise ValueError(f"{name}{place} = {float(array[where])!r}: {words}")

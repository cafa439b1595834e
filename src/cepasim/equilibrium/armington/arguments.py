"""What `solve_market` is given: checked, brought to one shape and arranged for the kernels.

This module is the seam between what users pass and what the kernels hold. Users pass any shapes
that broadcast; the kernels hold tables (rows, S) and lists (rows,), with a single row or column
where an argument does not vary, so that no number is copied which is the same everywhere.

A small argument is checked here, at once. A large table is checked row by row when its rows are
in a core's cache anyway; a kernel that meets a value out of its range raises `RefusedError`, and
only then is the whole argument searched for the first bad place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cepasim.equilibrium.ces import FloatArray, first_place

# Numerical settings: none has economic content.
REFUSED_BEYOND = 1.000001e-9  # of share sums in another order: what is refused is beyond any doubt
_SHARE_SUM_TOLERANCE = 1e-9
_LARGE = 131_072  # entries from which a table is checked row by row, as it passes the cache

# zero allowed, upper bound, upper bound itself allowed, in words
_RANGES: dict[str, tuple[bool, float, bool, str]] = {
    "import_shares": (True, math.inf, False, "a number >= 0"),
    "domestic_share": (True, 1.0, False, "in [0, 1)"),
    "eta": (True, math.inf, False, "a number >= 0"),
    "supply": (False, math.inf, True, "in (0, inf]"),
    "supply_domestic": (False, math.inf, True, "in (0, inf]"),
}
_POSITIVE = (False, math.inf, False, "a finite number > 0")
#: A minimum says enough: NaN shows in it, supply may be infinite, and shares in their sum.
_SAFE_ABOVE = ("supply", "import_shares")


#: Places of markets: a run of them, or one by one.
Rows = slice | NDArray[np.intp]


class RefusedError(Exception):
    """A large table turned out to hold a value outside its range."""


@dataclass(slots=True)
class Given:
    """The checked arguments: tables (rows or 1, S or 1) and lists (rows or 1)."""

    import_shares: FloatArray
    trade_cost: FloatArray
    supply: FloatArray
    taste: FloatArray
    capacity: FloatArray
    cost: FloatArray
    domestic_share: FloatArray
    sigma_import: FloatArray
    sigma_domestic: FloatArray
    eta: FloatArray
    supply_domestic: FloatArray
    taste_domestic: FloatArray
    demand: FloatArray
    capacity_domestic: FloatArray
    cost_domestic: FloatArray


@dataclass(slots=True)
class Arranged:
    """Arguments as users shaped them and as the kernels hold them."""

    given: Given
    lead: tuple[int, ...]  # shape of the markets
    sources: int
    _by_source: dict[str, FloatArray]

    def capacity_ignored(self) -> NDArray[np.bool_]:
        """Where a capacity other than 1 meets infinite supply."""
        supply, capacity = self._by_source["supply"], self._by_source["capacity"]
        ignored = np.zeros((*self.lead, self.sources), dtype=np.bool_)
        if not is_one(capacity) and np.isinf(supply).any():
            ignored[...] = np.isinf(supply) & (capacity != 1.0)
        return ignored

    def refuse(self) -> NoReturn:
        """Raise for the first bad place of the tables that were left to the kernels."""
        for name, array in self._by_source.items():
            _checked(name, array)
        _check_share_sum(self._by_source["import_shares"])
        raise AssertionError("a kernel refused what is in range")


def arranged(by_source: dict[str, ArrayLike], by_market: dict[str, ArrayLike]) -> Arranged:
    """Check the arguments and bring them to one shape.

    Parameters
    ----------
    by_source, by_market : dict of str to array_like
        Arguments of shape (..., S) and of shape (...,) by name.

    Returns
    -------
    Arranged

    Raises
    ------
    ValueError
        For a value outside its range or shapes that do not fit; names argument and first place.
    """
    tables = {name: _checked(name, value, _LARGE) for name, value in by_source.items()}
    lists = {name: _checked(name, value) for name, value in by_market.items()}
    lead, sources = _common_shape(tables, lists)
    shares = tables["import_shares"]
    # Shares are summed over sources: one share given for all of them is written out.
    if shares.shape[-1] != sources:
        shares = np.broadcast_to(shares, (*shares.shape[:-1], sources))
    shares = np.ascontiguousarray(shares)
    if not _later(shares, _LARGE):
        _check_share_sum(shares)
    tables["import_shares"] = shares
    given = Given(
        **{name: _as_table(array, lead, sources) for name, array in tables.items()},
        **{name: _as_list(array, lead) for name, array in lists.items()},
    )
    return Arranged(given, lead, sources, tables)


def _later(array: FloatArray, at_once: float) -> bool:
    """Whether a table is so large that its rows are checked when they are in the cache anyway."""
    return array.size > at_once and array.size > array.shape[-1]


def _checked(name: str, value: ArrayLike, at_once: float = math.inf) -> FloatArray:
    """An argument as a float64 array within its range; unless it is to be checked later."""
    if type(value) in (float, np.float64) and _in_range(name, value, value):  # type: ignore[arg-type]
        return np.array(value)
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise TypeError
        array = array.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must be an array of numbers") from None
    if array.size == 0 or _later(array, at_once):
        return array
    low, high = array.min(), array.max()
    if _in_range(name, low, high):
        # An argument that is the same everywhere is kept as the one number it is.
        return one_number(low, array.shape) if low == high else array
    zero_allowed, upper, upper_allowed, words = _RANGES.get(name, _POSITIVE)
    good = (array >= 0.0) if zero_allowed else (array > 0.0)
    good &= (array <= upper) if upper_allowed else (array < upper)
    where, place = first_place(~good)
    raise ValueError(f"{name}{place} = {float(array[where])!r}: must be {words}")


def one_number(value: float, shape: tuple[int, ...]) -> FloatArray:
    """`np.broadcast_to` of a number, many times as quick; nobody can write to it."""
    array = np.ndarray(shape, np.float64, np.array(value, np.float64), 0, (0,) * len(shape))
    array.setflags(write=False)
    return array


def _in_range(name: str, low: float, high: float) -> bool:
    """Whether the extremes of an argument are allowed; NaN makes every comparison false."""
    zero_allowed, upper, upper_allowed, _ = _RANGES.get(name, _POSITIVE)
    above = low >= 0.0 if zero_allowed else low > 0.0
    return bool(above and (high <= upper if upper_allowed else high < upper))


def _common_shape(
    by_source: dict[str, FloatArray], by_market: dict[str, FloatArray]
) -> tuple[tuple[int, ...], int]:
    """Leading shape and number of sources, or a message with every shape."""
    if by_source["import_shares"].ndim == 0:
        raise ValueError("import_shares: must have an axis of sources")
    try:
        full = np.broadcast_shapes(
            *(array.shape for array in by_source.values()),
            *((*array.shape, 1) for array in by_market.values()),
        )
    except ValueError:
        shapes = ", ".join(
            f"{name} {array.shape}" for name, array in (by_source | by_market).items() if array.ndim
        )
        raise ValueError(
            "shapes do not fit: arguments by source are (..., S), arguments by market (...,); "
            f"got {shapes}"
        ) from None
    return full[:-1], full[-1]


def _check_share_sum(shares: FloatArray) -> None:
    total = np.einsum("...s->...", shares)  # any order of summation will do here
    if total.size == 0 or np.abs(total - 1.0).max() <= _SHARE_SUM_TOLERANCE:
        return
    where, place = first_place(np.abs(total - 1.0) > _SHARE_SUM_TOLERANCE)
    raise ValueError(
        f"import_shares{place}: shares add up to {float(total[where])!r}; "
        f"they must add up to 1 within {_SHARE_SUM_TOLERANCE:g}"
    )


def _as_table(array: FloatArray, lead: tuple[int, ...], sources: int) -> FloatArray:
    """(rows, sources or 1) with one row where the argument is the same in all markets."""
    if array.size and not any(array.strides):
        return array.flat[:1].reshape(1, 1)
    if math.prod(array.shape[:-1]) == 1:
        return array.reshape(1, array.shape[-1])
    wide = array
    if array.shape[:-1] != lead:
        wide = np.broadcast_to(array, (*lead, array.shape[-1]))
    return wide.reshape(math.prod(lead), array.shape[-1])


def _as_list(array: FloatArray, lead: tuple[int, ...]) -> FloatArray:
    """(markets,), or (1,) where the argument is the same in all markets."""
    if array.size and not any(array.strides):
        return array.flat[:1]
    wide = array if array.shape == lead else np.broadcast_to(array, lead)
    return wide.reshape(math.prod(lead))


def some(array: FloatArray, rows: Rows) -> FloatArray:
    """Some rows of an argument, or the one row it has."""
    return array if array.shape[0] == 1 else array[rows]


def taken(given: Given, name: str, rows: Rows) -> FloatArray:
    """Some rows of a table, or the one row it has; checked here where it is large."""
    table: FloatArray = getattr(given, name)
    part = some(table, rows)
    if _later(table, _LARGE):
        low = part.min()
        if not _in_range(name, low, low if name in _SAFE_ABOVE else part.max()):
            raise RefusedError
    return part


def is_one(array: FloatArray) -> bool:
    """Whether an argument is 1 throughout, so that its factor can be skipped."""
    return array.size > 0 and (array.size == 1 or not any(array.strides)) and array.flat[0] == 1.0

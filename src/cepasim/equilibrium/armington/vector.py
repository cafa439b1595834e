"""What the compiled kernel is built of: elementary functions, and moves to and from its columns.

Exponentials and logarithms are written out in arithmetic alone, so that the compiler turns a row of
markets into vector instructions; they are exact to about one unit in the last place.

Numba keeps compiled programs by the date of :mod:`cepasim.equilibrium.armington.compiled` alone. So
that a change here is compiled, that module holds the digest of this one, and a test compares them.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cepasim.equilibrium.ces import FloatArray

GROUP = 32  # markets side by side
TABLES = 10  # arrays by source in the columns

_ROUNDING = 1.5 * 2.0**52  # adding it rounds to a whole number, which stands in the last bits
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two pieces, the first with zeros at its end
_LN2_LOW = 1.90821492927058770002e-10
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # sqrt(1/2) as float64

fast = njit(nogil=True, inline="never", fastmath={"contract"}, error_model="numpy")


@fast
def exp_parts(x: float) -> tuple[float, float]:
    """A power of two and p, |p| < 0.42, with exp(x) = scale (1 + p); x is cut to ±708."""
    x = x if x < 708.0 else 708.0
    x = x if x > -708.0 else -708.0
    shifted = x * _LOG2_E + _ROUNDING
    k = shifted - _ROUNDING
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    # r + r**2 / 2 + ... + r**13 / 13!
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r * r + r
    bits = (np.float64(shifted).view(np.int64) + np.int64(1023)) << np.int64(52)
    return np.int64(bits).view(np.float64), p


@fast
def exp(x: float) -> float:
    """Exponential, of x cut to ±708."""
    scale, p = exp_parts(x)
    return scale + scale * p


@fast
def expm1(x: float) -> float:
    """exp(x) - 1, no digit lost next to 0."""
    scale, p = exp_parts(x)
    return (scale - 1.0) + scale * p


@fast
def log(x: float) -> float:
    """Natural logarithm of a normal number."""
    bits = np.float64(x).view(np.int64)
    k = (bits - np.int64(_ROOT_HALF_BITS)) >> np.int64(52)
    f = np.int64(bits - (k << np.int64(52))).view(np.float64) - 1.0
    # log(1 + f) = 2 (s + s**3 / 3 + ...) with s = f / (2 + f), arranged as in fdlibm
    s = f / (2.0 + f)
    z = s * s
    r = 2.0 / 23.0
    r = r * z + 2.0 / 21.0
    r = r * z + 2.0 / 19.0
    r = r * z + 2.0 / 17.0
    r = r * z + 2.0 / 15.0
    r = r * z + 2.0 / 13.0
    r = r * z + 2.0 / 11.0
    r = r * z + 2.0 / 9.0
    r = r * z + 2.0 / 7.0
    r = r * z + 2.0 / 5.0
    r = r * z + 2.0 / 3.0
    r = r * z
    half = 0.5 * f * f
    n = np.float64(k)
    return n * _LN2_HIGH - ((half - (s * (half + r) + n * _LN2_LOW)) - f)


@fast
def log1p(x: float) -> float:
    """ln(1 + x) for x > -0.9."""
    y = 1.0 + x
    return log(y) + (x - (y - 1.0)) / y


@fast
def least(a: float, b: float) -> float:
    """The smaller of two numbers, without the care for NaN that `min` takes."""
    return a if a < b else b


# Between tables (rows, S) and columns (S, GROUP). Four sources at a time, because one at a time
# becomes slow gathers and scatters; in flat arrays with unsigned places, which numba does not
# take for possibly negative ones.
_0, _1, _2, _3 = (np.uint64(i) for i in range(4))
_NEXT = np.uint64(TABLES * GROUP)  # from a source to the next in the columns
_WIDE = np.uint64(GROUP)


@fast
def gather(table: FloatArray, row: NDArray[np.uint64], by: FloatArray, place: int) -> None:
    """Some rows of a (rows or 1, S or 1) table, as columns."""
    entries, columns = table.reshape(table.size), by.reshape(by.size)
    sources = by.shape[0]
    by_row = np.uint64(table.shape[1]) if table.shape[0] > 1 else _0
    by_source = _1 if table.shape[1] > 1 else _0
    whole = sources - sources % 4
    for s in range(0, whole, 4):
        for j in range(GROUP):
            i = row[j] * by_row + np.uint64(s) * by_source
            k = np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)
            columns[k] = entries[i]
            columns[k + _NEXT] = entries[i + by_source]
            columns[k + _2 * _NEXT] = entries[i + _2 * by_source]
            columns[k + _3 * _NEXT] = entries[i + _3 * by_source]
    for s in range(whole, sources):
        for j in range(GROUP):
            i = row[j] * by_row + np.uint64(s) * by_source
            columns[np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)] = entries[i]


@fast
def scatter(
    by: FloatArray, place: int, row: NDArray[np.uint64], here: int, hats: FloatArray
) -> None:
    """The way back, of the first `here` markets."""
    entries, columns = hats.reshape(hats.size), by.reshape(by.size)
    sources = by.shape[0]
    by_row = np.uint64(sources)
    whole = sources - sources % 4
    for s in range(0, whole, 4):
        for j in range(here):
            i = row[j] * by_row + np.uint64(s)
            k = np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)
            entries[i] = columns[k]
            entries[i + _1] = columns[k + _NEXT]
            entries[i + _2] = columns[k + _2 * _NEXT]
            entries[i + _3] = columns[k + _3 * _NEXT]
    for s in range(whole, sources):
        for j in range(here):
            k = np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)
            entries[row[j] * by_row + np.uint64(s)] = columns[k]


@fast
def out_of_range(table: FloatArray, row: NDArray[np.uint64], above: float, below: float) -> int:
    """How many entries of some rows are not above one and below the other number, or NaN.

    A `below` of NaN excludes nothing.
    """
    if table.shape[0] == 1:
        return 0
    entries, width = table.reshape(table.size), table.shape[1]
    bad, bounded = 0, not np.isnan(below)
    if row[GROUP - 1] - row[0] == np.uint64(GROUP - 1):
        start = np.int64(row[0]) * width
        here = entries[start : start + GROUP * width]
        for i in range(here.size):
            bad += 0 if here[i] > above else 1
        if bounded:
            for i in range(here.size):
                bad += 0 if here[i] < below else 1
    else:
        for j in range(GROUP):
            for s in range(width):
                x = table[row[j], s]
                bad += 0 if x > above and (x < below or not bounded) else 1
    return bad


@fast
def take(values: FloatArray, row: NDArray[np.uint64], of: FloatArray, place: int) -> None:
    """Some entries of a (rows or 1) list."""
    by_row = _1 if values.size > 1 else _0
    for j in range(row.size):
        of[place, j] = values[row[j] * by_row]

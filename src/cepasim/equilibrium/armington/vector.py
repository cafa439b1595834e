"""What the compiled kernel is built of: elementary functions, and moves to and from its columns.

Exponentials and logarithms are written out in arithmetic alone, so that the compiler turns a row of
markets into vector instructions; they are exact to about one unit in the last place.

Numba keeps compiled programs by the date of :mod:`cepasim.equilibrium.armington.compiled` alone. So
that a change here is compiled, that module holds the digest of this one, and a test compares them.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import numpy as np
from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from cepasim.equilibrium.ces import FloatArray

GROUP = 32  # markets side by side
TABLES = 9  # arrays by source in the columns

_ROUNDING = 1.5 * 2.0**52  # adding it rounds to a whole number, which stands in the last bits
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two pieces, the first with zeros at its end
_LN2_LOW = 1.90821492927058770002e-10
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # sqrt(1/2) as float64
_LANE = ir.IntType(32)
_Function = TypeVar("_Function")


class Compiler(Protocol):
    """What compiles a function and leaves its types as they are."""

    def __call__(self, function: _Function, /) -> _Function:
        """Compile a function when it is first called."""


# Arrays are not counted in functions that only move numbers: a count is a locked instruction, which
# waits for all that was written before. Nor is any array made or kept there.
_UNCOUNTED: dict[str, Any] = {"_nrt": False}
moves: Compiler = njit(nogil=True, inline="never", error_model="numpy", **_UNCOUNTED)
fast = njit(nogil=True, forceinline=True, fastmath={"contract"}, error_model="numpy")


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


@fast
def most(a: float, b: float) -> float:
    """The larger of two numbers; NaN where the second is none."""
    return a if a > b else b


# Between tables (rows, S) and columns (S, GROUP): four sources of four markets at a time, turned
# in registers, because one entry at a time takes four times as many loads and stores. Places are
# unsigned, which numba does not take for possibly negative ones.
_0, _1, _2, _3, _4, _8 = (np.uint64(i) for i in (0, 1, 2, 3, 4, 8))
_NEXT = np.uint64(TABLES * GROUP)  # from a source to the next in the columns
_WIDE = np.uint64(GROUP)


# What follows writes instructions when numba compiles; coverage runs the kernel as Python.
def _turned(  # pragma: no cover
    typing_context: Any, source: Any, places: Any, target: Any, to: Any, apart: Any
) -> Any:
    """Four entries from each of four places of a flat array, as columns of another.

    ``target[to + k * apart + i]`` becomes entry k from the i-th of `places`.
    """
    signature = types.void(source, places, target, types.uint64, types.uint64)

    def written(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        four = ir.VectorType(ir.DoubleType(), 4)

        def pointer(which: int, place: Any) -> Any:
            array = context.make_array(signature.args[which])(context, builder, arguments[which])
            return builder.bitcast(builder.gep(array.data, [place]), four.as_pointer())

        def mixed(a: Any, b: Any, lanes: list[int]) -> Any:
            return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_LANE, 4), lanes))

        starts = (builder.extract_value(arguments[1], i) for i in range(4))
        a, b, c, d = (builder.load(pointer(0, start), align=8) for start in starts)
        even = mixed(a, b, [0, 4, 2, 6]), mixed(c, d, [0, 4, 2, 6])
        odd = mixed(a, b, [1, 5, 3, 7]), mixed(c, d, [1, 5, 3, 7])
        place, apart = arguments[3], arguments[4]
        for pair, lanes in (
            (even, [0, 1, 4, 5]),
            (odd, [0, 1, 4, 5]),
            (even, [2, 3, 6, 7]),
            (odd, [2, 3, 6, 7]),
        ):
            builder.store(mixed(*pair, lanes), pointer(2, place), align=8)
            place = builder.add(place, apart)
        return context.get_dummy_value()

    return signature, written


def _turned_in_python(source: Any, places: Any, target: Any, to: Any, apart: Any) -> None:
    for i, place in enumerate(places):
        for k in range(4):
            target[to + k * apart + i] = source[place + k]


def _fetched(typing_context: Any, array: Any, place: Any) -> Any:  # pragma: no cover
    """Ask for an entry of a flat array, so that it is in the cache when it is wanted."""
    signature = types.void(array, types.uint64)

    def written(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        anything, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [anything, flag, flag, flag])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [anything], kind)
        entry = builder.bitcast(builder.gep(data, [arguments[1]]), anything)
        builder.call(prefetch, [entry, *(ir.Constant(flag, value) for value in (0, 3, 1))])
        return context.get_dummy_value()

    return signature, written


def _fetched_in_python(array: Any, place: Any) -> None:
    """Nothing to ask for."""


_AS_PYTHON = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]  # set from the environment
turned: Any = _turned_in_python if _AS_PYTHON else intrinsic(_turned)
fetched: Any = _fetched_in_python if _AS_PYTHON else intrinsic(_fetched)


@moves
def gather(
    entries: FloatArray,
    shape: tuple[int, int],
    sources: int,
    row: NDArray[np.uint64],
    columns: FloatArray,
    place: int,
) -> None:
    """Some rows of a (rows or 1, S or 1) table, as columns."""
    by_row = np.uint64(shape[1]) if shape[0] > 1 else _0
    by_source = _1 if shape[1] > 1 else _0
    begin, end = np.uint64(place) * _WIDE, np.uint64(sources)
    whole = end - end % _4 if by_source else _0
    ahead = _WIDE * by_row
    for j in range(_0, _WIDE, _4):
        a, b = row[j] * by_row, row[j + _1] * by_row
        c, d = row[j + _2] * by_row, row[j + _3] * by_row
        for s in range(_0, whole, _4):
            turned(entries, (a + s, b + s, c + s, d + s), columns, begin + s * _NEXT + j, _NEXT)
            fetched(entries, a + ahead + _4 * s)
            fetched(entries, a + ahead + _4 * s + _8)
    for s in range(whole, end):
        for j in range(_WIDE):
            columns[s * _NEXT + begin + j] = entries[row[j] * by_row + s * by_source]


@moves
def scatter(
    columns: FloatArray,
    place: int,
    row: NDArray[np.uint64],
    here: int,
    sources: int,
    entries: FloatArray,
) -> None:
    """The way back, of the first `here` markets."""
    begin, markets, end = np.uint64(place) * _WIDE, np.uint64(here), np.uint64(sources)
    in_a_row = row[markets - _1] - row[0] == markets - _1
    fours = markets - markets % _4 if in_a_row else _0
    whole = end - end % _4
    ahead = _WIDE * end
    for j in range(_0, fours, _4):
        for s in range(_0, whole, _4):
            a = begin + s * _NEXT + j
            b, c, d = a + _NEXT, a + _2 * _NEXT, a + _3 * _NEXT
            turned(columns, (a, b, c, d), entries, row[j] * end + s, end)
            fetched(entries, row[j] * end + ahead + _4 * s)
            fetched(entries, row[j] * end + ahead + _4 * s + _8)
        for s in range(whole, end):
            for i in range(_4):
                entries[row[j + i] * end + s] = columns[begin + s * _NEXT + j + i]
    for j in range(fours, markets):
        for s in range(end):
            entries[row[j] * end + s] = columns[begin + s * _NEXT + j]


@moves
def take(values: FloatArray, row: NDArray[np.uint64], of: FloatArray, place: int) -> None:
    """Some entries of a (rows or 1) list."""
    first = row[0]
    if values.size == 1:
        for j in range(_WIDE):
            of[place, j] = values[_0]
    elif row[_WIDE - _1] - first == _WIDE - _1:
        for j in range(_WIDE):
            of[place, j] = values[first + j]
    else:
        for j in range(_WIDE):
            of[place, j] = values[row[j]]


@moves
def put(
    of: FloatArray, place: int, row: NDArray[np.uint64], here: int, values: NDArray[Any]
) -> None:
    """The way back, of the first `here` markets."""
    first, markets = row[0], np.uint64(here)
    if row[markets - _1] - first == markets - _1:
        for j in range(markets):
            values[first + j] = of[place, j]
    else:
        for j in range(markets):
            values[row[j]] = of[place, j]

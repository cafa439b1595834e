r"""The CES price index in hats, in every regime of the elasticity.

.. math:: P^{1-\sigma} = \sum_i w_i \, \pi_i^{1-\sigma}, \qquad \sum_i w_i = 1

with weights (shares) at benchmark landed prices and hats (new over old) of prices. It is the
exact index of Sato (1976) and Vartia (1976) in the hat algebra of Dekle, Eaton and Kortum (2008).
Everything is computed in logs:

* where every :math:`|(1-\sigma)\ln\pi|` is small,
  ``log1p(sum w expm1((1 - sigma) ln pi)) / (1 - sigma)``, which loses no digit next to
  :math:`\sigma = 1` and gives exactly zero for a zero shock;
* elsewhere log-sum-exp, which cannot overflow.

:math:`\sigma = 1` itself (the Cobb-Douglas mean) needs no branch: see :func:`one_minus`.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]

# Stands for 1 - sigma at sigma = 1. A power of two, so that scaling by it is exact, and so small
# that expm1(x) = x and log1p(x) = x hold to the last bit: expm1(h z) / h is then z itself, the
# limit of the formula, without a branch.
_LIMIT = 2.0**-500
# Above this |(1 - sigma) ln pi| nothing is lost by adding up exponentials directly.
_SMALL_EXPONENT = 0.5
# Above this |(1 - sigma) ln P| the sum of expm1 has lost more than a digit or two.
_FAR = 3.0


def one_minus(sigma: ArrayLike) -> FloatArray:
    """1 − sigma, with a stand-in at sigma = 1 that makes the formulas take their exact limit.

    Parameters
    ----------
    sigma : array_like
        Elasticity, any shape. The subtraction is exact next to 1 (Sterbenz), so no digit of
        a sigma = 1 ± 1e-9 is lost.

    Returns
    -------
    ndarray
        Same shape; never 0.
    """
    gap = np.asarray(1.0 - np.asarray(sigma, dtype=np.float64))
    return gap if gap.all() else np.where(gap == 0.0, _LIMIT, gap)


def first_place(bad: NDArray[np.bool_]) -> tuple[tuple[int, ...], str]:
    """Where an argument is bad first: as an index, and as it is written behind its name."""
    where = tuple(int(i) for i in np.argwhere(bad)[0]) if bad.ndim else ()
    return where, f"[{', '.join(map(str, where))}]" if where else ""


def log_ces_index(
    log_price: ArrayLike, weight: ArrayLike, sigma: ArrayLike, axis: int = -1
) -> FloatArray:
    """Log of the CES price index of price hats.

    Parameters
    ----------
    log_price : array_like
        Natural logs of price hats; the varieties stand along `axis`.
    weight : array_like
        Benchmark shares (times taste, if any), ≥ 0, broadcasts against `log_price`. They are
        divided by their sum, so they need not add to one. A variety of weight 0 has no
        influence, whatever its price.
    sigma : array_like
        Elasticity of substitution > 0, shape without `axis` (or a scalar).
    axis : int
        Axis of the varieties.

    Returns
    -------
    ndarray
        Log of the index, shape without `axis`.

    Notes
    -----
    ``sigma = 1 ± 1e-9`` differs from ``sigma = 1`` by half the variance of the log prices times
    1e-9; equal prices give that price; zero log prices give exactly zero.
    """
    log_price = np.asarray(log_price, dtype=np.float64)
    weight = np.asarray(weight, dtype=np.float64)
    log_price, weight = np.broadcast_arrays(log_price, weight)
    gap = one_minus(sigma)
    gap_along = np.expand_dims(gap, axis) if gap.ndim else gap
    with np.errstate(all="ignore"):
        exponent = gap_along * log_price
        weighed = weight > 0.0
        # A variety without weight must neither count nor set the shift, nor overflow.
        ranked = np.where(weighed, exponent, -np.inf)
        exponent = np.where(weighed, exponent, 0.0)
        total = weight.sum(axis=axis)
        direct = np.log1p((weight * np.expm1(exponent)).sum(axis=axis) / total)
        shift = ranked.max(axis=axis)
        scaled = np.exp(ranked - np.expand_dims(shift, axis))
        summed = shift + np.log((weight * scaled).sum(axis=axis) / total)
        small = np.abs(exponent).max(axis=axis) <= _SMALL_EXPONENT
        return np.asarray(np.where(small, direct, summed) / gap, dtype=np.float64)


def ces_index(price: ArrayLike, weight: ArrayLike, sigma: ArrayLike, axis: int = -1) -> FloatArray:
    """CES price index of price hats, ``(sum w p**(1 - sigma))**(1 / (1 - sigma))``.

    Parameters
    ----------
    price : array_like
        Price hats > 0; no logs, unlike those of :func:`log_ces_index`.
    weight : array_like
        As there.
    sigma : array_like
        As there.
    axis : int, optional
        As there.

    Returns
    -------
    ndarray
        The index as a hat, shape without `axis`.
    """
    return np.exp(log_ces_index(np.log(np.asarray(price, dtype=np.float64)), weight, sigma, axis))


def aggregate_lines(
    wedge: ArrayLike,
    weight: ArrayLike,
    sigma: ArrayLike,
    group: ArrayLike,
    n_groups: int | None = None,
) -> FloatArray:
    """Aggregate wedge hats of lines to groups (tariff lines to chapters) by the CES rule.

    ``T_g = (sum_i w_i T_i**(1 - sigma_g))**(1 / (1 - sigma_g))`` over the lines i of group g, the
    rule of docs/method.md ("Tariffs"), with the weights divided by their sum in
    the group.

    Parameters
    ----------
    wedge : array_like, (..., L)
        Hats of the wedge by line, > 0. Leading axes (years, draws) are kept.
    weight : array_like, (..., L) or (L,)
        Benchmark landed values or shares of the lines, ≥ 0, in any unit.
    sigma : array_like, (..., G) or (G,) or scalar
        Elasticity of substitution per group, > 0.
    group : array_like of int, (L,)
        Group of each line, 0 … G − 1, in any order.
    n_groups : int, optional
        G; by default the largest group index plus one.

    Returns
    -------
    ndarray, (..., G)
        Hats by group. A group without lines keeps 1: nothing is charged, so nothing changes.

    Raises
    ------
    ValueError
        Where a wedge is not above 0, a weight is below 0 or the weights of a group with lines
        add up to 0, or where `group` is not an index; the message names the first bad place.
    """
    wedge = np.asarray(wedge, dtype=np.float64)
    weight = np.asarray(weight, dtype=np.float64)
    group = np.asarray(group)
    if group.ndim != 1 or (group.size and group.dtype.kind not in "iu"):
        raise ValueError("group: must be a one-dimensional array of integers")
    if wedge.shape[-1:] != group.shape or weight.shape[-1:] != group.shape:
        raise ValueError(
            f"wedge {wedge.shape} and weight {weight.shape} must end in one axis of "
            f"{group.size} lines, the length of group"
        )
    largest = int(group.max()) + 1 if group.size else 0
    size = largest if n_groups is None else int(n_groups)
    if group.size and (int(group.min()) < 0 or largest > size):
        raise ValueError(f"group: indices must lie in 0 … {size - 1}")
    for name, array, bad in (
        ("wedge", wedge, ~((wedge > 0.0) & np.isfinite(wedge))),
        ("weight", weight, ~((weight >= 0.0) & np.isfinite(weight))),
    ):
        if bad.any():
            where, place = first_place(bad)
            words = "> 0" if name == "wedge" else ">= 0"
            raise ValueError(f"{name}{place} = {array[where]}: must be {words}")

    # Lines of a group side by side, so that one reduceat adds them up.
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    present, start = np.unique(sorted_group, return_index=True)
    gap = one_minus(sigma)
    if gap.ndim and gap.shape[-1] != size:
        raise ValueError(f"sigma: last axis must have {size} groups, not {gap.shape[-1]}")
    gap_group = gap[..., present] if gap.ndim else gap
    lead = np.broadcast_shapes(
        wedge.shape[:-1], weight.shape[:-1], gap.shape[:-1] if gap.ndim else ()
    )
    result = np.ones((*lead, size))
    if not group.size:
        return result
    weight = weight[..., order]
    total = np.add.reduceat(weight, start, axis=-1)
    if (total <= 0.0).any():
        empty = int(present[np.argwhere(total <= 0.0)[0][-1]])
        raise ValueError(f"weight: the lines of group {empty} must not all weigh 0")
    gap_line = gap[..., sorted_group] if gap.ndim else gap
    exponent = np.where(weight > 0.0, gap_line * np.log(wedge[..., order]), 0.0)
    count = np.diff(np.append(start, group.size))
    ranked = np.where(weight > 0.0, exponent, -np.inf)
    shift = np.maximum.reduceat(ranked, start, axis=-1)
    with np.errstate(all="ignore"):
        direct = np.log1p(np.add.reduceat(weight * np.expm1(exponent), start, axis=-1) / total)
        scaled = np.exp(ranked - np.repeat(shift, count, axis=-1))
        summed = shift + np.log(np.add.reduceat(weight * scaled, start, axis=-1) / total)
    small = np.maximum.reduceat(np.abs(exponent), start, axis=-1) <= _SMALL_EXPONENT
    result[..., present] = np.exp(np.where(small, direct, summed) / gap_group)
    return result


def aggregate_sorted(
    log_wedge: FloatArray, weight: FloatArray, sigma: FloatArray, first: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Aggregate lines that stand side by side: :func:`aggregate_lines` without its checks.

    Parameters
    ----------
    log_wedge : ndarray, (..., L)
        Logs of the wedge hats, finite.
    weight : ndarray, (L,)
        Benchmark landed values or shares; the lines of a group must not all weigh 0.
    sigma : ndarray, (G,)
        Elasticity of substitution per group.
    first : ndarray of int, (G,)
        First line of each group; no group is empty.

    Returns
    -------
    hat : ndarray, (..., G)
        Hats by group.
    landed : ndarray, (..., L)
        Landed values of the lines at the new wedges, ``w T**(1 - sigma)``, for equal demand.
    """
    count = np.diff(np.append(first, weight.size))
    gap = one_minus(sigma)
    exponent = np.repeat(gap, count) * log_wedge
    # Where nothing at all is left, log1p says -inf, and the branch below says how little it is.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        grown = np.expm1(exponent)
        total = np.add.reduceat(weight, first)
        index = np.log1p(np.add.reduceat(weight * grown, first, axis=-1) / total)
        # log1p loses digits where next to nothing is left: there the larger ones set the scale.
        far = ~(np.abs(index) <= _FAR)
        if far.any():
            ranked = np.where(weight > 0.0, exponent, -np.inf)
            shift = np.maximum.reduceat(ranked, first, axis=-1)
            scaled = weight * np.exp(ranked - np.repeat(shift, count, axis=-1))
            summed = shift + np.log(np.add.reduceat(scaled, first, axis=-1) / total)
            index = np.where(far, summed, index)
    return np.asarray(np.exp(index / gap)), np.asarray(weight * (1.0 + grown))

"""Sources that meet the same in every market of a call: the kernel is given one in their place.

Where neither wedge, capacity nor cost of several sources changes and their supply is the same,
their prices and quantities move alike, whatever their size: in the nest of sources they are one
variety with their shares added up. Most rivals are of this kind in most scenarios, and the kernel
works on a third of the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cepasim.core.arrays import Floats, Ints

#: Hats by source that keep a source apart where they are not 1.
_HATS = ("trade_cost", "capacity", "cost")
#: Fewer sources than this are not worth the trouble.
_FEWEST = 4


def together(given: Mapping[str, Any]) -> tuple[dict[str, Any], Ints | None]:
    """Arguments of `solve_market` with sources that move alike as one.

    Parameters
    ----------
    given : mapping of str to array_like
        Hats by source are arrays of shape (..., H, S), or a number; ``supply`` is (H, S).

    Returns
    -------
    given : dict
        The same with fewer sources, or as it was.
    place : ndarray of int, shape (S,), or None
        Where each source is among those given; None where all are.
    """
    arguments = dict(given)
    supply: Floats = arguments["supply"]
    apart = np.zeros(supply.shape[-1], dtype=np.bool_)
    for name in _HATS:
        hat = arguments[name]
        if np.ndim(hat):
            apart |= (hat != 1.0).any(axis=tuple(range(hat.ndim - 1)))
    if np.count_nonzero(~apart) < _FEWEST:
        return arguments, None
    first = int(np.flatnonzero(~apart)[0])
    alike = ~apart & (supply == supply[:, first : first + 1]).all(axis=0)
    if np.count_nonzero(alike) < _FEWEST:
        return arguments, None
    own, same = np.flatnonzero(~alike), np.flatnonzero(alike)
    kept = np.append(own, first)  # the one that stands for all comes last
    shares: Floats = arguments["import_shares"]
    arguments["import_shares"] = np.concatenate(
        [shares[..., own], shares[..., same].sum(axis=-1, keepdims=True)], axis=-1
    )
    arguments["supply"] = supply[:, kept]
    for name in _HATS:
        if np.ndim(arguments[name]):
            arguments[name] = arguments[name][..., kept]
    place = np.full(supply.shape[-1], own.size)
    place[own] = np.arange(own.size)
    return arguments, place

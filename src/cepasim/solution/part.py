"""Some years and products of a market: what the levers touch is solved, the rest is the reference.

An engine reads the arrays of a market and of its shocks; both are cut to the same products here,
and what it finds is put back among what the reference has.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from cepasim.core.arrays import Bools, Floats, Ints, part_of, same_everywhere
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.engines.outcome import Outcome
from cepasim.shocks.shocks import Shocks

#: Arrays of shocks that an engine reads, sources apart and not.
_HATS = (
    "trade_cost",
    "base",
    "capacity",
    "cost",
    "capacity_domestic",
    "cost_domestic",
    "demand",
    "price_level",
)
#: Relative difference of shocks that no lever makes: products of a source are put together in
#: another order where some of them are selected.
_ROUNDING = 1e-13
#: Shocks that no gain is made of.
_UNREAD = ("base", "trade_cost", "capacity", "cost", "wedges")
#: Rates that the accounts need besides.
_RATES = ("effective", "collected", "barrier")
#: Of all these, what wedges alone are made of.
_OF_WEDGES = ("trade_cost", *_RATES)


@dataclass(frozen=True, eq=False)
class Touched:
    """Years and products of a market in which something differs from the reference.

    Attributes
    ----------
    products : ndarray of bool, shape (H,)
    first_row : int
        First year in which anything differs.
    """

    products: Bools
    first_row: int

    @cached_property
    def places(self) -> Ints | None:
        """Places of the products; None where all are touched, so that nothing is copied."""
        return None if self.products.all() else np.flatnonzero(self.products)

    @property
    def nothing(self) -> bool:
        """Whether the reference holds everywhere."""
        return not self.products.any()

    @property
    def rows(self) -> slice:
        """Years from the first on."""
        return slice(self.first_row, None)

    @property
    def whole(self) -> bool:
        """Whether everything is touched."""
        return self.places is None and self.first_row == 0


def difference(hats: Shocks, before: Shocks) -> Touched:
    """Where two sets of shocks on one market differ; a quota counts where there is any.

    Parameters
    ----------
    hats, before : Shocks
    """
    years, products = before.base.shape[:2]
    differs = np.zeros((years, products), dtype=np.bool_)
    by_source = np.zeros(before.base.shape, dtype=np.bool_)
    pairs = [(name, getattr(hats, name), getattr(before, name)) for name in _HATS]
    pairs += [(name, getattr(hats.wedges, name), getattr(before.wedges, name)) for name in _RATES]
    others = hats.wedges.not_as_in(before.wedges)
    for name, new, old in pairs:
        if new is old or (
            same_everywhere(new) and same_everywhere(old) and new.flat[0] == old.flat[0]
        ):
            continue
        if name in _OF_WEDGES:
            for column in others:
                differs |= _unequal(new[:, :, column], old[:, :, column])
            continue
        both = by_source if new.ndim == 3 else differs
        both |= _unequal(new, old)
    if hats.quota is not None:
        by_source |= np.isfinite(hats.quota.limit)
    differs |= by_source.any(axis=2)
    rows = np.flatnonzero(differs.any(axis=1))
    return Touched(np.asarray(differs.any(axis=0)), int(rows[0]) if rows.size else 0)


def _unequal(new: Floats, old: Floats) -> Bools:
    """Where two arrays differ by more than the order of their sums makes them."""
    unequal = np.asarray(new != old)
    if unequal.any():
        # Few cells of a table by source differ: only these are looked at again.
        given, was = new[unequal], old[unequal]
        unequal[unequal] = ~(np.abs(given - was) <= _ROUNDING * np.abs(was))
    return unequal


def economy_at(economy: Economy, importer: str, places: Ints | None) -> Economy:
    """Return an economy with some products of one market, for engines that solve it alone."""
    if places is None:
        return economy
    market = economy.markets[importer].at(places)
    return replace(economy, markets=FrozenMapping({importer: market}))


def shocks_at(hats: Shocks, touched: Touched) -> Shocks:
    """Return the shocks on some years and products."""
    return shocks_on(hats, touched.rows, touched.places)


def shocks_on(hats: Shocks, rows: slice, places: Ints | None) -> Shocks:
    """Return the shocks in some years on products that may stand several times.

    Parameters
    ----------
    hats : Shocks
    rows : slice
    places : ndarray of int, shape (n,), or None
        None for all products.
    """
    cut = _cut(hats, rows, places)
    assert isinstance(cut, Shocks)
    return cut


def outcome_at(outcome: Outcome, touched: Touched) -> Outcome:
    """Return an outcome in some years and products; of its shocks, what gains are made of.

    The other shocks stay as they are, of the whole market: by product they take much memory, and
    nobody reads them from a part.
    """
    cut = _cut(outcome, touched.rows, touched.places, _UNREAD)
    assert isinstance(cut, Outcome)
    return cut


def _cut(holder: Any, rows: slice, places: Ints | None, leave: Collection[str] = ()) -> Any:
    """Cut every array of a dataclass, and of those it holds, to some years and products."""
    changed: dict[str, Any] = {}
    for item in fields(holder):
        value = getattr(holder, item.name)
        if item.name in leave:
            continue
        if isinstance(value, np.ndarray):
            many = value.ndim > 1
            changed[item.name] = part_of(value, rows, places) if many else value[rows]
        elif hasattr(value, "__dataclass_fields__"):
            changed[item.name] = _cut(value, rows, places, leave)
    return replace(holder, **changed)


def put_back(before: Outcome, hats: Shocks, part: Outcome, touched: Touched) -> Outcome:
    """Outcome of a whole market: what was solved, and the reference everywhere else."""
    changed: dict[str, Any] = {"shocks": hats}
    for item in fields(before):
        new, old = getattr(part, item.name), getattr(before, item.name)
        if isinstance(new, np.ndarray) and isinstance(old, np.ndarray):
            changed[item.name] = _written(old, touched, new)
    if part.quota is not None:
        found = {item.name: getattr(part.quota, item.name) for item in fields(part.quota)}
        changed["quota"] = replace(
            part.quota,
            **{
                name: _written(np.zeros(before.fob.shape, new.dtype), touched, new)
                for name, new in found.items()
            },
        )
    return replace(before, **changed)


def _written(old: Any, touched: Touched, new: Floats) -> Any:
    if touched.places is None:
        return np.concatenate([old[: touched.first_row], new])
    out = np.array(old)
    out[touched.first_row :, touched.places] = new
    return out

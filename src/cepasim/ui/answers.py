"""Results, asked for once and shared: the same scenario under the same figures is the same result.

A result cannot be changed, so that two people who ask the same may hold the same one; what one asks
shows nowhere on the screen of another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import numpy as np
import pandas as pd
import streamlit as st

import cepasim
from cepasim.core.countries import COLUMN_NAME
from cepasim.core.currency import Currency, current_currency, shown_in
from cepasim.core.language import current_language, language, separated, tr
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.ui import workers
from cepasim.ui.pieces import Pieces

K = TypeVar("K")
T = TypeVar("T")

#: Ten people with what they look at, or one with a long way back; some 30 MB each.
KEPT = 12
#: Of those with all chapters split, some 250 MB each.
KEPT_BY_PRODUCT = 2
_LOOK_EVERY = 0.05  # seconds


@dataclass(frozen=True, eq=False)
class _Kept:
    economy: Economy  # stays with its result, so that no other can get its id meanwhile
    result: Result
    is_whole: bool = False
    pieces: Pieces = field(default_factory=Pieces)


@dataclass(frozen=True, eq=False)
class _Failed:
    economy: Economy
    said: str


@dataclass(frozen=True, eq=False)
class _Made:
    """What takes longest to make of a result, made in another process."""

    by_side: pd.DataFrame
    fund_accounts: pd.DataFrame
    notes: tuple[str, ...]


class Answers:
    """Results by economy and scenario, the least recently used dropped first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._most = kept
        self._kept: OrderedDict[tuple[int, Scenario], _Kept] = OrderedDict()
        self._failed: OrderedDict[tuple[int, Scenario, str], _Failed] = OrderedDict()
        # As they were last kept, to be looked through while another run holds the lock.
        self._known: tuple[_Kept, ...] = ()
        # One run at a time: side by side they take each other's time, and ten times the memory.
        self._lock = Lock()

    def __call__(self, economy: Economy, scenario: Scenario) -> Result:
        """Return the result of a scenario; its split over levers may still have to be computed.

        Raises
        ------
        InputError, RunError
            As ``cepasim.simulate`` does; nothing is kept then.
        """
        key = (id(economy), scenario)
        with self._lock:
            failure = (*key, current_language())
            if failure in self._failed:  # a page asks more than once, and a failure takes long
                raise RunError(self._failed[failure].said)
            if key not in self._kept:
                try:
                    result = _finite(
                        cepasim.simulate(economy, scenario, attribution=False), scenario
                    )
                except RunError as failed:
                    _put(self._failed, failure, _Failed(economy, str(failed)), self._most)
                    raise
                _put(self._kept, key, _Kept(economy, result), self._most)
                self._drop_fine()
                self._known = tuple(self._kept.values())
            self._kept.move_to_end(key)
            return self._kept[key].result

    def known_split(self, economy: Economy, scenario: Scenario) -> Result | None:
        """Return the result with what each lever adds, where it was split before."""
        with self._lock:
            kept = self._kept.get((id(economy), scenario))
        return kept.result if kept is not None and kept.is_whole else None

    def pieces(self, result: Result) -> Pieces:
        """Return what was made of a result for the screen, before or after it was split.

        It goes by the very result, not by its scenario, which means other values under other
        figures; of a result that is no longer kept, nothing is.
        """
        return next((kept.pieces for kept in self._known if kept.result is result), Pieces())

    def _drop_fine(self) -> None:
        """Drop the oldest results with all chapters split: each takes as much as ten others."""
        fine = [key for key in self._kept if is_fine(key[1])]
        for key in fine[:-KEPT_BY_PRODUCT]:
            del self._kept[key]

    def split(
        self,
        economy: Economy,
        scenario: Scenario,
        folder: str | None,
        waiting: Callable[[], object],
    ) -> Result:
        """Return the result with what each lever adds, its notes and the accounts of its fund.

        These take longer than all the rest.

        Parameters
        ----------
        economy : Economy
        scenario : Scenario
        folder : str or None
            Parameter folder of the economy; None for the bundled one.
        waiting : callable
            Called now and then; may raise to give up.
        """
        result, key = self(economy, scenario), (id(economy), scenario)
        with self._lock:
            if key in self._kept and self._kept[key].is_whole:
                return self._kept[key].result
        spoken = current_language(), current_currency()
        asked = workers.submit("splits", _made, folder, scenario, *spoken)
        try:
            while not wait([asked], timeout=_LOOK_EVERY).done:
                waiting()
            made = asked.result()
            result = result.with_contributions(made.by_side, fund_accounts=made.fund_accounts)
            result.keep_notes(made.notes)
        except BrokenProcessPool:
            return result  # the process was killed; the split is then computed here
        finally:
            asked.cancel()
        with self._lock:
            if key in self._kept:
                pieces = self._kept[key].pieces
                self._kept[key] = _Kept(economy, result, is_whole=True, pieces=pieces)
                self._known = tuple(self._kept.values())
        return result


def is_fine(scenario: Scenario) -> bool:
    """Whether all chapters are split."""
    return scenario.level in ("hs4", "hs6") and not scenario.refine


def _put(kept: OrderedDict[K, T], key: K, entry: T, most: int) -> None:
    kept[key] = entry
    if len(kept) > most:
        kept.popitem(last=False)


def _finite(result: Result, scenario: Scenario) -> Result:
    """Let no result pass that has anything but numbers in its totals.

    Welfare is empty where a lever changes what buyers like: none is claimed there.
    """
    totals = result.totals.select_dtypes("number")
    empty = {
        f"welfare_{COLUMN_NAME[country]}_usd_mn"
        for lever in scenario.levers
        for country in lever.no_welfare
    }
    wrong = [
        str(column)
        for column in totals
        if not np.isfinite(totals[column].dropna() if column in empty else totals[column]).all()
    ]
    if wrong:
        raise RunError(
            tr(
                "the result is not finite ({columns}); check the levers and parameters",
                columns=separated(wrong[:3]),
            )
        )
    return result


def _made(folder: str | None, scenario: Scenario, tag: str, currency: Currency) -> _Made:
    result = cepasim.simulate(workers.economy(folder), scenario)
    with language(tag), shown_in(currency):
        return _Made(result.contributions_by_side, result.fund_accounts, result.notes)


@st.cache_resource(show_spinner=False)
def shared() -> Answers:
    """Return the answers of this process."""
    return Answers()

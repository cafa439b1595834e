"""90 % ranges, computed aside so that nobody waits for them."""

from __future__ import annotations

import multiprocessing
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pandas as pd
import streamlit as st

import cepasim
from cepasim.economy import Economy
from cepasim.report import figures
from cepasim.scenario import Scenario

#: One balanced set of points: a range to talk about. ``cepasim montecarlo`` takes as many as asked.
DRAWS = 64
SEED = 1
_KEPT = 12


def available() -> bool:
    """Whether this version of the model can compute ranges."""
    return hasattr(cepasim, "monte_carlo")


@st.cache_resource(show_spinner=False)
def _worker() -> ProcessPoolExecutor:
    # Holds nothing of any session. A process of its own: the pages keep their interpreter.
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


class Ranges:
    """Ranges of one session by economy and scenario; one is computed at a time."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[int, Scenario], tuple[Economy, Future[Any]]] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cepasim-ranges")

    def ask(self, economy: Economy, scenario: Scenario) -> Future[Any]:
        """Return the ranges of a scenario, finished or on their way.

        What waits for another scenario is dropped: only the newest matters.
        """
        key = (id(economy), scenario)
        if key in self._asked:
            self._asked.move_to_end(key)
            return self._asked[key][1]
        for other in [k for k, (_, future) in self._asked.items() if future.cancel()]:
            del self._asked[other]
        future = self._thread.submit(_computed, economy, scenario)
        self._asked[key] = (economy, future)
        while len(self._asked) > _KEPT:
            self._asked.popitem(last=False)
        return future


def _computed(economy: Economy, scenario: Scenario) -> Any:
    return cepasim.monte_carlo(economy, scenario, draws=DRAWS, seed=SEED, executor=_worker())


def in_words(ranges: Any, year: str) -> dict[str, str]:
    """Return what stands below each headline figure."""
    said = {}
    for item in ("exports", "imports", "balance"):
        low, high = ranges.range_of(f"{item}_usd_mn", year)
        said[item] = (
            f"90 % range {figures.bn(low, unit=False)} to {figures.bn(high, unit=False)} bn"
        )
    low, high = ranges.range_of("change_in_balance_usd_mn", year)
    chance = float(ranges.probability_deficit_falls[year])
    said["change"] = (
        f"90 % range {figures.bn(low, signed=True, unit=False)} to "
        f"{figures.bn(high, signed=True, unit=False)} bn; narrows in {100 * chance:.0f} % of draws"
    )
    return said


def band(ranges: Any, item: str) -> pd.DataFrame:
    """Return the 90 % range of a total by year, as `charts.path_rows` takes it."""
    rows = ranges.totals
    rows = rows[rows["item"] == f"{item}_usd_mn"]
    return pd.DataFrame(
        {
            "fiscal_year": rows["fiscal_year"].to_numpy(),
            "low_usd_mn": rows["p5"].to_numpy(),
            "high_usd_mn": rows["p95"].to_numpy(),
        }
    )

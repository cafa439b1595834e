"""A small result made by hand, so that tables, files and the command line need no model."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

from cepasim.core.disk_cache import SWITCH
from cepasim.core.manifest import manifest
from cepasim.economy.economy import Economy
from cepasim.economy.loading import load
from cepasim.products.classification import Classification
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.tables.schema import empty_table

# Tests are of the program, not of what an earlier one left in the user's cache: they have a cache
# of their own, empty at first, shared by the workers and by the processes that a test starts.
# Loading and the cache are tested with caches of their own.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ[SWITCH] = tempfile.mkdtemp(prefix="cepasim-tests-")


def pytest_unconfigure() -> None:
    """Take the cache away, when the workers have gone."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ[SWITCH], ignore_errors=True)


#: Files of these folders share what is computed once in a session: one worker takes them all.
TOGETHER = ("tests/calibrate/backcast/", "tests/calibrate/evidence/", "tests/calibrate/test_")


def scope(nodeid: str) -> str:
    """What a worker takes as a whole: a file, or the files that share a fixture."""
    file = nodeid.partition("::")[0]
    return "tests/calibrate" if file.startswith(TOGETHER) else file


def seconds(item: pytest.Item) -> float:
    """How long a test takes, as far as it says so: ``slow(seconds=12)``."""
    marker = item.get_closest_marker("slow")
    return float(marker.kwargs.get("seconds", 1)) if marker else 0.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that the workers end together."""
    taken: Counter[str] = Counter()
    for item in items:
        taken[scope(item.nodeid)] += seconds(item)  # type: ignore[assignment]
    items.sort(key=lambda item: (-taken[scope(item.nodeid)], scope(item.nodeid)))


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: no use in looking for what of it can go.

    Python's collector of garbage goes through all there is again and again: 300,000 objects after
    collection, before a test has run. It took a tenth of the time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_sessionfinish() -> None:
    """What a worker has covered is stored before it is asked to end, which must not take long."""
    coverage = sys.modules.get("coverage")
    if "PYTEST_XDIST_WORKER" in os.environ and coverage is not None:
        measured = coverage.Coverage.current()
        if measured is not None:
            measured.save()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """With ``--dist loadfile``: files in the order above, those that share a fixture together."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope(nodeid)

    config.option.loadscopereorder = False
    return Together(config, log)


# Continuous integration draws the same examples every time: what it refuses can be repeated. At a
# desk each run draws new ones and finds more.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
# Ranges are drawn in other processes; the tests of them switch them on.
os.environ.setdefault("CEPASIM_RANGES", "off")
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def _the_main_program_is_still_pytest() -> Iterator[None]:
    """``AppTest`` makes its script the main program, as Streamlit does, and leaves it there.

    Every process that a later test starts would run that script before it does anything else.
    """
    ours = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = ours


YEARS = ("2026-27", "2027-28")

# flow, hs, grade, reference, scenario in the first year and in the second (US$ million)
CELLS = [
    ("export", "03", "A", 400.0, 410.0, 430.0),
    ("export", "61", "A", 100.0, 100.0, 100.0),
    ("export", "64", "C", 50.0, 55.5, 62.25),
    ("export", "84", "B", 300.0, 300.0, 300.04),
    ("export", "98", "D", 0.0, 0.0, 2.5),
    ("export", "99", "D", 0.0, 0.0, 0.0),
    ("import", "03", "A", 1.0, 1.0, 1.0),
    ("import", "61", "D", 2.0, 2.0, 2.0),
    ("import", "84", "C", 4000.0, 4150.0, 4010.0),
    ("import", "87", "B", 900.0, 900.0, 905.0),
    ("import", "98", "D", 3.0, 3.0, 3.0),
    ("import", "99", "D", 0.0, 0.0, 0.0),
]


def calls_of(work: Callable[[], object]) -> int:
    """How many Python functions some work calls: a cost that no clock and no busy machine moves."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(scope="session", name="calls_of")
def _calls_of() -> Callable[[Callable[[], object]], int]:
    return calls_of


class Chain:
    """The steps behind any cell: enough to see that they are passed on and rendered."""

    def __call__(self, flow: str, hs: str, fiscal_year: str) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "step": ["benchmark", "tariff of the scenario"],
                "value": [50.0, "free"],
                "unit": ["US$ million", ""],
                "source": ["Ministry of Commerce", None],
                "grade": ["A", None],
                "note": [None, f"{flow} of {hs} in {fiscal_year}"],
            }
        )


def sector_rows() -> pd.DataFrame:
    rows = [
        {
            "fiscal_year": year,
            "flow": flow,
            "hs": hs,
            "baseline_usd_mn": reference,
            "scenario_usd_mn": outcome,
            "change_usd_mn": outcome - reference,
            "change_pct": 100 * (outcome - reference) / reference if reference else 0.0,
            "grade": grade,
        }
        for place, year in enumerate(YEARS)
        for flow, hs, grade, reference, *outcomes in CELLS
        for outcome in [outcomes[place]]
    ]
    return pd.DataFrame(rows)


def total_rows(sectors: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for year in YEARS:
        part = sectors[sectors["fiscal_year"] == year]
        sums = part.groupby("flow")[["baseline_usd_mn", "scenario_usd_mn"]].sum()
        before, after = sums["baseline_usd_mn"], sums["scenario_usd_mn"]
        balance = after["export"] - after["import"]
        baseline_balance = before["export"] - before["import"]
        rows.append(
            {
                "fiscal_year": year,
                "exports_usd_mn": after["export"],
                "imports_usd_mn": after["import"],
                "balance_usd_mn": balance,
                "baseline_exports_usd_mn": before["export"],
                "baseline_imports_usd_mn": before["import"],
                "baseline_balance_usd_mn": baseline_balance,
                "change_in_balance_usd_mn": balance - baseline_balance,
                "duty_japan_usd_mn": 25.0,
                "duty_india_usd_mn": 900.0,
                "welfare_japan_usd_mn": 0.1,
                "welfare_india_usd_mn": -0.2,
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def classification() -> Classification:
    return Classification.bundled()


@pytest.fixture(scope="session")
def make_result(classification: Classification) -> Callable[..., Result]:
    """Build the result; keyword arguments replace parts of it."""

    def make(**changes: Any) -> Result:
        scenario = Scenario.from_dict({"name": "Hand-made", "horizon": "2027-28", "levers": []})
        sectors = sector_rows()
        parts: dict[str, Any] = {
            "scenario": scenario,
            "engine": "armington",
            "classification": classification,
            "totals": total_rows(sectors),
            "sectors": sectors,
            "displacement": pd.DataFrame(
                {
                    "fiscal_year": YEARS[1],
                    "flow": "export",
                    "hs": "64",
                    "source": ["CHN", "domestic"],
                    "change_usd_mn": [-10.25, -2.0],
                }
            ),
            "contributions": empty_table("contributions"),
            "diagnostics": pd.DataFrame({"fiscal_year": YEARS, "remark": ["", "=1+1"]}),
            "notes": ("clothing: Japan's CEPA tariff is already zero, so nothing moves",),
            "manifest": manifest(
                engine="armington", scenario_text=scenario.to_yaml(), parameter_digest="0" * 64
            ),
            "chain": Chain(),
        }
        return Result(**(parts | changes))

    return make


@pytest.fixture
def result(make_result: Callable[..., Result]) -> Result:
    return make_result()


@pytest.fixture(scope="session")
def economy() -> Economy:
    """The bundled economy."""
    return load()

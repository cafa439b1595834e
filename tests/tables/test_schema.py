"""The list of columns: real results hold just what is in it, and its page is current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import cepasim
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.tables.column import Column
from cepasim.tables.names import LEVELS
from cepasim.tables.schema import HELD, TABLES
from docs.writers.columns import columns_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "columns.md"
QUOTA = {
    "name": "quota",
    "horizon": "2027-28",
    "levers": [
        {
            "quota": {
                "importer": "JPN",
                "select": {"hs": ["16"]},
                "share_of_benchmark_percent": 50,
                "in_rate_percent": 0,
                "over_rate_percent": 20,
                "start": "2026-27",
            }
        },
        {"exchange_rate": {"country": "IND", "depreciation_percent": 1, "start": "2026-27"}},
    ],
}
#: Bundled scenarios that have every table between them.
SCENARIOS = ("reference", "full-package", "china-plus-one", "us-tariff-50")


def _tables(result: Result) -> Iterator[tuple[str, pd.DataFrame]]:
    year = result.fiscal_years[-1]
    yield from ((name, getattr(result, name)) for name in HELD)
    yield "basket", result.basket
    for level in LEVELS:
        yield "by", result.by(level)
        yield "balance", result.balance(level)
    yield "who_loses", result.who_loses(year)
    yield "accounts", result.accounts(year)
    yield "give_and_take", result.give_and_take(year)


@pytest.fixture(scope="module")
def tables() -> list[tuple[str, pd.DataFrame]]:
    """Tables of some bundled scenarios, and of one with a quota, with ranges and without."""
    economy = cepasim.load()
    results = [cepasim.simulate(economy, Scenario.bundled(name)) for name in SCENARIOS]
    results.append(cepasim.simulate(economy, Scenario.from_dict(QUOTA)))
    ranges = cepasim.monte_carlo(economy, results[-1].scenario, draws=2, model_choice=True)
    results.append(results[-1].with_ranges(ranges.headline_ranges(), {"draws": 2, "seed": 1}))
    found = [found for result in results for found in _tables(result)]
    return [*found, ("reference", cepasim.reference(economy))]


@pytest.mark.slow(seconds=2)
def test_tables_of_results_and_the_list_have_the_same_columns(
    tables: list[tuple[str, pd.DataFrame]],
) -> None:
    held: dict[str, set[str]] = {name: set() for name in TABLES}
    for name, table in tables:
        held[name] |= set(table.columns)
    listed = {
        name: {word for column in schema.columns for word in column.names()}
        for name, schema in TABLES.items()
    }
    assert held == listed


@pytest.mark.slow(seconds=0.7)
def test_a_column_that_is_always_there_is_always_there(
    tables: list[tuple[str, pd.DataFrame]],
) -> None:
    for name, table in tables:
        for column in TABLES[name].columns:
            if column.always and column.places != ("group",):
                assert set(column.names()) <= set(table.columns), (name, column.name)


def test_columns_called_text_hold_words_and_the_others_numbers(
    tables: list[tuple[str, pd.DataFrame]],
) -> None:
    for name, table in tables:
        for column in TABLES[name].columns:
            for word in (word for word in column.names() if word in table):
                is_number = pd.api.types.is_numeric_dtype(table[word])
                assert is_number != column.is_text, (name, word)


def test_names_of_columns_fill_every_place() -> None:
    column = Column("duty_{country}_on_{partner}_usd_mn", "US$ million", "duty")
    assert column.places == ("country", "partner")
    assert column.names() == ("duty_japan_on_india_usd_mn", "duty_india_on_japan_usd_mn")
    assert Column("hs", "text", "product").names() == ("hs",)


def test_every_column_has_a_unit_and_a_meaning() -> None:
    for name, schema in TABLES.items():
        for column in schema.columns:
            assert column.unit and column.meaning, (name, column.name)
            if "_usd_mn" in column.name:
                assert column.unit.startswith("US$ million"), (name, column.name)
            if column.name.endswith("_pct"):
                assert column.unit.startswith("%"), (name, column.name)


def test_committed_page_is_current() -> None:
    renew = "run: python -m docs.writers.columns docs/reference/columns.md"
    assert PAGE.read_text(encoding="utf-8") == columns_page(), renew

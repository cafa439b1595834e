"""Scenarios side by side: differences under common draws, and the words and tables of them."""

from __future__ import annotations

import numpy as np
import pytest

from cepasim import Economy, Scenario, simulate
from cepasim.core import numbers as figures
from cepasim.core.digits import place_of_column
from cepasim.core.language import language
from cepasim.report import compared, compared_front
from cepasim.result import Result
from cepasim.studies.differences import Together, difference_ranges
from cepasim.studies.model_choice import ModelChoice
from cepasim.tables.column import TOTALS
from tests.english_left import english_left

DRAWS, YEAR = 2, "2026-27"
COLUMN = TOTALS.index("change_in_exports_usd_mn")


def _scenarios() -> tuple[Scenario, ...]:
    return tuple(
        Scenario.bundled(name).model_copy(update={"horizon": YEAR})
        for name in ("ntb-relief", "origin-rules")
    )


@pytest.fixture(scope="module")
def sample(economy: Economy) -> np.ndarray:
    with pytest.MonkeyPatch.context() as patch:
        # The model as it is in every draw: other combinations take seconds to build.
        patch.setattr(ModelChoice, "draws", lambda self, a, b, seed: (self.central,) * (b - a))
        return Together.of(economy, _scenarios()).drawn(0, DRAWS, 1)


@pytest.fixture(scope="module")
def results(economy: Economy) -> dict[str, Result]:
    return {one.name: simulate(economy, one, attribution=False) for one in _scenarios()}


def test_draws_side_by_side_are_those_of_the_ranges_of_a_difference(
    economy: Economy, sample: np.ndarray
) -> None:
    known = difference_ranges(economy, *_scenarios(), DRAWS)
    row = known.set_index(["fiscal_year", "item"]).loc[(YEAR, "change_in_exports_usd_mn")]
    for way in (0, 1):
        ends = compared.ends(sample, way, 1, 0)
        assert ends is not None
        assert ends[:, -1, COLUMN] == pytest.approx([row["p5"], row["p95"]])


def test_tables_say_differences_with_both_ranges(
    results: dict[str, Result], sample: np.ndarray
) -> None:
    table = compared.differences_table(results, sample, YEAR, DRAWS)
    first, second = results
    assert table.caption.startswith(f"Difference from “{first}”, {YEAR}")
    row = {str(row[0]): row for row in table.rows}[f"{second}: exports"]
    change = [
        float(r.totals["exports_usd_mn"].iloc[-1] - r.totals["baseline_exports_usd_mn"].iloc[-1])
        for r in results.values()
    ]
    assert row[1] == figures.mn(change[1] - change[0], signed=True, unit=False)
    assert " to " in str(row[2]) and " to " in str(row[3]) and str(row[4]).endswith("%")
    waiting = compared.differences_table(results, None, YEAR, 0)
    assert waiting.rows[0][2] == "…"
    assert len(compared.changes_table(results, sample, YEAR, DRAWS).head) == 3


def test_the_files_have_what_the_page_shows(results: dict[str, Result], sample: np.ndarray) -> None:
    tables = compared.tables(results, sample)
    assert set(tables) == {"totals", "differences", "chapters"}
    gaps = tables["differences"]
    row = gaps[(gaps["fiscal_year"] == YEAR) & (gaps["item"] == "exports")].iloc[0]
    assert row["change_p5_usd_mn"] <= row["change_p95_usd_mn"]
    known = compared.ends(sample, 1, 1, 0)
    assert known is not None
    assert row["change_choice_p95_usd_mn"] == known[1, -1, COLUMN]
    drawn = str(compared.changes_chart(results, sample, YEAR).to_dict())
    assert all(f"Balance, {name}" in drawn for name in results)


def test_accounts_are_matched_by_what_they_are(economy: Economy) -> None:
    """A fund brings two rows into Japan's welfare; India's stays India's."""
    scenarios = [
        Scenario.bundled(name).model_copy(update={"horizon": "2027-28"})
        for name in ("ntb-relief", "fund-2bn")
    ]
    results = {one.name: simulate(economy, one, attribution=False) for one in scenarios}
    table = compared.changes_table(results, None, "2027-28", 0)
    rows = {row[0]: row[1:] for row in table.rows}
    for place, result in enumerate(results.values()):
        last = place_of_column(result.accounts("2027-28")["change_usd_mn"])
        for country in ("Japan", "India"):
            welfare = result.totals.iloc[-1][f"welfare_{country.lower()}_usd_mn"]
            said = rows[f"National welfare of {country}, change"][place]
            assert said == figures.mn(welfare, signed=True, unit=False, place=last)
    assert sum("–" in row for row in rows.values()) == 2


def test_the_workbook_says_whose_figures_what_is_assumed_and_the_ranges_in_words(
    results: dict[str, Result],
    sample: np.ndarray,
    economy: Economy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compared_front, "marks", lambda one: (f"Mind {one.scenario.name}.",))
    pages = compared_front.sheets(results, sample)
    front = compared_front.front(results, sample, YEAR, economy.classification, tuple(pages))
    said = [str(row.cells[0]) for row in front.rows if row.cells]
    first, second = results
    for name, result in results.items():
        assert f"Mind {name}." in said and name in said
        assert name in set(pages["scenarios"]["scenario"])
        digest = f"parameter_digest: {result.manifest['parameter_digest']}"
        assert digest in set(pages["manifest"]["text"])
    cells = [row.cells for row in front.rows]
    begin = cells.index((f"Difference from “{first}” in {YEAR}, US$ million",))
    gap = next(row for row in cells[begin:] if row and row[0] == f"{second}: exports")
    ends = compared.ends(sample, 1, 1, 0)
    assert ends is not None
    assert gap[4:] == pytest.approx(tuple(ends[:, -1, COLUMN]))
    change = pages["differences"].query("fiscal_year == @YEAR and item == 'exports'")
    assert gap[1] == pytest.approx(change["change_usd_mn"].iloc[0])
    assert front.chart is not None and front.chart.columns == (2, 3)
    waiting = compared_front.front(results, None, YEAR, economy.classification, ())
    assert any("No range" in str(row.cells[:1]) for row in waiting.rows)
    with language("ja"):
        front = compared_front.front(results, sample, YEAR, economy.classification, tuple(pages))
    said = [cell for row in front.rows for cell in row.cells if isinstance(cell, str)]
    assert english_left("\n".join(said), allowed=(*results, "Mind")) == []

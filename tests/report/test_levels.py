"""No level of an assumed year is printed without its range, on any face."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import cepasim
from cepasim.report import numbers, terminal, views
from cepasim.report.levels import range_of
from cepasim.ui.pages.path import path_in_words

YEAR = "2035-36"


@pytest.fixture(scope="module")
def relief(economy: cepasim.Economy) -> cepasim.Result:
    return cepasim.simulate(economy, cepasim.Scenario.bundled("ntb-relief"))


def totals_of(result: cepasim.Result, year: str = YEAR) -> dict[str, float]:
    [row] = result.totals[result.totals["fiscal_year"] == year].to_dict("records")
    return row


def test_ranges_are_written_from_low_to_high() -> None:
    assert numbers.span(3430.0, 8230.0) == "3.43–8.23"
    assert numbers.span(-27880.0, -9650.0) == "−27.88 to −9.65"


def test_the_scenarios_level_is_as_uncertain_as_the_references(relief: cepasim.Result) -> None:
    row = totals_of(relief)
    low, high = (row[f"baseline_exports_{end}_usd_mn"] for end in ("low", "high"))
    moved = row["exports_usd_mn"] - row["baseline_exports_usd_mn"]
    assert moved > 100
    assert range_of(row, "exports") == numbers.span(low, high)
    assert range_of(row, "exports", scenario=True) == numbers.span(low + moved, high + moved)
    assert range_of(totals_of(relief, "2023-24"), "exports") == ""


def test_the_terminal_prints_the_range_beside_every_level(relief: cepasim.Result) -> None:
    text = terminal.text(relief, "section", YEAR)
    for item in ("exports", "imports", "balance"):
        assert f"[{range_of(totals_of(relief), item)}]".replace("−", "-") in text
    years = [line for line in text.splitlines() if line.strip().startswith("20")]
    path = [line for line in years if line.strip()[:7] in relief.fiscal_years]
    assert sum("[" in line for line in path) == len(relief.fiscal_years) - 1  # not the benchmark


def test_the_cards_say_it_and_so_does_the_chart(relief: cepasim.Result) -> None:
    cards = views.headline(views.total_row(relief, YEAR), YEAR).cards
    for card, item in zip(cards, ("exports", "imports", "balance"), strict=False):
        level = range_of(totals_of(relief), item, scenario=True)
        assert f"90 % range of the level {level} bn" in str(card)
    assert range_of(totals_of(relief), "balance") in path_in_words(relief, "balance")


def test_the_note_says_it(relief: cepasim.Result, tmp_path: Path) -> None:
    relief.brief(tmp_path / "note.html", YEAR)
    said = (tmp_path / "note.html").read_text(encoding="utf-8")
    assert range_of(totals_of(relief), "balance", scenario=True) in said
    assert "90 % range of the level" in said
    assert "Read changes against the reference; its levels are uncertain" in said


@pytest.mark.slow  # 5 s
def test_the_workbook_says_it(relief: cepasim.Result, tmp_path: Path) -> None:
    relief.to_excel(tmp_path / "result.xlsx")
    sheets = pd.read_excel(tmp_path / "result.xlsx", sheet_name=None)
    for item in ("exports", "imports", "balance"):
        for end in ("low", "high"):
            assert f"baseline_{item}_{end}_usd_mn" in sheets["totals"].columns
    everything = " ".join(str(cell) for sheet in sheets.values() for cell in sheet.to_numpy().flat)
    assert "Read changes against the reference" in everything


def test_a_note_says_how_uncertain_single_sections_are(relief: cepasim.Result) -> None:
    [note] = [note for note in relief.notes if note.startswith("Read changes")]
    exports, imports = re.findall(r"(\d[\d.]*) to (\d[\d.]*) times what is shown", note)
    for low, high in (exports, imports):
        assert 0 < float(low) < 0.5 and float(high) > 2
    assert "2024-25 is final, 2025-26 is provisional" in note


def test_comparative_statics_have_no_assumed_level(economy: cepasim.Economy) -> None:
    asked = cepasim.Scenario.bundled("ntb-relief").model_copy(update={"time": "long_run"})
    result = cepasim.simulate(economy, asked)
    assert not any("levels are uncertain" in note for note in result.notes)
    assert range_of(totals_of(result, "2023-24"), "exports") == ""

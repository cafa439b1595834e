"""Headline, note, first sheet and terminal in Japanese and in other currencies, of one result."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import cepasim
from cepasim.core.language import language
from cepasim.report import brief, front_sheet, html, terminal
from tests.english_left import english_left

#: What stays in English: notes and names that other rooms make, programs, files.
ALLOWED = ("docs/uncertainty.md", "cepasim montecarlo")


@pytest.fixture(scope="module")
def relief(economy: cepasim.Economy) -> cepasim.Result:
    """A result without notes: their words belong to other rooms."""
    result = cepasim.simulate(economy, cepasim.Scenario.bundled("ntb-relief"))
    object.__setattr__(result, "_given_notes", ())
    return result


def _sheet(result: cepasim.Result) -> Iterator[str]:
    for row in front_sheet.front_sheet(result, result._classification, ("totals", "notes")).rows:
        yield from (cell for cell in row.cells if isinstance(cell, str))


def test_no_english_is_left_in_japanese(relief: cepasim.Result) -> None:
    with language("ja"):
        note = html.page(brief.document(relief, relief._classification, "2030-31"))
        note = note.replace("\u00a0", " ")
        said = {
            "headline": relief.headline("2030-31"),
            "note": note,
            "first sheet": "\n".join(_sheet(relief)),
            "terminal": terminal.text(relief, "section", "2030-31"),
        }
    left = {name: english_left(text, ALLOWED) for name, text in said.items()}
    assert {name: runs for name, runs in left.items() if runs} == {}
    assert '<html lang="ja">' in note
    assert "ドル" in said["headline"]


def test_the_rate_is_said_wherever_amounts_are_converted(relief: cepasim.Result) -> None:
    with cepasim.currency("INR"):
        note = html.page(brief.document(relief, relief._classification, "2030-31"))
        note = note.replace("\u00a0", " ")
        said = (relief.headline("2030-31"), note, "\n".join(_sheet(relief)))
        assert all("₹ 82.78 per US$ (2023-24)" in text for text in said)
        assert "₹ 82.78 per US$ (2023-24)" in " ".join(
            terminal.text(relief, "section", "2030-31").split()
        )
        assert not re.search(r"US\$ [\d~]", note)

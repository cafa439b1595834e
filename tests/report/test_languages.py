"""Headline, note, first sheet and terminal in Japanese and in other currencies, of one result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

import cepasim
from cepasim.core.language import language
from cepasim.report import brief, front_sheet, html, terminal
from cepasim.report.blocks import Bullets
from tests.as_read import as_read
from tests.english_left import english_left

#: What stays in English: notes and names that other rooms make, programs, files.
ALLOWED = ("docs/uncertainty.md", "cepasim montecarlo")


@pytest.fixture(scope="module")
def relief(economy: cepasim.Economy) -> cepasim.Result:
    """A result without notes: their words belong to other rooms."""
    result = cepasim.simulate(economy, cepasim.Scenario.bundled("ntb-relief"))
    object.__setattr__(result, "_given_notes", ())
    return result


def _rows(result: cepasim.Result) -> Sequence[Any]:
    return front_sheet.front_sheet(result, result._classification, ("totals", "notes")).rows


def _sheet(result: cepasim.Result) -> Iterator[str]:
    for row in _rows(result):
        yield from (cell for cell in row.cells if isinstance(cell, str))


def test_no_english_is_left_in_japanese(relief: cepasim.Result) -> None:
    with language("ja"):
        note = html.page(brief.document(relief, relief._classification, "2030-31"))
        note = as_read(note)
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


def test_notes_end_with_the_full_stop_of_the_language(economy: cepasim.Economy) -> None:
    """Some of them are sentences with a stop, others clauses without."""
    result = cepasim.simulate(economy, cepasim.Scenario.bundled("ntb-relief"))
    with language("ja"):
        rows = [row.cells for row in _rows(result)]
        first, last = (rows.index((heading,)) for heading in ("結果を読む際の留意点", "シート"))
        notes = [str(cells[0]) for cells in rows[first + 1 : last] if any(cells)]
        blocks = brief.document(result, result._classification, "2030-31").blocks
        items = [str(one) for block in blocks if isinstance(block, Bullets) for one in block.items]
    for said in (notes, items):
        assert (
            said and [one for one in said if not one.endswith("。") or one.endswith("。。")] == []
        )


def test_the_rate_is_said_wherever_amounts_are_converted(relief: cepasim.Result) -> None:
    with cepasim.currency("INR"):
        note = html.page(brief.document(relief, relief._classification, "2030-31"))
        note = as_read(note)
        said = (relief.headline("2030-31"), note, "\n".join(_sheet(relief)))
        assert all("₹ 82.78 per US$ (2023-24)" in text for text in said)
        assert "₹ 82.78 per US$ (2023-24)" in " ".join(
            terminal.text(relief, "section", "2030-31").split()
        )
        assert not re.search(r"US\$ [\d~]", note)

"""What a message about an input shows."""

from __future__ import annotations

from cepasim.core.problems import Problem


def test_a_corrupt_cell_is_shown_by_its_beginning() -> None:
    cell = "0.07\x07" + "x" * 500
    text = str(Problem("macro/freight.csv", 2, "value", cell, "a number"))
    assert text.startswith("macro/freight.csv:2: value: '0.07\\x07" + "x" * 35 + "'… (505 char")
    assert len(text) < 120


def test_a_short_cell_and_a_long_path_are_shown_whole() -> None:
    assert str(Problem("a.csv", 2, "value", "7,5", "a number")) == "a.csv:2: value: '7,5'; a number"
    path = "/folder" * 20
    assert path in str(Problem("load", None, "directory", path, "a folder"))

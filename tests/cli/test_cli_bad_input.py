"""Every bad command line and grid file of the table of cases is refused by name."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cepasim.cli.commands import app

_TRIED = runpy.run_path(str(Path(__file__).parents[1] / "cases" / "cli_cases.py"))


def test_names_are_unique() -> None:
    assert len(_TRIED["CASES"]) == len(_TRIED["COMMANDS"])


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, _, words in _TRIED["CASES"]])
def test_a_bad_command_line_is_refused_by_name(
    name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file, grid = tmp_path / "folder", tmp_path / "mine.txt", tmp_path / "grid.yaml"
    folder.mkdir()
    file.write_text("mine", encoding="utf-8")
    if name in _TRIED["GRIDS"]:
        grid.write_bytes(_TRIED["GRIDS"][name])
    places = {"{folder}": str(folder), "{file}": str(file), "{grid}": str(grid)}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(
        app,
        [
            re.sub(r"\{\w+\}", lambda found: places[found[0]], one)
            for one in _TRIED["COMMANDS"][name]
        ],
    )
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert not re.search(r"unexpected \w+(Error|Exception)", done.output), done.output
    said = " ".join(re.sub(r"\x1b\[[0-9;]*m|[│╭╮╰╯─]", " ", done.output).split())
    assert words in said, said
    assert file.read_text(encoding="utf-8") == "mine"

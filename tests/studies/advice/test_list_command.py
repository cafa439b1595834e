"""``cepasim list``."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cepasim.cli.commands import app


@pytest.mark.slow(seconds=1)
def test_lines_are_printed_with_the_gap_and_what_they_rest_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app,
        ["list", "JPN", "--only", "XII", "--level", "hs6:64", "--top", "3", "--out", str(out)],
    )
    assert done.exit_code == 0, done.output
    assert "640319010" in done.output and "Run by itself" in done.output
    assert "of grade D" in done.output
    assert {"lines.csv", "lines.xlsx", "lines.yaml", "manifest.json"} == {
        one.name for one in out.iterdir()
    }


def test_what_does_not_exist_is_refused() -> None:
    assert CliRunner().invoke(app, ["list", "CHN"]).exit_code == 2
    assert CliRunner().invoke(app, ["list", "IND", "--only", "XXX"]).exit_code == 2

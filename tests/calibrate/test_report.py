"""The report: what it prints, what it writes, and that the committed page is current."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cepasim
from cepasim.calibrate import backcast
from cepasim.calibrate.report import (
    Calibration,
    calibration,
    lost_to,
    markdown,
    text,
    verdict,
    write_folder,
)
from cepasim.cli import app
from cepasim.economy import Economy

PAGE = Path(__file__).resolve().parents[2] / "docs" / "backcast.md"


@pytest.fixture(scope="module")
def result(economy: Economy) -> Calibration:
    return calibration(economy)


@pytest.mark.slow
def test_committed_page_is_current(result: Calibration) -> None:
    renew = "run: python -m cepasim.calibrate.backcast docs/backcast.md"
    assert PAGE.read_text(encoding="utf-8") == markdown(result), renew


def test_rows_of_a_table_have_as_many_cells_as_its_head(result: Calibration) -> None:
    head = 0
    for line in markdown(result).splitlines():
        cells = line.count("|")
        if not line.startswith("|"):
            head = 0
        elif head == 0:
            head = cells
        else:
            assert cells == head, line


def test_losing_to_a_simple_forecast_is_told(result: Calibration) -> None:
    told = "\n".join(lost_to(result.backcast))
    t = result.backcast.theil
    same = t[(t["forecast"] == backcast.MODEL) & t["against"].str.endswith("2013-14")]
    for row in same[same["level"] == "total"].itertuples(index=False):
        assert (f"{row.theil_u:.2f}" in told) == (row.theil_u > 1)
    assert told in markdown(result).replace("\n- ", "\n")


def test_verdict_names_sections_on_both_sides(result: Calibration) -> None:
    words = " ".join(verdict(result))
    s = result.backcast.section_scores
    for row in s[s["mean_usd_mn"] >= result.smallest_section].itertuples(index=False):
        assert f"{row.section} {row.name}" in words
    assert "default economy does not use" in words


def test_text_fits_a_terminal_and_has_every_part(result: Calibration) -> None:
    shown = text(result)
    for part in ("Benchmark of 2023-24", "Backcast from 2013-14", "Rise of the deficit", "panel"):
        assert part in shown
    assert max(map(len, shown.splitlines())) <= 125


def test_folder_holds_every_table_and_the_same_bytes_again(
    result: Calibration, tmp_path: Path
) -> None:
    names = write_folder(result, tmp_path / "one")
    write_folder(result, tmp_path / "two")
    assert {"report.html", "report.md", "report.txt", "manifest.json"} <= set(names)
    assert {f"{name}.csv" for name in result.tables()} <= set(names)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    listed = json.loads((tmp_path / "one" / "manifest.json").read_text())["files"]
    assert set(listed) == set(names) - {"manifest.json"}
    page = (tmp_path / "one" / "report.html").read_text()
    assert "<svg" in page and "http" not in page


def test_command_prints_and_writes(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["calibrate", "--out", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    assert "Backcast from 2013-14" in run.output
    assert (tmp_path / "out" / "backcast_totals.csv").is_file()
    bad = CliRunner().invoke(app, ["calibrate", "--params", str(tmp_path / "nowhere")])
    assert bad.exit_code == 2


def test_public_names_are_there_and_unknown_ones_are_not() -> None:
    assert cepasim.backcast is backcast.backcast
    assert callable(cepasim.decompose_history)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = cepasim.nothing_of_the_kind


def test_page_is_written_by_its_command(tmp_path: Path, result: Calibration) -> None:
    target = tmp_path / "backcast.md"
    assert backcast.main([str(target)]) == 0
    assert target.read_text(encoding="utf-8") == markdown(result)
    assert backcast.main([]) == 2

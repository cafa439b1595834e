"""``cepasim data``: what it says, its exit codes, all problems at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cepasim.cli.commands import app
from cepasim.economy import loading
from cepasim.economy.economy import Economy

RUNNER = CliRunner()
HEAD = "period,reporter,partner,flow,hs,value,unit,valuation,nomenclature\n"


def test_a_sound_file_is_described(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(HEAD + "2022-23,IND,JPN,export,0306,33137.1,Rs lakh,fob,HS 2022\n")
    done = RUNNER.invoke(app, ["data", "check", str(file)])
    assert done.exit_code == 0, done.output
    assert "cepasim template, trade" in done.stdout
    assert "80.33 per US$" in done.stdout
    assert "US$ 41.3 mn in Japan's market" in done.stdout


def test_trade_at_prohibitive_duties_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(HEAD + "2023-24,IND,JPN,import,870323,12.5,US$ mn,cif,HS 2022\n")
    done = RUNNER.invoke(app, ["data", "check", str(file)])
    assert done.exit_code == 0, done.output
    assert "870323 in 87 Vehicles and parts, duty 125 %" in done.stdout


@pytest.mark.slow(seconds=2)
def test_trade_is_judged_by_the_duties_that_come_with_it(tmp_path: Path) -> None:
    """Of a file beside it, not by the bundled ones."""
    trade, duties = tmp_path / "mine.csv", tmp_path / "duties.csv"
    trade.write_text(HEAD + "2023-24,IND,JPN,import,870323,12.5,US$ mn,cif,HS 2022\n")
    head = "period,importer,source,hs,duty,rate_pct,low_pct,high_pct\n"
    duties.write_text(head + "2023-24,IND,,870323,MFN,20,,\n")
    done = RUNNER.invoke(app, ["data", "check", str(trade), str(duties)])
    assert done.exit_code == 0, done.output
    assert "duties.csv" in done.stdout and "870323 in 87" not in done.stdout


def test_trade_is_judged_by_the_parameter_folder_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, economy: Economy
) -> None:
    trade, asked = tmp_path / "mine.csv", []
    trade.write_text(HEAD + "2023-24,IND,JPN,import,870323,12.5,US$ mn,cif,HS 2022\n")
    free = economy.with_overrides({"prohibitive_rate": 2.0})
    monkeypatch.setattr(loading, "load", lambda folder: asked.append(folder) or free)
    done = RUNNER.invoke(app, ["data", "check", str(trade), "--params", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert asked == [tmp_path] and "870323 in 87" not in done.stdout


@pytest.mark.slow(seconds=1)
def test_all_problems_of_all_files_and_the_exit_code(tmp_path: Path) -> None:
    wrong, strange = tmp_path / "wrong.csv", tmp_path / "strange.csv"
    wrong.write_text(HEAD + "2022-23,IND,JPN,export,77,1,US$ mn,fob,\n2022-23,IND,JPN,x,03,1,,,\n")
    strange.write_text("a,b\n1,2\n")
    done = RUNNER.invoke(app, ["data", "check", str(wrong), str(strange), str(tmp_path / "none")])
    assert done.exit_code == 2
    assert "77" in done.stderr
    assert "export or import" in done.stderr
    assert "known layouts" in done.stderr
    assert "an existing file" in done.stderr
    assert "Traceback" not in done.output


def test_a_hint_fills_what_the_file_leaves_open(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(HEAD + "2022,IND,JPN,,0306,41250,,fob,HS 2022\n")
    done = RUNNER.invoke(app, ["data", "check", str(file)])
    assert done.exit_code == 2
    told = ["--flow", "export", "--unit", "US$ thousand", "--fiscal", "same", "--year", "2022-23"]
    done = RUNNER.invoke(app, ["data", "check", str(file), *told])
    assert done.exit_code == 0, done.output
    assert "US$ 41.2 mn" in done.stdout
    # Of two years in the file, the one asked for is used; and the reader may read Japanese.
    file.write_text(file.read_text() + "2021,IND,JPN,,0306,41250,,fob,HS 2022\n")
    done = RUNNER.invoke(app, ["data", "check", str(file), *told, "--language", "ja"])
    assert "2行中1行を使用" in done.stdout
    done = RUNNER.invoke(app, ["data", "check", str(file), *told[:-3], "weeks"])
    assert done.exit_code == 2
    assert "same, months or quarters" in done.stderr


def test_the_template_is_written_once(tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["data", "template", str(tmp_path / "mine")])
    assert done.exit_code == 0
    assert (tmp_path / "mine" / "trade.csv").is_file()
    assert RUNNER.invoke(app, ["data", "template", str(tmp_path / "mine")]).exit_code == 2

"""``cepasim negotiate`` and its file."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from cepasim import Scenario
from cepasim.cli.commands import app

FILE = """
name: Two chapters
year: 2027-28
objective: joint_welfare
constraints:
  most_measures: 2
candidates:
  - {name: shoes, tariff: {importer: JPN, select: {hs: ["64"]}, cut: eliminate, start: 2026-27}}
  - {name: chemicals, ntb: {importer: JPN, type: all, select: {hs: ["38"]}, relief_percent: 40,
     start: 2026-27}}
  - {name: instruments, tariff: {importer: IND, select: {hs: ["90"]}, cut: eliminate,
     start: 2026-27}}
"""


def test_a_package_is_found_shown_and_written(tmp_path: Path) -> None:
    file, out = tmp_path / "ask.yaml", tmp_path / "out"
    file.write_text(FILE)
    asked = ["negotiate", str(file), "--nash", "--frontier", "3", "--prices", "--out", str(out)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "chemicals" in done.output and "of grade D" in done.output
    assert "Nash point" in done.output and "Frontier" in done.output
    assert "most_measures" in done.output
    assert Scenario.read(out / "scenario.yaml").name == "Two chapters"
    assert {"package.csv", "left_out.csv", "manifest.json"} <= {one.name for one in out.iterdir()}


def test_a_file_that_means_nothing_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "ask.yaml"
    file.write_text("objective: balance\nconstraint: {}\n")
    done = CliRunner().invoke(app, ["negotiate", str(file)])
    assert done.exit_code == 2 and "ask.yaml:2" in done.output and "constraints" in done.output
    file.write_text("draws: many\n")
    done = CliRunner().invoke(app, ["negotiate", str(file), "--model-choice"])
    assert done.exit_code == 2 and "draws" in done.output
    file.write_text("objective: all\n")
    assert CliRunner().invoke(app, ["negotiate", str(file)]).exit_code == 2
    assert CliRunner().invoke(app, ["negotiate", str(tmp_path / "none.yaml")]).exit_code == 2

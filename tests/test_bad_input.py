"""Wrong input from the user's side: one clear message, exit code 2, nothing left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cepasim.cli.commands import app
from cepasim.params.parameters import bundled_directory

RUNNER = CliRunner()
LEVER = (
    "  - ntb: {{importer: JPN, type: sps, select: {{hs: [{hs}]}}, "
    "relief_percent: {percent}, start: {start}}}\n"
)


def scenario(hs: str = "'03'", percent: str = "40", start: str = "2026-27", times: int = 1) -> str:
    return "name: test\nlevers:\n" + times * LEVER.format(hs=hs, percent=percent, start=start)


SCENARIOS = {
    "unknown chapter": (scenario(hs="'00'"), 3, ["'00'"]),
    "reserved chapter": (scenario(hs="'77'"), 3, ["'77'", "reserved"]),
    "percent": (scenario(percent="140"), 3, ["140", "0 to 100"]),
    "start after the horizon": (scenario(start="2040-41"), 3, ["2040-41", "2035-36"]),
    "misspelt key": ("name: test\nlevers: []\nhorizn: 2030-31\n", 3, ["horizn", "horizon"]),
    "tab": ("name: test\nlevers:\n\t- fund: {}\n", 3, ["\\t", "spaces"]),
    "empty file": ("", None, ["empty"]),
    "not a number": (scenario(percent=".nan"), 3, ["nan", "0 to 100"]),
    "twice the same": (scenario(times=2), 4, ["levers[1]", "choose the same products"]),
}


@pytest.mark.parametrize("kind", SCENARIOS)
def test_a_wrong_scenario_is_refused_with_its_line(kind: str, tmp_path: Path) -> None:
    text, line, words = SCENARIOS[kind]
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    answer = RUNNER.invoke(app, ["run", str(file), "--out", str(out)])
    assert answer.exit_code == 2
    assert not out.exists()
    [message] = [m for m in answer.stderr.splitlines() if m.strip()]
    place = f"{file}:" if line is None else f"{file}:{line}:"
    assert message.startswith(f"{place} "), message
    assert all(word in message for word in words), message
    assert "Traceback" not in answer.output


def test_what_the_figures_cannot_have_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "name: test\nlevers:\n"
        "  - ntb: {importer: JPN, type: [border], select: {all: true}, start: 2026-27,\n"
        "          days_saved: 400}\n"
        "  - tariff:\n"
        "      importer: JPN\n"
        "      start: 2026-27\n"
        "      select: {hs: ['030617999']}\n"
        "      cut: eliminate\n",
        encoding="utf-8",
    )
    for command in (["run", str(file)], ["montecarlo", str(file), "--out", str(tmp_path / "out")]):
        answer = RUNNER.invoke(app, command)
        assert answer.exit_code == 2
        days, line = answer.stderr.splitlines()[:2]
        assert days.startswith(f"{file}:4: levers[0].ntb.days_saved: 400"), days
        assert line.startswith(f"{file}:8: levers[1].tariff.select: '030617999'"), line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An overlay with the two tables that the cases below spoil."""
    own = tmp_path / "my-params"
    for name in ("benchmark/bilateral.csv", "elasticities/armington.csv"):
        (own / name).parent.mkdir(parents=True)
        shutil.copy(bundled_directory() / name, own / name)
    return own


def spoil(file: Path, old: str, new: str) -> int:
    """Replace text once; returns the line it stands in."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return line


CASES = {
    "missing column": ("benchmark/bilateral.csv", ",grade,", ",mark,", "grade"),
    "negative trade": ("benchmark/bilateral.csv", "export,03,", "export,03,-", "0 or more"),
    "NaN": (
        "elasticities/armington.csv",
        "sigma_import_01,sigma_import,,,01,,3.09",
        "sigma_import_01,sigma_import,,,01,,NaN",
        "number",
    ),
}


@pytest.mark.slow(seconds=0.7)
@pytest.mark.parametrize("kind", CASES)
def test_a_wrong_table_is_refused_by_check_and_by_run(
    kind: str, folder: Path, tmp_path: Path
) -> None:
    name, old, new, word = CASES[kind]
    line = spoil(folder / name, old, new)
    checked = RUNNER.invoke(app, ["check", str(folder)])
    assert checked.exit_code == 2
    assert f"{name}:{line}:" in checked.output.replace("\n", ""), checked.output
    assert word in checked.output
    out = tmp_path / "out"
    ran = RUNNER.invoke(app, ["run", "reference", "--params", str(folder), "--out", str(out)])
    assert ran.exit_code == 2
    assert not out.exists()
    assert "Traceback" not in ran.output


def test_all_problems_of_a_folder_come_at_once(folder: Path) -> None:
    spoil(folder / "benchmark/bilateral.csv", "export,03,", "export,03,-")
    spoil(folder / "elasticities/armington.csv", ",C,", ",Z,")
    answer = RUNNER.invoke(app, ["check", str(folder)])
    assert answer.exit_code == 2
    assert "benchmark/bilateral.csv" in answer.output
    assert "elasticities/armington.csv" in answer.output

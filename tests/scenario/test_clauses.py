"""The clause sheet: every form of every lever comes back the same, by workbook and document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from cepasim import Economy, InputError, Scenario
from cepasim.cli.commands import app
from cepasim.core.office import read_tables
from cepasim.levers.every import LEVERS
from cepasim.scenario.clauses import CLAUSES, OTHER, SAYABLE, STAGING

ENDINGS = ["xlsx", "docx"]


def of(economy: Economy, *levers: Any, **more: Any) -> Scenario:
    written = {"name": "an offer: draft # 2", "description": "two\nlines", "levers": list(levers)}
    return Scenario.from_dict({**written, **more}, economy.classification, economy.parameters)


def again(economy: Economy, path: Path) -> Scenario:
    return Scenario.read(path, economy.classification, economy.parameters)


CARS = {
    "tariff": {
        "importer": "IND",
        "select": {"hs": ["8703"]},
        "cut": {"percent": 50},
        "start": "2027-28",
        "years": 5,
    }
}
FUND = {"fund": {"usd_bn": 2.0, "windows": {"sunrise": 1.0}, "start": "2026-27", "years": 5}}
STEEL = {
    "remedy": {
        "importer": "IND",
        "source": "all",
        "select": {"hs": ["7208-7212"]},
        "add_percent": [12, 11.5, 11],
        "exempt": ["IDN", "THA"],
        "start": "2026-27",
        "end": "2028-29",
    }
}


@pytest.mark.parametrize("kind", sorted(LEVERS))
@pytest.mark.parametrize(
    "ending", ["docx", pytest.param("xlsx", marks=pytest.mark.slow(seconds=0.3))]
)
def test_every_form_of_every_lever_comes_back(
    economy: Economy, tmp_path: Path, kind: str, ending: str
) -> None:
    """By workbook; a document holds the same texts, so that one form of each kind tries it."""
    examples = list(LEVERS[kind].examples())
    path = tmp_path / f"sheet.{ending}"
    for example in reversed(examples if ending == "xlsx" else examples[:1]):
        scenario = of(economy, {kind: dict(example.settings)})
        scenario.clause_sheet(path, economy)
        assert again(economy, path) == scenario, example.form
    assert bool(read_tables(path)[OTHER][1:]) == (kind not in SAYABLE)


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_whole_scenario_comes_back(economy: Economy, tmp_path: Path, ending: str) -> None:
    rows = {
        "importer": "IND",
        "rows": [
            {"hs": ["84"], "cut": {"rate": 2.5}, "start": "2027-28", "years": 3},
            {"hs": ["850440", "8507"], "cut": "eliminate", "start": "2028-29"},
        ],
    }
    phases = [
        {"cut": {"percent": 33.3}, "start": "2026-27"},
        {"cut": "eliminate", "start": "2030-31", "years": 3},
    ]
    scenario = of(
        economy,
        FUND,
        CARS,
        STEEL,
        {"tariff": rows},
        {"tariff": {"importer": "JPN", "select": {"section": "XI"}, "phases": phases}},
        horizon="2033-34",
        reference="history",
        elasticities="fgo",
        parameters={"additionality": 0.4},
    )
    path = tmp_path / f"sheet.{ending}"
    scenario.clause_sheet(path, economy)
    assert again(economy, path) == scenario


def test_the_staging_is_what_the_schedule_says(economy: Economy, tmp_path: Path) -> None:
    """Half of the duty in five steps: a tenth of it a year, line by line."""
    path = tmp_path / "cars.xlsx"
    of(economy, CARS).clause_sheet(path, economy)
    head, *rows = read_tables(path)[STAGING]
    assert rows and all(str(row[1]).startswith("8703") for row in rows)
    known = [dict(zip(head, row, strict=True)) for row in rows if row[3] != "not ad valorem"]
    for row in known:
        base = float(row["base_pct"])
        for year, share in (("2026-27", 0), ("2027-28", 0.1), ("2031-32", 0.5), ("2035-36", 0.5)):
            assert float(row[f"pct_{year}"]) == pytest.approx(base * (1 - share), abs=1e-3)


def test_a_remedy_is_in_the_staging_until_it_ends(economy: Economy, tmp_path: Path) -> None:
    path = tmp_path / "steel.xlsx"
    of(economy, STEEL).clause_sheet(path, economy)
    head, *rows = read_tables(path)[STAGING]
    for row in (dict(zip(head, one, strict=True)) for one in rows):
        if row["base_pct"] != "not ad valorem":
            now, then = float(row["pct_2027-28"]), float(row["pct_2029-30"])
            assert now - then == pytest.approx(11.5, abs=2.5)  # the schedule itself may step down
            assert float(row["pct_2026-27"]) >= 12 - 1e-3


def test_the_document_has_lines_of_one_staging_together(economy: Economy, tmp_path: Path) -> None:
    for ending in ENDINGS:
        of(economy, CARS).clause_sheet(tmp_path / f"cars.{ending}", economy)
    single, together = (read_tables(tmp_path / f"cars.{one}")[STAGING] for one in ENDINGS)
    codes = [code for row in together[1:] for code in row[2].split()]
    assert sorted(codes) == sorted(str(row[1]) for row in single[1:])
    assert len(together) < len(single)


def edited(path: Path, change: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def test_what_is_marked_up_is_what_is_read(economy: Economy, tmp_path: Path) -> None:
    path = tmp_path / "cars.xlsx"
    of(economy, CARS, FUND).clause_sheet(path, economy)

    def slower(book: Any) -> None:
        sheet = book[CLAUSES]
        place = {cell.value: cell.column for cell in sheet[1]}
        sheet.cell(2, place["years"]).value = 10
        sheet.cell(2, place["cut"]).value = "{percent: 30}"

    back = again(economy, edited(path, slower))
    cars, fund = back.to_dict()["levers"]
    assert cars["tariff"]["years"] == 10 and cars["tariff"]["cut"] == {"percent": 30}
    assert "fund" in fund


def test_a_staging_changed_by_hand_is_refused(economy: Economy, tmp_path: Path) -> None:
    """It would be passed over in silence: clauses are what is read."""
    path = tmp_path / "cars.xlsx"
    of(economy, CARS).clause_sheet(path, economy)

    def lower(book: Any) -> None:
        book[STAGING].cell(2, 8).value = "1.5"

    with pytest.raises(InputError, match=r"Staging.*change Clauses instead"):
        again(economy, edited(path, lower))


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("cut", "{percent: 130}", r":2: .*percent"),
        ("cut", "{percent: [", r":2: .*cut"),
        ("start", "2027", r":2: .*start"),
        ("measure", "tarif", r"did you mean tariff"),
        ("clause", "one", r"whole number"),
        ("select", "{hs: ['9999']}", r":2: .*hs"),
    ],
)
def test_a_wrong_cell_is_reported_with_its_row(
    economy: Economy, tmp_path: Path, column: str, value: str, expected: str
) -> None:
    path = tmp_path / "cars.xlsx"
    of(economy, CARS).clause_sheet(path, economy)

    def spoil(book: Any) -> None:
        sheet = book[CLAUSES]
        place = {cell.value: cell.column for cell in sheet[1]}
        sheet.cell(2, place[column]).value = value

    with pytest.raises(InputError, match=expected):
        again(economy, edited(path, spoil))


def test_another_workbook_is_no_clause_sheet(economy: Economy, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match="clause sheet"):
        again(economy, tmp_path / "other.xlsx")
    (tmp_path / "text.docx").write_text("name: no", encoding="utf-8")
    with pytest.raises(InputError, match="workbook or document"):
        again(economy, tmp_path / "text.docx")
    with pytest.raises(InputError, match="existing"):
        again(economy, tmp_path / "none.xlsx")
    with pytest.raises(InputError, match="ends in"):
        of(economy, CARS).clause_sheet(tmp_path / "sheet.pdf", economy)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_scenario_gives_the_same_bytes(
    economy: Economy, tmp_path: Path, ending: str
) -> None:
    for name in ("one", "other"):
        of(economy, CARS).clause_sheet(tmp_path / f"{name}.{ending}", economy)
    one, other = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "other"))
    assert one == other


@pytest.mark.slow(seconds=0.7)
def test_the_command_writes_it_and_runs_take_it(tmp_path: Path) -> None:
    path = tmp_path / "relief.docx"
    made = CliRunner().invoke(app, ["clause-sheet", "ntb-relief", "--out", str(path)])
    assert made.exit_code == 0 and path.exists()
    assert CliRunner().invoke(app, ["run", str(path)]).exit_code == 0

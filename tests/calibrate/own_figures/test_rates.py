"""Duties and claims of the user's files: lines of the schedules, and the use of the CEPA."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile, copytree

import pandas as pd
import pytest

from cepasim.calibrate.own_figures import duties, use
from cepasim.calibrate.own_figures.duties_done import DutiesDone
from cepasim.calibrate.own_figures.moved_tables import read_texts, write_table
from cepasim.calibrate.own_figures.naming import name_rates
from cepasim.calibrate.own_figures.report_rates import duties_left, duties_section, use_section
from cepasim.core.language import language
from cepasim.core.problems import InputError
from cepasim.data.layout import Hints
from cepasim.data.reading import Reading
from cepasim.data.recognise import inspect
from cepasim.economy.economy import Economy
from cepasim.params.parameters import bundled_directory
from tests.english_left import english_left

METADATA = "benchmark/metadata.yaml"
HEAD = "period,importer,source,hs,duty,rate_pct,low_pct,high_pct"
TABLES = (
    *duties.LINES.values(), duties.COVERAGE, use.USE, use.LINES_USED,
)  # fmt: skip


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of rates alone, and of them some chapters: whole ones take seconds."""
    folder = tmp_path_factory.mktemp("few")
    for name in TABLES:
        table = read_texts(bundled_directory(), name)
        if name != use.USE:
            table = table[table[table.columns[0]].str.startswith(("03", "07", "22", "64", "87"))]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_table(folder, name, table)
    (folder / "benchmark").mkdir()
    copyfile(bundled_directory() / METADATA, folder / METADATA)
    return folder


@pytest.fixture
def folder(few: Path, tmp_path: Path) -> Path:
    return copytree(few, tmp_path / "new")


@pytest.fixture
def put(economy: Economy, folder: Path, tmp_path: Path) -> Iterator[object]:
    """Put rows of the template, or a file, into the folder."""

    def done(*rows: str, file: Path | None = None) -> DutiesDone:
        if file is None:
            file = tmp_path / "duties.csv"
            file.write_text("\n".join([HEAD, *rows]))
        reading = inspect(file, Hints(year=str(economy.base_year)), economy.parameters).sound()
        ((importer, part),) = reading.frame.groupby("importer")
        return duties._one(folder, economy.parameters, str(importer), part, (reading, file.name))

    yield done


def line(folder: Path, importer: str, code: str) -> dict[str, str]:
    table = read_texts(folder, duties.LINES[importer])
    return dict(table.set_index(table.columns[0]).loc[code])  # type: ignore[arg-type]


def test_schedules_given_back_change_nothing(folder: Path, put: object, tmp_path: Path) -> None:
    for importer, chapter in (("JPN", "22"), ("IND", "87")):
        name = duties.LINES[importer]
        before = (folder / f"{name}.csv").read_bytes()
        table = read_texts(folder, name)
        part = table[table[table.columns[0]].str.startswith(chapter)]
        part.to_csv(tmp_path / "part.csv", index=False)
        found = put(file=tmp_path / "part.csv")  # type: ignore[operator]
        assert found.lines.empty
        assert found.same > len(part)
        assert found.absent == table[table.columns[0]].nunique() - part[part.columns[0]].nunique()
        assert (folder / f"{name}.csv").read_bytes() == before


def test_a_rate_of_japan_moves_its_category_and_what_is_above_it(folder: Path, put: object) -> None:
    before = line(folder, "JPN", "640391019")
    assert (before["cepa_status"], before["IND"]) == ("free", "0")
    # A shoe that India pays for, shrimps free for all, a code nobody knows, and an average.
    found = put(  # type: ignore[operator]
        "2026,JPN,IND,640391019,preference,4,,",
        "2026,JPN,any,030617,MFN,0,,",
        "2026,JPN,any,030999999,MFN,3,,",
        "2026,JPN,any,6403,MFN,20,2,30",
        "2026,JPN,any,640391019,bound,30,,",
    )
    shoe, shrimp = line(folder, "JPN", "640391019"), line(folder, "JPN", "030617000")
    assert (shoe["cepa_status"], shoe["IND"], shoe["grade"]) == ("partial", "4", "A")
    assert shoe["source"].startswith("own figures: duties.csv")
    assert (shrimp["mfn_kind"], shrimp["cepa_status"], shrimp["mfn_pct"]) == (
        "free", "mfn_free", "0",
    )  # fmt: skip
    assert found.lines[["hs", "who", "new"]].to_numpy().tolist() == [
        ["030617000", "MFN", 0.0],
        ["640391019", "IND", 4.0],
    ]
    assert found.unknown == ("030999999",)
    assert found.unused == {"average": 1, "no column": 1}
    # Brazil's shrimps pay nothing, and so does nobody more.
    rivals = {name: rate for name, rate in shrimp.items() if name.isupper() and rate}
    assert all(float(rate) == 0 for rate in rivals.values())


def test_remaining_steps_follow_a_rate_of_an_earlier_year(
    economy: Economy, folder: Path, put: object
) -> None:
    table = read_texts(folder, duties.LINES["JPN"])
    b15 = table.loc[table["b15_rate_jan_2026_pct"] != "", "hs9"].iloc[0]
    left = economy.parameters.value("b15_remaining_steps")
    # In the base year all the steps that are left were still to come.
    found = put(  # type: ignore[operator]
        f"2023,JPN,IND,{b15},preference,{1.5 * left},,", "2023,JPN,CHN,640391019,preference,1,,"
    )
    assert float(line(folder, "JPN", b15)["b15_rate_jan_2026_pct"]) == 1.5
    # What China paid in 2023 is on its way down to the rate of the schedule.
    assert found.unused == {"staged": 1}


def test_duties_of_india_know_the_base_year_and_what_came_later(folder: Path, put: object) -> None:
    table = read_texts(folder, duties.LINES["IND"])
    lowered = table.loc[table["duty_base_pct"] != "", "hs8"].iloc[0]
    plain = "87082100"
    put(f"2023,IND,any,{lowered},MFN,60,,", f"2023,IND,any,{plain},MFN,12,,")  # type: ignore[operator]
    assert line(folder, "IND", lowered)["duty_base_pct"] == "60"
    assert line(folder, "IND", plain)["duty_pct"] == "12"
    found = put(f"2026,IND,any,{lowered},MFN,33,,")  # type: ignore[operator]
    assert line(folder, "IND", lowered)["duty_pct"] == "33"
    assert line(folder, "IND", lowered)["duty_base_pct"] == "60"
    assert found.unused == {"later": 1}
    # The CEPA is held by product: one rate for all its lines, or none.
    product = table["hs8"].str.startswith("870840")
    assert product.sum() > 0
    put("2026,IND,JPN,870840,preference,0,,")  # type: ignore[operator]
    coverage = read_texts(folder, duties.COVERAGE).set_index("hs6").loc["870840"]
    assert coverage[["coverage", "cepa_rate_pct", "grade"]].tolist() == ["full", "0", "A"]
    mixed = put("2026,IND,JPN,87032110,preference,0,,")  # type: ignore[operator]
    assert mixed.unused == {"mixed": 1}


def test_the_report_names_lines_in_both_languages(folder: Path, put: object) -> None:
    found = put(  # type: ignore[operator]
        "2026,IND,any,87082100,MFN,12,,", "2026,IND,any,87999999,MFN,3,,"
    )
    moved = pd.DataFrame({"importer": ["IND"], "hs": ["87"], "old": [0.07], "new": [0.065]})
    text = "\n".join(duties_section([found], moved))
    assert "| 87082100 | MFN |" in text
    assert "| India | 87 Vehicles and parts | 7 | 6.5 |" in text
    assert "codes that the schedule does not have are not used, 1 in all: 87999999" in text
    with language("ja"):
        lines = [*duties_section([found], moved), *duties_left(found)]
    assert not [left for one in lines for left in english_left(one, ["duties.csv"])]
    name_rates(folder)
    assert "duties of 2026: duties.csv" in (folder / "benchmark/metadata.yaml").read_text()


def reading_of(economy: Economy, file: Path, text: str) -> tuple[Reading, str]:
    file.write_text(text)
    hints = Hints(year=str(economy.base_year), fiscal="same")
    return inspect(file, hints, economy.parameters).sound(), file.name


def test_use_is_claims_over_imports_on_lines_with_a_margin(
    economy: Economy, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ["640391011", "640391019", "640391029", "420330100"]
    lines = pd.DataFrame(
        {"hs9": codes, "hs6": [code[:-3] for code in codes], "margin": [False, True, True, True]}
    )
    monkeypatch.setattr(use, "margins", lambda parameters: lines)
    monkeypatch.setattr(use, "read_parameters", lambda folder: economy.parameters)
    thousand_yen = (400_000, 300_000, 100_000, 200_000)
    rows = [f"2,2023,'{c},123,{v}" for c, v in zip(codes, thousand_yen, strict=True)]
    imports = reading_of(
        economy, tmp_path / "imports.csv",
        "\n".join(["Exp or Imp,Year,HS,Country,Value-Year", *rows]),
    )  # fmt: skip
    claimed = {"640391011": 100_000, "640391019": 150_000, "640391029": 50_000, "420330100": 0}
    claims = reading_of(
        economy, tmp_path / "claims.csv",
        "\n".join(["Year,HS,Country,Agreement,Value",
                   *(f"2023,'{code},123,IN,{v}" for code, v in claimed.items())]),
    )  # fmt: skip
    with pytest.raises(InputError, match="by nine-digit line"):
        use.write_use(folder, [claims], [])
    done = use.write_use(folder, [claims], [imports])
    assert done is not None
    assert done.chapters.set_index("hs")["new"].to_dict() == {"42": 0.0, "64": 0.5}
    table = read_texts(folder, use.USE).set_index("hs")
    assert table.loc["64", ["value", "low", "high", "grade", "year"]].tolist() == [
        "0.5", "0.5", "0.5", "A", "2023-24",
    ]  # fmt: skip
    # Half of the shoes enter on a line without a margin, and the table of lines says so.
    used = read_texts(folder, use.LINES_USED).set_index("hs9")
    assert used.loc[codes[:3], "share"].tolist() == ["0.5", "0.375", "0.125"]
    assert used.loc[codes[:2], "basis"].tolist() == ["no claims", "claims"]
    assert "1 line without a margin today has claims" in done.left[0]
    with language("ja"):
        done = use.write_use(folder, [claims], [imports])
        assert done is not None
        files = ("claims.csv", "imports.csv")
        assert not [left for one in use_section(done) for left in english_left(one, files)]

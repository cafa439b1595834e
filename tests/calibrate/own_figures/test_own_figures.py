"""Files of customs become the benchmark: what is given is held, everything else adjusts."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import pandas as pd
import pytest
from typer.testing import CliRunner

import cepasim
from cepasim.calibrate.benchmark.japan_prior import NO_TOTAL
from cepasim.calibrate.own_figures.changes import cells_moved, cells_that_moved
from cepasim.calibrate.own_figures.given import Given, given
from cepasim.calibrate.own_figures.lists import TradeList, trade_lists
from cepasim.calibrate.own_figures.moved_tables import rebased_stays
from cepasim.calibrate.own_figures.moving import Move
from cepasim.calibrate.own_figures.prohibitive import Barred, barred, barred_line
from cepasim.calibrate.own_figures.report import Update, markdown, short
from cepasim.calibrate.own_figures.staying import staying
from cepasim.calibrate.own_figures.tables import _write_products
from cepasim.calibrate.own_figures.update import updated
from cepasim.cli.commands import app
from cepasim.core.language import language
from cepasim.core.problems import InputError
from cepasim.data import read
from cepasim.data.layout import Fiscal, Hints
from cepasim.data.money import rate
from cepasim.economy.economy import Economy
from cepasim.report.brief import _made_by
from cepasim.report.headline import weighed_notes
from cepasim.report.sheets import sheets
from tests.english_left import english_left

#: All share what takes seconds: the fixture.
pytestmark = pytest.mark.slow(seconds=2)

YEAR = "2023-24"
#: Names of tables, which are the same in all languages.
TABLE = re.compile(r"\w+/[\w*./]+")
FISH, MORE = "03", 1.2
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@pytest.fixture(scope="module")
def economy() -> Economy:
    return cepasim.load()


def trade(economy: Economy, flow: str) -> pd.Series:
    table = economy.parameters.table("benchmark/bilateral")
    return table[table["flow"] == flow].set_index("hs")["value"]


def comtrade(
    file: Path, values: pd.Series, reporter: str, partner: str, code: str, total: bool = False
) -> Path:
    """A file of UN Comtrade: dollars of a calendar year."""
    rows = [(hs, usd) for hs, usd in values.items() if usd > 0]
    rows += [("TOTAL", sum(usd for _, usd in rows))] if total else []
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["refYear", "reporterISO", "partnerISO", "flowCode", "classificationCode", "cmdCode",
             "aggrLevel", "primaryValue"]
        )  # fmt: skip
        for hs, usd in rows:
            writer.writerow(
                [2023, reporter, partner, code, "H6", hs, len(str(hs)), round(usd * 1e6)]
            )
    return file


def tradestat(file: Path, values: pd.Series, flow: str, unit: str, year: str, rate: float) -> Path:
    """A file of TradeStat: two decimals of a fiscal year."""
    lines = [f"{flow} :: Country-wise", "Country: JAPAN", f"Values in {unit}"]
    lines.append(f"S.No.,HSCode,Commodity,{year}")
    lines += [f"{n},{hs},x,{usd * rate:.2f}" for n, (hs, usd) in enumerate(values.items())]
    file.write_text("\n".join(lines))
    return file


def japan_customs(file: Path, values: pd.Series, factor: pd.Series, imports: bool) -> Path:
    """A file of Japan Customs: thousand yen by nine digits and month."""
    head = ["Exp or Imp", "Year", "HS", "Country", "Value-Year", *(f"Value-{m}" for m in MONTHS)]
    with file.open("w", newline="", encoding="cp932") as out:
        writer = csv.writer(out)
        writer.writerow(head)
        for hs, usd in values.items():
            month = round(usd * factor[hs] * 1000 / 12)
            for year, months in ((2023, MONTHS[3:]), (2024, MONTHS[:3])):
                cells = [month if m in months else 0 for m in MONTHS]
                writer.writerow(
                    [2 if imports else 1, year, f"'{hs}0000000", 123, sum(cells), *cells]
                )
    return file


def given_by(economy: Economy, file: Path, fiscal: Fiscal | None, whole: bool = False) -> Given:
    lists = listed_in(economy, file, fiscal, whole)
    return given(lists, YEAR, economy.chapters, economy.parameters)


def listed_in(
    economy: Economy, file: Path, fiscal: Fiscal | None = "same", whole: bool = False
) -> list[TradeList]:
    reading = read(file, year=YEAR, fiscal=fiscal, parameters=economy.parameters)
    return trade_lists(reading, file.name, economy.parameters, whole)[0]


@pytest.fixture(scope="module")
def done(
    economy: Economy, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Economy, Update, Path]:
    """One update: exports with more fish, imports and two rivals as they were or nearly so."""
    folder = tmp_path_factory.mktemp("own")
    exports, imports = trade(economy, "export"), trade(economy, "import")
    exports[FISH] *= MORE
    korea = economy.parameters.table("benchmark/india_imports").set_index(["exporter", "hs"])
    china = economy.parameters.table("benchmark/japan_imports").set_index(["exporter", "hs"])
    files = [
        comtrade(folder / "exports.csv", exports, "IND", "JPN", "X", total=True),
        comtrade(folder / "imports.csv", imports, "IND", "JPN", "M", total=True),
        comtrade(folder / "korea.csv", korea.loc["KOR", "value"][["84"]], "IND", "KOR", "M"),
        comtrade(folder / "china.csv", china.loc["CHN", "value"][["61"]] * 1.1, "JPN", "CHN", "M"),
    ]
    out = folder / "params"
    after, what = updated(economy, files, Hints(year=YEAR, fiscal="same"), out)
    return after, what, out


def test_what_was_read_is_the_new_benchmark(
    economy: Economy, done: tuple[Economy, Update, Path]
) -> None:
    after, what, _ = done
    exports = trade(after, "export")
    asked = trade(economy, "export")
    asked[FISH] *= MORE
    # A file in whole dollars.
    assert (exports - asked).abs().max() <= 1e-6
    for reading, flow in zip(what.readings[:2], ("export", "import"), strict=True):
        (total,) = reading.totals[:1]
        assert trade(after, flow).sum() == pytest.approx(total.file_usd_mn, abs=2e-6)
    assert float(after.markets["JPN"].fob[:, 0].sum()) == pytest.approx(exports.sum(), abs=1e-6)


def test_own_figures_given_back_change_nothing_but_ranges(
    economy: Economy, done: tuple[Economy, Update, Path]
) -> None:
    after = done[0].parameters
    for name in ("benchmark/india_imports", "benchmark/domestic"):
        old, new = economy.parameters.table(name), after.table(name)
        mine = old["importer"] == "IND" if "importer" in old else old["hs"] != ""
        # Seven digits are written, and the file holds whole dollars.
        assert (new["value"] - old["value"])[mine].abs().max() < 2e-3
    cells = done[1].cells
    back = cells[cells["flow"] == "import"]
    assert (back["new"] - back["old"]).abs().max() <= 1e-6
    wide = back[back["old_high"] > back["old_low"]]
    assert (wide["new_high"] - wide["new_low"] < wide["old_high"] - wide["old_low"]).all()
    assert set(back.loc[back["new"] > 0, "grade"]) == {"A"}


def test_other_sources_are_held_and_their_sums_stay(
    economy: Economy, done: tuple[Economy, Update, Path]
) -> None:
    old, new = (
        one.parameters.table("benchmark/japan_imports").set_index(["exporter", "hs"])["value"]
        for one in (economy, done[0])
    )
    assert new["CHN", "61"] == pytest.approx(1.1 * old["CHN", "61"], rel=1e-6)
    # Chapters without a Japanese total follow India's exports.
    listed = [hs for hs in economy.chapters if hs not in NO_TOTAL]
    assert new["CHN"][listed].sum() == pytest.approx(old["CHN"][listed].sum(), rel=1e-6)
    assert (new["KOR"][listed] == old["KOR"][listed]).all()


def test_every_result_names_the_files(done: tuple[Economy, Update, Path]) -> None:
    after = done[0]
    result = cepasim.simulate(after, cepasim.Scenario.bundled("market-access-food"))
    assert "exports.csv" in repr(result)
    assert "exports.csv" in repr(after)
    assert any("exports.csv" in note for note in result.notes)
    assert "exports.csv" in str(result.manifest["benchmark"])
    assert "exports.csv" in sheets(result, {}, {})["notes"].to_string()
    assert "exports.csv" in _made_by(result)
    assert "exports.csv" in " ".join(weighed_notes(result, "2030-31"))
    assert not cepasim.load().parameters.own_figures


def test_the_report_lists_what_moved_and_what_conflicts(
    economy: Economy, done: tuple[Economy, Update, Path]
) -> None:
    _, what, out = done
    moved = {name for name in what.tables if name.startswith("benchmark/")}
    assert {"benchmark/bilateral", "benchmark/japan_imports"} <= moved
    for name in economy.parameters.tables:
        same = (out / f"{name}.csv").read_bytes() == _bundled(name).read_bytes()
        assert same is (name not in what.tables), name
    total = next(one for one in what.conflicts if "total" in one.where)
    assert total.against_usd_mn == 5150.0
    text = (out / "UPDATE.md").read_text()
    assert "| 03 Fish and seafood |" in text
    for words in ("exports.csv", "published 5,150.00", "marine products", "What stays as it was"):
        assert words in text


def test_the_report_is_written_in_the_language_of_its_reader(
    done: tuple[Economy, Update, Path],
) -> None:
    after, what, _ = done
    names = [Path(one.file).name for one in what.readings]
    with language("ja"):
        lists = [
            one
            for reading in what.readings
            for one in trade_lists(reading, Path(reading.file).name, after.parameters, False)[0]
        ]
        again = replace(
            what,
            given=given(lists, YEAR, after.chapters, after.parameters),
            lists=tuple(lists),
            left=(),
            stays=tuple(staying(after.parameters, what.given)),
            headline=(),
            barred=(Barred("cars.csv", "IND", "JPN", 0.5, 20.0, 0.2, (("870323", 1.25, 20.0),)),),
        )
        text = markdown(again) + "\n".join(short(again))
    assert "## 読み取った内容" in text and "不一致：" in text
    sources = [*what.cells["source"], *what.missed["source"], *what.missed["name"]]
    assert "870323" in text
    allowed = [*names, "cars.csv", *map(str, sources), *(str(one.file) for one in what.readings)]
    rates = [rate for one in what.readings for rate in one.understood.rates.values()]
    assert english_left(TABLE.sub("", text), [*allowed, *rates]) == []


def test_trade_at_prohibitive_duties_is_named(economy: Economy, tmp_path: Path) -> None:
    """Evenly spread imports lie on cars at 125 %, which multiplies what a cut of duties does."""
    values = pd.Series({"870323": 12.5, "220421": 0.5, "848210": 87.0})
    file = comtrade(tmp_path / "even.csv", values, "IND", "JPN", "M")
    [found] = barred(listed_in(economy, file), economy)
    assert found.products == (("870323", 1.25, 12.5), ("220421", 0.5, 0.5))
    assert found.usd_mn == pytest.approx(13.0)
    assert found.share == pytest.approx(0.13)
    said = barred_line(found)
    assert "US$ 13 mn of India's imports from Japan, 13 % of what is given" in said
    assert "870323 in 87 Vehicles and parts, duty 125 %: US$ 12 mn" in said
    exports = comtrade(tmp_path / "fish.csv", pd.Series({"030617": 9.0}), "IND", "JPN", "X")
    assert list(barred(listed_in(economy, exports), economy)) == []


def test_what_stays_of_another_year_is_said_in_japanese(economy: Economy) -> None:
    with language("ja"):
        said = [*rebased_stays(economy, Move.to("2024-25", economy.parameters), ())]
    assert english_left(TABLE.sub("", "\n".join(said))) == []


def _bundled(name: str) -> Path:
    from cepasim.params.parameters import bundled_directory

    return bundled_directory() / f"{name}.csv"


def test_dollars_lakh_and_yen_give_the_same_evidence(economy: Economy, tmp_path: Path) -> None:
    rupees, yen = (rate(economy.parameters, one, YEAR) for one in ("IND", "JPN"))
    assert rupees is not None
    assert yen is not None
    for flow, code, word in (("export", "X", "Export"), ("import", "M", "Import")):
        values = trade(economy, flow)
        values = values[values > 0.1]
        importer, exporter = ("JPN", "IND") if flow == "export" else ("IND", "JPN")
        freight = economy.parameters.by_chapter(
            "freight_insurance", list(values.index), importer, exporter
        )
        # Japan counts its imports c.i.f. and its exports f.o.b.; India the other way round.
        over = 1 + pd.Series(freight, values.index)
        factor = yen.value * (over if flow == "export" else 1 / over)
        found = [
            given_by(economy, comtrade(tmp_path / "a.csv", values, "IND", "JPN", code), "same"),
            given_by(
                economy,
                tradestat(
                    tmp_path / "b.csv", values, word, "Rs. Lacs", "2023-2024", 10 * rupees.value
                ),
                None,
            ),
            given_by(
                economy,
                japan_customs(tmp_path / "c.csv", values, factor, flow == "export"),
                "months",
            ),
        ]
        tables = [one.cells.set_index("hs")["value"] for one in found]
        for table in tables[1:]:
            assert list(table.index) == list(tables[0].index)
            # A hundredth of a lakh is 120 dollars, half a thousand yen twelve times 40.
            assert (table - tables[0]).drop("total").abs().max() < 2e-4
            assert table["total"] == pytest.approx(tables[0]["total"], rel=1e-6)


def test_products_alone_are_a_part_of_their_chapter(economy: Economy, tmp_path: Path) -> None:
    shrimp = pd.Series({"030617": 250.0})
    file = comtrade(tmp_path / "shrimp.csv", shrimp, "IND", "JPN", "X")
    part = given_by(economy, file, "same")
    assert part.cells[["hs", "held", "value"]].to_numpy().tolist() == [["03", "at_least", 250.0]]
    assert part.products["hs6"].tolist() == ["030617"]
    all_of_it = given_by(economy, file, "same", whole=True)
    assert all_of_it.cells["held"].tolist() == ["equal"]


def test_the_mirror_is_reported_and_india_counts(economy: Economy, tmp_path: Path) -> None:
    fish = trade(economy, "export")[[FISH]]
    both = []
    for file in (
        comtrade(tmp_path / "india.csv", fish, "IND", "JPN", "X"),
        comtrade(tmp_path / "japan.csv", 1.3 * fish, "JPN", "IND", "M"),
    ):
        both += listed_in(economy, file)
    found = given(both[::-1], YEAR, economy.chapters, economy.parameters)
    assert found.cells["value"].tolist() == pytest.approx(fish.tolist(), abs=1e-6)
    (conflict,) = found.conflicts
    assert "japan.csv" in conflict.against
    # The second file of one country's customs that says something else is nobody's mirror.
    again = comtrade(tmp_path / "again.csv", 1.3 * fish, "IND", "JPN", "X")
    both += listed_in(economy, again)
    with pytest.raises(InputError, match=r"again\.csv.*leave one out"):
        given(both, YEAR, economy.chapters, economy.parameters)


def test_what_cannot_be_is_refused_and_nothing_is_written(economy: Economy, tmp_path: Path) -> None:
    exports, imports = trade(economy, "export"), trade(economy, "import")
    claims = tmp_path / "claims.csv"
    claims.write_text("Year,HS,Country,Agreement,Value\n2023,'030617000,123,IN,1000\n")
    thousand = comtrade(tmp_path / "thousand.csv", exports * 1000, "IND", "JPN", "X")
    swapped = comtrade(tmp_path / "swapped.csv", imports, "IND", "JPN", "X")
    sound = comtrade(tmp_path / "sound.csv", exports[[FISH]], "IND", "JPN", "X")
    too_much = comtrade(
        tmp_path / "much.csv", exports[["29", "03", "87", "84"]] * 3, "IND", "JPN", "X"
    )
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "notes.txt").write_text("mine")
    out = tmp_path / "out"
    for files, year, fiscal, where, words in (
        ([thousand, sound], YEAR, "same", out, "another unit"),
        ([swapped], YEAR, "same", out, "exchanged"),
        ([sound], YEAR, None, out, "calendar years become fiscal ones"),
        ([sound], "2022-23", "same", out, "the base year"),
        ([sound], "2023", None, out, "--year 2023-24, which begins in this calendar year"),
        ([sound], "2031-32", "same", out, "a year of the file"),
        ([claims], YEAR, "same", out, "by nine-digit line"),
        ([too_much], YEAR, "same", out, "published total"),
        ([sound], YEAR, "same", taken, "a folder that does not exist"),
    ):
        with pytest.raises(InputError, match=words):
            updated(economy, files, Hints(year=year, fiscal=fiscal), where)  # type: ignore[arg-type]
        assert not out.exists()
    assert [path.name for path in taken.iterdir()] == ["notes.txt"]
    # A lower bound has no place in a later year.
    shrimp = pd.Series({"03061700": 250.0})
    later = tradestat(tmp_path / "s.csv", shrimp, "Export", "US$ Million", "2024-2025", 1.0)
    with pytest.raises(InputError, match="whole-chapters"):
        updated(economy, [later], Hints(year="2024-25", keep_base=True), out)


def test_a_later_year_is_what_the_reference_meets(economy: Economy, tmp_path: Path) -> None:
    fish = pd.Series({FISH: 500.0})
    file = tradestat(tmp_path / "fish.csv", fish, "Export", "US$ Million", "2024-2025", 1.0)
    out = tmp_path / "params"
    asked = ["data", "update", str(file), "--year", "2024-25", "--keep-base", "--out", str(out)]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    assert "full-package, 2030-31: change in the balance" in (out / "UPDATE.md").read_text()
    text = (out / "UPDATE.md").read_text()
    for words in ("over 1.016 (reference/deflator, grade C", "chapters not given", "grade D"):
        assert words in text
    rows = pd.read_csv(out / "reference/published_chapters.csv", dtype={"hs": str})
    mine = rows[(rows["fiscal_year"] == "2024-25") & (rows["flow"] == "export")]
    assert mine[["hs", "value", "grade"]].to_numpy().tolist() == [[FISH, 500.0, "A"]]
    again = CliRunner().invoke(app, asked)
    assert again.exit_code == 2
    assert "--replace" in again.output


def test_products_that_are_not_given_have_what_is_left_of_the_chapter(
    economy: Economy, tmp_path: Path
) -> None:
    known = economy.parameters.table("trade/india_exports_japan_hs6")
    known = known[(known["fiscal_year"] == YEAR) & known["hs6"].str.startswith("64")]
    before = known.set_index("hs6")["value"]
    chapter = trade(economy, "export")["64"]
    # One product more than doubles, and the chapter as it is has no room for the others.
    hs6 = str(before.idxmax())
    more = chapter - 0.5 * (before.sum() - before[hs6])
    file = comtrade(tmp_path / "shoes.csv", pd.Series({hs6: more}), "IND", "JPN", "X")
    found = given_by(economy, file, "same")
    folder = tmp_path / "params"
    for name in ("trade/india_exports_japan_hs6", "benchmark/bilateral"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copyfile(_bundled(name), folder / f"{name}.csv")
    _write_products(folder, found, "JPN")
    now = pd.read_csv(folder / "trade/india_exports_japan_hs6.csv", dtype={"hs6": str})
    now = now[(now["fiscal_year"] == YEAR) & now["hs6"].str.startswith("64")]
    now = now.set_index("hs6")["value"]
    assert now[hs6] == pytest.approx(more, rel=1e-6)
    assert now.sum() == pytest.approx(chapter, rel=1e-5)


def test_nothing_that_moved_is_no_chapter_that_moved(economy: Economy) -> None:
    same = economy.parameters
    assert cells_that_moved(cells_moved(same, same)).empty

"""The committed benchmark is what the program produces."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from cepasim.calibrate.benchmark.balance import main, run_balance
from cepasim.calibrate.benchmark.balance_report import REPORT_COLUMNS
from cepasim.calibrate.benchmark.sources import CHAPTERS

PARAMS = Path(__file__).parents[3] / "params"
TOTALS = {"export": 5150.0, "import": 17690.0}

pytestmark = pytest.mark.slow(seconds=1)  # ten of them share a balance of 5 s


@pytest.fixture(scope="module")
def rerun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    run_balance(PARAMS, folder, markets=False)
    return folder


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype={"hs": str, "name": str}, keep_default_na=True)


@pytest.fixture(scope="module")
def committed() -> pd.DataFrame:
    return read(PARAMS / "benchmark", "bilateral")


def cells(table: pd.DataFrame, flow: str) -> pd.DataFrame:
    return table[table["flow"] == flow].set_index("hs")


def test_the_committed_benchmark_is_reproduced(rerun: Path, committed: pd.DataFrame) -> None:
    again = read(rerun, "bilateral")
    assert again[["flow", "hs", "grade", "year", "unit"]].equals(
        committed[["flow", "hs", "grade", "year", "unit"]]
    )
    # 1e-6 relative; a cent of a million in cells whose objective is flat (solver tolerance).
    assert np.allclose(again["value"], committed["value"], rtol=1e-6, atol=0.01)
    for bound in ("low", "high"):
        assert np.allclose(again[bound], committed[bound], rtol=1e-3, atol=0.02)


@pytest.mark.parametrize("flow", TOTALS)
def test_totals_are_exact(committed: pd.DataFrame, flow: str) -> None:
    part = cells(committed, flow)
    assert tuple(part.index) == CHAPTERS
    assert abs(part["value"].sum() - TOTALS[flow]) < 1e-6
    micro = (part["value"] * 1e6).round().astype(int)
    assert micro.sum() == int(TOTALS[flow] * 1e6)


@pytest.mark.parametrize("flow", TOTALS)
def test_every_cell_has_a_range_a_grade_and_a_reason(committed: pd.DataFrame, flow: str) -> None:
    part = cells(committed, flow)
    assert (part["low"] <= part["value"]).all()
    assert (part["value"] <= part["high"]).all()
    assert part["grade"].isin(["A", "C", "D"]).all()
    assert part["note"].notna().all()
    assert part["source"].notna().all()
    none = part["value"] == 0
    assert (part.loc[none, ["low", "high"]] == 0).to_numpy().all()
    assert (part.loc[part["grade"] == "D", "high"] > part.loc[part["grade"] == "D", "value"]).all()


def test_floors_and_complete_chapters_hold(committed: pd.DataFrame) -> None:
    lines = pd.read_csv(PARAMS / "benchmark/evidence/hs8_exports.csv", dtype={"hs": str})
    lines = lines[lines["fiscal_year"] == "2023-24"].set_index("hs")
    part = cells(committed, "export").loc[lines.index]
    assert (part["value"] >= lines["value"] - 1e-6).all()
    complete = lines["complete"] == "yes"
    assert complete.sum() > 15
    assert np.allclose(part.loc[complete, "value"], lines.loc[complete, "value"], atol=1e-9)
    traded = complete & (lines["value"] > 0)
    assert (part.loc[traded, "grade"] == "A").all()


def test_no_calendar_year_is_below_the_headings_india_reports() -> None:
    report = read(PARAMS / "benchmark", "report")
    floors = report[report["source"] == "headings India reported"]
    headings = pd.read_csv(PARAMS / "benchmark/evidence/heading_trade.csv")
    told = headings[(headings["calendar_year"] == 2023) & (headings["flow"] == "export")]
    of_2023 = floors[floors["period"] == "calendar 2023"].set_index("flow")
    assert of_2023.loc["export", "says"] == pytest.approx(told["value"].sum(), abs=1e-3)
    assert (floors["balance"] >= floors["says"] - 1e-3).all()


def test_imports_by_origin_are_no_floor_of_imports_by_consignment(committed: pd.DataFrame) -> None:
    """Since 2023 India reports origin to UN Comtrade: goods of Japan by way of Hong Kong too.

    The headings rose by two thirds in a year in which Japan's own exports of them rose by 15 %.
    """
    report = read(PARAMS / "benchmark", "report")
    told = report[report["source"].str.startswith("headings India reported", na=False)]
    imports = told[told["flow"] == "import"]
    assert set(imports["period"]) == {"calendar 2022", "2022-23"}
    # Japan's customs: 2,045 mn of other electrical goods f.o.b., nearly all of chapter 85.
    assert 1900 < cells(committed, "import")["value"]["85"] < 2300


def test_what_is_not_balanced_again_stays_in_the_report(tmp_path: Path) -> None:
    """Without the table that may not be shipped, Japan's other sources stay as stored."""
    run_balance(PARAMS, tmp_path)
    again, stored = read(tmp_path, "report"), read(PARAMS / "benchmark", "report")
    keys = ["part", "source", "name", "period"]
    assert again[keys].equals(stored[keys])
    markets = [pd.read_csv(f / "japan_imports.csv") for f in (tmp_path, PARAMS / "benchmark")]
    others = [table[table["exporter"] != "IND"].reset_index(drop=True) for table in markets]
    pd.testing.assert_frame_equal(others[0], others[1], rtol=1e-5)


def test_orders_of_magnitude(committed: pd.DataFrame) -> None:
    """What a trade economist would check first; wide on purpose."""
    exports, imports = cells(committed, "export")["value"], cells(committed, "import")["value"]
    assert exports["27"] < 500  # 3.0 bn in 2013-14, coal and oil products gone
    assert exports.nlargest(3).index.isin(["29", "87", "84"]).all()
    assert 200 < exports["71"] < 400  # less than Japan's own count by origin
    assert imports.idxmax() == "84"
    assert 1500 < imports["74"] < 3000  # twenty-fold since 2013-14
    assert 700 < imports["28"] < 2000
    assert imports[["84", "85", "72", "74"]].sum() > 0.4 * 17690


def test_the_report_names_the_conflicts(rerun: Path) -> None:
    report = read(rerun, "report")
    assert list(report.columns) == REPORT_COLUMNS
    assert report["no"].tolist() == list(range(1, len(report) + 1))
    conflicts = report[report["conflict"] == "yes"]
    assert "electronic goods" in conflicts["name"].tolist()
    soft = report[(report["kind"] == "evidence") & (report["hard"] == "no")]
    assert (soft["weight"] > 0).all()
    assert np.allclose(soft["gap"], soft["balance"] - soft["says"], atol=2e-4)
    hard = report[report["hard"].isin(["equal", "floor"])]
    assert (hard["gap"] >= -1e-3).all()
    assert (hard.loc[hard["hard"] == "equal", "gap"].abs() < 1e-3).all()
    groups = report[report["source"] == "commodity groups 2023-24"]
    assert len(groups) == 6


def test_the_report_says_what_moved(rerun: Path, committed: pd.DataFrame) -> None:
    report = read(rerun, "report")
    moved = report[report["kind"] == "chapter"]
    for flow in TOTALS:
        part = moved[moved["flow"] == flow].set_index("name")
        value = cells(committed, flow)["value"]
        assert np.allclose(part["balance"], value[part.index], rtol=1e-4, atol=0.02)
        # The prior is scaled to the total, so that gains and losses cancel.
        assert abs(part["gap"].sum()) < 0.1
    assert moved["note"].str.contains("leaving one source out").all()


def test_metadata_lets_a_run_be_repeated(rerun: Path) -> None:
    described = yaml.safe_load((rerun / "metadata.yaml").read_text(encoding="utf-8"))
    assert described["flows"]["export"]["status"] == "optimal"
    assert described["flows"]["import"]["total_usd_mn"] == 17690.0
    for name, digest in described["evidence_sha256"].items():
        assert hashlib.sha256((PARAMS / name).read_bytes()).hexdigest() == digest
    table = (rerun / "bilateral.csv").read_bytes()
    assert described["output_sha256"]["bilateral.csv"] == hashlib.sha256(table).hexdigest()
    assert {"cvxpy", "clarabel", "numpy"} <= set(described["versions"])


def test_bad_evidence_ends_with_code_2_and_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["--params", str(tmp_path), "--out", str(out), "--bilateral-only"]) == 2
    assert "settings.csv" in capsys.readouterr().err
    assert not out.exists()

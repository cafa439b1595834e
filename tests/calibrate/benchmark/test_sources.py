"""How the evidence tables become statements, and how their errors are measured."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim.calibrate.benchmark.evidence import read_evidence, read_settings, read_table
from cepasim.calibrate.benchmark.measured_errors import (
    calendar_share_error,
    calendar_year,
    measure_drift,
    shrunk_log_sd,
    stated_shares,
)
from cepasim.calibrate.benchmark.sources import CHAPTERS, FLOWS, FlowTables, read_flow
from cepasim.calibrate.benchmark.statements import (
    assemble,
    chapter_statements,
    group_statements,
    hs8_statements,
    share_statements,
    world_growth,
)
from cepasim.core.problems import InputError

PARAMS = Path(__file__).parents[3] / "params"
SETTINGS = read_settings(PARAMS)


@pytest.fixture(scope="module")
def exports() -> FlowTables:
    return read_flow(PARAMS, "export", SETTINGS)


@pytest.fixture(scope="module")
def imports() -> FlowTables:
    return read_flow(PARAMS, "import", SETTINGS)


def test_a_calendar_year_takes_its_first_quarter_from_the_year_before() -> None:
    table = pd.DataFrame({"84": [100.0, 200.0]}, index=["2022-23", "2023-24"])
    assert calendar_year(table, 2023, 0.25)["84"] == pytest.approx(175.0)


def test_what_japan_does_not_specify_is_spread() -> None:
    shares = pd.DataFrame(
        {"calendar_year": ["2023"] * 3, "hs": ["00", "84", "29+38"], "value": [4.0, 48.0, 24.0]}
    )
    stated = stated_shares(shares, 2023)
    assert "00" not in stated
    assert stated["84"] == pytest.approx(0.5)
    assert stated["29+38"] == pytest.approx(0.25)


def test_share_error_is_the_root_mean_square_of_log_gaps() -> None:
    years = ["2014-15", "2015-16"]
    chapters = pd.DataFrame({"84": [50.0, 50.0], "85": [50.0, 50.0]}, index=years)
    shares = pd.DataFrame(
        {
            "calendar_year": ["2015", "2015"],
            "hs": ["84", "85"],
            "value": [50.0 * np.exp(0.3), 50.0 * np.exp(-0.3)],
        }
    )
    assert calendar_share_error(chapters, shares, 0.25, 0.01) == pytest.approx(0.3)
    shares["value"] = 50.0
    assert calendar_share_error(chapters, shares, 0.25, 0.01) == 0.01


def test_drift_finds_the_response_to_world_trade() -> None:
    random = np.random.default_rng(3)
    years = [f"{y}-{(y + 1) % 100:02d}" for y in range(2014, 2022)]
    codes = [f"{n:02d}" for n in range(1, 41)]
    steps = random.normal(0, 0.2, (8, 40)).cumsum(axis=0)
    world = pd.DataFrame(1000 * np.exp(steps), index=years, columns=codes)
    noise = random.normal(0, 0.05, (8, 40)).cumsum(axis=0)
    share = world.div(world.sum(axis=1), axis=0)
    bilateral = pd.DataFrame(
        100 * np.exp(0.6 * np.log(share.to_numpy()) + noise), index=years, columns=codes
    )
    drift = measure_drift(bilateral, world, SETTINGS)
    assert drift.response == pytest.approx(0.6, abs=0.1)
    assert drift.log_sd.median() == pytest.approx(0.05, abs=0.015)


def test_errors_are_shrunk_towards_chapters_of_the_same_size() -> None:
    errors = pd.DataFrame({"84": [0.1, 0.1], "85": [0.5, -0.5], "01": [np.nan, np.nan]})
    share = pd.Series({"84": 0.5, "85": 0.499, "01": 0.001})
    result = shrunk_log_sd(errors, share, SETTINGS)
    assert 0.1 < result["84"] < result["85"] < 0.5
    assert result["84"] < result["01"] <= result["85"]  # not measured: a large error


def test_complete_chapters_are_known_and_sums_are_floors(exports: FlowTables) -> None:
    floors, equal, statements = hs8_statements(exports, SETTINGS)
    aluminium, fish = CHAPTERS.index("76"), CHAPTERS.index("03")
    assert equal[1, aluminium] == 413.62
    assert np.isnan(equal[1, fish])
    assert floors[1, fish] == 149.48
    scaled = {s.name: s for s in statements if s.source == "HS8 lines 2023-24, scaled"}
    # Fish: 169.4 of 433.2 were collected in 2021-22, and the set of lines did not shrink.
    assert scaled["03"].value == pytest.approx(149.48 / (169.38 / 433.24), rel=1e-2)
    assert scaled["03"].log_sd > scaled["84"].log_sd
    assert "27" not in scaled  # too little collected: a floor only
    assert "76" not in scaled


def test_imports_have_no_hs8_evidence(imports: FlowTables) -> None:
    floors, equal, statements = hs8_statements(imports, SETTINGS)
    assert not floors.any()
    assert np.isnan(equal).all()
    assert statements == []


def test_bridged_growth_starts_from_the_known_chapter(exports: FlowTables) -> None:
    same = exports.commodities.copy()
    same.loc["2022-23"] = same.loc["2021-22"]
    statements = chapter_statements(replace(exports, commodities=same), SETTINGS)
    bridged = {s.name: s.value for s in statements if s.source.startswith("principal")}
    known = exports.chapters.loc["2021-22"]
    assert all(value == pytest.approx(known[hs]) for hs, value in bridged.items())


def test_world_growth_applies_the_response(exports: FlowTables) -> None:
    growth = world_growth(exports, "2022-23", "2023-24")
    share = exports.published_world.div(exports.published_world.sum(axis=1), axis=0)
    ratio = share.loc["2023-24", "84"] / share.loc["2022-23", "84"]
    assert growth["84"] == pytest.approx(ratio**exports.drift.response)


def test_chapters_29_and_38_are_matched_as_a_sum(imports: FlowTables) -> None:
    pair = [s for s in share_statements(imports, SETTINGS) if s.name == "29+38"]
    assert len(pair) == 1
    touched = {CHAPTERS[h] for h in np.flatnonzero(pair[0].coefficients.any(axis=0))}
    assert touched == {"29", "38"}
    assert pair[0].coefficients[:, CHAPTERS.index("29")].tolist() == [0.25, 0.75]


def test_electronics_lie_inside_engineering(exports: FlowTables) -> None:
    groups = {s.name: s for s in group_statements(exports)}
    inner, outer = groups["electronic goods"], groups["engineering goods"]
    assert (inner.coefficients <= outer.coefficients + 1e-9).all()
    assert (outer.coefficients <= 1 + 1e-9).all()
    assert outer.coefficients[1, CHAPTERS.index("84")] > 0.9
    assert groups["marine products"].coefficients[1, CHAPTERS.index("03")] > 0.95
    assert 0 < groups["pharmaceuticals"].coefficients[1, CHAPTERS.index("29")] < 0.5


@pytest.mark.parametrize("flow", FLOWS)
def test_evidence_is_complete_and_sane(flow: str, exports: FlowTables, imports: FlowTables) -> None:
    evidence = assemble(exports if flow == "export" else imports, SETTINGS)
    assert evidence.totals[1] == {"export": 5150.0, "import": 17690.0}[flow]
    assert all(s.value > 0 and s.log_sd > 0 for s in evidence.statements)
    assert (evidence.start[evidence.floors > 0] > 0).all()
    known = np.isfinite(evidence.equal)
    assert (evidence.equal[known] == evidence.start[known]).all()
    assert np.isfinite(evidence.growth_log_sd).all()
    spoken = np.array([s.coefficients for s in evidence.statements]).sum(axis=0) > 0
    # Something speaks about every chapter with trade, if only a floor or the other year.
    spoken |= evidence.floors > 0
    assert (spoken.any(axis=0) | ~(evidence.start > 0).any(axis=0)).all()


@pytest.mark.parametrize(
    ("evidence", "history", "keys"),
    [
        ("chapters", "bilateral", ["flow", "fiscal_year", "hs"]),
        ("hs8_exports", "exports_from_hs8", ["fiscal_year", "hs"]),
    ],
)
def test_evidence_agrees_with_history(evidence: str, history: str, keys: list[str]) -> None:
    mine = read_evidence(PARAMS, evidence, ("value", *keys))
    theirs = read_table(PARAMS, f"history/{history}", ("value", *keys))
    both = mine.merge(theirs, on=keys, suffixes=("", "_history"))
    assert len(both) == len(mine)
    assert (both["value"] == both["value_history"]).all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("export,2023-24,5150.0", "export,2023-24,-1", "0 or more"),
        ("export,2023-24,5150.0", "export,2023-24,many", "a number"),
        ("flow,fiscal_year,value", "flow,fiscal_year,amount", "value: missing"),
    ],
)
def test_bad_evidence_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = tmp_path / "benchmark" / "evidence"
    folder.mkdir(parents=True)
    text = (PARAMS / "benchmark" / "evidence" / "totals.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "totals.csv").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_evidence(tmp_path, "totals", ("flow", "value"))


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="benchmark/evidence/totals.csv"):
        read_evidence(tmp_path, "totals", ("value",))


def test_a_commodity_without_concordance_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "benchmark" / "evidence"
    shutil.copytree(PARAMS / "benchmark" / "evidence", folder)
    table = folder / "principal_commodity_prior.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("TEA,")]
    table.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match="'TEA'"):
        read_flow(tmp_path, "export", SETTINGS)

"""The page on the benchmark is the one its writer makes of the stored tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cepasim.params.parameters import bundled_directory
from docs.writers import benchmark as writer
from docs.writers import benchmark_published as published

PAGE = Path(__file__).parents[3] / "docs" / "benchmark.md"


def test_committed_page_is_current() -> None:
    renew = "run: python -m docs.writers.benchmark docs/benchmark.md"
    assert PAGE.read_text(encoding="utf-8") == writer.benchmark_page(bundled_directory()), renew


def test_every_wide_range_of_a_large_chapter_is_listed() -> None:
    table = pd.read_csv(bundled_directory() / "benchmark" / "bilateral.csv", dtype={"hs": str})
    pair = table.pivot(index="hs", columns="flow", values="value").sum(axis=1)
    wide = table[(table["high"] - table["low"]) > 0.24 * table["value"]]
    expected = {(f, hs) for f, hs in zip(wide["flow"], wide["hs"], strict=True) if pair[hs] > 200}
    weak = writer.weak_chapters(bundled_directory())
    assert set(zip(weak["flow"], weak["hs"], strict=True)) == expected
    page = PAGE.read_text(encoding="utf-8")
    for flow, hs in expected:
        assert f"| India's {flow}s | {hs} | " in page


def test_no_gap_is_unlisted() -> None:
    """Every published datum the benchmark does not meet stands on the page, with both values."""
    page = PAGE.read_text(encoding="utf-8")
    table = published.compared(bundled_directory())
    assert len(table) > 1500
    assert f"{len(table):,} data are compared" in page
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for _, gap in table[~table["met"]].iterrows():
        datum = f"{gap['name']}, {gap['period']}" if gap["period"] else str(gap["name"])
        pair = f"| {datum} | {published._number(gap['says'])} | "
        pair += f"{published._number(gap['balance'])} |"
        assert any(pair in row for row in rows), (gap["market"], datum)
        assert gap["why"], datum


def test_what_is_compared_in_full_stands_one_by_one() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = published.compared(bundled_directory())
    checks = table[table["group"].str.startswith("check")]
    assert len(checks) == 28
    for name in checks["name"]:
        assert f"| {name} |" in page
    assert "| total, 2023-24 | 5,150 | 5,150 |" in page
    assert "| total, 2023-24 | 17,690 | 17,690 |" in page


def test_a_gap_beyond_its_error_is_no_match_and_a_floor_is_met_from_above(tmp_path: Path) -> None:
    folder = tmp_path / "benchmark"
    folder.mkdir()
    head = "part,kind,flow,source,name,period,says,balance,gap_pct,gap_in_sd,hard,unit,note"
    rows = [
        "market JPN,evidence,,x,inside,,100,130,30,1.5,no,US$ mn,partner total",
        "market JPN,evidence,,x,outside,,100,130,30,2.5,no,US$ mn,partner total",
        "market JPN,evidence,,x,above,,100,130,30,,no,US$ mn,preferential imports (>=)",
        "market JPN,evidence,,x,below,,100,70,-30,-3,no,US$ mn,preferential imports (>=)",
        "bilateral,check,export,y,stated,2023,100,101.9,1.9,,,US$ mn,",
        "bilateral,chapter,export,z,84,2023,100,50,-50,,,US$ mn,",
    ]
    (folder / "report.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    table = published.compared(tmp_path).set_index("name")
    met = {"inside": True, "outside": False, "above": True, "below": False, "stated": True}
    assert table["met"].to_dict() == met

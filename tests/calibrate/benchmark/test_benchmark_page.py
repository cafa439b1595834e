"""The page on the benchmark is the one its writer makes of the stored tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cepasim.params.parameters import bundled_directory
from docs.writers import benchmark as writer

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

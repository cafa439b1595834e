"""Statements on Japan's market: each source says what it says, on the cells it speaks about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cepasim.calibrate.benchmark import japan_statements as said
from cepasim.calibrate.benchmark.japan_checks import japan_checks
from cepasim.calibrate.benchmark.japan_prior import GoodsCells
from cepasim.calibrate.benchmark.market_evidence import MarketEvidence, read_market_evidence
from cepasim.calibrate.benchmark.market_tables import log_normal_cell

PARAMS = Path(__file__).parents[3] / "params"

CELLS = [
    ("CHN", "Clothing", "61", 100.0),
    ("CHN", "Clothing", "40", 20.0),
    ("CHN", "Other electrical", "85", 900.0),
    ("SGP", "Other electrical", "85", 50.0),
    ("SGP", "Other chemicals", "28", 40.0),
    ("EU27", "Other chemicals", "28", 300.0),
    ("BGD", "Clothing", "62", 60.0),
    ("CHE", "Others", "91", 500.0),
    ("CHE", "Others", "95", 5.0),
]


@pytest.fixture(scope="module")
def evidence() -> MarketEvidence:
    return read_market_evidence(PARAMS)


@pytest.fixture
def free() -> GoodsCells:
    exporter, good, hs, value = (np.array(column) for column in zip(*CELLS, strict=True))
    return GoodsCells(exporter, good, hs, value.astype(float), np.full(len(value), 0.5))


def test_what_an_exporter_reports_is_raised_by_the_mirror_ratio_of_its_group(
    evidence: MarketEvidence, free: GoodsCells
) -> None:
    found = {s.name: s for s in said._reported(evidence, free)}
    reported = evidence.values("japan_reported_exports")
    ratio = evidence.values("mirror_ratios")
    expected = reported["CHN", "85"] * ratio["CHN", "electrical"]
    assert found["chapter 85 from CHN"].target == pytest.approx(expected)
    assert ratio["CHN", "electrical"] > 1.25  # what passes through Hong Kong
    # Singapore's electrical goods are re-exports: no ratio, no statement.
    assert "chapter 85 from SGP" not in found
    assert found["chapter 28 from SGP"].sense == "=="
    # Germany is a part of the Union: a floor.
    assert found["chapter 28 from DEU"].sense == ">="
    assert found["chapter 28 from DEU"].weights.sum() == 1


def test_groups_of_the_wto_are_shares_of_what_the_partner_sells_now(
    evidence: MarketEvidence, free: GoodsCells
) -> None:
    freight = dict.fromkeys(("BGD", "KHM", "MMR"), 0.0)
    found = {s.name: s for s in said._wto_groups(evidence, free, freight)}
    groups = evidence.values("japan_wto_groups")
    total = evidence.values("japan_unlisted_partners")["BGD",]
    share = groups["BGD", "clothing"] / groups["BGD", "all"]
    assert found["clothing from BGD"].target == pytest.approx(share * total)
    assert found["clothing from BGD"].weights[6] == 1


def test_gloves_are_taken_out_of_clothing(evidence: MarketEvidence) -> None:
    share = {key[0]: value for key, value in evidence.values("japan_clothing_share").items()}
    assert share["MYS"] < 0.4
    assert share["VNM"] > 0.95


def test_intermediate_use_is_a_floor_and_says_nothing_about_watches(
    evidence: MarketEvidence, free: GoodsCells
) -> None:
    """As an equality it took more than half of Switzerland's watches out of chapter 91."""
    for statement in said._suppliers(evidence, free):
        assert statement.sense == ">="


def test_checks_are_told_in_the_measure_of_their_source(evidence: MarketEvidence) -> None:
    cells = [
        log_normal_cell("61", "CHN", 45_000.0, 0.1, "B", "2023-24", "", ""),
        log_normal_cell("62", "VNM", 15_000.0, 0.1, "B", "2023-24", "", ""),
        log_normal_cell("85", "CHN", 60_000.0, 0.1, "B", "2023-24", "", ""),
    ]
    lines = {line.evidence: line for line in japan_checks(evidence, cells, {"CHN": 0.05})}
    assert lines["clothing, share of China"].balance == pytest.approx(75)
    assert lines["clothing, all sources"].balance == pytest.approx(60)
    assert lines["all chapters from CHN"].balance == pytest.approx(100_000)
    assert lines["clothing, share of India"].gap_in_sd == 0.0

"""Japan's market: what customs gives is met exactly, what it does not is split by the prior."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from cepasim.calibrate.benchmark.japan_market import JAPAN_EXPORTERS, balance_japan, stored_japan
from cepasim.calibrate.benchmark.japan_prior import (
    NO_TOTAL,
    customs_by_good,
    describe_prior,
    goods_cells,
    read_chapter_prior,
)
from cepasim.calibrate.benchmark.market_evidence import (
    KEYS,
    SHARED,
    Figure,
    MarketEvidence,
    read_market_evidence,
)
from cepasim.core.problems import InputError

PARAMS = Path(__file__).parents[3] / "params"
FREIGHT = dict.fromkeys(JAPAN_EXPORTERS, 0.06)


@pytest.fixture(scope="module")
def evidence() -> MarketEvidence:
    return read_market_evidence(PARAMS)


@pytest.fixture(scope="module")
def exports() -> dict[str, Figure]:
    table = pd.read_csv(PARAMS / "benchmark" / "bilateral.csv", dtype={"hs": str})
    return {
        str(row.hs): Figure((str(row.hs),), row.value, row.low, row.high, "", "", "", "C")
        for row in table[table["flow"] == "export"].itertuples()
    }


@pytest.fixture(scope="module")
def prior(evidence: MarketEvidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up prior: every partner sells of every chapter, in amounts that differ."""
    partners = ["CHN", "USA", "KOR", "DEU", "SAU", "BGD", "KHM", "MMR", *JAPAN_EXPORTERS[3:]]
    rows = [
        ("import", partner, hs, year, 1e6 * (1 + (7 * i + 3 * k) % 11))
        for i, partner in enumerate(dict.fromkeys(partners))
        for k, hs in enumerate(evidence.chapters)
        for year in (2018, 2019, 2020)
    ]
    path = tmp_path_factory.mktemp("prior") / "prior.csv"
    columns = ["flow", "partner", "hs2", "year", "value_usd"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


def test_goods_of_a_listed_exporter_add_up_to_what_customs_counts(evidence: MarketEvidence) -> None:
    goods = customs_by_good(evidence)
    yen = evidence.values("japan_customs")
    rate = evidence.values("customs_rates")["April-March", "2023-24"]
    sections = ["Foodstuff", "Raw Materials", "Mineral Fuels", "Chemicals", "Manufactured Goods"]
    sections += ["Machinery", "Electrical Machinery", "Transport Equipment", "Others"]
    for exporter in ("CHN", "IND", "EU27"):
        whole = sum(yen.get((exporter, section), 0.0) for section in sections) * 1000 / rate
        assert goods.loc[exporter].sum() == pytest.approx(whole, rel=1e-9)
    whole = sum(yen["WLD", section] for section in sections) * 1000 / rate
    assert goods.to_numpy().sum() == pytest.approx(whole, rel=1e-6)


@pytest.mark.slow(seconds=0.7)
def test_prior_cells_divide_each_good_and_lose_nothing(
    evidence: MarketEvidence, prior: Path
) -> None:
    cells = goods_cells(evidence, read_chapter_prior(prior, JAPAN_EXPORTERS), JAPAN_EXPORTERS)
    goods = customs_by_good(evidence).drop(index="IND")
    assert cells.value.sum() == pytest.approx(goods.to_numpy().sum(), rel=1e-9)
    assert not set(cells.hs) & set(NO_TOTAL)
    china = cells.value[(cells.exporter == "CHN") & (cells.good == "Machinery")].sum()
    assert china == pytest.approx(goods.loc["CHN", "Machinery"], rel=1e-9)


@pytest.mark.slow(seconds=5)
def test_the_balance_meets_customs_exactly_whatever_the_prior(
    evidence: MarketEvidence, exports: dict[str, Figure], prior: Path
) -> None:
    cells, report = balance_japan(evidence, exports, FREIGHT, prior)
    assert len(cells) == len(evidence.chapters) * len(JAPAN_EXPORTERS)
    goods = customs_by_good(evidence)
    for exporter in ("CHN", "USA", "VNM", "EU27"):
        got = sum(c.value for c in cells if c.exporter == exporter and c.hs not in NO_TOTAL)
        assert got == pytest.approx(goods.loc[exporter].sum(), rel=1e-5), exporter
    hard = [line for line in report if line.kind == "customs by partner and good"]
    assert max(abs(line.balance / line.says - 1) for line in hard) < 1e-6


def test_without_the_prior_the_stored_columns_stay_and_indias_is_renewed(
    evidence: MarketEvidence, exports: dict[str, Figure]
) -> None:
    table = PARAMS / "benchmark" / "japan_imports.csv"
    cells, _ = stored_japan(evidence, exports, 0.1, table)
    stored = pd.read_csv(table, dtype={"hs": str}).set_index(["hs", "exporter"])["value"]
    for cell in cells:
        if cell.exporter == "IND":
            assert cell.value == pytest.approx(1.1 * exports[cell.hs].value)
        else:
            assert cell.value == pytest.approx(stored[cell.hs, cell.exporter], rel=1e-6)


def test_a_missing_prior_or_table_is_named(
    evidence: MarketEvidence, exports: dict[str, Figure], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="chapters by partner"):
        read_chapter_prior(tmp_path / "none.csv", JAPAN_EXPORTERS)
    (tmp_path / "bad.csv").write_text("flow,partner\n")
    with pytest.raises(InputError, match="value_usd"):
        read_chapter_prior(tmp_path / "bad.csv", JAPAN_EXPORTERS)
    with pytest.raises(InputError, match="chapter-prior"):
        stored_japan(evidence, exports, 0.06, tmp_path / "none.csv")


def test_the_stored_market_has_the_size_customs_counts(evidence: MarketEvidence) -> None:
    table = pd.read_csv(PARAMS / "benchmark" / "japan_imports.csv", dtype={"hs": str})
    goods = customs_by_good(evidence)
    known = table[~table["hs"].isin(NO_TOTAL)].groupby("exporter")["value"].sum()
    for exporter in JAPAN_EXPORTERS:
        if exporter in goods.index and exporter != "IND":
            assert known[exporter] == pytest.approx(goods.loc[exporter].sum(), rel=1e-4), exporter
    others = table[table["exporter"] != "IND"]
    graded = others.groupby("grade")["value"].sum() / others["value"].sum()
    assert graded["B"] > 0.6 and graded.get("D", 0.0) < 0.1
    clothing = table[table["hs"].isin(["61", "62"])].groupby("exporter")["value"].sum()
    share = clothing / clothing.sum()
    assert 0.45 < share["CHN"] < 0.6 and 0.12 < share["VNM"] < 0.2
    assert np.isfinite(table[["value", "low", "high"]].to_numpy()).all()


def _stored() -> pd.DataFrame:
    return pd.read_csv(PARAMS / "benchmark" / "japan_imports.csv", dtype={"hs": str})


def test_clothing_comes_from_where_customs_and_the_wto_say() -> None:
    """Japan Customs has 18 % of clothing from partners it does not list; the WTO says which."""
    clothing = _stored().query("hs in ['61', '62']").groupby("exporter")["value"].sum()
    share = 100 * clothing / clothing.sum()
    assert 49 < share["CHN"] < 53
    assert 16.5 < share["VNM"] < 19
    assert 5 < share["BGD"] < 6.5
    assert 4 < share["KHM"] < 5.5
    assert 4 < share["MMR"] < 5.5
    assert share["IND"] < 1
    # Gloves of rubber and plastics are clothing to Japan's customs: 378 mn from Malaysia in all.
    assert clothing["MYS"] < 200


def test_no_share_remembered_or_of_2014_is_read() -> None:
    for table in (*KEYS, *SHARED):
        assert "2014" not in table
        assert "prior" not in table or table == "customs_prior"


def test_who_loses_rests_on_grades_b_and_c() -> None:
    others = _stored().query("exporter != 'IND'")
    value = others.groupby("grade")["value"].sum() / others["value"].sum()
    assert value["B"] > 0.65
    assert value["D"] < 0.08


def test_the_prior_that_may_not_be_shipped_is_named_by_its_digest(tmp_path: Path) -> None:
    rows = [("import", "CHN", "61", y, 1e9) for y in (2018, 2019, 2020)]
    table = pd.DataFrame(rows, columns=["flow", "partner", "hs2", "year", "value_usd"])
    plain, packed = tmp_path / "prior.csv", tmp_path / "prior.csv.gz"
    table.to_csv(plain, index=False)
    table.assign(more=1).to_csv(packed, index=False)
    one, other = (describe_prior(path, JAPAN_EXPORTERS) for path in (plain, packed))
    assert one["used_sha256"] == other["used_sha256"]
    assert one["file_sha256"] != other["file_sha256"]
    table.loc[0, "value_usd"] = 2e9
    table.to_csv(plain, index=False)
    assert describe_prior(plain, JAPAN_EXPORTERS)["used_sha256"] != one["used_sha256"]
    stored = yaml.safe_load((PARAMS / "benchmark" / "metadata.yaml").read_text(encoding="utf-8"))
    assert len(stored["chapter_prior"]["used_sha256"]) == 64

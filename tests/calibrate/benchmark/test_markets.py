"""The two import markets: each market's rules, and the tables in params/."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim.calibrate.benchmark.domestic_sales import domestic_sales
from cepasim.calibrate.benchmark.india_market import INDIA_EXPORTERS, balance_india
from cepasim.calibrate.benchmark.japan_market import (
    JAPAN_EXPORTERS,
)
from cepasim.calibrate.benchmark.market_evidence import Figure, MarketEvidence, read_market_evidence
from cepasim.calibrate.benchmark.markets import MarketTables, balance_markets
from cepasim.calibrate.benchmark.sources import CHAPTERS
from cepasim.core.problems import InputError

PARAMS = Path(__file__).parents[3] / "params"
BENCHMARK = PARAMS / "benchmark"
FREIGHT = 0.0684


@pytest.fixture(scope="module")
def evidence() -> MarketEvidence:
    return read_market_evidence(PARAMS)


@pytest.fixture(scope="module")
def bilateral() -> pd.DataFrame:
    return pd.read_csv(BENCHMARK / "bilateral.csv", dtype={"hs": str})


@pytest.fixture(scope="module")
def markets(bilateral: pd.DataFrame) -> MarketTables:
    return balance_markets(bilateral, PARAMS, freight_insurance=FREIGHT)


def wide(table: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    return table.pivot(index="hs", columns="exporter", values=column)


def flow(bilateral: pd.DataFrame, name: str) -> pd.Series:
    return bilateral[bilateral["flow"] == name].set_index("hs")["value"]


def figures(bilateral: pd.DataFrame, name: str, factor: float = 1.0) -> dict[str, Figure]:
    return {
        hs: Figure((hs,), value * factor, value * factor, value * factor, "", "", "", "C")
        for hs, value in flow(bilateral, name).items()
    }


# ------------------------------------------------------------------- shape and fixed columns


def test_every_cell_is_there_once_and_in_order(markets: MarketTables) -> None:
    for table, exporters in (
        (markets.japan_imports, JAPAN_EXPORTERS),
        (markets.india_imports, INDIA_EXPORTERS),
    ):
        assert len(table) == len(CHAPTERS) * len(exporters)
        assert table["exporter"].tolist() == list(exporters) * len(CHAPTERS)
        assert table["hs"].is_monotonic_increasing and "77" not in set(table["hs"])
    assert markets.domestic.groupby("importer").size().to_dict() == dict.fromkeys(
        ("IND", "JPN"), len(CHAPTERS)
    )


def test_values_are_finite_not_negative_and_inside_their_range(markets: MarketTables) -> None:
    for table in (markets.japan_imports, markets.india_imports, markets.domestic):
        numbers = table[["low", "value", "high"]]
        assert np.isfinite(numbers.to_numpy()).all()
        assert (table["low"] >= 0).all()
        assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()
        assert set(table["grade"]) <= {"B", "C", "D"}
        assert (table[["unit", "year", "source"]] != "").all().all()
        assert (table.loc[table["value"] == 0, "note"] != "").all()


def test_indias_column_is_the_bilateral_export_raised_to_cif(
    markets: MarketTables, bilateral: pd.DataFrame
) -> None:
    got = wide(markets.japan_imports)["IND"]
    want = flow(bilateral, "export") * (1 + FREIGHT)
    pd.testing.assert_series_equal(got, want.reindex(got.index), check_names=False, rtol=1e-12)


def test_japans_column_is_the_bilateral_import(
    markets: MarketTables, bilateral: pd.DataFrame
) -> None:
    got = wide(markets.india_imports)["JPN"]
    want = flow(bilateral, "import").reindex(got.index)
    pd.testing.assert_series_equal(got, want, check_names=False, rtol=1e-12)


def test_freight_is_read_from_the_parameters_when_not_given(
    bilateral: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "benchmark").mkdir()
    (tmp_path / "benchmark" / "evidence").symlink_to(BENCHMARK / "evidence")
    with pytest.raises(InputError, match="freight_insurance"):
        balance_markets(bilateral, tmp_path)


# ------------------------------------------------------------------- Japan's market


def test_chapters_without_a_japanese_total_have_the_mean_of_the_market(
    markets: MarketTables, bilateral: pd.DataFrame
) -> None:
    table = wide(markets.japan_imports)
    known = table.drop(index=["98", "99"])
    exports = flow(bilateral, "export")
    for hs in ("98", "99"):
        if exports[hs] > 0:
            share = table.loc[hs] / table.loc[hs].sum()
            want = known.sum() / known.to_numpy().sum()
            np.testing.assert_allclose(share, want, rtol=1e-5)
        else:
            assert table.loc[hs].sum() == 0


# ------------------------------------------------------------------- India's market


def test_indias_chapter_totals_of_2023_24_are_exact(
    markets: MarketTables, evidence: MarketEvidence
) -> None:
    got = wide(markets.india_imports).sum(axis=1)
    world = evidence.values("india_world_imports")
    for hs, value in got.items():
        assert value == pytest.approx(world["2023-24", str(hs)], rel=1e-6), hs
    assert got.sum() == pytest.approx(678_214.78, rel=1e-6)


def test_indias_partner_totals_are_within_their_ranges(
    markets: MarketTables, evidence: MarketEvidence
) -> None:
    got = wide(markets.india_imports).sum()
    for figure in evidence["india_partner_totals"]:
        assert figure.low <= got[figure.key[0]] <= figure.high, figure.key


def test_a_source_absent_in_2021_22_stays_absent(
    markets: MarketTables, evidence: MarketEvidence
) -> None:
    got = wide(markets.india_imports).drop(columns="JPN").stack()
    before = evidence.values("india_imports_2021_22")
    absent = [key for key in got.index if before.get(key, 0.0) == 0.0]
    assert absent and (got[absent] == 0).all()


def test_without_partner_totals_shares_of_2021_22_are_kept(
    evidence: MarketEvidence, bilateral: pd.DataFrame
) -> None:
    blind = MarketEvidence({**evidence.tables, "india_partner_totals": ()})
    cells, _ = balance_india(blind, figures(bilateral, "import"), {})
    got = wide(
        pd.DataFrame([{"hs": c.hs, "exporter": c.exporter, "value": c.value} for c in cells])
    )
    got = got.drop(columns="JPN")
    before = pd.Series(evidence.values("india_imports_2021_22")).unstack(fill_value=0.0)
    before = before.drop(columns="JPN").reindex(index=got.index, columns=got.columns).fillna(0.0)
    np.testing.assert_allclose(
        got.div(got.sum(axis=1), axis=0), before.div(before.sum(axis=1), axis=0), atol=1e-5
    )


def test_a_japanese_column_larger_than_the_chapter_leaves_room_and_shows_it(
    evidence: MarketEvidence, bilateral: pd.DataFrame
) -> None:
    imports = figures(bilateral, "import")
    imports["88"] = replace(imports["88"], value=20_000.0)
    cells, report = balance_india(evidence, imports, {})
    others = sum(c.value for c in cells if c.hs == "88" and c.exporter != "JPN")
    published = evidence.values("india_world_imports")["2023-24", "88"]
    assert others == pytest.approx(0.05 * published, rel=1e-5)
    line = next(x for x in report if x.evidence == "chapter 88")
    assert line.balance > line.says == published


# ------------------------------------------------------------------- domestic sales


def penetration(markets: MarketTables, importer: str, column: str = "value") -> pd.Series:
    imports = markets.japan_imports if importer == "JPN" else markets.india_imports
    bought = imports.groupby("hs")["value"].sum()
    sold = markets.domestic[markets.domestic["importer"] == importer].set_index("hs")[column]
    return bought / (bought + sold)


def test_penetration_of_overridden_chapters_is_given_back(
    markets: MarketTables, evidence: MarketEvidence
) -> None:
    for figure in evidence["penetration_overrides"]:
        importer, hs, measure = figure.key
        if measure == "penetration":
            assert penetration(markets, importer)[hs] == pytest.approx(figure.value, rel=1e-6)
            assert penetration(markets, importer, "high")[hs] == pytest.approx(figure.low, rel=1e-6)
            assert penetration(markets, importer, "low")[hs] == pytest.approx(figure.high, rel=1e-6)


def test_penetration_of_a_pure_chapter_lies_among_the_published_figures(
    markets: MarketTables, evidence: MarketEvidence
) -> None:
    """Chapter 72 is iron and steel alone, so the tables and the sales of 2022 must bracket it."""
    for importer in ("JPN", "IND"):
        tables = [
            f.value for f in evidence["import_penetration"] if f.key[:2] == (importer, "C24A")
        ]
        sales = evidence.values("domestic_sales")[importer, "C24A"]
        imports = markets.japan_imports if importer == "JPN" else markets.india_imports
        bought = float(wide(imports).loc["72"].sum())
        points = [*tables, bought / (bought + sales)]
        assert 0.8 * min(points) <= penetration(markets, importer)["72"] <= 1.2 * max(points)


def test_main_penetrations_have_the_known_size(markets: MarketTables) -> None:
    japan, india = penetration(markets, "JPN"), penetration(markets, "IND")
    assert 0.6 < japan["61"] < 0.95 and 0.6 < japan["62"] < 0.95
    assert 0.3 < japan["85"] < 0.55
    assert 0.05 < japan["87"] < 0.15
    assert japan["26"] > 0.95
    assert 0.45 < japan["27"] < 0.7 and 0.45 < india["27"] < 0.65
    assert 0.35 < india["85"] < 0.7 and india["87"] < 0.12
    # Gold and diamonds stay in their chapter; furniture and toys are not a tenth of jewellery.
    assert india["71"] > 0.5 and india["94"] < 0.3 and india["95"] < 0.3
    assert india["15"] > 0.4


def test_98_and_99_have_the_mean_penetration(markets: MarketTables) -> None:
    bought = markets.india_imports.groupby("hs")["value"].sum()
    sold = markets.domestic[markets.domestic["importer"] == "IND"].set_index("hs")["value"]
    known = bought.index.difference(["98", "99"])
    mean = bought[known].sum() / (bought[known].sum() + sold[known].sum())
    np.testing.assert_allclose(penetration(markets, "IND")[["98", "99"]], mean, rtol=1e-5)


def test_a_chapter_without_imports_has_no_domestic_sales(evidence: MarketEvidence) -> None:
    imports = dict.fromkeys(evidence.chapters, 100.0) | {"27": 0.0, "36": 0.0, "99": 0.0}
    cells, _ = domestic_sales(evidence, "JPN", imports)
    empty = {c.hs: c for c in cells if c.hs in ("27", "36", "99")}
    assert all((c.low, c.value, c.high) == (0, 0, 0) for c in empty.values())
    assert all("skips" in c.note for c in empty.values())


# ------------------------------------------------------------------- report and input


def test_the_report_says_what_every_statement_came_to(markets: MarketTables) -> None:
    report = markets.report
    assert {"JPN", "IND"} == set(report["market"])
    assert np.allclose(report["balance"] - report["says"], report["gap"])
    kinds = set(report["kind"])
    assert {"chapter total", "partner total"} <= kinds
    assert {"import penetration", "domestic sales"} <= kinds
    assert not report[["says", "balance"]].isna().any().any()
    assert (report["source"] != "").all()


def test_the_same_input_gives_the_same_tables(
    bilateral: pd.DataFrame, markets: MarketTables
) -> None:
    shuffled = bilateral.sample(frac=1, random_state=1)
    again = balance_markets(shuffled, PARAMS, freight_insurance=FREIGHT)
    pd.testing.assert_frame_equal(again.japan_imports, markets.japan_imports, check_exact=True)
    pd.testing.assert_frame_equal(again.india_imports, markets.india_imports, check_exact=True)
    pd.testing.assert_frame_equal(again.domestic, markets.domestic, check_exact=True)


def test_bad_bilateral_tables_are_named(bilateral: pd.DataFrame) -> None:
    cases = {
        "every chapter": bilateral[bilateral["hs"] != "84"],
        "each chapter once": pd.concat([bilateral, bilateral.iloc[:1]]),
        "0 <= low": bilateral.assign(low=-1.0),
        "a chapter of the market": pd.concat(
            [bilateral, bilateral.iloc[:1].assign(hs="77")], ignore_index=True
        ),
    }
    for message, table in cases.items():
        with pytest.raises(InputError, match=message):
            balance_markets(table, PARAMS, freight_insurance=FREIGHT)


def test_all_problems_of_the_evidence_come_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "benchmark" / "evidence"
    folder.mkdir(parents=True)
    for source in (BENCHMARK / "evidence").glob("market_*.csv"):
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / "market_japan_customs.csv").unlink()
    totals = folder / "market_japan_chapter_totals.csv"
    lines = totals.read_text().splitlines()
    totals.write_text("\n".join([lines[0], lines[1], lines[1], "02,a,b,c,d,e,2023,D"]) + "\n")
    facts = folder / "market_assumptions.csv"
    facts.write_text(facts.read_text().replace("value", "amount", 1))
    with pytest.raises(InputError) as caught:
        read_market_evidence(tmp_path)
    text = str(caught.value)
    assert "market_japan_customs.csv" in text and "market_assumptions.csv:1: value" in text
    assert "market_japan_chapter_totals.csv:3" in text
    assert "market_japan_chapter_totals.csv:4" in text


def test_an_unknown_assumption_is_an_error(evidence: MarketEvidence) -> None:
    with pytest.raises(InputError, match="no_such_thing"):
        evidence.assumption("no_such_thing")


def test_every_row_of_the_evidence_is_complete(evidence: MarketEvidence) -> None:
    for name, table in evidence.tables.items():
        assert table, name
        for figure in table:
            assert figure.grade in {"A", "B", "C", "D"}, (name, figure.key)
            assert all((figure.unit, figure.source, figure.year)), (name, figure.key)
            assert all(figure.key), (name, figure.key)


def test_every_assumption_is_used(evidence: MarketEvidence) -> None:
    code = "".join(
        path.read_text()
        for path in (Path(__file__).parents[3] / "src" / "cepasim" / "calibrate").rglob("*.py")
    )
    built = {f"gdp_growth_{c}_2022_2023" for c in ("jpn", "ind")}
    built |= {f"sd_{c}_drift_{s}" for c in ("india", "japan") for s in ("small", "middle", "large")}
    built |= {f"sd_wto_{size}" for size in ("small", "middle", "large")}
    built |= {f"weight_{t}" for t in ("wiod", "oecd")}
    for (name,) in evidence.values("assumptions"):
        assert name in built or f'"{name}"' in code, name


# ------------------------------------------------------------------- the versioned output


@pytest.fixture(scope="module")
def stored() -> dict[str, pd.DataFrame]:
    return {
        name: pd.read_csv(BENCHMARK / f"{name}.csv", dtype={"hs": str})
        for name in ("japan_imports", "india_imports", "domestic")
    }


def test_stored_tables_agree_with_the_bilateral_benchmark(
    stored: dict[str, pd.DataFrame], bilateral: pd.DataFrame
) -> None:
    freight = pd.read_csv(PARAMS / "macro" / "freight.csv")
    rate = freight.query("importer == 'JPN' and exporter == 'IND'")["value"].item()
    india = wide(stored["japan_imports"])["IND"]
    np.testing.assert_allclose(
        india, flow(bilateral, "export")[india.index] * (1 + rate), rtol=1e-6
    )
    japan = wide(stored["india_imports"])["JPN"]
    np.testing.assert_allclose(japan, flow(bilateral, "import")[japan.index], rtol=1e-6)


def test_stored_tables_are_what_the_program_gives(
    stored: dict[str, pd.DataFrame], markets: MarketTables
) -> None:
    for name, table in stored.items():
        fresh = getattr(markets, name)
        keys = [c for c in ("importer", "hs", "exporter") if c in table]
        assert table[keys].equals(fresh[keys])
        np.testing.assert_allclose(table["value"], fresh["value"], rtol=1e-6)

"""cepasim.reference: what is published, what is assumed, with ranges, under every variant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim.params.currencies import currency
from cepasim.params.loading import load_parameters
from cepasim.report.layout import WIDTH
from cepasim.studies.reference_path import headlines_by_reference, reference
from cepasim.studies.reference_text import headlines_text, path_text
from cepasim.tables.schema import TABLES


@pytest.fixture(scope="module")
def path(economy: cepasim.Economy) -> pd.DataFrame:
    return cepasim.reference(economy)


def total(table: pd.DataFrame, flow: str, column: str = "usd_mn") -> pd.Series:
    rows = table[(table["hs"] == "total") & (table["flow"] == flow)]
    return rows.set_index("fiscal_year")[column]


def test_columns_are_those_promised(path: pd.DataFrame) -> None:
    assert tuple(path.columns) == TABLES["reference"].names
    assert list(path.columns[:8]) == [
        "fiscal_year",
        "flow",
        "hs",
        "published_usd_mn",
        "usd_mn",
        "status",
        "low",
        "high",
    ]
    assert len(path) == 13 * 2 * 99


def test_published_years_are_the_ministrys_to_the_digit_printed(path: pd.DataFrame) -> None:
    exports, imports = (total(path, flow, "published_usd_mn") for flow in ("export", "import"))
    assert exports[["2023-24", "2024-25", "2025-26"]].tolist() == [
        pytest.approx(5150, rel=1e-12),
        6250.0,
        6039.5,
    ]
    assert imports[["2024-25", "2025-26"]].tolist() == [18920.0, 21436.9]
    assert exports["2026-27":].isna().all()
    car = path[(path["hs"] == "87") & (path["flow"] == "export")].set_index("fiscal_year")
    assert car.loc["2025-26", ["published_usd_mn", "basis"]].tolist() == [1029.05, "published"]
    assert car.loc["2024-25", "basis"] == "estimated"


def test_every_year_has_its_status(path: pd.DataFrame) -> None:
    status = path.groupby("fiscal_year")["status"].unique().map(list)
    assert status["2023-24"] == ["benchmark"] and status["2024-25"] == ["published"]
    assert status["2025-26"] == ["provisional"]
    assert all(found == ["assumed"] for found in status["2026-27":])


def test_chapters_sum_to_the_total(path: pd.DataFrame) -> None:
    for column in ("usd_mn", "published_usd_mn"):
        known = path[path[column].notna()]
        sums = known[known["hs"] != "total"].groupby(["fiscal_year", "flow"])[column].sum()
        totals = known[known["hs"] == "total"].set_index(["fiscal_year", "flow"])[column]
        assert sums.to_numpy() == pytest.approx(totals[sums.index].to_numpy(), rel=1e-9)


def test_no_level_of_an_assumed_year_is_without_a_range(path: pd.DataFrame) -> None:
    assumed = path[(path["status"] == "assumed") & (path["usd_mn"] > 0)]
    assert (assumed["low"] < assumed["usd_mn"]).all()
    assert (assumed["high"] > assumed["usd_mn"]).all()
    assert (path["low"] <= path["usd_mn"] + 1e-9).all()
    for flow in ("export", "import"):
        later = path[(path["hs"] == "total") & (path["flow"] == flow)].iloc[3:]
        width = np.log(later["high"] / later["low"]).to_numpy()
        assert (np.diff(width) > 0).all()  # the fan opens


def test_a_longer_path_begins_like_the_short_one(
    economy: cepasim.Economy, path: pd.DataFrame
) -> None:
    far = cepasim.reference(economy, horizon="2045-46")
    assert far["fiscal_year"].iloc[-1] == "2045-46"
    short = far[far["fiscal_year"] <= "2035-36"].reset_index(drop=True)
    pd.testing.assert_frame_equal(short, path, check_exact=False, rtol=1e-9)


def test_the_reference_of_a_result_is_this_path(
    economy: cepasim.Economy, path: pd.DataFrame
) -> None:
    result = cepasim.simulate(economy, cepasim.Scenario.bundled("ntb-relief"))
    for flow, item in (("export", "exports"), ("import", "imports")):
        shown = result.totals.set_index("fiscal_year")
        assert shown[f"baseline_{item}_usd_mn"].tolist() == pytest.approx(
            total(path, flow).tolist(), rel=1e-9
        )
        for end in ("low", "high"):
            assert shown[f"baseline_{item}_{end}_usd_mn"].tolist() == pytest.approx(
                total(path, flow, end).tolist(), rel=1e-9
            )


def test_unknown_variants_are_refused_by_name(economy: cepasim.Economy) -> None:
    with pytest.raises(cepasim.InputError, match="strong_exports"):
        reference(economy, "strong")


def test_every_headline_under_every_variant(economy: cepasim.Economy) -> None:
    relief = cepasim.Scenario.bundled("ntb-relief")
    table = headlines_by_reference(economy, [relief])
    assert list(dict.fromkeys(table["variant"])) == list(economy.ground.variants)
    assert table["fiscal_year"].unique().tolist() == ["2030-31", "2035-36"]
    central = cepasim.simulate(economy, relief).totals.set_index("fiscal_year")
    for row in table[table["variant"] == "central"].itertuples():
        expected = central.loc[row.fiscal_year, "change_in_balance_usd_mn"]
        assert row.change_in_balance_usd_mn == pytest.approx(expected, rel=1e-9)
    strong = table[table["variant"] == "strong_exports"].set_index("fiscal_year")
    usual = table[table["variant"] == "central"].set_index("fiscal_year")
    assert (strong["change_in_exports_usd_mn"] > usual["change_in_exports_usd_mn"]).all()


def test_words_say_how_to_read_levels(path: pd.DataFrame) -> None:
    text = path_text(path, "central", "2023-24")
    assert "published values in\ncurrent prices" in text
    assert "Read changes against the reference; its levels are this uncertain." in text
    rows = {line[:7]: line.split() for line in text.splitlines()}
    assert rows["2023-24"][1:] == ["benchmark", "5.15", "17.69"]
    assert rows["2024-25"][2:5] == ["6.15", "6.06–6.25", "6.25"]
    assert [one.count("–") for one in rows["2035-36"][2:]] == [0, 1, 0, 1]
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_path_and_its_headlines_are_in_the_readers_currency(path: pd.DataFrame) -> None:
    headlines = pd.DataFrame(
        {
            "scenario": ["a"],
            "variant": ["central"],
            "fiscal_year": ["2030-31"],
            "change_in_balance_usd_mn": [200.0],
        }
    )
    with currency("JPY", load_parameters()):
        said = path_text(path, "central", "2023-24") + headlines_text(headlines, "2023-24")
    rows = [line.split() for line in said.splitlines()]
    assert ["2023-24", "benchmark", "744", "2,557"] in rows and ["a", "+28.9"] in rows
    assert said.count("¥ billion of 2023-24") == 2 == said.count("US$")
    assert said.count("Amounts are converted at ¥ 144.5 per US$ (2023-24).") == 2

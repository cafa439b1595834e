"""Japan Customs: thousand yen, codes in apostrophes, months, goods, and what claimed the CEPA."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cepasim.core.problems import InputError
from cepasim.data import read

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Write = Callable[..., Path]


def row(
    hs: str, months: Mapping[str, int], country: str = "123", year: int = 2023, **other: object
) -> dict[str, object]:
    """Row of imports; values in thousand yen by month."""
    cells: dict[str, object] = {
        "Exp or Imp": 2, "Year": year, "HS": f"'{hs}", "Country": country, "Unit2": "KG",
        "Quantity1-Year": 0, "Quantity2-Year": 1, "Value-Year": sum(months.values()),
    }  # fmt: skip
    for month in MONTHS:
        cells |= {f"Quantity1-{month}": 0, f"Value-{month}": months.get(month, 0)}
    return cells | other


def every_month(value: int) -> dict[str, int]:
    return dict.fromkeys(MONTHS, value)


def test_yen_codes_and_countries(write: Write) -> None:
    rows = [
        row("030617000", every_month(100_000)),
        row("610910100", every_month(50_000), country="105"),
        row("610910100", every_month(30_000), country="213"),
        row("870323919", every_month(20_000), **{"Exp or Imp": 1}),
    ]
    reading = read(write("a.csv", rows, encoding="cp932"))
    frame = reading.frame.set_index(["flow", "source"])
    # 1,200 mn yen at 140.5 per dollar.
    rate = float(reading.understood.rates["2023"].split()[0])
    assert frame.loc[("export", "IND"), "usd_mn"] == pytest.approx(1200 / rate)
    assert frame.loc[("export", "IND"), "hs"] == "030617000"
    assert set(frame.loc["export"].index) == {"IND", "CHN", "EU27"}
    assert frame.loc[("import", "JPN"), "valuation"] == "fob"
    assert set(frame.loc["export", "valuation"]) == {"cif"}


def test_a_running_year_is_left_out_and_fiscal_years_come_from_months(write: Write) -> None:
    part = {month: 10_000 for month in MONTHS[:5]}
    rows = [row("030617000", every_month(100_000)), row("030617000", part, year=2024)]
    file = write("a.csv", rows)
    reading = read(file)
    assert reading.understood.periods == ("2023",)
    assert [left.reason for left in reading.left_out] == ["a running year: 2024 ends in May"]
    fiscal = read(file, fiscal="months")
    assert fiscal.understood.periods == ("2023-24",)
    rate = float(fiscal.understood.rates["2023-24"].split()[0])
    assert fiscal.frame["usd_mn"].sum() == pytest.approx((9 * 100 + 3 * 10) / rate)


def test_customs_houses_add_up_and_a_wrong_year_is_refused(write: Write) -> None:
    rows = [
        row("030617000", every_month(60_000), Custom="104"),
        row("030617000", every_month(40_000), Custom="300"),
    ]
    reading = read(write("a.csv", rows))
    rate = float(reading.understood.rates["2023"].split()[0])
    assert reading.frame["usd_mn"].sum() == pytest.approx(1200 / rate)
    with pytest.raises(InputError, match="the sum of its months"):
        read(write("a.csv", [row("030617000", every_month(1000), **{"Value-Year": 20_000})]))


def test_the_zero_a_spreadsheet_lost(write: Write) -> None:
    rows = [row("030617000", every_month(1000), HS="30617000")]
    assert read(write("a.csv", rows)).frame["hs"].tolist() == ["030617000"]


def test_goods_keep_their_names(write: Write) -> None:
    rows = [row("", every_month(1000), HS="", Commodity="Iron and Steel Products")]
    for one in rows:
        one.pop("HS")
    reading = read(write("a.csv", rows))
    assert reading.understood.kind == "goods"
    assert reading.frame[["hs", "level"]].to_numpy().tolist() == [["Iron and Steel Products", 0]]
    with pytest.raises(ValueError, match="no levels"):
        reading.at("chapter")


def test_claims_by_line_and_agreement(write: Write) -> None:
    rows: list[dict[str, object]] = [
        {
            "Year": 2021,
            "HS": "'030617000",
            "Country": "123",
            "Agreement": "IN",
            "Value": 39_000_000,
        },
        {"Year": 2021, "HS": "'610910100", "Country": "110", "Agreement": "VN", "Value": 2_000_000},
    ]
    reading = read(write("a.csv", rows))
    assert reading.understood.kind == "claims"
    rate = float(reading.understood.rates["2021"].split()[0])
    sums = reading.frame.groupby("source")["usd_mn"].sum().to_dict()
    assert sums == pytest.approx({"IND": 39_000 / rate, "VNM": 2_000 / rate})


def test_the_claims_of_the_project(write: Write) -> None:
    rows: list[dict[str, object]] = [
        {"hs9": "030111200", "claimed_2020": "", "claimed_2021": 213, "unit": "thousand yen c.i.f."}
    ]
    reading = read(write("a.csv", rows))
    assert reading.understood.periods == ("2021",)
    assert len(reading.frame) == 1

"""UN Comtrade in both layouts: every dollar once, in the market it enters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from cepasim.core.problems import InputError
from cepasim.data import read
from cepasim.data.recognise import inspect

NEW = [
    "typeCode",
    "freqCode",
    "refYear",
    "period",
    "reporterCode",
    "reporterISO",
    "reporterDesc",
    "flowCode",
    "flowDesc",
    "partnerCode",
    "partnerISO",
    "partnerDesc",
    "partner2Code",
    "partner2ISO",
    "classificationCode",
    "cmdCode",
    "aggrLevel",
    "isLeaf",
    "customsCode",
    "mosCode",
    "motCode",
    "qty",
    "cifvalue",
    "fobvalue",
    "primaryValue",
    "isAggregate",
]
OLD = [
    "Classification",
    "Year",
    "Period",
    "Period Desc.",
    "Aggregate Level",
    "Is Leaf Code",
    "Trade Flow Code",
    "Trade Flow",
    "Reporter Code",
    "Reporter",
    "Reporter ISO",
    "Partner Code",
    "Partner",
    "Partner ISO",
    "2nd Partner Code",
    "Customs Proc. Code",
    "Mode of Transport Code",
    "Commodity Code",
    "Commodity",
    "Qty",
    "Trade Value (US$)",
    "CIF Trade Value (US$)",
    "FOB Trade Value (US$)",
    "Flag",
]
Rows = list[dict[str, object]]


def new(hs: str, value: float, **other: object) -> dict[str, object]:
    """A row of the layout since 2023: India's exports to Japan unless told otherwise."""
    level = 0 if hs == "TOTAL" else len(hs)
    row = dict.fromkeys(NEW, "")
    row |= {
        "typeCode": "C", "freqCode": "A", "refYear": 2023, "period": 2023, "reporterCode": 699,
        "reporterISO": "IND", "reporterDesc": "India", "flowCode": "X", "flowDesc": "Export",
        "partnerCode": 392, "partnerISO": "JPN", "partnerDesc": "Japan", "partner2Code": 0,
        "partner2ISO": "W00", "classificationCode": "H6", "cmdCode": hs, "aggrLevel": level,
        "customsCode": "C00", "mosCode": 0, "motCode": 0, "primaryValue": value,
    }  # fmt: skip
    return row | other


def old(hs: str, value: float, **other: object) -> dict[str, object]:
    row = dict.fromkeys(OLD, "")
    row |= {
        "Classification": "H5", "Year": 2019, "Period": 2019, "Aggregate Level": len(hs),
        "Trade Flow Code": 2, "Trade Flow": "Export", "Reporter Code": 699, "Reporter": "India",
        "Reporter ISO": "IND", "Partner Code": 392, "Partner": "Japan", "Partner ISO": "JPN",
        "Commodity Code": hs, "Trade Value (US$)": value,
    }  # fmt: skip
    return row | other


@pytest.fixture
def chapters(base_trade: Callable[[str], pd.DataFrame]) -> Rows:
    frame = base_trade("export")
    return [new(hs, round(usd * 1e6)) for hs, usd in frame.itertuples(index=False)]


def test_chapters_add_up_to_the_total_of_the_file(
    write: Callable[..., Path], chapters: Rows
) -> None:
    total = sum(float(str(row["primaryValue"])) for row in chapters)
    reading = read(write("a.csv", [new("TOTAL", total), *chapters]))
    assert reading.frame["usd_mn"].sum() == pytest.approx(total / 1e6)
    assert reading.understood.layout == "UN Comtrade (since 2023)"
    assert reading.understood.nomenclature == "HS 2022"
    (stated,) = [one for one in reading.totals if one.what == "TOTAL"]
    assert abs(stated.gap) < 1e-9
    assert set(reading.frame["flow"]) == {"export"}
    assert set(reading.frame["valuation"]) == {"fob"}
    assert set(reading.frame["period"]) == {"2023"}
    assert len(reading.frame) == len(chapters)


def test_products_count_once_beside_their_groups(write: Callable[..., Path]) -> None:
    rows = [new("03", 100e6), new("0306", 80e6), new("030617", 80e6), new("0304", 15e6)]
    frame = read(write("a.csv", rows)).frame.set_index("hs")["usd_mn"]
    # 5 mn of the chapter are in neither heading: what is left stands under the chapter's code.
    assert frame.to_dict() == pytest.approx({"030617": 80.0, "0304": 15.0, "03": 5.0})


def test_products_above_their_group_are_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="code 03: '90.*100"):
        read(write("a.csv", [new("03", 90e6), new("0306", 100e6)]))


def test_broken_out_rows_count_once(write: Callable[..., Path]) -> None:
    whole = new("0306", 50e6)
    parts = [new("0306", 30e6, motCode=2100), new("0306", 20e6, motCode=1000)]
    partners = [new("0306", 50e6, partner2Code=702, partner2ISO="SGP")]
    for rows in ([whole, *parts, *partners], parts):
        assert read(write("a.csv", rows)).frame["usd_mn"].sum() == pytest.approx(50.0)
    with pytest.raises(InputError, match="count them twice"):
        read(write("a.csv", [*parts, *partners]))


def test_world_and_unions_are_not_added_to_their_countries(write: Callable[..., Path]) -> None:
    into_japan = {"reporterISO": "JPN", "reporterCode": 392, "flowCode": "M"}
    rows = [
        new("87", 9e9, partnerISO="W00", partnerCode=0, **into_japan),
        new("87", 4e9, partnerISO="DEU", partnerCode=276, **into_japan),
        new("87", 1e9, partnerISO="ITA", partnerCode=381, **into_japan),
        new("87", 5e9, partnerISO="EUR", partnerCode=97, **into_japan),
        new("87", 1e9, partnerISO="S19", partnerCode=490, **into_japan),
        new("87", 2e8, partnerISO="_X", partnerCode=899, **into_japan),
        new("87", 1e8, partnerISO="X1", partnerCode=838, **into_japan),
        new("87", 3e8, partnerISO="JPN", partnerCode=392, **into_japan),
    ]
    reading = read(write("a.csv", rows))
    by_source = reading.frame.groupby("source")["usd_mn"].sum().to_dict()
    assert by_source == pytest.approx({"EU27": 5000.0, "TWN": 1000.0, "ROW": 300.0})
    reasons = {left.reason: left.rows for left in reading.left_out}
    assert reasons["all partners together"] == 1
    assert reasons["EU27 beside its members"] == 1


def test_lost_zeros_other_flows_and_latin_1(write: Callable[..., Path]) -> None:
    rows = [
        new("030617", 40e6, cmdCode="30617", partnerDesc="Japón"),
        new("080131", 5e6, cmdCode="80131.0"),
        new("030617", 1e6, flowCode="RX"),
    ]
    reading = read(write("a.csv", rows, encoding="latin-1", separator=";"))
    assert reading.frame["hs"].tolist() == ["030617", "080131"]
    assert reading.frame["usd_mn"].sum() == pytest.approx(45.0)


def test_the_layout_before_2023_and_an_older_vintage(write: Callable[..., Path]) -> None:
    rows = [old("030510", 2e6), old("03", 7e6), old("030617", 5e6)]
    reading = read(write("a.csv", rows, encoding="utf-8-sig"))
    assert reading.understood.layout == "UN Comtrade (before 2023)"
    assert reading.understood.nomenclature == "HS 2017"
    # 0305.10 of HS 2017 is 0309.10 of HS 2022.
    assert reading.frame["hs"].tolist() == ["030617", "030910"]
    assert any("030510" in note for note in reading.notes)


def test_imports_of_the_other_country_are_the_same_flow_cif(write: Callable[..., Path]) -> None:
    row = new("030617", 43e6, reporterISO="JPN", partnerISO="IND", flowCode="M", cifvalue=43e6)
    (one,) = read(write("a.csv", [row])).frame.to_dict("records")
    assert (one["flow"], one["importer"], one["source"]) == ("export", "JPN", "IND")
    assert one["valuation"] == "cif"


def test_calendar_years_become_fiscal_ones_only_when_told(write: Callable[..., Path]) -> None:
    rows = [new("0306", 40e6), new("0306", 80e6, period=2024, refYear=2024)]
    file = write("a.csv", rows)
    with pytest.raises(InputError, match="calendar years become fiscal ones when you say how"):
        read(file, year="2023-24")
    assert read(file, year="2023-24", fiscal="same").frame["usd_mn"].tolist() == [40.0]
    quarters = read(file, year="2023-24", fiscal="quarters").frame["usd_mn"].tolist()
    assert quarters == pytest.approx([0.75 * 40 + 0.25 * 80])


def test_months_make_fiscal_years_where_all_are_there(write: Callable[..., Path]) -> None:
    months = [f"2023{m:02d}" for m in range(1, 13)] + [f"2024{m:02d}" for m in range(1, 7)]
    rows = [new("0306", 1e6 * (i + 1), period=m, freqCode="M") for i, m in enumerate(months)]
    file = write("a.csv", rows)
    (calendar,) = read(file).frame.to_dict("records")
    assert (calendar["period"], calendar["usd_mn"]) == ("2023", pytest.approx(78.0))
    reading = read(file, fiscal="months")
    (fiscal,) = reading.frame.to_dict("records")
    assert (fiscal["period"], fiscal["usd_mn"]) == ("2023-24", pytest.approx(sum(range(4, 16))))
    assert any("2024-25 has 3 of twelve months" in left.reason for left in reading.left_out)


def test_what_cannot_be_right_is_refused(
    write: Callable[..., Path], chapters: Rows, base_trade: Callable[[str], pd.DataFrame]
) -> None:
    thousand = [row | {"primaryValue": float(str(row["primaryValue"])) / 1000} for row in chapters]
    with pytest.raises(InputError, match="within a factor of 5"):
        read(write("a.csv", thousand))
    imports = base_trade("import")
    exchanged = [new(hs, round(usd * 1e6)) for hs, usd in imports.itertuples(index=False)]
    with pytest.raises(InputError, match="exchanged"):
        read(write("a.csv", exchanged))
    sitc = [new("03", 1e6, classificationCode="S4")]
    with pytest.raises(InputError, match="Harmonized System"):
        read(write("a.csv", sitc))


@pytest.mark.slow(seconds=0.7)
def test_every_problem_comes_in_one_pass(write: Callable[..., Path]) -> None:
    rows = [
        new("03", 1e6, classificationCode="S4"),
        new("77", 1e6),
        new("0306", -1),
        new("04", 1e6, flowCode="Q"),
    ]
    problems = inspect(write("a.csv", rows)).problems
    assert {problem.field for problem in problems} >= {"classification", "code", "flow"}
    assert any(problem.value == "-1" for problem in problems)


def test_the_same_row_twice_counts_once_and_two_amounts_are_refused(
    write: Callable[..., Path],
) -> None:
    rows = [new("0306", 40e6), new("0306", 40e6)]
    assert read(write("a.csv", rows)).frame["usd_mn"].sum() == pytest.approx(40.0)
    with pytest.raises(InputError, match="two that differ"):
        read(write("a.csv", [new("0306", 40e6), new("0306", 41e6)]))


def test_goods_not_specified_by_kind_are_chapter_99_once(write: Callable[..., Path]) -> None:
    rows = [new("99", 3e6), new("9999", 3e6), new("9999AA", 3e6, aggrLevel=6), new("0306", 4e7)]
    frame = read(write("a.csv", rows)).frame.set_index("hs")["usd_mn"]
    assert frame.to_dict() == pytest.approx({"0306": 40.0, "99": 3.0})


def test_one_country_of_a_group_is_not_too_little(write: Callable[..., Path]) -> None:
    # Peru belongs to the rest of the world, whose trade is far larger.
    chapters = [f"{n:02d}" for n in range(1, 98) if n != 77]
    rows = [
        new(hs, 1e6, reporterISO="JPN", partnerISO="PER", partnerCode=604, flowCode="M")
        for hs in chapters
    ]
    assert set(read(write("a.csv", rows)).frame["source"]) == {"ROW"}

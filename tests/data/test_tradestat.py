"""TradeStat: the page as the portal writes it, real workbooks and CSV; units by India's total."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cepasim.core.problems import InputError
from cepasim.data import read
from cepasim.params.parameters import Parameters

# The skeleton of a page of the portal, after one it gave in June 2020.
PAGE = """
<script type="text/javascript"> function ChNull(val) {{ var val }} </script>
<html><head><title>Export Import Data Bank</title></head><body>
<p ALIGN="center"><font size="5"><strong>
Department of Commerce<BR> </font></STRONG>
<font size="4"><strong><U>Export Import Data Bank<BR></U>
 {flow} :: Country-wise all commodities</font></STRONG></p>
<p align=right>Dated:
24/6/2025<BR>{unit}<br>
 Sorted on HSCode
 </p>
<table border="1" width="100%"><tr>
<th>S.No.</th><th>HSCode</th><th>Commodity</th><th>{first}</th><th>
{second}
</th><th>%Growth</th></tr>
<br><font size="2">Country: &nbsp;{country}</font>
 <br><font color=red size=1>* ITC HS Code of the Commodity is either dropped</font>
{rows}
<tr><td>&nbsp;</td><td>&nbsp;</td><td><strong>Total</strong></td><td>{total}</td><td>{total2}</td>
<td>3.1</td></tr>
<tr><td colspan=3><b>India's Total</td><td>{world}</td><td>{world2}</td><td>2.0</td></tr>
<tr><td colspan=3><b>%Share</td><td>1.21</td><td>1.18</td><td>&nbsp;</td></tr>
</table><P align=right>DOC-NIC</P></body></html>
"""
Amounts = Sequence[tuple[str, float]]


def page(rows: Amounts, **other: str) -> str:
    """Page of exports to Japan in US$ mn; the second year is a tenth larger."""
    body = "".join(
        f"<tr><td>{n}.</td><td>\n {hs}\n</td><td>GOODS; NOT {n}, SPEC.</td><td>{v:,.2f}</td>"
        f"<td>{v * 1.1:,.2f}</td><td>10.0</td></tr>\n"
        for n, (hs, v) in enumerate(rows, start=1)
    )
    total = sum(round(v, 2) for _, v in rows)
    total2 = sum(round(v * 1.1, 2) for _, v in rows)
    values = {
        "flow": "Export", "unit": "Values in US$ Million", "country": "JAPAN",
        "first": "2022-2023", "second": "2023-2024(Apr-Mar)", "rows": body,
        "total": f"{total:,.2f}", "total2": f"{total2:,.2f}",
        "world": "4,51,070.00", "world2": "4,37,072.03",
    }  # fmt: skip
    return PAGE.format(**(values | other))


@pytest.fixture
def small() -> Amounts:
    return [("03", 300.25), ("27", 700.5), ("29", 450.0), ("87", 160.75)]


def test_a_page_named_xls(tmp_path: Path, small: Amounts) -> None:
    file = tmp_path / "japan.xls"
    file.write_text(page(small), encoding="latin-1")
    reading = read(file)
    frame = reading.frame.set_index(["period", "hs"])["usd_mn"]
    assert frame["2022-23", "27"] == pytest.approx(700.5)
    assert frame["2023-24", "03"] == pytest.approx(330.28)
    assert reading.understood.unit == "US$ mn (title, and India's total agrees)"
    assert (set(reading.frame["flow"]), set(reading.frame["valuation"])) == ({"export"}, {"fob"})
    assert len(reading.totals) == 2
    assert all(abs(total.gap) < 1e-9 for total in reading.totals)


def test_goods_described_by_totals_and_shares_are_goods(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "Export :: x\nCountry: JAPAN\nValues in US $ Million\n"
        "S.No.,HSCode,Commodity,2022-2023,%Share\n"
        '1,52010024,"COTTON, TOTAL TRASH 2%, %SHARE",30,1\n2,870323,CARS,70,2\n,,Total,100,3\n'
    )
    assert read(file).frame["usd_mn"].tolist() == [30.0, 70.0]


def test_the_unit_comes_from_indias_total_where_the_title_is_silent(
    tmp_path: Path, small: Amounts, parameters: Parameters
) -> None:
    lakh = [(hs, usd * 803.3) for hs, usd in small]
    file = tmp_path / "japan.xls"
    world = f"{451070 * 803.3:,.0f}"
    file.write_text(page(lakh, unit="", world=world, world2=f"{437072 * 827.79:,.0f}"))
    reading = read(file)
    assert reading.understood.unit == "Rs lakh (from India's total)"
    assert reading.understood.rates["2022-23"].startswith("80.33 per US$")
    first = reading.frame[reading.frame["period"] == "2022-23"]
    assert first["usd_mn"].sum() == pytest.approx(sum(usd for _, usd in small), rel=1e-4)


def test_a_title_that_indias_total_contradicts_is_refused(tmp_path: Path, small: Amounts) -> None:
    file = tmp_path / "japan.xls"
    file.write_text(page(small, unit="Values in Rs. Lacs"))
    with pytest.raises(InputError, match="India's Total.*it does in US\\$ mn"):
        read(file)


def test_missing_rows_and_rows_too_many_are_refused(tmp_path: Path, small: Amounts) -> None:
    file = tmp_path / "japan.xls"
    for total, words in (("2,000.00", "rows are missing"), ("1,000.00", "counted twice")):
        file.write_text(page(small, total=total))
        with pytest.raises(InputError, match=words):
            read(file)


def test_a_running_year_is_left_out_by_name(tmp_path: Path, small: Amounts) -> None:
    file = tmp_path / "japan.xls"
    file.write_text(page(small, second="2024-2025(Apr-Sep(P))"))
    reading = read(file)
    assert reading.understood.periods == ("2022-23",)
    assert any("2024-2025(Apr-Sep" in left.reason for left in reading.left_out)


def test_a_workbook_and_a_csv_without_flow_or_country(tmp_path: Path, small: Amounts) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Import :: Country-wise all commodities"])
    sheet.append(["Values in US $ Million"])
    sheet.append(["Country: JAPAN"])
    sheet.append(["S.No.", "HSCode", "Commodity", "2022-2023", "%Share", "%Growth"])
    # A spreadsheet has made numbers of the codes.
    for n, (hs, usd) in enumerate([("03061720", 9.5), ("84", 2000.0)], start=1):
        sheet.append([n, int(hs), "Goods", usd, 0.1, -3.0])
    book.save(tmp_path / "a.xlsx")
    frame = read(tmp_path / "a.xlsx").frame
    assert frame["hs"].tolist() == ["03061720", "84"]
    assert set(frame["flow"]) == {"import"}
    assert set(frame["valuation"]) == {"cif"}

    file = tmp_path / "a.csv"
    file.write_text("S.No.,HSCode,Commodity,2022-2023\n1,03,Fish,300\n2,87,Cars,\n")
    with pytest.raises(InputError) as refused:
        read(file)
    assert {p.field for p in refused.value.problems} == {"unit", "partner", "flow"}
    reading = read(file, unit="US$ mn", partner="JPN", flow="export")
    assert reading.frame["usd_mn"].tolist() == [300.0]
    assert any(left.reason.startswith("no trade") for left in reading.left_out)


def test_one_commodity_by_country(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "Import :: Commodity-wise all countries\nCommodity: 8708 PARTS\nValues in US $ Million\n"
        "S.No.,Country,2022-2023,%Growth\n1,JAPAN,700.5,1\n2,GERMANY,900,2\n3,CHINA P RP,1500,3\n"
        ",Total,3100.5,\n"
    )
    frame = read(file).frame.set_index("source")["usd_mn"]
    assert frame.to_dict() == pytest.approx({"JPN": 700.5, "EU27": 900.0, "CHN": 1500.0})


def test_another_year_is_refused(tmp_path: Path, parameters: Parameters) -> None:
    # The trade of 2019-20 under the heading of 2021-22.
    table: pd.DataFrame = parameters.table("history/bilateral")
    rows = table[(table["fiscal_year"] == "2019-20") & (table["flow"] == "export")]
    amounts = list(zip(rows["hs"], rows["value"] * 4517.0 / rows["value"].sum(), strict=True))
    lines = "".join(f"{n},{hs},x,{value:.2f}\n" for n, (hs, value) in enumerate(amounts))
    head = "Export :: x\nCountry: JAPAN\nValues in US $ Million\nS.No.,HSCode,Commodity,"
    file = tmp_path / "a.csv"
    file.write_text(head + "2019-2020\n" + lines)
    assert len(read(file).frame)
    file.write_text(head + "2021-2022\n" + lines)
    with pytest.raises(InputError, match="it is that of 2019-20"):
        read(file)

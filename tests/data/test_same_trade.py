"""The same trade in dollars, lakh of rupees and thousand yen reads to the same table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from cepasim.data import read
from cepasim.data.money import rate, valued
from cepasim.data.reading import Reading
from cepasim.params.parameters import Parameters
from cepasim.products.levels import chapter_of

YEAR = "2022-23"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def by_product(reading: Reading, parameters: Parameters) -> pd.Series:
    frame = valued(reading.frame, "fob", parameters)
    assert set(frame["period"]) == {YEAR}
    assert set(frame["flow"]) == {"export"}
    return frame.groupby(frame["hs"].str[:6])["usd_mn"].sum()


@pytest.mark.slow(seconds=1)
def test_three_portals_one_table(
    tmp_path: Path,
    write: Callable[..., Path],
    exports_hs6: pd.DataFrame,
    parameters: Parameters,
) -> None:
    truth = exports_hs6.set_index("hs")["usd_mn"]

    # UN Comtrade: India's exports in dollars, f.o.b.; the calendar year stands for the fiscal one.
    comtrade = [
        {"refYear": 2022, "reporterISO": "IND", "partnerISO": "JPN", "flowCode": "X",
         "classificationCode": "H6", "cmdCode": hs, "aggrLevel": 6,
         "primaryValue": round(usd * 1e6)}
        for hs, usd in truth.items()
    ]  # fmt: skip
    first = read(write("comtrade.csv", comtrade), year=YEAR, fiscal="same")

    # TradeStat: India's exports in lakh of rupees by eight digits, f.o.b.
    rupees = rate(parameters, "IND", YEAR)
    assert rupees is not None
    lines = [
        f"{n},{hs}00,x,{usd * rupees.value * 10:.2f}" for n, (hs, usd) in enumerate(truth.items())
    ]
    title = "Export :: Country-wise\nCountry: JAPAN\nValues in Rs. Lacs"
    head = f"{title}\nS.No.,HSCode,Commodity,2022-2023"
    tradestat = tmp_path / "tradestat.csv"
    tradestat.write_text("\n".join([head, *lines]))
    second = read(tradestat)

    # Japan Customs: Japan's imports in thousand yen by nine digits and month, c.i.f.
    yen = rate(parameters, "JPN", YEAR)
    assert yen is not None
    margin = parameters.by_chapter(
        "freight_insurance", [chapter_of(str(hs)) for hs in truth.index], "JPN", "IND"
    )
    rows: list[dict[str, object]] = []
    for (hs, usd), freight in zip(truth.items(), margin, strict=True):
        month = round(usd * (1 + freight) * yen.value * 1000 / 12)
        for year, months in ((2022, MONTHS[3:]), (2023, MONTHS[:3])):
            rows.append(
                {"Exp or Imp": 2, "Year": year, "HS": f"'{hs}000", "Country": 123,
                 "Value-Year": month * len(months)}
                | {f"Value-{m}": month if m in months else 0 for m in MONTHS}
            )  # fmt: skip
    third = read(write("japan.csv", rows, encoding="cp932"), fiscal="months")

    for reading in (first, second, third):
        table = by_product(reading, parameters)
        assert table.sum() == pytest.approx(truth.sum(), rel=1e-5)
        # A hundredth of a lakh is 120 dollars; half a thousand yen twelve times is 40.
        assert (table - truth).abs().max() < 2e-4
        assert len(table) == len(truth)

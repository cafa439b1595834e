"""The template: empty files explained, filled in and read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cepasim.core.problems import InputError
from cepasim.data import read
from cepasim.data.template import write_template

LINE = "2024-25,IND,JPN,export,0306,412.5,US$ mn,fob,HS 2022\n"


def fill(file: Path, *lines: str) -> Path:
    with file.open("a", encoding="utf-8") as out:
        out.writelines(lines)
    return file


def test_headings_are_explained_with_an_example(tmp_path: Path) -> None:
    trade, tariffs, headings = write_template(tmp_path / "mine")
    rows = list(csv.DictReader(headings.open(encoding="utf-8-sig")))
    for file in (trade, tariffs):
        (names,) = list(csv.reader(file.open(encoding="utf-8-sig")))
        assert names == [row["heading"] for row in rows if row["file"] == file.name]
    assert all(row["meaning"] for row in rows)
    with pytest.raises(InputError, match="no file of that name yet"):
        write_template(tmp_path / "mine")


def test_filled_in_it_is_read(tmp_path: Path) -> None:
    trade, tariffs, _ = write_template(tmp_path)
    total = "2024-25,IND,JPN,export,TOTAL,712.5,US$ mn,fob,\n"
    reading = read(fill(trade, LINE, LINE.replace("0306,412.5", "29,300"), total))
    assert reading.frame[["period", "hs", "usd_mn"]].to_numpy().tolist() == [
        ["2024-25", "0306", 412.5],
        ["2024-25", "29", 300.0],
    ]
    assert abs(reading.totals[0].gap) < 1e-12
    duty = read(fill(tariffs, "2025,IND,any,87032291,MFN,70,,\n"))
    assert duty.frame["rate_pct"].tolist() == [70.0]
    assert duty.frame["low_pct"].tolist() == [70.0]


def test_a_unit_may_be_spelled_in_other_ways_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    trade, _, _ = write_template(tmp_path)
    fill(trade, LINE.replace("US$ mn", "USD million"))
    reading = read(trade)
    assert reading.frame["usd_mn"].tolist() == [412.5]
    other = fill(write_template(tmp_path / "b")[0], LINE.replace("US$ mn", "dollars"))
    with pytest.raises(InputError, match="unit: 'dollars'; one of US"):
        read(other)


def test_an_empty_template_is_refused(tmp_path: Path) -> None:
    trade, tariffs, _ = write_template(tmp_path)
    for file in (trade, tariffs):
        with pytest.raises(InputError):
            read(file)


def test_two_units_and_a_total_that_does_not_add_up(tmp_path: Path) -> None:
    trade, _, _ = write_template(tmp_path)
    fill(trade, LINE, LINE.replace("0306", "29").replace("US$ mn", "Rs lakh"))
    with pytest.raises(InputError, match="one unit for the whole file"):
        read(trade)

"""What was understood of a file, and what refuses it, in Japanese as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from cepasim.core.language import language
from cepasim.core.problems import InputError
from cepasim.data import read
from cepasim.data.money import UNITS
from cepasim.data.words import described
from tests.english_left import english_left

_HEAD = "period,reporter,partner,flow,hs,value,unit\n"
_ROWS = (
    "2024-25,IND,JPN,export,03,1250,Rs crore\n"
    "2024-25,IND,JPN,export,0306,1000,Rs crore\n"
    "2024-25,IND,USA,export,03,9000,Rs crore\n"
    "2024-25,IND,JPN,export,09,0,Rs crore\n"
)


def test_a_reading_is_said_in_either_language(tmp_path: Path) -> None:
    file = tmp_path / "marine.csv"
    file.write_text(_HEAD + _ROWS)
    reading = read(file)
    english = "\n".join(described(reading))
    assert "left out      1 row: no trade: blank or zero" in english
    assert "note          Groups hold more than their products" in english
    with language("ja"):
        japanese = "\n".join(described(reading))
    assert "除外          1行：貿易なし（空欄又は0）" in japanese
    assert "unit列" in japanese and "百万ドル" in japanese
    assert english_left(japanese, [str(file), *reading.understood.rates.values()]) == []


def test_a_refusal_is_said_in_the_language_of_the_moment(tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(_HEAD + "2024-25,Nowhere,JPN,export,87x,minus one,pounds\n")
    with language("ja"), pytest.raises(InputError) as refused:
        read(file)
    said = "\n".join(str(problem) for problem in refused.value.problems)
    assert "0以上の金額" in said
    assert english_left(said, [str(file), "minus one", *UNITS]) == []

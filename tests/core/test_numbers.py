"""Numbers in the currency and the language of the moment."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cepasim.core import numbers
from cepasim.core.currency import Currency, shown_in
from cepasim.core.language import language

RUPEES = Currency("INR", 82.779, "2023-24")
YEN = Currency("JPY", 144.5357, "2023-24")
DOLLARS = Currency()


@pytest.mark.parametrize(
    ("usd_mn", "mn", "bn"),
    [
        (34.2, "US$ 34 mn", "US$ 0.034 bn"),
        (7.81, "US$ 7.8 mn", "US$ 0.008 bn"),
        (-1234.5, "−US$ 1,234 mn", "−US$ 1.23 bn"),
        (0.04, "US$ ~0 mn", "US$ ~0 bn"),
        (0.0, "US$ 0 mn", "US$ 0 bn"),
        (math.nan, "–", "–"),
    ],
)
def test_dollars_in_english(usd_mn: float, mn: str, bn: str) -> None:
    assert (numbers.mn(usd_mn), numbers.bn(usd_mn)) == (mn, bn)


def test_ranges_in_english() -> None:
    assert numbers.span_mn(15.0, 67.0) == numbers.range_mn(15.0, 67.0, unit=False) == "15–67"
    assert numbers.range_mn(-12.0, 4.0) == "US$ −12 to 4 mn"
    assert numbers.range_bn(3430.0, 8230.0) == "US$ 3.43–8.23 bn"
    assert numbers.span_mn(math.nan, 1.0) == numbers.range_mn(math.nan, 1.0) == "unknown"


@pytest.mark.parametrize(
    ("currency", "amounts", "said"),
    [
        (DOLLARS, (34.2, 7.81, 312.0, 1240.0), "3,400万ドル 780万ドル 3.12億ドル 12.40億ドル"),
        (DOLLARS, (0.05, 0.04, 0.0), "10万ドル ほぼ0ドル 0ドル"),
        (YEN, (0.01, 0.0), "ほぼ0円 0円"),
        (YEN, (34.2, 7.81, 312.0, 1240.0), "49億円 11億円 451億円 1,792億円"),
        (
            RUPEES,
            (34.2, 7.81, 312.0, 1240.0),
            "28.3億ルピー 6.5億ルピー 258.3億ルピー 1,026.5億ルピー",
        ),
    ],
)
def test_amounts_in_japanese(currency: Currency, amounts: tuple[float, ...], said: str) -> None:
    with language("ja"), shown_in(currency):
        assert " ".join(numbers.mn(one) for one in amounts) == said


def test_billions_and_changes_in_japanese() -> None:
    with language("ja"):
        assert numbers.bn(1240.0) == "12.4億ドル"
        assert numbers.mn(-7.81, signed=True) == "−780万ドル"
        assert numbers.bn(34.0, signed=True) == "+0.34億ドル"
        assert (numbers.unit_mn(), numbers.unit_bn()) == ("百万ドル", "億ドル")
        # In a table the head has the unit.
        assert (numbers.millions(1240.0), numbers.billions(1240.0)) == ("1,240", "12.4")
        assert numbers.mn(0.04, unit=False) == "ほぼ0"
        assert numbers.percent(1.54) == "+1.5％"
        assert numbers.percent(math.nan) == "新規"


def test_ranges_in_japanese_have_their_unit() -> None:
    with language("ja"):
        assert numbers.range_mn(15.0, 67.0, unit=False) == "1,500万～6,700万ドル"
        assert numbers.range_mn(-62.0, 312.0) == "−0.62億～3.12億ドル"
        assert numbers.range_mn(0.01, 67.0) == "ほぼ0～6,700万ドル"
        assert numbers.range_mn(0.0, 0.0) == "0～0ドル"
        assert numbers.range_bn(3430.0, 8230.0) == "34.3億～82.3億ドル"
        assert numbers.span_mn(15.0, 67.0) == "15～67"
        assert numbers.range_mn(math.nan, 67.0) == "不明"
        with shown_in(YEN):
            assert numbers.range_mn(15.0, 67.0) == "22億～97億円"


def test_rupees_are_counted_in_crore_and_grouped_as_in_india() -> None:
    with shown_in(RUPEES):
        assert numbers.mn(340.0) == "₹ 2,814 crore"
        assert numbers.bn(12400.0) == "₹ 1,02,650 crore"
        assert numbers.mn(-7.81, signed=True) == "−65 crore"
        assert numbers.range_mn(15.0, 67.0) == "₹ 124–555 crore"
        assert (numbers.unit_mn(), numbers.unit_bn()) == ("₹ crore", "₹ crore")
        assert numbers.rate_in_words() == "at ₹ 82.78 per US$ (2023-24)"


def test_yen_are_counted_in_billions() -> None:
    with shown_in(YEN):
        assert [numbers.mn(one) for one in (34.2, 7.81)] == ["¥ 4.9 bn", "¥ 1.1 bn"]
        assert numbers.bn(12400.0) == "¥ 1,792 bn"
        assert numbers.rate_in_words() == "at ¥ 144.5 per US$ (2023-24)"
        with language("ja"):
            assert numbers.rate_in_words() == "1ドル＝144.5円（2023年度）で換算"


def test_charts_count_in_what_their_titles_say() -> None:
    values = np.array([1000.0, -10.0])
    assert numbers.in_bn(values).tolist() == [1.0, -0.01]
    assert numbers.in_mn(250.0) == 250.0
    with shown_in(RUPEES):
        assert numbers.in_bn(1000.0) == pytest.approx(8277.9)
    with language("ja"):
        assert numbers.in_bn(1240.0) == 12.4


def test_what_is_small_but_not_zero_is_known_in_every_language() -> None:
    assert numbers.is_nearly_none(numbers.millions(0.01))
    assert not numbers.is_nearly_none(numbers.millions(0.1))
    with language("ja"):
        assert numbers.is_nearly_none(numbers.millions(0.01))


def test_parameters() -> None:
    assert [numbers.value(one) for one in (0.12345, 1234.0, math.inf, -math.inf)] == [
        "0.1235",
        "1,234",
        "infinite",
        "−infinite",
    ]


def test_a_minus_may_follow_a_japanese_character() -> None:
    assert numbers.with_minus("輸出で-41％～+41％、推計値は-4.2") == (
        "輸出で−41％～+41％、推計値は−4.2"
    )
    for kept in ("2013-14", "COVID-19", "第84-85類", "Table 4-1"):
        assert numbers.with_minus(kept) == kept


def test_a_small_percentage_of_a_sentence_has_a_second_decimal() -> None:
    written = [numbers.percent(value) for value in (6.04, 0.1, 0.094, -0.023, 0.004, 0.0)]
    assert written == ["+6.0 %", "+0.1 %", "+0.09 %", "−0.02 %", "~0 %", "0 %"]
    assert numbers.percent(0.023, in_column=True) == "~0 %"


def test_half_of_the_last_digit_is_small_and_not_nothing() -> None:
    assert numbers.span_mn(-0.5, 18.2, signed=True) == "~0 to +18"

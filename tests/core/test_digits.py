"""The last digit of numbers, columns and sums: in every currency, from the number that is read."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from cepasim.core import digits, numbers
from cepasim.core.currency import Currency, Size, shown_in
from cepasim.core.language import language

CURRENCIES = [
    Currency(),
    Currency("INR", 82.779, "2023-24"),
    Currency("JPY", 144.5357, "2023-24"),
]
READERS = [(tag, one) for tag in ("en", "ja") for one in CURRENCIES]
IDS = [f"{tag}-{one.code}" for tag, one in READERS]


def number(text: str) -> Decimal:
    """Read a number that was printed without its unit."""
    if numbers.is_nearly_none(text):
        return Decimal(0)
    return Decimal(text.replace(",", "").replace(numbers.MINUS, "-"))


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


@pytest.mark.parametrize(("tag", "currency"), READERS, ids=IDS)
@pytest.mark.parametrize("size", ["mn", "bn"])
def test_a_column_has_one_number_of_decimals(tag: str, currency: Currency, size: Size) -> None:
    draw = np.random.default_rng(3)
    with language(tag), shown_in(currency):
        for largest in (0.4, 7.0, 9.98, 14.3, 101.0, 4000.0):
            column = largest * draw.uniform(-1.0, 1.0, 30)
            written = numbers.column([*column, 0.0, largest], signed=True, size=size)
            counted = [one for one in written if one[0] in f"+{numbers.MINUS}"]
            assert len({decimals(one) for one in counted}) <= 1
            for value, text in zip(column, written, strict=False):
                unit = numbers.in_mn(1.0) if size == "mn" else numbers.in_bn(1.0)
                half = 0.5 * 10.0 ** -min(map(decimals, counted), default=0)
                if not numbers.is_nearly_none(text) and decimals(text):
                    assert float(number(text)) == pytest.approx(value * unit, abs=1.0001 * half)
                assert text != "0"  # what is small is not nothing


@pytest.mark.parametrize(("tag", "currency"), READERS, ids=IDS)
def test_digits_are_chosen_from_the_number_that_is_read(tag: str, currency: Currency) -> None:
    """Not 14.3 beside 15: a number loses a decimal where it gains a digit before the point."""
    with language(tag), shown_in(currency):
        written = [numbers.millions(one) for one in np.geomspace(0.06, 3000.0, 400)]
    by_length: dict[int, set[int]] = {}
    for text in written:
        if not numbers.is_nearly_none(text) and not text.startswith("0"):
            by_length.setdefault(len(text.partition(".")[0].replace(",", "")), set())
            by_length[len(text.partition(".")[0].replace(",", ""))].add(decimals(text))
    assert by_length and all(len(found) == 1 for found in by_length.values()), by_length


def test_yen_and_crore_of_one_size_have_one_number_of_decimals() -> None:
    _, rupees, yen = CURRENCIES
    with language("ja"), shown_in(yen):
        assert [numbers.millions(one) for one in (9.9, 10.4)] == ["14", "15"]  # was 14.3 and 15
        assert numbers.column([9.9, 10.4, 0.3]) == ["14.3", "15.0", "0.4"]
    with shown_in(rupees):
        assert numbers.column([1.73, 10.4, 0.06]) == ["14.3", "86.1", "0.5"]
        assert numbers.column([1.73, 40.0, 0.06, 0.02]) == ["14", "331", "~0", "~0"]


@pytest.mark.parametrize(("tag", "currency"), READERS, ids=IDS)
def test_a_sum_holds_as_it_is_printed(tag: str, currency: Currency) -> None:
    draw = np.random.default_rng(5)
    held = 0
    with language(tag), shown_in(currency):
        for exports, imports in draw.uniform(-90.0, 90.0, (200, 2)):
            terms = (exports - imports, exports, -imports)
            place, adds_up = digits.place_of_sums([terms])
            total, *parts = (number(one) for one in numbers.column(terms, place=place))
            assert (total == sum(parts)) == adds_up
            held += adds_up
    assert held > 175  # a digit more is enough in 15 of 16


def test_a_number_is_never_adjusted() -> None:
    """-33.6 = 45.7 - 79.3 as it is; no whole number of it is moved so that the sum comes out."""
    terms = (-33.6, 45.7, -79.3)
    assert digits.place_of_sums([terms]) == (5, True)
    assert numbers.column(terms, signed=True, place=5) == ["−33.6", "+45.7", "−79.3"]
    assert digits.place_of_sums([(-33.4, 45.9, -79.3)]) == (6, True)  # no more than it takes
    hard = (1.0 / 3.0, *[1.0 / 9.0] * 3)  # 0.333 = 3 x 0.111 holds, and at 0.3 = 3 x 0.1 before
    assert digits.place_of_sums([hard]).adds_up
    assert digits.place_of_sums([(2.0 / 3.0, *[1.0 / 6.0] * 4)]) == (5, False)


def test_both_ends_of_a_range_have_one_number_of_decimals() -> None:
    assert numbers.span_mn(-3.4, 1091.0, signed=True) == "−3 to +1,091"
    assert numbers.span_mn(0.6, 26.0) == "1–26"
    assert numbers.span_mn(0.4, 7.4) == "0.4–7.4"
    assert numbers.span_mn(9.96, 10.4) == "10.0–10.4"  # not 10-10
    assert numbers.span(40.0, 310.0) == "0.04–0.31"


def test_what_counts_is_not_lost_in_a_sum() -> None:
    assert digits.place_of_sums([(46.3, 46.0, 0.3)]) == (6, True)
    assert digits.place_of_sums([(46.3, 46.0, 0.3)], least=numbers.LEAST) == (5, True)
    # Unless it adds up only where that is next to nothing: 48.6 is not 48.74 - 0.06 with tenths.
    assert digits.place_of_sums([(48.64, 48.74, -0.1)], least=numbers.LEAST) == (5, True)
    assert digits.place_of_sums([(48.67, 48.74, -0.07)], least=numbers.LEAST) == (6, True)

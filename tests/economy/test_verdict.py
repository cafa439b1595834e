"""The verdict of history is said in any language, whatever its numbers are."""

from __future__ import annotations

from cepasim.core.language import language, now
from cepasim.economy.economy import Economy
from cepasim.economy.verdict import verdicts, with_numbers
from tests.english_left import english_left

CODE = ("`exchange_rate`", "`exchange_rate_pass_through`")


def test_every_part_of_the_verdict_is_said_in_japanese(economy: Economy) -> None:
    rows = economy.parameters.table("history/verdict").to_dict("records")
    for row, verdict in zip(rows, verdicts(economy.parameters).values(), strict=True):
        for name in ("asked", "answer", "why", "note"):
            part = getattr(verdict, name)
            assert part == row[name]
            with language("ja"):
                said = now(part)
            assert english_left(said, CODE) == [] and bool(said) == bool(part)


def test_a_translation_holds_when_the_numbers_are_computed_again() -> None:
    again = with_numbers("WAPE 7.5 %; constant share from 2015-16 1,234.0 %; second model -3 %")
    with language("ja"):
        said = now(again)
    assert "7.5％" in said and "2015年度" in said and "1,234.0％" in said and "-3％" in said
    assert english_left(said) == []


def test_amounts_of_the_verdict_are_counted_as_the_language_counts() -> None:
    amounts = with_numbers("US$ 9.87 bn of the rise, and US$ -1.00 bn")
    assert amounts == "US$ 9.87 bn of the rise, and US$ -1.00 bn"
    assert amounts.message == "{a} of the rise, and {b}"
    with language("ja"):
        assert now(amounts) == "98.7億ドル of the rise, and -10.0億ドル"

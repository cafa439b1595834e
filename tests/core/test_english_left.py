"""The scan that finds English in texts of other languages."""

from __future__ import annotations

from tests.english_left import english_left


def test_runs_of_english_words_are_found() -> None:
    assert english_left("関税 of the tariff line 品目") == ["of the tariff line"]
    assert english_left("<p style='color: red'>Changes are large\nor small</p>") == [
        "Changes are large"
    ]


def test_codes_units_and_what_is_allowed_are_no_english() -> None:
    said = "HS 03類はMFN税率、usd_mn（IMF World Economic Outlook）、docs/uncertainty.md、CEPA"
    assert english_left(said, ["World Economic Outlook", "docs/uncertainty.md"]) == []

"""What a phone shows of wide tables without a swipe."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from cepasim.params.loading import load_parameters
from cepasim.products.classification import Classification
from cepasim.ui.columns import WRAPPED, _writer
from cepasim.ui.pages import (
    advice_fund,
    advice_lines,
    advice_offers,
    compare,
    parameters,
    sectors,
    whole_tables,
)

#: Pixels of a table on a phone 390 pixels wide, and of type at the size of the theme.
_PHONE, _TYPE = 347, 15


def test_name_value_and_unit_of_a_parameter_are_side_by_side_on_a_phone() -> None:
    heads = parameters._heads()
    first = parameters._SHOWN[:3]
    assert first == ["words", "said", "unit"]
    assert sum(heads[name]["width"] for name in first) <= _PHONE


def test_a_parameter_of_a_chapter_names_it() -> None:
    economy = SimpleNamespace(classification=Classification.bundled())
    found: Any = SimpleNamespace(figures=SimpleNamespace(economy=economy))
    row = {"name": "eta_03", "parameter": "eta", "hs": "03", "importer": "", "exporter": ""}
    assert parameters._named_in_words(found, row).endswith(", chapter 03 Fish and seafood")
    assert parameters._named_in_words(found, row | {"hs": "01-05"}).endswith(", chapters 01-05")


def test_sectors_are_read_on_a_phone_without_a_swipe() -> None:
    flows = {
        "balance": [-28.14, 0.2, 4.0],
        "exports": [1.0, 0.2, 4.0],
        "imports": [29.14, 0.0, 0.0],
    }
    frame = pd.DataFrame({f"change_in_{flow}_usd_mn": sizes for flow, sizes in flows.items()})
    shown = sectors.at_a_glance(frame, pd.Series(["87 Cars", "03 Fish", "61 Garments"]))
    assert shown.head == ("Sector", "Balance", "Exports", "Imports")
    assert shown.rows[0] == ("87 Cars", "−28.1", "+1.0", "+29.1")
    assert len(shown.rows) == 3 and "move most" not in shown.caption
    many = pd.concat([frame] * 5, ignore_index=True)
    cut = sectors.at_a_glance(many, pd.Series(["61 Garments"] * 15))
    assert len(cut.rows) == 12 and "the 12 that move most" in cut.caption


def test_texts_of_high_rows_are_wrapped() -> None:
    assert WRAPPED > 4 * _TYPE, "the framework wraps only in rows above four times the type"


def test_whole_tables_show_values_beside_names_and_no_empty_column() -> None:
    table = load_parameters().table("elasticities/armington")
    shown = whole_tables.values_first(table)
    assert list(shown.columns[:5]) == ["name", "value", "low", "high", "unit"]
    assert {"importer", "window"} <= set(table) - set(shown)
    other = pd.DataFrame({"year": ["2021"], "value": [1.0], "note": [np.nan]})
    assert list(whole_tables.values_first(other)) == ["year", "value"]


def test_triggers_show_what_trips_and_when_first_and_those_of_the_levers_first() -> None:
    assert advice_offers._TRIP_COLUMNS[:2] == ("name", "first_year")
    table = pd.DataFrame(
        [
            ("central", "50", "2026-27", "2026-27"),
            ("central", "17", "2029-30", None),
            ("history", "60", "2027-28", "2028-29"),
        ],
        columns=["variant", "hs", "first_year", "first_year_without_levers"],
    )
    assert list(advice_offers.levers_first(table)["hs"]) == ["17", "50", "60"]


def test_chapters_of_scenarios_compared_are_written_to_one_place() -> None:
    changes = pd.DataFrame({"a": [47.52, 0.3], "b": [31.9, -0.01]}, index=["87", "84"])
    assert compare.by_chapter(changes, {"87": "87 Vehicles", "84": "84 Machinery"}) == (
        ("87 Vehicles", "+47.5", "+31.9"),
        ("84 Machinery", "+0.3", "~0"),
    )


def test_the_gain_of_a_line_is_seen_on_a_phone_with_its_product() -> None:
    """On 390 pixels the table ended behind the rate and the first letters of the product."""
    lines: Any = SimpleNamespace(importer="JPN", economy=SimpleNamespace(base_year="2023-24"))
    shown = advice_lines._columns(lines, {"best_rival": 105, "loses_most": 105})
    assert list(shown)[:4] == ["line", "gain_usd_mn", "description", "rate_percent"]
    ticks, begins = 44, 100
    before = sum(shown[name]["width"] for name in ("line", "gain_usd_mn"))
    assert ticks + before + begins <= _PHONE


def test_a_change_of_next_to_nothing_says_only_that_it_is_large() -> None:
    assert _writer("%+.1f %%", "", None)(14_099.0) == "over +1,000 %"
    assert _writer("%+.1f %%", "", None)(170.3) == "+170 %"


def test_rows_of_a_side_stand_together_in_a_comparison_of_offers() -> None:
    sides = ["India", "Japan", "India"]
    rows = pd.DataFrame({"side": sides, "item": ["sales", "sales", "balance"], "mine_usd_mn": 1.0})
    shown = advice_offers._read(rows, "2030-31")
    assert [row[:2] for row in shown.rows] == [
        ("India", "sales"),
        ("India", "balance"),
        ("Japan", "sales"),
    ]


def test_the_money_of_an_industry_is_beside_its_name() -> None:
    shown = advice_fund.split_columns("x")
    assert list(shown)[:2] == ["label", "usd_bn"]
    assert shown["label"]["width"] + 115 <= _PHONE

"""Pages of advice, lines and parameters in Japanese: no English is left, nor in heads of tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import cepasim
from cepasim.core.language import language, now
from cepasim.studies.advice.candidates import read_candidates
from cepasim.studies.advice.terms import read_terms
from cepasim.studies.groups import GROUPS
from cepasim.studies.open_choices import CHOICES
from tests.english_left import english_left

PROGRAM = """
from cepasim.core.language import language
from cepasim.ui.pages import {page}

with language("ja"):
    {page}.page()
"""
#: Names of formats, of a source, and words to search for, which are English.
_ALLOWED = ("ave fish、origin、fund、Soderbery", "61 cotton、footwear")


def _shown(app: AppTest) -> Iterator[str]:
    """Texts of a page: what is written, labels of controls, heads of tables."""
    for kind in ("markdown", "caption", "info", "warning"):
        yield from (str(one.value) for one in app.get(kind))
    for kind in ("selectbox", "number_input", "text_input", "button", "checkbox", "tab"):
        yield from (str(one.label) for one in app.get(kind))
    for kind in ("selectbox", "multiselect"):
        for one in app.get(kind):
            # Descriptions of tables are those of the files; what levers say is tested with them.
            if not str(one.key).startswith(("parameter-table", "target-lever", "given-")):
                yield from map(str, one.options)
    for table in app.dataframe:
        for head in json.loads(table.proto.columns or "{}").values():
            yield from (str(head.get(part) or "") for part in ("label", "help"))


@pytest.mark.parametrize("page", ["advice", "lines", "parameters"])
def test_a_page_is_in_japanese(page: str) -> None:
    app = AppTest.from_string(PROGRAM.format(page=page), default_timeout=60).run()
    assert not app.exception
    texts = list(_shown(app))
    assert len(texts) > 20
    assert {text: left for text in texts if (left := english_left(text, _ALLOWED))} == {}
    if page == "advice":  # the fund is counted as among the levers, and as in the answer
        fund = app.number_input(key="split-size:10")
        assert (fund.label, fund.value) == ("基金（億ドル）", 20.0)


@pytest.mark.slow(seconds=0.7)
def test_what_is_kept_is_said_in_the_language_in_which_it_is_shown() -> None:
    economy = cepasim.load()
    limits: dict[str, Any] = {
        "narrow_deficit_usd_mn": 50.0,
        "each_side_gains_usd_mn": 1.0,
        "revenue_loss_usd_mn": {"IND": 20.0},
        "reciprocity_percent": 10.0,
        "sensitive_percent": {"JPN": 5.0},
        "most_measures": 3,
    }
    candidates = read_candidates(economy, None, "2030-31", {"JPN": ["03"]})
    rows = read_terms(economy, candidates, "balance", "welfare", limits).rows
    why = set(cepasim.tariff_lines(economy, "JPN").table["why"]) - {""}
    assert candidates[0].name.startswith("Japan: cut duties by 50 %, section I (Animals and")
    assert rows[0].text == "the deficit narrower by US$ 50 mn at least"
    with language("ja"):
        said = [now(one.name) for one in candidates] + [now(row.text) for row in rows]
        said += [now(one) for one in why]
        said += [now(one) for one in (*(group.label for group in GROUPS), *CHOICES.values())]
    assert said[len(candidates)] == "赤字の縮小は5,000万ドル以上"
    assert len(why) > 4
    assert [text for text in said if english_left(text)] == []

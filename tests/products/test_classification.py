"""Chapters, sections, windows, tags, and selections of products."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cepasim.core.problems import InputError
from cepasim.products.classification import Classification
from cepasim.products.selection import Selection

PARAMS = Path(__file__).resolve().parents[2] / "params"


class Folder:
    """The tables of the repository, read without the checks of the parameter reader."""

    def __init__(self, **replaced: pd.DataFrame) -> None:
        self.replaced = replaced

    def table(self, name: str) -> pd.DataFrame:
        found = self.replaced.get(name.removeprefix("classification/"))
        return pd.read_csv(PARAMS / f"{name}.csv", dtype=str) if found is None else found.copy()


HS = Classification.from_parameters(Folder())


def problems_of(spec: Any) -> list[tuple[str, object, str]]:
    with pytest.raises(InputError) as caught:
        HS.select(spec)
    return [(problem.field, problem.value, problem.allowed) for problem in caught.value.problems]


# -- the tables ----------------------------------------------------------------------------


def test_the_chapters_run_from_01_to_99_without_the_reserved_one() -> None:
    assert HS.chapters == tuple(f"{hs:02d}" for hs in range(1, 100) if hs != 77)
    assert len(HS.sections) == 21
    assert len(HS.hs6) == 5613
    assert {code[:2] for code in HS.hs6} == set(HS.chapters) - {"98"}


def test_names_are_short_enough_to_read_and_distinct() -> None:
    names = [HS.name(hs) for hs in HS.chapters]
    assert max(map(len, names)) <= 33
    assert len(set(names)) == len(HS.chapters)
    assert HS.name("03") == "Fish and seafood"
    assert HS.name("98") == "Project imports and special goods"
    assert max(len(section.name) for section in HS.sections) <= 32
    with pytest.raises(KeyError, match="01 to 99 without 77"):
        HS.name("77")


def test_every_chapter_stands_in_one_section_but_98_and_99() -> None:
    listed = [hs for section in HS.sections for hs in section.chapters]
    assert sorted(listed) == list(HS.chapters[:-2])
    assert HS.section_of("61") == "XI"
    assert HS.section_of("98") is None
    assert HS.section_of("99") is None


def test_every_row_has_unit_source_year_and_grade() -> None:
    for file in sorted((PARAMS / "classification").glob("*.csv")):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        assert {"unit", "source", "year", "grade"} <= set(table.columns), file.name
        assert (table[["unit", "source", "year", "grade"]] != "").all(axis=None), file.name
        assert table["grade"].isin(list("ABCD")).all(), file.name
        assert not table.map(lambda cell: cell != cell.strip()).any(axis=None), file.name


def test_the_subheading_table_is_lean() -> None:
    assert (PARAMS / "classification" / "hs6.csv").stat().st_size < 1_200_000


def test_markets_have_the_sources_of_the_benchmark() -> None:
    assert len(HS.sources("JPN")) == 20
    assert len(HS.sources("IND")) == 18
    assert "JPN" not in HS.sources("JPN")
    assert "IND" in HS.sources("JPN")
    assert "KHM" not in HS.sources("IND")
    assert HS.partner_name("VNM") == "Viet Nam"
    with pytest.raises(KeyError, match="XYZ"):
        HS.partner_name("XYZ")


def test_older_codes_are_of_no_subheading_of_2022_and_lead_to_some() -> None:
    table = Folder().table("classification/vintages")
    assert not set(table["code"]) & set(HS.hs6)
    assert set(table["hs"]) <= set(HS.hs6)
    assert not table.duplicated(["code", "hs"]).any()


@pytest.mark.parametrize(
    ("table", "column", "code"),
    [("windows", "hs", "8599"), ("tags", "hs", "850799"), ("vintages", "hs", "854140")],
)
def test_a_table_with_an_unknown_code_is_refused(table: str, column: str, code: str) -> None:
    rows = Folder().table(f"classification/{table}")
    rows.loc[0, column] = code
    with pytest.raises(InputError) as caught:
        Classification.from_parameters(Folder(**{table: rows}))
    assert (f"classification/{table}", code) in {(p.file, p.value) for p in caught.value.problems}


def test_a_product_in_two_windows_is_refused() -> None:
    rows = Folder().table("classification/windows")
    rows.loc[len(rows)] = rows.iloc[0].to_dict() | {"window": "sunrise", "hs": "500100"}
    with pytest.raises(InputError, match="500100.*one window"):
        Classification.from_parameters(Folder(windows=rows))


# -- windows and tags ----------------------------------------------------------------------


@pytest.mark.parametrize("window", ["labour_intensive", "sunrise", "both"])
@pytest.mark.parametrize("optional", [False, True])
def test_industries_partition_their_window(window: str, optional: bool) -> None:
    industries = HS.window_industries(window, optional=optional)
    owned = [code for industry in industries for code in industry.subheadings]
    assert len(owned) == len(set(owned))
    assert all(industry.subheadings for industry in industries)
    for industry in industries:
        assert HS.select({"hs": list(industry.codes)}).subheadings == industry.subheadings
        assert industry.chapters == tuple(sorted({code[:2] for code in industry.subheadings}))
    if not optional:
        assert set(owned) == set(HS.select({"window": window}).subheadings)
        assert all(industry.named_in_proposal for industry in industries)


def test_windows_share_no_product() -> None:
    one, other = (HS.select({"window": window}) for window in HS.windows)
    assert not one.overlaps(other)
    assert one | other == HS.select({"window": "both"}) == HS.select({"window": list(HS.windows)})


def test_a_nested_code_counts_in_the_most_specific_industry_only() -> None:
    owner = {
        code: industry.name
        for industry in HS.window_industries("sunrise")
        for code in industry.subheadings
    }
    assert owner["850760"] == "batteries"
    assert owner["854142"] == owner["854143"] == "solar_pv"
    assert owner["854141"] == "semiconductors"
    assert owner["854330"] == "electrolysers"
    assert owner["851713"] == "electronics_and_electrical"
    assert owner["848620"] == "semiconductor_equipment"
    assert owner["845710"] == "machine_tools"
    assert owner["847950"] == "machinery"


def test_optional_industries_take_their_products_out_of_a_wider_one() -> None:
    named = {i.name: i for i in HS.window_industries("labour_intensive")}
    every = {i.name: i for i in HS.window_industries("labour_intensive", optional=True)}
    assert set(every) - set(named) == {"leather_goods", "marine_products", "gems_and_jewellery"}
    assert "160414" in named["food_processing"].subheadings
    assert "160414" not in every["food_processing"].subheadings
    assert "160414" in every["marine_products"].subheadings
    assert not HS.select({"window": "both"}).matches(["71", "42", "9018"]).any()


def test_an_unknown_window_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean sunrise"):
        HS.window_industries("sunrize")


def test_the_twelve_critical_products_are_tags() -> None:
    assert len(HS.tags) == 12
    assert HS.tag_label("permanent_magnets") == "Permanent magnets"
    assert HS.select({"tag": "permanent_magnets"}).codes == ("850511", "850519")
    # The study prints 3000320 and the 2017 heading 8803.
    assert HS.select({"tag": "antibacterial_preparations"}).matches(["300320"]).all()
    assert "8807" in HS.select({"tag": "aircraft_parts"}).codes
    notes = Folder().table("classification/tags").set_index("published_code")["note"]
    assert "misprinted" in notes["3000320"]
    assert "8807" in notes["8803"]
    for tag in set(HS.tags) - {"computer_programmes"}:
        assert HS.select({"tag": tag}).atoms


# -- selections ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "codes"),
    [
        ({"hs": ["87"]}, ("87",)),
        ({"hs": "87"}, ("87",)),
        ({"hs": ["61", "62"]}, ("61", "62")),
        ({"hs": ["61-62"]}, ("61", "62")),
        ({"hs": ["76-79"]}, ("76", "78", "79")),  # over the reserved chapter
        ({"hs": ["97-99"]}, ("97", "98", "99")),
        ({"hs": ["8456-8458"]}, ("8456", "8457", "8458")),
        ({"hs": ["9503"]}, ("9503",)),
        ({"hs": ["850511", "850519"]}, ("850511", "850519")),
        ({"hs": ["160414092"]}, ("160414092",)),
        ({"hs": ["16", "160414092"]}, ("16",)),
        ({"hs": ["98"]}, ("98",)),
        ({"hs": ["999999"]}, ("999999",)),
        ({"section": "XII"}, ("64", "65", "66", "67")),
        ({"section": ["XII", "XIX"]}, ("64", "65", "66", "67", "93")),
        ({"section": "XI", "hs": ["60-65"]}, ("60", "61", "62", "63")),
        ({"section": "IV", "hs": ["160414092"]}, ("160414092",)),
        ({"window": "sunrise", "hs": ["8507"]}, ("8507",)),
        ({"tag": ["permanent_magnets", "rechargeable_batteries"]}, ("850511", "850519", "8507")),
        ({"all": True, "hs": ["01"]}, ("01",)),
        ({"category": "X", "hs": ["87"]}, ("87",)),
    ],
)
def test_what_a_selection_covers(spec: dict[str, Any], codes: tuple[str, ...]) -> None:
    selection = HS.select(spec)
    assert selection.codes == tuple(sorted(codes))
    assert selection.chapters == tuple(sorted({code[:2] for code in codes}))
    assert selection.category == spec.get("category")
    assert selection.notes == ()


def test_all_is_everything() -> None:
    everything = HS.select({"all": True})
    assert everything.chapters == HS.chapters
    assert everything.subheadings == HS.hs6
    assert everything.matches(HS.hs6).all()


@pytest.mark.parametrize(
    ("spec", "matched", "not_matched"),
    [
        ({"hs": ["8507"]}, ["85", "8507", "850760", "850760000"], ["84", "8506", "850650"]),
        (
            {"hs": ["160414092"]},
            ["16", "1604", "160414", "160414092"],
            ["160414091", "160415", "160414099"],
        ),
        ({"hs": ["98"]}, ["98", "9801", "980100", "980100011"], ["97", "9901"]),
        ({"hs": ["99"]}, ["99", "9999", "999999", "99930000"], ["98"]),
        # A code HS 2022 does not know, in a chapter selected whole.
        ({"hs": ["85"]}, ["854140", "8500", "859999"], ["8486"]),
        # Codes of an older vintage, by what became of them.
        ({"hs": ["854143"]}, ["854140", "854140010"], ["854150"]),
        ({"hs": ["8807"]}, ["880330"], ["880211"]),
    ],
)
def test_codes_of_every_length_match(
    spec: dict[str, Any], matched: list[str], not_matched: list[str]
) -> None:
    answer = HS.select(spec).matches([*matched, *not_matched])
    assert answer.dtype == np.bool_
    assert answer.tolist() == [True] * len(matched) + [False] * len(not_matched)


@pytest.mark.parametrize("code", ["", "8", "850", "85076", "85a7", 8507, None, "８５"])
def test_what_is_no_code_is_refused_by_matches(code: object) -> None:
    with pytest.raises(ValueError, match="HS codes have"):
        HS.select({"hs": ["85"]}).matches([code])  # type: ignore[list-item]


def test_codes_of_an_older_vintage_are_mapped_and_noted() -> None:
    selection = HS.select({"hs": ["854140", "8803", "85"]})
    assert HS.select({"hs": ["8803"]}) == HS.select({"hs": ["8807"]})
    assert HS.select({"hs": ["880330"]}) == HS.select({"hs": ["880730"]})
    assert selection.notes == (
        "854140 (HS 2017) is read as 854141, 854142, 854143, 854149 of HS 2022",
        "8803 (HS 2017) is read as 8807 of HS 2022",
    )
    assert HS.select({"hs": ["854140"]}).codes == ("854141", "854142", "854143", "854149")


@pytest.mark.parametrize(
    ("spec", "field", "value", "said"),
    [
        ({"hs": ["00"]}, "select.hs[0]", "00", "unknown chapter 00; chapters run from 01 to 99"),
        ({"hs": ["77"]}, "select.hs[0]", "77", "chapter 77 is reserved"),
        ({"hs": ["7701"]}, "select.hs[0]", "7701", "chapter 77 is reserved"),
        ({"hs": ["50-77"]}, "select.hs[0]", "50-77", "chapter 77 is reserved"),
        ({"hs": ["8599"]}, "select.hs[0]", "8599", "no vintage.*run from 8501 to 8549"),
        ({"hs": ["850799"]}, "select.hs[0]", "850799", "no vintage.*850760"),
        ({"hs": ["160499999"]}, "select.hs[0]", "160499999", "heading 1604 has 160411"),
        ({"hs": ["9801"]}, "select.hs[0]", "9801", "national codes only, select it whole"),
        ({"hs": ["87", "63-50"]}, "select.hs[1]", "63-50", "runs backwards; write 50-63"),
        ({"hs": ["50-6301"]}, "select.hs[0]", "50-6301", "two codes of 2, 4 or 6 digits"),
        ({"hs": ["3"]}, "select.hs[0]", "3", "did you mean 03"),
        ({"hs": ["850"]}, "select.hs[0]", "850", "2, 4, 6, 8 or 9 digits"),
        ({"hs": ["8507600"]}, "select.hs[0]", "8507600", "2, 4, 6, 8 or 9 digits.*write 850760"),
        ({"hs": ["85999999"]}, "select.hs[0]", "85999999", "a tariff line begins with"),
        ({"hs": ["690899"]}, "select.hs[0]", "690899", r"HS 2022, \d+ codes of HS 2012, \d+ codes"),
        ({"hs": ["8507.60"]}, "select.hs[0]", "8507.60", "write 850760"),
        ({"hs": ["cars"]}, "select.hs[0]", "cars", "digits only"),
        ({"hs": [3]}, "select.hs[0]", 3, "in quotes"),
        ({"hs": 87}, "select.hs", 87, "in quotes"),
        ({"hs": []}, "select.hs", [], "at least one"),
        ({"section": "XXII"}, "select.section", "XXII", "unknown section; did you mean XXI?"),
        ({"section": "xi"}, "select.section", "xi", "did you mean XI?"),
        ({"section": 11}, "select.section", 11, "did you mean XI?"),
        ({"window": "labor"}, "select.window", "labor", "allowed: labour_intensive, sunrise, both"),
        ({"tag": "magnets"}, "select.tag", "magnets", "did you mean permanent_magnets"),
        ({"tag": "computer_programmes"}, "select.tag", "computer_programmes", "no HS code"),
        ({"category": "Y"}, "select.category", "Y", "X, partial, free, mfn_free"),
        ({"category": ["X"]}, "select.category", ["X"], "X, partial, free, mfn_free"),
        ({"all": "yes"}, "select.all", "yes", "true"),
        ({"all": False}, "select.all", False, "true"),
        ({"sections": "XI"}, "select.sections", "XI", "unknown key; did you mean section?"),
        ({}, "select", {}, "empty selection; allowed keys: hs"),
        (["87"], "select", ["87"], "is a mapping"),
        (
            {"section": "XI", "window": "sunrise"},
            "select",
            {"section": "XI", "window": "sunrise"},
            "select nothing",
        ),
    ],
)
def test_each_error_says_where_what_and_what_is_allowed(
    spec: Any, field: str, value: object, said: str
) -> None:
    [(found_field, found_value, allowed)] = problems_of(spec)
    assert (found_field, found_value) == (field, value)
    assert re.search(said, allowed), allowed


def test_all_problems_of_a_selection_come_at_once() -> None:
    found = problems_of({"hs": ["77", "87", "0"], "section": ["XI", "C"], "colour": "red"})
    assert [field for field, _, _ in found] == [
        "select.hs[0]",
        "select.hs[2]",
        "select.section[1]",
        "select.colour",
    ]


# -- selections as sets --------------------------------------------------------------------

codes = st.one_of(
    st.sampled_from(HS.chapters),
    st.sampled_from(sorted({code[:4] for code in HS.hs6 if code < "98"})),
    st.sampled_from([code for code in HS.hs6 if code < "98"]),
    st.builds(
        lambda code, line: code + line,
        st.sampled_from([code for code in HS.hs6 if code < "98"]),
        st.sampled_from(["000", "010", "999"]),
    ),
)
code_lists = st.lists(codes, min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(code_lists, code_lists)
def test_the_selection_of_a_union_is_the_union_of_selections(
    one: list[str], other: list[str]
) -> None:
    a, b = HS.select({"hs": one}), HS.select({"hs": other})
    union = HS.select({"hs": one + other})
    assert union == a | b == b | a == HS.select({"hs": [*other, *one, *one]})
    probe = [*one, *other, "010121", "8501", "98"]
    assert (union.matches(probe) == (a.matches(probe) | b.matches(probe))).all()
    assert union.matches([*one, *other]).all()
    assert a.overlaps(b) == b.overlaps(a) == bool((a & b).atoms)
    assert (a & union) == a


@settings(max_examples=60, deadline=None)
@given(code_lists)
def test_the_shortest_cover_selects_the_same(chosen: list[str]) -> None:
    selection = HS.select({"hs": chosen})
    assert HS.select({"hs": list(selection.codes)}) == selection
    assert len(selection.codes) <= len(set(chosen)) or len(selection.codes) < len(selection.atoms)
    assert set(selection.chapters) == {code[:2] for code in chosen}


def test_categories_part_selections() -> None:
    every, excluded = HS.select({"hs": ["87"]}), HS.select({"hs": ["87"], "category": "X"})
    free = HS.select({"hs": ["87"], "category": "free"})
    assert every.overlaps(excluded)
    assert (every & excluded).category == "X" == (excluded & every).category
    assert not excluded.overlaps(free)
    assert excluded != every
    with pytest.raises(ValueError, match="no union"):
        _ = excluded | free


def test_a_line_and_its_subheading_overlap() -> None:
    line, wide = HS.select({"hs": ["160414092"]}), HS.select({"hs": ["1604"]})
    assert (line & wide) == line == (wide & line)
    assert (line | wide) == wide
    assert not line.overlaps(HS.select({"hs": ["160414091"]}))


def test_selections_can_be_hashed_pickled_and_do_not_change() -> None:
    selection = HS.select({"window": "sunrise"})
    assert selection.matches(["8507"]).all()
    again = pickle.loads(pickle.dumps(selection))
    assert again == selection
    assert hash(again) == hash(selection)
    assert again.matches(["8507", "01"]).tolist() == [True, False]
    with pytest.raises(AttributeError):
        selection.category = "X"  # type: ignore[misc]
    assert isinstance(selection, Selection)
    copy = pickle.loads(pickle.dumps(HS))
    assert copy == HS
    assert hash(copy) == hash(HS)


@pytest.mark.parametrize(
    "spec",
    [
        {"all": True},
        {"section": "XI"},
        {"hs": ["87"]},
        {"hs": ["0306", "1604-1605"]},
        {"hs": ["160414092"]},
        {"hs": ["690890"]},
        {"tag": "semiconductors"},
        {"window": "both"},
    ],
    ids=str,
)
def test_an_array_that_cannot_change_is_looked_up_with_the_same_answer(spec: object) -> None:
    codes = ["01", "0306", "160414", "160414092", "16041409", "690890", "690721", "870323", "98"]
    array = np.array(codes * 2)
    array.setflags(write=False)
    selection = HS.select(spec)
    assert selection.matches(array).tolist() == selection.matches(codes * 2).tolist()
    wrong = np.array(["01", "7"])
    wrong.setflags(write=False)
    with pytest.raises(ValueError, match="'7'"):
        selection.matches(wrong)

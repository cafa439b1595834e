"""What people type finds what they mean, in both languages, among the first lines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from cepasim import Economy
from cepasim.core.finding import FAR, Texts, asked, ranks
from cepasim.core.language import LANGUAGES, language, tr
from cepasim.products.common_words import COMMON_WORDS
from cepasim.studies.tariff_lines import TariffLines, tariff_lines
from cepasim.tables.finding import product_finder
from cepasim.ui.pages.advice_parts import WHAT_CAN_BE_SOUGHT

#: Lines that are looked at, as on a screen.
_FIRST = 8


@pytest.fixture(scope="module")
def lines(economy: Economy) -> Mapping[str, TariffLines]:
    return {importer: tariff_lines(economy, importer) for importer in ("JPN", "IND")}


#: What is typed, and the beginning of the codes that come first.
ENGLISH = {
    "frozen shrimps": "0306.16 0306.17",
    "shrimp, frozen": "0306.16 0306.17",
    "PRAWNS": "0306 1605",
    "frozen fish fillets": "0303 0304",
    "basmati": "1006.30",
    "tea": "0902",
    "mangos": "0804.50",
    "chillies": "0904.2 0709.60",
    "beef": "0201 0202",
    "medicines": "3003 3004",
    "pharmaceuticals": "3003 3004",
    "processed food": "16 17 18 19 20 21",
    "cotton yarn": "5205 5206 5207",
    "cosmetics": "3303 3304 3305 3307",
    "tires": "4011 4012",
    "handbags": "4202",
    "garments": "61 62",
    "cotton shirts": "6105 6106 6109 6205 6206",
    "t-shirt": "6109",
    "T Shirts": "6109",
    "tshirts": "6109",
    "men's suits": "6103 6203 6211",
    "shoe": "6401 6402 6403 6404 6405",
    "leather shoes": "6403",
    "jewelry": "7113 7117",
    "gold jewellery": "7113.19",
    "diamond": "7102",
    "stainless steel pipes": "7304 7305 7306",
    "steel": "7206 7207 7208 7209 721 722 73",
    "aluminum": "76",
    "ferro silicon": "7202",
    "air-conditioners": "8415",
    "semi-conductors": "8541 8542",
    "mobile phones": "8517.13 8517.14",
    "smart phones": "8517.13 8517.14",
    "solar panel": "8541.42 8541.43",
    "lithium batteries": "8506.50 8507.60",
    "cars": "8703",
    "auto parts": "8708",
    "cars 1500": "8703",
    "motorcycle": "8711",
    "toys": "9503",
    "6403.19": "6403.19",
    "6403 19": "6403.19",
    "HS 640319": "6403.19",
    "chapter 61": "61",
}
JAPANESE = {
    "えび": "0306 1605",
    "エビ": "0306 1605",
    "ｴﾋﾞ": "0306 1605",
    "冷凍えび": "0306.16 0306.17",
    "冷凍 海老": "0306.16 0306.17",
    "魚": "0301 0302 0303 0304 0305 1604",
    "冷凍": "02 03 0710 0811",
    "紅茶": "0902",
    "米": "1006",
    "牛肉": "0201 0202",
    "医薬品": "3003 3004",
    "衣類": "61 62",
    "加工食品": "16 17 18 19 20 21",
    "鋼板": "7208 7209 7210 7211 7212 7219 7220 7225 7226",
    "Ｔシャツ": "6109",
    "綿のシャツ": "6105 6106 6109 6205 6206",
    "革靴": "6403",
    "鉄鋼": "7206 7207 7208 7209 721 722 73",
    "ステンレス鋼管": "7304 7305 7306",
    "工作機械": "8456 8457 8458 8459 8460 8461 8462 8463",
    "半導体": "8541 8542",
    "スマホ": "8517.13 8517.14",
    "太陽光パネル": "8541.42 8541.43",
    "自動車": "8703",
    "自動車部品": "8708",
    "第６１類": "61",
    "６４０３．１９": "6403.19",
}


@pytest.mark.parametrize("importer", ["JPN", "IND"])
@pytest.mark.parametrize(("typed", "meant"), [*ENGLISH.items(), *JAPANESE.items()])
def test_what_people_type_is_among_the_first_lines(
    lines: Mapping[str, TariffLines], typed: str, meant: str, importer: str
) -> None:
    begins = tuple(meant.replace(".", "").split())
    there = int(lines[importer].table["line"].str.startswith(begins).sum())
    first = lines[importer].search(typed)["line"].head(min(_FIRST, there)).tolist()
    assert first and all(code.startswith(begins) for code in first), (typed, first)


def test_names_of_groups_are_found_last_and_counted(lines: Mapping[str, TariffLines]) -> None:
    japan = lines["JPN"]
    found = japan.search("fish")
    alone = japan.by_group_alone("fish", found)
    last = found.tail(alone)["description"].str.casefold()
    assert 0 < alone < len(found)
    assert not last.str.contains(r"\bfish\b").any()
    window = japan.search("労働集約型")
    assert len(window) == japan.by_group_alone("労働集約型", window) > 1000


def test_what_finds_nothing_says_what_would(lines: Mapping[str, TariffLines]) -> None:
    for tag in LANGUAGES:
        with language(tag):
            said = tr(WHAT_CAN_BE_SOUGHT)
        examples = said.rstrip(".。").rpartition(": " if tag == "en" else "例：")[2]
        for example in examples.replace("、", ", ").split(", "):
            assert len(lines["JPN"].search(example)) and len(lines["IND"].search(example)), example
    assert lines["JPN"].search("no such goods").empty
    assert lines["JPN"].search("らくだのこぶ").empty


def test_common_words_mean_codes_there_are_and_are_said_once(economy: Economy) -> None:
    hs6 = economy.classification.hs6
    for words, codes in COMMON_WORDS:
        assert all(any(one.startswith(code) for one in hs6) for code in codes.split()), words
    for tag in LANGUAGES:
        with language(tag):
            said = [one.strip() for row, _ in COMMON_WORDS for one in tr(row).split("、")]
        assert len(set(said)) == len(said), tag


def test_lines_of_one_classification_share_what_is_searched(economy: Economy) -> None:
    assert product_finder(economy.classification) is product_finder(economy.classification)


def test_sectors_are_found_by_name_and_else_by_what_they_hold(economy: Economy) -> None:
    finder = product_finder(economy.classification)
    chapters = economy.classification.chapters

    def found(words: str, level: str, codes: tuple[str, ...] = chapters) -> set[str]:
        return set(np.array(codes)[finder.rows(words, level, codes)])

    assert found("GARMENTS knit", "chapter") == {"61"}
    assert found("shrimps", "chapter") == {"03", "16"} == found("エビ", "chapter")
    assert found("衣類", "chapter") == {"61", "62"}
    assert found("87", "chapter") == {"87"}
    assert found("haddock", "chapter") == {"03"}, "no chapter is called so, one holds it"
    assert found("no such thing", "chapter") == set()
    sections = tuple(one.code for one in economy.classification.sections)
    assert found("shoes", "section", sections) == {"XII"}
    assert found("サンライズ", "window", ("labour_intensive", "sunrise")) == {"sunrise"}
    # The list of advice keeps its own order, so that only what is found directly stays.
    codes = np.array(["030617", "030219", "870322"])
    assert finder.nearest("fish", codes).tolist() == [False, True, False]
    assert finder.nearest("seafood", codes).tolist() == [True, True, False]


def test_the_rule_of_words() -> None:
    texts = Texts(lambda: [["Rice, husked", "Prices of X-rays", "Glass knives", "Café au lait"]])

    def found(words: str) -> list[int]:
        return np.flatnonzero(ranks(texts.near, asked(words)) < FAR).tolist()

    assert found("rice") == [0], "at the beginning of a word"
    assert found("xray") == found("x-ray") == found("X rays") == [1]
    assert found("glasses knife") == [2]
    assert found("CAFÉ") == found("cafe") == found("Ｃａｆｅ") == [3]
    assert found("rice knives") == []


def test_a_short_word_is_no_beginning_of_others_where_it_is_one_by_itself() -> None:
    said = ["Motor cars", "Carpets", "Cardboard", "Men's shirts", "Man-made fibres"]
    texts = Texts(lambda: [said])

    def found(words: str) -> list[int]:
        return np.flatnonzero(ranks(texts.near, asked(words)) < FAR).tolist()

    assert found("car") == found("cars") == [0]
    assert found("card") == [2] and found("carp") == [1], "no word by itself: what begins so"
    assert found("men") == found("mens") == [3]

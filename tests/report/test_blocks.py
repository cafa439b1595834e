"""The document model: what is said once is rendered twice, whole, escaped and always the same."""

from __future__ import annotations

import re
from pathlib import Path

import docx as word
import pytest

from cepasim.report import charts, docx, html, line_charts, look, pictures
from cepasim.report.blocks import (
    Bar,
    Bars,
    Bullets,
    Card,
    Cards,
    Chart,
    Contents,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    SideBySide,
    Span,
    Table,
    marked,
    plain,
)
from tests.as_read import as_read

WICKED = 'a <script>alert("x")</script> & **b** `c` {{ d }}'
PICTURE = charts.bars(
    "Change, US$ mn", [charts.Series("loss", charts.HATCHED)], [charts.Row("cars", [-2.5])]
)
DOCUMENT = Document(
    "A title",
    (
        Heading("A title", 1),
        Contents(),
        Heading("First part"),
        Paragraph(marked("It **rises** by `x` as [a page](page.md) says.")),
        Paragraph("A small line.", "small"),
        Bullets(("one", marked("two **strong**"))),
        Cards((Card("Exports", "US$ 5.16 bn", "+1 mn", "90 % range"),)),
        PageBreak(),
        Heading("Second part"),
        SideBySide(
            (
                (Bars("Movers", "US$ mn", (Bar("cars", -10.0, "−10"), Bar("fish", 5.0, "+5"))),),
                (Table("Amounts", ("", "2030-31"), (("Duty", "3.0"), ("Rent", "1.5"))),),
            )
        ),
        Chart("change", "Cars fall by 2.5 US$ mn.", PICTURE),
    ),
    "note",
)
SAID = (
    "It rises by x as a page says.",
    "A small line.",
    "two strong",
    "US$ 5.16 bn",
    "90 % range",
    "Movers",
    "cars",
    "−10",
    "Amounts",
    "2030-31",
    "Rent",
    "1.5",
)


def _words_of_page(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def _words_of_file(path: Path) -> str:
    file = word.Document(str(path))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in file.paragraphs] + cells)


@pytest.mark.parametrize("said", SAID)
def test_page_and_word_file_say_the_same(said: str, tmp_path: Path) -> None:
    docx.write(DOCUMENT, tmp_path / "a.docx")
    assert said in _words_of_page(html.page(DOCUMENT))
    assert said in _words_of_file(tmp_path / "a.docx")


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    assert html.page(DOCUMENT) == html.page(DOCUMENT)
    for name in ("a.docx", "b.docx"):
        docx.write(DOCUMENT, tmp_path / name)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    assert pictures.png(PICTURE) == pictures.png(PICTURE)


def test_words_of_a_user_are_shown_as_they_are(tmp_path: Path) -> None:
    blocks = (
        Heading(WICKED),
        Paragraph(WICKED),
        Bullets((WICKED,)),
        Table(WICKED, (WICKED,), ((WICKED,),)),
        Bars(WICKED, WICKED, (Bar(WICKED, 1.0, WICKED),)),
        Cards((Card(WICKED, WICKED, WICKED, WICKED),)),
        Chart(
            "wicked",
            WICKED,
            line_charts.lines(WICKED, ["a", "b"], [line_charts.Line("l", "#000", [1, 2])]),
        ),
    )
    page = html.page(Document(WICKED, blocks))
    assert "<script>" not in page
    assert page.count("**b** `c` {{ d }}") >= len(blocks)
    docx.write(Document(WICKED, blocks), tmp_path / "a.docx")
    assert _words_of_file(tmp_path / "a.docx").count(WICKED) >= len(blocks) - 1


def test_a_page_needs_nothing_else() -> None:
    page = html.page(DOCUMENT)
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert "<script" not in page and "url(http" not in page and "@import" not in page


def test_contents_link_to_the_headings() -> None:
    page = html.page(DOCUMENT)
    for anchor in ("first-part", "second-part"):
        assert f'href="#{anchor}"' in page and f'id="{anchor}"' in page


def test_a_chart_tells_what_it_shows(tmp_path: Path) -> None:
    assert 'role="img" aria-label="Cars fall by 2.5 US$ mn."' in html.page(DOCUMENT)
    docx.write(DOCUMENT, tmp_path / "a.docx")
    [shape] = word.Document(str(tmp_path / "a.docx")).inline_shapes
    assert shape._inline.docPr.get("descr") == "Cars fall by 2.5 US$ mn."


def test_bars_stand_on_the_side_of_their_sign() -> None:
    text = html.fragment(Bars("h", "s", (Bar("a", 5.0, "+5"), Bar("b", -10.0, "−10"))))
    assert '<i class="gain" style="left:66.7%;width:33.3%">' in text
    assert '<i class="loss" style="left:0.0%;width:66.7%">' in text
    assert "No change." in html.fragment(Bars("h", "s", ()))
    assert "nan" not in html.fragment(Bars("h", "s", (Bar("a", 0.0, "0"),)))


def test_a_fragment_is_no_page() -> None:
    assert html.fragment(Paragraph("a"), Paragraph("b")) == "<p>a</p>\n<p>b</p>"


def test_every_colour_of_a_style_sheet_has_a_value() -> None:
    for name in ("blocks", "note", "page"):
        used = set(re.findall(r"var\(--([a-z-]+)\)", html.style(name)))
        assert used <= set(look.IN_STYLE_SHEETS), name


def test_marks_are_read_and_left_out() -> None:
    words = marked("the `x` of **all** [links](to.md)")
    assert words == (
        Span("the "),
        Span("x", "code"),
        Span(" of "),
        Span("all", "strong"),
        Span(" "),
        Span("links"),
    )
    assert plain(words) == "the x of all links"
    assert marked("nothing special") == (Span("nothing special"),)


def test_no_line_of_a_page_begins_with_a_sign_or_a_unit() -> None:
    said = html.fragment(Paragraph("narrows by 1.2 %, US$ 3 bn, +5 mn; 40 % of bnot, 7 mnemonics"))
    assert "1.2\u00a0%, US$\u00a03\u00a0bn, +5\u00a0mn; 40\u00a0% of bnot, 7 mnemonics" in said


def test_a_note_of_a_table_is_small_and_parts_stand_in() -> None:
    rows = (("Welfare", "+3"), ("of which trade", "+5"), ("of which the fund", "−2"))
    table = Table("Accounts", ("", "change"), rows, parts=(1, 2), note="Rounded.")
    bars = Bars("Levers", "by lever", (Bar("Tariffs", 1.0, "+1"),), note="Rounded too.")
    written = html.fragment(table, bars)
    assert written.count('<p class="cs-note">Rounded') == 2
    assert "Rounded" not in written.partition("</caption>")[0]
    assert written.count('<tr class="cs-part"><th scope="row"') == 2
    assert ".cs-part th {padding-left" in html.style("blocks")


def test_a_note_is_small_in_word_too_and_parts_stand_in(tmp_path: Path) -> None:
    rows = (("Welfare", "+3"), ("of which trade", "+5"))
    table = Table("Accounts", ("", "change"), rows, parts=(1,), note="Rounded.")
    docx.write(Document("A note", (table,), "note"), tmp_path / "note.docx")
    file = word.Document(str(tmp_path / "note.docx"))
    [said] = [one for one in file.paragraphs if one.text == "Rounded."]
    assert not any(run.bold for run in said.runs)
    indents = [
        row.cells[0].paragraphs[0].paragraph_format.left_indent for row in file.tables[0].rows
    ]
    assert indents[:2] == [None, None] and indents[2]


def test_no_year_and_no_range_is_torn_and_both_are_found_as_written() -> None:
    text = "2030-31: 14 to 30, −27.88 to −9.65, 1.5–2, 1,500万～6,700万ドル; ISO-2030-31, 1 to do"
    written = html.fragment(Paragraph(text))
    whole = re.findall(r'<span class="cs-whole">(.*?)</span>', written)
    assert whole == ["2030-31", "14 to 30", "−27.88 to −9.65", "1.5–2", "1,500万～6,700"]
    assert as_read(written) == f"<p>{text}</p>", "no odd letter: a search and a copy have it all"
    assert ".cs-whole {white-space:nowrap;}" in html.style("blocks")
    titled = html.fragment(Bars("", "", (Bar("Sales in 2030-31", 1.0, "+1"),)))
    assert 'title="Sales in 2030-31"' in titled, "no tag within an attribute"
    sheet = html.style("blocks")
    assert ".cs-bars caption > span {" in sheet, "a year below a heading is no line of its own"
    assert not re.search(r"[\w)] span\b", re.sub(r"\{.*?\}", "", sheet, flags=re.DOTALL))


def test_no_year_is_torn_in_word(tmp_path: Path) -> None:
    docx.write(Document("A note", (Paragraph("From 2030-31 on."),), "note"), tmp_path / "note.docx")
    [said] = word.Document(str(tmp_path / "note.docx")).paragraphs
    assert said.text == "From 2030-31 on."
    assert "noBreakHyphen" in said._p.xml and "2030-31" not in said._p.xml

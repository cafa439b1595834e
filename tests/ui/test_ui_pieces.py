"""Figures, words, bars, charts and code: everything of the front end that needs no screen."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit
import yaml

import cepasim
from cepasim.core import numbers as figures
from cepasim.core.currency import shown_in
from cepasim.core.language import language
from cepasim.economy.economy import Economy
from cepasim.params.currencies import currency, display_currency
from cepasim.params.parameters import bundled_directory
from cepasim.products.classification import Classification
from cepasim.report import html, look, views
from cepasim.report.accounts import accounts
from cepasim.report.blocks import Bar, Bars, Paragraph, one_scale
from cepasim.report.marks import overrides_in_words
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.ui import assumptions, charts, code, draws, questions, ranges, style, workers
from cepasim.ui.answers import Answers
from cepasim.ui.columns import converted
from cepasim.ui.controls import fund, offtake, quota
from cepasim.ui.controls.form import Form
from cepasim.ui.live import _FOREIGN, live
from cepasim.ui.pages import arriving, documents, evidence_path, sectors, share, sure
from cepasim.ui.pages.sentence import in_one_sentence
from cepasim.ui.pieces import Pieces
from tests.as_read import as_read

BUNDLED = {
    file.stem: Scenario.read(file) for file in sorted(bundled_directory().glob("scenarios/*.yaml"))
}
HS = Classification.bundled()
YEAR = "2030-31"


@pytest.fixture(scope="module")
def economy() -> Economy:
    return cepasim.load()


@pytest.fixture(scope="module")
def result(economy: Economy) -> Result:
    return cepasim.simulate(economy, BUNDLED["full-package"])


# --- figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (figures.bn(1240), "US$ 1.24 bn"),
        (figures.bn(310, signed=True), "+0.31 bn"),
        (figures.bn(-12540), "−US$ 12.54 bn"),
        (figures.bn(-0.0001, signed=True), "~0 bn"),
        (figures.bn(float("nan")), "–"),
        (figures.bn(-1e-11, signed=True), "0 bn"),
        (figures.mn(7.77, signed=True), "+7.8 mn"),
        (figures.mn(-7.77, signed=True, unit=False), "−7.8"),
        (figures.percent(-2.41), "−2.4 %"),
        (figures.percent(0.0), "0 %"),
        (figures.percent(float("nan")), "new"),
        (figures.money(42), "US$ 42 mn"),
        (figures.money(4200), "US$ 4.20 bn"),
        (figures.value(0.123456), "0.1235"),
        (figures.value(2029.0), "2,029"),
        (figures.value(float("nan")), "–"),
        (figures.value(float("inf")), "infinite"),
        (figures.value(-3.0, "days"), "−3 days"),
    ],
)
def test_figures_are_written_for_people(text: str, wanted: str) -> None:
    assert text == wanted


# --- questions and assumptions ----------------------------------------------------------------


def test_every_question_has_its_scenarios() -> None:
    known = {**BUNDLED, **questions.derived(BUNDLED)}
    for question in questions.QUESTIONS:
        assert set(question.scenarios) <= set(known), question.key
        assert question.scenarios or question.page in ("parameters", "evidence", "advice")


def test_derived_scenarios_take_their_figures_from_bundled_ones() -> None:
    derived = questions.derived(BUNDLED)
    [cars] = derived["open-cars"].to_dict()["levers"]
    assert cars["tariff"]["importer"] == "IND" and cars["tariff"]["select"] == {"hs": ["87"]}
    [border] = derived["border-in-japan"].to_dict()["levers"]
    assert border["ntb"]["type"] == ["border"]
    [origin] = derived["origin-in-japan"].to_dict()["levers"]
    assert origin["origin"]["importer"] == "JPN"


def test_decisive_assumptions_are_parameters(economy: Economy) -> None:
    rows = assumptions.rows_of(economy.parameters)
    assert {a.name for a in assumptions.DECISIVE} <= set(rows.index)
    assert len(rows) == len(economy.parameters.names)
    moved = economy.parameters.with_overrides({"eta": 1.25})
    assert assumptions.rows_of(moved).at["eta", "value"] == 1.25


# --- HTML -------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _text_of(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    assert not reader.open
    return reader.text.replace("\u00a0", " ")


def test_names_cannot_become_html() -> None:
    wicked = '<script>alert(1)</script> & "quotes"'
    title = style.title(wicked, wicked)
    assert "<script" not in title
    assert "alert(1)" in _text_of(title)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "colour",
    [look.INK, look.MUTED, look.SCENARIO, look.REFERENCE, look.ASSUMED, look.LOSS, *look.SERIES],
)
@pytest.mark.parametrize("paper", [look.PAPER, look.PANEL])
def test_colours_have_contrast(colour: str, paper: str) -> None:
    light, dark = sorted((_luminance(colour), _luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


# --- views: every figure on the screen is a cell of the result ---------------------------------


def test_headline_shows_cells_of_the_result(result: Result) -> None:
    row = views.total_row(result, YEAR)
    text = _text_of(html.fragment(views.headline(row, YEAR)))
    totals = result.totals.set_index("fiscal_year").loc[YEAR]
    for item in ("exports", "imports", "balance"):
        assert figures.bn(totals[f"{item}_usd_mn"]) in text
        change = totals[f"{item}_usd_mn"] - totals[f"baseline_{item}_usd_mn"]
        assert figures.mn(change, signed=True) in text
    assert YEAR in text and "nan" not in text.lower()


@pytest.mark.parametrize("flow", ["export", "import"])
def test_movers_and_losers_are_sorted_by_size(result: Result, flow: str) -> None:
    text = _text_of(html.fragment(views.movers(result, YEAR, flow)))
    rows = result.sectors.query("fiscal_year == @YEAR and flow == @flow")
    largest = rows.loc[rows["change_usd_mn"].abs().idxmax()]
    assert figures.column([largest["change_usd_mn"]], signed=True)[0] in text
    total = views.total_row(result, YEAR)
    who = _text_of(html.fragment(*views.losers(result.who_loses(YEAR), total, YEAR, flow)))
    assert ("India" if flow == "export" else "Japan") in who
    assert "China" in who


@pytest.mark.parametrize("flow", ["export", "import"])
def test_what_one_side_gains_is_what_others_lose_and_what_costs_nobody(
    result: Result, flow: str
) -> None:
    """The rows of the panel stop at eight suppliers; the sum of the others has a row, too."""
    rows, total = result.who_loses(YEAR), views.total_row(result, YEAR)
    bars, nobody = views.losers(rows, total, YEAR, flow)
    assert isinstance(bars, Bars) and isinstance(nobody, Paragraph)
    assert bars.bars[-1].label.endswith(" others")
    gained, *lost = (bar.size for bar in bars.bars)
    of_nobody = rows[(rows["flow"] == flow) & rows["source"].isin(list(views._FROM_NOBODY))]
    assert gained == pytest.approx(-sum(lost) + of_nobody["change_usd_mn"].sum())
    assert " 0 mn" not in str(nobody.text)


def test_no_change_has_no_range() -> None:
    same = {f"{stem}_{item}_usd_mn": 1.0 for stem in ("baseline",) for item in views._CARDS}
    row = same | {f"{item}_usd_mn": 1.0 for item in views._CARDS}
    row |= {f"change_in_{item}_usd_mn": 0.0 for item in views._CARDS}
    said = dict.fromkeys(views._CARDS, "90 % range 0 to 0 mn")
    cards = views.headline(row, YEAR, said).cards
    assert [card.note for card in cards] == ["", "", ""]


def test_bars_of_two_panels_have_one_scale() -> None:
    """A panel with losses gives its gains less room: the same number had bars of two lengths."""
    bar = Bar("a", 10.0, "+10")
    panels = (Bars("", "", (bar,), (-5.0, 10.0)), Bars("", "", (Bar("b", -5.0, "−5"), bar)))
    lengths = [html._bar_rows(panel)[-1][3] for panel in panels]
    assert lengths == [pytest.approx(200 / 3)] * 2


def test_panels_side_by_side_share_their_scale(economy: Economy) -> None:
    """Relief of Japan's barriers moves imports by next to nothing: no bar may fill its panel."""
    relief = cepasim.simulate(economy, BUNDLED["ntb-relief"])
    exports, imports = (views.movers(relief, YEAR, flow) for flow in ("export", "import"))
    alone, beside = (
        max(length for *_, length, _ in html._bar_rows(panel))
        for panel in (imports, one_scale([exports], [Paragraph("x"), imports])[1][1])
        if isinstance(panel, Bars)
    )
    assert alone == pytest.approx(100)
    assert beside < 1


def test_changed_assumptions_in_a_file_have_the_unit_of_the_page() -> None:
    scenario = Scenario.from_dict({"name": "x", "parameters": {"additionality": 0.15}})
    [said] = overrides_in_words(scenario)
    assert "15 %" in said and "0.15" not in said


def test_links_of_the_documentation_lead_to_the_page_that_shows_it() -> None:
    shown = documents.as_shown(
        "[time.md](time.md), [a](evidence.md#x), [b](uncertainty.md), [c](#here), -1",
        "?scenario=x&year=2030-31",
    )
    assert shown == (
        "[Dates](method?scenario=x&year=2030-31&tab=time), "
        "[a](evidence?scenario=x&year=2030-31&tab=evidence), b, [c](#here), −1"
    )


@pytest.mark.parametrize("name", ["reference", "full-package"])
@pytest.mark.parametrize("year", ["2023-24", "2035-36"])
def test_no_page_shows_nan(economy: Economy, name: str, year: str) -> None:
    answer = cepasim.simulate(economy, BUNDLED[name])
    total = views.total_row(answer, year)
    losers = answer.who_loses(year)
    shown = html.fragment(
        views.headline(total, year),
        views.contributions(answer, year),
        accounts(answer, year),
        *(views.movers(answer, year, flow) for flow in ("export", "import")),
        *(
            part
            for flow in ("export", "import")
            for part in views.losers(losers, total, year, flow)
        ),
    )
    assert "nan" not in _text_of(shown).casefold().replace("finance", "")


def test_search_in_the_table(result: Result) -> None:
    everything = views.sector_frame(result, "chapter", YEAR)
    classification = Classification.bundled()

    def codes(search: str) -> list[str]:
        return list(sectors.matching(everything, "chapter", search, classification)["code"])

    assert codes("GARMENTS knit") == ["61"] and codes("プロジェクト") == ["98"]
    assert codes("no such thing") == [] and codes("87") == ["87"]
    assert codes(" ") == list(everything["code"])


def test_who_loses_sums_to_the_change(result: Result) -> None:
    table = result.who_loses(YEAR)
    totals = result.totals.set_index("fiscal_year").loc[YEAR]
    exports = table[table["flow"] == "export"]["change_usd_mn"].sum()
    assert exports == pytest.approx(totals["exports_usd_mn"] - totals["baseline_exports_usd_mn"])


def test_accounts_are_totals(result: Result) -> None:
    table = result.accounts(YEAR).set_index("account")
    totals = result.totals.set_index("fiscal_year").loc[YEAR]
    row = table.loc["duty_japan"]
    assert row["scenario_usd_mn"] == totals["duty_japan_usd_mn"]
    assert row["baseline_usd_mn"] == totals["baseline_duty_japan_usd_mn"]
    assert row["change_usd_mn"] == row["scenario_usd_mn"] - row["baseline_usd_mn"]
    with pytest.raises(cepasim.InputError):
        result.accounts("2050-51")
    with pytest.raises(cepasim.InputError):
        result.who_loses("2050-51")


# --- charts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("item", list(charts.ITEMS))
def test_the_path_joins_history_and_model(
    economy: Economy, result: Result, item: charts.Item
) -> None:
    history = economy.parameters.table("history/totals")
    rows = charts.path_rows(result, history, item)
    past = rows[rows["line"] == charts.HISTORY].set_index("year")["value"]
    model = rows[rows["line"] == charts.REFERENCE].set_index("year")["value"]
    assert past.index[0] == "2013-14" and past.index[-1] == "2023-24"
    assert model.index[0] == "2023-24" and model.index[-1] == "2035-36"
    assert past["2023-24"] == pytest.approx(model["2023-24"], abs=0.01)
    assert rows["value"].notna().all()


def test_changed_assumptions_make_a_third_line(economy: Economy, result: Result) -> None:
    changed = Scenario.from_dict(
        {**BUNDLED["full-package"].to_dict(), "parameters": {"real_demand_growth_ind": 0.05}}
    )
    plain = cepasim.simulate(economy, Scenario.reference())
    other = cepasim.simulate(economy, changed)
    rows = charts.path_rows(other, economy.parameters.table("history/totals"), "imports", plain)
    lines = rows.groupby("line")["value"].last()
    assert list(dict.fromkeys(rows["line"])) == [
        charts.HISTORY,
        charts.REFERENCE,
        charts.ASSUMED,
        charts.SCENARIO,
    ]
    assert lines[charts.ASSUMED] < lines[charts.REFERENCE]
    assert charts.ASSUMED in str(charts.path_spec(assumed=True))
    assert charts.ASSUMED not in str(charts.path_spec())


def test_years_in_which_levers_begin_and_are_all_in_force_are_marked(
    economy: Economy, result: Result
) -> None:
    def marked(shown: Result) -> dict[str, list[str]]:
        rows = charts.change_rows(shown)
        return {name: list(rows.loc[rows[name] != "", "year"]) for name in ("begins", "complete")}

    relief = cepasim.simulate(economy, BUNDLED["ntb-relief"])
    assert marked(relief) == {"begins": ["2026-27"], "complete": ["2028-29"]}
    # The last step of India's cuts comes after the horizon.
    assert marked(result) == {"begins": ["2026-27"], "complete": []}
    assert marked(cepasim.simulate(economy, Scenario.reference())) == {"begins": [], "complete": []}
    for spec in (charts.change_spec(), charts.compare_spec(["a"]), charts.compare_spec(["a", "b"])):
        layers = str(spec["layer"])
        assert "datum.begins" in layers
        assert "datum.complete" in layers
        # A browser would show a second legend beside that of the lines.
        marks = [one for one in spec["layer"] if one["mark"]["type"] in ("rule", "text")]
        assert marks and not any("color" in one["encoding"] for one in marks)


def test_marks_of_compared_scenarios_lie_over_each_other_only_where_they_are_the_same(
    economy: Economy,
) -> None:
    relief = cepasim.simulate(economy, BUNDLED["ntb-relief"])
    fund = cepasim.simulate(economy, BUNDLED["fund-2bn"])

    def marked(**shown: Result) -> list[tuple[object, ...]]:
        rows = charts.compared_rows(shown, "balance", {})
        rows = rows[(rows["begins"] != "") | (rows["complete"] != "")]
        columns = ["year", "begins", "complete", "ink", "down"]
        return list(rows[columns].itertuples(index=False, name=None))

    assert marked(a=relief) == marked(a=relief, b=relief)
    assert marked(a=relief) == [
        ("2026-27", "start", "", look.MUTED, 0),
        ("2028-29", "", "all in force", look.MUTED, 0),
    ]
    first, second = look.SERIES[:2]
    assert marked(a=relief, b=fund) == [
        ("2026-27", "start", "", first, 0),
        ("2028-29", "", "all in force", first, 0),
        ("2026-27", "start", "", second, 14),
        ("2030-31", "", "all in force", second, 14),
    ]


def test_changes_are_drawn_in_the_unit_of_the_cards(result: Result) -> None:
    rows, last = charts.change_rows(result), result.totals.iloc[-1]
    drawn = rows[(rows["line"] == "Balance") & (rows["year"] == last["fiscal_year"])]["value"]
    assert list(drawn) == pytest.approx([last["change_in_balance_usd_mn"]])


def test_panels_are_headings_for_those_who_hear_the_page(result: Result) -> None:
    panel = html.fragment(views.movers(result, "2027-28", "export"))
    table = html.fragment(accounts(result, "2027-28"))
    for said, heading in ((panel, "Exports that move most"), (table, "Treasuries and welfare")):
        assert f'<div role="heading" aria-level="2">{heading}' in said


def test_the_scenario_file_says_whose_figures_its_numbers_were_made_with(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert share.scenario_file(result).decode() == result.scenario.to_yaml()
    monkeypatch.setattr(share, "own_figures", lambda _: "Made with the user's own figures.")
    said = share.scenario_file(result).decode()
    digest = str(result.manifest["parameter_digest"])[:12]
    assert said.startswith("# Made with the user's own figures") and digest in said
    assert yaml.safe_load(said) == yaml.safe_load(result.scenario.to_yaml())


def test_charts_load_nothing_from_outside() -> None:
    for spec in (charts.path_spec(), charts.change_spec(), charts.compare_spec(["a", "b"])):
        text = str({key: value for key, value in spec.items() if key != "$schema"})
        assert "http" not in text


def test_a_band_is_drawn_where_there_is_one(economy: Economy, result: Result) -> None:
    totals = result.totals
    band = pd.DataFrame(
        {
            "fiscal_year": totals["fiscal_year"],
            "low_usd_mn": totals["balance_usd_mn"] - 1000,
            "high_usd_mn": totals["balance_usd_mn"] + 1000,
        }
    )
    history = economy.parameters.table("history/totals")
    rows = charts.path_rows(result, history, "balance", band=band)
    scenario = rows[rows["line"] == charts.SCENARIO]
    assert (scenario["high"] - scenario["value"]).round(9).eq(1).all()


# --- reproduce --------------------------------------------------------------------------------


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("name", ["full-package", "china-plus-one"])
def test_the_code_runs_and_gives_the_figures_of_the_page(economy: Economy, name: str) -> None:
    scenario = Scenario.from_dict({**BUNDLED[name].to_dict(), "parameters": {"eta": 0.8}})
    program = code.python_code(scenario, YEAR, "2023-24")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    printed = dict(line.rsplit(maxsplit=1) for line in done.stdout.strip().splitlines())
    totals = cepasim.simulate(economy, scenario).totals.set_index("fiscal_year").loc[YEAR]
    for column in ("exports_usd_mn", "imports_usd_mn", "change_in_balance_usd_mn"):
        assert float(printed[column]) == pytest.approx(totals[column], rel=1e-4)


def test_the_code_names_an_uploaded_folder() -> None:
    program = code.python_code(BUNDLED["reference"], YEAR, "2023-24", "my-params.zip")
    assert 'cepasim.load("my-params")' in program
    compile(program, "reproduce", "exec")


# --- answers ----------------------------------------------------------------------------------


def test_answers_are_kept_and_dropped(economy: Economy) -> None:
    answers = Answers(kept=2)
    first = answers(economy, BUNDLED["reference"])
    assert answers(economy, BUNDLED["reference"]) is first
    answers(economy, BUNDLED["ntb-relief"])
    answers(economy, BUNDLED["china-plus-one"])
    assert answers(economy, BUNDLED["reference"]) is not first


@pytest.mark.slow(seconds=1)
def test_answers_split_aside_are_the_same(economy: Economy, result: Result) -> None:
    answers, scenario = Answers(), BUNDLED["full-package"]
    found = answers(economy, scenario)
    assert answers.known_split(economy, scenario) is None
    sent = pickle.loads(pickle.dumps(found))  # before any table is made
    pieces = answers.pieces(found)
    whole = answers.split(economy, scenario, None, lambda: None)
    for late in (found, sent, whole):
        for name, frame in result.frames().items():
            pd.testing.assert_frame_equal(late.frames()[name], frame, rtol=1e-9, atol=1e-9)
        assert late.notes == result.notes and late.manifest == result.manifest
    # What a note is about comes with it from the other process: the headline chooses by it.
    about = [getattr(note, "__dict__", {}) for note in result.notes]
    assert any(about) and about == [getattr(note, "__dict__", {}) for note in whole.notes]
    # Amounts in notes are those of the reader, whoever read them first.
    with shown_in(display_currency(economy.parameters, "INR")):
        assert whole.notes == result.notes
        assert "₹" in " ".join(whole.notes)
    assert "₹" not in " ".join(whole.notes)
    # What was made of it for the screen before holds after; of no other result does it.
    assert answers.pieces(whole) is pieces is not answers.pieces(found)
    # It is kept: asked again, nobody waits, and the figures are of the same result.
    assert answers(economy, scenario) is answers.known_split(economy, scenario) is whole
    assert answers.split(economy, scenario, None, pytest.fail) is whole


def test_a_piece_is_kept_by_language_currency_and_year(economy: Economy) -> None:
    pieces, rupees = Pieces(most=3), display_currency(economy.parameters, "INR")
    assert pieces(YEAR, "movers", lambda: 1) == pieces(YEAR, "movers", lambda: 2) == 1
    assert pieces("2031-32", "movers", lambda: 2) == 2
    with language("ja"):
        assert pieces(YEAR, "movers", lambda: 3) == 3
    pieces(YEAR, "movers", pytest.fail)  # looked at last, so that the other year goes
    with shown_in(rupees):
        assert pieces(YEAR, "movers", lambda: 4) == 4
    assert pieces(YEAR, "movers", pytest.fail) == 1
    assert pieces("2031-32", "movers", lambda: 5) == 5


def test_waiting_for_a_split_can_be_given_up(economy: Economy, worker: Worker) -> None:
    def gives_up() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        Answers().split(economy, BUNDLED["reference"], None, gives_up)
    [(asked, _, _)] = worker.waiting
    assert asked.cancelled()


def test_the_sentence_keeps_room_for_its_ranges_and_is_told_without(result: Result) -> None:
    row = views.total_row(result, YEAR)
    ends = {f"change_in_balance_usd_mn{end}": at for end, at in (("_p5", -4.0), ("_p95", 9.0))}
    waiting = in_one_sentence(row, YEAR, "", None, awaited=True)
    there = in_one_sentence(row, YEAR, "", ends, awaited=True)
    room, told = re.compile("<span class=.cs-room.*?</span>"), re.compile("data-said=.*?>")
    assert room.findall(waiting) == room.findall(there) != [], "nothing below moves"
    assert told.findall(waiting) == told.findall(there), "said once, not with every lot of draws"
    assert "(range on its way)" in waiting and "(90 % range −4.0 to 9.0)" in as_read(there)
    never = in_one_sentence(row, YEAR, "Our fund", None, awaited=False)
    assert "<span>Our fund: against" in never and "(no range drawn)" in never
    assert not room.findall(never)


def test_the_headline_is_the_sum_of_the_sectors(result: Result) -> None:
    [summed] = result.balance("total", YEAR).to_dict("records")
    row = views.total_row(result, YEAR)
    assert set(row) == set(summed) - {"fiscal_year", "total", "name", "grade"}
    for column, value in row.items():
        assert value == pytest.approx(summed[column], rel=1e-9, abs=1e-7), column


# --- ranges -----------------------------------------------------------------------------------


class Worker:
    """Computes when told to, here and now."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, work, given))
        return future

    def go(self, pieces: int) -> None:
        for _ in range(pieces):
            future, work, given = self.waiting.pop(0)
            if future.set_running_or_notify_cancel():
                future.set_result(work(*given))


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    found, queue = Worker(), workers.Queue(2)
    monkeypatch.setattr(workers, "pool", lambda purpose: found)
    monkeypatch.setattr(workers, "queue", lambda: queue)
    return found


@pytest.mark.slow(seconds=5)
def test_ranges_are_those_of_the_command_line(
    economy: Economy, result: Result, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draws, "FIRST", 16)
    asked = ranges.Asked.of(None, economy, result.scenario, result.fiscal_years)
    assert asked.range() is None and asked.draws.number == 0
    worker.go(draws.FIRST // draws.AT_ONCE)
    ranged = asked.range()
    assert ranged is not None and ranged.draws == draws.FIRST == asked.draws.number
    known = cepasim.monte_carlo(economy, result.scenario, draws=draws.FIRST, model_choice=True)
    pd.testing.assert_frame_equal(ranged.headline(), known.headline_ranges(), rtol=1e-9)
    beside = ranged.beside(result)
    assert beside.manifest["ranges"] == known.options()
    assert known.model_choice is not None
    pd.testing.assert_frame_equal(
        ranged.decomposition(), known.model_choice.decomposition(), rtol=1e-9
    )
    low, high = known.range_of("exports_usd_mn", YEAR)
    row = beside.totals.set_index("fiscal_year").loc[YEAR]
    assert (row["exports_usd_mn_p5"], row["exports_usd_mn_p95"]) == pytest.approx((low, high))
    assert f"% of {draws.FIRST} draws" in ranges.in_words(ranged, YEAR)["balance"]


@dataclass(frozen=True, eq=False)
class Counted:
    """Draws that are their own first number."""

    draws: draws.Draws

    @classmethod
    def new(cls) -> Counted:
        return cls(draws.Draws.of(lambda start: np.array([start])))


def test_draws_are_shared_and_given_up_when_nobody_looks(worker: Worker) -> None:
    shared, one, other = draws.Shared(), draws.Viewer(), draws.Viewer()
    first = shared.ask(one, "a", Counted.new)
    assert shared.ask(other, "a", Counted.new) is first
    second = shared.ask(one, "b", Counted.new)  # the other still waits for the first
    assert second is not first and not first.draws.given_up
    shared.ask(other, "b", Counted.new)
    assert first.draws.given_up and first.draws.on_their_way and not first.draws.failed
    assert not second.draws.given_up
    # The figures of one scenario never get the ranges of another: there are none until its own.
    assert second.draws.number == 0
    again = shared.ask(other, "a", Counted.new)
    assert again is not first and not again.draws.given_up
    assert shared.under_way == 2  # what each of them looks at
    del one  # a session that ended looks at nothing
    assert shared.under_way == 1
    shared.ask(other, "a", Counted.new)
    assert second.draws.given_up


def test_a_page_looks_for_draws_less_often_while_many_wait() -> None:
    pauses = [arriving.pause(under_way) for under_way in (0, 1, 3, 10)]
    assert pauses == pytest.approx([0.3, 0.3, 0.9, 1.5])


def test_draws_that_are_there_are_kept_for_others(worker: Worker) -> None:
    shared, one, other = draws.Shared(most=2), draws.Viewer(), draws.Viewer()
    first = shared.ask(one, "a", Counted.new)
    worker.go(draws.DRAWS // draws.AT_ONCE)
    assert first.draws.enough == draws.DRAWS and not first.draws.on_their_way
    shared.ask(one, "b", Counted.new)
    assert shared.ask(other, "a", Counted.new) is first and not worker.waiting[2:]
    others = [draws.Viewer(), draws.Viewer()]
    for viewer, name in zip(others, "cd", strict=True):
        shared.ask(viewer, name, Counted.new)
    assert shared.ask(other, "a", Counted.new) is not first  # a bounded number is kept


def test_first_draws_of_everybody_come_before_the_rest_of_anybody(worker: Worker) -> None:
    """And no more is handed over than the processes do at once: that cannot be taken back."""
    one, other = (draws.Draws.of(lambda start: np.array([start])) for _ in range(2))
    assert len(worker.waiting) == 2
    worker.go(2 * draws.FIRST // draws.AT_ONCE)
    assert one.enough == other.enough == one.number == other.number == draws.FIRST
    one.drop()
    worker.go((draws.DRAWS - draws.FIRST) // draws.AT_ONCE + 2)
    assert other.enough == draws.DRAWS and one.number == draws.FIRST + 2 * draws.AT_ONCE
    assert not worker.waiting


def test_a_name_does_not_matter_to_ranges(
    economy: Economy, worker: Worker, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = draws.Shared()
    monkeypatch.setattr(ranges, "shared", lambda: shared)
    reference, years = BUNDLED["reference"], result.fiscal_years
    named = reference.model_copy(update={"name": "基準", "description": "…"})
    asked = [
        ranges.ask(draws.Viewer(), folder, economy, one, years)
        for folder, one in ((None, reference), (None, named), ("/own", named))
    ]
    assert asked[0] is asked[1] and asked[2] is not asked[0]


def test_a_piece_that_fails_is_told(economy: Economy, worker: Worker, result: Result) -> None:
    asked = ranges.Asked.of(None, economy, BUNDLED["reference"], result.fiscal_years)
    worker.waiting[0][0].set_exception(ValueError("no"))
    assert asked.draws.failed and asked.range() is None and not asked.draws.on_their_way
    assert len(worker.waiting) == 3  # the process goes on with what comes next


@pytest.mark.slow(seconds=2)
def test_the_decisive_assumptions_are_the_computed_ones(economy: Economy, result: Result) -> None:
    swings = cepasim.tornado(economy, result.scenario, YEAR, model_choice=True)
    table = sure.decisive_table(swings, "change_in_balance_usd_mn")
    rows = swings[swings["item"] == "change_in_balance_usd_mn"].nlargest(10, "swing")
    assert [row[0] for row in table.rows] == list(rows["label"])
    # One unit for all, in the head: 「+5,400万ドル」 and 「+4.82億ドル」 are hard to compare.
    assert table.head[1:3] == ("At the low end, US$ mn", "At the high end, US$ mn")
    assert not [cell for row in table.rows for cell in row[1:3] if cell.strip("+−0123456789,.")]


def test_what_would_turn_the_sign_is_said() -> None:
    item = "change_in_balance_usd_mn"
    rows = [("Barriers", 10.0, -2.0, 30.0), ("Lags", 10.0, 8.0, 12.0)]
    swings = pd.DataFrame(
        [
            {"item": item, "label": name, "central": c, "at_low": low, "at_high": high}
            for name, c, low, high in rows
        ]
    ).assign(swing=lambda frame: frame["at_high"] - frame["at_low"])
    turned = sure.to_turn(swings, item, 0.25)
    assert turned[0].startswith("Barriers: at the low end") and "25 %" in turned[1]
    alone = sure.to_turn(swings[swings["label"] == "Lags"], item, None)
    assert alone == [
        "No single group turns it; the nearest is “Lags”, at whose low end the answer is "
        "US$ 8.0 mn."
    ]
    assert "Barriers" in str(sure.tornado_chart(swings, item).to_dict())


def test_the_page_of_the_evidence_draws_its_own_table() -> None:
    text = (documents.documents() / "evidence.md").read_text(encoding="utf-8")
    rows = evidence_path._rows(text)
    parts = evidence_path.parts(text)
    assert text.startswith(parts.verdict + parts.more) and "## Verdict" in parts.verdict
    # The verdict is half a page: nothing but its points. Each further section is folded.
    assert parts.verdict.rstrip().splitlines()[-1].startswith("- ") and "|" not in parts.verdict
    assert [heading for heading, _ in parts.rest] == re.findall(r"^## (.*)", text, re.M)[1:]
    assert all(body in text and body for _, body in parts.rest)
    drawn = [str(chart.to_dict()) for _, chart in evidence_path.charts(text)]
    for spec, flow in zip(drawn, ("exports", "imports"), strict=True):
        assert rows[-1][f"{flow}, actual"].rstrip("0") in spec
        assert rows[-1][f"{flow}, 90 % band"].split()[-1].rstrip("0") in spec
    assert list(evidence_path.charts("# Nothing")) == []
    with language("ja"):  # counted as in the verdict above it
        title, chart = next(evidence_path.charts(text))
    last = 10 * float(rows[-1]["exports, actual"])
    assert "（億ドル）" in title and f"{last:g}" in str(chart.to_dict())


def test_equations_of_the_documentation_open_and_close_on_lines_of_their_own() -> None:
    """The page of the method was red from its first equation on: it never closed."""
    for name in [*documents._METHOD, *documents._EVIDENCE]:
        shown = documents.as_shown((documents.documents() / name).read_text(encoding="utf-8"))
        assert "<!--" not in shown, name
        marks = [line for line in shown.splitlines() if "$$" in line]
        assert set(marks) <= {"$$"} and len(marks) % 2 == 0, (name, marks)


def test_years_below_a_chart_are_written_as_readers_do() -> None:
    with language("ja"):
        assert "年度" in str(charts.change_spec())
    assert "年度" not in str(charts.change_spec())


def test_a_column_of_billions_is_counted_as_its_head_says() -> None:
    """``usd_bn`` alone was shown in billions below a head of 億ドル: a tenth of what it is."""
    with language("ja"):
        shown = converted(pd.DataFrame({"usd_bn": [0.72], "equal_usd_bn": [0.167]}))
        assert figures.unit_bn() == "億ドル"
    assert shown.to_numpy().tolist() == [[pytest.approx(7.2), pytest.approx(1.67)]]


def test_what_is_next_to_nothing_is_named_once(economy: Economy) -> None:
    food = Scenario.from_dict(
        {
            "name": "food",
            "levers": [
                {
                    "tariff": {"importer": "JPN", "select": {"section": "IV"}, "cut": "eliminate"}
                    | {"start": "2027-28"}
                }
            ],
        },
        HS,
        economy.parameters,
    )
    found = cepasim.simulate(economy, food, attribution=False)
    assert len(views.movers(found, YEAR, "import").bars) == 1
    assert len(views.movers(found, YEAR, "export").bars) > 3


@pytest.mark.parametrize(
    ("tag", "name", "value", "text"),
    [
        ("en", "usd_bn", 2.5, "US$ %.1f bn"),
        ("ja", "usd_bn:10", 25.0, "%g億ドル"),
    ],
)
def test_the_size_of_a_fund_is_in_the_units_of_the_reader(
    tag: str, name: str, value: float, text: str
) -> None:
    drawn: list[Any] = []
    form = SimpleNamespace(settings={"usd_bn": 2.5}, main=lambda *given: drawn.extend(given))
    with language(tag):
        fund._main(form)  # type: ignore[arg-type]
    assert (drawn[0], drawn[2], drawn[5]) == (name, value, text)
    assert drawn[6](drawn[2]) == 2.5


@pytest.mark.parametrize("control", [offtake, quota])
def test_the_size_of_other_levers_is_in_the_units_of_the_reader(control: Any) -> None:
    drawn: list[Any] = []

    class Drawn(Form):
        def main(self, *given: Any) -> None:
            drawn.append(given)

    form = Drawn(SimpleNamespace(), 0, {"usd_mn": 110.0})  # type: ignore[arg-type]
    control._main(form)
    with language("ja"), currency("INR"):
        control._main(form)
    english, japanese = drawn
    assert (english[0], english[2]) == ("usd_mn", 110.0) and "US$ %g mn" in english[5]
    assert (japanese[0], japanese[2]) == ("usd_mn:100", 1.1) and "%g億ドル" in japanese[5]
    assert 100 * japanese[3][1] == pytest.approx(english[3][1])
    assert 100 * japanese[4] == pytest.approx(english[4])
    assert japanese[6](1.1) == 110.0 == english[6](110.0)


def test_what_the_browser_adds_is_in_the_language() -> None:
    assert '"Upload"' not in live() and live().count("</") == 1
    assert '"Fullscreen"' not in live()
    with language("ja"):
        said = live()
    assert "政策手段へ移動" in said and "ファイルを選択" in said and "To the" not in said
    assert '"Fullscreen": "全画面表示"' in said and '"both": "{lever}：{what}"' in said


def test_words_of_the_framework_are_those_it_has() -> None:
    """A new version may say it otherwise: then it would be in English again."""
    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    said = "".join(file.read_text(encoding="utf-8") for file in scripts.glob("*.js"))
    parts = {part for one in _FOREIGN for part in re.split(r"#MB|#|(?<=exist)", one) if part}
    assert sorted(part for part in parts if part not in said) == []


def test_a_chart_of_one_reader_is_not_that_of_another_currency() -> None:
    """Rupees are grouped as in India and have no decimals; the next reader may read dollars."""
    with cepasim.currency("INR"):
        rupees = str(charts.path_spec())
    dollars = str(charts.path_spec())
    assert "'grouping': [3, 2" in rupees and "grouping" not in dollars
    assert "',.0f'" in rupees and "',.3f'" in dollars


def test_welfare_has_a_change_and_no_level(result: Result) -> None:
    rows = {row[0]: row[1:] for row in accounts(result, "2030-31").rows}
    for who in ("Japan", "India"):
        before, after, change = rows[f"National welfare of {who}"]
        assert (before, after) == ("–", "–")
        assert change[0] in "+−"
    assert all("–" not in row for name, row in rows.items() if name.startswith("Duty"))


@pytest.mark.parametrize("code", ["USD", "INR", "JPY"])
def test_the_chain_of_a_row_adds_up_in_the_currency_of_the_page(
    economy: Economy, code: str
) -> None:
    answer = cepasim.simulate(economy, Scenario.bundled("ntb-relief"), attribution=False)
    with cepasim.currency(code):
        for flow, hs in (("export", "03"), ("export", "61"), ("import", "84")):
            steps = answer.explain(flow, hs, "2030-31").table
            chain = sectors._chain("x", steps)
            rows = {str(row[0]): row for row in chain.rows}
            said = [str(rows[one][1]) for one in ("reference", "scenario", "change")]
            assert {str(rows[one][2]) for one in ("reference", "scenario", "change")} == {
                figures.unit_mn()
            }
            before, after, change = (
                0.0
                if figures.is_nearly_none(one)
                else float(re.sub("[,+]", "", one).replace("−", "-"))
                for one in said
            )
            assert (after == pytest.approx(before + change, abs=1e-9)) == (not chain.note)
            assert not any("e+" in str(row[1]) for row in rows.values())


def test_imports_whose_products_are_assumed_are_shown_by_chapter(economy: Economy) -> None:
    """An even spread over hundreds of products says nothing about which of them moves most."""
    scenario = BUNDLED["full-package"].model_copy(update={"refine": ("64", "84")})
    fine = cepasim.simulate(economy, scenario, attribution=False)
    assert "chapters and products" in views.movers(fine, "2030-31", "export").sub
    imports = views.movers(fine, "2030-31", "import")
    assert imports.sub.endswith("HS chapters")
    assert imports.bars[0].label.startswith("84 ")
    # What tells a product from its neighbours is seen first: a bar has room for two lines of it.
    names = [bar.label for bar in views.movers(fine, "2030-31", "export").bars]
    assert any(name.startswith("640319 Sports footwear") for name in names)

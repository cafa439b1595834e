"""Tasks of people who have never seen the front end, done in a real browser in both languages.

``python -m benchmarks.tasks [PAGE]`` does them one after the other, in English and in Japanese, and
prints clicks, seconds and the answer; with PAGE it writes them to a page of the documentation. It
ends with an error that names the task where an answer is not on the screen, or not what the program
computes. ``--pictures FOLDER`` keeps a picture of each step, ``--only a,c`` does some of them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

import cepasim
from benchmarks import agreement as agree
from benchmarks.agreement import plain_text
from benchmarks.bench_app import FLAGS, serving
from benchmarks.visitor import (
    CARDS,
    FOR_RANGES,
    MAIN,
    PATIENCE,
    SIDEBAR,
    TITLE,
    MissingError,
    Visitor,
)
from cepasim.core.currency import DOLLAR, column_unit, shown_in
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import LANGUAGES, language, ntr, tr
from cepasim.params.currencies import display_currency
from cepasim.report import given, views
from cepasim.report.compared import differences_table
from cepasim.report.headline import headline
from cepasim.result import Result
from cepasim.ui import link

HEAD = """# Tasks in a real browser

Written by `make tasks`: each task is done in a real Chromium (headless, 1440 × 900) at the real
server by somebody who begins at the first page, in English and in Japanese. Clicks count arrow keys
and files taken; letters typed into a search do not count. Seconds run from each click until what
it asks for is on the screen; the pauses in which a person looks, and the draws behind a range, are
left out. The program ends with an error where an answer is not on the screen, or is not what the
program computes: in task *f* every number of the totals and sections of all years, in all files.
"""
YEAR = "2030-31"
SIZE = ViewportSize(width=1440, height=900)
CURRENCY = {"en": "USD", "ja": "JPY"}
LOCALES = {"en": "en-GB", "ja": "ja-JP"}


# --- what several tasks do --------------------------------------------------------------------


def opened(who: Visitor, scenario: str) -> None:
    """Open a bundled scenario from the page of questions and scenarios."""
    name = who.tr(cepasim.Scenario.bundled(scenario).name)
    who.go("Start here")
    row = who.page.locator("[data-testid=stHorizontalBlock]").filter(
        has=who.page.get_by_text(name, exact=True)
    )
    who.click(row.last.get_by_role("button").first, lambda: who.sees(TITLE, name))
    who.ready()


def details(who: Visitor, says: str) -> None:
    """Open the details of the lever whose line says a text."""
    line = who.page.locator(SIDEBAR).get_by_role("button", name=re.compile(re.escape(says)))
    first = who.page.get_by_label(who.tr("First fiscal year"), exact=True)
    who.click(line.first, lambda: first.first.wait_for())


def narrowed(who: Visitor, scenario: str, level: str, code: str) -> None:
    """Open a bundled scenario of one lever on all products and narrow it to a few of them."""
    opened(who, scenario)
    details(who, who.tr("all products"))
    empty = who.tr("Nothing chosen yet: this lever does nothing until something is.")
    who.choose("Products", who.tr(level), lambda: who.sees(SIDEBAR, empty))
    who.choose(level, f"{code} ", lambda: who.sees(TITLE, code))


def computed(who: Visitor) -> Result:
    """Return what the program computes for the scenario in the address."""
    return cepasim.simulate(cepasim.load(), link.scenario_of(who.token()))


def cards(who: Visitor, result: Result, year: str = YEAR) -> str:
    """Check that the cards say what the program computes; return the change in the balance."""
    with language(who.tag):
        expected = views.headline(views.total_row(result, year), year).cards
    for card in expected:
        who.finds(CARDS, card.title, card.main, card.sub)
    return f"{expected[0].title}: {expected[0].main} ({expected[0].sub})"


# --- the tasks --------------------------------------------------------------------------------


def food(who: Visitor) -> str:
    """Japan frees processed food from 2027 over 3 years: the deficit of 2030-31, and why so."""
    who.begin("a")
    narrowed(who, "cepa-remaining-tariffs", "Sections", "IV")
    who.choose("First fiscal year", "2027", lambda: who.sees(TITLE, year_words(who, "2027-28")))
    for years in (4, 3):
        with language(who.tag):
            steps = ntr("{n} step", "{n} steps", years)
        who.press(who.tr("Equal annual steps"), "ArrowLeft", steps)
    result = computed(who)
    said = cards(who, result)
    with language(who.tag):
        why = headline(result, YEAR).mind.stake
    who.reads(MAIN, why)
    who.on_first_screen(why[:40])
    who.ranges()
    return f"{said}. {why}"


def fund(who: Visitor) -> str:
    """70 % of a fund of US$ 1 bn to labour-intensive industries from 2028; the title says so."""
    who.begin("b")
    opened(who, "fund-2bn")
    with language(who.tag), shown_in(DOLLAR):
        unit = column_unit("bn")
    one, ten = 1000 / unit.usd_mn, 10 * 1000 / unit.usd_mn
    size = unit.amount.format(number="1.0" if who.tag == "en" else f"{one:g}")
    who.slide(f"{who.tr('Size')}", one, (0.0, ten), size)
    line = who.tr("{share} % {window}", share="50", window="")
    details(who, line)
    share = who.tr("Share of the labour-intensive window")
    who.slide(share, 70, (0, 100), "70")
    who.choose("First fiscal year", "2028", lambda: who.sees(TITLE, year_words(who, "2028-29")))
    name = link.scenario_of(who.token()).name
    who.finds(TITLE, "70", year_words(who, "2028-29"))
    cards(who, computed(who))
    who.ranges()
    return name


def marine(who: Visitor) -> str:
    """Relief of 20 against 60 % of Japan's barriers for marine products, with the difference."""
    who.begin("c")
    narrowed(who, "ntb-relief", "Chapters", "03")
    save = who.page.locator("[data-testid=stPopoverBody]")
    names = []
    for percent in (20, 60):
        who.slide(who.tr("Barriers relieved by"), percent, (0, 100), str(percent))
        who.sees(TITLE, str(percent))
        names.append(link.scenario_of(who.token()).name)
        if percent == 20:
            first = computed(who)
        who.click(who.button("Share and save"), lambda: save.wait_for())
        who.click(
            save.get_by_role("button", name=who.tr("Save to compare"), exact=True),
            lambda: save.get_by_test_id("stAlertContainer").wait_for(),
        )
        who.page.keyboard.press("Escape")
    second = computed(who)
    waiting = "…"
    who.go("Compare")
    table = who.page.locator("table.cs-table").first
    with who.counted(0):
        table.wait_for()
    who.page.wait_for_function(
        "waiting => { const t = document.querySelector('table.cs-table');"
        " return t && ![...t.querySelectorAll('td')].some(c => c.innerText.trim() === waiting)"
        " && /128/.test(t.innerText); }",
        arg=waiting,
        timeout=FOR_RANGES,
    )
    row = plain_text(table.locator("tbody tr").first.inner_text())
    with language(who.tag):
        expected = str(differences_table({"a": first, "b": second}, None, YEAR, 0).rows[0][1])
    if expected not in row:
        who.miss(f"the first difference is not {expected}: {row}")
    return row


def garments(who: Visitor) -> str:
    """Who loses in Japan, industry by industry, if India sells more garments."""
    who.begin("d")
    narrowed(who, "ntb-relief", "Sections", "XI")
    with language(who.tag):
        heading = given.industries(computed(who), YEAR, "JPN", "XI").heading
    table = who.page.locator("table", has=who.page.locator("caption", has_text=heading))
    who.choose("Section", "XI ", lambda: table.wait_for())
    with language(who.tag):
        bars = given.industries(computed(who), YEAR, "JPN", "XI").bars
    said = plain_text(table.inner_text())
    for bar in bars:
        if plain_text(bar.label) not in said or bar.text not in said:
            who.miss(f"{bar.label} {bar.text} is not in {said}")
    return "; ".join(f"{bar.label} {bar.text}" for bar in bars[:3])


def barrier(who: Visitor) -> str:
    """Where the barrier of chapter 03 comes from, and another value for 03 alone."""
    who.begin("e")
    before = cards_of(who)
    search = who.page.get_by_label(who.tr("Search by code or words"), exact=True)
    grid = who.page.locator("[data-testid=stDataFrame]").first
    with who.counted():
        search.click()
        search.fill("03")
        who.page.keyboard.press("Enter")
        # A table of one row: its heading and that row.
        who.page.wait_for_function(
            "() => { const e = document.querySelector('[data-testid=stDataFrame]');"
            " return e && e.getBoundingClientRect().height < 200; }",
            timeout=PATIENCE,
        )
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    change = who.page.get_by_role(
        "button", name=who.tr("Change this: barriers of chapter {code}", code="03")
    )
    with who.counted():
        who.page.mouse.click(box["x"] + 15, box["y"] + 55)
        change.wait_for()
    change.scroll_into_view_if_needed()
    who.look()
    who.click(change, lambda: who.sees(TITLE, who.tr("Parameters")))
    alone = who.page.get_by_text(who.tr("Change a value for one chapter alone"))
    who.click(alone, lambda: who.page.get_by_label(who.tr("Chapter alone")).first.wait_for())
    chapter = who.page.get_by_label(who.tr("Chapter alone"), exact=True).first
    if not chapter.input_value().startswith("03"):  # it offers the chapter searched for
        who.choose("Chapter alone", "03")
    value = who.page.locator("[data-testid=stExpander] input[type=number]").first
    with who.counted():
        value.fill("0.15")
    use = who.button("Use it for this chapter")
    who.click(use, lambda: who.reads("[data-testid=stAlert]", "15"))
    said = who.text("[data-testid=stAlert] [data-testid=stMarkdownContainer]")
    if "03" not in said:
        who.miss(f"no word of chapter 03: {said}")
    who.go("Scenario", "Full package")
    who.ready()
    if cards_of(who) == before:
        who.miss("another barrier of chapter 03 changes nothing")
    return said


def safe(who: Visitor) -> str:
    """Back, reload, a tampered link, two users at once."""
    who.begin("h")
    browser = who.page.context.browser
    assert browser is not None
    other = browser.new_context(viewport=SIZE, locale=LOCALES[who.tag])
    second = Visitor(other.new_page(), who.address, who.tag)
    second.begin("h")
    untouched, before = cards_of(second), cards_of(who)
    who.slide(who.tr("Barriers relieved by"), 80, (0, 100), "80")
    who.page.wait_for_function("() => location.search.includes('s=1.')", timeout=PATIENCE)
    after, address = cards_of(who), who.page.url
    if after == before:
        who.miss("the slider changes nothing")
    for move, expected in ((who.page.go_back, before), (who.page.go_forward, after)):
        with who.counted():
            move()
            who.reads(CARDS, *expected)
    with who.counted():
        who.page.reload()
        who.reads(CARDS, *after)
    who.ready()
    if who.page.url != address:
        who.miss(f"a reload changes the address: {who.page.url}")
    if cards_of(second) != untouched:
        who.miss("another user's figures moved")
    alert = "[data-testid=stAlert]"
    with who.counted():
        who.page.goto(f"{who.address}/?s={who.token()[:-9]}&lang={who.tag}")
        who.page.locator(alert).first.wait_for(timeout=PATIENCE)
    other.close()
    with language(who.tag):
        name = cepasim.Scenario.reference().name
        who.finds(TITLE, tr(name[:1].upper() + name[1:]))
    return who.text(alert)


def agreement(who: Visitor) -> str:
    """Link, workbook, note, file and program of one changed scenario say the same."""
    who.begin("f", f"?currency={CURRENCY[who.tag]}")
    who.slide(who.tr("Barriers relieved by"), 60, (0, 100), "60")
    who.page.wait_for_function("() => location.search.includes('s=1.')", timeout=PATIENCE)
    who.choose("Fiscal year shown", "2032", lambda: who.reads(CARDS, year_words(who, "2032-33")))
    shown = who.ranges()
    popover = who.page.locator("[data-testid=stPopoverBody]")
    who.click(who.button("Share and save"), lambda: popover.wait_for())
    code = popover.locator("code", has_text="import cepasim").first
    code.wait_for(timeout=PATIENCE)
    files = {}
    for label in ("Workbook (XLSX)", "Briefing note (HTML)", "Scenario (YAML)"):
        with who.counted(), who.page.expect_download(timeout=FOR_RANGES) as download:
            popover.get_by_role("button", name=who.tr(label)).click()
        files[label] = Path(download.value.path()).read_bytes()
    year, token = "2032-33", who.token()
    economy = cepasim.load()
    result = cepasim.simulate(economy, link.scenario_of(token))
    currency = display_currency(economy.parameters, CURRENCY[who.tag])
    with language(who.tag), shown_in(currency):
        wrong = [
            *agree.yaml_differs(files["Scenario (YAML)"], result),
            *agree.snippet_differs(code.inner_text(), result, year),
            *agree.workbook_differs(files["Workbook (XLSX)"], result, ranges=True),
            *agree.note_differs(agree.of_html(files["Briefing note (HTML)"]), shown, result, year),
        ]
    link_shown = popover.locator("code", has_text="/?s=").first.inner_text().strip()
    with who.counted():
        who.page.goto(link_shown)
        who.page.locator(CARDS).wait_for(timeout=PATIENCE)
    who.ready()
    if who.ranges() != shown:
        wrong.append(f"link opened anew: {who.text(CARDS)}, not {shown}")
    if wrong:
        who.miss(f"{len(wrong)} differences; " + "; ".join(wrong[:12]))
    return result.scenario.name


def cards_of(who: Visitor) -> tuple[str, ...]:
    """What the cards say without ranges: number and comparison of each."""
    said = who.page.locator(f"{CARDS} .cs-main, {CARDS} .cs-sub").all_inner_texts()
    return tuple(plain_text(one) for one in said)


def year_words(who: Visitor, year: str) -> str:
    """Write a fiscal year in the language of the page."""
    with language(who.tag):
        return year_in_words(year)


TASKS: dict[str, tuple[str, Callable[[Visitor], str]]] = {
    "a": (
        "Japan frees processed food from 2027 over 3 years: what of the deficit of 2030-31, and "
        "why is it so little?",
        food,
    ),
    "b": ("70 % of a fund of US$ 1 bn to labour-intensive industries from 2028", fund),
    "c": ("Relief of 20 against 60 % for marine products, with the difference", marine),
    "d": ("Who loses in Japan, by industry, if India sells more garments?", garments),
    "e": ("Where does the barrier of chapter 03 come from? Another one for 03 alone", barrier),
    "f": ("Link, workbook, note, file and program of a changed scenario agree", agreement),
    "h": ("Back, reload, a link cut short, two users at once", safe),
}


@dataclass(frozen=True)
class Done:
    """What a task took, and what answered it."""

    task: str
    tag: str
    clicks: int
    seconds: float
    answer: str


def do(who: Visitor, tasks: Sequence[str], failed: list[str]) -> Iterator[Done]:
    """Do tasks one after the other; what is missing goes to the list."""
    for task in tasks:
        who.task = task
        try:
            answer = TASKS[task][1](who)
        except MissingError as missing:
            print(missing, flush=True)
            failed.append(str(missing))
            continue
        done = Done(task, who.tag, who.clicks, who.seconds, answer)
        print(f"{task} {who.tag}: {done.clicks} clicks, {done.seconds:.1f} s. {answer}", flush=True)
        yield done


def page(done: Sequence[Done]) -> str:
    """Return the page of the documentation."""
    lines = [HEAD, "| task | language | clicks | seconds |", "|---|---|---|---|"]
    for one in done:
        name = LANGUAGES[one.tag]
        lines.append(f"| {one.task} | {name} | {one.clicks} | {one.seconds:.1f} |")
    load, processors = os.getloadavg()[0], os.cpu_count()
    lines += ["", f"The load of the machine was {load:.0f} on {processors} processors at the end."]
    for task, (asked, _) in TASKS.items():
        answers = [one for one in done if one.task == task]
        if answers:
            lines += ["", f"**{task}. {asked}**", ""]
            lines += [f"- {one.answer}" for one in answers]
    return "\n".join(lines) + "\n"


@contextmanager
def at_server(address: str | None) -> Iterator[str]:
    """Yield the address of a server that runs already, or of one of its own."""
    if address is not None:
        yield address
        return
    with serving() as (own, _):
        yield own


def main(given: Sequence[str] | None = None) -> None:
    """Do the tasks; write the page if one is named."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("page", nargs="?", type=Path, help="page of the documentation to write")
    asked.add_argument("--pictures", type=Path, help="folder for a picture of each step")
    asked.add_argument("--only", default=",".join(TASKS), help="tasks, such as a,c")
    asked.add_argument("--languages", default=",".join(LOCALES))
    asked.add_argument("--address", help="of a server that runs already")
    options = asked.parse_args(given)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("the tasks need Chromium: install the package chromium")
    done: list[Done] = []
    failed: list[str] = []
    with at_server(options.address) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for tag in options.languages.split(","):
            context = browser.new_context(viewport=SIZE, locale=LOCALES[tag])
            who = Visitor(context.new_page(), address, tag, options.pictures)
            done += do(who, options.only.split(","), failed)
            context.close()
        browser.close()
    if failed:
        raise SystemExit("\n".join(failed))
    if options.page is not None:
        options.page.write_text(page(done), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

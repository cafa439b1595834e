"""The front end in a real browser. Screenshots go to ``artefacts/`` to be looked at.

Needs Chromium (Debian and Ubuntu: package ``chromium``) and Playwright for Python, which drives it;
nothing is downloaded. Where one is missing the tests are skipped, in continuous integration they
fail.

Each process of pytest-xdist has a server and a browser of its own, which all its tests share. No
test waits for a time: it waits until the page has run what was asked of it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cepasim.params.parameters import bundled_directory
from cepasim.scenario.scenario import Scenario
from cepasim.ui import questions
from tests.english_left import english_left

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=4)]

ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "artefacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
#: Notes when the page last asked the server to run, when it last began to, and when its state last
#: changed.
WATCHED = """() => {
  const seen = window.seen = {asked: 0, began: 0, changed: performance.now(), state: null};
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...what) {
    seen.asked = performance.now();
    return send.apply(this, what);
  };
  const look = () => {
    const app = document.querySelector('[data-testid=stApp]');
    const state = app ? app.getAttribute('data-test-script-state') : null;
    if (state === seen.state) return;
    seen.state = state;
    seen.changed = performance.now();
    if (state === 'running') seen.began = seen.changed;
  };
  new MutationObserver(look).observe(document, {
    childList: true, subtree: true, attributeFilter: ['data-test-script-state'],
  });
}"""
#: Whether the server has run what was asked last. A control waits 200 ms for more of the same
#: before it asks, and what asks for no run (a message that the page is alive) is not waited for.
SETTLED = """since => {
  const seen = window.seen, now = performance.now();
  if (!seen || seen.state !== 'notRunning') return false;
  const answered = seen.began > seen.asked || now - seen.asked > 1500;
  return answered && now - since > 500 && now - seen.changed > 150;
}"""


def _missing(what: str) -> None:
    """Skip at a desk, fail where nobody would notice."""
    if os.environ.get("CI"):
        pytest.fail(f"browser tests need {what}")
    pytest.skip(f"browser tests need {what}")


@pytest.fixture(scope="session")
def chromium() -> str:
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        _missing("the Python package playwright (make test installs it)")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        _missing("Chromium: install the package chromium")
    return str(found)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    with subprocess.Popen(
        [sys.executable, "-m", "cepasim.cli", "app", "--port", str(port)],
        cwd="/",
        env=environment | {"HOME": "/nonexistent"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            for _ in range(150):
                try:
                    with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health"):
                        break
                except OSError:
                    time.sleep(0.2)
            else:
                pytest.fail("the front end did not start")
            yield f"http://localhost:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


def _new_context(browser: Any, width: int = 1440, height: int = 900) -> Any:
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(120_000)  # of a machine that has other things to do as well
    context.add_init_script(f"({WATCHED})()")
    return context


def _new_page(browser: Any, width: int = 1440, height: int = 900) -> Any:
    """A visitor who has never been here, whose browser has nothing of the page yet."""
    return _new_context(browser, width, height).new_page()


@pytest.fixture(scope="session")
def profile(browser: Any) -> Iterator[Any]:
    """One browser for all new visitors: it compiles the page's own programs once, not for each."""
    context = _new_context(browser)
    yield context
    context.close()


@contextmanager
def _loading_nothing_from_outside(context: Any, address: str) -> Iterator[Any]:
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    allowed = (address, address.replace("http", "ws"), "data:", "blob:")
    outside = [url for url in asked if not url.startswith(allowed)]
    if opened.url.startswith(address):
        opened.evaluate("() => localStorage.clear()")  # nothing is left to the next visitor
    opened.close()
    assert outside == [], "something was loaded from outside"


@pytest.fixture
def page(profile: Any, address: str) -> Iterator[Any]:
    """A new visitor."""
    profile.clear_cookies()
    with _loading_nothing_from_outside(profile, address) as opened:
        yield opened


@pytest.fixture(scope="session")
def visitor(browser: Any, address: str) -> Iterator[Any]:
    """One visitor, who stays for all tests that only go somewhere and read."""
    with _loading_nothing_from_outside(_new_context(browser), address) as opened:
        _open(opened, address)
        yield opened


def _open(page: Any, address: str, path: str = "/") -> None:
    page.goto(address + path)
    page.locator(".cs-title").first.wait_for()
    if path == "/" or path.startswith("/?"):
        # Controls come as pieces of program of their own, after the page.
        page.locator("[data-testid=stSidebar] [data-testid=stCheckbox]").first.wait_for()
        page.locator(".stVegaLiteChart").first.wait_for()
    _settled(page)


def _settled(page: Any) -> None:
    """Wait until the page has run what was asked of it."""
    since = page.evaluate("() => performance.now()")
    page.wait_for_function(SETTLED, arg=since)


def _cards(page: Any) -> str:
    return str(page.locator(".cs-cards").inner_text()).replace("\u00a0", " ")


def _differs(page: Any, where: str, before: str, patience: float = 30_000) -> None:
    """Wait until a place says something else; a busy machine may take its time."""
    page.wait_for_function(
        "([where, before]) => document.querySelector(where)?.innerText !== before",
        arg=[where, before],
        timeout=patience,
    )


def _says(page: Any, where: str, *words: str) -> None:
    """Wait until a place says all the words; what it says instead is in the message."""
    from playwright.sync_api import TimeoutError as TooLate

    for word in words:
        try:
            page.locator(where).filter(has_text=word).first.wait_for()
        except TooLate:
            pytest.fail(f"{where} says {page.locator(where).all_inner_texts()}, not {word!r}")


def _shoot(page: Any, name: str) -> None:
    page.screenshot(path=str(ARTEFACTS / f"{name}.png"))


def _go(page: Any, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()
    _settled(page)


def _opened(page: Any, button: Any) -> None:
    """Press a button that opens a box; a page that is drawn anew may miss a press."""
    from playwright.sync_api import TimeoutError as TooLate

    for patience in (15_000, 15_000, 60_000):
        button.press("Enter")
        with contextlib.suppress(TooLate):
            page.locator("[data-testid=stPopoverBody]").wait_for(timeout=patience)
            return
    pytest.fail("nothing opens")


LEGENDS = """() => [...document.querySelectorAll('.stVegaLiteChart')].map(chart =>
  [...chart.querySelectorAll('.role-legend-label text')].map(text => text.textContent))"""


def _no_trouble(page: Any) -> None:
    text = page.locator("body").inner_text()
    assert "Traceback" not in text and "defect of the program" not in text
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)
    # One legend a chart: colours and dashes that fall apart name every line twice.
    for said in page.evaluate(LEGENDS):
        assert len(set(said)) == len(said), said


# --- the first screen -------------------------------------------------------------------------


def test_the_answer_stands_on_one_screen(page: Any, address: str) -> None:
    _open(page, address)
    _shoot(page, "scenario-1440x900")
    _no_trouble(page)
    assert page.locator(".cs-card").count() == 3
    for heading in ("Exports that move most", "Imports that move most", "What each lever adds"):
        box = page.locator("caption", has_text=heading).bounding_box()
        assert box is not None and box["y"] + box["height"] < 900, heading
    for table in page.locator(".cs-bars").all()[:5]:  # those of one section stand below
        box = table.bounding_box()
        assert box["y"] + box["height"] <= 900


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768), (820, 1180)])
def test_narrower_screens_are_readable(page: Any, address: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    _open(page, address)
    _shoot(page, f"scenario-{width}x{height}")
    wider = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]');"
        " return m.scrollWidth - m.clientWidth; }"
    )
    assert wider <= 1
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.cs-card .cs-main')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert cut == 0


CONTRAST = """() => {
  const seen = [];
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number);
    return m.length > 3 ? m : [...m, 1]; };
  const lum = ([r, g, b]) => { const f = v => { v /= 255; return v <= 0.04045 ? v / 12.92 :
    ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const e = walker.currentNode.parentElement;
    const seeable = {opacityProperty: true, visibilityProperty: true};
    if (!text || !e || !e.checkVisibility(seeable)) continue;
    if (e.closest('style, script, button:disabled, svg, [aria-hidden=true], canvas')) continue;
    // Stands above the slider's knob, which is its parent: not on the knob's colour.
    if (e.closest('[data-testid=stSliderThumbValue]')) continue;
    const box = e.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    let layers = [], opacity = 1;
    for (let k = e; k; k = k.parentElement) {
      const s = getComputedStyle(k);
      opacity *= Number(s.opacity);
      const b = parse(s.backgroundColor);
      if (b[3] > 0) layers.unshift(b);
    }
    let paper = [255, 255, 255];
    for (const l of layers) paper = over(l, paper);
    const c = parse(getComputedStyle(e).color);
    const ink = over([c[0], c[1], c[2], c[3] * opacity], paper);
    const [a, b] = [lum(ink), lum(paper)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) seen.push([text.slice(0, 60), Math.round(ratio * 100) / 100]);
  }
  return seen;
}"""


@pytest.mark.parametrize("path", ["/", "/start", "/compare", "/assumptions", "/parameters"])
def test_text_has_contrast(page: Any, address: str, path: str) -> None:
    _open(page, address, path)
    # What was drawn before fades out.
    page.wait_for_function(f"() => ({CONTRAST})().length === 0 || performance.now() > 20_000")
    assert page.evaluate(CONTRAST) == []


# --- levers -----------------------------------------------------------------------------------


def _set_slider(page: Any, slider: Any, share: float) -> None:
    slider.scroll_into_view_if_needed()
    box = slider.locator("[role=group] > div").first.bounding_box()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    _settled(page)


def test_every_lever_moves_the_answer(page: Any, address: str) -> None:
    """One lever at a time: with all of them on, each move splits thousands of coalitions."""
    from playwright.sync_api import TimeoutError as Late

    _open(page, address, "/?scenario=reference")
    sidebar = page.locator("[data-testid=stSidebar]")
    sliders = sidebar.locator("[data-testid=stSlider]")
    always = sliders.count()
    moved, still = 0, []
    for toggle in sidebar.locator("[data-testid=stCheckbox] label").all():
        toggle.click()
        _settled(page)
        _no_trouble(page)
        for place in range(sliders.count() - always):
            before = page.locator("[data-testid=stMain]").inner_text()
            _set_slider(page, sliders.nth(place), 0.35)
            moved += 1
            try:
                _differs(page, "[data-testid=stMain]", before, 3_000)
            except Late:
                still.append(sliders.nth(place).inner_text())
            _no_trouble(page)
        _shoot(page, "every-lever")
        toggle.click()
        _settled(page)
    assert moved >= 10
    assert len(still) <= 1, still  # a quota that does not bind changes nothing


def test_the_keyboard_is_enough(page: Any, address: str) -> None:
    _open(page, address)
    before, told = _cards(page), page.locator(".cs-said[role=status]").inner_text()
    for _ in range(3):  # past the links to the levers and to the result
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.closest('.st-key-ranges') !== null")
    page.mouse.click(900, 5)
    for _ in range(100):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => [document.activeElement.tagName, document.activeElement.type,"
            " document.activeElement.getAttribute('aria-label')]"
        )
        if focused[0] == "INPUT" and focused[1] == "range" and "Barriers" in str(focused[2]):
            break
    else:
        pytest.fail("the slider of barriers cannot be reached by Tab")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    _settled(page)
    _differs(page, ".cs-cards", before)
    # Who hears the page is told the new headline, and not the cards as well.
    _differs(page, ".cs-said[role=status]", told)
    assert page.locator("[aria-live]:has(.cs-cards)").count() == 0
    # The focus stays where it is, so that the next key goes on from there.
    assert page.evaluate("() => document.activeElement.type") == "range"
    # What a key opens has the keyboard, and gives it back; the second time all of it is there at
    # once, and what stands first in it is hidden and takes no focus.
    button = page.get_by_role("button", name="Share and save")
    inside = "() => document.activeElement.closest('[data-testid=stPopoverBody]') !== null"
    back = "() => document.activeElement.innerText?.startsWith('Share and save') === true"
    for _ in range(2):
        _settled(page)  # the server knows that it was closed
        _opened(page, button)
        page.wait_for_function(inside)
        page.locator("[data-testid=stPopoverBody] [data-testid=stCode]").first.wait_for()
        page.keyboard.press("Escape")
        page.wait_for_function(back)


#: What has the keyboard, as those who hear the page are told.
AT = """() => {
  const at = document.activeElement;
  return `${at.tagName} ${at.getAttribute('aria-label') ?? at.textContent}`;
}"""


class _Keys:
    """Somebody without a mouse, from the top of a page."""

    def __init__(self, page: Any) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def to(self, name: str, most: int = 30) -> None:
        """Press Tab until the name of what has the keyboard holds a pattern."""
        passed: list[str] = []
        for _ in range(most):
            self.press("Tab")
            passed.append(self.page.evaluate(AT))
            if re.search(name, passed[-1]):
                return
        pytest.fail(f"{most} presses of Tab do not come to {name!r}: {passed}")

    def finds(self, place: str) -> None:
        """Wait until a link to a place is there, as it is once the place itself is."""
        link = f".cs-skips [data-to={place}]:not([hidden])"
        self.page.locator(link).wait_for(state="attached")
        _settled(self.page)

    def has(self, name: str) -> None:
        """Wait until something has the keyboard, and the page stands still."""
        self.page.wait_for_function(f"name => ({AT})().includes(name)", arg=name)
        _settled(self.page)

    def choose(self, text: str, option: str) -> None:
        self.page.keyboard.type(text)
        self.page.get_by_role("option", name=option).first.wait_for()
        self.press("Enter")
        _settled(self.page)


def test_food_is_freed_by_keyboard_alone(page: Any, address: str) -> None:
    _open(page, address, "/start")
    keys = _Keys(page)
    keys.finds("scenarios")
    keys.to("To the scenarios", 3)
    keys.press("Enter")
    name = "CEPA review, Japan's remaining tariffs"
    keys.to(f"Open: {name}")
    keys.press("Enter")
    keys.has(f"H1 {name}")  # a new page is read from its title
    keys.finds("levers")
    keys.to("To the levers", 1)
    keys.press("Enter")
    keys.has("INPUT Japan's duties on Indian goods")
    keys.to("BUTTON Japan's duties on Indian goods: all products, from 2026-27, 5 steps", 3)
    assert page.evaluate("() => document.activeElement.ariaExpanded") == "false"
    keys.press("Enter")
    page.wait_for_function("() => document.activeElement.ariaExpanded === 'true'")
    _settled(page)
    keys.to("INPUT Products", 2)
    group = "() => document.activeElement.closest('[role=group][aria-label]:has(label)').ariaLabel"
    assert str(page.evaluate(group)).startswith("Japan's duties on Indian goods: all products")
    keys.choose("Sections", "Sections")
    page.get_by_role("combobox", name="Sections", exact=True).wait_for()
    _settled(page)
    keys.to("INPUT Sections", 1)
    keys.choose("IV ", "IV Prepared food")
    _says(page, ".cs-title", "section IV")
    keys.press("Escape")
    keys.to("To the result", 12)
    keys.press("Enter")
    keys.has("DL Change in balance, 2030-31")
    assert keys.pressed < 50


def test_a_barrier_of_one_chapter_is_changed_by_keyboard_alone(page: Any, address: str) -> None:
    _open(page, address)
    keys = _Keys(page)
    keys.finds("result")
    keys.to("To the result", 2)
    keys.press("Enter")
    keys.to("INPUT Search")
    page.keyboard.type("03")
    keys.press("Enter")
    _settled(page)
    keys.to("CANVAS|TD 03 ")  # a grid, or the first cell of it once it has told its cells
    if str(page.evaluate(AT)).startswith("CANVAS"):
        keys.press("ArrowDown")
    keys.press("Shift+Space")
    page.get_by_text("Why this number").wait_for()
    _settled(page)
    keys.to("Change this: barriers of chapter 03", 2)  # Tab leaves the grid at once
    keys.press("Enter")
    keys.has("H1 Parameters")
    keys.to("Change a value for one chapter alone")
    keys.press("Enter")
    page.get_by_label("Chapter alone", exact=True).first.wait_for()
    _settled(page)
    keys.to("INPUT Its value")
    keys.press("Control+a")
    page.keyboard.type("0.15")
    keys.to("Use it for this chapter", 3)
    keys.press("Enter")
    _says(page, "[data-testid=stAlert]", "15 %")
    # The button goes away, and the keyboard stays where it was.
    keys.has("SUMMARY")
    assert keys.pressed < 60


#: The outline of what has the focus, or of what stands for it, and its contrast with the page.
FOCUS = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const lum = c => { const f = v => { v /= 255; return v <= 0.04045 ? v / 12.92 :
    ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const under = e => {
    for (let k = e.parentElement; k; k = k.parentElement) {
      const b = parse(getComputedStyle(k).backgroundColor);
      if (b.length < 4 || b[3] > 0) return b;
    }
    return [255, 255, 255];
  };
  for (let k = at, up = 0; k && up < 6; k = k.parentElement, up++) {
    const s = getComputedStyle(k), box = k.getBoundingClientRect();
    if (s.outlineStyle === 'solid' && parseFloat(s.outlineWidth) >= 2 && box.width > 6) {
      const [a, b] = [lum(parse(s.outlineColor)), lum(under(k))].sort((x, y) => y - x);
      return [at.tagName, at.type || '', (a + 0.05) / (b + 0.05)];
    }
  }
  return [at.tagName, at.type || '', 0, at.outerHTML.slice(0, 300)];
}"""


def test_the_focus_is_seen(page: Any, address: str) -> None:
    _open(page, address)
    page.mouse.click(900, 5)
    seen = []
    for _ in range(60):  # the switches of the head come first
        page.keyboard.press("Tab")
        if (found := page.evaluate(FOCUS)) is not None:
            seen.append(found)
    assert {"A", "BUTTON", "INPUT"} <= {tag for tag, *_ in seen}
    assert "range" in {kind for _, kind, *_ in seen}
    assert [found for found in seen if found[2] < 3] == []
    _shoot(page, "focus")


def test_details_stay_open_while_they_are_changed(page: Any, address: str) -> None:
    _open(page, address)
    page.get_by_role("button", name=re.compile("all products, from 2026-27, 5 steps")).click()
    _settled(page)
    page.get_by_label("First fiscal year").click()
    page.get_by_role("option", name="2028-29").click()
    _settled(page)
    assert page.get_by_label("First fiscal year").is_visible()
    assert page.get_by_role("button", name=re.compile("from 2028-29")).is_visible()
    page.get_by_role("button", name=re.compile("all products, from 2026-27, 3 steps")).click()
    page.get_by_text("Types of barrier").wait_for()
    _settled(page)
    kinds = page.locator('[data-testid="stSidebar"] [data-testid="stMultiSelect"] span')
    assert kinds.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth + 1)") == []
    _shoot(page, "details")


def test_assumptions_add_a_line_and_go_back(page: Any, address: str) -> None:
    _open(page, address)
    sidebar = page.locator("[data-testid=stSidebar]")
    sidebar.get_by_text("Decisive assumptions").click()
    _settled(page)
    slider = sidebar.locator("[data-testid=stSlider]", has_text="How demand answers prices")
    _set_slider(page, slider, 0.9)
    _says(page, "[data-testid=stSidebar]", "1 assumption changed")
    _shoot(page, "assumptions-changed")
    sidebar.get_by_role("button", name="Back to the program's values").click()
    _settled(page)
    _says(page, "[data-testid=stSidebar]", "No assumption changed")


# --- links, files -----------------------------------------------------------------------------


def test_a_link_restores_the_scenario_for_somebody_else(
    page: Any, browser: Any, address: str
) -> None:
    _open(page, address)
    _set_slider(page, page.locator("[data-testid=stSidebar] [data-testid=stSlider]").nth(1), 0.8)
    page.get_by_role("button", name="Share and save").click()
    _settled(page)
    written = page.locator("[data-testid=stPopoverBody] code", has_text="/?s=").first
    link = written.inner_text().strip()
    _shoot(page, "share")
    assert link.startswith(f"{address}/?s=1.")
    assert page.url == link
    other = _new_page(browser)
    other.goto(link)
    other.locator(".cs-cards").wait_for()
    _settled(other)
    assert _cards(other) == _cards(page)
    other.context.close()


@pytest.mark.parametrize("query", ["?s=1.cut", "?s=%00%ff", "?scenario=nothing"])
def test_a_broken_link_is_told(page: Any, address: str, query: str) -> None:
    _open(page, address, f"/{query}")
    assert "This link cannot be read" in page.locator("[data-testid=stMain]").inner_text()
    assert "Reference" in page.locator(".cs-title").inner_text()
    _no_trouble(page)


def _archive(name: str, content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def _upload(page: Any, place: int, name: str, content: bytes, button: str) -> None:
    if not page.locator("[data-testid=stPopoverBody]").is_visible():
        page.get_by_test_id("stMain").get_by_role("button", name="Files").click()
        _settled(page)
    page.locator("[data-testid=stPopoverBody] input[type=file]").nth(place).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name=button).click()
    _settled(page)


def test_scenario_files_good_and_bad(page: Any, address: str) -> None:
    _open(page, address)
    bad = b"name: x\nlevers:\n  - tarif: {}\n  - fund: {usd_bn: -1}\n"
    _upload(page, 0, "bad.yaml", bad, "Load this scenario")
    _shoot(page, "upload-bad-scenario")
    assert "nothing was loaded" in page.locator("[data-testid=stPopoverBody]").inner_text()
    assert "Full package" in page.locator(".cs-title").inner_text()
    page.reload()
    page.locator(".cs-cards").wait_for()
    _settled(page)
    good = (bundled_directory() / "scenarios/china-plus-one.yaml").read_bytes()
    _upload(page, 0, "mine.yaml", good, "Load this scenario")
    _says(page, ".cs-title", "China plus one")


def test_own_figures_good_and_bad(page: Any, address: str) -> None:
    _open(page, address)
    before = _cards(page)
    table = (bundled_directory() / "reference/growth.csv").read_text()
    wicked = _archive("../growth.csv", table)
    _upload(page, 1, "wicked.zip", wicked, "Use these figures")
    assert "nothing was loaded" in page.locator("[data-testid=stPopoverBody]").inner_text()
    page.reload()
    page.locator(".cs-cards").wait_for()
    _settled(page)
    changed = table.replace("central,import,all,2026-27,3,", "central,import,all,2026-27,4,")
    assert changed != table
    _upload(page, 1, "mine.zip", _archive("reference/growth.csv", changed), "Use these figures")
    page.get_by_text("The figures are now those of mine.zip").wait_for()
    _settled(page)
    _shoot(page, "own-figures")
    _differs(page, ".cs-cards", before)


def test_the_workbook_opens_and_holds_the_figures_of_the_page(page: Any, address: str) -> None:
    _open(page, address)
    page.get_by_role("button", name="Share and save").click()
    _settled(page)
    found = {}
    for label in ("Workbook (XLSX)", "Tables (CSV, zipped)", "Scenario (YAML)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        found[label] = Path(download.value.path()).read_bytes()
    workbook = openpyxl.load_workbook(io.BytesIO(found["Workbook (XLSX)"]), read_only=True)
    assert {"totals", "sectors", "scenario", "manifest"} <= set(workbook.sheetnames)
    rows = list(workbook["totals"].iter_rows(values_only=True))
    totals = {str(row[0]): dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    shown = f"US$ {float(totals['2030-31']['exports_usd_mn']) / 1000:.2f} bn"
    assert shown in _cards(page)
    with zipfile.ZipFile(io.BytesIO(found["Tables (CSV, zipped)"])) as archive:
        assert {"totals.csv", "manifest.json", "scenario.yaml"} <= set(archive.namelist())
    read = Scenario.read(_written(found["Scenario (YAML)"]))
    assert read.name == "Full package"


def _written(content: bytes) -> Path:
    path = ARTEFACTS / "downloaded.yaml"
    path.write_bytes(content)
    return path


def test_the_chart_can_be_saved_as_a_picture(page: Any, address: str) -> None:
    _open(page, address)
    chart = page.locator(".stVegaLiteChart").first
    chart.hover()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Download as PNG")).click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG")
    (ARTEFACTS / "chart.png").write_bytes(content)


# --- the other pages --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title", ["Start here", "Advice", "Compare", "How sure?", "Parameters", "Evidence", "Method"]
)
def test_every_page(visitor: Any, title: str) -> None:
    _go(visitor, title)
    _shoot(visitor, f"page-{title.lower().replace(' ', '-').strip('?')}")
    _no_trouble(visitor)


#: What the page that answers must say, by question.
ANSWERS = {
    "remaining-duties": ("Duty Japan collects on India's goods", "Exports that move most"),
    "paper-or-port": ("Origin paperwork in Japan", "Less delay at Japan's border"),
    "open-cars": ("Producers in India", "India opens cars"),
    "how-sure": ("Try every decisive assumption",),
    "who-loses-in-japan": ("Producers in Japan", "Viet Nam", "China"),
    "treasury": ("Duty Japan collects on India's goods", "Grants the fund pays"),
    "fund-or-subsidy": ("in Japan's market", "China"),
    "parity": ("Parity with the European Union", "Parity with Viet Nam"),
    "billion": ("What must be given for what is asked?", "Find the depth"),
    "not-seen": ("may the first model be used?",),
    "unmeasured": ("Grade",),
    "where-from": ("Search by words, product",),
}


#: Of the questions that lead to the page Advice one is enough: its tabs are tested by themselves.
ASKED = [one for one in questions.QUESTIONS if one.page != "advice" or one.key in ANSWERS]


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.key)
def test_questions_are_answered_in_two_clicks(visitor: Any, question: Any) -> None:
    page = visitor
    page.get_by_role("link", name="Start here", exact=True).click()
    page.get_by_role("button", name=question.text).click()
    page.get_by_text(question.answer.split("“")[0][:40]).first.wait_for()
    _settled(page)
    text = page.locator("[data-testid=stMain]").inner_text()
    for said in ANSWERS[question.key]:
        assert said in text, said
    _no_trouble(page)
    _shoot(page, f"question-{question.key}")


def test_comparing_scenarios(page: Any, address: str) -> None:
    _open(page, address)
    _go(page, "Compare")
    for name in (
        "Barrier relief in Japan",
        "China plus one",
        "India-focused fund of US$ 2 billion",
    ):
        page.get_by_label("Add a scenario").click()
        page.get_by_role("option", name=name, exact=True).click()
        _settled(page)
    _shoot(page, "compare-three")
    table = page.locator(".cs-table").first.inner_text()
    assert "Barrier relief in Japan" in table and "China plus one" in table
    _no_trouble(page)


def test_why_this_number(page: Any, address: str) -> None:
    _open(page, address)
    page.get_by_label("Search by code or words", exact=True).fill("garments")
    page.keyboard.press("Enter")
    _settled(page)
    # By the keyboard alone, as the caption says.
    page.locator("[data-testid=data-grid-canvas]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    page.get_by_text("Why this number").wait_for()
    _settled(page)
    why = page.get_by_text("Why this number")
    why.scroll_into_view_if_needed()
    _shoot(page, "why")
    said = why.inner_text()
    page.reload()
    why.wait_for()
    assert why.inner_text() == said, "a reload keeps the row that was asked about"
    # And the answer to a question of the page Advice.
    _go(page, "Advice")
    page.get_by_role("tab", name="What would it take?").click()
    page.get_by_role("button", name="Find the depth").click()
    depth = page.get_by_text("Central values, simulated again at the depth found")
    depth.wait_for()
    _settled(page)
    page.reload()
    depth.wait_for()
    _no_trouble(page)


def test_ranges_come_aside(page: Any, address: str) -> None:
    _open(page, address)
    cards = "(document.querySelector('.cs-cards')?.innerText || '')"
    shown = f"on => /% of \\d+ draws/.test({cards}) === on"
    switch = page.locator("label", has_text="90 % ranges")
    top = "() => document.querySelector('.stVegaLiteChart').getBoundingClientRect().top"
    switch.click()
    page.locator(".cs-room").first.wait_for(state="attached")
    before = page.evaluate(top)
    page.wait_for_function(shown, arg=True, timeout=180_000)
    assert abs(page.evaluate(top) - before) < 2, "room was kept for the ranges"
    _shoot(page, "ranges")
    assert re.search(r"% of \d+ draws", _cards(page))
    switch.click()
    page.wait_for_function(shown, arg=False)
    _settled(page)
    asked = page.evaluate("() => window.seen.asked")
    page.wait_for_timeout(700)  # nothing looks for ranges any more
    assert page.evaluate("() => window.seen.asked") == asked


# --- in Japanese ------------------------------------------------------------------------------

#: Texts that end before their last letter because their place is too narrow.
CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  const hides = getComputedStyle(e).overflowX !== 'visible';
  return own && hides && e.clientWidth > 4 && e.scrollWidth > e.clientWidth + 1;
}).filter(e => e.checkVisibility()).map(e => e.textContent.trim().slice(0, 60))"""
#: What a page says.
SAID = """() => {
  const page = document.body.cloneNode(true);
  const others = 'script, noscript, style, code';
  page.querySelectorAll(others).forEach(e => e.remove());
  return [...page.querySelectorAll('*')].flatMap(e => [...e.childNodes])
    .filter(n => n.nodeType === 3).map(n => n.textContent).join('\\n');
}"""


def test_pages_in_japanese_are_whole_and_leave_nothing_in_english(
    browser: Any, address: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = _new_page(browser, 1280)
    for path in ("/", "/start", "/present"):
        page.goto(f"{address}{path}?lang=ja&currency=JPY")
        page.locator(".cs-title").first.wait_for()
        _settled(page)
        assert page.evaluate("() => document.documentElement.lang") == "ja"
        assert english_left(page.evaluate(SAID)) == [], path
        found = Axe().run(page, options={"runOnly": AA, "resultTypes": ["violations"]})
        assert [rule["id"] for rule in found.response["violations"]] == [], path
        for tag in ("ja", "en"):
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(CUT) == [], (path, tag, width)
            if tag == "ja":
                page.get_by_text("English", exact=True).click()
                page.wait_for_function("() => document.documentElement.lang === 'en'")
                _settled(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        assert "lang=en" in page.url
    page.goto(f"{address}/nowhere?lang=ja")  # the framework's own words
    page.get_by_role("dialog").get_by_text("指定のページはない").wait_for()
    assert english_left(page.get_by_role("dialog").inner_text()) == []
    page.context.close()


def test_a_phone_shows_the_page_that_is_chosen(browser: Any, address: str) -> None:
    """The sheet that holds levers and pages used to stay open over the lower half of it."""
    page = _new_page(browser, 390, 844)
    _open(page, address)
    # Sectors with balance, exports and imports; a wider window has the whole table only.
    glance = page.locator(".st-key-sectors-narrow table")
    glance.wait_for()
    page.set_viewport_size({"width": 820, "height": 1180})
    glance.wait_for(state="hidden")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Advice", exact=True).click()
    page.get_by_role("tab", name="Which package?").click()
    page.get_by_role("button", name="Find the package").click()
    page.get_by_text("Advised package").first.wait_for()
    page.context.close()


#: The faces of the family that this browser has asked for.
LETTERS = """() => [...document.fonts].filter(f => f.family.includes('cepasim-japanese'))
  .map(f => f.weight + ' ' + f.status).sort()"""
#: Whether a canvas draws two characters alike, as it does with boxes.
ALIKE = """family => {
  const [one, other] = ['貿', '易'].map(letter => {
    const canvas = document.createElement('canvas');
    const drawn = canvas.getContext('2d');
    drawn.font = `20px ${family}`;
    drawn.fillText(letter, 10, 30);
    return canvas.toDataURL();
  });
  return one === other;
}"""


def test_japanese_is_whole_on_a_machine_without_japanese_letters(
    browser: Any, chromium: str, address: str, tmp_path: Path
) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        "<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir></fontconfig>", encoding="utf-8"
    )
    bare = os.environ | {"FONTCONFIG_FILE": str(fonts)}
    launched = browser.browser_type.launch(executable_path=chromium, args=FLAGS, env=bare)
    page = _new_page(launched)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _open(page, address)
    assert page.evaluate(ALIKE, "sans-serif"), "this browser has letters of its own"
    files = [url for url in asked if url.endswith(".otf")]
    assert [url.rpartition("-")[2] for url in files] == ["names.otf"]  # the switch of languages
    _open(page, address, "/?lang=ja&currency=JPY")
    page.wait_for_function(f"() => ({LETTERS})().join() === '400 loaded,700 loaded'")
    for place in ("[data-testid=stSidebar] label", ".cs-cards"):
        family = page.locator(place).first.evaluate("e => getComputedStyle(e).fontFamily")
        assert not page.evaluate(ALIKE, family), (place, family)
    _shoot(page, "japanese_letters")
    launched.close()


# --- tasks from beginning to end --------------------------------------------------------------


def _pick(page: Any, label: str, option: str) -> None:
    """Choose in a list by typing, as people do."""
    page.get_by_label(label, exact=True).first.click()
    page.keyboard.type(option)
    page.get_by_role("option", name=option).first.click()
    page.keyboard.press("Escape")
    _settled(page)


def _press(page: Any, slider: str, key: str, times: int) -> None:
    """Move a slider by keys, as quickly as the browser takes them."""
    moved = page.locator(f"[data-testid=stSidebar] input[type=range][aria-label*='{slider}']").first
    moved.focus()
    for _ in range(times):
        page.keyboard.press(key)
    _settled(page)


def test_food_is_freed_and_the_first_screen_says_what_it_comes_to(page: Any, address: str) -> None:
    _open(page, address, "/?scenario=cepa-remaining-tariffs")
    page.get_by_role("button", name=re.compile("all products, from 2026-27")).click()
    _settled(page)
    _pick(page, "Products", "Sections")
    _says(page, "[data-testid=stSidebar]", "Nothing chosen yet")
    _pick(page, "Sections", "IV Prepared food")
    _pick(page, "First fiscal year", "2027")
    _says(page, ".cs-title", "section IV", "from 2027-28", "Changed from")
    assert "Change in balance, 2030-31" in _cards(page)
    _shoot(page, "task-food")


def test_a_smaller_fund_is_called_what_it_is(page: Any, address: str) -> None:
    _open(page, address, "/?scenario=fund-2bn")
    _press(page, "Fund: Size", "ArrowLeft", 2)
    _says(page, ".cs-title", "US$ 1 bn")
    page.get_by_role("button", name=re.compile("50 % labour-intensive")).click()
    _settled(page)
    _press(page, "Share of the labour-intensive window", "ArrowRight", 4)
    _says(page, ".cs-title", "US$ 1 bn (70 %")
    _pick(page, "First fiscal year", "2028")
    name = "A fund of US$ 1 bn (70 % labour-intensive, 30 % sunrise), from 2028-29 over 5 years"
    _says(page, ".cs-title", name)
    page.wait_for_function("name => document.title.includes(name)", arg=name)
    _shoot(page, "task-fund")
    changed = page.url
    _settled(page)
    page.go_back()
    page.wait_for_function("name => !document.title.includes(name)", arg=name)
    page.go_forward()
    page.wait_for_function("name => document.title.includes(name)", arg=name)
    assert page.url == changed
    page.reload()
    page.wait_for_function("name => document.title.includes(name)", arg=name)
    _says(page, ".cs-title", "Changed from")


def test_who_loses_in_japan_by_industry_of_one_section(page: Any, address: str) -> None:
    _open(page, address)
    _pick(page, "Section", "XI Tex")
    industries = page.locator("table", has=page.locator("caption", has_text="Industries in Japan"))
    industries.scroll_into_view_if_needed()
    industries.filter(has_text="Knitted garments").first.wait_for()
    assert "Machinery" not in industries.inner_text()
    _shoot(page, "task-industries")


# --- for how many ----------------------------------------------------------------------------


def test_ten_sessions_at_once_keep_to_themselves(browser: Any, address: str) -> None:
    pages = [_new_page(browser, 1280, 720) for _ in range(10)]
    for page in pages:
        page.goto(address)
    for page in pages:
        page.locator(".cs-cards").wait_for(timeout=120_000)
    for page in pages:
        _settled(page)
    untouched = _cards(pages[-1])
    slider = "[data-testid=stSidebar] [data-testid=stSlider]"
    for place, page in enumerate(pages[:-1]):
        box = page.locator(slider).nth(3).locator("[role=group] > div").first.bounding_box()
        page.mouse.move(box["x"] + (0.08 + 0.1 * place) * box["width"], box["y"] + 3)
        page.mouse.down()
        page.mouse.up()
    for page in pages:
        _settled(page)
    answers = [_cards(page) for page in pages]
    assert answers[-1] == untouched
    assert len({page.url for page in pages}) >= 8
    for page in pages:
        page.context.close()


#: What the law asks for in Europe and elsewhere: WCAG 2.1, level AA.
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
#: Levels and texts of the headings that can be seen, beside the levers and beside the answer.
HEADINGS = """where => [...document.querySelector(where)?.querySelectorAll(
  'h1,h2,h3,h4,h5,h6,[role=heading]') || []]
  .filter(e => e.checkVisibility({visibilityProperty: true}))
  .map(e => [Number(e.ariaLevel || e.tagName[1]), e.textContent.slice(0, 60)])"""
#: What a reader of the screen would call by its kind alone.
NAMELESS = """() => [...document.querySelectorAll(
  '[role=grid],[role=tablist],[role=graphics-document],table,.stVegaLiteChart')]
  .filter(e => e.checkVisibility() && !e.querySelector(':scope > caption'))
  .filter(e => (e.ariaLabel || 'Vega visualization') === 'Vega visualization')
  .map(e => e.outerHTML.slice(0, 200))"""
PAGES = ("", "start", "advice", "lines", "compare", "assumptions", "parameters", "evidence")


def _skips_no_level(levels: list[int], where: object) -> None:
    skipped = [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1]
    assert skipped == [], where


def test_no_page_breaks_the_rules_of_accessibility(page: Any, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    broken: dict[str, list[str]] = {}

    def violations() -> list[Any]:
        page.wait_for_timeout(1500)
        # Ranges may still be on their way. What is about to be drawn anew is faded meanwhile.
        page.wait_for_function("() => !document.querySelector('[data-stale=true]')")
        found = Axe().run(page, options={"runOnly": AA, "resultTypes": ["violations"]})
        return list(found.response["violations"])

    def look(name: str) -> None:
        # On a busy machine a panel may begin to be drawn anew while it is read: once more, then.
        for rule in violations() and violations():
            nodes = [str(node["target"]) for node in rule["nodes"][:3]]
            broken.setdefault(name, []).append(f"{rule['id']}: {nodes}")

    for name in (*PAGES, "method", "present"):
        for tag in ("ja", "en"):
            page.goto(f"{address}/{name}?lang={tag}")
            page.locator(".cs-title").first.wait_for()
            page.wait_for_timeout(500)
            page.wait_for_function("() => !document.querySelector('[data-stale=true]')")
            levels = [level for level, _ in page.evaluate(HEADINGS, "[data-testid=stMain]")]
            assert levels[0] == 1 and levels.count(1) == 1, (name, tag)
            _skips_no_level(levels, (name, tag))
            beside = page.evaluate(HEADINGS, "[data-testid=stSidebar]")
            _skips_no_level([1, *(level for level, _ in beside)], (name, tag))
        look(name or "scenario")
        assert page.evaluate(NAMELESS) == [], name
        if not name:
            sliders = page.get_by_role("slider").all()
            assert all(":" in str(one.get_attribute("aria-label")) for one in sliders)
            # The headline is read aloud from a place that stays, without ranges, which come later.
            told = page.locator(".cs-said[role=status]").inner_text()
            assert told == page.locator(".cs-headline").get_attribute("data-said")
            page.get_by_role("button", name="Share and save").click()
            look("share")
    assert not broken

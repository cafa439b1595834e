"""Somebody at the front end, in a real browser: what they click, and how long they wait for it.

A click counts where a person would click, an arrow key where they would press one; letters typed
into a search do not. Seconds run from an action until what it asked for is on the screen. The pause
before the next action, in which a person looks, is left out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as TooLate

from benchmarks.agreement import plain_text
from cepasim.core.language import language, mark, tr

SIDEBAR, MAIN = "[data-testid=stSidebar]", "[data-testid=stMain]"
TITLE, CARDS = ".cs-title", ".cs-cards"
#: Milliseconds that an answer may take on a busy machine, and that ranges may.
PATIENCE, FOR_RANGES = 90_000, 300_000
#: Seconds in which a person looks before the next click; they are not counted.
LOOK = 0.5
DRAWN = mark("{range}; narrows in {share} of {draws} draws")


class MissingError(Exception):
    """An answer that is not where it should be."""


@dataclass
class Visitor:
    """A person with a browser.

    Attributes
    ----------
    page : Page
    address : str
        Of the server.
    tag : str
        The language that is chosen.
    pictures : Path or None
        Folder for a picture after each action.
    clicks : int
        Clicks and keys since the task began.
    seconds : float
        Waits since the task began.
    task : str
        What errors and pictures are named after.
    """

    page: Page
    address: str
    tag: str = "en"
    pictures: Path | None = None
    clicks: int = 0
    seconds: float = 0.0
    task: str = ""
    _taken: int = field(default=0, repr=False)

    def begin(self, task: str, path: str = "") -> None:
        """Open the front end anew for a task; opening it is no part of the task."""
        self.task, self._taken = task, 0
        sign = "&" if "?" in path else "?"
        self.page.goto(f"{self.address}/{path}{sign}lang={self.tag}")
        self.ready()
        self.clicks, self.seconds = 0, 0.0

    def ready(self) -> None:
        """Wait until the page and its controls are drawn; not counted."""
        self.page.locator(TITLE).first.wait_for(timeout=PATIENCE)
        if not urlsplit(self.page.url).path.strip("/"):
            self.page.locator(f"{SIDEBAR} [data-testid=stSlider]").first.wait_for(timeout=PATIENCE)
            self.page.locator(".stVegaLiteChart").first.wait_for(timeout=PATIENCE)
        self.look()

    def tr(self, message: str, **values: object) -> str:
        """Return a text as the front end says it to this person."""
        with language(self.tag):
            return tr(message, **values)

    def text(self, where: str = MAIN) -> str:
        """Return what a place says."""
        return plain_text(self.page.locator(where).first.inner_text())

    def miss(self, what: str) -> NoReturn:
        """End with an error that names the task."""
        raise MissingError(f"task {self.task} ({self.tag}): {what}")

    # --- actions ------------------------------------------------------------------------------

    @contextmanager
    def counted(self, clicks: int = 1) -> Iterator[None]:
        """Count clicks, and the seconds until what they ask for is there."""
        began = time.perf_counter()
        try:
            yield
        except TooLate as late:
            if self.pictures is not None:
                self.page.screenshot(path=str(self.pictures / f"{self.task}-{self.tag}-late.png"))
            self.miss(str(late).split("Call log")[0].strip() + f" after {self.clicks} clicks")
        self.seconds += time.perf_counter() - began
        self.clicks += clicks
        self.look()

    def look(self) -> None:
        """Look at the page for a moment; not counted."""
        self.page.wait_for_timeout(1000 * LOOK)
        if self.pictures is not None:
            self._taken += 1
            name = f"{self.task}-{self.tag}-{self._taken:02d}.png"
            self.page.screenshot(path=str(self.pictures / name))

    def click(self, what: Locator, until: Callable[[], object] | None = None) -> None:
        """Click once and wait for what comes of it."""
        with self.counted():
            what.click(timeout=PATIENCE)
            if until is not None:
                until()

    def button(self, label: str | re.Pattern[str], where: str = "body") -> Locator:
        """Return a button by what is written on it in the language of the page."""
        if isinstance(label, str):
            label = re.compile(re.escape(self.tr(label)))
        return self.page.locator(where).get_by_role("button", name=label).first

    def go(self, title: str, shows: str | None = None) -> None:
        """Go to another page."""
        heading = self.tr(shows or title)
        link = self.page.get_by_role("link", name=self.tr(title), exact=True)
        self.click(link, lambda: self.sees(TITLE, heading))

    def choose(self, label: str, option: str, until: Callable[[], object] | None = None) -> None:
        """Choose from a list: open it, type the beginning of the option and take it."""
        box = self.page.get_by_label(self.tr(label), exact=True).first
        with self.counted():
            box.click(timeout=PATIENCE)
        with self.counted():
            self.page.keyboard.type(option)
            self.page.get_by_role("option", name=option).first.click(timeout=PATIENCE)
            if until is not None:
                until()
        self.page.keyboard.press("Escape")

    def slide(self, name: str, value: float, ends: tuple[float, float], says: str) -> None:
        """Click a slider at a value; arrow keys do what is left. It then says what is asked."""
        slider = self.page.locator(
            f"{SIDEBAR} [data-testid=stSlider]:has(input[aria-label*='{name}'])"
        ).first
        slider.scroll_into_view_if_needed(timeout=PATIENCE)
        box = slider.locator("[role=group] > div").first.bounding_box()
        assert box is not None
        share = (value - ends[0]) / (ends[1] - ends[0])
        with self.counted():
            self.page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
            self.page.mouse.down()
            self.page.mouse.up()
            slider.filter(has_text=says).wait_for(timeout=PATIENCE)

    def press(self, name: str, key: str, says: str) -> None:
        """Press an arrow key on a slider until the controls say what is asked.

        A press is lost now and then on a busy machine; a person then presses again, as this does.
        """
        slider = self.page.locator(f"{SIDEBAR} input[type=range][aria-label*='{name}']").first
        said = self.page.locator(SIDEBAR).filter(has_text=says)
        for patience in (PATIENCE / 4, PATIENCE / 4, PATIENCE / 2):
            with self.counted():
                slider.focus()
                self.page.keyboard.press(key)
                with suppress(TooLate):
                    said.first.wait_for(timeout=patience)
                    return
        self.miss(f"{key} does not bring {name!r} to {says!r}")

    # --- what is seen -------------------------------------------------------------------------

    def sees(self, where: str, *words: str) -> None:
        """Wait until a place says all the words."""
        for word in words:
            self.page.locator(where).filter(has_text=word).first.wait_for(timeout=PATIENCE)

    def reads(self, where: str, *words: str) -> None:
        """Wait until what a place says holds all the words, however it is laid out."""
        wanted = [plain_text(word) for word in words]
        self.page.wait_for_function(
            "([where, words]) => { const e = document.querySelector(where);"
            " const said = e ? e.innerText.replace(/\\s+/g, ' ') : '';"
            " return words.every(word => said.includes(word)); }",
            arg=[where, wanted],
            timeout=PATIENCE,
        )

    def finds(self, where: str, *words: str) -> str:
        """Read a place; an error where it lacks a word."""
        text = self.text(where)
        for word in words:
            if plain_text(word) not in text:
                self.miss(f"{where} lacks {word!r}: {text[:600]}")
        return text

    def on_first_screen(self, words: str) -> None:
        """Say an error unless a text can be read without scrolling."""
        box = self.page.get_by_text(words).first.bounding_box()
        size = self.page.viewport_size
        assert size is not None
        if box is None or box["y"] + box["height"] > size["height"]:
            self.miss(f"{words!r} is not on the first screen: {box}")

    def ranges(self) -> str:
        """Wait until the ranges on the cards rest on all draws; not counted. Return the cards."""
        pattern = re.compile(
            re.escape(self.tr(DRAWN))
            .replace(r"\{range\}", ".*")
            .replace(r"\{share\}", ".*")
            .replace(r"\{draws\}", "128"),
            re.DOTALL,
        )
        self.page.locator(CARDS).filter(has_text=pattern).first.wait_for(timeout=FOR_RANGES)
        self.look()
        return self.text(CARDS)

    def token(self) -> str:
        """Return the scenario that the address carries."""
        query = parse_qs(urlsplit(self.page.url).query)
        if "s" not in query:
            self.miss(f"the address names no changed scenario: {self.page.url}")
        return query["s"][0]

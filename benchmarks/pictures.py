"""Pictures of every page, for somebody to look at one by one.

``python -m benchmarks.pictures FOLDER`` opens each page at the real server, in English and in
Japanese, on four widths, asks what the page can be asked, and keeps what a reader would scroll
through: a picture for each screen, and ``index.html`` to page through them. ``--only lines,sure``,
``--languages ja`` and ``--widths 390`` take some of them.

Nothing is compared with earlier pictures: what is wrong on a page is seen by eyes, not by pixels.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from benchmarks.bench_app import FLAGS
from benchmarks.tasks import CURRENCY, LOCALES, at_server, details
from benchmarks.visitor import CARDS, MAIN, PATIENCE, TITLE, Visitor

WIDTHS = {1440: 900, 1280: 800, 820: 1180, 390: 844}
#: Below this width the levers are behind a button.
NARROW = 768
#: Height of a picture, and of a page beyond which it is not looked at.
SCREEN, LONGEST = 1400, 12_000

#: Milliseconds that ranges may take, and what a card with all of them says.
FOR_RANGES, DRAWS = 20_000, re.compile(r"\b128\b")

Shot = Callable[[Visitor], object]


def _page(path: str = "", scenario: str = "full-package") -> Shot:
    """A page as it is when it is opened."""

    def shown(who: Visitor) -> None:
        asked = f"{path}?scenario={scenario}&currency={CURRENCY[who.tag]}&lang={who.tag}"
        who.page.goto(f"{who.address}/{asked}")
        who.page.locator(TITLE).first.wait_for(timeout=PATIENCE)
        _still(who)
        if path in ("", "present"):
            with suppress(TooLate):  # a change that is never in doubt has no share of draws
                who.page.locator(CARDS, has_text=DRAWS).first.wait_for(timeout=FOR_RANGES)

    return shown


def _levers(who: Visitor) -> None:
    """The sidebar with the details of a lever, which a narrow screen has behind a button."""
    _page(scenario="ntb-relief")(who)
    size = who.page.viewport_size
    if size is not None and size["width"] < NARROW:
        who.page.get_by_test_id("stExpandSidebarButton").click()
    details(who, who.tr("all products"))


def _answer(tab: str, button: str | None = None) -> Shot:
    """A tab of Advice, answered where it has to be asked."""

    def shown(who: Visitor) -> None:
        _page("advice")(who)
        who.page.get_by_role("tab", name=who.tr(tab)).click()
        _still(who)
        if button is not None:
            panel = who.page.get_by_role("tabpanel").filter(visible=True)
            panel.get_by_role("button", name=who.tr(button)).click()
            who.page.wait_for_timeout(1500)

    return shown


def _still(who: Visitor) -> None:
    """Wait until nothing runs and nothing is about to be drawn anew."""
    who.page.wait_for_timeout(700)
    who.page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget], [data-stale=true],"
        " [data-testid=stSpinner]')",
        timeout=PATIENCE,
    )
    who.page.wait_for_timeout(500)


#: What is pictured.
SHOTS: dict[str, Shot] = {
    "start": _page("start"),
    "scenario": _page(),
    "small": _page(scenario="fund-2bn"),
    "advice-1-lines": _answer("Which lines?"),
    "advice-2-package": _answer("Which package?", "Find the package"),
    "advice-3-fund": _answer("How to spend the fund?", "Divide the fund"),
    "advice-4-target": _answer("What would it take?", "Find the depth"),
    "advice-5-offers": _answer("Two offers", "Compare the offers"),
    "advice-6-clauses": _answer("Clause sheet"),
    "advice-7-triggers": _answer("Triggers", "Find the years"),
    "lines": _page("lines"),
    "compare": _page("compare"),
    "sure": _page("assumptions"),
    "parameters": _page("parameters"),
    "evidence": _page("evidence"),
    "method": _page("method"),
    "present": _page("present"),
    "levers": _levers,  # last: a narrow screen keeps them open
}


def pictures(who: Visitor, name: str, folder: Path) -> Iterator[Path]:
    """Keep what a reader scrolls through, a picture for each screen."""
    before = who.page.viewport_size
    assert before is not None
    tall = who.page.locator(MAIN).evaluate("e => e.scrollHeight")
    height = min(max(int(tall), before["height"]), LONGEST)
    who.page.set_viewport_size(ViewportSize(width=before["width"], height=height))
    _still(who)
    for place, top in enumerate(range(0, height, SCREEN), 1):
        file = folder / f"{name}-{who.tag}-{before['width']}-{place}.png"
        clip = {"x": 0, "y": top, "width": before["width"], "height": min(SCREEN, height - top)}
        who.page.screenshot(path=str(file), clip=clip)  # type: ignore[arg-type]
        yield file
    who.page.set_viewport_size(before)


def taken(
    browser: Browser, address: str, tag: str, width: int, shots: Sequence[str], folder: Path
) -> Iterator[Path]:
    """Take all pictures of one reader on one screen."""
    size = ViewportSize(width=width, height=WIDTHS[width])
    context = browser.new_context(viewport=size, locale=LOCALES[tag])
    who = Visitor(context.new_page(), address, tag)
    for shot in shots:
        who.task = f"picture {shot} at {width}"
        try:
            SHOTS[shot](who)
            _still(who)
        except TooLate as late:
            print(f"{who.task} ({tag}): {str(late).splitlines()[0]}", flush=True)
        yield from pictures(who, shot, folder)
    context.close()


def index(files: Sequence[Path]) -> str:
    """Return a page with all pictures under one another."""
    shown = "\n".join(
        f'<h2>{escape(file.stem)}</h2>\n<img loading="lazy" src="{escape(file.name)}" alt="">'
        for file in files
    )
    return f'<!doctype html>\n<meta charset="utf-8">\n<title>Pictures</title>\n{shown}\n'


def main(given: Sequence[str] | None = None) -> None:
    """Take the pictures and write the page that shows them."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("--only", default=",".join(SHOTS), help="pages, such as lines,sure")
    asked.add_argument("--languages", default=",".join(LOCALES))
    asked.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    asked.add_argument("--address", help="of a server that runs already")
    options = asked.parse_args(given)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("pictures need Chromium: install the package chromium")
    options.folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    with at_server(options.address) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        shots = options.only.split(",")
        for tag in options.languages.split(","):
            for width in map(int, options.widths.split(",")):
                files += taken(browser, address, tag, width, shots, options.folder)
        browser.close()
    (options.folder / "index.html").write_text(index(files), encoding="utf-8", newline="\n")
    print(f"{len(files)} pictures in {options.folder}")


if __name__ == "__main__":
    main()

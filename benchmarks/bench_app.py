"""Time from a slider's release to new figures on the screen, in a real browser.

``python benchmarks/bench_app.py [PAGE]`` prints a table in some minutes. Needs Chromium and
Playwright, as the browser tests do; nothing is downloaded. Close other programs first.

Ranges are off where the parts of a wait are measured: with them the page looks for more draws again
and again. They are on, as by default, where it is measured that they hold up nobody.

Each wait is cut in three: from the release to the message the browser sends, from there to the
message with the new figures (the server: engine and framework), and from there to the screen (the
framework in the browser). The bare page, a slider and a line of text, says what the framework takes
at least.
"""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.async_api import Browser, Page, async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

import cepasim
from cepasim.scenario.scenario import Scenario
from cepasim.ui import launch, link
from cepasim.ui.figures import bundled_figures

HEAD = """# How long a slider takes

Written by `make benchmark-app`: a real Chromium and the real server on the same machine. The goal
is 200 ms from a slider's release to new figures (95th percentile), and 2 s until their 90 % range
stands below them; 250 ms where ten are at work, 800 ms by product; 700 ms from the address of the
first page to its figures, 2 s from a link of 190 levers. The engine is what any front end would
have to wait for; a bare page of one slider and one line of text says what the framework takes at
least, before the first page and after a release. Ten at work are one browser and nine visitors
without one, each moving a slider every two seconds, with the ranges of all ten computed meanwhile.
"""
MOVES, BARE_MOVES, BAND_MOVES = 40, 20, 6
#: Visitors who open the page one after the other.
OPENED = 6
#: Levers of a long link.
MANY = 190
#: The year that is shown.
YEAR = "2030-31"
#: Seconds until the processes that compute ranges have read the figures.
WARM_UP = 5.0
SESSIONS, SESSION_SECONDS, PAUSE = 10, 20.0, 2.0
#: Seconds between two moves of somebody who does not wait for ranges.
HASTE = 0.6
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SLIDERS = "[data-testid=stSidebar] [data-testid=stSlider]"
DRAWN = r"() => /% of \d+ draws/.test(document.querySelector('.cs-cards')?.innerText || '')"
BARE = """import streamlit as st
value = st.sidebar.slider("value", 0.0, 100.0, 50.0)
st.html(f"<div class='cs-cards'><b class='cs-main'>{value}</b></div>")
"""
#: Notes when the figures change, and when the browser sent and got messages. A busy page sends the
#: next release only after the last answer, so that waits never overlap.
WATCH = """
(() => {
  const last = {sent: 0, got: 0};
  window.cs = {waits: [], bands: [], last, released: null, begun: 0, sent: null, text: '',
    band: false, first: null};
  const cs = window.cs;
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', () => { last.got = performance.now(); });
    }
    send(data) {
      last.sent = performance.now();
      if (cs.released !== null && cs.sent === null) cs.sent = last.sent;
      super.send(data);
    }
  };
  const read = () => document.querySelector('.cs-cards .cs-main')
    ? [...document.querySelectorAll('.cs-cards .cs-main, .cs-cards .cs-sub')]
        .map(e => e.textContent).join('|')
    : document.querySelector('.cs-cards')?.textContent || '';
  document.addEventListener('pointerup', () => {
    cs.text = read(); cs.released = cs.begun = performance.now(); cs.sent = null; cs.band = true;
  }, true);
  const drawn = () =>
    /% of \\d+ draws/.test(document.querySelector('.cs-cards')?.innerText || '');
  const look = () => {
    if (cs.first === null && document.querySelector('.cs-cards .cs-main'))
      requestAnimationFrame(() => { cs.first ??= performance.now(); });
    if (cs.released !== null) {
      const now = read();
      if (now && now !== cs.text) {
        const {released, sent} = cs, got = last.got;
        cs.released = null;
        requestAnimationFrame(() => cs.waits.push({
          wait: performance.now() - released, before: sent - released, server: got - sent,
          after: performance.now() - got,
        }));
      }
    } else if (cs.band && drawn()) {
      cs.band = false;
      cs.bands.push(performance.now() - cs.begun);
    }
  };
  new MutationObserver(look).observe(document, {childList: true, subtree: true,
    characterData: true});
})();
"""


@contextmanager
def serving(script: Path | None = None, ranges: bool = True) -> Iterator[tuple[str, int]]:
    """Address and process of a running front end, or of another script with its settings."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = launch.command(port)
    if script is not None:
        command[4] = str(script)
    environment = {name: value for name, value in os.environ.items() if name != launch.RANGES}
    if not ranges:
        environment[launch.RANGES] = launch.OFF
    with subprocess.Popen(
        command, cwd="/", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            address = f"http://localhost:{port}"
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f"{address}/_stcore/health"):
                        break
                except OSError:
                    time.sleep(0.1)
            yield address, server.pid
        finally:
            server.terminate()


def resident_mb(pid: int) -> float:
    """Memory a process and its children hold, MB (Linux)."""
    with open(f"/proc/{pid}/status") as status:
        pages = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    # A process belongs to the thread that started it.
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for each in lists for child in each.read_text().split()]
    return pages / 1024 + sum(map(resident_mb, children))


async def opened(browser: Browser, address: str) -> Page:
    """A page of somebody new, drawn in full."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(address)
    await page.locator(".cs-cards").first.wait_for(timeout=120_000)
    await page.locator(SLIDERS).first.wait_for(timeout=120_000)
    return page


async def settled(page: Page) -> None:
    """Wait until the page has stopped running and nothing has come for a while; ranges are off."""
    await page.wait_for_function(
        "() => (window.cs.sent !== null || performance.now() - window.cs.begun > 1500)"
        " && performance.now() - Math.max(window.cs.last.got, window.cs.last.sent) > 250"
        " && document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'",
        timeout=120_000,
        polling=50,
    )


async def move(page: Page, place: int, share: float) -> None:
    """Put the slider of a place at a share of its length and release it."""
    track = page.locator(SLIDERS).nth(place).locator("[role=group] > div").first
    await track.scroll_into_view_if_needed()
    box = await track.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    await page.mouse.down()
    await page.mouse.up()


def shares(number: int) -> list[float]:
    """Places on a slider, far from each other and none twice."""
    return [0.03 + 0.94 * ((0.5 + 0.618034 * step) % 1.0) for step in range(number)]


async def moved(page: Page, number: int) -> tuple[list[dict[str, float]], list[str], list[float]]:
    """Waits of a number of moves, addresses after each, and until the whole page stood."""
    addresses, whole = [], []
    sliders = await page.locator(SLIDERS).count()
    for step, share in enumerate(shares(number)):
        await move(page, step % sliders, share)
        await settled(page)
        addresses.append(page.url)
        whole.append(float(await page.evaluate("() => window.cs.last.got - window.cs.begun")))
    return await page.evaluate("() => window.cs.waits"), addresses, whole


async def with_ranges(page: Page) -> tuple[list[float], list[float]]:
    """Milliseconds from a release to the new figures, and to their range.

    Half of the moves come while the ranges of the one before are under way.
    """
    await page.wait_for_function(DRAWN, timeout=120_000)
    bands = []
    for step, share in enumerate(shares(2 * BAND_MOVES)):
        had = await page.evaluate("() => window.cs.bands.length")
        await move(page, 2 + step % 2, 0.9 * share)
        if step % 2 == 0:
            await asyncio.sleep(HASTE)
            continue
        await page.wait_for_function(
            f"() => window.cs.bands.length > {had}", timeout=120_000, polling=50
        )
        bands.append(float(await page.evaluate("() => window.cs.bands.at(-1)")))
    waits = await page.evaluate("() => window.cs.waits")
    return [float(wait["wait"]) for wait in waits], bands


async def first_pages(browser: Browser, address: str) -> tuple[list[float], list[float]]:
    """Milliseconds from an address to its figures and to everything, for one visitor at a time.

    The program of the page is in the browser's cache, as it is from the second visit on.
    """
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    figures, everything = [], []
    for _ in range(OPENED + 1):
        page = await context.new_page()
        await page.add_init_script(WATCH)
        await page.goto(address, wait_until="commit")
        await page.locator(".cs-cards .cs-main").first.wait_for(timeout=120_000)
        await page.locator(SLIDERS).first.wait_for(timeout=120_000)
        await settled(page)
        first, last = await page.evaluate("() => [window.cs.first, window.cs.last.got]")
        figures.append(float(first))
        everything.append(max(float(first), float(last)))
        await page.close()
    await context.close()
    return figures[1:], everything[1:]


class Visitor:
    """Somebody who uses the page from another machine: all of a browser but the drawing."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._values: dict[str, float] = {}
        self._sliders: dict[str, Slider] = {}
        self._cards = ""

    async def run(self) -> float:
        """Have the page drawn; seconds until new figures have come.

        NaN where a move leaves the figures as they were.
        """
        message = BackMsg()
        message.rerun_script.query_string = ""
        for key, value in self._values.items():
            state = message.rerun_script.widget_states.widgets.add(id=key)
            state.double_array_value.data.append(value)
        began, is_running = time.perf_counter(), False
        await self._connection.send(message.SerializeToString())
        while True:
            got = self._see(await self._connection.recv())
            element = got.delta.new_element
            # What comes before is the rest of the run before.
            is_running |= got.HasField("new_session")
            if element.HasField("html") and element.html.body.startswith('<dl class="cs-cards'):
                is_new, self._cards = self._cards != element.html.body, element.html.body
                if is_running and is_new:
                    break
            elif got.HasField("script_finished") and is_running:
                return math.nan
        return time.perf_counter() - began

    def _see(self, data: bytes | str) -> ForwardMsg:
        """Read a message and keep its slider."""
        got = ForwardMsg()
        got.ParseFromString(data)
        slider = got.delta.new_element.slider
        if slider.id:
            self._sliders[slider.id] = slider
        return got

    async def load(self) -> float:
        """Open the page and take all that it sends; seconds until its figures have come."""
        wait = await self.run()
        with suppress(TimeoutError):
            async with asyncio.timeout(WARM_UP):
                while True:
                    self._see(await self._connection.recv())
        return wait

    async def move(self, step: int, share: float) -> float:
        """Move a slider; milliseconds until the new figures came."""
        slider = list(self._sliders.values())[step % len(self._sliders)]
        steps = round(share * (slider.max - slider.min) / slider.step)
        self._values = {key: each.default[0] for key, each in self._sliders.items()} | self._values
        self._values[slider.id] = slider.min + steps * slider.step
        return 1000 * await self.run()


async def many(browser: Browser, address: str) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds: first loads, waits of one in a browser, waits of the others."""
    page = await opened(browser, address)
    await page.wait_for_function(DRAWN, timeout=120_000)
    async with AsyncExitStack() as stack:
        visitors = [
            Visitor(
                await stack.enter_async_context(
                    connect(
                        f"{address.replace('http', 'ws')}/_stcore/stream",
                        subprotocols=[Subprotocol("streamlit")],
                        origin=Origin(address),
                        max_size=None,
                        max_queue=None,
                    )
                )
            )
            for _ in range(SESSIONS - 1)
        ]
        loads = await asyncio.gather(*(visitor.load() for visitor in visitors))
        end = time.monotonic() + SESSION_SECONDS

        async def working(place: int, go: Callable[[int, float], Awaitable[float]]) -> list[float]:
            await asyncio.sleep(PAUSE * place / SESSIONS)
            found = []
            for step, share in enumerate(shares(1000)[7 * place :]):
                began = time.monotonic()
                if began > end:
                    break
                found.append(await go(step + place, share))
                await asyncio.sleep(max(0.0, PAUSE - (time.monotonic() - began)))
            return found

        async def in_browser(step: int, share: float) -> float:
            await move(page, step % await page.locator(SLIDERS).count(), share)
            return 0.0

        others = await asyncio.gather(
            working(0, in_browser), *(working(n, v.move) for n, v in enumerate(visitors, 1))
        )
        waits = [float(w["wait"]) for w in await page.evaluate("() => window.cs.waits")]
    moved_others = [wait for one in others[1:] for wait in one if not math.isnan(wait)]
    return [1000 * load for load in loads], waits, moved_others


def engine_ms(addresses: Sequence[str]) -> list[float]:
    """What the engine alone takes for the figures of each address, milliseconds."""
    economy, found = cepasim.load(), []
    for address in addresses:
        query = parse_qs(urlsplit(address).query)
        if "s" not in query:
            continue
        scenario: Scenario = link.scenario_of(query["s"][0])
        began = time.perf_counter()
        cepasim.simulate(economy, scenario, attribution=False)
        found.append(1000 * (time.perf_counter() - began))
    return found[2:]  # the first ones warm up


def row(
    label: str, values: Sequence[float], shown: Callable[[float], str] = "{:.0f}".format
) -> str:
    """A line of the table: median, 95th percentile, number."""
    ordered = sorted(values)
    if not ordered:
        return f"{label:<52}{'–':>8}"
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"{label:<52}{shown(statistics.median(ordered)):>8}{shown(p95):>8}{len(ordered):>6}"


class Table:
    """Lines shown as they are measured, and kept for the page."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def page(self) -> str:
        """Return the table as a page of the documentation."""
        table = "\n".join(self.lines)
        return f"{HEAD}\n```text\n{table}\n```\n"


async def one_session(browser: Browser, say: Table) -> None:
    """Measure one person's waits, with and without ranges."""
    with serving(ranges=False) as (address, _):
        page = await opened(browser, address)
        await settled(page)
        await asyncio.sleep(WARM_UP)
        waits, addresses, whole = await moved(page, MOVES)
        say(row("release -> new figures on the screen", [w["wait"] for w in waits]))
        say(row("  browser, before it sends", [w["before"] for w in waits]))
        say(row("  server, until the figures have come", [w["server"] for w in waits]))
        say(row("  browser, until they are drawn", [w["after"] for w in waits]))
        say(row("release -> everything on the page", whole))
        await page.context.close()
        figures, everything = await first_pages(browser, address)
        say(row("first page: address -> figures on the screen", figures))
        say(row("first page: address -> everything", everything))
    say(row("engine alone, the same scenarios", engine_ms(addresses)))
    with serving() as (address, _):
        page = await opened(browser, address)
        waits_on, bands = await with_ranges(page)
        say(row("ranges under way: release -> new figures", waits_on))
        say(row("release -> 90 % range of the new figures", bands))
        await page.context.close()


async def bare_page(browser: Browser, say: Table) -> None:
    """Measure what the framework takes for a page with one slider."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        with serving(script, ranges=False) as (address, _):
            page = await opened(browser, address)
            await settled(page)
            waits, _, _ = await moved(page, BARE_MOVES)
            await page.context.close()
            loads, _ = await first_pages(browser, address)
    say(row("bare Streamlit page: release -> screen", [w["wait"] for w in waits]))
    say(row("bare Streamlit page: address -> screen", loads))


def address_of(address: str, scenario: Scenario) -> str:
    """Address that opens a scenario, as the page writes it."""
    figures = bundled_figures()
    query = link.query_of(scenario, figures.bundled, YEAR, figures.digest, None)
    return f"{address}/?{urlencode(query)}"


def of_many_levers(percent: int) -> Scenario:
    """Return a scenario with a cut and a relief in every chapter, `MANY` levers in all."""
    flow = {"importer": "JPN", "start": "2026-27"}
    levers: list[dict[str, object]] = []
    for hs in cepasim.load().chapters[: MANY // 2]:
        chosen = flow | {"select": {"hs": [hs]}}
        levers.append({"tariff": chosen | {"cut": {"percent": percent}}})
        levers.append({"ntb": chosen | {"type": ["sps", "tbt"], "relief_percent": 30}})
    return Scenario.from_dict({"name": "many", "levers": levers})


async def larger(browser: Browser, say: Table) -> None:
    """Measure what takes longer than a scenario by chapter: products, and a link of many levers."""
    fine = Scenario.bundled("full-package").model_copy(update={"level": "hs6"})
    with serving(ranges=False) as (address, _):
        page = await opened(browser, address_of(address, fine))
        await settled(page)
        await asyncio.sleep(WARM_UP)
        waits, _, whole = await moved(page, BARE_MOVES)
        say(row("by product: release -> new figures", [w["wait"] for w in waits]))
        say(row("by product: release -> everything on the page", whole))
        await page.context.close()
    with serving() as (address, _):
        page = await opened(browser, address)
        await page.wait_for_function(DRAWN, timeout=120_000)
        figures = []
        for percent in range(50, 50 + OPENED):
            page = await opened(browser, address_of(address, of_many_levers(percent)))
            figures.append(float(await page.evaluate("() => window.cs.first")))
            await page.context.close()
        say(row(f"link of {MANY} levers: address -> figures", figures))


async def several_sessions(browser: Browser, say: Table) -> None:
    """Measure the waits of many at once, and the memory they take.

    Ten browsers would need more than two processors for themselves: one is real.
    """
    with serving() as (address, pid):
        page = await opened(browser, address)
        await page.wait_for_function(DRAWN, timeout=120_000)
        one = resident_mb(pid)
        await page.context.close()
        loads, waits, others = await many(browser, address)
        say(row(f"{SESSIONS} at work: release -> new figures, in a browser", waits))
        say(row(f"{SESSIONS} at work: until the figures reach the others", others))
        say(row(f"{SESSIONS - 1} open the page at once: until the figures come", loads))
        ten = resident_mb(pid)
        say(f"memory: {one:.0f} MB with one session, {ten:.0f} MB with {SESSIONS} at work")


async def main(page: Path | None) -> None:
    """Print the table as it is measured; write it to a page if one is named."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("the benchmark needs Chromium: install the package chromium")
    say = Table()
    say(f"{'milliseconds':<52}{'median':>8}{'p95':>8}{'n':>6}")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=found, args=FLAGS)
        for part in (bare_page, one_session, larger, several_sessions):
            await part(browser, say)
        await browser.close()
    say(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    if page is not None:
        page.write_text(say.page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))

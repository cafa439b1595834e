"""Whether everything that leaves the front end says the same: files, link and program of one page.

Each function returns what differs, in words; nothing if all agree.
"""

from __future__ import annotations

import io
import math
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import openpyxl
import pandas as pd

import cepasim
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import tr
from cepasim.core.numbers import in_mn
from cepasim.report import views
from cepasim.report.accounts import accounts
from cepasim.result import Result
from cepasim.ui import link

#: What two programs may make of the same number, and what a file keeps of it.
CLOSE = 1e-6
_ITEMS = ("balance", "exports", "imports")


def plain_text(text: str) -> str:
    """Return a text without what a browser makes of spaces."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " ")).strip()


def of_html(content: bytes) -> str:
    """Return what a page of HTML says."""
    text = re.sub(r"(?s)<(style|script|svg)\b.*?</\1>", " ", content.decode("utf-8"))
    return plain_text(unescape(re.sub(r"<[^>]*>", " ", text)))


def scenario_differs(name: str, scenario: cepasim.Scenario, result: Result) -> Iterator[str]:
    """Compare what a file or link asks for, its name and its words, with what is shown."""
    if scenario != result.scenario:
        yield f"{name}: another scenario, {scenario.name!r} for {result.scenario.name!r}"


def yaml_differs(content: bytes, result: Result) -> Iterator[str]:
    """Compare the file of the scenario."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_bytes(content)
        yield from scenario_differs("YAML", cepasim.Scenario.read(path), result)


def link_differs(token: str, result: Result) -> Iterator[str]:
    """Compare the link."""
    yield from scenario_differs("link", link.scenario_of(token), result)


def snippet_differs(code: str, result: Result, year: str) -> Iterator[str]:
    """Run the program and compare each number it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
    )
    if ran.returncode:
        yield f"snippet: {ran.stderr.strip().splitlines()[-1]}"
        return
    row = result.totals.set_index("fiscal_year").loc[year]
    printed = dict(line.rsplit(None, 1) for line in ran.stdout.splitlines() if line.strip())
    for item, value in row.items():
        if item in printed:
            yield from _apart(f"snippet, {item}", float(printed[str(item)]), float(value))
    if missing := [item for item in result.totals if "usd_mn" in item and item not in printed]:
        ranges = [item for item in missing if not item.endswith(("_p5", "_p95"))]
        yield from (f"snippet: no {item}" for item in ranges)


def workbook_differs(content: bytes, result: Result, ranges: bool) -> Iterator[str]:
    """Compare every number of the totals and of the sections, all years, and the first sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    totals = _frame(book["totals"])
    if ranges and "change_in_balance_usd_mn_choice_p95" not in totals:
        yield "workbook: without its ranges"
    yield from _frames_apart("workbook, totals", totals, result.totals)
    sections = pd.concat(result.balance("section", year) for year in result.fiscal_years)
    found = _frame(book["by_section"])
    columns = [one for one in found if one.endswith("_usd_mn") and one in sections]
    if len(found) != len(sections):
        yield f"workbook: {len(found)} rows of sections, not {len(sections)}"
    else:
        yield from _frames_apart("workbook, by_section", found[columns], sections[columns])
    first = list(book.worksheets[0].iter_rows(values_only=True))
    said = {str(row[0]): row for row in first if len(row) > 1 and isinstance(row[1], int | float)}
    for year in result.fiscal_years:
        row = said.get(year_in_words(year))
        if row is None:
            yield f"workbook, first sheet: no {year}"
            continue
        change = views.total_row(result, year)["change_in_balance_usd_mn"]
        yield from _apart(f"workbook, first sheet, {year}", float(row[1]), in_mn(change))
    if first[0][0] != tr(result.scenario.name):
        yield f"workbook: title {first[0][0]!r}"


def note_differs(text: str, cards: str, result: Result, year: str) -> Iterator[str]:
    """Compare the words of the cards, of the page and of the note, with what is computed."""
    for card in views.headline(views.total_row(result, year), year).cards:
        for part in (card.title, card.main, card.sub, card.level):
            for name, where in (("note", text), ("page", cards)):
                if plain_text(part) not in where:
                    yield f"{name}: no {part!r}"
    for row in accounts(result, year).rows:
        if not all(plain_text(str(cell)) in text for cell in row):
            yield f"note: no {row}"
    # The ranges: what the page has drawn is in the note, to the letter.
    for said in re.findall(r"[-−+\d,.]+(?: to |～)[-−+\d,.億万]+", cards):
        if said not in text:
            yield f"note: no range {said!r} of the page"
    if plain_text(tr(result.scenario.name)) not in text:
        yield "note: no name"


def _frame(sheet: object) -> pd.DataFrame:
    rows = list(sheet.iter_rows(values_only=True))  # type: ignore[attr-defined]
    return pd.DataFrame(rows[1:], columns=[str(name) for name in rows[0]])


def _frames_apart(name: str, found: pd.DataFrame, expected: pd.DataFrame) -> Iterator[str]:
    for column in expected:
        if column not in found:
            yield f"{name}: no {column}"
            continue
        for place, (one, other) in enumerate(zip(found[column], expected[column], strict=True)):
            if isinstance(other, float):
                yield from _apart(f"{name}, {column}, row {place}", float(one), other)


def _apart(name: str, one: float, other: float) -> Iterator[str]:
    both_missing = math.isnan(one) and math.isnan(other)
    if not both_missing and not math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE):
        yield f"{name}: {one}, not {other}"

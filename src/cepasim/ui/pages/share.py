"""What can be taken from the page: the scenario in words, its link, files and the program."""

from __future__ import annotations

import io
import tempfile
import textwrap
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from cepasim.core.language import now, paragraph, tr
from cepasim.levers import every
from cepasim.products.classification import Classification
from cepasim.report.front_sheet import front_sheet
from cepasim.report.marks import own_figures
from cepasim.report.sheets import sheets
from cepasim.result import Result
from cepasim.ui import code, link
from cepasim.ui.draws import Draws
from cepasim.ui.marks import assumed_in_words
from cepasim.ui.messages import plain
from cepasim.ui.ranges import Asked
from cepasim.ui.speech import later
from cepasim.ui.state import Session

#: Seconds that a file waits for the ranges of its result, and between two looks.
_LONGEST, _LOOK_EVERY = 60.0, 0.1


def in_words(found: Session) -> None:
    """Offer the scenario's name to be changed, and the scenario in words and as a file has it."""
    box = st.popover(tr("Name and words"), key="in-words", on_change="rerun")
    if not box.open:
        return
    with box:
        _name(found)
        classification = found.figures.economy.classification
        written = found.scenario.to_dict()["levers"]
        said = [f"- {plain(every.in_words(lever, classification))}" for lever in written]
        st.markdown("\n".join(said) or tr("No lever is moved: this is the reference."))
        for mark in assumed_in_words(found):
            st.caption(plain(mark))
        st.code(found.scenario.to_yaml(), language="yaml", wrap_lines=True)


def _name(found: Session) -> None:
    """Draw the name as a field, and the way back to what the scenario was made from."""
    key = f"name:{found.generation}:{found.scenario.name}"
    st.text_input(
        tr("Name"),
        value=now(found.scenario.name),
        max_chars=200,
        key=key,
        help=tr(
            "It goes with the scenario into links and files. Leave it empty and it follows the "
            "levers."
        ),
        on_change=lambda: found.rename(st.session_state[key]),
    )
    if found.changed:
        st.button(
            tr("Back to “{scenario}”", scenario=plain(now(found.loaded.name))),
            key="as-opened",
            on_click=found.load,
            args=(found.loaded,),
            wrap=True,
        )


def share(found: Session) -> None:
    """Offer the link, a place among those to compare, the files and the program."""
    box = st.popover(tr("Share and save"), key="share", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown(tr("**Link** that restores this scenario"))
        if link.fits(found.scenario):
            st.code(full_link(found), language=None, wrap_lines=True)
        else:
            st.caption(
                tr(
                    "This scenario is too long for a link: send its file, which holds every line "
                    "of its schedule. It is among the downloads below."
                )
            )
        st.markdown(tr("**Compare** with other scenarios"))
        # Another scenario has another name: a field would keep the one it was drawn with.
        key = f"save:{found.generation}:{found.scenario.name}"
        own = now(found.scenario.name)
        name = st.text_input(tr("Name"), value=own, key=key)
        if name == own:  # not another one: it is said in whatever language it is read
            name = found.scenario.name
        pressed = st.button(tr("Save to compare"), key="save")
        if found.told.press(pressed, "save", name, found.scenario):
            saved = plain(now(found.save(name, found.scenario)))
            st.success(tr("Saved as “{name}” on the page “Compare”.", name=saved))
        st.markdown(tr("**Download**"))
        _downloads(found)
        st.markdown(tr("**Reproduce in Python**"))
        file = None if found.own is None else found.own.name
        st.code(
            code.python_code(found.scenario, found.year, found.figures.economy.price_year, file),
            language="python",
            wrap_lines=True,
        )


def full_link(found: Session) -> str:
    """Return the whole address of what is shown."""
    here = urlsplit(str(st.context.url or "http://localhost:8501/"))
    query = link.query_text(found.link_query()).removeprefix("?")
    return urlunsplit((here.scheme, here.netloc, here.path or "/", query, ""))


def _downloads(found: Session) -> None:
    result = found.shown()
    if result is None:
        return
    asked = found.ask_range(result)
    stem = file_stem(found)
    with st.container(horizontal=True):
        for label, suffix, mime, content in (
            (
                tr("Workbook (XLSX)"),
                ".xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                partial(workbook, found.figures.economy.classification, found.year),
            ),
            (tr("Tables (CSV, zipped)"), ".zip", "application/zip", csv_archive),
            (tr("Scenario (YAML)"), ".yaml", "application/yaml", scenario_file),
        ):
            st.download_button(
                label,
                data=later(partial(_of, content, result, asked)),
                file_name=f"{stem}{suffix}",
                mime=mime,
                key=f"download{suffix}",
                on_click="ignore",
            )
        _brief_downloads(found, result, asked, stem)
    st.caption(
        tr("The chart’s own menu, at its upper right corner, saves it as PNG and shows its data.")
    )


def _brief_downloads(found: Session, result: Result, asked: Asked | None, stem: str) -> None:
    year = found.year
    for label, suffix, mime in (
        (tr("Briefing note (HTML)"), ".html", "text/html"),
        (
            tr("Briefing note (DOCX)"),
            ".docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ):
        st.download_button(
            label,
            data=later(partial(_of, partial(brief, suffix=suffix, year=year), result, asked)),
            file_name=f"{stem}{suffix}",
            mime=mime,
            key=f"download{suffix}",
            on_click="ignore",
        )


def _of(content: Callable[[Result], bytes], result: Result, asked: Asked | None) -> bytes:
    """Write a file, with the ranges of its result: it waits for them, the page does not."""
    return content(with_ranges(result, asked))


def with_ranges(result: Result, asked: Asked | None) -> Result:
    """Return a result with its ranges, once they are there; without where none can be drawn."""
    if asked is None:
        return result
    wait_for(asked.draws)
    ranged = asked.range()
    return result if ranged is None else ranged.beside(result)


def wait_for(draws: Draws) -> None:
    """Wait for draws, as long as a file may take."""
    until = time.monotonic() + _LONGEST
    while draws.on_their_way and not draws.given_up and time.monotonic() < until:
        time.sleep(_LOOK_EVERY)


def file_stem(found: Session) -> str:
    """Return a file name without ending that says what is in the file."""
    kept = "".join(sign if sign.isalnum() else "-" for sign in found.scenario.name.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "scenario"


def workbook(classification: Classification, year: str, result: Result) -> bytes:
    """Return the result as an XLSX file, whose first sheet is about the year on the screen."""
    from cepasim.core.workbook import write_workbook

    with tempfile.TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / "result.xlsx"
        pages = sheets(result, result.frames("section"), {}, year)
        write_workbook(pages, path, front_sheet(result, classification, tuple(pages), year))
        return path.read_bytes()


def csv_archive(result: Result) -> bytes:
    """Return every table as CSV, with scenario and manifest, in a ZIP."""
    with tempfile.TemporaryDirectory(prefix="cepasim-") as scratch:
        folder = Path(scratch) / "result"
        result.to_csv(folder, by="section")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
        return buffer.getvalue()


def scenario_file(result: Result) -> bytes:
    """Return the scenario as a file; what only its reader's figures give is said above it."""
    said = own_figures(result)
    if said:
        digest = str(result.manifest.get("parameter_digest", ""))[:12]
        said = paragraph((said, tr("Digest of the parameters: {digest}.", digest=digest)))
    above = "".join(f"# {line}\n" for line in textwrap.wrap(said, 98))
    return (above + result.scenario.to_yaml()).encode("utf-8")


def brief(result: Result, suffix: str, year: str) -> bytes:
    """Return the briefing note as a file of the kind the suffix names."""
    with tempfile.TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / f"brief{suffix}"
        result.brief(path, fiscal_year=year)
        return path.read_bytes()

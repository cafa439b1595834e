"""What Streamlit leaves to be done in the browser: the program beside this file, and its words."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from cepasim.core.language import SOURCE, current_language, mark, tr

#: What Streamlit itself says, in English alone; a letter ``N`` stands for a number.
_FOREIGN = {
    "Upload": mark("Choose a file"),
    "NMB per file": mark("up to N MB per file"),
    "No results": mark("Nothing found"),
    "Select N matches": mark("Choose all N found"),
}


def live() -> str:
    """Return what the framework leaves to be done in the browser, as an element of the page.

    It tells readers of the screen the language and, once for each change, the new headline: a place
    that nobody sees and that is read aloud holds it without ranges, which come later. Grids, rows
    of tabs and tables of a text get the name that the framework does not give them. The first stops
    of the keyboard lead past the menu, and what a key opens has the keyboard. Words of the
    framework itself are put into the language.
    """
    tag = current_language()
    words = {
        "language": tag,
        "foreign": [] if tag == SOURCE else [[said, tr(put)] for said, put in _FOREIGN.items()],
        "levers": tr("To the levers"),
        "result": tr("To the result"),
        "tools": tr("To ranges, year and files"),
        "skip": tr("Skip to main content"),
    }
    # What ends a script within a word would end this one.
    said = json.dumps(words, ensure_ascii=False).replace("</", "<\\/")
    return f"<script>({_program()})({said});</script>"


@cache
def _program() -> str:
    """Return the program: a function of the words."""
    text = (files("cepasim.ui") / "live.js").read_text(encoding="utf-8")
    return text[text.index("(words)") :].rstrip().rstrip(";")

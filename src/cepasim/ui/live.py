"""What Streamlit leaves to be done in the browser: the programs beside this, and their words."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from cepasim.core.language import SOURCE, current_language, mark, tr

#: What Streamlit itself says, in English alone, and how we say it; ``#`` stands for a number.
_FOREIGN = {
    # Choosing a file, and from lists.
    "Upload": mark("Choose a file"),
    "#MB per file": mark("up to # MB per file"),
    "Drag and drop a file here": mark("Drag a file here"),
    "Drag and drop files here": mark("Drag files here"),
    "No results": mark("Nothing found"),
    "Select all": mark("Choose all"),
    "Select # matches": mark("Choose all # found"),
    # At the heads of columns.
    "Sort ascending": mark("Sort, smallest first"),
    "Sort descending": mark("Sort, largest first"),
    "Autosize": mark("Fit the width"),
    "Pin column": mark("Pin the column"),
    "Unpin column": mark("Unpin the column"),
    "Hide column": mark("Hide the column"),
    # Where it stands.
    "Running...": mark("Working …"),
    "Stop": mark("Stop"),
    "Stopping...": mark("Stopping …"),
    "Rerun": mark("Run again"),
    "Connecting": mark("Connecting"),
    "Connecting to Streamlit server": mark("Connecting to the program"),
    "Error": mark("Error"),
    "Unable to connect to Streamlit server": mark("No connection to the program"),
    "Connection error": mark("No connection to the program"),
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your "
    "terminal:": mark("Is the program still running? If it was stopped, start it again:"),
    "streamlit run yourscript.py": "cepasim app",
    "Streamlit server is not responding. Are you connected to the internet?": mark(
        "The program does not answer. Is there a connection to its machine?"
    ),
    "Page not found": mark("Page not found"),
    "The page that you have requested does not seem to exist. Running the app's main page.": mark(
        "There is no such page. The first page is shown instead."
    ),
}

#: What Streamlit calls its own buttons and places, in English alone, for those who hear the page.
_LABELS = {
    "Sidebar": mark("Levers and pages"),
    "Collapse sidebar": mark("Hide the levers"),
    "App pages": mark("Pages"),
    "Help": mark("Help"),
    "Open": mark("Open"),
    "Close": mark("Close"),
    "Clear all": mark("Clear all"),
    "Clear value": mark("Clear"),
    "Clear selection": mark("Clear selection"),
    "Choose an option": mark("Choose from the list"),
    "Choose options": mark("Choose from the list"),
    "Show data": mark("Show data"),
    "Show chart": mark("Show chart"),
    "Download as PNG": mark("Download as a picture"),
    "Copy Vega-Lite spec": mark("Copy the chart's description"),
    "Download as CSV": mark("Download as CSV"),
    "Show/hide columns": mark("Show or hide columns"),
    "Search": mark("Search"),
    "Fullscreen": mark("Full screen"),
    "Close fullscreen": mark("Close full screen"),
    "Copy to clipboard": mark("Copy"),
    "file upload": mark("Choose a file"),
}


def live() -> str:
    """Return what the framework leaves to be done in the browser, as an element of the page.

    It tells readers of the screen the language and, once for each change, the new headline: a place
    that nobody sees and that is read aloud holds it without ranges, which come later. Grids, rows
    of tabs and tables of a text get the name that the framework does not give them. The first stops
    of the keyboard lead past the menu, and what a key opens has the keyboard; what goes away leaves
    it to what stands in its place. Words of the framework itself are put into the language.
    """
    tag = current_language()
    words = {
        "language": tag,
        "foreign": [] if tag == SOURCE else [[said, tr(put)] for said, put in _FOREIGN.items()],
        "labels": {} if tag == SOURCE else {said: tr(put) for said, put in _LABELS.items()},
        "both": tr("{lever}: {what}", lever="{lever}", what="{what}"),
        "levers": tr("To the levers"),
        "result": tr("To the result"),
        "tools": tr("To ranges, year and files"),
        "pages": tr("To the pages"),
        "scenarios": tr("To the scenarios"),
        "skip": tr("Skip to main content"),
    }
    # What ends a script within a word would end this one.
    said = json.dumps(words, ensure_ascii=False).replace("</", "<\\/")
    programs = "".join(f"({_program(name)})(words);" for name in ("live.js", "keys.js"))
    return f"<script>{{const words = {said};{programs}}}</script>"


@cache
def _program(name: str) -> str:
    """Return a program: a function of the words."""
    text = (files("cepasim.ui") / name).read_text(encoding="utf-8")
    return text[text.index("(words)") :].rstrip().rstrip(";")

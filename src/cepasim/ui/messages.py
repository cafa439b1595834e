"""What is said to the user, as Streamlit's Markdown needs it."""

from __future__ import annotations

from collections.abc import Sequence

from cepasim.core.language import SOURCE, current_language, mark, tr
from cepasim.core.problems import Problem

#: Lines of a list of problems; a screen holds no more.
_SHOWN = 12
#: Which page shows a file of the documentation.
_PAGES = {
    "docs/aggregation.md": mark("Evidence"),
    "docs/method.md": mark("Method"),
    "docs/uncertainty.md": mark("How sure?"),
}
_SIGNS = "\\`*_{}[]<>#$|~"


def plain(text: str) -> str:
    """Keep Markdown from reading a text as its own."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)


def with_pages(text: str) -> str:
    """Name the page of the front end where a text points to a file of the documentation.

    Examples
    --------
    >>> with_pages("spread by assumption (docs/aggregation.md)")
    'spread by assumption (page “Evidence”)'
    """
    for file, page in _PAGES.items():
        text = text.replace(file, tr("page “{page}”", page=tr(page)))
    return text


def begun(text: str) -> str:
    """Begin a text as a label begins."""
    return text[:1].upper() + text[1:]


def listed(problems: Sequence[Problem | str]) -> str:
    """Return problems as a list, the last of a long one counted only."""
    lines = [f"- {plain(str(problem))}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append("- " + tr("and {n} more", n=len(problems) - _SHOWN))
    return "\n".join(lines)


def charted(what: str) -> str:
    """Say what a chart shows to those who do not see it, and where they read its numbers.

    Parameters
    ----------
    what : str
        The heading of the chart, in the language of the moment.
    """
    return tr("Chart: {what}. The table below it gives the values.", what=what.replace("\\", ""))


def of_products() -> list[str]:
    """Say to readers of other languages than English why products are described in it."""
    if current_language() == SOURCE:
        return []
    return [
        tr(
            "Products are described in English, as in the nomenclature: the data hold no other "
            "descriptions. Names of chapters and sections are translated."
        )
    ]

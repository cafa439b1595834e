"""docs/reference/api.md: every public name; the site prints its docstring there."""

from __future__ import annotations

from collections.abc import Iterator

import cepasim
from cepasim.report.pages import write_page

#: What a reader needs first; the others follow by name.
_FIRST = ("load", "scenarios", "Scenario", "simulate", "Result", "reference")


def api_page() -> str:
    """Return the page, Markdown."""
    return "\n".join(_lines()).rstrip("\n") + "\n"


def _lines() -> Iterator[str]:
    yield "# Python"
    yield ""
    yield (
        "Every name that `import cepasim` offers. Money is US$ million of 2023–24, percent is said "
        'where it is meant, years are fiscal years as text (`"2030-31"`).'
    )
    yield ""
    yield (
        "What is written for people (`Result.headline`, `Result.brief`, the first sheet of "
        "`Result.to_excel`, the command line) follows the reader: "
        '`with cepasim.language("ja"):` writes Japanese, `with cepasim.currency("INR"):` rupees '
        'in crore, `"JPY"` yen, at the mean rate of the price year (`macro/annual`), which every '
        "page and file then states. Both hold within the block, for its thread. Tables and files "
        "of data stay in English and in US$ million. PNG pictures of charts in Japanese are drawn "
        "with letters of the package where the machine has none; SVG pictures and notes in HTML "
        "take those of the machine that shows them: Windows and macOS have some, on Debian "
        "install `fonts-ipaexfont-gothic` or `fonts-noto-cjk`."
    )
    yield ""
    for name in (*_FIRST, *sorted(set(cepasim.__all__) - set(_FIRST), key=str.lower)):
        yield f"::: cepasim.{name}"
        yield ""


def main(arguments: list[str] | None = None) -> int:
    """Write the page to the path given, or print it; returns the exit code."""
    return write_page("docs.writers.api docs/reference/api.md", api_page, arguments)


if __name__ == "__main__":
    raise SystemExit(main())

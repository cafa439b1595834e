"""Pages of the documentation that a module generates: Markdown tables and the command to write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

from cepasim.core import files as output


def markdown_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Lines of a table, with an empty one at the end; cells are Markdown already."""
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + " --- |" * len(names)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def write_page(usual: str, page: Callable[[], str], arguments: list[str] | None = None) -> int:
    """Command of a module that generates a page: write it to the path given, or print it.

    Parameters
    ----------
    usual : str
        The command as it is usually given, module and path.
    page : callable
        Gives the text.
    arguments : list of str, optional
        Those of the command line unless given.

    Returns
    -------
    int
        Exit code: 0 when done, 2 for wrong arguments.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) > 1:
        module, path = usual.split()
        print(f"usage: python -m {module} [{path}]", file=sys.stderr)
        return 2
    if not given:
        print(page(), end="")
        return 0
    with output.replace_file(given[0]) as partial:
        output.write_text(page(), partial)
    return 0

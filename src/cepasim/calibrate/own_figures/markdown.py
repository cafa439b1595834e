"""Tables of the report of an update, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cepasim.core.language import tr
from cepasim.products.classification import Classification


def table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Lines of a table.

    Parameters
    ----------
    head : sequence
    rows : sequence of sequence
    """
    yield row(head)
    yield row(["---"] * len(head))
    yield from (row(cells) for cells in rows)


def row(cells: Sequence[object]) -> str:
    """A row of a table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def chapter_named(hs: str) -> str:
    """A chapter by its code and its name."""
    return f"{hs} {tr(Classification.bundled().name(hs))}"

"""How finely an economy is split: chapters, or some of their products as markets of their own.

Methods of `Economy`, beside `with_rules`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

from cepasim.economy.split import products_of

EconomyT = TypeVar("EconomyT")
#: Splits of an economy that are kept: each of all subheadings takes some 100 MB.
_MOST_KEPT = 3
_KEY = "products"


def refine(
    economy: EconomyT, chapters: Iterable[str] | None = None, level: str = "hs6"
) -> EconomyT:
    """Return the same economy with chapters split into products.

    Parameters
    ----------
    economy : Economy
        The one to split.
    chapters : iterable of str, optional
        Those to split; all by default.
    level : {"hs6", "hs4"}, optional
        Subheadings or headings.

    Returns
    -------
    Economy
        Products add up to their chapter's trade and sales in every source.

    Raises
    ------
    InputError
        For a level or a chapter that does not exist.

    Examples
    --------
    >>> import cepasim
    >>> cars = cepasim.load().refine(["87"], level="hs4")
    >>> "8703" in cars.chapters, "86" in cars.chapters
    (True, True)
    """
    coarse: Any = economy.by_chapter  # type: ignore[attr-defined]
    split = coarse.chapters if chapters is None else chapters
    return with_products(economy, products_of(coarse.classification, split, level))


def at_level(economy: EconomyT, level: str, chapters: Iterable[str] | None = None) -> EconomyT:
    """Return the same economy with no other chapters split than these.

    Parameters
    ----------
    economy : Economy
        Split in any way, or not at all.
    level : {"chapter", "hs4", "hs6"}
        What a market is.
    chapters : iterable of str, optional
        Those to split; all by default.

    Returns
    -------
    Economy
        The economy of chapters where ``level`` says so.
    """
    coarse: EconomyT = economy.by_chapter  # type: ignore[attr-defined]
    return coarse if level == "chapter" else refine(coarse, chapters, level)


def with_products(economy: EconomyT, codes: Iterable[str]) -> EconomyT:
    """Return the same economy with some products as markets of their own.

    Parameters
    ----------
    economy : Economy
        The one to split further.
    codes : iterable of str
        Chapters, headings or subheadings; each becomes one market, whatever was split inside it,
        and what is left of its chapter or heading is another.

    Returns
    -------
    Economy
        The one given where all of them are markets already.
    """
    fine: Any = economy  # the class that has this method imports this module
    coarse, whole = fine.by_chapter, set(codes)
    there = set(fine.chapters) - set(coarse.chapters)
    inside = {code for code in there if code.startswith(tuple(whole))}
    own = (there - inside) | (whole - set(coarse.chapters))
    if own == there:
        return economy
    if not own:
        return coarse  # type: ignore[no-any-return]
    key = _KEY, frozenset(own)
    if key not in coarse.known:
        _make_room(coarse.known)
        coarse.known[key] = coarse.with_own(own)
    return coarse.known[key]  # type: ignore[no-any-return]


def _make_room(known: dict[Hashable, Any]) -> None:
    """Drop the oldest splits before one more is kept."""
    old = [key for key in known if isinstance(key, tuple) and key[:1] == (_KEY,)]
    for key in old[: len(old) + 1 - _MOST_KEPT]:
        known.pop(key, None)

"""How finely an economy is split: chapters, or some of their products as markets of their own.

Methods of `Economy`, beside `with_rules`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

from cepasim.economy.split import LEVELS, products_of
from cepasim.products.levels import chapter_of, level_of

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


def detail_of(economy: EconomyT) -> dict[str, Any]:
    """Return how fine an economy is as the settings of a scenario that split one of chapters so.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    dict
        ``level`` and ``refine`` of a scenario; nothing for chapters, and for a split that no level
        makes, such as that of a quota.
    """
    fine: Any = economy
    coarse = fine.by_chapter
    own = set(fine.chapters) - set(coarse.chapters)
    level = next((name for name, one in LEVELS.items() if {one} == set(map(level_of, own))), None)
    if level is None:
        return {}
    split = {chapter_of(code) for code in own}
    # Both schedules have to know a product, for its chapter to be split.
    schedules = (market.schedule for market in coarse.markets.values())
    both = set(coarse.classification.hs6).intersection(*(one.products for one in schedules))
    refine = () if split == set(map(chapter_of, both)) else tuple(sorted(split))
    if at_level(coarse, level, refine or None).chapters != fine.chapters:
        return {}
    return {"level": level, "refine": refine}


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

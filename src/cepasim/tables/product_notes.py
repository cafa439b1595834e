"""What a reader of a result by product must know: what is assumed, and what chapters would say."""

from __future__ import annotations

from collections.abc import Iterator

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import tr
from cepasim.core.numbers import mn
from cepasim.economy.economy import Economy
from cepasim.engines.engine import Engine
from cepasim.levers.words import listed
from cepasim.solution.solve import run
from cepasim.solution.state import Run
from cepasim.tables.names import name_now

#: Products named in one note before they are counted.
_NAMED = 6
#: Year in which the levels are compared, or the last one before it.
_YEAR = "2030-31"


def product_notes(solved: Run, engine: str | Engine) -> tuple[str, ...]:
    """Say which chapters are split, how much of their trade is assumed, and what that changes.

    Parameters
    ----------
    solved : Run
        By product; nothing is said of one by chapter.
    engine : str or Engine
        What it was solved with.

    Returns
    -------
    tuple of str
    """
    if solved.economy.split is None:
        return ()
    return tuple(_said(solved, engine))


def _said(solved: Run, engine: str | Engine) -> Iterator[str]:
    economy = solved.economy
    own = [code for code in economy.chapters if code not in economy.by_chapter.chapters]
    if len(own) <= _NAMED:
        yield tr(
            "Chapters are split: {products} solved as a market of its own, the rest as another",
            products=listed((f"{code} {name_now(economy.name(code))}" for code in own), _NAMED),
        )
    else:
        markets = f"{len(economy.chapters):,}"
        yield tr("Solved by product: {number} markets in each country", number=markets)
    yield _how_much_is_assumed(economy)
    if not solved.scenario.levers or any(
        lever.own_markets(economy.classification) for lever in solved.scenario.levers
    ):
        return  # chapters cannot say what a quota on a part of one does
    coarse = run(economy.by_chapter, solved.scenario.bare, attribution=False, engine=engine)
    row = solved.labels.index(_YEAR) if _YEAR in solved.labels else len(solved.labels) - 1
    changes = [
        float((getattr(one.outcome, flow) - getattr(one.reference, flow))[row].sum())
        for one in (solved, coarse)
        for flow in ("exports", "imports")
    ]
    exports, imports, exports_by_chapter, imports_by_chapter = (
        mn(change, signed=True) for change in changes
    )
    yield tr(
        "By product, exports change by {exports} and imports by {imports} in {year}; by chapter "
        "they would change by {exports_by_chapter} and {imports_by_chapter} (docs/aggregation.md "
        "says why)",
        exports=exports,
        imports=imports,
        year=year_in_words(solved.labels[row]),
        exports_by_chapter=exports_by_chapter,
        imports_by_chapter=imports_by_chapter,
    )


def _how_much_is_assumed(economy: Economy) -> str:
    trade = economy.bilateral
    split = economy.split
    assert split is not None
    alone = [len(code) == 2 for code in trade["hs"]]
    parts = trade[[not one for one in alone]]
    shares = {}
    for flow in ("export", "import"):
        rows = parts[parts["flow"] == flow]
        value = rows["value"].sum()
        share = 100 * rows.loc[rows["low"].isna(), "value"].sum() / value if value > 0 else 0.0
        shares[flow] = f"{share:.0f}"
    return tr(
        "In these products, {exports} % of India's exports to Japan and {imports} % of its "
        "imports from Japan are spread by assumption (grade D), as are the sales of all other "
        "sources; products add up to what is estimated for their chapter",
        exports=shares["export"],
        imports=shares["import"],
    )

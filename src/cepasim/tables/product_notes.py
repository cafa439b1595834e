"""What a reader of a result by product must know: what is assumed, and what chapters would say."""

from __future__ import annotations

from collections.abc import Iterator

from cepasim.economy.economy import Economy
from cepasim.engines.engine import Engine
from cepasim.levers.words import listed
from cepasim.solution.solve import run
from cepasim.solution.state import Run

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
        names = listed((f"{code} {economy.name(code)}" for code in own), _NAMED)
        yield f"Chapters are split: {names} solved as a market of its own, the rest as another"
    else:
        yield f"Solved by product: {len(economy.chapters):,} markets in each country"
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
    yield (
        f"By product exports change by {changes[0]:+,.1f} and imports by {changes[1]:+,.1f} US$ mn "
        f"in {solved.labels[row]}; by chapter they would by {changes[2]:+,.1f} and "
        f"{changes[3]:+,.1f} (docs/aggregation.md says why)"
    )


def _how_much_is_assumed(economy: Economy) -> str:
    trade = economy.bilateral
    split = economy.split
    assert split is not None
    alone = [len(code) == 2 for code in trade["hs"]]
    parts = trade[[not one for one in alone]]
    words = []
    for flow, name in (("export", "exports to Japan"), ("import", "imports from Japan")):
        rows = parts[parts["flow"] == flow]
        value = rows["value"].sum()
        share = 100 * rows.loc[rows["low"].isna(), "value"].sum() / value if value > 0 else 0.0
        words.append(f"{share:.0f} % of India's {name}")
    return (
        f"Of the trade in these products {words[0]} and {words[1]} are spread over them by "
        "assumption (grade D), as are the sales of all others; products add up to what is "
        "estimated of their chapter"
    )

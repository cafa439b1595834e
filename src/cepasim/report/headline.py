"""The answer in a few sentences: what is done, what changes, how sure that is, what to mind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cepasim.core import numbers as figures
from cepasim.core.digits import NOT_ADDING
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, separated, tr
from cepasim.levers.words import BARRED, UNCOUNTED
from cepasim.report.levels import range_of
from cepasim.report.together import trade_balance
from cepasim.report.views import total_row
from cepasim.tables.caveats import Note, by_weight
from cepasim.tables.result_tables import ResultTables

_RANGES = (
    ("change_in_balance_usd_mn", mark("90 % range {between}")),
    ("change_in_balance_usd_mn_choice", mark("with model choice {between}")),
)
_LEFT_OUT = {
    UNCOUNTED: mark("Not counted, for want of an ad-valorem rate: {what}."),
    BARRED: mark(
        "Rates that let almost nothing through, so that a cut is hard to foresee: {what}."
    ),
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The change in a year, for a reader who reads nothing else.

    Attributes
    ----------
    change : str
        What changes in exports, imports and balance, with the ranges there are.
    rests_on : str
        What decides the size, with its grade; empty without levers.
    caveat : str
        The note that bears on most of the trade that moves; may be empty.
    stake : str
        How much there is to be changed at all, where the levers say; not part of the sentence.
    left_out : str
        What is not counted or little known, of the levers that move most first; not part of it
        either.
    """

    change: str
    rests_on: str
    caveat: str
    stake: str = ""
    left_out: str = ""

    def __str__(self) -> str:
        said = paragraph(part for part in (self.change, self.rests_on, self.caveat) if part)
        return paragraph(part for part in (said, figures.conversion()) if part)


def headline(result: ResultTables, year: str) -> Headline:
    """Return the headline of a year.

    Parameters
    ----------
    result : ResultTables
    year : str
        Fiscal year, such as "2030-31".

    Raises
    ------
    InputError
        If the result has no such year.
    """
    year = result.year_of(year)
    notes = by_weight(result.notes, moved(result, year))
    graded = next((note for note in notes if isinstance(note, Note) and note.grade), None)
    caveat = next(
        (note for note in notes if getattr(note, "decides", False) and not _graded(note)), ""
    )
    return Headline(
        _change(result, year),
        tr(
            "The size rests most on {what} (grade {grade}).",
            what=now(graded.on),
            grade=graded.grade,
        )
        if graded
        else "",
        sentence(now(caveat)) if caveat else "",
        paragraph(sentence(now(note)) for note in notes if _at_stake(note, graded)),
        paragraph(_left_out(notes)),
    )


def _left_out(notes: Iterable[str]) -> Iterator[str]:
    """Say what is not in the numbers and why, each reason once."""
    briefs = [note.brief for note in notes if isinstance(note, Note) and note.brief]
    for why, words in _LEFT_OUT.items():
        if found := dict.fromkeys(much for reason, much in briefs if reason == why):
            yield tr(words, what=separated(found))


def sentence(text: str) -> str:
    """End a text with the full stop of the language, once."""
    return tr("{text}.", text=text.rstrip(".。"))


def outcome(result: ResultTables) -> str:
    """Return the balance of the last year in one line, as a result shows itself in a session."""
    for last in result.totals.tail(1).to_dict("records"):
        change = last["change_in_balance_usd_mn"] / 1000
        balance = f"{last['balance_usd_mn'] / 1000:+,.2f} US$ bn, {change:+,.3f}"
        said = f"balance in {last['fiscal_year']} {balance} against the reference"
        if around := range_of(last, "balance", scenario=True):
            said += f", 90 % range of the level {around.replace(figures.MINUS, '-')}"
        return said
    return "no years"


def moved(result: ResultTables, year: str) -> Mapping[str, float]:
    """Trade that each kind of lever moves in a year, US$ million: exports and imports together."""
    rows = result.contributions
    rows = rows[(rows["fiscal_year"] == year) & (rows["hs"] == "total")]
    both = rows["exports_usd_mn"].abs() + rows["imports_usd_mn"].abs()
    return {str(kind): float(size) for kind, size in both.groupby(rows["lever"]).sum().items()}


def weighed_notes(result: ResultTables, year: str) -> tuple[str, ...]:
    """Return the notes of a result with those first that bear on most of what moves in a year."""
    return by_weight(result.notes, moved(result, year))


def _change(result: ResultTables, year: str) -> str:
    row = total_row(result, year)
    name, in_year = tr(result.scenario.name).rstrip(".。"), year_in_words(year)
    if not any(row[f"change_in_{item}_usd_mn"] for item in ("exports", "imports")):
        return tr("{name}: nothing changes in {year}.", name=name, year=in_year)
    exports, imports = (_flow(row, item) for item in ("exports", "imports"))
    said = {"name": name, "year": in_year, "exports": exports, "imports": imports}
    added = "" if trade_balance(row).adds_up else tr(NOT_ADDING)
    if row["change_in_balance_usd_mn"] > 0:
        changes = tr(
            "{name}: against the reference, in {year} India exports {exports} to Japan and imports "
            "{imports}; its balance improves by {change}.",
            change=_of_reference(row, _ranged(result, year)),
            **said,
        )
    else:
        changes = tr(
            "{name}: against the reference, in {year} India exports {exports} to Japan and imports "
            "{imports}; its balance worsens by {change}.",
            change=_of_reference(row, _ranged(result, year)),
            **said,
        )
    return paragraph(part for part in (changes, added) if part)


def _of_reference(row: Mapping[str, Any], change: str) -> str:
    """Say a change of the balance with its share in the balance of the reference."""
    reference = row["baseline_balance_usd_mn"]
    if not reference:
        return change
    share = figures.percent(100 * abs(row["change_in_balance_usd_mn"] / reference)).lstrip("+")
    if reference < 0:
        return tr("{change}, {share} of the deficit", change=change, share=share)
    return tr("{change}, {share} of the surplus", change=change, share=share)


def _flow(row: Mapping[str, Any], item: str) -> str:
    change = row[f"change_in_{item}_usd_mn"]
    if change == 0:
        return tr("as much as without it")
    amount = figures.mn(abs(change), place=trade_balance(row).place)
    percent = figures.percent(row[f"change_in_{item}_pct"])
    if figures.is_nearly_none(figures.millions(abs(change))):
        return tr("practically the same")
    if change > 0:
        return tr("{amount} more ({percent})", amount=amount, percent=percent)
    return tr("{amount} less ({percent})", amount=amount, percent=percent)


def _ranged(result: ResultTables, year: str) -> str:
    """Change of the balance without its sign, with the ranges there are."""
    [row] = result.totals[result.totals["fiscal_year"] == year].to_dict("records")
    changes = total_row(result, year)
    place = trade_balance(changes).place
    amount = figures.mn(abs(changes["change_in_balance_usd_mn"]), place=place)
    said = [
        tr(
            words,
            between=figures.range_mn(row[f"{column}_p5"], row[f"{column}_p95"], unit=False),
        )
        for column, words in _RANGES
        if f"{column}_p5" in row
    ]
    if not said:
        return tr("{amount} (no range drawn)", amount=amount)
    return tr("{amount} ({ranges})", amount=amount, ranges=clauses(said))


def clauses(parts: Iterable[str]) -> str:
    """Put parts of a sentence beside each other, each a thought of its own."""
    return tr("; ").join(parts)


def _at_stake(note: str, graded: Note | None) -> bool:
    """Whether a note says how much there is to be changed by what moves most."""
    return isinstance(note, Note) and note.stake and graded is not None and graded.kind == note.kind


def _graded(note: str) -> bool:
    return bool(getattr(note, "grade", ""))

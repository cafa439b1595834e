"""The answer in a few sentences: what is done, what changes, how sure that is, what to mind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cepasim.core import numbers as figures
from cepasim.core.digits import NOT_ADDING
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, separated, tr
from cepasim.levers.said import BARRED, UNCOUNTED
from cepasim.report.levels import range_of
from cepasim.report.together import trade_balance
from cepasim.report.views import total_row
from cepasim.tables.caveats import Moved, Note, by_weight
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


#: What is said of a range that nobody has drawn, and of one on its way.
NOT_DRAWN = mark("{amount} (no range drawn)")
ON_ITS_WAY = mark("{amount} (range on its way)")


@dataclass(frozen=True, slots=True)
class Mind:
    """What to mind about a change.

    Attributes
    ----------
    rests_on : str
        What decides the size, with its grade; empty without levers.
    caveat : str
        The note that bears on most of the trade that moves; may be empty.
    stake : str
        How much there is to be changed at all, where the levers say; not part of the headline.
    left_out : str
        What is not counted or little known, of the levers that move most first; not part of it
        either.
    """

    rests_on: str
    caveat: str
    stake: str
    left_out: str

    def __str__(self) -> str:
        return paragraph(part for part in (self.rests_on, self.caveat) if part)


@dataclass(frozen=True, slots=True)
class Headline:
    """The change in a year, for a reader who reads nothing else.

    Attributes
    ----------
    change : str
        What changes in exports, imports and balance, with the ranges there are.
    mind : Mind
    """

    change: str
    mind: Mind

    def __str__(self) -> str:
        return paragraph(
            part for part in (self.change, str(self.mind), figures.conversion()) if part
        )


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
    totals = result.totals.iloc[result.fiscal_years.index(year)]
    drawn = {str(column): value for column, value in totals.items()}
    name = tr(result.scenario.name).rstrip(".。")
    return Headline(
        change_in_words(total_row(result, year), year, name, drawn), to_mind(result, year)
    )


def to_mind(result: ResultTables, year: str) -> Mind:
    """Return what to mind about the change in a year.

    Parameters
    ----------
    result : ResultTables
        With what each lever adds, which decides what weighs most.
    year : str
        Fiscal year, such as "2030-31".
    """
    notes = by_weight(result.notes, moved(result, year))
    graded = next((note for note in notes if isinstance(note, Note) and note.grade), None)
    caveat = next(
        (note for note in notes if getattr(note, "decides", False) and not _graded(note)), ""
    )
    return Mind(
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


def moved(result: ResultTables, year: str) -> Moved:
    """Trade that levers move in a year, by kind, side and chapter."""
    rows = result.contributions_by_side
    return Moved(rows[rows["fiscal_year"] == year])


def weighed_notes(result: ResultTables, year: str | None = None) -> tuple[str, ...]:
    """Return the notes of a result with those first that touch most of what moves in a year.

    Parameters
    ----------
    result : ResultTables
    year : str, optional
        Fiscal year; the last one unless given.
    """
    return by_weight(result.notes, moved(result, year or result.fiscal_years[-1]))


def change_in_words(
    row: Mapping[str, Any],
    year: str,
    name: str = "",
    drawn: Mapping[str, Any] | None = None,
    undrawn: str = NOT_DRAWN,
) -> str:
    """Say what changes in a year, in one sentence.

    Parameters
    ----------
    row : mapping
        From `total_row`.
    year : str
    name : str, optional
        What the sentence begins with: what the scenario is called, or what is done.
    drawn : mapping, optional
        Ranges of the year, in columns as ``Result.totals`` has them.
    undrawn : str, optional
        Said of the change of the balance without a range; empty for its amount alone.
    """
    in_year = year_in_words(year)
    if not any(row[f"change_in_{item}_usd_mn"] for item in ("exports", "imports")):
        return _begun(name, tr("nothing changes in {year}.", year=in_year))
    exports, imports = (_flow(row, item, drawn or {}) for item in ("exports", "imports"))
    change = _of_reference(row, _ranged(row, drawn or {}, undrawn))
    said = {"year": in_year, "exports": exports, "imports": imports, "change": change}
    added = "" if trade_balance(row).adds_up else tr(NOT_ADDING)
    if row["change_in_balance_usd_mn"] > 0:
        changes = tr(
            "against the reference, in {year} India exports {exports} to Japan and imports "
            "{imports}; its balance improves by {change}.",
            **said,
        )
    else:
        changes = tr(
            "against the reference, in {year} India exports {exports} to Japan and imports "
            "{imports}; its balance worsens by {change}.",
            **said,
        )
    return paragraph(part for part in (_begun(name, changes), added) if part)


def _begun(name: str, text: str) -> str:
    """Begin a sentence with a name, or with itself."""
    return tr("{name}: {item}", name=name, item=text) if name else text[:1].upper() + text[1:]


def _of_reference(row: Mapping[str, Any], change: str) -> str:
    """Say a change of the balance with its share in the balance of the reference."""
    reference = row["baseline_balance_usd_mn"]
    if not reference:
        return change
    share = figures.percent(100 * abs(row["change_in_balance_usd_mn"] / reference)).lstrip("+")
    if reference < 0:
        return tr("{change}, {share} of the deficit", change=change, share=share)
    return tr("{change}, {share} of the surplus", change=change, share=share)


def _flow(row: Mapping[str, Any], item: str, drawn: Mapping[str, Any]) -> str:
    """Change of a flow in words, with its 90 % range where there is one."""
    change = row[f"change_in_{item}_usd_mn"]
    if change == 0:
        return tr("the same amount")
    amount = figures.mn(abs(change), place=trade_balance(row).place)
    percent = figures.percent(row[f"change_in_{item}_pct"])
    if figures.is_nearly_none(figures.millions(abs(change))):
        return tr("practically the same amount")
    if f"change_in_{item}_usd_mn_p5" in drawn:
        ends = (float(drawn[f"change_in_{item}_usd_mn_{end}"]) for end in ("p5", "p95"))
        percent = clauses((percent, figures.range_mn(*ends, unit=False)))
    if change > 0:
        return tr("{amount} more ({percent})", amount=amount, percent=percent)
    return tr("{amount} less ({percent})", amount=amount, percent=percent)


def _ranged(row: Mapping[str, Any], drawn: Mapping[str, Any], undrawn: str) -> str:
    """Change of the balance without its sign, with the ranges there are."""
    place = trade_balance(row).place
    amount = figures.mn(abs(row["change_in_balance_usd_mn"]), place=place)
    said = [
        tr(
            words,
            between=figures.range_mn(drawn[f"{column}_p5"], drawn[f"{column}_p95"], unit=False),
        )
        for column, words in _RANGES
        if f"{column}_p5" in drawn
    ]
    if not said:
        return tr(undrawn, amount=amount) if undrawn else amount
    return tr("{amount} ({ranges})", amount=amount, ranges=clauses(said))


def clauses(parts: Iterable[str]) -> str:
    """Put parts of a sentence beside each other, each a thought of its own."""
    return tr("; ").join(parts)


def _at_stake(note: str, graded: Note | None) -> bool:
    """Whether a note says how much there is to be changed by what moves most."""
    return isinstance(note, Note) and note.stake and graded is not None and graded.kind == note.kind


def _graded(note: str) -> bool:
    return bool(getattr(note, "grade", ""))

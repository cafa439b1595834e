"""The answer in a few sentences: what is done, what changes, how sure that is, what to mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cepasim.core import numbers as figures
from cepasim.report.levels import range_of
from cepasim.report.views import total_row
from cepasim.tables.caveats import Note, by_weight
from cepasim.tables.result_tables import ResultTables

_RANGES = (
    ("change_in_balance_usd_mn", "90 % range"),
    ("change_in_balance_usd_mn_choice", "with model choice"),
)


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
    """

    change: str
    rests_on: str
    caveat: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.change, self.rests_on, self.caveat) if part)


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
        f"The size rests most on {graded.on} (grade {graded.grade})." if graded else "",
        f"{str(caveat).rstrip('.')}." if caveat else "",
    )


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
    name = result.scenario.name.rstrip(".")
    if not any(row[f"change_in_{item}_usd_mn"] for item in ("exports", "imports")):
        return f"{name}: nothing changes in {year}."
    exports, imports = (_flow(row, item) for item in ("exports", "imports"))
    change = row["change_in_balance_usd_mn"]
    verb = "improves" if change > 0 else "worsens"
    reference = row["baseline_balance_usd_mn"]
    kind = "deficit" if reference < 0 else "surplus"
    share = f", {figures.percent(100 * abs(change / reference)).lstrip('+')} of the {kind}"
    return (
        f"{name}: against the reference, in {year} India exports {exports} to Japan and imports "
        f"{imports}; its balance {verb} by {figures.mn(abs(change))}"
        f"{_ranges(result, year)}{share if reference else ''}."
    )


def _flow(row: Mapping[str, Any], item: str) -> str:
    change = row[f"change_in_{item}_usd_mn"]
    if change == 0:
        return "as much as without it"
    word = "more" if change > 0 else "less"
    if figures.is_nearly_none(figures.millions(abs(change))):
        return "practically the same"
    return f"{figures.mn(abs(change))} {word} ({figures.percent(row[f'change_in_{item}_pct'])})"


def _ranges(result: ResultTables, year: str) -> str:
    [row] = result.totals[result.totals["fiscal_year"] == year].to_dict("records")
    said = [
        f"{words} {figures.span_mn(row[f'{column}_p5'], row[f'{column}_p95'])}"
        for column, words in _RANGES
        if f"{column}_p5" in row
    ]
    return f" ({'; '.join(said)})" if said else " (no range drawn)"


def _graded(note: str) -> bool:
    return bool(getattr(note, "grade", ""))

"""What is said of ranges: two of them where the model's own alternatives were drawn as well."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cepasim.core.language import mark, now, paragraph, tr

BALANCE = "change_in_balance_usd_mn"
#: Columns of the range of figures and model choice carry this before the percentile.
CHOICE = "_choice"
#: How a share of draws is to be read.
SHARES = mark(
    "Shares of draws are not probabilities: most ranges and all weights are judgement (grade D)."
)


def has_choice(totals: pd.DataFrame) -> bool:
    """Whether the second range was drawn."""
    return f"share_deficit_falls{CHOICE}" in totals


def drawn_in_words(totals: pd.DataFrame, year: str, options: object) -> list[str]:
    """Return what the ranges of a year are and in how many draws the deficit falls.

    Parameters
    ----------
    totals : DataFrame
        ``Result.totals`` with ranges.
    year : str
    options : object
        How they were made, from the manifest.
    """
    told: Mapping[str, object] = options if isinstance(options, Mapping) else {}
    row = totals[totals["fiscal_year"] == year].iloc[0]
    draws = told.get("draws")
    falls = f"{100 * float(row['probability_deficit_falls']):.0f}"
    if isinstance(draws, int):
        first = tr(
            "90 % range: the middle nine tenths of {draws} draws of every figure within its range "
            "(docs/uncertainty.md). The deficit falls in {falls} % of them.",
            draws=f"{draws:,}",
            falls=falls,
        )
    else:
        first = tr(
            "90 % range: the middle nine tenths of draws of every figure within its range "
            "(docs/uncertainty.md). The deficit falls in {falls} % of them.",
            falls=falls,
        )
    if not has_choice(totals):
        return [first]
    both = 100 * float(row[f"share_deficit_falls{CHOICE}"])
    second = tr(
        "Figures and model choice: engine, rules, elasticities, sourcing and reference are drawn "
        "as well; the deficit falls in {falls} % of these draws.",
        falls=f"{both:.0f}",
    )
    return [first, paragraph((second, tr(SHARES))), *choice_in_words(told, year)]


def choice_in_words(options: Mapping[str, object], year: str) -> list[str]:
    """Return which choice moves the balance most, and what was left out.

    Parameters
    ----------
    options : mapping
        As in `drawn_in_words`.
    year : str
    """
    lines = []
    moves = options.get("moves_most")
    if isinstance(moves, Mapping) and moves.get(year):
        lines.append(tr("Most depends on the choice of: {choice}.", choice=now(moves[year])))
    left = options.get("left_out")
    if isinstance(left, (list, tuple)):
        lines += [tr("{text}.", text=now(note)) for note in left]
    return lines

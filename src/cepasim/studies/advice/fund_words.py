"""What is said of a fund's best split: who gets what, what it does, and how sharp the answer is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cepasim.core.language import mark, paragraph, separated, tr
from cepasim.core.numbers import bn, mn
from cepasim.studies.advice.fund_split import Division, Objective
from cepasim.studies.advice.search import LARGE_GAP
from cepasim.studies.advice.split_budget import Bounds

_BEST: Mapping[Objective, str] = {
    "balance": mark("The split that does most for India's balance with Japan: {split}."),
    "exports": mark("The split that does most for India's exports to Japan: {split}."),
}
#: Share of the marginal dollar's size within which a sentence calls money elsewhere almost as good:
#: it chooses words and moves no result.
_NEARLY = 0.05
_IN_THE_YEAR = mark(
    "With this split it changes by {amount} in the target year, with an equal split by {equal}."
)
_IN_YEARS = mark(
    "With this split it changes by {amount} over the years that count, with an equal split by "
    "{equal}."
)
_LEAST_HARM = mark("No split improves it: this one does the least harm.")
_LEAST_HARM_WITHIN = mark(
    "No split within the floors and caps improves it: this one does the least harm."
)


def allocation_in_words(
    division: Division,
    bounds: Bounds,
    table: pd.DataFrame,
    numbers: tuple[float, float, float, float],
    *,
    with_effect: bool = True,
) -> str:
    """Say who gets what, what that does, and what an equal split would.

    Parameters
    ----------
    division : Division
    bounds : Bounds
        Floors and caps.
    table : DataFrame
        As `FundAllocation.table`.
    numbers : tuple of float
        Outcome, that of the equal split and that which was expected, US$ million; and how far the
        outcome is from the last, as a fraction.
    with_effect : bool, optional
        Whether outcome and that of the equal split are said.
    """
    outcome, equal, expected, gap = numbers
    paid = table[table["share"] > 0].sort_values("share", ascending=False, kind="stable")
    split = separated(
        tr("{industry} {amount}", industry=tr(str(label)), amount=bn(1000 * float(usd_bn)))
        for label, usd_bn in zip(paid["label"], paid["usd_bn"], strict=True)
    )
    several = np.count_nonzero(division.weights) > 1
    sentences = [tr(_BEST[division.objective], split=split)]
    if with_effect:
        sentences.append(
            tr(
                _IN_YEARS if several else _IN_THE_YEAR,
                amount=mn(outcome, signed=True),
                equal=mn(equal, signed=True),
            )
        )
    if not bounds.met(division.equal):
        sentences.append(tr("The equal split does not keep to the floors and caps."))
    sentences.append(tr("The optimiser expected {amount}.", amount=mn(expected, signed=True)))
    large = division.economy.parameters.value(LARGE_GAP)
    if gap > large:
        sentences.append(
            tr(
                "That is still more than {share} % after correction: use the model's value, not"
                " the optimiser's.",
                share=f"{100 * large:g}",
            )
        )
    if outcome < 0:
        harm = _LEAST_HARM_WITHIN if len(bounds.least) else _LEAST_HARM
        sentences.append(tr(harm))
    if nearly := _nearly_as_good(division, table):
        sentences.append(
            tr(
                "Money moved to {industries} would do almost as well (within {percent} % by "
                "dollar).",
                industries=separated(map(tr, nearly)),
                percent=f"{100 * _NEARLY:g}",
            )
        )
    sentences += [
        tr(
            "Exports, inputs and the share sold to Japan are assumed (grade D), by window at best; "
            "industries of a window differ only in how far their prices must fall to sell more."
        ),
        tr("Central values: draws of all parameters say how often it beats the equal split."),
    ]
    return paragraph(sentences)


def _nearly_as_good(division: Division, table: pd.DataFrame) -> list[str]:
    """Name industries without money whose marginal dollar is almost that of those with."""
    best = table.loc[table["share"] > 0, "marginal_usd_per_usd"].max()
    spread = max(abs(best), abs(float(table["marginal_usd_per_usd"].median())))
    near = table[(table["share"] == 0) & (table["marginal_usd_per_usd"] > best - _NEARLY * spread)]
    return [str(label) for label in near["label"]]

"""Notes on a third market's tariff: what it frees, and where that can go."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import tr
from cepasim.core.numbers import mn
from cepasim.economy.economy import Economy
from cepasim.levers.measure import Measure
from cepasim.levers.said import said_on
from cepasim.levers.words import (
    NAMED,
    chapters_in_words,
    country_in_words,
    grade_in_words,
    listed,
    number_in_words,
)

#: Elasticity of India's exports to a third market to that market's duty-paid price.
RESPONSE = "third_market_tariff_response"


def redirection_notes(
    economy: Economy,
    measure: Measure,
    third: str,
    tariff_percent: float | None,
    own_share: bool,
    parts: tuple[float, float],
    sold_there: Floats,
) -> Iterable[str]:
    """Say what a third market's tariff frees, where it can go, and what is out of proportion.

    Parameters
    ----------
    economy : Economy
    measure : Measure
        In Japan.
    third : str
        Code of the market that closes.
    tariff_percent : float or None
        None where all that India sells there is driven out.
    own_share : bool
        Whether the scenario says how much is offered to Japan.
    parts : tuple of float
        Share that is driven out, and the share of that which is offered to Japan.
    sold_there : ndarray, shape (H,)
        India's exports to the market, US$ million f.o.b.
    """
    market, classification = measure.market, economy.classification
    driven_out, share = parts
    freed = driven_out * sold_there
    inside = measure.chapters
    offered = share * freed * inside
    sold = market.fob[:, market.partner_column]
    if tariff_percent is not None:
        row = economy.parameters.describe(RESPONSE, economy.chapters[0])
        yield tr(
            "A duty of {percent} % drives out {share} % of India's exports to that market in the "
            "long run ({parameter}, {value}, {low} to {high}, {grade})",
            percent=number_in_words(tariff_percent),
            share=f"{100 * driven_out:.0f}",
            parameter=RESPONSE,
            value=number_in_words(row["value"]),
            low=number_in_words(row["low"]),
            high=number_in_words(row["high"]),
            grade=grade_in_words(row["grade"]),
        )
    part = tr("{percent} %", percent=f"{100 * share:.0f}")
    if not own_share:
        rows = economy.parameters.rows
        grades = rows.loc[rows["parameter"] == "us_redirection_share", "grade"]
        part = tr(
            "{share} (us_redirection_share, {grade})",
            share=part,
            grade=grade_in_words(*grades),
        )
    table = economy.parameters.table("history/by_partner")
    yield tr(
        "Tariff of {market} on India: {share} of the exports it frees, {offered} of {freed} "
        "(customs table of {table_year} carried to {base_year}), are offered to Japan at unchanged "
        "prices; what India loses in the market that closes is not counted, nor is its loss of "
        "welfare there",
        market=country_in_words(third, classification),
        share=part,
        offered=mn(offered[sold > 0].sum()),
        freed=mn((freed * inside).sum()),
        table_year=year_in_words(str(table["fiscal_year"].max())),
        base_year=year_in_words(economy.base_year),
    )
    idle = [economy.chapters[h] for h in np.flatnonzero((offered > 0) & (sold == 0))]
    if idle:
        text = tr(
            "India sells Japan nothing today in {chapters}: what is freed there moves nothing",
            chapters=chapters_in_words(idle, classification),
        )
        yield said_on(idle, text)
    ratio = np.divide(offered, sold, out=np.zeros_like(sold), where=sold > 0)
    many = economy.parameters.value("redirection_many_times")
    far = [h for h in np.argsort(-ratio, kind="stable") if ratio[h] > many]
    if far:
        named = (
            tr(
                "{chapter} ({number} times)",
                chapter=chapters_in_words([economy.chapters[h]], classification),
                number=f"{ratio[h]:,.0f}",
            )
            for h in far
        )
        text = tr(
            "Warning: the freed exports are more than {number} times what India sells Japan in "
            "{chapters}: far outside the range in which supply elasticities were measured",
            number=number_in_words(many),
            chapters=listed(named, NAMED),
        )
        yield said_on((economy.chapters[h] for h in far), text)

"""What there is to cut: the duty collected today where a lever changes duties."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cepasim.core.countries import PARTNER
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import mn, two_digits
from cepasim.levers.said import About
from cepasim.products.levels import chapter_of
from cepasim.solution.state import Run
from cepasim.tables.caveats import Note

#: By the side that collects.
_STAKE = {
    "JPN": mark(
        "Duty at stake: in {year} Japan collected {duty} on {sold} of India's goods in the "
        "chapters concerned, {percent} % of their value"
    ),
    "IND": mark(
        "Duty at stake: in {year} India collected {duty} on {sold} of Japan's goods in the "
        "chapters concerned, {percent} % of their value"
    ),
}


def stake_notes(run: Run) -> Iterator[Note]:
    """Say how much duty there is where tariffs between the pair change, by side.

    It explains why a cut is worth little where today's duties let trade through; those that let
    almost nothing through have a note of their own.
    """
    economy = run.economy
    for importer, text in _STAKE.items():
        schedule = economy.markets[importer].schedule
        lines = np.zeros(len(schedule.lines), dtype=np.bool_)
        for one in run.measures.get(importer, ()):
            lever = one.asked
            if lever.kind == "tariff" and getattr(lever, "source", "") == PARTNER[importer]:
                lines |= one.lines
        if not lines.any():
            continue
        chapters = np.unique(schedule.chapter[schedule.product_of_line[lines]])
        duty = float(run.reference.duty_on_partner(importer)[0, chapters].sum())
        flow = run.reference.exports if importer == "JPN" else run.reference.imports
        sold = float(flow[0, chapters].sum())
        if sold <= 0:
            continue
        said = tr(
            text,
            year=year_in_words(run.labels[0]),
            duty=mn(duty),
            sold=mn(sold),
            percent=two_digits(100 * duty / sold),
        )
        codes = tuple(economy.chapters[h] for h in chapters)
        about = About(("tariff",), importer, tuple(map(chapter_of, codes)))
        yield Note(said, about, stake=True)

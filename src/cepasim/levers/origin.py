"""The origin lever: simpler rules of origin make a preference cheaper to claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.countries import ADJECTIVE, COUNTRY
from cepasim.economy.economy import Economy
from cepasim.levers.fields import Percent, Years
from cepasim.levers.lever import AgreementLever, Example, Quantity
from cepasim.levers.measure import Acting, Measure
from cepasim.levers.words import chapters_in_words, number_in_words, selection_in_words
from cepasim.products.classification import Classification


class OriginLever(AgreementLever):
    """Make it cheaper to prove origin under the agreement."""

    kind: ClassVar[str] = "origin"
    title: ClassVar[str] = "Origin rules"

    cost_cut_percent: Percent
    years: Years = 1

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Use of the preference decides what shippers pay on average."""
        return (Quantity.WEDGE,)

    @property
    def is_idle(self) -> bool:
        """A cut of 0 percent."""
        return self.cost_cut_percent == 0

    def sentence(self, classification: Classification) -> str:
        """Whose proof of what becomes cheaper."""
        what = selection_in_words(self.select, classification)
        return (
            f"proving origin for {ADJECTIVE[self.partner]} goods in {COUNTRY[self.importer]} "
            f"({what}) costs {number_in_words(self.cost_cut_percent)} % less"
        )

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """How use of the preference is known, and where there is no margin to claim."""
        market = measures[0].market
        schedule = market.schedule
        yield _use_of_preferences(economy, market.importer)
        source = market.partner
        rates = schedule.product_rates(schedule.line_rates(source, measures[0].years), source)
        margin = np.nan_to_num(schedule.product_mfn(source)) - np.nan_to_num(rates)
        chosen = np.zeros(len(schedule.products), dtype=np.bool_)
        claimed = np.zeros(len(schedule.products), dtype=np.bool_)
        for measure in measures:
            chosen |= measure.products
            claimed |= measure.products & ((measure.share > 0) & (margin > 0)).any(axis=0)
        none = sorted(
            {economy.chapters[h] for h in schedule.chapter[chosen]}
            - {economy.chapters[h] for h in schedule.chapter[claimed]}
        )
        if none:
            yield (
                f"No preference margin in {chapters_in_words(none, economy.classification)}: "
                "simpler origin rules save nothing there"
            )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One on each side."""
        return (
            Example(
                "in Japan",
                {
                    "importer": "JPN",
                    "select": {"section": "XI"},
                    "cost_cut_percent": 60,
                    "start": "2026-27",
                },
                "+++-0",
                "more of India's clothing claims the preference",
            ),
            Example(
                "in India",
                {
                    "importer": "IND",
                    "select": {"all": True},
                    "cost_cut_percent": 60,
                    "start": "2026-27",
                    "years": 3,
                },
                "0+-0-",
                "more of Japan's goods claim theirs: most of the margin is on India's side",
            ),
        )


def origin_cost(today: Floats, acting: Iterable[Acting]) -> Floats:
    """Median cost of proving origin of the partner's products, ``phi``, in each year.

    Parameters
    ----------
    today : ndarray, shape (K,)
        Fractions of the c.i.f. value.
    acting : iterable of Acting
        Origin levers on this importer; their products do not overlap.

    Returns
    -------
    ndarray, shape (Y, K)
        Fractions of the c.i.f. value.
    """
    left: Floats | float = 1.0
    for lever, chosen, share, *_ in acting:
        if isinstance(lever, OriginLever):
            left = left - share * (lever.cost_cut_percent / 100) * chosen
    return np.asarray(today * np.maximum(left, 0.0))


def _use_of_preferences(economy: Economy, importer: str) -> str:
    """Say how much of the trade claims its preference, and where that is known from."""
    market = economy.markets[importer]
    described = [
        economy.parameters.describe("utilisation_observed", hs, importer, market.partner)
        for hs in economy.chapters
    ]
    rows = {str(row["name"]): row for row in described}.values()
    [widest] = [row for row in rows if not row["hs"]]
    said = (
        f"{100 * widest['value']:.0f} % ({100 * widest['low']:.0f} to {100 * widest['high']:.0f})"
    )
    own = [100 * row["value"] for row in rows if row["hs"]]
    if own:
        said += f", or by chapter from {min(own):.0f} to {max(own):.0f} %"
    whose = COUNTRY[market.partner]
    grades = "/".join(sorted({str(row["grade"]) for row in rows}))
    return (
        f"Of what {whose} sells under the CEPA with a margin, {said} claims its preference (grade "
        f"{grades}; {widest['source']}). The cost of claiming is calibrated to it: simpler rules "
        "gain the share that does not claim and save paperwork; goods that are not shipped today "
        "because they do not originate are not counted"
    )

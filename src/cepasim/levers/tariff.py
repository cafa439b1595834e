"""The tariff lever: rates of selected lines by a formula, in equal annual steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.economy.economy import Economy
from cepasim.levers.fields import Cut, Years
from cepasim.levers.lever import Example, sources_of
from cepasim.levers.measure import Measure
from cepasim.levers.rates import RateLever
from cepasim.levers.tariff_notes import tariff_notes
from cepasim.levers.words import goods_in_words, number_in_words
from cepasim.products.classification import Classification


class TariffLever(RateLever):
    """Change the preferential rate on selected lines by a formula, in equal annual cuts."""

    kind: ClassVar[str] = "tariff"
    title: ClassVar[str] = "Tariffs"

    cut: Cut
    years: Years = 1

    def final_rates(self, before: Floats, mfn: Floats) -> Floats:
        """Rates after the cut, never above the MFN rate."""
        return np.fmin(after_cut(before, self.cut), mfn)

    @property
    def is_idle(self) -> bool:
        """A cut of 0 percent."""
        return self.cut.formula == "percent" and self.cut.percent == 0

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Any source of the importer's market."""
        return {"source": sources_of(settings, classification)}

    def sentence(self, classification: Classification) -> str:
        """Who does what to which duties."""
        amount = number_in_words(self.cut.percent)
        done = {
            "eliminate": "eliminates its duties",
            "percent": f"cuts its duties by {amount} %",
            "cap": f"caps its duties at {amount} %",
            "rate": f"sets its duties to {amount} %",
            "swiss": f"cuts its duties by a Swiss formula with coefficient {amount}",
        }[self.cut.formula]
        goods = goods_in_words(self.source, self.select, classification)
        return f"{COUNTRY[self.importer]} {done} on {goods}"

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """Where nothing changes, duties not known in full, and trade that was barred."""
        return tariff_notes(economy, measures)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One for each formula, each kind of line and a rival."""
        fish = {"importer": "JPN", "select": {"hs": ["03"]}, "start": "2026-27"}
        cars = {"importer": "IND", "select": {"hs": ["87"]}, "start": "2026-27"}
        return (
            Example(
                "eliminate",
                fish | {"cut": "eliminate"},
                "+++-0",
                "Indian fish lands cheaper; the imports are the Japanese inputs in the extra "
                "exports, a fraction of a cent per dollar",
            ),
            Example(
                "already zero",
                fish | {"select": {"hs": ["61", "62"]}, "cut": "eliminate"},
                "00000",
                "Japan's CEPA tariff on clothing is zero already",
            ),
            Example(
                "percent",
                cars | {"cut": {"percent": 50}},
                "0+-0?",
                "Japanese vehicles land cheaper in India; duty falls per unit and rises with trade",
            ),
            Example(
                "cap",
                cars | {"cut": {"cap": 20}},
                "0+-0?",
                "no vehicle pays more than 20 percent",
            ),
            Example(
                "rate",
                cars | {"cut": {"rate": 5}},
                "0+-0?",
                "one rate for every vehicle, far below most of today's",
            ),
            Example(
                "swiss",
                cars | {"cut": {"swiss": 16}},
                "0+-0?",
                "the highest rates fall by most",
            ),
            Example(
                "category",
                cars | {"select": {"hs": ["87"], "category": "X"}, "cut": "eliminate", "years": 5},
                "0+-0?",
                "the lines India excluded from the CEPA, and no others",
            ),
            Example(
                "line",
                fish | {"select": {"hs": ["160414092"]}, "cut": "eliminate"},
                "+++-0",
                "one nine-digit line, the cheapest of its product that is open to India",
            ),
            Example(
                "rival",
                fish | {"source": "CHN", "select": {"section": "XI"}, "cut": "eliminate"},
                "----0",
                "a rival's cut erodes India's preference, and with its exports their inputs and "
                "the duty on them",
            ),
        )


# -- what it does to arrays ------------------------------------------------------------------


def after_cut(rates: Floats, cut: Cut) -> Floats:
    """Final rates of lines under a tariff formula.

    Parameters
    ----------
    rates : ndarray
        Rates before, fractions; NaN (no ad-valorem rate known) stays NaN.
    cut : Cut
        Eliminate; linear cut ``(1 - c) r``; cap ``min(r, c)``; new rate; Swiss ``a r / (a + r)``.

    Returns
    -------
    ndarray
        Same shape, fractions.
    """
    if cut.formula == "eliminate":
        return rates * 0.0
    size = cut.percent / 100
    if cut.formula == "percent":
        return rates * (1 - size)
    if cut.formula == "cap":
        return np.fmin(rates, size) + 0.0 * rates
    if cut.formula == "rate":
        return size + 0.0 * rates
    return size * rates / (size + rates) if size > 0 else rates * 0.0

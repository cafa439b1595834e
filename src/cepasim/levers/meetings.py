"""What a reader must know where levers of different kinds, or on different sources, meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cepasim.core.language import tr
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.quota import QuotaLever
from cepasim.levers.rates import RateLever
from cepasim.levers.remedy import RemedyLever
from cepasim.levers.said import Said
from cepasim.levers.tariff import TariffLever
from cepasim.levers.words import country_in_words, number_in_words
from cepasim.products.classification import Classification


def notes_on_meetings(found: Sequence[Measure], classification: Classification) -> Iterator[str]:
    """Say what one lever does not know of another on the same market.

    Parameters
    ----------
    found : sequence of Measure
        Of one importer.
    classification : Classification
    """
    yield from _remedies_under_quotas(found, classification)
    yield from _rivals_that_move(found, classification)


def _remedies_under_quotas(
    found: Sequence[Measure], classification: Classification
) -> Iterator[str]:
    for quota, under in of_kind(found, QuotaLever):
        for remedy, added in of_kind(found, RemedyLever):
            shared = under.products & added.products
            if not remedy.concerns(quota.source) or not shared.any():
                continue
            about = added.about_part(shared).joined(under.about_part(shared))
            name = country_in_words(quota.source, classification)
            over = number_in_words(_last(quota.over_rate_percent))
            if quota.in_rate_percent is None:
                text = tr(
                    "The remedy on {source} is paid within the quota; beyond it the rate is the "
                    "quota's own ({over} %), and the remedy does not come on top",
                    source=name,
                    over=over,
                )
            else:
                text = tr(
                    "The remedy on {source} is not charged on what is under the quota: within it "
                    "the rate is {within} % at most, and beyond it the rate is the quota's own "
                    "({over} %). Give the quota the rates with the remedy in them where it is to "
                    "be paid",
                    source=name,
                    within=number_in_words(_last(quota.in_rate_percent)),
                    over=over,
                )
            yield Said(text, about)


def _rivals_that_move(found: Sequence[Measure], classification: Classification) -> Iterator[str]:
    for tariff, matching in of_kind(found, TariffLever):
        for rival in tariff.looks_at:
            moved = any(
                isinstance(one.lever, RateLever | RemedyLever)
                and one.lever.concerns(rival)
                and one.lever is not tariff
                and np.any(one.products & matching.products)
                for one in found
            )
            if moved:
                text = tr(
                    "What {rival} pays is matched as the schedule has it: what other levers of "
                    "this scenario change in it is not followed",
                    rival=country_in_words(rival, classification),
                )
                yield Said(text, matching.about)


def _last(values: float | tuple[float, ...]) -> float:
    return values[-1] if isinstance(values, tuple) else values

"""Every lever there is: the one list that all other rooms walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from cepasim.core.countries import COUNTRY
from cepasim.core.language import tr
from cepasim.levers.entry import EntryLever
from cepasim.levers.exchange_rate import ExchangeRateLever
from cepasim.levers.external import ExternalLever
from cepasim.levers.fund import FundLever
from cepasim.levers.lever import Example, Lever
from cepasim.levers.ntb import NtbLever
from cepasim.levers.offtake import OfftakeLever
from cepasim.levers.origin import OriginLever
from cepasim.levers.quota import QuotaLever
from cepasim.levers.remedy import RemedyLever
from cepasim.levers.sourcing import SourcingLever
from cepasim.levers.tariff import TariffLever
from cepasim.levers.withdraw import WithdrawLever
from cepasim.levers.words import in_a_sentence
from cepasim.products.classification import Classification

#: Kind, as a scenario file writes it, and its class, in the order of the docs.
LEVERS: Mapping[str, type[Lever]] = {
    lever.kind: lever
    for lever in (
        TariffLever,
        WithdrawLever,
        RemedyLever,
        OriginLever,
        NtbLever,
        QuotaLever,
        FundLever,
        SourcingLever,
        OfftakeLever,
        EntryLever,
        ExchangeRateLever,
        ExternalLever,
    )
}
LEVER_KINDS = tuple(LEVERS)
#: What each kind is called wherever people read it, in English; `lever_name` translates.
LEVER_NAMES: Mapping[str, str] = {kind: lever.title for kind, lever in LEVERS.items()}


def lever_name(kind: str, side: str = "") -> str:
    """What a kind of lever is called where people read it, with whose rules it changes.

    Parameters
    ----------
    kind : str
    side : str, optional
        Importer, as in ``contributions_by_side``.

    Examples
    --------
    >>> lever_name("origin", "JPN"), lever_name("fund")
    ("Japan's origin rules", 'Fund')
    """
    title = tr(LEVER_NAMES.get(kind, kind))
    if side not in COUNTRY:
        return title
    return tr("{country}'s {lever}", country=tr(COUNTRY[side]), lever=in_a_sentence(title))


def every_form() -> tuple[tuple[str, Example], ...]:
    """Return every form of every lever: its kind, and an example of it."""
    return tuple((kind, example) for kind, lever in LEVERS.items() for example in lever.examples())


def lever_of(written: Mapping[str, Mapping[str, Any]]) -> Lever | None:
    """Return the lever that settings as in a scenario file mean; None where they mean none."""
    [(kind, settings)] = written.items()
    if kind not in LEVERS:
        return None
    try:
        return LEVERS[kind].model_validate(
            dict(LEVERS[kind].filled_in(settings, None, lambda *_: None))
        )
    except ValidationError:
        return None


def in_words(written: Mapping[str, Mapping[str, Any]], classification: Classification) -> str:
    """Say what a lever does in one sentence.

    Parameters
    ----------
    written : mapping
        A lever as a scenario file has it. One that is wrong is shown as it is written.
    classification : Classification
        Names of products and countries.
    """
    lever = lever_of(written)
    if lever is None:
        [(kind, settings)] = written.items()
        return f"{kind}: {dict(settings)}"
    return lever.in_words(classification)

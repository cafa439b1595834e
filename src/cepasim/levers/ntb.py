"""The barrier lever: relief of non-tariff barriers.

``nu' = nu (1 - r actionable)`` for each type (sps, tbt, border, process), each with its own share
that can go: paper and days can, a residue limit mostly not. The types add up. Days saved at the
border are taken off the days themselves: a day is a day, so no actionable share.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import ADJECTIVE, COUNTRY, PARTNER
from cepasim.core.language import mark, ntr, paragraph, tr
from cepasim.core.problems import closest
from cepasim.economy.economy import Economy
from cepasim.economy.market import BARRIER_TYPES
from cepasim.levers.barrier_presets import barrier_presets
from cepasim.levers.bilateral import AgreementLever
from cepasim.levers.fields import (
    DAYS_TEXT,
    PERCENT_TEXT,
    Days,
    Flag,
    Percent,
    Years,
    fault,
)
from cepasim.levers.lever import Complain, Example, Quantity
from cepasim.levers.measure import Acting, Measure
from cepasim.levers.words import (
    BARRIERS,
    barriers_in_words,
    chapters_in_words,
    grade_in_words,
    number_in_words,
    selection_in_words,
)
from cepasim.products.classification import Classification
from cepasim.products.selection import Complaint

if TYPE_CHECKING:
    from cepasim.params.parameters import Parameters


TYPES_TEXT = mark("all, or a list of sps, tbt, border, process")


def _barrier_types(given: object) -> object:
    """Read ``all``, one type or a list; the order in which they are written does not matter."""
    if given == "all":
        return BARRIER_TYPES
    types = [given] if isinstance(given, str) else given
    if not isinstance(types, list | tuple) or not types:
        raise fault(tr(TYPES_TEXT))
    for entry in types:
        if entry not in BARRIER_TYPES:
            said = tr("{types}, not {given}", types=tr(TYPES_TEXT), given=repr(entry))
            raise fault(said + closest(entry, BARRIER_TYPES))
    if len(set(types)) < len(types):
        raise fault(tr("{types}, each once", types=tr(TYPES_TEXT)))
    return tuple(kind for kind in BARRIER_TYPES if kind in types)


class NtbLever(AgreementLever):
    """Relieve barriers of some types; ``also_others`` lets third sources benefit as well.

    ``preset`` names a row of ``ntb/presets``, which a file may write instead of the settings: the
    reader fills in what is left out, so that a lever always says what it does. ``days_saved`` is
    another measure of relief at the border.
    """

    kind: ClassVar[str] = "ntb"
    title: ClassVar[str] = mark("Barriers")
    reads: ClassVar[tuple[str, ...]] = (
        "actionable_share_",
        "relief_cost_",
    )
    sizes: ClassVar[tuple[str, ...]] = ("relief_percent", "days_saved")

    preset: str | None = Field(default=None, strict=True, description=mark("the name of a preset"))
    types: Annotated[tuple[str, ...], BeforeValidator(_barrier_types)] = Field(
        alias="type", description=TYPES_TEXT
    )
    relief_percent: Percent | None = Field(default=None, description=PERCENT_TEXT)
    days_saved: Days | None = Field(default=None, description=DAYS_TEXT)
    years: Years = 1
    also_others: Flag = False

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.relief_percent is None) == (self.days_saved is None):
            raise fault(tr("either relief_percent or, for type border, days_saved"))
        if self.days_saved is not None and self.types != ("border",):
            raise fault(tr("days_saved: for type border alone; relief_percent for the others"))
        return self

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """Barriers of a type at an importer's border, whoever is relieved of them."""
        return tuple((self.importer, kind) for kind in self.types)

    def only_on(self, targets: Sequence[Hashable]) -> NtbLever:
        """The same relief of some of its types."""
        types = tuple(kind for kind in self.types if (self.importer, kind) in targets)
        return self.model_copy(update={"types": types})

    def concerns(self, source: str) -> bool:
        """The partner, and every other source where they benefit as well."""
        return self.also_others or source == self.source

    @property
    def rests_on(self) -> tuple[str, str]:
        """The size of barriers, which nobody has measured."""
        return "nu_", tr("the size of barriers, which nobody has measured")

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Barriers are part of the landed wedge."""
        return (Quantity.WEDGE,)

    @property
    def is_idle(self) -> bool:
        """Relief of 0, in percent or in days."""
        return not self.relief_percent and not self.days_saved

    @classmethod
    def filled_in(
        cls, settings: Mapping[str, Any], parameters: Parameters | None, complain: Complain
    ) -> Mapping[str, Any]:
        """Add what a preset says and the lever does not; its own keys win."""
        if "preset" not in settings:
            return settings
        presets = barrier_presets(parameters)
        name = settings["preset"]
        if not isinstance(name, str) or name not in presets:
            meant, named = closest(name, presets), ", ".join(presets)
            text = tr("unknown preset{meant}; allowed: {allowed}", meant=meant, allowed=named)
            complain(("preset",), name, text)
            # Anything will do from here: the rest of the lever is checked, but not used.
            name = next(iter(presets))
            settings = {**settings, "preset": name}
        preset = presets[name]
        filled = dict(settings)
        if preset.importer and not {"importer", "source"} & set(settings):
            filled["importer"] = preset.importer
        own = settings.get("importer", PARTNER.get(str(settings.get("source"))))
        if preset.importer and own in PARTNER and own != preset.importer:
            text = tr(
                "{importer}; {preset} acts on that side only", importer=preset.importer, preset=name
            )
            complain(("importer",), own, text)
        filled.setdefault("type", list(preset.types))
        filled.setdefault("select", preset.select)
        filled.setdefault("also_others", preset.also_others)
        if "days_saved" not in settings:
            filled.setdefault("relief_percent", preset.relief_percent)
        return filled

    def sentence(self, classification: Classification) -> str:
        """Which barriers give way, by how much, and for whom."""
        importer = tr(COUNTRY[self.importer])
        what = selection_in_words(self.select, classification)
        if self.days_saved is not None:
            said = ntr(
                "goods from {partner} ({products}) wait {n} day less at the border of {importer}",
                "goods from {partner} ({products}) wait {n} days less at the border of {importer}",
                self.days_saved,
                n=number_in_words(self.days_saved),
                partner=tr(COUNTRY[self.partner]),
                products=what,
                importer=importer,
            )
        else:
            every = len(self.types) == len(BARRIERS)
            said = tr(
                "{importer} relieves {percent} % of the actionable part of {barriers} to {partner} "
                "goods ({products})",
                importer=importer,
                percent=number_in_words(self.relief_percent),
                barriers=tr("all its barriers") if every else barriers_in_words(self.types),
                partner=tr(ADJECTIVE[self.partner]),
                products=what,
            )
        if self.also_others:
            return tr("{relief}, for other countries as well", relief=said)
        return said

    def unavailable(self, economy: Economy) -> Iterable[Complaint]:
        """More days saved than goods wait."""
        if self.days_saved is None:
            return
        days = economy.parameters.by_chapter("border_days", economy.chapters, self.importer)
        if self.days_saved > days.min():
            text = tr(
                "at most {days} days, which is how long goods wait there ({importer})",
                days=f"{days.min():g}",
                importer=self.importer,
            )
            yield Complaint(("days_saved",), self.days_saved, text)

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """What a preset says, and that rivals benefit where they do."""
        for measure in measures:
            lever = measure.lever
            assert isinstance(lever, NtbLever)
            if lever.relief_percent is not None and 0 < lever.relief_percent < 1:
                yield tr(
                    "A relief of {percent} percent is less than one hundredth of the actionable "
                    "part; if a share was meant, write {meant}",
                    percent=number_in_words(lever.relief_percent),
                    meant=number_in_words(100 * lever.relief_percent),
                )
            if lever.preset is not None:
                yield lever._preset_note(economy, measure)
            if lever.also_others:
                yield tr(
                    "Relief of {barriers} in {importer} also helps third sources (also_others): "
                    "{partner}'s rivals meet the lower barrier too",
                    barriers=barriers_in_words(lever.types),
                    importer=tr(COUNTRY[lever.importer]),
                    partner=tr(COUNTRY[lever.partner]),
                )

    @classmethod
    def notes_on_kind(cls) -> Iterable[str]:
        """No measurement of barriers by sector."""
        yield tr(
            "No study measures barriers by sector for this pair: their ad-valorem equivalents are "
            "assumptions (grade D) scaled to published magnitudes"
        )

    def _preset_note(self, economy: Economy, measure: Measure) -> str:
        known = barrier_presets(economy.parameters).get(str(self.preset))
        chapters = [hs for hs, hit in zip(economy.chapters, measure.chapters, strict=True) if hit]
        where = (
            tr("every chapter")
            if len(chapters) == len(economy.chapters)
            else chapters_in_words(chapters, economy.classification)
        )
        which = {
            "preset": self.preset,
            "barriers": barriers_in_words(self.types),
            "where": where,
            "importer": tr(COUNTRY[self.importer]),
        }
        said = [
            tr(
                "Preset {preset}: relieves {barriers} in {where} at {importer}'s border, {percent} "
                "% of the actionable part.",
                percent=number_in_words(self.relief_percent),
                **which,
            )
            if self.days_saved is None
            else tr(
                "Preset {preset}: relieves {barriers} in {where} at {importer}'s border, days "
                "saved: {days}.",
                days=number_in_words(self.days_saved),
                **which,
            )
        ]
        if known is not None:
            said.append(
                tr(
                    "The preset has {percent} % ({low} to {high}, {grade}).",
                    percent=number_in_words(known.relief_percent),
                    low=number_in_words(known.low),
                    high=number_in_words(known.high),
                    grade=grade_in_words(known.grade),
                )
            )
            said.append(tr(known.note))
        return paragraph(said)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Relief in percent, in days, by preset, and for rivals as well."""
        fish = {
            "importer": "JPN",
            "type": ["sps", "tbt"],
            "select": {"hs": ["03", "16"]},
            "relief_percent": 40,
            "start": "2026-27",
        }
        return (
            Example("types", fish, "++++0", "barriers fall, trade and the duty on it rise"),
            Example(
                "all types",
                fish | {"importer": "IND", "type": "all", "select": {"hs": ["84"]}, "years": 3},
                "0+-0+",
                "the same on India's border",
            ),
            Example(
                "for rivals too",
                fish | {"also_others": True},
                "+++?0",
                "rivals meet the lower barrier as well, so that India gains less",
            ),
            Example(
                "days",
                {
                    "importer": "JPN",
                    "type": "border",
                    "select": {"all": True},
                    "days_saved": 1,
                    "start": "2026-27",
                },
                "++++0",
                "a day less at the border",
            ),
            Example(
                "preset",
                {"importer": "JPN", "preset": "harmonised_standards", "start": "2026-27"},
                "+++?0",
                "one standard for all sellers: India gains less than if it alone were recognised",
            ),
        )


# -- what it does to arrays ------------------------------------------------------------------


def actionable_shares(parameters: Parameters) -> dict[str, float]:
    """Share of the barriers of each type that policy can remove."""
    return {kind: parameters.value(f"actionable_share_{kind}") for kind in BARRIER_TYPES}


def barriers_after(
    barriers: Mapping[str, Floats],
    chapter: Ints,
    acting: Iterable[Acting],
    actionable: Mapping[str, float],
    border_days: Floats,
) -> Floats:
    """AVE of all barriers on each product in each year.

    Parameters
    ----------
    barriers : mapping of type to ndarray, shape (H,)
        Fractions of the duty-paid value, before.
    chapter : ndarray of int, shape (K,)
        Chapter of each product.
    acting : iterable of Acting
        Barrier levers on this importer that reach the source in question.
    actionable : mapping of type to float
        Share of a barrier that policy can remove without giving up its purpose.
    border_days : ndarray, shape (H,)
        Days at the importer's border.

    Returns
    -------
    ndarray, shape (Y, K)
        Fractions of the duty-paid value.
    """
    removed: dict[str, Floats | float] = dict.fromkeys(BARRIER_TYPES, 0.0)
    saved: Floats | float = 0.0
    for lever, chosen, share, *_ in acting:
        if not isinstance(lever, NtbLever):
            continue
        if lever.days_saved is not None:
            days = border_days[chapter]
            gone = np.divide(lever.days_saved, days, out=np.ones_like(days), where=days > 0)
            saved = saved + share * (chosen * np.minimum(gone, 1.0))
            continue
        for kind in lever.types:
            removed[kind] = removed[kind] + share * ((lever.relief_percent or 0.0) / 100) * chosen
    total: Floats | float = 0.0
    for kind in BARRIER_TYPES:
        left = 1 - actionable[kind] * np.minimum(removed[kind], 1.0)
        if kind == "border":
            left = left - saved
        total = total + barriers[kind][chapter] * left
    return np.asarray(total)

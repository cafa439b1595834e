"""How far a lever goes: the one number a negotiator would turn, and between which limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

import annotated_types
import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.language import mark
from cepasim.economy.economy import Economy
from cepasim.levers.cuts import Cut
from cepasim.levers.lever import Lever
from cepasim.levers.rates import RateLever

#: Limits of a setting that a file may give by year, whose own limits are in its reader.
_BY_YEAR = (0.0, 1e6)
#: A tariff formula's number: limits, and where it changes nothing.
_FORMULAS = {
    "percent": (0.0, 100.0, 0.0),
    "cap": (0.0, 1000.0, 1000.0),
    "rate": (0.0, 1000.0, 1000.0),
    "swiss": (1e-3, 1000.0, 1000.0),
    "swiss_average": (1e-3, 1000.0, 1000.0),
}
#: Limits above this are formal: what happens, happens in a small part of the range.
_WIDE = 1000.0
#: Points of a grid, on either side of where a lever changes nothing.
_POINTS = 12


@dataclass(frozen=True, slots=True)
class Depth:
    """How far a lever goes, and how far it may.

    Attributes
    ----------
    setting : str
        Field of the lever.
    value : float
    least, most : float
        What a scenario file may say.
    neutral : float
        Where the lever changes nothing, or least.
    why : str
        Why it goes no further, where less is meant than a file may say; in English, translated
        where it is shown.
    """

    setting: str
    value: float
    least: float
    most: float
    neutral: float
    why: str = ""

    def grid(self) -> Floats:
        """Values between the limits, both included, ascending; finer where the lever is small."""
        power = 3.0 if self.most >= _WIDE else 1.0
        steps = np.linspace(0.0, 1.0, _POINTS + 1) ** power
        if self.least < self.neutral < self.most:
            below = self.neutral + (self.least - self.neutral) * steps
            above = self.neutral + (self.most - self.neutral) * steps
            return np.unique(np.concatenate([below, above]))
        return np.asarray(self.least + (self.most - self.least) * steps)

    def __str__(self) -> str:
        """The setting and its value, as in a file."""
        return f"{self.setting} {self.value:,.4g}"


def depth_of(lever: Lever) -> Depth | None:
    """How far a lever goes; None where no single number says so, as in a schedule of phases."""
    for name in lever.sizes:
        value = getattr(lever, name)
        if isinstance(value, Cut):
            return _of_cut(value)
        if isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        if value is not None and not isinstance(value, tuple):
            least, most = _limits(type(lever).model_fields[name])
            neutral = min(max(0.0, least), most)
            return Depth(name, float(value), least, most, neutral)
    return None


def at_depth(lever: Lever, value: float) -> Lever:
    """Return a lever that goes as far as wanted, all else as it is."""
    depth = depth_of(lever)
    if depth is None:
        raise ValueError("no single number says how far the lever goes")
    new: object = float(value)
    if depth.setting.startswith("cut."):
        name, formula = "cut", depth.setting.removeprefix("cut.")
        new = Cut.model_validate({formula: float(value)})
    else:
        name = depth.setting
        new = (new,) if isinstance(getattr(lever, name), tuple) else new
    return lever.model_copy(update={name: new})


def evident_depth(economy: Economy, lever: Lever) -> Depth | None:
    """How far a lever goes, between the limits at which evidence ends.

    Shares end at the whole and duties at what everybody pays. Where only judgement says how far a
    lever may go (a fund of how many billions?), the limit is an assumption of
    ``uncertainty/depths`` with its reason.
    """
    depth = depth_of(lever)
    if depth is None:
        return None
    if depth.setting.startswith("cut."):
        assert isinstance(lever, RateLever)
        return _within_duties(economy, lever, depth)
    value, names = economy.parameters.value, economy.parameters.names
    if depth.setting == "days_saved":
        days = value(f"border_days_{lever.importers[0].lower()}")
        return _up_to(depth, days, mark("all the days that goods wait at the border"))
    name = f"depth_most_{lever.kind}_{depth.setting}"
    if name not in names:
        return depth
    return _up_to(depth, value(name), mark("an assumption: no evidence goes further"))


def _up_to(depth: Depth, most: float, why: str) -> Depth:
    if most >= depth.most:
        return depth
    return replace(depth, least=max(depth.least, -most), most=most, why=why)


def _within_duties(economy: Economy, lever: RateLever, depth: Depth) -> Depth:
    """End a formula at the duties of the lines it is about: beyond, it changes nothing."""
    schedule = economy.markets[lever.importer].schedule
    selection = economy.classification.select(lever.selected or {})
    chosen = selection.matches(schedule.lines)
    if selection.category is not None:
        chosen = chosen & (schedule.category == selection.category)
    dutiable = 100 * schedule.mfn[chosen & (np.nan_to_num(schedule.mfn) > 0)]
    formula = depth.setting.removeprefix("cut.")
    if not dutiable.size or formula not in ("cap", "rate", "swiss_average"):
        return depth
    if formula == "cap":
        most, why = float(dutiable.max()), mark("the highest duty that everybody pays there")
    elif formula == "rate":
        most, why = (
            float(dutiable.min()),
            mark("the lowest duty that everybody pays on a line there"),
        )
    else:
        rates = schedule.line_rates(lever.source, np.array([schedule.rates.base_year]))[0, chosen]
        # The average itself is refused: a formula that leaves it cuts nothing.
        most, why = 99.9 * float(np.nanmean(rates)), mark("the average that is paid today")
    if not depth.least < most < depth.most:
        return depth
    return replace(depth, most=most, neutral=most, why=why)


def _of_cut(cut: Cut) -> Depth | None:
    formula = "percent" if cut.formula == "eliminate" else cut.formula
    if formula not in _FORMULAS:
        return None
    return Depth(f"cut.{formula}", cut.percent, *_FORMULAS[formula])


def _limits(field: Any) -> tuple[float, float]:
    least, most = _BY_YEAR
    for rule in _rules(field.annotation, field.metadata):
        if isinstance(rule, annotated_types.Ge):
            least = float(rule.ge)  # type: ignore[arg-type]
        elif isinstance(rule, annotated_types.Gt):
            # The limit itself is not allowed: as near to it as matters to nobody.
            least = float(rule.gt) + 1e-3  # type: ignore[arg-type]
        elif isinstance(rule, annotated_types.Le):
            most = float(rule.le)  # type: ignore[arg-type]
    return least, most


def _rules(annotation: Any, metadata: list[Any]) -> Iterator[Any]:
    """Yield the rules of a field, those of its alternatives and of what they are made of."""
    yield from metadata
    for part in (*getattr(annotation, "__metadata__", ()), *get_args(annotation)):
        inner = getattr(part, "metadata", None)
        if isinstance(inner, list):
            yield from inner
        elif part is not annotation:
            yield from _rules(part, [])

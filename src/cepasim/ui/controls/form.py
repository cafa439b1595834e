"""The widgets of one lever. Each writes what is chosen into the session's draft."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cepasim.core.countries import COUNTRY
from cepasim.core.currency import DOLLAR, amount_unit, shown_in
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.levers.every import lever_name
from cepasim.levers.words import LeverDict, parts
from cepasim.ui.state import Session

_STEPS_SLIDER = 15
_FOR_GOOD = mark("for good")


def key_of(found: Session, *parts: object) -> str:
    """Return the key of a widget; it changes when a scenario is loaded, and the widget with it."""
    return ":".join(["lever", str(found.generation), *(str(part) for part in parts)])


def fiscal_year(year: str) -> str:
    """Write a fiscal year as people look for it."""
    if not year[:1].isdigit():
        return tr(_FOR_GOOD) if year == _FOR_GOOD else year
    return tr("FY{year}", year=year_in_words(year))


@dataclass(frozen=True, slots=True)
class Form:
    """One lever of the draft and the widgets that change it.

    Attributes
    ----------
    found : Session
    index : int
        Place of the lever in the draft.
    settings : mapping
        As a scenario file has them.
    which : str
        Products of it, where there are several of its kind.
    """

    found: Session
    index: int
    settings: Mapping[str, Any]
    which: str = ""

    def key(self, *parts: object) -> str:
        """Return the key of a widget of this lever."""
        return key_of(self.found, self.index, *parts)

    def country(self, code: object) -> str:
        """Return the name of a country or group."""
        if code == "all":
            return tr("All suppliers")
        names = {p.code: p.name for p in self.found.figures.economy.classification.partners}
        return tr(names.get(str(code), COUNTRY.get(str(code), str(code))))

    def parameter(self, name: str) -> float:
        """Return the parameter a lever falls back on, changes of this session included."""
        return float(self.found.overrides.get(name, self.found.figures.known[name]["value"]))

    def change(self, changes: Mapping[str, object]) -> None:
        """Change settings of this lever; ``None`` takes a setting away."""
        self.found.set_lever(self.index, changes)

    def begin_anew(self, lever: LeverDict) -> None:
        """Put another lever in the place of this one; its controls begin from that."""
        self.found.generation += 1
        self.found.replace_lever(self.index, lever)

    # --- widgets ------------------------------------------------------------------------------

    def slider(
        self,
        name: str,
        label: str,
        value: float,
        ends: tuple[float, float],
        step: float,
        text: str = "%g %%",
        as_written: Callable[[Any], object] = float,
        hint: str | None = None,
    ) -> None:
        """Draw the slider of a detail; a value beyond the ends widens it.

        Where several sliders share a setting, each is named ``setting:part``.
        """
        self._slider(name, label, value, ends, step, text, as_written, hint)

    def main(
        self,
        name: str,
        label: str,
        value: float,
        ends: tuple[float, float],
        step: float,
        text: str,
        as_written: Callable[[Any], object] = float,
    ) -> None:
        """Draw the lever's own slider: what it does is in its value, the label is read aloud."""
        self._slider(
            name,
            tr("{lever}: {what}", lever=self._named(), what=label),
            value,
            ends,
            step,
            text,
            as_written,
            None,
            "collapsed",
        )

    def main_dollars(
        self,
        name: str,
        label: str,
        usd_mn: float,
        ends: tuple[float, float],
        step: float,
        text: Callable[[str], str],
    ) -> None:
        """Draw `main` of US$ million in what the language counts them in: 億ドル in Japanese."""
        with shown_in(DOLLAR):  # a scenario states dollars, whatever currency results are shown in
            unit = amount_unit(ends[1], "mn")
        size = unit.usd_mn
        self.main(
            name if size == 1 else f"{name}:{size:g}",
            label,
            usd_mn / size,
            (ends[0] / size, ends[1] / size),
            step / size,
            text(unit.amount.format(number="%g")),
            lambda shown: round(float(shown) * size, 4),
        )

    def _named(self) -> str:
        """Lever and side in words, such as "Japan's duties"; with products where it has a twin."""
        kind, settings = parts(self.found.draft["levers"][self.index])
        name = lever_name(kind, str(settings.get("importer") or settings.get("country") or ""))
        return tr("{lever}, {which}", lever=name, which=self.which) if self.which else name

    def _slider(
        self,
        name: str,
        label: str,
        value: float,
        ends: tuple[float, float],
        step: float,
        text: str,
        as_written: Callable[[Any], object],
        hint: str | None,
        label_visibility: Any = "visible",
    ) -> None:
        key, number = self.key(name), type(step)
        low, high = self._ends(key, value, ends, step)
        st.slider(
            label,
            min_value=number(low),
            max_value=number(high),
            value=number(value),
            step=step,
            format=text,
            key=key,
            help=hint,
            label_visibility=label_visibility,
            on_change=lambda: self.change(
                # What a browser adds up in steps is not always the number it means.
                {name.partition(":")[0]: as_written(number(round(st.session_state[key], 6)))}
            ),
        )

    def _ends(
        self, key: str, value: float, ends: tuple[float, float], step: float
    ) -> tuple[float, float]:
        """Return how far a slider reaches: as far as it ever did, in whole steps from its ends."""
        low, high = self.found.ends.get(key, ends)
        low = min(low, ends[0] - step * math.ceil((ends[0] - value) / step - 1e-9))
        high = max(high, ends[1] + step * math.ceil((value - ends[1]) / step - 1e-9))
        self.found.ends[key] = low, high
        return low, high

    def choice(
        self,
        name: str,
        label: str,
        options: Sequence[str],
        value: str,
        words: Callable[[str], str] = str,
        then: Callable[[str], None] | None = None,
        hint: str | None = None,
    ) -> None:
        """Draw a choice of one; the value is offered even where it is none of the options.

        Parameters
        ----------
        then : callable, optional
            What the choice does, where that is more than to change the setting.
        """
        key = self.key(name)
        shown = list(options) if value in options else [value, *options]
        do = then or (lambda chosen: self.change({name: chosen}))
        st.selectbox(
            label,
            shown,
            index=shown.index(value),
            format_func=words,
            key=key,
            help=hint,
            on_change=lambda: do(st.session_state[key]),
        )

    def check(self, name: str, label: str, value: bool, hint: str) -> None:
        """Draw a box to tick."""
        key = self.key(name)
        st.checkbox(
            label,
            value=value,
            key=key,
            help=hint,
            on_change=lambda: self.change({name: bool(st.session_state[key])}),
        )

    def start(self, then: Callable[[str], None] | None = None) -> None:
        """Draw the year in which the lever begins."""
        horizon = self.found.draft.get("horizon", self.found.scenario.horizon)
        years = self.found.years_after_base(horizon)
        begins = str(self.settings["start"])
        self.choice("start", tr("First fiscal year"), years, begins, fiscal_year, then=then)

    def end(self, then: Callable[[str], None] | None = None) -> None:
        """Draw the last year in force; a lever that need not end may go on for good."""
        horizon = self.found.draft.get("horizon", self.found.scenario.horizon)
        start = str(self.settings.get("start", ""))
        years = [year for year in self.found.years_after_base(horizon) if year >= start]
        if then is None:
            years = [_FOR_GOOD, *years]

        def change(year: str) -> None:
            self.change({"end": None if year == _FOR_GOOD else year})

        written = str(self.settings.get("end") or _FOR_GOOD)
        self.choice("end", tr("Last fiscal year"), years, written, fiscal_year, then=then or change)

    def steps(self, label: str = "") -> None:
        """Draw over how many years the lever comes."""
        label = label or tr("Equal annual steps")
        years = int(self.settings.get("years", 1))
        self.slider("years", label, years, (1, _STEPS_SLIDER), 1, "%d", int)

"""The decisive assumptions as sliders, and how many are changed."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from cepasim.core import numbers
from cepasim.core.fiscal_year import format_fiscal_year, year_in_words
from cepasim.core.language import mark, ntr, tr
from cepasim.economy.barriers import BARRIER_SOURCES
from cepasim.economy.barriers import OWN as OWN_BARRIERS
from cepasim.economy.elasticities import OWN, SOURCES
from cepasim.economy.variants import CENTRAL, CONSTANT_SHARE
from cepasim.studies.model_choice import TABLE as MODEL_CHOICES
from cepasim.ui import assumptions
from cepasim.ui.messages import plain
from cepasim.ui.state import Session

#: Variants of the reference that a parameter folder comes with.
_VARIANTS = {
    CENTRAL: mark("Central"),
    CONSTANT_SHARE: mark("Constant share"),
    "history": mark("History"),
    "strong_exports": mark("Strong exports"),
}


def changed_in_words(overrides: Mapping[str, float]) -> str:
    """Say how many assumptions are changed."""
    number = len(overrides)
    if number == 0:
        return tr("No assumption changed")
    return ntr("{n} assumption changed", "{n} assumptions changed", number)


def draw(found: Session) -> None:
    """Draw the assumptions of the session."""
    overrides = found.draft.get("parameters", {})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{changed_in_words(overrides)}**")
        st.button(
            tr("Back to the program's values"),
            key="assume-nothing",
            disabled=not overrides,
            on_click=found.assume_nothing,
            help=tr("Give every assumption its own value back."),
        )
    _reference(found)
    _elasticities(found)
    _barriers(found)
    box = st.expander(tr("Decisive assumptions"), key="decisive", on_change="rerun")
    if box.open:
        with box:
            decisive = assumptions.decisive(found.figures.rows)
            idle = assumptions.waiting((one.name for one in decisive), found.draft)
            for assumption in decisive:
                if assumption.name not in idle:
                    _assumption(found, assumption, overrides)
            st.caption(tr("All other parameters can be changed on the page “Parameters”."))
    else:
        known = {a.name: a.label for a in assumptions.DECISIVE}
        for name, value in overrides.items():
            own = found.figures.known[name]["value"]
            label = tr(known.get(name, name))
            st.caption(f"{plain(label)}: {numbers.value(own)} → {numbers.value(value)}")


def _reference(found: Session) -> None:
    """Choose how trade goes on after the last published year."""
    economy = found.figures.economy
    variants, now = economy.ground.variants, str(found.draft.get("reference", CENTRAL))
    names = list(variants) if now in variants else [*variants, now]
    last = min(known.last for known in economy.ground.known_years.values())
    key = f"reference:{found.generation}:{now}"

    def said(name: str) -> str:
        label = tr(_VARIANTS.get(name, name.replace("_", " ").capitalize()))
        if name not in variants:
            return label
        return tr("{variant}: {growth} a year", variant=label, growth=variants[name].in_words)

    def choose() -> None:
        found.edit({**found.draft, "reference": st.session_state[key]})

    st.selectbox(
        tr("Reference after {year}", year=year_in_words(format_fiscal_year(last))),
        names,
        index=names.index(now),
        format_func=said,
        key=key,
        help=tr(
            "Published years are as published. After them trade goes on like this; effects of "
            "levers grow with it. Read changes: levels are uncertain whatever is chosen."
        ),
        on_change=choose,
    )


def _elasticities(found: Session) -> None:
    """Draw the choice of where the elasticities come from."""
    choices = found.figures.economy.parameters.table(MODEL_CHOICES)
    choices = choices[choices["choice"] == "elasticities"]
    short = dict(zip(choices["alternative"], choices["label"], strict=True))

    def source(name: str) -> str:
        # The box has room for its beginning.
        return tr("{name}: {item}", name=tr(short.get(name, name)), item=SOURCES[name].reference)

    key = f"elasticities:{found.generation}"
    current = str(found.draft.get("elasticities") or OWN)
    st.selectbox(
        tr("Elasticities from"),
        list(SOURCES),
        index=list(SOURCES).index(current),
        format_func=source,
        key=key,
        help=tr(
            "One source for all elasticities of substitution; a chapter it lacks keeps its own."
        ),
        on_change=lambda: found.choose_source("elasticities", str(st.session_state[key]), OWN),
    )


def _barriers(found: Session) -> None:
    """Draw the choice of where the barriers at India's border come from."""

    def source(name: str) -> str:
        return tr(BARRIER_SOURCES[name])

    key = f"barriers:{found.generation}"
    current = str(found.draft.get("barriers") or OWN_BARRIERS)
    st.selectbox(
        tr("Barriers at India's border from"),
        list(BARRIER_SOURCES),
        index=list(BARRIER_SOURCES).index(current),
        format_func=source,
        key=key,
        help=tr(
            "Published equivalents for India, old and of all sources; none for machinery and "
            "electronics, and none for Japan's border: there the model's own assumptions stay."
        ),
        on_change=lambda: found.choose_source("barriers", str(st.session_state[key]), OWN_BARRIERS),
    )


def in_round_steps(low: float, high: float) -> tuple[float, float, float]:
    """Return the ends of a slider and its step, so that every value on it is a round number.

    Examples
    --------
    >>> in_round_steps(3.0, 8.0)
    (3.0, 8.0, 0.05)
    """
    if not math.isfinite(high - low) or low >= high:
        return low, high, 1.0
    rough = (high - low) / 100
    unit = float(10.0 ** math.floor(math.log10(rough)))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * (1 - 1e-9))
    first, last = (math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9))
    return round(first * step, 10), round(last * step, 10), round(step, 12)


def _assumption(
    found: Session, assumption: assumptions.Assumption, overrides: Mapping[str, float]
) -> None:
    row = found.figures.known[assumption.name]
    value = float(overrides.get(assumption.name, row["value"]))
    ends = min(float(row["low"]), value), max(float(row["high"]), value)
    low, high, step = in_round_steps(*ends)
    label = tr(assumption.label)
    if assumption.name in overrides:
        label = tr("{name} (changed)", name=label)
    meaning = tr("{meaning} Source: {source}", meaning=tr(assumption.meaning), source=row["source"])
    if math.isfinite(high - low) and low < high:
        key = f"assume:{found.generation}:{assumption.name}"
        st.slider(
            label,
            min_value=low,
            max_value=high,
            value=value,
            step=step,
            key=key,
            format="%.3g",
            help=meaning,
            on_change=lambda: found.assume(
                assumption.name, round(float(st.session_state[key]), 10)
            ),
        )
    else:  # infinite, or without a range: no slider has such ends
        st.markdown(
            tr("{name}: {item}", name=label, item=f"**{numbers.value(value)}**"), help=meaning
        )
    st.caption(
        tr(
            "{value} in the parameter folder; range {low} to {high}, {unit}, grade {grade}",
            value=numbers.value(row["value"]),
            low=numbers.value(row["low"]),
            high=numbers.value(row["high"]),
            unit=tr(str(row["unit"])),
            grade=row["grade"],
        )
    )

"""The levers and assumptions as controls. They write into the session's draft and show nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.levers import words as levers
from cepasim.levers.words import Group
from cepasim.report import numbers as figures
from cepasim.ui import assumptions
from cepasim.ui.state import Session

_ALL, _SECTIONS, _CHAPTERS, _WINDOWS, _TAGS, _CODES = (
    "All products",
    "Sections",
    "Chapters",
    "Fund windows",
    "Critical products",
    "HS codes",
)
_MODES = (_ALL, _SECTIONS, _CHAPTERS, _WINDOWS, _TAGS, _CODES)
_MODE_KEY = {_SECTIONS: "section", _CHAPTERS: "hs", _WINDOWS: "window", _TAGS: "tag", _CODES: "hs"}
#: Ends of sliders for comfort; a value beyond them (from a file or a link) widens the slider.
_FUND_SLIDER_BN = 10.0
_SHARE_SLIDER = 30.0
_CHANGE_SLIDER = 30.0
_RATE_SLIDER = 50.0
_STEPS_SLIDER = 15
_DAYS_SLIDER = 5.0
_QUOTA_SLIDER = 300.0


def sidebar(found: Session) -> None:
    """Draw every lever and assumption of the session into the sidebar."""
    with st.sidebar:
        st.markdown("## Policy", help="What the two governments and the fund decide.")
        for group in levers.shown_groups(outside=False):
            _group(found, group)
        st.markdown("## Outside conditions", help="What neither side decides at this table.")
        for group in levers.shown_groups(outside=True):
            _group(found, group)
        st.markdown("## Assumptions", help="Not policy: what is believed about how trade works.")
        _assumptions(found)


def _group(found: Session, group: Group) -> None:
    written = found.draft["levers"]
    mine = [i for i, lever in enumerate(written) if levers.group_of(lever).key == group.key]
    if group.key == levers.OTHER:
        for index in mine:
            st.caption(levers.in_words(written[index], found.figures.economy.classification))
        return
    key = _key(found, group.key, "on")
    st.toggle(
        group.title,
        value=bool(mine),
        key=key,
        help=group.hint,
        on_change=_switch,
        args=(found, group, mine),
    )
    for place, index in enumerate(mine):
        kind, settings = levers.parts(written[index])
        if len(mine) > 1:
            words = levers.selection_in_words(
                settings.get("select", {"all": True}), found.figures.economy.classification
            )
            st.caption(f"{place + 1}. {words}")
        _MAIN[kind](found, index, settings)
        is_open = index in found.opened
        # An expander would close whenever its label changes, and the label says what is set.
        st.button(
            _summary(found, kind, settings),
            key=_key(found, index, "details"),
            type="tertiary",
            icon=":material/expand_less:" if is_open else ":material/expand_more:",
            help="Hide the details" if is_open else "Products, start, steps and more",
            wrap=True,
            on_click=_open_or_close,
            args=(found, index),
        )
        if is_open:
            with st.container(border=True):
                _DETAILS[kind](found, index, settings)
                _add_or_remove(found, group, mine, index)


def _open_or_close(found: Session, index: int) -> None:
    found.opened ^= {index}


def _switch(found: Session, group: Group, mine: list[int]) -> None:
    if mine:
        found.remove_levers(mine)
    else:
        found.add_levers(levers.defaults(group, found.figures.bundled))


def _add_or_remove(found: Session, group: Group, mine: list[int], index: int) -> None:
    with st.container(horizontal=True):
        if group.key != "fund" and st.button(
            "Add another",
            key=_key(found, index, "add"),
            help="The same lever for other products or another country; choose them next.",
        ):
            found.add_levers([dict(found.draft["levers"][index])])
            st.rerun()
        if len(mine) > 1 and st.button("Remove", key=_key(found, index, "remove")):
            found.remove_levers([index])
            st.rerun()


def _summary(found: Session, kind: str, settings: Mapping[str, Any]) -> str:
    """Line on a lever's details: products, start, steps."""
    classification = found.figures.economy.classification
    said = []
    if kind == "fund":
        shares = settings["windows"].items()
        said += [f"{100 * share:.0f} % {levers.WINDOWS.get(w, w).lower()}" for w, share in shares]
    elif "select" in settings:
        said.append(levers.selection_in_words(settings["select"], classification))
    if kind in ("sourcing", "external", "exchange_rate") or settings.get("source") not in (
        None,
        *COUNTRY,
    ):
        code = settings.get("from") or settings.get("country") or settings.get("source")
        if code:
            said.insert(0, _country(found, code))
    said.append(f"from {settings['start']}")
    years = int(settings.get("years", 1))
    if years > 1:
        said.append(f"over {years} years" if kind == "fund" else f"{years} steps")
    return ", ".join(said)


def _country(found: Session, code: object) -> str:
    names = {p.code: p.name for p in found.figures.economy.classification.partners}
    return names.get(str(code), COUNTRY.get(str(code), str(code)))


# --- one control of one setting ---------------------------------------------------------------


def _key(found: Session, *parts: object) -> str:
    return ":".join(["lever", str(found.generation), *(str(part) for part in parts)])


def _write(
    found: Session, index: int, name: str, key: str, as_written: Callable[[Any], object]
) -> None:
    found.set_lever(index, name, as_written(st.session_state[key]))


def _slider(
    found: Session,
    index: int,
    name: str,
    label: str,
    value: float,
    ends: tuple[float, float],
    step: float,
    as_written: Callable[[Any], object] = float,
    text: str = "%g %%",
    hint: str | None = None,
    *,
    is_detail: bool = False,
) -> None:
    """Draw a slider: the main one says in its value what it does, a detail has a label."""
    key = _key(found, index, name)
    low, high = min(ends[0], value), max(ends[1], value)
    st.slider(
        label,
        min_value=type(step)(low),
        max_value=type(step)(high),
        value=type(step)(value),
        step=step,
        format=text,
        key=key,
        help=hint,
        label_visibility="visible" if is_detail else "collapsed",
        on_change=_write,
        args=(found, index, name, key, as_written),
    )


def _choice(
    found: Session,
    index: int,
    name: str,
    label: str,
    options: Sequence[str],
    value: str,
    words: Callable[[str], str] = str,
    as_written: Callable[[Any], object] = str,
) -> None:
    key = _key(found, index, name)
    shown = list(options) if value in options else [value, *options]
    st.selectbox(
        label,
        shown,
        index=shown.index(value),
        format_func=words,
        key=key,
        on_change=_write,
        args=(found, index, name, key, as_written),
    )


def _check(found: Session, index: int, name: str, label: str, value: bool, hint: str) -> None:
    key = _key(found, index, name)
    st.checkbox(
        label,
        value=value,
        key=key,
        help=hint,
        on_change=_write,
        args=(found, index, name, key, bool),
    )


def _start(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    years = levers.years_after_base(found.draft.get("horizon", found.scenario.horizon))
    _choice(found, index, "start", "First fiscal year", years, settings["start"])


def _steps(found: Session, index: int, settings: Mapping[str, Any], label: str) -> None:
    years = int(settings.get("years", 1))
    _slider(
        found, index, "years", label, years, (1, _STEPS_SLIDER), 1, int, text="%d", is_detail=True
    )


# --- products ---------------------------------------------------------------------------------


def _products(
    found: Session, index: int, settings: Mapping[str, Any], *, categories: bool = False
) -> None:
    """Choose the products of a lever by one of the classifications."""
    classification = found.figures.economy.classification
    select = dict(settings.get("select", {"all": True}))
    category = select.pop("category", None)
    if len(select) > 1:
        st.caption(
            f"Products: {levers.selection_in_words(select, classification)} (as in the file)"
        )
        return
    mode_key = _key(found, index, "mode")
    current = _mode_of(select, classification.chapters)
    mode = st.selectbox(
        "Products",
        _MODES,
        index=_MODES.index(current),
        key=mode_key,
        on_change=_all_products,
        args=(found, index, mode_key, category),
    )
    if mode != _ALL:
        entries = _entries_of(select.get(_MODE_KEY[mode], [])) if mode == current else []
        _product_entries(found, index, mode, entries, category)
    if categories:
        key = _key(found, index, "category")
        options = ["any", *levers.CATEGORIES]
        st.selectbox(
            "Tariff lines",
            options,
            index=options.index(category or "any"),
            format_func=lambda c: levers.CATEGORIES.get(c, "any line"),
            key=key,
            on_change=_set_category,
            args=(found, index, key, select or {"all": True}),
        )


def _product_entries(
    found: Session, index: int, mode: str, entries: list[str], category: str | None
) -> None:
    classification = found.figures.economy.classification
    key = _key(found, index, "products", mode)
    args = (found, index, key, mode, category)
    if mode == _CODES:
        st.text_input(
            "Codes of 2, 4, 6 or 9 digits, or ranges",
            value=", ".join(entries),
            placeholder="0306, 1604-1605",
            key=key,
            on_change=_set_products,
            args=args,
        )
        return
    sections = {section.code: section.name for section in classification.sections}
    options: dict[str, str] = {
        _SECTIONS: {code: f"{code} {name}" for code, name in sections.items()},
        _CHAPTERS: {hs: f"{hs} {classification.name(hs)}" for hs in classification.chapters},
        _WINDOWS: {window: levers.WINDOWS.get(window, window) for window in classification.windows},
        _TAGS: {
            tag: classification.tag_label(tag)
            for tag in classification.tags
            if classification.check({"tag": tag})[0] is not None
        },
    }[mode]
    st.multiselect(
        mode,
        list(options),
        default=[entry for entry in entries if entry in options],
        format_func=lambda code: options.get(code, code),
        placeholder="Choose one or more",
        key=key,
        on_change=_set_products,
        args=args,
    )


def _mode_of(select: Mapping[str, Any], chapters: Sequence[str]) -> str:
    if "hs" in select:
        inside = all(entry in chapters for entry in _entries_of(select["hs"]))
        return _CHAPTERS if inside else _CODES
    return next((mode for mode, key in _MODE_KEY.items() if key in select), _ALL)


def _entries_of(value: object) -> list[str]:
    if value == "both":
        return list(levers.WINDOWS)
    return [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]


def _all_products(found: Session, index: int, key: str, category: str | None) -> None:
    if st.session_state[key] == _ALL:
        kept = {} if category is None else {"category": category}
        found.set_lever(index, "select", {"all": True} | kept)


def _set_products(found: Session, index: int, key: str, mode: str, category: str | None) -> None:
    value = st.session_state[key]
    if isinstance(value, str):
        value = [code.strip() for code in value.split(",") if code.strip()]
    if not value:
        return
    kept = {} if category is None else {"category": category}
    found.set_lever(index, "select", {_MODE_KEY[mode]: list(value)} | kept)


def _set_category(found: Session, index: int, key: str, select: Mapping[str, Any]) -> None:
    chosen = st.session_state[key]
    kept = {} if chosen == "any" else {"category": chosen}
    found.set_lever(index, "select", dict(select) | kept)


# --- the levers -------------------------------------------------------------------------------


def _tariff_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    formula, number = _formula_of(settings["cut"])
    if formula in ("percent", "eliminate"):
        _slider(
            found,
            index,
            "cut",
            "Duties cut by",
            number,
            (0.0, 100.0),
            5.0,
            lambda percent: "eliminate" if percent == 100 else {"percent": float(percent)},
            text="cut by %g %%",
        )
    else:
        _slider(
            found,
            index,
            "cut",
            levers.FORMULAS[formula],
            number,
            (0.0, _RATE_SLIDER),
            0.5,
            lambda rate: {formula: float(rate)},
            text=f"{levers.FORMULAS[formula].lower()} %g %%",
        )


def _formula_of(cut: object) -> tuple[str, float]:
    if isinstance(cut, Mapping):
        [(formula, number)] = cut.items()
        return str(formula), float(number)
    return "eliminate", 100.0


def _tariff_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    formula, number = _formula_of(settings["cut"])
    _products(found, index, settings, categories=True)
    key = _key(found, index, "formula")
    options = ["percent", "cap", "rate", "swiss"]
    shown = "percent" if formula == "eliminate" else formula
    st.selectbox(
        "Formula",
        options,
        index=options.index(shown),
        format_func=levers.FORMULAS.__getitem__,
        key=key,
        on_change=_set_formula,
        args=(found, index, key, min(number, _RATE_SLIDER)),
    )
    _start(found, index, settings)
    _steps(found, index, settings, "Equal annual steps")
    source = settings.get("source")
    if source not in (None, *COUNTRY):
        importer = levers.importer_of(settings)
        suppliers = found.figures.economy.classification.sources(importer)
        _choice(
            found, index, "source", "Supplier", suppliers, str(source), lambda c: _country(found, c)
        )


def _set_formula(found: Session, index: int, key: str, number: float) -> None:
    found.set_lever(index, "cut", {st.session_state[key]: number})
    found.generation += 1


def _origin_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    value = float(settings["cost_cut_percent"])
    _slider(
        found,
        index,
        "cost_cut_percent",
        "Cost of proof cut by",
        value,
        (0.0, 100.0),
        5.0,
        text="cost cut by %g %%",
    )


def _origin_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    _products(found, index, settings)
    _start(found, index, settings)
    _steps(found, index, settings, "Equal annual steps")


def _ntb_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    if settings.get("days_saved") is not None:
        _slider(
            found,
            index,
            "days_saved",
            "Days saved at the border",
            float(settings["days_saved"]),
            (0.0, _DAYS_SLIDER),
            0.5,
            text="days less at the border: %g",
        )
        return
    value = float(settings["relief_percent"])
    _slider(
        found,
        index,
        "relief_percent",
        "Barriers relieved by",
        value,
        (0.0, 100.0),
        5.0,
        text="relief of %g %%",
    )


def _ntb_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    key = _key(found, index, "measure")
    current = "days_saved" if settings.get("days_saved") is not None else "relief_percent"
    st.selectbox(
        "What is agreed",
        list(levers.RELIEF),
        index=list(levers.RELIEF).index(current),
        format_func=levers.RELIEF.__getitem__,
        key=key,
        on_change=_set_measure,
        args=(found, index, key),
        help="One inspection less: count the days it takes.",
    )
    if current == "relief_percent":
        _barrier_types(found, index, settings)
    _products(found, index, settings)
    _start(found, index, settings)
    _steps(found, index, settings, "Equal annual steps")
    _check(
        found,
        index,
        "also_others",
        "Other countries benefit as well",
        bool(settings.get("also_others")),
        "Off: recognition for the partner alone.",
    )


def _barrier_types(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    types = settings.get("type", list(levers.BARRIERS))
    types = (
        list(levers.BARRIERS) if types == "all" else [types] if isinstance(types, str) else types
    )
    key = _key(found, index, "type")
    st.multiselect(
        "Types of barrier",
        list(levers.BARRIERS),
        default=list(types),
        format_func=levers.BARRIERS.__getitem__,
        key=key,
        on_change=_set_types,
        args=(found, index, key),
    )


def _set_measure(found: Session, index: int, key: str) -> None:
    measured = levers.measured(found.draft["levers"][index], st.session_state[key])
    written = list(found.draft["levers"])
    written[index] = measured
    found.generation += 1
    found.edit({**found.draft, "levers": written})


def _set_types(found: Session, index: int, key: str) -> None:
    if st.session_state[key]:
        found.set_lever(index, "type", list(st.session_state[key]))


def _fund_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    value = float(settings["usd_bn"])
    _slider(found, index, "usd_bn", "Size", value, (0.0, _FUND_SLIDER_BN), 0.5, text="US$ %.1f bn")


def _fund_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    windows = dict(settings["windows"])
    first, second = levers.WINDOWS
    value = round(100 * float(windows.get(first, 0.0)))
    industries = settings.get("industries")
    _slider(
        found,
        index,
        "windows",
        "Share of the labour-intensive window",
        value,
        (0, 100),
        5,
        lambda percent: {first: percent / 100, second: 1 - percent / 100},
        text="%d %%",
        hint="The rest goes to the sunrise window.",
        is_detail=True,
    )
    if industries:
        said = ", ".join(f"{name} {100 * share:g} %" for name, share in industries.items())
        st.caption(f"Within the windows, as in the file: {said}")
    _start(found, index, settings)
    _steps(found, index, settings, "Years over which it is paid")
    _check(
        found,
        index,
        "replenish",
        "Replenished once used",
        bool(settings.get("replenish")),
        "The same sum again, each time it is spent, until the horizon.",
    )


def _sourcing_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    value = settings.get("share_percent")
    value = 100 * _figure(found, "sourcing_shift") if value is None else float(value)
    _slider(
        found,
        index,
        "share_percent",
        "Purchases moved",
        value,
        (0.0, _SHARE_SLIDER),
        1.0,
        text="%g %% of purchases moved",
    )


def _sourcing_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    importer = levers.importer_of(settings) or PARTNER[str(settings.get("to"))]
    pair = tuple(COUNTRY)
    sources = found.figures.economy.classification.sources(importer)
    options = [code for code in sources if code not in pair]
    _choice(
        found,
        index,
        "from",
        "Away from",
        options,
        str(settings["from"]),
        lambda c: _country(found, c),
    )
    _products(found, index, settings)
    _start(found, index, settings)
    _steps(found, index, settings, "Equal annual steps")


def _figure(found: Session, name: str) -> float:
    """Value of a parameter that a lever falls back on, changes of this session included."""
    return float(found.overrides.get(name, found.figures.known[name]["value"]))


def _quota_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    if settings.get("usd_mn") is not None:
        value = float(settings["usd_mn"])
        ends = (0.0, max(2 * value, 100.0))
        _slider(found, index, "usd_mn", "Quota", value, ends, 10.0, text="quota of US$ %g mn")
    else:
        value = float(settings["share_of_benchmark_percent"])
        _slider(
            found,
            index,
            "share_of_benchmark_percent",
            "Quota",
            value,
            (0.0, _QUOTA_SLIDER),
            10.0,
            text="quota of %g %% of today's trade",
        )


def _quota_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    _choice(
        found,
        index,
        "importer",
        "Importer",
        list(COUNTRY),
        levers.importer_of(settings),
        COUNTRY.__getitem__,
    )
    _slider(
        found,
        index,
        "over_rate_percent",
        "Duty beyond the quota",
        float(settings["over_rate_percent"]),
        (0.0, 150.0),
        1.0,
        is_detail=True,
    )
    _choice(
        found,
        index,
        "rent",
        "Who keeps the quota's rent",
        ["importer", "exporter"],
        str(settings.get("rent", "importer")),
    )
    _products(found, index, settings)
    _start(found, index, settings)


def _exchange_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    _slider(
        found,
        index,
        "depreciation_percent",
        f"Real depreciation, {_country(found, settings['country'])}",
        float(settings["depreciation_percent"]),
        (-_CHANGE_SLIDER, _CHANGE_SLIDER),
        1.0,
        text="depreciation of %+g %%",
    )


def _exchange_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    partners = found.figures.economy.classification.partners
    options = [partner.code for partner in partners if partner.code != "USA"]
    options = [*COUNTRY, *(code for code in options if code not in COUNTRY)]
    _choice(
        found,
        index,
        "country",
        "Country",
        options,
        str(settings["country"]),
        lambda c: _country(found, c),
    )
    _start(found, index, settings)


def _external_main(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    if settings.get("market"):
        market = _country(found, settings["market"])
        share = settings.get("redirect_share")
        _slider(
            found,
            index,
            "redirect_share",
            f"Exports redirected from {market}",
            round(100 * (_figure(found, "us_redirection_share") if share is None else share), 6),
            (0.0, 100.0),
            5.0,
            lambda percent: percent / 100,
            text="%g %% of exports redirected",
        )
    else:
        _slider(
            found,
            index,
            "cost_percent",
            f"Costs of {_country(found, settings['source'])}",
            float(settings["cost_percent"]),
            (-_CHANGE_SLIDER, _CHANGE_SLIDER),
            1.0,
            text="costs %+g %%",
        )


def _external_details(found: Session, index: int, settings: Mapping[str, Any]) -> None:
    partners = [partner.code for partner in found.figures.economy.classification.partners]
    kinds = {"cost": "Costs of a source", "market": "Tariffs of a third market"}
    key = _key(found, index, "kind")
    current = "market" if settings.get("market") else "cost"
    st.selectbox(
        "What changes",
        list(kinds),
        index=list(kinds).index(current),
        format_func=kinds.__getitem__,
        key=key,
        on_change=_set_external_kind,
        args=(found, index, key, settings["start"]),
    )
    if current == "cost":
        _choice(
            found,
            index,
            "source",
            "Country",
            partners,
            str(settings["source"]),
            lambda c: _country(found, c),
        )
    else:
        third = [code for code in partners if code not in COUNTRY]
        words = lambda c: _country(found, c)  # noqa: E731  # one expression, used twice
        _choice(found, index, "market", "Market", third, str(settings["market"]), words)
        _choice(
            found,
            index,
            "tariff_on",
            "Tariffs on",
            list(COUNTRY),
            str(settings["tariff_on"]),
            COUNTRY.__getitem__,
        )
    _products(found, index, settings)
    _start(found, index, settings)


def _set_external_kind(found: Session, index: int, key: str, start: str) -> None:
    chosen = st.session_state[key]
    if chosen == "market":
        settings: dict[str, Any] = {"market": "USA", "tariff_on": "IND", "redirect_share": 0.0}
    else:
        settings = {"source": "CHN", "cost_percent": 0.0}
    written = list(found.draft["levers"])
    written[index] = {"external": settings | {"start": start}}
    found.generation += 1
    found.edit({**found.draft, "levers": written})


_Drawer = Callable[[Session, int, Mapping[str, Any]], None]
_MAIN: Mapping[str, _Drawer] = {
    "tariff": _tariff_main,
    "origin": _origin_main,
    "ntb": _ntb_main,
    "quota": _quota_main,
    "fund": _fund_main,
    "sourcing": _sourcing_main,
    "exchange_rate": _exchange_main,
    "external": _external_main,
}
_DETAILS: Mapping[str, _Drawer] = {
    "tariff": _tariff_details,
    "origin": _origin_details,
    "ntb": _ntb_details,
    "quota": _quota_details,
    "fund": _fund_details,
    "sourcing": _sourcing_details,
    "exchange_rate": _exchange_details,
    "external": _external_details,
}


# --- assumptions ------------------------------------------------------------------------------


def changed_in_words(overrides: Mapping[str, float]) -> str:
    """Say how many assumptions are changed."""
    number = len(overrides)
    if number == 0:
        return "No assumption changed"
    return f"{number} assumption{'s' if number > 1 else ''} changed"


def _assumptions(found: Session) -> None:
    overrides = found.draft.get("parameters", {})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{changed_in_words(overrides)}**")
        st.button(
            "Back to the figures",
            key="assume-nothing",
            disabled=not overrides,
            on_click=found.assume_nothing,
            help="Give every assumption its own value back.",
        )
    box = st.expander("Decisive assumptions", key="decisive", on_change="rerun")
    if box.open:
        with box:
            for assumption in assumptions.decisive(found.figures.rows):
                _assumption(found, assumption, overrides)
            st.caption("All other figures can be changed on the page “Parameters”.")
    else:
        known = {a.name: a.label for a in assumptions.DECISIVE}
        for name, value in overrides.items():
            row = found.figures.known[name]
            st.caption(
                f"{known.get(name, name)}: {figures.value(row['value'])} → {figures.value(value)}"
            )


def _assumption(
    found: Session, assumption: assumptions.Assumption, overrides: Mapping[str, float]
) -> None:
    row = found.figures.known[assumption.name]
    value = float(overrides.get(assumption.name, row["value"]))
    low, high = min(float(row["low"]), value), max(float(row["high"]), value)
    key = f"assume:{found.generation}:{assumption.name}"
    changed = " (changed)" if assumption.name in overrides else ""
    st.slider(
        f"{assumption.label}{changed}",
        min_value=low,
        max_value=high,
        value=value,
        step=(high - low) / 100 or 1.0,
        key=key,
        format="%.3g",
        help=f"{assumption.meaning} Source: {row['source']}",
        on_change=_assume,
        args=(found, assumption.name, key),
    )
    st.caption(
        f"{figures.value(row['value'])} in the figures; range {figures.value(row['low'])} to "
        f"{figures.value(row['high'])}, {row['unit']}, grade {row['grade']}"
    )


def _assume(found: Session, name: str, key: str) -> None:
    found.assume(name, float(st.session_state[key]))

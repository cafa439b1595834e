"""For the wall of a meeting room: one number, one chart, large type; no levers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from cepasim.core import numbers as figures
from cepasim.core.currency import currency_sign
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, tr
from cepasim.report import look, views
from cepasim.report.headline import to_mind
from cepasim.report.together import trade_balance
from cepasim.result import Result
from cepasim.scenario.naming import what_is_done
from cepasim.ui import charts, ranges
from cepasim.ui.controls.form import fiscal_year
from cepasim.ui.messages import plain
from cepasim.ui.pages.arriving import arriving
from cepasim.ui.state import Session, session

_HEIGHT = 390
_WORDS: Mapping[charts.Item, str] = {
    "balance": mark("Change in India's balance with Japan"),
    "exports": mark("Change in India's exports to Japan"),
    "imports": mark("Change in India's imports from Japan"),
}
_BY_YEAR = mark("Change by year, {unit}")
_BY_YEAR_WITH_BAND = mark("Change by year, {unit}; band: 90 % range")
_STYLE = f"""<style>
.cs-wall.cs-title {{display:block;}}
.cs-wall h1 {{font-size:clamp(1.3rem,2.6vw,2.2rem); padding:0; margin:0;}}
.cs-wall .cs-figure {{font-size:clamp(2.4rem,7vw,6rem); font-weight:700; line-height:1.1;
  margin:.1em 0; font-variant-numeric:tabular-nums; color:{look.INK};}}
.cs-wall p {{font-size:clamp(1rem,1.7vw,1.5rem); margin:.1em 0; color:{look.INK};}}
.cs-wall .cs-done {{color:{look.MUTED};}}
.cs-wall .cs-mind {{font-size:clamp(.85rem,1.1vw,1.05rem); color:{look.MUTED};}}
</style>"""


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(_STYLE)
    result = found.shown()
    if result is None:
        st.warning(plain(found.message))
        found.message = ""
        return
    number = st.empty()
    picture = st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        item = st.segmented_control(
            tr("Number"),
            list(charts.ITEMS),
            default="balance",
            format_func=lambda one: tr(charts.ITEMS[one]),
            key="present-item",
            label_visibility="collapsed",
        )
        years = list(result.fiscal_years)
        here = years.index(found.year) if found.year in years else len(years) - 1
        year = st.selectbox(
            tr("Fiscal year"),
            years,
            index=here,
            format_func=fiscal_year,
            key=(key := f"present-year:{years[here]}"),
            on_change=_set_year,
            args=(found, key),
            width=160,
        )
    prices = found.figures.economy.price_year
    asked, name = found.ask_range(result), now(result.scenario.name)
    shown: charts.Item = item or "balance"

    seen = 0 if asked is None else asked.draws.enough
    ranged = None if asked is None else asked.range()
    done = what_is_done(result.scenario, found.loaded, found.figures.economy.classification)
    number.html(in_large(result, year, prices, shown, ranged, done))
    band = None if ranged is None else ranges.band(ranged, f"change_in_{shown}_usd_mn")
    bands = {} if band is None else {name: band}
    picture.vega_lite_chart(
        charts.compared_rows({name: result}, shown, bands),
        charts.compare_spec([name], _HEIGHT, large=True),
        theme=None,
        key=f"present-path:{0 if ranged is None else ranged.draws}",
        alt=tr(
            "{item}: change against the reference by year, {unit}, with its 90 % range.",
            item=tr(charts.ITEMS[shown]),
            unit=figures.unit_mn(),
        ),
    )
    if asked is not None:
        arriving(found, asked.draws, seen)


def _set_year(found: Session, key: str) -> None:
    found.year = st.session_state[key]


def in_large(
    result: Result,
    year: str,
    price_year: str,
    item: charts.Item,
    ranged: ranges.Range | None = None,
    done: str = "",
) -> str:
    """Return the number and its words, as HTML.

    Parameters
    ----------
    result : Result
    year, price_year : str
        The year on the wall, and that of the prices.
    item : {"balance", "exports", "imports"}
    ranged : Range, optional
        Ranges of the result.
    done : str, optional
        What is done, where the name of the scenario does not say it.
    """
    row = views.total_row(result, year)
    change = float(row[f"change_in_{item}_usd_mn"])
    said = ranges.in_words(ranged, year)[item] if ranged is not None else ""
    what = tr(
        "{item}, {year}, {currency} of {price_year}",
        item=tr(_WORDS[item]),
        year=year_in_words(year),
        currency=currency_sign(),
        price_year=year_in_words(price_year),
    )
    place = trade_balance(row).place
    size = figures.mn(change, signed=True, place=place) if change else tr("no change")
    lines = [
        f"<h1>{escape(now(result.scenario.name))}</h1>",
        f'<p class="cs-done">{escape(done)}</p>' if done else "",
        f"<p>{escape(what)}</p>",
        f'<p class="cs-figure">{escape(size)}</p>',
        f"<p>{escape(said)}</p>" if said else "",
    ]
    small = str(to_mind(result, year))
    lines.append(f'<p class="cs-mind">{escape(small)}</p>' if small else "")
    heading = _BY_YEAR if ranged is None else _BY_YEAR_WITH_BAND
    by_year = tr(heading, unit=figures.unit_mn())
    lines.append(f"<p>{escape(by_year)}</p>")
    return f'<div class="cs-wall cs-title">{"".join(lines)}</div>'

"""The frontier between the gains of both sides, and packages on it, as a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import tr
from cepasim.report import look


def frontier_chart(
    frontier: pd.DataFrame,
    points: Sequence[tuple[str, Mapping[str, float]]],
    year: str,
    measure: str,
    price_year: str,
    width: int = 520,
) -> Any:
    """Return the chart: Japan's gain to the right, India's up, packages as named dots.

    Parameters
    ----------
    frontier : DataFrame
        ``gain_india_usd_mn`` and ``gain_japan_usd_mn``, a row for each package.
    points : sequence of (str, mapping of str to float)
        Names of packages, and what each side gains.
    year, measure, price_year : str
        Of the gains; the year whose prices they are in.
    width : int, optional
        Pixels.
    """
    import altair as alt

    from cepasim.report.chart_parts import finished, inline

    axis = alt.Axis(format=",~f", grid=True, gridColor=look.LINE, tickCount=6)
    # For the names beside the dots.
    room, above = (alt.Scale(zero=False, padding=pixels) for pixels in (70, 28))
    x = alt.X(
        "gain_japan_usd_mn:Q",
        title=tr("Japan gains, {unit}", unit=figures.unit_mn()),
        axis=axis,
        scale=room,
    )
    y = alt.Y(
        "gain_india_usd_mn:Q",
        title=tr("India gains, {unit}", unit=figures.unit_mn()),
        axis=axis,
        scale=above,
    )
    rows = frontier[["gain_japan_usd_mn", "gain_india_usd_mn"]].apply(figures.in_mn)
    line = alt.Chart(inline(rows)).mark_line(color=look.SCENARIO, point=True).encode(x=x, y=y)
    named = pd.DataFrame(
        [
            (name, figures.in_mn(gains["JPN"]), figures.in_mn(gains["IND"]))
            for name, gains in points
        ],
        columns=["name", "gain_japan_usd_mn", "gain_india_usd_mn"],
    )
    dots = (
        alt.Chart(inline(named))
        .mark_point(size=120, filled=True, color=look.LOSS, opacity=1)
        .encode(x=x, y=y)
    )
    words = (
        alt.Chart(inline(named)).mark_text(dy=18, color=look.INK).encode(x=x, y=y, text="name:N")
    )
    title = tr(
        "What each side gains in {year}, {measure}, {unit} of {price_year}",
        year=year_in_words(year),
        measure=measure,
        unit=figures.unit_mn(),
        price_year=year_in_words(price_year),
    )
    return finished(alt.layer(line, dots, words), title, width, 300)

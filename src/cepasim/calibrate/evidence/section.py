"""A section of the evidence: a title, sentences in Markdown, tables and charts."""

from __future__ import annotations

from dataclasses import dataclass, field

import altair as alt
import pandas as pd

from cepasim.report import look

#: Colours of what happened, of the model and of a simple forecast.
ACTUAL, MODEL, SIMPLE = look.INK, look.SCENARIO, look.SERIES[1]

#: Charts by the name of their file.
Charts = dict[str, alt.LayerChart]


@dataclass(frozen=True)
class Section:
    """A section, whatever it is rendered to.

    Attributes
    ----------
    title : str
    pieces : list of str or DataFrame
        Paragraphs (or lists, each line of which begins with a dash), and tables whose cells are
        ready to be read.
    charts : mapping of str to chart
        Where there is room for charts they open the section.
    """

    title: str
    pieces: list[str | pd.DataFrame]
    charts: Charts = field(default_factory=dict)

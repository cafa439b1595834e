"""Headings of a chapter that India reports to UN Comtrade, as evidence on the chapter.

Some chapters are known by heading for calendar years after the last published split, but not all
of their headings. What the other headings are worth is measured, as a share of the whole flow,
on the years for which the chapter is known, and so is its error. Whatever the others are worth,
the chapter is not below the headings that are reported: they are its floor.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.flow_evidence import YEARS, Floats, Floor, Statement
from cepasim.calibrate.benchmark.measured_errors import calendar_year, combine_errors, fiscal_year


def heading_statements(
    headings: pd.DataFrame,
    chapters: pd.DataFrame,
    totals: pd.Series,
    settings: Mapping[str, float],
) -> list[Statement]:
    """Calendar years that reach into the two years of the balance, as statements on chapters.

    Parameters
    ----------
    headings : DataFrame
        Long: ``calendar_year``, ``hs`` (chapter), ``heading``, ``value`` (US$ mn), one flow.
    chapters : DataFrame
        India's fiscal years by chapters, US$ mn.
    totals : Series
        Totals of the flow, US$ mn by fiscal year.
    settings : mapping
        ``first_quarter_weight``, ``smallest_log_sd``.
    """
    first = settings["first_quarter_weight"]
    statements = []
    for name, rows in headings.groupby("hs"):
        hs = str(name)
        sums = rows.groupby("calendar_year")["value"].sum()
        rest = _unlisted_shares(sums, hs, chapters, first)
        if len(rest) < 2:
            continue
        for fiscal in YEARS:
            calendar, before = fiscal[:4], fiscal_year(int(fiscal[:4]) - 1)
            if calendar not in sums.index:
                continue
            total = first * float(totals[before]) + (1 - first) * float(totals[fiscal])
            value = float(sums[calendar]) + float(rest.mean()) * total
            # One more year errs by the scatter of the years and by the error of their mean.
            error = float(rest.std(ddof=1)) * np.sqrt(1 + 1 / len(rest)) * total
            coefficients, carried = _calendar_sum(calendar, hs, chapters, first)
            left = value - carried
            if left > 0:
                statements.append(
                    Statement(
                        f"headings India reported, calendar {calendar}",
                        hs,
                        coefficients,
                        left,
                        combine_errors(error / left, settings["smallest_log_sd"] * value / left),
                        "B",
                        f"US$ {sums[calendar]:.1f} mn in the headings listed, and "
                        f"{value - sums[calendar]:.1f} mn that the others were worth before",
                    )
                )
    return statements


def heading_floors(
    headings: pd.DataFrame, chapters: pd.DataFrame, settings: Mapping[str, float]
) -> list[Floor]:
    """What India reports in the headings listed, as the least its chapters can be.

    Parameters
    ----------
    headings, chapters, settings
        See `heading_statements`.
    """
    floors = []
    for name, rows in headings.groupby("hs"):
        sums = rows.groupby("calendar_year")["value"].sum()
        for fiscal in YEARS:
            calendar = fiscal[:4]
            if calendar not in sums.index:
                continue
            coefficients, carried = _calendar_sum(
                calendar, str(name), chapters, settings["first_quarter_weight"]
            )
            left = float(sums[calendar]) - carried
            if left > 0:
                floors.append(
                    Floor(
                        "headings India reported",
                        str(name),
                        f"calendar {calendar}",
                        coefficients,
                        left,
                        "A",
                        f"US$ {sums[calendar]:.1f} mn in the headings listed"
                        + (f", {carried:.1f} mn of it in the fiscal year before" * (carried > 0)),
                    )
                )
    return floors


def _calendar_sum(
    calendar: str, hs: str, chapters: pd.DataFrame, first_quarter: float
) -> tuple[Floats, float]:
    """Weights of the cells in a calendar year of a chapter, and what a known year adds to it."""
    fiscal, before = fiscal_year(int(calendar)), fiscal_year(int(calendar) - 1)
    coefficients = np.zeros((len(YEARS), chapters.shape[1]))
    column = list(chapters.columns).index(hs)
    coefficients[YEARS.index(fiscal), column] = 1 - first_quarter
    if before in YEARS:
        coefficients[YEARS.index(before), column] = first_quarter
        return coefficients, 0.0
    return coefficients, first_quarter * float(chapters.loc[before, hs])  # type: ignore[arg-type]


def _unlisted_shares(
    sums: pd.Series, hs: str, chapters: pd.DataFrame, first_quarter: float
) -> pd.Series:
    """Part of the whole flow that is in the chapter's headings not listed, by calendar year."""
    found = {}
    for year, listed in sums.items():
        if {fiscal_year(int(str(year)) - 1), fiscal_year(int(str(year)))} <= set(chapters.index):
            known = calendar_year(chapters, int(str(year)), first_quarter)
            found[year] = (float(known[hs]) - float(listed)) / float(known.sum())
    return pd.Series(found, dtype=float)

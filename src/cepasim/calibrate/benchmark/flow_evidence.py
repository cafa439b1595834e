"""What is known about one flow of the pair, and its balance, as arrays: two years by chapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEARS = ("2022-23", "2023-24")
"""The two fiscal years balanced together; the second is the benchmark."""


@dataclass(frozen=True)
class Statement:
    """One piece of soft evidence: a weighted sum of cells should equal a value.

    Attributes
    ----------
    source : str
        Kind of evidence; statements of one source are dropped together when ranges are derived.
    name : str
        What it speaks about (a chapter, a group, a sum of chapters).
    coefficients : ndarray, shape (2, H)
        Weight of every cell, years by chapters.
    value : float
        US$ mn, above 0.
    log_sd : float
        Standard error in log points.
    grade : str
        A, B, C or D.
    note : str
        Anything a reader of the report should know.
    """

    source: str
    name: str
    coefficients: Floats
    value: float
    log_sd: float
    grade: str
    note: str = ""


@dataclass(frozen=True)
class Floor:
    """What a weighted sum of cells cannot be below: part of it is published.

    Attributes
    ----------
    source, name, period : str
        For the report: kind of evidence, chapter, and when.
    coefficients : ndarray, shape (2, H)
        Weight of every cell, years by chapters.
    value : float
        US$ mn, above 0.
    grade, note : str
        For the report.
    """

    source: str
    name: str
    period: str
    coefficients: Floats
    value: float
    grade: str
    note: str = ""


@dataclass(frozen=True)
class FlowEvidence:
    """All that is known about one flow; years are `YEARS`, H the number of chapters.

    Attributes
    ----------
    chapters : tuple of str
        HS codes, length H.
    totals : ndarray, shape (2,)
        US$ mn, met exactly.
    floors : ndarray, shape (2, H)
        US$ mn; 0 where there is none.
    equal : ndarray, shape (2, H)
        US$ mn; NaN where the cell is to be estimated.
    start : ndarray, shape (2, H)
        US$ mn; a first guess that only sets the scale of the problem. 0 marks no trade.
    growth : ndarray, shape (H,)
        Expected growth factor of each chapter's share from the first year to the second.
    growth_log_sd : ndarray, shape (H,)
        Its standard error, log points.
    statements : tuple of Statement
        Soft evidence.
    sum_floors : tuple of Floor
        Floors of sums over cells, such as a calendar year of a chapter.
    growth_source : tuple of str
        What the growth of each chapter was read from, for the notes.
    """

    chapters: tuple[str, ...]
    totals: Floats
    floors: Floats
    equal: Floats
    start: Floats
    growth: Floats
    growth_log_sd: Floats
    statements: tuple[Statement, ...]
    sum_floors: tuple[Floor, ...] = ()
    growth_source: tuple[str, ...] = ()


@dataclass(frozen=True)
class FlowBalance:
    """The balance of one flow.

    Attributes
    ----------
    evidence : FlowEvidence
        What was balanced.
    value : ndarray, shape (2, H)
        US$ mn; every row sums to its total.
    log_sd : ndarray, shape (2, H)
        Standard error in log points; 0 where the cell is known.
    fitted : ndarray, shape (statements,)
        What the balance gives for each statement, US$ mn.
    z_score : ndarray, shape (statements,)
        ln(fitted / stated) over the standard error.
    status : str
        What the solver said.
    """

    evidence: FlowEvidence
    value: Floats
    log_sd: Floats
    fitted: Floats
    z_score: Floats
    status: str


def statement_weights(statements: Sequence[Statement], grade_weight: Mapping[str, float]) -> Floats:
    """1/variance of each statement times the factor of its grade."""
    return np.array([grade_weight[s.grade] / s.log_sd**2 for s in statements], dtype=float)

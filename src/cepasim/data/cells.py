"""Cells as customs portals write them: amounts, HS codes, headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats

#: What portals write where there was no trade.
_NOTHING = frozenset({"", "-", "–", "—", ".", "..", "...", "na", "n.a.", "n/a", "nan", "null"})
_QUOTES = "'’‘`´\"= "
_COMMA_DECIMAL = re.compile(r"-?\d{1,3}(\.\d{3})*,(\d{1,2}|\d{4,})|-?\d+,(\d{1,2}|\d{4,})")
_COMMA_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?|-?\d+\.\d+")


def heading(text: str) -> str:
    """Return a heading without case, spaces and signs: ``Trade Value (US$)`` is tradevalueus$."""
    return re.sub(r"[^a-z0-9$%]", "", text.lower())


def amounts(cells: Sequence[str]) -> tuple[Floats, list[int]]:
    """Numbers of a column, and the places of what is not a number.

    Thousands may be marked by commas (Indian groups as well), spaces, apostrophes or, where the
    column has decimal commas, by points. Blank and dashes are no trade: NaN.

    Returns
    -------
    amounts : ndarray of float
    wrong : list of int
        Places of text, of negative amounts, and of everything where a column mixes both commas.
    """
    plain = pd.to_numeric(pd.Series(cells, dtype=object).replace("", None), errors="coerce")
    blank = np.array([cell == "" for cell in cells], dtype=np.bool_)
    if (plain.notna() | blank).all() and not (plain < 0).any() and not np.isinf(plain).any():
        whole: Floats = plain.to_numpy(np.float64)
        return whole, []
    written = pd.Series(cells, dtype=object).str.strip(_QUOTES)
    bare = written.str.replace(r"[\s\u00a0\u202f']", "", regex=True)
    nothing = bare.str.lower().isin(_NOTHING)
    texts = bare[~nothing]
    decimal_comma = any(_COMMA_DECIMAL.fullmatch(text) for text in texts)
    if decimal_comma and any(_COMMA_THOUSANDS.fullmatch(text) for text in texts):
        ambiguous: list[int] = [int(i) for i in texts.index if "," in texts[i]]
        none: Floats = np.array([np.nan] * len(cells), dtype=np.float64)
        return none, ambiguous
    if decimal_comma:
        texts = texts.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    else:
        texts = texts.str.replace(",", "", regex=False)
    numbers = pd.to_numeric(texts, errors="coerce")
    bad = numbers.isna() | (numbers < 0) | np.isinf(numbers)
    result: Floats = numbers.reindex(written.index).to_numpy(np.float64)
    return result, [int(i) for i in texts.index[bad]]


def rounding(cells: Iterable[str]) -> float:
    """Return the last decimal place that a column of amounts is printed with: 0.01 for "1.25"."""
    most = max((len(cell.rpartition(".")[2]) for cell in cells if "." in cell), default=0)
    return 10.0 ** -min(most, 12)


#: Digits of a line of Japan's tariff.
_JAPANESE = 9


def code(cell: str, digits: int | None = None) -> str:
    """HS code of a cell, with the zero that a spreadsheet lost.

    Parameters
    ----------
    cell : str
        ``'010121``, ``0101.21``, ``10121`` and ``101.21`` are all 010121.
    digits : int, optional
        How many the code has; without it an odd number of digits has lost a zero, since national
        lines of India and codes of the Harmonized System have an even number. Nine are a line of
        Japan's.

    Returns
    -------
    str
        What is not a code comes back as it was written.
    """
    written = cell.strip(_QUOTES + "\t")
    bare = re.sub(r"[.\s]", "", written.removesuffix(".0"))
    if not bare.isdigit():
        return written
    if digits is not None or len(bare) == _JAPANESE:
        return bare.zfill(digits or _JAPANESE)
    return bare.zfill(len(bare) + len(bare) % 2)

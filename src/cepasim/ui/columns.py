"""Tables of results on the screen: amounts in the reader's unit, texts in the language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from cepasim.core.currency import Size
from cepasim.core.digits import place_of_column
from cepasim.core.language import now, tr
from cepasim.core.numbers import (
    MINUS,
    NEARLY_NONE,
    billions,
    in_bn,
    in_mn,
    millions,
    percent,
    unit_mn,
)

_MN, _BN = "usd_mn", "usd_bn"

#: Rows of a table whose numbers are written one by one; of a longer one that would take too long.
_WRITTEN = 1000

#: Per cent beyond which a change says only how little there was before.
_MOST_PERCENT = 1000.0

#: Pixels of a row at the size of the theme's type, and of the border.
_ROW, _BORDER = 33, 3

#: Pixels of the names of chapters, all seen whole; they leave room for a number on a phone.
NAME = 215

#: Pixels of a row whose texts take three lines, which they do above four times the size of the
#: type: a narrow column of names leaves room for a value and its unit on a phone.
WRAPPED, _LINES = 62, 3

#: Pixels of a letter of Latin and of a Japanese one, and of the space beside a text in its cell.
_LETTER, _CHARACTER, _PADDING = 6.0, 12.7, 16

#: Pixels that a line of Japanese is shorter than its cell at least, and more of a Latin capital.
_SPARE, _CAPITAL = 4, 2

#: What stays in one line of Japanese: a number or word with the kana and marks that follow it.
_PIECE = re.compile(
    r"[「『（]*(?:第[\dIVXLC～-]+[部類項号]|[\x21-\x7e]*(?:[ァ-ヶー]+|[一-龠々％]+)|[\x21-\x7e]+|.)"
    r"[ぁ-ん]*[、。：・～）」』]*"
)
#: The least that does: a letter, and the marks no line begins or ends with.
_LETTERS = re.compile(r"[「『（]*(?:[\x21-\x7e]+|.)[、。：・～）」』]*")


def converted(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its columns of US$ in the unit that `amount` puts at their heads.

    Parameters
    ----------
    table : DataFrame
        Columns of US$ million end in ``usd_mn``, of US$ billion in ``usd_bn``.
    """
    amounts = {name: in_mn(table[name]) for name in table.columns if str(name).endswith(_MN)}
    amounts |= {
        name: in_bn(1000 * table[name]) for name in table.columns if str(name).endswith(_BN)
    }
    return table.assign(**amounts)


def draw(
    table: pd.DataFrame,
    config: Mapping[str, Any],
    *,
    amounts: Iterable[str] = (),
    alike: Iterable[str] = (),
    **options: Any,
) -> Any:
    """Draw a table of results, its numbers as people read them; in a file they stay numbers.

    Amounts of a column have one number of decimals, a minus is a minus and no hyphen, and nothing
    is ``0``, never ``-0.0``.

    Parameters
    ----------
    table : DataFrame
        Columns of US$ million end in ``usd_mn``, of US$ billion in ``usd_bn``.
    config : mapping of str to column configuration
        Columns that are shown, in their order. The format of a number says whether it has a sign.
    amounts : iterable of str, optional
        Further columns of US$ million.
    alike : iterable of str, optional
        Columns of US$ million that have one number of decimals, such as a sum and its parts.
    **options
        Of `st.dataframe`.

    Returns
    -------
    Any
        What `st.dataframe` returns.
    """
    shown = table.reset_index(drop=True)
    money = {name for name in config if name.endswith((_MN, _BN))} | set(amounts)
    missing = options.pop("placeholder", "")
    order = list(config)
    options = {"hide_index": True, "placeholder": missing, "column_order": order, **options}
    counted = converted(shown).assign(**{name: in_mn(shown[name]) for name in amounts})
    if len(shown) > _WRITTEN:
        return st.dataframe(counted, column_config=dict(config), **options)
    same = [name for name in alike if name in shown]
    place = place_of_column(shown[same].to_numpy(float).ravel())
    writers = {
        name: _writer(
            _format(config[name]),
            missing,
            _amounts(str(name), shown[name], place if name in same else None)
            if name in money
            else None,
        )
        for name in config
        if not pd.api.types.is_bool_dtype(shown[name])
    }
    return st.dataframe(written(counted, writers), column_config=_unformatted(config), **options)


def written(table: pd.DataFrame, writers: Mapping[str, Callable[[Any], str]]) -> Styler:
    """Return a table that shows what is written of each cell, and sorts by what is in it."""
    return table.style.format(dict(writers))


def _format(column: Any) -> str:
    """Return the format of a column's configuration; empty where there is none."""
    kind = column.get("type_config") if isinstance(column, Mapping) else None
    return str((kind or {}).get("format") or "")


def _unformatted(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return configurations without formats, which the browser would prefer to what is written."""
    return {
        name: one | {"type_config": {**one["type_config"], "format": None}} if _format(one) else one
        for name, one in config.items()
    }


def _amounts(name: str, values: pd.Series, place: int | None) -> Callable[[float, bool], str]:
    """Return what writes the converted amounts of a column, all to one place."""
    size: Size = "bn" if name.endswith(_BN) else "mn"
    factor = 1000.0 if size == "bn" else 1.0
    if place is None:
        place = place_of_column(factor * pd.to_numeric(values).to_numpy(float), size)
    write, unit = (billions, in_bn(1.0)) if size == "bn" else (millions, in_mn(1.0))
    return lambda value, signed: write(value / unit, signed=signed, place=place)


def _writer(
    form: str, missing: str, amount: Callable[[float, bool], str] | None
) -> Callable[[Any], str]:
    """Return what writes the cells of a column."""
    signed = "+" in form

    def number(value: float) -> str:
        if amount is not None:
            return amount(value, signed)
        return _share(value) if form.endswith("%%") else _printed(form, value)

    def cell(value: Any) -> str:
        if value is None or value != value:
            return missing
        if isinstance(value, str) or not (form or amount is not None):
            return str(value)
        return number(float(value)).replace("-", MINUS)

    return cell


def _share(value: float) -> str:
    """Write a change in per cent; of what was next to nothing, only that it is large."""
    if value < _MOST_PERCENT:
        return percent(value, in_column=True)
    return tr("over {percent}", percent=percent(_MOST_PERCENT))


def _printed(form: str, value: float) -> str:
    """Write a number by its format; with a sign, what is small but not zero is said to be."""
    text = form % value
    if "+" in form and not any(digit in text for digit in "123456789"):
        return tr(NEARLY_NONE) if value else "0"
    return text


def height(rows: int, most: int = 12, row: int = _ROW) -> int:
    """Return how high a table is that shows its rows and no empty strip below them, pixels.

    Parameters
    ----------
    rows : int
    most : int
        Rows shown at once; the others are scrolled to.
    row : int, optional
        Pixels of a row.
    """
    return row * min(rows, most) + _ROW + _BORDER


def width(text: str) -> int:
    """Return how wide a cell is that shows a text in one line, pixels.

    Parameters
    ----------
    text : str
    """
    full = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return round(_CHARACTER * full + _LETTER * (len(text) - full)) + _PADDING


def in_cell(text: str, pixels: int) -> str:
    """Return a text of a cell of several lines, with a space where a line of Japanese ends.

    The table breaks a line at a space, and without one inside a word or before a comma. Whether a
    text needs a second line it guesses from the average letter it has drawn, so that wide ones
    leave Latin texts beside them cut off: as many letters without a width follow the wide ones.

    Parameters
    ----------
    text : str
    pixels : int
        Width of the column.
    """
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    if not wide:
        return text
    lines = _lines(text, pixels, _PIECE)
    if len(lines) > _LINES:  # where room is short, words are divided
        lines = _lines(text, pixels, _LETTERS)
    return " ".join(lines) + wide * "\N{ZERO WIDTH SPACE}"


def _lines(text: str, pixels: int, piece: re.Pattern[str]) -> list[str]:
    """Divide a text into lines of whole pieces."""
    lines: list[list[str]] = [[]]
    for one in piece.findall(text):
        line = lines[-1]
        longer = "".join(line) + one
        spare = _SPARE + _CAPITAL * sum(letter.isupper() for letter in longer)
        if line and width(longer) + spare > pixels:
            # A word alone behind a comma goes with what follows it.
            alone = piece is _PIECE and len(line) > 1 and line[-2].endswith("、")
            lines.append([line.pop()] if alone else [])
        lines[-1].append(one)
    return ["".join(line) for line in lines]


def widest(texts: Iterable[str], least: int, most: int = 260) -> int:
    """Return how wide a column is that shows all its texts in one line, within two ends, pixels."""
    return min(max((least, *map(width, texts))), most)


def said(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return a table with some columns of texts in the language of the moment.

    Parameters
    ----------
    table : DataFrame
    columns : iterable of str
        Of marked or kept texts; what is missing stays missing.
    """
    texts = {
        name: table[name].map(lambda one: now(one) if isinstance(one, str) else one)
        for name in columns
    }
    return table.assign(**texts)


def amount(what: str, unit: str | None = None, *, form: str = "%+.1f", **options: Any) -> Any:
    """Return the settings of a column of amounts, its unit in the head.

    Parameters
    ----------
    what : str
        In the language of the moment.
    unit : str, optional
        Unit of millions by default.
    form : str, optional
        As `st.column_config.NumberColumn` takes it.
    **options
        Of that column.
    """
    head = tr("{what}, {unit}", what=what, unit=unit or unit_mn())
    return st.column_config.NumberColumn(head, format=form, **options)

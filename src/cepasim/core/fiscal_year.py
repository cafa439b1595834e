"""India's fiscal years (April to March), written "2026-27" and counted by their first year."""

from __future__ import annotations

import re

from cepasim.core.language import current_language, tr

# The last year of the path unless a scenario asks for another. Beyond the furthest year nothing in
# the parameters says anything. The first one, the base year, is a datum: `Parameters.base_year`.
LAST_YEAR = 2035
FURTHEST_YEAR = 2045
#: Part of a fiscal year that lies in the calendar year it begins in: April to December.
IN_FIRST_YEAR = 9 / 12

_FORM = re.compile(r"([0-9]{4})-([0-9]{2})")
#: What follows the first calendar year of a fiscal year, and a calendar year, where readers of a
#: language do not write them as the files do.
_WRITTEN = {"ja": ("年度", "年")}


class FiscalYear(str):
    """A fiscal year as it is written, ``"2026-27"``, that knows its first calendar year.

    Raises
    ------
    ValueError
        Where the text is none; see `parse_fiscal_year`.

    Examples
    --------
    >>> FiscalYear("2026-27").first
    2026
    """

    __slots__ = ()

    def __new__(cls, text: str) -> FiscalYear:
        """Refuse what is no fiscal year."""
        parse_fiscal_year(text)
        return super().__new__(cls, text)

    @property
    def first(self) -> int:
        """First calendar year."""
        return int(self[:4])

    @property
    def following(self) -> FiscalYear:
        """The year after it."""
        return FiscalYear(format_fiscal_year(self.first + 1))


def parse_fiscal_year(text: str) -> int:
    """First calendar year of a fiscal year.

    Parameters
    ----------
    text : str
        A fiscal year as people write it, ``"2026-27"``.

    Returns
    -------
    int
        ``2026`` for ``"2026-27"``.

    Raises
    ------
    ValueError
        Where the text has another form, or the second year does not follow the first.
    """
    form = _FORM.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        raise ValueError(tr("a fiscal year such as 2026-27"))
    first = int(form.group(1))
    expected = format_fiscal_year(first)
    if text != expected:
        raise ValueError(tr("the second year must follow the first: {expected}", expected=expected))
    return first


def format_fiscal_year(first: int) -> str:
    """Write the fiscal year that begins in April of ``first``: 2026 gives ``"2026-27"``.

    Raises
    ------
    ValueError
        Where ``first`` is not a year of four digits.
    """
    if not 1000 <= first <= 9999:
        raise ValueError(tr("a year of four digits, not {year}", year=first))
    return f"{first}-{(first + 1) % 100:02d}"


def year_in_words(written: str) -> str:
    """Write a fiscal or calendar year as readers do: ``2026-27`` is 2026年度 in Japanese.

    Parameters
    ----------
    written : str
        As files have it, ``"2026-27"`` or ``"2024"``.
    """
    if (suffixes := _WRITTEN.get(current_language())) is None:
        return written
    fiscal, calendar = suffixes
    return written[:4] + fiscal if _FORM.fullmatch(written) else written + calendar


def fiscal_years(first: int, last: int) -> tuple[str, ...]:
    """All fiscal years from ``first`` to ``last``, both included; none where ``last < first``."""
    return tuple(format_fiscal_year(year) for year in range(first, last + 1))

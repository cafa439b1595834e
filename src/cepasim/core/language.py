"""The language a reader is spoken to in: English in the code, every other from a catalogue.

A text that a reader sees is written in English where it is made, through `tr`::

    tr("{hs}: {share} of the trade is not counted", hs=hs, share=share)

and comes out in the language of the moment, which `language` sets for a block of code and, as a
context variable, for this thread alone. Catalogues are gettext files, one for each room of the
package, in ``catalogues/<language>/<room>.po``; ``python -m docs.writers.catalogues`` collects the
texts of the code into them.

- What is put into a text is a value, never a half sentence: order differs between languages.
- A text that is made when a module is imported (a constant) is only marked, ``mark("Barriers")``,
  and translated where it is shown, ``tr(BARRIERS[kind])``.
- A text that is kept (in a result, a table, a session) is made by `deferred`, which is English, and
  said by `now` where it is shown.
- Names that come from data (products, countries, scenarios) have a catalogue as well, ``names.po``,
  and are translated where they are shown.
- Codes, file formats, columns of tables and keys of scenario files are the same in all languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.texts import (
    LANGUAGE,
    LANGUAGES,
    SOURCE,
    current_language,
    grouped_in_pairs,
    ntr,
    separated,
    tr,
)

__all__ = [
    "LANGUAGES",
    "SOURCE",
    "Deferred",
    "current_language",
    "deferred",
    "grouped_in_pairs",
    "language",
    "mark",
    "now",
    "ntr",
    "paragraph",
    "separated",
    "tr",
]


@contextmanager
def language(tag: str) -> Iterator[None]:
    """Speak to the reader in a language within a block of code.

    Parameters
    ----------
    tag : str
        One of `LANGUAGES`: ``en``, ``ja``.

    Yields
    ------
    None
        Nothing: the language holds within the block, for this thread.

    Raises
    ------
    InputError
        If there is no catalogue for the language.

    Examples
    --------
    >>> with language("ja"):
    ...     print(tr("Barriers"))
    非関税障壁
    """
    if tag not in LANGUAGES:
        allowed = tr("one of {allowed}", allowed=separated(LANGUAGES)) + closest(tag, LANGUAGES)
        raise InputError([Problem("language", None, "language", tag, allowed)])
    token = LANGUAGE.set(tag)
    try:
        yield
    finally:
        LANGUAGE.reset(token)


def mark(message: str) -> str:
    """Return a text as it is, marked for the catalogues; `tr` translates it where it is shown."""
    return message


class Deferred(str):
    """A text in English that is kept with its message and values, for `now`.

    Attributes
    ----------
    message : str
    values : mapping
    """

    __slots__ = ("message", "values")
    message: str
    values: Mapping[str, object]

    def __reduce__(self) -> tuple[Callable[..., Deferred], tuple[str, Mapping[str, object]]]:
        """Text that another process or a copy makes again."""
        return _kept, (self.message, self.values)


def deferred(message: str, /, **values: object) -> Deferred:
    """Return a text in English that `now` says in the language of the moment, however late.

    Parameters
    ----------
    message : str
        The text in English, a literal, with names in braces.
    **values
        Numbers and texts; a function without arguments, such as ``partial(money, 34.0)``, is asked
        each time the text is said; of a list or tuple, items that `separated` joins.

    Examples
    --------
    >>> kept = deferred("{share} %", share=5)
    >>> kept, now(kept)
    ('5 %', '5 %')
    """
    return _kept(message, values)


def _kept(message: str, values: Mapping[str, object]) -> Deferred:
    with language(SOURCE):
        kept = Deferred(_said(message, values))
    kept.message, kept.values = message, values
    return kept


def now(text: str) -> str:
    """Say a text that was kept, or a marked one, in the language of the moment."""
    return _said(text.message, text.values) if isinstance(text, Deferred) else tr(text)


def _said(message: str, values: Mapping[str, object]) -> str:
    return tr(message, **{name: _value(one) for name, one in values.items()})


def _value(value: object) -> object:
    if isinstance(value, str):
        return now(value)
    if isinstance(value, list | tuple):
        return separated(str(_value(one)) for one in value)
    return value() if callable(value) else value


def paragraph(sentences: Iterable[str]) -> str:
    """Put sentences one after the other as the language of the moment does."""
    return ("" if LANGUAGE.get() == "ja" else " ").join(sentences)

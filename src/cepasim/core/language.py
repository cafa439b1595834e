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

import gettext
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources

from cepasim.core.problems import InputError, Problem, closest

#: The language of the code.
SOURCE = "en"

#: Languages by tag, each by its own name.
LANGUAGES = {"en": "English", "ja": "日本語"}

_LANGUAGE: ContextVar[str] = ContextVar("language", default=SOURCE)


def current_language() -> str:
    """Return the tag of the language of the moment."""
    return _LANGUAGE.get()


@contextmanager
def language(tag: str) -> Iterator[None]:
    """Speak to the reader in a language within a block of code.

    Parameters
    ----------
    tag : str
        ``en`` or ``ja``.

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
        allowed = f"one of {', '.join(LANGUAGES)}{closest(tag, LANGUAGES)}"
        raise InputError([Problem("language", None, "language", tag, allowed)])
    token = _LANGUAGE.set(tag)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def tr(message: str, /, **values: object) -> str:
    """Return a text in the language of the moment, with its values put in.

    Parameters
    ----------
    message : str
        The text in English, a literal, with names in braces; without values braces mean nothing.
    **values
        What goes into the braces. A text that belongs to the language is translated already.

    Returns
    -------
    str
        The English text where the catalogues have none.
    """
    tag = _LANGUAGE.get()
    said = message if tag == SOURCE or not message else _translations(tag).gettext(message)
    return said.format(**values) if values else said


def ntr(one: str, many: str, number: float, /, **values: object) -> str:
    """Return a text whose form depends on a number, as `tr` does; ``{n}`` is the number.

    Parameters
    ----------
    one, many : str
        The text in English for one and for any other number, literals.
    number : float
        The number; anything but 1 is many.
    **values
        What goes into the braces, the number itself apart.
    """
    tag = _LANGUAGE.get()
    if tag == SOURCE:
        said = one if number == 1 else many
    else:
        said = _translations(tag).ngettext(one, many, 1 if number == 1 else 2)
    return said.format(**{"n": number, **values})


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
    return ("" if _LANGUAGE.get() == "ja" else " ").join(sentences)


def separated(items: Iterable[str]) -> str:
    """Join the items of an enumeration by what separates them in the language of the moment."""
    return ("、" if _LANGUAGE.get() == "ja" else ", ").join(items)


@cache
def _translations(tag: str) -> gettext.NullTranslations:
    """Return all catalogues of a language as one."""
    from babel.messages import mofile, pofile  # only readers of other languages wait for it

    together = gettext.NullTranslations()
    folder = resources.files("cepasim") / "catalogues" / tag
    files = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".po")), key=lambda f: f.name
    )
    for file in reversed(files):
        compiled = io.BytesIO()
        mofile.write_mo(compiled, pofile.read_po(io.BytesIO(file.read_bytes()), locale=tag))
        compiled.seek(0)
        one = gettext.GNUTranslations(compiled)
        one.add_fallback(together)
        together = one
    return together

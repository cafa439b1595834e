"""A text in the language of the moment: English in the code, every other from a catalogue.

What readers of the code need to know stands in `cepasim.core.language`, which hands these out.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache
from importlib import resources

#: The language of the code.
SOURCE = "en"

#: Languages by tag, each by its own name.
LANGUAGES = {"en": "English", "ja": "日本語"}

#: The language of the moment, set by `cepasim.core.language.language`.
LANGUAGE: ContextVar[str] = ContextVar("language", default=SOURCE)


def current_language() -> str:
    """Return the tag of the language of the moment."""
    return LANGUAGE.get()


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
    tag = LANGUAGE.get()
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
    tag = LANGUAGE.get()
    if tag == SOURCE:
        said = one if number == 1 else many
    else:
        said = _translations(tag).ngettext(one, many, 1 if number == 1 else 2)
    return said.format(**{"n": number, **values})


def separated(items: Iterable[str]) -> str:
    """Join the items of an enumeration by what separates them in the language of the moment."""
    return ("、" if LANGUAGE.get() == "ja" else ", ").join(items)


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

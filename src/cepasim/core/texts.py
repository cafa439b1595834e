"""A text in the language of the moment: English in the code, every other from a catalogue.

What readers of the code need to know stands in `cepasim.core.language`, which hands these out.
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

#: The language of the code.
SOURCE = "en"

#: Names a folder with more catalogues, for who writes a language: ``<folder>/hi/core.po``.
VARIABLE = "CEPASIM_CATALOGUES"


class _Languages(Mapping[str, str]):
    """The source and every language that has a folder of catalogues, each by its own name."""

    def __getitem__(self, tag: str) -> str:
        if tag not in self:
            raise KeyError(tag)
        return _own_name(tag)

    def __contains__(self, tag: object) -> bool:
        return tag == SOURCE or tag in _folders()

    def __iter__(self) -> Iterator[str]:
        return iter((SOURCE, *_folders()))

    def __len__(self) -> int:
        return 1 + len(_folders())


#: Languages by tag, each by its own name.
LANGUAGES: Mapping[str, str] = _Languages()

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
        The number. In English anything but 1 is many; other languages have their own rule for
        whole numbers.
    **values
        What goes into the braces, the number itself apart.
    """
    tag = LANGUAGE.get()
    if tag == SOURCE:
        said = one if number == 1 else many
    else:
        said = _translations(tag).ngettext(
            one, many, abs(int(number)) if number == int(number) else 2
        )
    return said.format(**{"n": number, **values})


def separated(items: Iterable[str]) -> str:
    """Join the items of an enumeration by what separates them in the language of the moment."""
    return ("、" if LANGUAGE.get() == "ja" else ", ").join(items)


def grouped_in_pairs() -> bool:
    """Whether the language of the moment writes ``1,02,650``, whatever is counted."""
    tag = LANGUAGE.get()
    return tag != SOURCE and _grouped_in_pairs(tag)


@cache
def _grouped_in_pairs(tag: str) -> bool:
    from babel import Locale

    return bool(Locale.parse(tag).decimal_formats[None].grouping == (3, 2))


@cache
def _own_name(tag: str) -> str:
    from babel import Locale  # only those who are shown the languages wait for it

    return str(Locale.parse(tag).get_language_name(tag))


@cache
def _folders() -> Mapping[str, Traversable]:
    """Folders of catalogues by language: those of the package, then the reader's own."""
    roots: list[Traversable] = [resources.files("cepasim") / "catalogues"]
    if own := os.environ.get(VARIABLE):
        roots.append(Path(own))
    found = {
        folder.name: folder
        for root in roots
        if root.is_dir()
        for folder in root.iterdir()
        if folder.is_dir() and _files(folder)
    }
    return dict(sorted(found.items()))


def _files(folder: Traversable) -> list[Traversable]:
    found = (one for one in folder.iterdir() if one.name.endswith(".po"))
    return sorted(found, key=lambda file: file.name)


@cache
def _translations(tag: str) -> gettext.NullTranslations:
    """Return all catalogues of a language as one."""
    from babel.messages import mofile, pofile  # only readers of other languages wait for it

    together = gettext.NullTranslations()
    for file in reversed(_files(_folders()[tag])):
        compiled = io.BytesIO()
        mofile.write_mo(compiled, pofile.read_po(io.BytesIO(file.read_bytes()), locale=tag))
        compiled.seek(0)
        one = gettext.GNUTranslations(compiled)
        one.add_fallback(together)
        together = one
    return together

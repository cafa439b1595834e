"""The catalogues of texts: what the code says, collected for translators.

``python -m docs.writers.catalogues`` renews those of every language; ``python -m
docs.writers.catalogues hi`` begins those of another.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from typer.main import get_command

from cepasim.cli import help as help_of
from cepasim.cli.commands import app
from cepasim.core.language import LANGUAGES, SOURCE
from cepasim.params.loading import load_parameters
from docs.writers.names_shown import names_shown

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "cepasim"
CATALOGUES = PACKAGE / "catalogues"

#: What marks a text in the code, and which of its arguments are texts.
KEYWORDS = {"tr": None, "mark": None, "deferred": None, "ntr": (1, 2)}

#: The catalogue of names that come from data.
NAMES = "names"

#: The catalogue of the help of commands and options, which is where they are, without a mark.
HELP = "cli"

#: The catalogue of modules at the root of the package.
TOP = "top"

#: A lever and its control on the page have one catalogue: who translates a lever opens one file.
CONTROLS, LEVERS = ("ui", "controls"), "levers"


def texts() -> Mapping[str, list[str | tuple[str, str]]]:
    """Return the texts of each room: literals of the code, and names of the bundled data."""
    found: dict[str, list[str | tuple[str, str]]] = {}
    # Babel warns of f-strings among the values, which are no texts.
    with redirect_stderr(io.StringIO()):
        read_from_code = list(extract_from_dir(PACKAGE, keywords=KEYWORDS))
    for name, _line, said, *_ in read_from_code:
        found.setdefault(_room(Path(name)), []).append(said)
    found[NAMES] = list(names_shown(load_parameters()))
    found[HELP] += help_of.texts(get_command(app))
    return found


def _room(module: Path) -> str:
    """Catalogue that holds the texts of a module: that of the folder it is in."""
    if module.parts[: len(CONTROLS)] == CONTROLS:
        return LEVERS
    return module.parts[0] if len(module.parts) > 1 else TOP


def write(tag: str, catalogues: Path = CATALOGUES) -> Iterator[str]:
    """Renew the catalogues of a language, or begin them; yield what lacks a translation.

    Parameters
    ----------
    tag : str
        Such as ``hi``.
    catalogues : Path
        The folder with the folders of languages.
    """
    folder = catalogues / tag
    folder.mkdir(parents=True, exist_ok=True)
    known = {file.stem: read(file, tag) for file in sorted(folder.glob("*.po"))}
    elsewhere = {
        message.id: message.string for old in known.values() for message in old if message.string
    }
    collected = texts()
    for room in known.keys() - collected.keys():
        (folder / f"{room}.po").unlink()
    for room, said in sorted(collected.items()):
        new = Catalog(locale=tag, fuzzy=False)
        old = known.get(room)
        for text in dict.fromkeys(said):
            before = old.get(text if isinstance(text, str) else text[0]) if old else None
            string = before.string if before and before.string else elsewhere.get(text, "")
            new.add(text, string)
            if not string or (isinstance(string, tuple) and not all(string)):
                yield f"{room}: {text}"
        save(new, folder / f"{room}.po")


def read(file: Path, tag: str) -> Catalog:
    """Return a catalogue of a file."""
    return read_po(io.BytesIO(file.read_bytes()), locale=tag)


def save(catalog: Catalog, file: Path) -> None:
    """Write a catalogue, sorted, without dates or places: it changes with its texts alone."""
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, no_location=True, sort_output=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += f'"Language: {catalog.locale_identifier}\\n"\n'
    head += f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    file.write_text(head + body.getvalue().decode(), encoding="utf-8")


def main() -> None:
    """Renew every language, and those the command line names; print what is untranslated."""
    for tag in dict.fromkeys((*LANGUAGES, *sys.argv[1:])):
        if tag != SOURCE:
            for text in write(tag):
                print(f"{tag}: {text}", file=sys.stderr)


if __name__ == "__main__":
    main()

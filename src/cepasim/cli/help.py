"""Help in the language of the reader: what commands and options say of themselves, put into it.

The texts stand with the commands, in English. They are translated when a command line asks for
another language, and only then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from typer import rich_utils
from typer.core import TyperGroup

from cepasim.core.language import LANGUAGES, SOURCE, language, mark, tr

VARIABLE = "CEPASIM_LANGUAGE"
_OPTION = "--language"
_NAMES = ("-h", "--help")

#: Words of the library around our texts, by the names it has for them.
_AROUND = {
    "ARGUMENTS_PANEL_TITLE": mark("Arguments"),
    "COMMANDS_PANEL_TITLE": mark("Commands"),
    "OPTIONS_PANEL_TITLE": mark("Options"),
    "ERRORS_PANEL_TITLE": mark("Error"),
    "DEFAULT_STRING": mark("[default: {}]"),
    "ENVVAR_STRING": mark("[env var: {}]"),
    "REQUIRED_LONG_STRING": mark("[required]"),
}
_THIS, _USAGE = mark("Show this message and exit."), mark("Usage:")


class InWords(TyperGroup):
    """Commands whose help is in the language that the command line or the environment asks for."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run the command line."""
        tag = _asked_for(sys.argv[1:] if args is None else args)
        if tag == SOURCE:
            return super().main(args, *rest, **named)
        with language(tag):
            words = {name: tr(text) for name, text in _AROUND.items()}
            usage = tr(_USAGE)
            _translate(self)
        with _around(words), _above(usage):
            return super().main(args, *rest, **named)


def texts(command: Any) -> Iterator[str]:
    """Yield what the help of a command and of those below it says, for the catalogues.

    Parameters
    ----------
    command : Command
        What Typer makes of the application.
    """
    for one in _with_those_below(command):
        for thing, name in _places(one):
            text = getattr(thing, name, None)
            if isinstance(text, str) and text:
                yield text


def _asked_for(given: Sequence[str]) -> str:
    """Language of a command line; one that is unknown is refused where it is read."""
    tag = os.environ.get(VARIABLE, SOURCE)
    for place, word in enumerate(given):
        if word == _OPTION and place + 1 < len(given):
            tag = given[place + 1]
        elif word.startswith(f"{_OPTION}="):
            tag = word.partition("=")[2]
    return tag if tag in LANGUAGES else SOURCE


def _translate(command: Any) -> None:
    for one in _with_those_below(command):
        for thing, name in _places(one):
            text = getattr(thing, name, None)
            if isinstance(text, str) and text:
                setattr(thing, name, tr(text))
        option = one.get_help_option(typer.Context(one, help_option_names=list(_NAMES)))
        if option is not None:  # made once, and kept
            option.help = tr(_THIS)


def _with_those_below(command: Any) -> Iterator[Any]:
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from _with_those_below(one)


def _places(command: Any) -> Iterator[tuple[object, str]]:
    """Where help has texts: of the command, and of its options with what stands for a default."""
    yield from ((command, name) for name in ("help", "short_help", "epilog"))
    for one in command.params:
        yield from ((one, name) for name in ("help", "show_default"))


class _Folding(Table):
    """A table whose cells break lines anywhere: a language without spaces has one long word."""

    def add_row(self, *cells: Any, **named: Any) -> None:
        """Add a row."""
        super().add_row(*cells, **named)
        for column in self.columns:
            column.overflow = "fold"


def _below(items: Iterable[RenderableType]) -> Group:
    """Put the parts of a help below each other; beside each other they do not break lines."""
    return Group(*items)


@contextmanager
def _around(words: Mapping[str, str]) -> Iterator[None]:
    """Have the library use other words of its own, and tables that fold."""
    instead: dict[str, object] = {**words, "Table": _Folding, "Columns": _below}
    before = {name: getattr(rich_utils, name) for name in instead}
    try:
        for name, thing in instead.items():
            setattr(rich_utils, name, thing)
        yield
    finally:
        for name, thing in before.items():
            setattr(rich_utils, name, thing)


@contextmanager
def _above(usage: str) -> Iterator[None]:
    """Have the library begin the line above a help with another word."""
    context: Any = TyperGroup.context_class
    before: Any = context.formatter_class

    class InWordsFormatter(before):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or f"{usage} ")

    context.formatter_class = InWordsFormatter
    try:
        yield
    finally:
        context.formatter_class = before

"""The language and the currency of the reader: two options that every command has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.help import VARIABLE
from cepasim.core.currency import DOLLAR
from cepasim.core.language import SOURCE, language

_LANGUAGE = Annotated[
    str,
    typer.Option(
        "--language",
        metavar="TAG",
        envvar=VARIABLE,
        help="Language of what is printed and written for people: en, ja, or another that "
        "has catalogues.",
    ),
]
_CURRENCY = Annotated[
    str,
    typer.Option(
        "--currency",
        metavar="CODE",
        envvar="CEPASIM_CURRENCY",
        help="Currency of amounts written for people: USD, INR (crore) or JPY, at the mean rate of "
        "the price year. Data stay in US$.",
    ),
]


def for_reader(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of its reader; it need not know them."""
    taken = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    own = {"language": (_LANGUAGE, SOURCE), "currency": (_CURRENCY, DOLLAR.code)}

    @wraps(command)
    def told(*arguments: Any, **named: Any) -> None:
        chosen = {name: named.pop(name) for name in own}
        with reporting(bool(named.get("debug"))), _reader(**chosen, params=named.get("params")):
            command(*arguments, **named)

    last = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        one.replace(annotation=hints.get(name, one.annotation))
        for name, one in taken.parameters.items()
    ]
    parameters += [
        inspect.Parameter(name, last, default=default, annotation=annotation)
        for name, (annotation, default) in own.items()
    ]
    told.__signature__ = taken.replace(parameters=parameters)  # type: ignore[attr-defined]
    told.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    return told


@contextmanager
def _reader(language: str, currency: str, params: Path | None) -> Iterator[None]:
    with _spoken(language), _counted(currency.upper(), params):
        yield


_spoken = language


@contextmanager
def _counted(code: str, params: Path | None) -> Iterator[None]:
    if code == DOLLAR.code:
        yield
        return
    from cepasim.params.currencies import currency
    from cepasim.params.loading import load_parameters

    with currency(code, load_parameters(params) if params else None):
        yield

"""Options that belong together, as one argument of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, get_type_hints

Command = Callable[..., None]


def grouped(**groups: type) -> Callable[[Command], Command]:
    """Spread dataclasses among the arguments of a command into options, one for each field.

    The command line sees the options; the command sees the dataclass they make.

    Parameters
    ----------
    **groups : type
        Dataclass by the name of the argument; its fields are annotated as options are and have
        defaults.
    """

    def spread(command: Command) -> Command:
        own = inspect.signature(command).parameters
        annotated = get_type_hints(command, include_extras=True)
        members = {name: [item.name for item in fields(group)] for name, group in groups.items()}

        @wraps(command)
        def call(**given: Any) -> None:
            made = {
                name: group(**{one: given.pop(one) for one in members[name]})
                for name, group in groups.items()
            }
            command(**given, **made)

        parameters: list[inspect.Parameter] = []
        for name, parameter in own.items():
            if name in groups:
                parameters += _options(groups[name])
            else:
                parameters.append(
                    parameter.replace(
                        kind=inspect.Parameter.KEYWORD_ONLY, annotation=annotated[name]
                    )
                )
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {one.name: one.annotation for one in parameters}
        del call.__wrapped__  # its arguments are not the options
        return call

    return spread


def _options(group: type) -> list[inspect.Parameter]:
    annotated = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            item.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=item.default,
            annotation=annotated[item.name],
        )
        for item in fields(group)
    ]

"""Tables of the keys of a scenario file: what each may hold, from the classes that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cepasim.levers.fields import as_plain

KEYS_HEAD = ("key", "allowed", "default", "example")
#: Keys that a file has under another name than the field.
_WRITTEN = {"from_source": "from", "types": "type", "variant": "reference"}


def rows_of_keys(
    fields: Mapping[str, FieldInfo], examples: Mapping[str, Any]
) -> Iterator[list[str]]:
    """One row for each field: key, what is allowed, default, example."""
    for name, field in fields.items():
        key = _WRITTEN.get(name, name)
        example = examples.get(key, examples.get(name))
        yield [
            f"`{key}`",
            allowed(name, field),
            "its partner" if key == "source" and field.is_required() else _default(field),
            "" if example is None else f"`{flow(example)}`",
        ]


def allowed(name: str, field: FieldInfo) -> str:
    """Say what a key may hold: the words of its error message."""
    text = field.description or next(
        (
            info.description
            for option in get_args(field.annotation)
            for info in getattr(option, "__metadata__", ())
            if isinstance(info, FieldInfo) and info.description
        ),
        None,
    )
    if text is None:
        raise LookupError(f"{name}: no description says what is allowed")
    return text.replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required() or field.default is PydanticUndefined:
        return ""
    value = as_plain(field.default)
    return "none" if value is None or value in ("", [], {}) else f"`{flow(value)}`"


def flow(value: object) -> str:
    """Write a setting as YAML on one line; codes in quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) and value.isdecimal() else str(value)

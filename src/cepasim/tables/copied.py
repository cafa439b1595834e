"""Tables of a result as its attributes, of which everyone gets a copy."""

from __future__ import annotations

from typing import NoReturn, Protocol

import pandas as pd


class Holder(Protocol):
    """What holds tables by name."""

    def _table(self, name: str) -> pd.DataFrame: ...


class Copy:
    """A table of a result as an attribute that cannot be set; everyone gets a copy."""

    def __init__(self, name: str, meaning: str) -> None:
        self._name = name
        self.__doc__ = meaning

    def __get__(self, result: Holder | None, _: type | None = None) -> pd.DataFrame:
        if result is None:
            return self  # type: ignore[return-value]  # for those who read the documentation
        return result._table(self._name).copy()

    def __set__(self, result: Holder, value: object) -> NoReturn:
        raise AttributeError(f"a Result does not change; {self._name!r} cannot be set")

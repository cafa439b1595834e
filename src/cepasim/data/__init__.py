"""Trade and tariff files as customs portals print them, read into one tidy table.

``update`` puts them into the benchmark; it belongs to the calibration and is found when asked for.
"""

from importlib import import_module
from typing import Any

from cepasim.data.reading import Reading
from cepasim.data.recognise import read

__all__ = ["Reading", "read", "update"]


def __getattr__(name: str) -> Any:
    if name == "update":
        # The room above this one: named here, imported only by who asks for it.
        return import_module("cepasim.calibrate.own_figures.update").update
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

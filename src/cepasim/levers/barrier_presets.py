"""Presets of barrier relief: rows of ``ntb/presets``, by the names under which they are known."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cepasim.levers.fields import Frozen

if TYPE_CHECKING:
    from cepasim.params.parameters import Parameters


class BarrierPreset(Frozen):
    """A row of ``ntb/presets``: barrier relief by the name under which it is talked about.

    Attributes
    ----------
    name : str
    importer : str
        Side it acts on; blank for either.
    types : tuple of str
    select : dict
        Products it touches.
    relief_percent, low, high : float
        Of the actionable part of the barriers.
    also_others : bool
        Whether third sources are taken to benefit unless the lever says otherwise.
    grade, note : str
    """

    name: str
    importer: str
    types: tuple[str, ...]
    select: dict[str, Any]
    relief_percent: float
    low: float
    high: float
    also_others: bool
    grade: str
    note: str


def barrier_presets(parameters: Parameters | None = None) -> dict[str, BarrierPreset]:
    """Presets of barrier relief by name, from a parameter folder or the bundled one."""
    if parameters is None or not hasattr(parameters, "table"):
        return _bundled_presets()
    return {
        row["name"]: BarrierPreset(
            name=row["name"],
            importer=row["importer"],
            types=tuple(row["types"].split()),
            select={"hs": row["hs"].split(",")} if row["hs"] else {"all": True},
            relief_percent=float(row["value"]),
            low=float(row["low"]),
            high=float(row["high"]),
            also_others=row["also_others"] == "yes",
            grade=row["grade"],
            note=row["note"],
        )
        for row in parameters.table("ntb/presets").to_dict("records")
    }


@lru_cache(maxsize=1)
def _bundled_presets() -> dict[str, BarrierPreset]:
    from cepasim.params.loading import load_parameters

    return barrier_presets(load_parameters())

"""What the sidebar needs to know of a kind of lever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cepasim.core.language import ntr
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group

Draws = Callable[[Form], None]


def no_country(settings: Mapping[str, Any]) -> str | None:
    """Name no country beside the products: the heading says it already."""
    return None


def in_steps(years: int) -> str:
    """Count years as equal steps."""
    return ntr("{n} step", "{n} steps", years)


@dataclass(frozen=True, slots=True)
class Control:
    """How one kind of lever is shown.

    Attributes
    ----------
    kind : str
        As in a scenario file.
    groups : tuple of Group
        Places in the sidebar; the first that holds a lever shows it.
    main : callable
        Draws the one control that is always in sight.
    details : callable
        Draws what is seen once the details are opened.
    country : callable
        Settings -> code of a country that the line on the details must name, or None.
    steps : callable
        Number of years, two or more -> how that line counts them.
    """

    kind: str
    groups: tuple[Group, ...]
    main: Draws
    details: Draws
    country: Callable[[Mapping[str, Any]], str | None] = no_country
    steps: Callable[[int], str] = in_steps

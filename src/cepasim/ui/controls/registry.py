"""Every control, in the order of the screen. A kind without one is shown as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.levers.words import parts
from cepasim.ui.controls import (
    entry,
    exchange_rate,
    external,
    fund,
    ntb,
    offtake,
    origin,
    quota,
    remedy,
    sourcing,
    tariff,
    withdraw,
)
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.group import Group

CONTROLS: Mapping[str, Control] = {
    module.CONTROL.kind: module.CONTROL
    for module in (
        tariff,
        withdraw,
        remedy,
        origin,
        ntb,
        quota,
        fund,
        sourcing,
        offtake,
        entry,
        exchange_rate,
        external,
    )
}


def groups(*, outside: bool) -> tuple[Group, ...]:
    """Return the places of the sidebar: policy, or conditions outside."""
    every = (group for control in CONTROLS.values() for group in control.groups)
    return tuple(group for group in every if group.outside == outside)


def group_of(lever: Mapping[str, Mapping[str, Any]]) -> Group | None:
    """Return the place of a lever; None for one that has no control."""
    kind, settings = parts(lever)
    if kind not in CONTROLS:
        return None
    return next((group for group in CONTROLS[kind].groups if group.holds(settings)), None)

"""Every control, in the order of the screen. A kind without one is shown as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from cepasim.levers.every import LEVER_KINDS
from cepasim.levers.words import parts
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.group import Group


def _found() -> Mapping[str, Control]:
    """Controls by kind: the module of this folder that is named as the kind, where there is one.

    The order of the screen is the order of the levers, the same in every list.
    """
    modules = {kind: f"{__package__}.{kind}" for kind in LEVER_KINDS}
    return {
        kind: import_module(module).CONTROL
        for kind, module in modules.items()
        if find_spec(module) is not None
    }


CONTROLS: Mapping[str, Control] = _found()


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

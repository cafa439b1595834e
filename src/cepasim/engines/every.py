"""The engines that users can name."""

from __future__ import annotations

from cepasim.core.problems import InputError, Problem
from cepasim.engines.armington import ARMINGTON
from cepasim.engines.engine import Engine
from cepasim.engines.gsim import GSIM
from cepasim.engines.smart import SMART

_BY_NAME = {engine.name: engine for engine in (ARMINGTON, SMART, GSIM)}
#: Names of the engines, the default first.
ENGINES = tuple(_BY_NAME)


def engine_named(name: str) -> Engine:
    """Engine that users call by a name.

    Raises
    ------
    InputError
        For a name that no engine has; lists those there are.
    """
    engine = _BY_NAME.get(name) if isinstance(name, str) else None
    if engine is None:
        raise InputError([Problem("engine", None, "engine", name, f"one of {', '.join(ENGINES)}")])
    return engine

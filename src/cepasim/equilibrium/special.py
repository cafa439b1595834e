"""Special functions of SciPy, loaded when one is first asked for.

Loading them takes longer than a scenario; who only reads or checks files never waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scipy.special import expit, logit, ndtr, ndtri

__all__ = ["expit", "logit", "ndtr", "ndtri"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import scipy.special

    globals()[name] = function = getattr(scipy.special, name)
    return function

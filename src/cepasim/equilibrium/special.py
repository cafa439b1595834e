"""Special functions of SciPy, loaded when one is first asked for.

Who only reads or checks files never waits for them. What a run needs is in one extension module of
SciPy, which takes a hundredth of a second by itself: the package around it loads a tenth of a
second of NumPy's tools that nothing here uses, such as its Fortran parser.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scipy.special import expit, logit, ndtr, ndtri

__all__ = ["expit", "logit", "ndtr", "ndtri"]

_PACKAGE, _EXTENSION = "scipy.special", "_special_ufuncs"


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    function = _from_extension(name)
    if function is None:
        import scipy.special

        function = getattr(scipy.special, name)
    globals()[name] = function
    return function


def _from_extension(name: str) -> Any:
    """Return a function of SciPy's extension module, the very one that the package hands on.

    None where the package is there already, or SciPy keeps the function elsewhere.
    """
    if _PACKAGE in sys.modules:
        return None
    full = f"{_PACKAGE}.{_EXTENSION}"
    with suppress(ImportError, OSError):
        if full not in sys.modules:
            scipy = find_spec("scipy")
            if scipy is None or scipy.origin is None:
                return None
            folder = Path(scipy.origin).with_name("special")
            file = next(
                (
                    folder / f"{_EXTENSION}{end}"
                    for end in EXTENSION_SUFFIXES
                    if (folder / f"{_EXTENSION}{end}").is_file()
                ),
                None,
            )
            spec = None if file is None else spec_from_file_location(full, file)
            if spec is None or spec.loader is None:
                return None
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules[full] = module  # the package takes it from there
        return getattr(sys.modules[full], name, None)
    return None

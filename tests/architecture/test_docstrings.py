"""Public names say what they take, give and raise; examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest
from numpydoc.validate import validate

import cepasim
import cepasim.equilibrium

#: What numpydoc must not find, of its codes: no docstring or summary, parameters or returns that
#: are missing, unknown, or without a description.
_FAULTS = frozenset(
    {"GL03", "GL08", "SS01", "SS02", "SS03", "PR01", "PR02", "PR03", "PR07", "RT01", "RT03", "YD01"}
)


def _public() -> Iterator[tuple[str, bool]]:
    """Public names, and whether each is a class (whose fields stand under Attributes)."""
    for module in (cepasim, cepasim.equilibrium):
        for name in module.__all__:
            full = f"{module.__name__}.{name}"
            found = getattr(module, name)
            yield full, inspect.isclass(found)
            if inspect.isclass(found):
                for member, value in vars(found).items():
                    if not member.startswith("_") and (
                        callable(value) or isinstance(value, property | classmethod | staticmethod)
                    ):
                        yield f"{full}.{member}", False


@pytest.mark.parametrize(("name", "is_class"), sorted(set(_public())))
def test_a_public_name_is_documented(name: str, is_class: bool) -> None:
    faults = {
        code: text
        for code, text in validate(name)["errors"]
        if code in _FAULTS and not (code == "PR01" and is_class)
    }
    assert not faults


def _modules() -> Iterator[ModuleType]:
    yield cepasim
    for found in pkgutil.walk_packages(cepasim.__path__, "cepasim."):
        if not found.name.endswith("__main__") and found.name != "cepasim.ui.main":
            yield importlib.import_module(found.name)


def test_examples_in_docstrings_run() -> None:
    tried = 0
    for module in _modules():
        # Looking for examples where there are none takes as long as running a quarter of them.
        if ">>>" not in inspect.getsource(module):
            continue
        result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
        assert result.failed == 0, module.__name__
        tried += result.attempted
    assert tried > 0

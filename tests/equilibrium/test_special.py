"""Special functions are those of SciPy, without the package around them."""

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import scipy.special

from cepasim.equilibrium import special


def _missing(_: str) -> None:
    raise ImportError


@pytest.mark.skipif(
    not hasattr(scipy.special._special_ufuncs, "ndtr"),
    reason="this version of SciPy keeps them elsewhere; the whole package then answers",
)
def test_special_functions_are_those_of_scipy_loaded_by_themselves() -> None:
    code = (
        "import sys\n"
        "from cepasim.equilibrium import special\n"
        "found = {name: getattr(special, name) for name in ('ndtr', 'expit', 'logit')}\n"
        "assert not {'scipy.special', 'numpy.f2py'} & set(sys.modules), 'the whole package'\n"
        "import scipy.special\n"
        "assert all(getattr(scipy.special, name) is one for name, one in found.items())\n"
        "assert special.ndtri is scipy.special.ndtri\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "find",
    [lambda _: None, lambda _: SimpleNamespace(origin="elsewhere/scipy/__init__.py"), _missing],
    ids=["no package", "no extension", "no finder"],
)
def test_the_package_serves_where_its_extension_is_not_found(
    monkeypatch: pytest.MonkeyPatch, find: Callable[[str], object]
) -> None:
    monkeypatch.delitem(sys.modules, "scipy.special")
    monkeypatch.delitem(sys.modules, "scipy.special._special_ufuncs", raising=False)
    monkeypatch.setattr(special, "find_spec", find)
    assert special._from_extension("ndtr") is None


def test_the_package_serves_where_it_is_loaded() -> None:
    assert special._from_extension("ndtr") is None
    assert special.ndtr is scipy.special.ndtr


def test_no_other_function_is_handed_on() -> None:
    with pytest.raises(AttributeError, match="erfinv"):
        _ = special.erfinv

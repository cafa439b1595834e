"""Special functions are those of SciPy, without the package around them."""

import subprocess
import sys


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

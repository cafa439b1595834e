"""Programs measured as they are installed: with their modules compiled."""

from __future__ import annotations

import os
from pathlib import Path

_SWITCH = "PYTHONDONTWRITEBYTECODE"


def with_compiled_modules(folder: Path | str) -> dict[str, str]:
    """Environment in which Python keeps compiled modules in a folder.

    An installation has them compiled. Where ``PYTHONDONTWRITEBYTECODE`` is set every start would
    compile all modules of a source tree anew, a tenth of a second that no user waits for. The
    first start fills the folder and belongs into no measure.

    Parameters
    ----------
    folder : path

    Returns
    -------
    dict
        The environment of this process with what differs.
    """
    own = {name: value for name, value in os.environ.items() if name != _SWITCH}
    return own | {"PYTHONPYCACHEPREFIX": str(folder)}

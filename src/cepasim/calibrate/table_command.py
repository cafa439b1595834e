"""The command that computes a table of ``params/`` and writes it, shared by modules that do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from cepasim.core import files
from cepasim.core.problems import InputError
from cepasim.params.parameters import bundled_directory


def write_table(
    table: str,
    module: str,
    description: str,
    make: Callable[[Path], pd.DataFrame],
    arguments: Sequence[str] | None = None,
) -> int:
    """Read the command line, compute the table and write it whole or not at all.

    Parameters
    ----------
    table : str
        Its name below the parameter folder, without ending.
    module : str
        What stands behind ``python -m``.
    description : str
        For ``--help``.
    make : callable
        From the parameter folder to the table.
    arguments : sequence of str, optional
        The command line unless given.

    Returns
    -------
    int
        Exit code: 0 written, 2 where the folder is wrong.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--params", type=Path, default=bundled_directory())
    directory = parser.parse_args(arguments).params
    target = directory / f"{table}.csv"
    try:
        made = make(directory)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    with files.replace_file(target) as partial:
        files.write_csv(made, partial)
    print(target)
    return 0

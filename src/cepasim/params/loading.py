"""Reads a parameter folder: the bundled one quickly, the user's after a full check."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.core.problems import InputError
from cepasim.params.dictionary import DICTIONARY_FILE, read_dictionary
from cepasim.params.parameters import Parameters, bundled_directory, check_folder
from cepasim.params.tables import read_table


def load_parameters(directory: Path | str | None = None) -> Parameters:
    """Read a parameter folder.

    The bundled folder is read quickly (its full check is a test of the project and
    ``cepasim check``); a user's folder is checked in full first.

    Parameters
    ----------
    directory : path, optional
        A complete folder or an overlay; the bundled one by default.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    if directory is not None:
        problems = check_folder(directory)
        if problems:
            raise InputError(problems)
    return read_parameters(bundled_directory() if directory is None else Path(directory))


def read_parameters(own: Path) -> Parameters:
    """Read a folder that is known to be sound; what cannot be read at all is refused.

    Parameters
    ----------
    own : Path
        A complete folder or an overlay.

    Raises
    ------
    InputError
        With every problem of a folder that is not sound after all.
    """
    bundled = bundled_directory()
    home = own if (own / DICTIONARY_FILE).is_file() else bundled
    dictionary = read_dictionary(home / DICTIONARY_FILE)
    files = {
        name: (own if (own / f"{name}.csv").is_file() else bundled) / f"{name}.csv"
        for name in dictionary.tables
    }
    absent = [name for name, path in files.items() if not path.is_file()]
    parameter_tables = [n for n, t in dictionary.tables.items() if t.form == "parameter"]
    if any(name in absent for name in parameter_tables):
        raise InputError(check_folder(own))
    rows = pd.concat(
        [read_table(files[n], dictionary.columns(n)).assign(table=n) for n in parameter_tables],
        ignore_index=True,
    )
    if not _is_sound(rows):
        raise InputError(check_folder(own))
    return Parameters(
        dictionary=dictionary,
        _files={name: path for name, path in files.items() if name not in absent},
        _dictionary_file=home / DICTIONARY_FILE,
        _rows=rows,
    )


def are_bundled(parameters: Parameters) -> bool:
    """Whether every table is the program's own, overrides aside.

    Parameters
    ----------
    parameters : Parameters
    """
    home = bundled_directory()
    return all(
        path.is_relative_to(home) or path.read_bytes() == (home / f"{name}.csv").read_bytes()
        for name, path in parameters._files.items()
    )


def _is_sound(rows: pd.DataFrame) -> bool:
    """Whether the parameter rows can be used: the cheap part of the full check."""
    low, value, high = (rows[c].to_numpy(float) for c in ("low", "value", "high"))
    return bool(np.all((low <= value) & (value <= high)) and rows["name"].is_unique)

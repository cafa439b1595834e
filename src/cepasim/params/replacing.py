"""Parameters with other rows in one table: values, ranges and sources all change at once."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.parameters import Parameters
from cepasim.params.scopes import OVERRIDES
from cepasim.params.tables import read_table


def rows_in_folder(parameters: Parameters, table: str) -> pd.DataFrame:
    """Rows of a parameter table as the folder has them, whatever replaced them since."""
    return read_table(parameters._files[table], parameters.dictionary.columns(table))


def with_rows(parameters: Parameters, table: str, rows: pd.DataFrame) -> Parameters:
    """Return the same parameters with other rows in one table.

    Parameters
    ----------
    parameters : Parameters
    table : str
        A table of the schema "parameter", such as ``"elasticities/armington"``.
    rows : DataFrame
        Columns as in the table.

    Raises
    ------
    InputError
        Where a value that was set by name has no row any more.
    """
    kept = parameters._rows
    before = kept[: int((kept["table"] == table).to_numpy().argmax())]
    after = kept[len(before) :]
    after = after[after["table"] != table]
    merged = pd.concat([before, rows.assign(table=table), after], ignore_index=True)
    names = set(merged["name"])
    problems = [
        Problem(OVERRIDES, None, name, value, f"a parameter of {table}{closest(name, names, 3)}")
        for name, value in parameters.overrides.items()
        if name not in names
    ]
    if problems:
        raise InputError(problems)
    return replace(
        parameters,
        _rows=merged,
        _tables={**parameters._tables, table: rows},
        _known_scopes=None,
        _used=set(),
        _used_together=set(),
    )

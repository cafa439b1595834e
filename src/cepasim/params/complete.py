"""Whether a table of the user's holds for all that the bundled one holds for, in the same units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from cepasim.core.language import separated, tr
from cepasim.core.problems import Problem, closest
from cepasim.params.cells import Rows
from cepasim.params.schema import Table, chapters_of

_SCOPE = ["parameter", "importer", "exporter", "hs", "window"]
_NAMED = 8  # rows left out that a message names


def keys(cells: pd.DataFrame, columns: Sequence[str]) -> pd.Index:
    """Text of the key cells of each row; ``"hs9:6"`` is the first six digits of ``hs9``."""
    text = pd.Series("", cells.index, dtype=object)
    for place, column in enumerate(columns):
        name, _, digits = column.partition(":")
        part = cells[name].str[: int(digits)] if digits else cells[name]
        text = text + (" " if place else "") + part.astype(object)
    return pd.Index(text)


def incomplete(rows: Rows, table: Table, bundled: pd.DataFrame) -> Iterator[Problem]:
    """Rows of the bundled table that an overlay leaves out, and rows nothing reads."""
    if table.form == "parameter":
        yield from _uncovered(rows, bundled)
        return
    if not table.whole:
        return
    columns = [column.partition(":")[0] for column in table.whole]
    wanted, own = keys(bundled, table.whole), keys(rows.cells, table.whole)
    missing = [str(key) for key in wanted.unique().difference(own, sort=False)]
    if missing:
        words = tr("a row for every {columns} of the bundled table", columns=separated(columns))
        text = _left_out(words, missing, wanted.nunique(), rows)
        yield Problem(rows.shown, None, ", ".join(columns), None, text)
    if table.whole == table.key:
        for line, key in zip(rows.cells.index, own, strict=True):
            if key not in wanted:
                text = tr("a row of the bundled table; nothing reads this one")
                yield Problem(rows.shown, int(line), ", ".join(columns), key, text)


def _left_out(words: str, missing: list[str], of: int, rows: Rows) -> str:
    listed = separated(missing[:_NAMED])
    if more := len(missing) - _NAMED if len(missing) > _NAMED else 0:
        listed = tr("{items} and {n} more", items=listed, n=f"{more:,}")
    text = tr("{allowed}; left out: {rows}", allowed=words, rows=listed)
    if 2 * len(missing) <= of:
        return text
    return tr(
        "{problem}. A table in your folder replaces the whole bundled one: take a copy with "
        "`cepasim params copy {table} my-params/` and change the rows you mean",
        problem=text,
        table=rows.name,
    )


def _uncovered(rows: Rows, bundled: pd.DataFrame) -> Iterator[Problem]:
    """Parameters without a row for some scope, unknown parameters, names the program misses."""
    parameters = sorted(set(bundled["parameter"]))
    named = {tuple(row): name for *row, name in bundled[[*_SCOPE, "name"]].to_numpy()}
    own = rows.cells
    for line, row, name in zip(own.index, own[_SCOPE].to_numpy(), own["name"], strict=True):
        if row[0] not in parameters:
            words = tr("a parameter that this table has") + closest(row[0], parameters)
            yield Problem(rows.shown, int(line), "parameter", row[0], words)
        elif named.get(tuple(row), name) != name:
            words = tr("{name}, the name of this parameter and scope", name=named[tuple(row)])
            yield Problem(rows.shown, int(line), "name", name, words)
    by_parameter = {str(name): group for name, group in own.groupby("parameter")}
    missing = [
        str(row["name"])
        for _, row in bundled.iterrows()
        if not _covered(row, by_parameter.get(str(row["parameter"]), own.iloc[:0]))
    ]
    if missing:
        words = tr("rows that hold wherever the bundled ones do")
        yield Problem(rows.shown, None, "name", None, _left_out(words, missing, len(bundled), rows))


def _covered(wanted: pd.Series, own: pd.DataFrame) -> bool:
    """Whether rows of one parameter hold for all that a bundled row holds for."""
    for column in ("importer", "exporter", "window"):
        if wanted[column]:
            own = own[own[column].isin(["", wanted[column]])]
    if own.empty or (own["hs"] == "").any():
        return not own.empty
    held = {hs for spec in own["hs"] for hs in chapters_of(spec)}
    # A bundled row for all chapters may be split into as many as there are.
    return set(chapters_of(wanted["hs"] or "01-99")) <= held


def foreign_units(rows: Rows, bundled: pd.DataFrame) -> Iterator[Problem]:
    """Units that are known but not those of the parameter."""
    units = {str(k): set(group) for k, group in bundled.groupby("parameter")["unit"]}
    own = rows.cells
    for line, parameter, unit in zip(own.index, own["parameter"], own["unit"], strict=True):
        allowed = units.get(parameter, {unit})
        if unit not in allowed:
            units_known = separated(sorted(allowed))
            words = tr("{units}, the unit of {parameter}", units=units_known, parameter=parameter)
            yield Problem(rows.shown, int(line), "unit", unit, words)

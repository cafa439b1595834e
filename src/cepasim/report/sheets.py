"""Sheets of a workbook: the tables of a result, and what is said about them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cepasim.core import files
from cepasim.report.headline import weighed_notes
from cepasim.tables.result_tables import ResultTables
from cepasim.tables.sums import by_chapter_where_long


def sheets(
    result: ResultTables,
    tables: Mapping[str, pd.DataFrame],
    options: Mapping[str, object],
    year: str | None = None,
) -> dict[str, pd.DataFrame]:
    """Return every sheet of a result's workbook by name, in order.

    Parameters
    ----------
    result : ResultTables
    tables : mapping of str to DataFrame
        Its tables by name; long ones are summed by chapter.
    options : mapping
        Options to record in the manifest.
    year : str, optional
        The year its first sheet is about; the last one unless given.
    """
    described = files.with_options(result.manifest, options)
    described.pop("scenario", None)  # has a sheet of its own
    frames, summed = by_chapter_where_long(dict(tables))
    lines = result.scenario.to_yaml().splitlines()
    notes = [*weighed_notes(result, year), *summed]
    return frames | {
        "notes": pd.DataFrame({"note": pd.Series(notes, dtype="str")}),
        "scenario": pd.DataFrame({"scenario": lines}),
        "manifest": pd.DataFrame(
            {"item": list(described), "value": [files.as_text(v) for v in described.values()]}
        ),
    }

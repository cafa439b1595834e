"""The user's files of duties and of claims named in the metadata, which every result carries."""

from __future__ import annotations

from pathlib import Path

import yaml

from cepasim.calibrate.benchmark.own_evidence import BEGINS, NAME
from cepasim.calibrate.own_figures.duties import COVERAGE, LINES
from cepasim.calibrate.own_figures.moved_tables import read_texts
from cepasim.calibrate.own_figures.use import USE
from cepasim.core import files
from cepasim.core.yaml_lines import read_data

#: What is said of the tables that hold rates; trade is named by the year alone.
_SAID = {
    "duties": (*LINES.values(), COVERAGE),
    "use of the CEPA in Japan": (USE,),
}


def name_rates(folder: Path) -> None:
    """Name the files whose rates the folder holds beside those of its trade.

    Parameters
    ----------
    folder : Path
        Changed in place.
    """
    path = folder / "benchmark" / "metadata.yaml"
    described = dict(read_data(path))
    parts = [one for one in str(described.get(NAME, "")).split(" | ") if one]
    kept = [one for one in parts if not one.startswith(tuple(_SAID))]
    said = [
        f"{what} of {years}: {names}" for what in _SAID for years, names in _named(folder, what)
    ]
    if kept + said == parts:
        return
    described[NAME] = " | ".join([*kept, *said])
    files.write_text(yaml.safe_dump(described, sort_keys=False, allow_unicode=True), path)


def _named(folder: Path, what: str) -> list[tuple[str, str]]:
    """Years of what is the user's, and the files of each."""
    found: dict[str, dict[str, None]] = {}
    for table in _SAID[what]:
        rows = read_texts(folder, table)
        rows = rows[rows["source"].str.startswith(BEGINS)]
        for year, source in zip(rows["year"], rows["source"], strict=True):
            found.setdefault(year, {})[source.removeprefix(BEGINS)] = None
    return [(year, "; ".join(names)) for year, names in sorted(found.items())]

"""A package as files: its scenario and tables in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cepasim.core.files import (
    refuse_foreign,
    replace_folder,
    write_csv,
    write_manifest,
    write_text,
)
from cepasim.core.manifest import manifest
from cepasim.studies.advice.searched import Searched

#: Files that a folder of a package may hold.
_FILES = (
    "scenario.yaml",
    "package.csv",
    "left_out.csv",
    "gap.csv",
    "model_choice_alternatives.csv",
    "model_choice_draws.csv",
    "model_choice_measures.csv",
    "model_choice_ranges.csv",
)


def write_package(
    package: Searched, tables: Mapping[str, pd.DataFrame], directory: str | Path
) -> None:
    """Write the scenario and tables into a folder.

    Parameters
    ----------
    package : Searched
    tables : mapping of str to DataFrame
        By the name of the file.
    directory : str or Path
        New, empty, or of an earlier package that nobody changed.
    """
    parameters, text = package.runner.economy.parameters, package.scenario.to_yaml()
    described = manifest(
        engine="armington",
        scenario_text=text,
        scenario=package.scenario.to_dict(),
        parameter_digest=parameters.digest,
        overrides=parameters.overrides,
        options={"objective": package.terms.objective, "measure": package.terms.measure},
    )
    refuse_foreign(Path(directory), _FILES)
    with replace_folder(directory) as folder:
        write_text(text, folder / "scenario.yaml")
        for name, table in tables.items():
            write_csv(table, folder / f"{name}.csv")
        write_manifest(described, folder, {"constraints": str(dict(package.terms.given))})

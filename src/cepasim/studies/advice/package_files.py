"""A package as files: scenario and tables in a folder, or one workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cepasim.core.files import (
    refuse_foreign,
    replace_file,
    replace_folder,
    write_csv,
    write_manifest,
    write_text,
)
from cepasim.core.manifest import manifest
from cepasim.core.workbook import write_workbook

if TYPE_CHECKING:
    from cepasim.studies.advice.package import Package

#: Tables that every package has, and those that it has once it was searched for in other worlds.
_TABLES = ("package", "left_out", "gap")
_CHOICE = ("alternatives", "draws", "measures", "ranges")


def tables_of(package: Package) -> dict[str, pd.DataFrame]:
    """Tables of a package by the names of their files.

    Parameters
    ----------
    package : Package
    """
    found = {"package": package.table, "left_out": package.left_out, "gap": package.gap}
    if package.sure is not None:
        found |= {f"model_choice_{name}": getattr(package.sure, name) for name in _CHOICE}
    return found


def write_package(package: Package, directory: str | Path) -> None:
    """Write the scenario and every table into a folder.

    Parameters
    ----------
    package : Package
    directory : str or Path
        New, empty, or of an earlier package that nobody changed.
    """
    parameters, text = package.runner.economy.parameters, package.scenario.to_yaml()
    described = manifest(
        engine="armington",
        scenario_text=text,
        parameter_digest=parameters.digest,
        overrides=parameters.overrides,
        options={"objective": package.terms.objective, "measure": package.terms.measure},
    )
    known = (*_TABLES, *(f"model_choice_{name}" for name in _CHOICE))
    refuse_foreign(Path(directory), ("scenario.yaml", *(f"{name}.csv" for name in known)))
    with replace_folder(directory) as folder:
        write_text(text, folder / "scenario.yaml")
        for name, table in tables_of(package).items():
            write_csv(table, folder / f"{name}.csv")
        write_manifest(described, folder, {"constraints": str(dict(package.terms.given))})


def write_package_workbook(package: Package, path: str | Path) -> None:
    """Write the sentence and every table as a workbook.

    Parameters
    ----------
    package : Package
    path : str or Path
    """
    said = [package.sentence]
    if package.sure is not None:
        said += [package.sure.text, *package.sure.notes]
    said += [f"Kept to: {row.text}." for row in package.terms.rows]
    said.append(f"US$ million of 2023-24, change against the reference in {package.year}.")
    sheets = {"summary": pd.DataFrame({"text": said})} | tables_of(package)
    with replace_file(path) as file:
        write_workbook(sheets, file)

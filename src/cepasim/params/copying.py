"""Takes copies of tables into a folder of the user's, to be changed there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.dictionary import DICTIONARY_FILE, read_dictionary
from cepasim.params.parameters import Parameters, bundled_directory


def copy_tables(names: Sequence[str], directory: Path) -> tuple[Path, ...]:
    """Copy bundled tables into a folder; a file that is there is never overwritten.

    Parameters
    ----------
    names : sequence of str
        Tables such as ``"elasticities/armington"`` (``.csv`` may follow), or folders of them such
        as ``"elasticities"``.
    directory : Path
        Folder of the user's; made where there is none.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    InputError
        For a name that is not a bundled table and for a file that is there; nothing is copied then.
    """
    bundled = bundled_directory()
    tables = [
        name
        for name in read_dictionary(bundled / DICTIONARY_FILE).tables
        if (bundled / f"{name}.csv").is_file()
    ]
    problems, wanted = [], []
    for name in names:
        plain = name.removesuffix(".csv").rstrip("/")
        found = [one for one in tables if one == plain or one.startswith(f"{plain}/")]
        if not plain or not found:
            words = tr("a bundled table such as elasticities/armington")
            words += closest(plain, tables, 3)
            problems.append(Problem("params copy", None, "table", name, words))
        wanted += found
    targets = {directory / f"{name}.csv": bundled / f"{name}.csv" for name in wanted}
    problems += [
        Problem(
            str(target), None, "file", target.name, tr("no file there: it would be overwritten")
        )
        for target in targets
        if target.exists() or target.is_symlink()
    ]
    if directory.exists() and not directory.is_dir():
        problems.append(Problem(str(directory), None, "folder", directory.name, tr("a folder")))
    if problems:
        raise InputError(problems)
    for target, source in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return tuple(targets)


def table_files(parameters: Parameters) -> Mapping[str, Path]:
    """File of every table by name: the user's where the folder has one, else the bundled one."""
    return parameters._files


def copy_folder(parameters: Parameters, directory: Path) -> None:
    """Write every table, the dictionary and the documents beside them as a complete folder.

    Parameters
    ----------
    parameters : Parameters
        As the folder has them: changes by name are not written.
    directory : Path
        Made where it does not exist.
    """
    tables = table_files(parameters)
    files = {f"{name}.csv": path for name, path in tables.items()}
    for shown in parameters.dictionary.documents:
        beside = next(
            path.with_name(Path(shown).name)
            for name, path in tables.items()
            if Path(name).parent == Path(shown).parent
        )
        if beside.is_file():
            files[shown] = beside
    for shown, path in {**files, DICTIONARY_FILE: parameters._dictionary_file}.items():
        target = directory / shown
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())

"""Scenarios that come with the program, by name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cepasim.core.language import LANGUAGES, language, separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.yaml_lines import read_yaml
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.reading import MAX_BYTES

#: What the README and the first page show before anything else: the remedies one by one and
#: together. Everything else is a proposal of the day or a question about one.
MAIN = (
    "cepa-remaining-tariffs",
    "cepa-reciprocal",
    "origin-rules",
    "ntb-relief",
    "fund-2bn",
    "china-plus-one",
    "full-package",
)


def scenarios() -> dict[str, str]:
    """Names of the bundled scenarios, each with its description.

    Returns
    -------
    dict of str to str
        The main ones first, the rest in the order of their names. `Scenario.bundled` opens one.

    Examples
    --------
    >>> import cepasim
    >>> "ntb-relief" in cepasim.scenarios()
    True
    """
    return dict(_described())


def bundled_path(name: str) -> Path:
    """File of a bundled scenario.

    Raises
    ------
    InputError
        Where there is none of that name.
    """
    files = _files()
    if not isinstance(name, str) or name not in files:
        text = tr(
            "a bundled scenario{meant}; allowed: {allowed}",
            meant=closest(name, files),
            allowed=separated(files),
        )
        raise InputError([Problem("scenario", None, "name", name, text)])
    return files[name]


def name_in_words(name: str) -> str:
    """Say the name of a scenario: a bundled one in the reader's language, the user's own as it is.

    Parameters
    ----------
    name : str
        As its file has it, in any language.
    """
    names = _names()
    return tr(names[name]) if name in names else name


def _files() -> dict[str, Path]:
    found = {path.stem: path for path in sorted((bundled_directory() / "scenarios").glob("*.yaml"))}
    order = [*(name for name in MAIN if name in found), *(n for n in found if n not in MAIN)]
    return {name: found[name] for name in order}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Names of the bundled scenarios in every language, each with that of its file."""
    found = {}
    for path in _files().values():
        name = str(read_yaml(path, MAX_BYTES).data["name"])
        for tag in LANGUAGES:
            with language(tag):
                found[tr(name)] = name
    return found


@lru_cache(maxsize=1)
def _described() -> tuple[tuple[str, str], ...]:
    found = []
    for name, path in _files().items():
        data = read_yaml(path, MAX_BYTES).data
        found.append((name, str(data.get("description") or data["name"])))
    return tuple(found)

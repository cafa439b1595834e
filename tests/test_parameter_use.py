"""Every declared parameter is used by the code, and every one the code names is declared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cepasim
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters, bundled_directory

SOURCE = Path(__file__).resolve().parents[1] / "src" / "cepasim"
WAITING = Path(__file__).resolve().parent / "parameters_waiting.txt"
# The reader and the page speak about parameters in general and name none.
GENERAL = {"params.py", "parameter_check.py", "parameter_dictionary.py", "parameter_page.py"}


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return load_parameters()


@pytest.fixture(scope="module")
def code() -> str:
    files = sorted(path for path in SOURCE.rglob("*.py") if path.name not in GENERAL)
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.fixture(scope="module")
def waiting() -> set[str]:
    """Parameters that wait for a later piece of work; each line says which."""
    lines = WAITING.read_text(encoding="utf-8").splitlines()
    return {line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()}


def _named(code: str, word: str) -> bool:
    """Whether a string of the code names the parameter, or its stem before an f-string's brace."""
    if re.search(rf"""["']{re.escape(word)}["']""", code):
        return True
    stems = set(re.findall(r"""f["']([a-z0-9_]+_)\{""", code))
    return any(word.startswith(stem) for stem in stems)


@pytest.mark.slow(seconds=2)
def test_every_declared_parameter_is_named_in_the_code(
    parameters: Parameters, code: str, waiting: set[str]
) -> None:
    tables = [n for n, t in parameters.dictionary.tables.items() if t.form == "parameter"]
    idle = []
    for table in tables:
        rows = parameters.table(table)[["name", "parameter"]].itertuples(index=False)
        idle += [n for n, p in rows if not _named(code, p) and not _named(code, n)]
    assert set(idle) - waiting == set(), "declared and never used"
    assert waiting - set(idle) == set(), "waits no longer: take it out of parameters_waiting.txt"


def test_every_parameter_the_code_names_is_declared(parameters: Parameters, code: str) -> None:
    called = re.findall(r"""\.value\(\s*["']([a-z0-9_]+)["']""", code)
    assert set(called) <= set(parameters.names)
    asked = re.findall(r"""\.by_chapter\(\s*["']([a-z0-9_]+)["']""", code)
    declared = {
        parameter
        for name, table in parameters.dictionary.tables.items()
        if table.form == "parameter"
        for parameter in parameters.table(name)["parameter"]
    }
    assert set(asked) <= declared


def test_every_table_is_read_or_waits(parameters: Parameters, code: str) -> None:
    """A table is read by its name, or ``later: true`` in tables.yaml says that it waits."""
    for name, table in parameters.dictionary.tables.items():
        if table.form in ("parameter", "report") or table.later:
            continue
        folder, stem = name.rsplit("/", 1)
        written = (name, f"{folder}/{{", f'"{stem}"', f'"{stem.removeprefix("market_")}"')
        assert any(text in code for text in written), f"{name} is read by no code"


def test_no_table_that_is_read_says_that_it_waits(parameters: Parameters, code: str) -> None:
    waiting = {name for name, table in parameters.dictionary.tables.items() if table.later}
    read = {name for name in waiting if f'"{name}"' in code}
    assert read == set(), "read now: drop `later: true` in tables.yaml"


def test_every_table_the_code_reads_is_declared(parameters: Parameters, code: str) -> None:
    read = re.findall(r"""\.table\(\s*["']([a-z0-9_/]+)["']""", code)
    assert set(read) <= set(parameters.dictionary.tables)


def test_a_run_of_the_base_economy_uses_what_it_should() -> None:
    """Loading the economy reads the elasticities, barriers and rates of every chapter."""
    used = cepasim.load().parameters.used
    assert {"eta", "eta_food_medicine", "utilisation_max_jpn", "freight_insurance_others"} <= used
    assert {f"sigma_import_{hs:02d}" for hs in range(1, 100) if hs != 77} <= used


def test_every_parameter_table_is_in_the_folder() -> None:
    files = {path.name for path in bundled_directory().rglob("*.csv")}
    assert {"armington.csv", "ave.csv", "fund.csv", "import_content.csv"} <= files

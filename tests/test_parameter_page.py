"""The page of parameters is the one its generator writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters
from docs.writers import parameters as parameter_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "parameters.md"


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return load_parameters()


@pytest.fixture(scope="module")
def page(parameters: Parameters) -> str:
    return parameter_page.parameter_page(parameters)


@pytest.mark.slow(seconds=1)
def test_committed_page_is_current(page: str) -> None:
    renew = "run: python -m docs.writers.parameters docs/parameters.md"
    assert PAGE.read_text(encoding="utf-8") == page, renew


@pytest.mark.slow(seconds=0.7)
def test_page_names_every_parameter_rule_and_table(parameters: Parameters, page: str) -> None:
    assert all(f"`{name}`" in page for name in parameters.names)
    assert all(f"| {rule} |" in page for rule in parameters.dictionary.rules)
    assert all(f"### {table}\n" in page for table in parameters.dictionary.tables)


def test_page_links_to_files_that_exist(parameters: Parameters, page: str) -> None:
    for table in parameters.tables:
        assert f"(../params/{table}.csv)" in page
        assert (PAGE.parents[1] / "params" / f"{table}.csv").is_file()


def test_rows_of_a_table_have_as_many_cells_as_its_head(page: str) -> None:
    head = 0
    for line in page.splitlines():
        cells = line.replace("\\|", "").count("|")
        if not line.startswith("|"):
            head = 0
        elif head == 0:
            head = cells
        else:
            assert cells == head, line


@pytest.mark.slow(seconds=2)
def test_main_writes_the_page(
    tmp_path: Path, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "parameters.md"
    assert parameter_page.main([str(target)]) == 0
    assert target.read_text(encoding="utf-8") == page
    assert [path.name for path in tmp_path.iterdir()] == ["parameters.md"]
    assert parameter_page.main(["a", "b"]) == 2
    assert "usage" in capsys.readouterr().err

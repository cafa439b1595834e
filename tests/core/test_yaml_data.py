"""One careful reader for our own YAML files: plain data, and nothing that stands twice."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cepasim import InputError
from cepasim.core.yaml_lines import parse_yaml, read_data
from cepasim.params.parameters import bundled_directory

FILES = [
    bundled_directory() / "benchmark" / "metadata.yaml",
    bundled_directory() / "history" / "backcast_fit.yaml",
    *sorted((Path(__file__).parents[1] / "calibrate" / "backcast").glob("*.yaml")),
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_is_stored_reads_as_yaml_does(file: Path) -> None:
    assert read_data(file) == yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "a: &x 1\nb: *x\n", "a: !!python/name:os\n"])
def test_what_a_careless_reader_would_take_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "told.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match="told.yaml"):
        read_data(file)


def test_a_text_is_read_under_the_name_it_is_given() -> None:
    assert parse_yaml("levers: []\n", "base").data == {"levers": []}
    with pytest.raises(InputError, match="base:2"):
        parse_yaml("a: 1\n b: 2\n", "base")

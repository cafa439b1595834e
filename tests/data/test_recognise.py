"""The door of the readers: what is not recognised is refused, and the package stays quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cepasim.core.problems import InputError
from cepasim.data import read


def test_a_file_of_no_layout_is_refused_by_name_with_what_was_found(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("month,price\n2023-04,7.2\n")
    with pytest.raises(InputError) as refused:
        read(file)
    (problem,) = refused.value.problems
    assert problem.file == str(file)
    assert problem.value == "month, price"
    assert "known layouts" in problem.allowed


def test_the_room_is_loaded_when_first_asked_for() -> None:
    words = (
        "import cepasim, sys; assert 'cepasim.data' not in sys.modules; "
        "assert callable(cepasim.data.read)"
    )
    subprocess.run([sys.executable, "-c", words], check=True)

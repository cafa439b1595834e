"""The language and the currency of the reader, options of every command."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cepasim.cli.commands import app


def _said(*arguments: str, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, arguments, env=environment)
    return done.exit_code, done.output + done.stderr


@pytest.mark.slow(seconds=1)
def test_a_command_speaks_to_its_reader() -> None:
    code, said = _said("run", "reference", "--language", "ja", "--currency", "jpy")
    assert code == 0
    assert "2035年度" in said
    assert "1ドル＝144.5円" in said


@pytest.mark.parametrize(
    ("arguments", "environment", "allowed"),
    [
        (("--language", "jp"), {}, "one of en, ja"),
        (("--currency", "EUR"), {}, "one of USD, INR, JPY"),
        ((), {"CEPASIM_LANGUAGE": "jp"}, "one of en, ja"),
    ],
)
def test_what_is_unknown_is_refused_with_what_there_is(
    arguments: tuple[str, ...], environment: dict[str, str], allowed: str
) -> None:
    code, said = _said("scenarios", *arguments, **environment)
    assert (code, allowed in said) == (2, True)

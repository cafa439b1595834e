"""``cepasim target`` on the command line."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cepasim.cli.commands import app


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["target", "ntb-relief", "--year", "2030-31", *arguments])
    return done.exit_code, done.output


def test_it_says_how_far_the_lever_must_go() -> None:
    code, said = call("--lever", "0", "--balance", "-17900")
    assert code == 0 and "relief_percent" in said and "levers:" in said


def test_no_target_or_two_are_wrong_input() -> None:
    assert call()[0] == 2
    assert call("--balance", "-17900", "--exports", "6000")[0] == 2


@pytest.mark.slow(seconds=2)
def test_a_section_can_be_meant() -> None:
    code, said = call("--exports", "XI:500")
    assert code == 0 and "section XI" in said
    assert call("--exports", "much")[0] == 2
    assert call("--exports", "XXX:5")[0] == 2


def test_what_is_given_is_worth_what_is_asked() -> None:
    done = CliRunner().invoke(app, ["exchange", "cepa-reciprocal", "--year", "2030-31"])
    assert done.exit_code == 0 and "To be worth as much to Japan" in done.output

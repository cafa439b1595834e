"""Treasuries and welfare: parts stand in, and no dash is without a reason."""

from __future__ import annotations

import pytest

import cepasim
from cepasim.core.language import language
from cepasim.levers.every import every_form, lever_name
from cepasim.levers.lever import Example
from cepasim.report import compared, fund, terminal
from cepasim.report.accounts import accounts, unclaimed, welfare_in_words
from cepasim.report.blocks import plain

YEAR = "2030-31"


def run(economy: cepasim.Economy, name: str) -> cepasim.Result:
    return cepasim.simulate(economy, cepasim.Scenario.bundled(name))


def test_parts_of_an_account_stand_in(economy: cepasim.Economy) -> None:
    result = run(economy, "full-package")
    tables = (
        accounts(result, YEAR),
        compared.changes_table({"a": result, "b": run(economy, "ntb-relief")}, None, YEAR, 0),
        *fund.fund_accounts(result, YEAR),
    )
    for table in tables:
        named = [place for place, row in enumerate(table.rows) if str(row[0]).startswith("of ")]
        assert named and named == list(table.parts)


def test_no_welfare_has_its_reason(economy: cepasim.Economy) -> None:
    moved = run(economy, "china-plus-one")
    said = plain(welfare_in_words(moved, YEAR).text)
    lever = lever_name("sourcing")
    assert f"National welfare of Japan is not counted (–) in 2030-31 ({lever}): buyers" in said
    assert "has a change and no level (–)" in said
    assert unclaimed(run(economy, "ntb-relief"), YEAR) == ()
    below = compared.changes_table({"moved": moved}, None, YEAR, 0).note
    assert "moved: National welfare of Japan is not counted" in below
    with language("ja"):
        assert "Japan" not in "".join(unclaimed(moved, YEAR))
    page = terminal.text(moved, "section", YEAR)
    assert "is not counted (–)" in " ".join(page.split())
    [together] = [line for line in page.splitlines() if line.startswith(" Together")]
    assert together.split()[4] == "–", "a part is not the sum"


@pytest.mark.parametrize(
    ("kind", "example"), every_form(), ids=lambda one: getattr(one, "form", one)
)
def test_every_lever_without_welfare_says_why(kind: str, example: Example) -> None:
    data = {"name": "one", "levers": [{kind: dict(example.settings)}]}
    [lever] = cepasim.Scenario.from_dict(data).levers
    assert bool(lever.why_no_welfare) or not lever.no_welfare

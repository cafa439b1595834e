"""Every form of every lever has the signs its own example promises, on the real benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import cepasim
from cepasim import Economy, Scenario
from cepasim.levers.every import every_form
from docs.writers.levers import levers_page

PAGE = Path(__file__).parents[1] / "docs" / "levers.md"
FORMS = [pytest.param(kind, one, id=f"{kind}, {one.form}") for kind, one in every_form()]


def test_the_page_is_what_the_levers_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == levers_page(), "renew it: python -m docs.writers.levers docs/levers.md"


def test_a_row_of_the_page_can_be_copied_into_a_file() -> None:
    first = [line.split("`")[1] for line in levers_page().splitlines() if line.startswith("| `")]
    assert [yaml.safe_load(cell) for cell in first if ":" in cell] == [
        {kind: dict(one.settings)} for kind, one in every_form()
    ]


@pytest.mark.parametrize(("kind", "example"), FORMS)
def test_sign(economy: Economy, kind: str, example: Any) -> None:
    levers = [{kind: dict(example.settings)}]
    scenario = Scenario.from_dict({"name": "sign", "levers": levers, "time": "long_run"})
    last = cepasim.simulate(economy, scenario, attribution=False).totals.iloc[-1]
    names = ("exports", "imports", "duty_japan", "duty_india")
    change = {name: last[f"{name}_usd_mn"] - last[f"baseline_{name}_usd_mn"] for name in names}
    change["balance"] = last["change_in_balance_usd_mn"]
    order = ("exports", "imports", "balance", "duty_japan", "duty_india")
    assert len(example.signs) == len(order)
    for name, sign in zip(order, example.signs, strict=True):
        moved = change[name]
        seen = "0" if abs(moved) < 1e-8 else "+" if moved > 0 else "-"
        assert sign in ("?", seen), f"{name}: {moved:+.6f}, the example says {sign}"

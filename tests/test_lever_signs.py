"""The table of signs in docs/levers.md, row by row on the real benchmark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import cepasim
from cepasim import Economy, Scenario

PAGE = Path(__file__).parents[1] / "docs" / "levers.md"
COLUMNS = ("exports", "imports", "balance", "duty of Japan on India", "duty of India on Japan")
ROW = re.compile(r"^\| `(?P<lever>[^`]+)` \|(?P<signs>(?: [-+0?] \|){5})")
ROWS = [match for line in PAGE.read_text().splitlines() if (match := ROW.match(line))]


def test_the_page_has_a_row_for_every_kind_of_lever() -> None:
    from cepasim.levers.every import LEVER_KINDS

    kinds = {next(iter(yaml.safe_load(row["lever"]))) for row in ROWS}
    assert kinds >= set(LEVER_KINDS)
    assert len(ROWS) == PAGE.read_text().count("| `")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["lever"][:60])
def test_sign(economy: Economy, row: re.Match[str]) -> None:
    levers = [yaml.safe_load(row["lever"])]
    scenario = Scenario.from_dict({"name": "sign", "levers": levers, "time": "long_run"})
    last = cepasim.simulate(economy, scenario).totals.iloc[-1]
    change = {
        "exports": last["exports_usd_mn"] - last["baseline_exports_usd_mn"],
        "imports": last["imports_usd_mn"] - last["baseline_imports_usd_mn"],
        "balance": last["change_in_balance_usd_mn"],
        "duty of Japan on India": last["duty_japan_on_india_usd_mn"]
        - last["baseline_duty_japan_on_india_usd_mn"],
        "duty of India on Japan": last["duty_india_on_japan_usd_mn"]
        - last["baseline_duty_india_on_japan_usd_mn"],
    }
    for name, sign in zip(COLUMNS, row["signs"].replace("|", " ").split(), strict=True):
        moved = change[name]
        seen = "0" if abs(moved) < 1e-8 else "+" if moved > 0 else "-"
        assert sign in ("?", seen), f"{name}: {moved:+.6f}, the page says {sign}"

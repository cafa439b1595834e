"""Write the generated blocks of ``docs/uncertainty.md``: a few minutes on two processors.

``python -m docs.writers.ranges [--draws N] [--points N]``
"""

from __future__ import annotations

import argparse
import re
from concurrent.futures import Executor
from pathlib import Path

import cepasim
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.bundled import MAIN
from cepasim.studies.executors import open_executor

PAGE = Path(__file__).parents[1] / "uncertainty.md"
YEARS = ("2030-31", "2035-36")
ITEMS = {
    "change_in_exports_usd_mn": "exports",
    "change_in_imports_usd_mn": "imports",
    "change_in_balance_usd_mn": "balance",
}
WORTH_SHOWING = 0.02


def ranges_block(economy: cepasim.Economy, draws: int, executor: Executor | None) -> str:
    """One line for each bundled scenario and year."""
    lines = [
        f"{draws:,} draws, seed 1.",
        "",
        "| scenario | year | exports | imports | balance | the deficit falls in |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for name in sorted(MAIN):
        scenario = cepasim.Scenario.bundled(name)
        found = cepasim.monte_carlo(economy, scenario, draws, 1, executor)
        table = found.totals.set_index(["fiscal_year", "item"])
        for year in YEARS:
            cells = []
            for item in ITEMS:
                row = table.loc[(year, item)]
                cells.append(f"{row['central']:+,.0f} ({row['p5']:+,.0f} to {row['p95']:+,.0f})")
            share = 100 * found.probability_deficit_falls[year]
            shown = f"`{name}`" if year == YEARS[0] else ""
            lines.append(f"| {shown} | {year} | {' | '.join(cells)} | {share:.0f} % |")
        if found.failed:
            lines.append(f"| | | {len(found.failed)} draws without an equilibrium | | | |")
    return "\n".join(lines)


def indices_block(economy: cepasim.Economy, points: int, executor: Executor | None) -> str:
    """Indices of the full package by group."""
    scenario = cepasim.Scenario.read(bundled_directory() / "scenarios" / "full-package.yaml")
    found = cepasim.sensitivity(economy, scenario, YEARS[0], points, 1, executor)
    table = found.indices
    total = table.pivot(index="label", columns="item", values="total")[list(ITEMS)]
    first = table.pivot(index="label", columns="item", values="first")[list(ITEMS)]
    shown = total[(total > WORTH_SHOWING).any(axis=1)]
    shown = shown.sort_values("change_in_balance_usd_mn", ascending=False)
    decides = ", ".join(
        f"of {ITEMS[row.item]} *{row.label.lower()}*" for row in found.deciding.itertuples()
    )
    lines = [
        f"{points:,} base points, seed 1. The group that decides: {decides}.",
        "",
        "| group | " + " | ".join(ITEMS.values()) + " |",
        "|---|---:|---:|---:|",
    ]
    for label, row in shown.iterrows():
        cells = [f"{row[item]:.2f} ({max(first.loc[label, item], 0):.2f})" for item in ITEMS]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def with_block(page: str, name: str, content: str) -> str:
    """Page with one generated block replaced."""
    pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
    changed, count = re.subn(pattern, lambda m: f"{m[1]}{content}\n{m[2]}", page, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{PAGE}: no block {name}")
    return changed


def main() -> None:
    """Compute the blocks and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=1024)
    options.add_argument("--points", type=int, default=256)
    given = options.parse_args()
    economy = cepasim.load()
    with open_executor() as executor:
        page = PAGE.read_text(encoding="utf-8")
        page = with_block(page, "ranges", ranges_block(economy, given.draws, executor))
        page = with_block(page, "indices", indices_block(economy, given.points, executor))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

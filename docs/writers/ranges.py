"""Write the generated blocks of ``docs/uncertainty.md``: some six minutes on two processors.

``python -m docs.writers.ranges [--draws N] [--points N] [--presets]``; with ``--presets`` only the
table of all bundled scenarios is written, with a quarter of the draws for each.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from types import MappingProxyType

import cepasim
from cepasim.scenario.bundled import MAIN
from cepasim.studies.executors import open_executor
from cepasim.studies.monte_carlo import MonteCarlo
from cepasim.studies.open_choices import CHOICES
from docs.writers.quoted import bundled

PAGE = Path(__file__).parents[1] / "uncertainty.md"
YEARS = ("2030-31", "2035-36")
ITEMS = {
    "change_in_exports_usd_mn": "exports",
    "change_in_imports_usd_mn": "imports",
    "change_in_balance_usd_mn": "balance",
}
WORTH_SHOWING = 0.02
#: Draws of the scenarios that are not among the main ones, as a part of theirs.
FEWER = 4
BALANCE = "change_in_balance_usd_mn"


def ranges_blocks(
    economy: cepasim.Economy, draws: int, executor: Executor | None
) -> dict[str, str]:
    """Both ranges of the main scenarios, and which choice moves each balance."""
    heads = "| scenario | year | exports | imports | balance | the deficit falls in "
    ranges = [
        f"{draws:,} draws, seed 1.",
        "",
        f"{heads}| balance, figures and model choice | the deficit falls in | sign |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    choices = [
        f"{draws:,} draws, seed 1; change in the balance in {YEARS[-1]}, US$ million. "
        "Medians of the draws that have the alternative; in brackets, what the choice explains of "
        "the variance by itself.",
        "",
        "| scenario | " + " | ".join(CHOICES.values()) + " |",
        "|---|" + "---|" * len(CHOICES),
    ]
    drawn: dict[str, MonteCarlo] = {}
    for name in MAIN:
        found = cepasim.monte_carlo(economy, bundled(name), draws, 1, executor, model_choice=True)
        ranges += _ranges(name, found)
        choices.append(f"| `{name}` | {' | '.join(_choices(found))} |")
        drawn[name] = found
    return {
        "ranges": "\n".join(ranges),
        "choices": "\n".join(choices),
        "presets": presets_block(economy, draws // FEWER, executor, drawn),
    }


def presets_block(
    economy: cepasim.Economy,
    draws: int,
    executor: Executor | None,
    drawn: Mapping[str, MonteCarlo] = MappingProxyType({}),
) -> str:
    """Change of the balance under every bundled scenario, with both ranges.

    Parameters
    ----------
    economy : Economy
    draws : int
        For scenarios that are not drawn yet.
    executor : Executor or None
    drawn : mapping of str to MonteCarlo, optional
        Scenarios that are.
    """
    lines = [
        "Change of India's balance with Japan, US$ million of 2023-24; 90 % ranges of seed 1.",
        "",
        "| scenario | draws |"
        + "".join(f" {year} | figures only | figures and model choice |" for year in YEARS),
        "|---|---:|" + "---:|" * 3 * len(YEARS),
    ]
    for name in cepasim.scenarios():
        found = drawn.get(name)
        if found is None:
            found = cepasim.monte_carlo(
                economy, bundled(name), draws, 1, executor, model_choice=True
            )
        lines.append(f"| `{name}` | {found.draws:,} | {' | '.join(_balance(found))} |")
    return "\n".join(lines)


def _balance(found: MonteCarlo) -> Iterator[str]:
    """Change of the balance and both of its ranges, year by year."""
    assert found.model_choice is not None
    tables = [
        t.set_index(["fiscal_year", "item"]) for t in (found.totals, found.model_choice.totals)
    ]
    for year in YEARS:
        rows = [table.loc[(year, BALANCE)] for table in tables]
        yield f"{rows[0]['central']:+,.0f}"
        yield from (f"{row['p5']:+,.0f} to {row['p95']:+,.0f}" for row in rows)


def _ranges(name: str, found: MonteCarlo) -> Iterator[str]:
    """One line for each year: the figures' ranges, then figures and model choice."""
    second = found.model_choice
    assert second is not None
    table = found.totals.set_index(["fiscal_year", "item"])
    both = second.totals.set_index(["fiscal_year", "item"])
    balance = "change_in_balance_usd_mn"
    for year in YEARS:
        cells = []
        for item in ITEMS:
            row = table.loc[(year, item)]
            cells.append(f"{row['central']:+,.0f} ({row['p5']:+,.0f} to {row['p95']:+,.0f})")
        row = both.loc[(year, balance)]
        falls = [t.loc[(year, balance)]["probability_above_zero"] for t in (table, both)]
        cells.append(f"{100 * falls[0]:.0f} %")
        cells.append(f"{row['p5']:+,.0f} to {row['p95']:+,.0f}")
        cells.append(f"{100 * falls[1]:.0f} %")
        firm = row["p5"] > 0 or row["p95"] < 0
        cells.append("firm" if firm else "**not firm**")
        yield f"| {f'`{name}`' if year == YEARS[0] else ''} | {year} | {' | '.join(cells)} |"
    for kind, failed in (("figures", found.failed), ("model choice", second.failed)):
        if failed:
            yield f"| | | {len(failed)} draws without an equilibrium ({kind}) | | | | | | |"


def _choices(found: MonteCarlo) -> Iterator[str]:
    """Smallest and largest median of each choice."""
    assert found.model_choice is not None
    rows = found.model_choice.decomposition(YEARS[-1])
    rows = rows[rows["item"] == "change_in_balance_usd_mn"]
    most = rows["swing"].max()
    for choice in CHOICES:
        its = rows[(rows["choice"] == choice) & rows["median"].notna()].sort_values("median")
        if len(its) < 2:
            yield "–"
            continue
        low, high = its.iloc[0], its.iloc[-1]
        said = f"{low['median']:+,.0f} ({low['label']}) to {high['median']:+,.0f} ({high['label']})"
        said = f"**{said}**" if low["swing"] == most else said
        yield f"{said} [{100 * low['share_of_variance']:.0f} %]"


def indices_block(economy: cepasim.Economy, points: int, executor: Executor | None) -> str:
    """Indices of the full package by group."""
    scenario = bundled("full-package")
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
    options.add_argument("--presets", action="store_true")
    given = options.parse_args()
    economy = cepasim.load()
    with open_executor() as executor:
        if given.presets:
            blocks = {"presets": presets_block(economy, given.draws // FEWER, executor)}
        else:
            blocks = ranges_blocks(economy, given.draws, executor)
            blocks["indices"] = indices_block(economy, given.points, executor)
    page = PAGE.read_text(encoding="utf-8")
    for name, block in blocks.items():
        page = with_block(page, name, block)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

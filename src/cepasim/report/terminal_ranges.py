"""Draws of a scenario as text: ranges year by year, and which choice moves the balance most."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd
from rich.console import Console
from rich.text import Text

from cepasim.core.numbers import billions, millions
from cepasim.report.drawn import BALANCE, SHARES
from cepasim.report.layout import WIDTH, table, titled
from cepasim.report.terminal import ITEM_NAMES, between
from cepasim.scenario.scenario import Scenario


class ChoiceRanges(Protocol):
    """Draws of figures and model choice."""

    @property
    def totals(self) -> pd.DataFrame:
        """One row per (fiscal_year, item)."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and why."""

    def decomposition(self, fiscal_year: str | None = None) -> pd.DataFrame:
        """How far each choice moves each headline."""


class Ranges(Protocol):
    """Draws of a scenario, as `cepasim.monte_carlo` returns them."""

    @property
    def scenario(self) -> Scenario:
        """What was run."""

    @property
    def draws(self) -> int:
        """How many."""

    @property
    def seed(self) -> int:
        """What they began from."""

    @property
    def totals(self) -> pd.DataFrame:
        """One row per (fiscal_year, item)."""

    @property
    def model_choice(self) -> ChoiceRanges | None:
        """Ranges of figures and model choice, where they were asked for."""

    @property
    def fiscal_years(self) -> tuple[str, ...]:
        """Fiscal years in order."""


def ranges_text(ranges: Ranges) -> str:
    """Changes of exports, imports and the balance with their ranges, year by year, as text."""
    buffer = io.StringIO()
    console = Console(file=buffer, highlight=False, width=WIDTH, color_system=None)
    console.print(Text(ranges.scenario.name, style="bold"))
    console.print(
        titled(
            f"Changes against the reference in {ranges.draws:,} draws (seed {ranges.seed}), "
            "US$ billion of 2023-24",
            table(_cells(ranges), name_column=1, last_in_bold=False),
        )
    )
    if ranges.model_choice is not None:
        year = ranges.fiscal_years[-1]
        console.print(
            titled(
                f"Change in balance by choice, {year}, US$ million: median of its draws",
                table(_choices(ranges.model_choice, year), name_column=1, last_in_bold=False),
            )
        )
        for note in ranges.model_choice.notes:
            console.print(f"{note}.")
    console.print(
        "The share of the balance is the share of draws in which the deficit falls. "
        f"{SHARES} What is drawn and how: docs/uncertainty.md."
    )
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _cells(ranges: Ranges) -> list[list[str]]:
    """Rows by year and item; with model choice its range and share stand behind."""
    totals, second = ranges.totals, ranges.model_choice
    both = None if second is None else second.totals
    heads = ["fiscal\nyear", "", "  central", "  median"]
    if both is None:
        heads += ["  50 % range", "  90 % range", "  share\n  above 0"]
    else:
        heads += ["  90 % range,\n  figures", "  share\n  above 0"]
        heads += ["  figures and\n  model choice", "  share\n  above 0"]
    cells = [heads]
    changes = [item for item in dict.fromkeys(totals["item"]) if item.startswith("change_in_")]
    for year in _shown_years(ranges.fiscal_years):
        for item in changes:
            row = _row(totals, year, item)
            name = ITEM_NAMES[item.removeprefix("change_in_").removesuffix("_usd_mn")]
            name = name if both is None else name.partition(" ")[0]
            line = [
                year if item == changes[0] else "",
                name,
                billions(row["central"], signed=True),
                billions(row["p50"], signed=True),
            ]
            if both is None:
                line.append(between(row["p25"], row["p75"]))
            line += _range_and_share(row)
            if both is not None:
                line += _range_and_share(_row(both, year, item))
            cells.append(line)
    return cells


def _row(totals: pd.DataFrame, year: str, item: str) -> dict[str, Any]:
    found = totals[(totals["fiscal_year"] == year) & (totals["item"] == item)]
    return {str(name): value for name, value in found.iloc[0].items()}


def _range_and_share(row: dict[str, Any]) -> list[str]:
    return [between(row["p5"], row["p95"]), f"{100 * row['probability_above_zero']:.0f} %"]


def _choices(second: ChoiceRanges, year: str) -> list[list[str]]:
    """Rows by choice and alternative, the choice that moves the balance most first."""
    rows = second.decomposition(year)
    rows = rows[rows["item"] == BALANCE]
    order = rows.drop_duplicates("choice").sort_values("swing", ascending=False, kind="stable")
    heads = ["choice", "", "  share of\n  draws", "  median", "  explains of\n  the variance"]
    cells = [heads]
    for choice in order["choice"]:
        for place, row in enumerate(rows[rows["choice"] == choice].to_dict("records")):
            cells.append(
                [
                    str(row["choice_label"]) if place == 0 else "",
                    str(row["label"]),
                    f"{100 * row['share_of_draws']:.0f} %",
                    "–" if row["median"] != row["median"] else millions(row["median"], signed=True),
                    percent_of(row["share_of_variance"]) if place == 0 else "",
                ]
            )
    return cells


def percent_of(share: float) -> str:
    """Return a share in whole percent."""
    return f"{100 * share:.0f} %"


def _shown_years(years: Sequence[str]) -> list[str]:
    """First year after the base, the one halfway, the last."""
    if len(years) < 4:
        return [years[-1]]
    return list(dict.fromkeys([years[3], years[len(years) // 2 + 1], years[-1]]))

"""Draws of a scenario as text: ranges year by year, and which choice moves the balance most."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd
from rich.console import Console
from rich.text import Text

from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import now, paragraph, tr
from cepasim.core.numbers import billions, conversion, millions, share, unit_bn, unit_mn
from cepasim.report.drawn import BALANCE, SHARES
from cepasim.report.layout import WIDTH, indented, table, titled
from cepasim.report.terminal import ITEM_NAMES, SHORT_NAMES, between
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
    def price_year(self) -> str:
        """Year whose dollars the amounts are in."""

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
    console.print(Text(tr(ranges.scenario.name), style="bold"))
    console.print(
        titled(
            tr(
                "Changes against the reference in {draws} draws (seed {seed}), {unit} of "
                "{price_year}",
                draws=f"{ranges.draws:,}",
                seed=ranges.seed,
                unit=unit_bn(long=True),
                price_year=year_in_words(ranges.price_year),
            ),
            table(_cells(ranges), name_column=1, last_in_bold=False),
        )
    )
    if ranges.model_choice is not None:
        year = ranges.fiscal_years[-1]
        console.print(
            titled(
                tr(
                    "Change in balance by choice, {year}, {unit}: median of its draws",
                    year=year_in_words(year),
                    unit=unit_mn(long=True),
                ),
                table(_choices(ranges.model_choice, year), name_column=1, last_in_bold=False),
            )
        )
        for note in ranges.model_choice.notes:
            console.print(tr("{text}.", text=now(note)))
    said = (
        tr("The share of the balance is the share of draws in which the deficit falls."),
        tr(SHARES),
        tr("What is drawn and how: docs/uncertainty.md."),
        conversion(),
    )
    console.print(paragraph(part for part in said if part))
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _cells(ranges: Ranges) -> list[list[str]]:
    """Rows by year and item; with model choice its range and share stand behind."""
    totals, second = ranges.totals, ranges.model_choice
    both = None if second is None else second.totals
    heads = [tr("central"), tr("median")]
    above = tr("share\nabove 0")
    if both is None:
        heads += [tr("50 % range"), tr("90 % range"), above]
    else:
        heads += [tr("90 % range,\nfigures"), above, tr("figures and\nmodel choice"), above]
    cells = [[tr("fiscal\nyear"), "", *(indented(head) for head in heads)]]
    changes = [item for item in dict.fromkeys(totals["item"]) if item.startswith("change_in_")]
    years = _shown_years(ranges.fiscal_years)
    shown = totals[totals["item"].isin(changes) & totals["fiscal_year"].isin(years)]
    place = place_of_column(shown[["central", "p50"]].to_numpy(float).ravel(), "bn")
    for year in years:
        for item in changes:
            row = _row(totals, year, item)
            names = ITEM_NAMES if both is None else SHORT_NAMES
            line = [
                year_in_words(year) if item == changes[0] else "",
                tr(names[item.removeprefix("change_in_").removesuffix("_usd_mn")]),
                billions(row["central"], signed=True, place=place),
                billions(row["p50"], signed=True, place=place),
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
    return [between(row["p5"], row["p95"]), share(row["probability_above_zero"])]


def _choices(second: ChoiceRanges, year: str) -> list[list[str]]:
    """Rows by choice and alternative, the choice that moves the balance most first."""
    rows = second.decomposition(year)
    rows = rows[rows["item"] == BALANCE]
    last = place_of_column(rows["median"])
    order = rows.drop_duplicates("choice").sort_values("swing", ascending=False, kind="stable")
    heads = (tr("share of\ndraws"), tr("median"), tr("explains of\nthe variance"))
    cells = [[tr("choice"), "", *(indented(head) for head in heads)]]
    for choice in order["choice"]:
        for place, row in enumerate(rows[rows["choice"] == choice].to_dict("records")):
            cells.append(
                [
                    tr(str(row["choice_label"])) if place == 0 else "",
                    tr(str(row["label"])),
                    share(row["share_of_draws"]),
                    "–"
                    if row["median"] != row["median"]
                    else millions(row["median"], signed=True, place=last),
                    share(row["share_of_variance"]) if place == 0 else "",
                ]
            )
    return cells


def _shown_years(years: Sequence[str]) -> list[str]:
    """First year after the base, the one halfway, the last."""
    if len(years) < 4:
        return [years[-1]]
    return list(dict.fromkeys([years[3], years[len(years) // 2 + 1], years[-1]]))

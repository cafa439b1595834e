"""Prices and stages of a folder that moves to another base, and what stays of another year."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from cepasim.calibrate.own_figures.moving import Move, deflated
from cepasim.core import files
from cepasim.core.language import tr
from cepasim.economy.economy import Economy
from cepasim.params.described import YEARS
from cepasim.params.parameters import Parameters

FIGURE = ["value", "low", "high"]
_DECIMALS = 6
#: Last year before India's Budget lowered the duties that ``duty_base_pct`` has.
_LOWERED = 2024


def read_texts(folder: Path, name: str) -> pd.DataFrame:
    """Read a table as it is written."""
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def read_figures(folder: Path, name: str) -> pd.DataFrame:
    """Read a table with its figures as numbers, all else as it is written."""
    return read_texts(folder, name).astype(dict.fromkeys(FIGURE, float))


def write_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write a table into the folder."""
    files.write_csv(table, folder / f"{name}.csv")


def write_prices(folder: Path, move: Move, parameters: Parameters) -> None:
    """Years of the folder, its price index, and what is counted per dollar.

    Parameters
    ----------
    folder : Path
    move : Move
    parameters : Parameters
        As the folder was.
    """
    over = deflated(move, parameters)
    years = read_texts(folder, YEARS)
    years[["base_year", "price_year", "year"]] = [move.new, move.counted, move.counted]
    years["source"] = "own figures of the year"
    write_table(folder, YEARS, years)
    prices = read_figures(folder, "reference/deflator")
    prices[FIGURE] = (prices[FIGURE] / over).round(_DECIMALS)
    prices["note"] += f"; prices of {move.counted} are 1"
    write_table(folder, "reference/deflator", prices)
    jobs = read_figures(folder, "macro/jobs")
    at = jobs["unit"] == "jobs per US$ mn"
    jobs.loc[at, FIGURE] = (jobs.loc[at, FIGURE] / over).round(_DECIMALS)
    jobs.loc[at, "note"] += f"; in prices of {move.counted}"
    write_table(folder, "macro/jobs", jobs)


def write_tariffs(folder: Path, move: Move, parameters: Parameters) -> None:
    """Stage of Japan's schedule: cuts come in equal steps up to the year of its rates.

    Parameters
    ----------
    folder : Path
    move : Move
    parameters : Parameters
        As the folder was.
    """
    name = "tariffs/roll_back"
    end = parameters.schedule_year.first
    left = max(end - move.new.first, 0) / max(end - move.old.first, 1)
    table = read_figures(folder, name)
    share = table["parameter"] == "roll_back_share"
    table.loc[share, FIGURE] = (1 - (1 - table.loc[share, FIGURE]) * left).round(_DECIMALS)
    steps = table["parameter"] == "b15_remaining_steps"
    table.loc[steps, FIGURE] = (table.loc[steps, FIGURE] * left).round()
    table.loc[share | steps, "year"] = move.new
    table.loc[share | steps, "note"] += f"; stage of {move.new}"
    write_table(folder, name, table)
    if move.new.first > _LOWERED:
        lines = read_texts(folder, "tariffs/india_lines")
        write_table(folder, "tariffs/india_lines", lines.assign(duty_base_pct=""))


def rebased_stays(economy: Economy, move: Move, moved: Collection[str]) -> Iterator[str]:
    """Name what is of another year than the new base, with its grade."""
    rows = {row["name"]: row for row in economy.parameters.rows.to_dict("records")}
    freight = rows["freight_insurance_ind_jpn"]
    yield tr(
        "freight and insurance: shares of {year} (macro/freight, grade B)", year=freight["year"]
    )
    if "tariffs/preference_use_chapters" not in moved:
        yield tr(
            "use of preferences: claims matched with exports of 2021-22 "
            "(tariffs/preference_use_chapters, tariffs/japan_lines_used, grade C)"
        )
    yield tr(
        "barriers at the border: ad-valorem equivalents of their own years (ntb/*, grades B to D)"
    )
    yield tr(
        "duties of India in force: the tariff book of 2026, and 2023-24 where the Budget of 2025 "
        "lowered them (tariffs/india_lines, grade C); changes in between are not held"
    )
    yield tr(
        "the shares of sources within a chapter in India, and within Japan's imports: those of "
        "{year} (benchmark/india_imports grade C, benchmark/japan_imports grade D)",
        year=move.counted_before,
    )
    yield tr(
        "customs revenue of India, by which its duty on all imports is checked: 2023-24 "
        "(macro/customs_revenue, grade D)"
    )
    yield tr(
        "evidence and report of the balance (benchmark/evidence, benchmark/report): the balance "
        "of 2023-24 from which the benchmark was carried on"
    )
    yield tr(
        "amounts of money in scenario files (fund, quotas, offtake): read as US$ of {year}, "
        "whatever year they were written for",
        year=move.counted,
    )

r"""How far levels of the reference may be from what comes: the fan, by years ahead.

The rule of the central variant (`reference_rules`) is started in every year that has three years
before it, and the logarithm of what came over what it said is kept by years ahead: the pair's
totals to the last published year, sections and chapters to 2021-22. Values are deflated by general
inflation of the dollar, so that the errors hold the swings of prices and exchange rates that a
reader will meet. Few origins see far, and those that do overlap; quantiles of three errors say
nothing. So all errors are divided by how errors grow with the years ahead,

.. math:: e_k = q\,k^b ,

with :math:`b` of 1/2 (a random walk) or 1 (a pace that was wrong), whichever fits the quantiles
better, and the 5th and 95th percentile :math:`q` of all of them is taken. Beyond the longest
horizon that was measured the same formula goes on. Writes ``reference/fan``::

    python -m cepasim.calibrate.backcast.fan
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import (
    FIRST,
    FLOWS,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    History,
    position,
    read_history,
    settings,
)
from cepasim.calibrate.backcast.reference_rules import (
    ELASTICITIES,
    LEVELS,
    RULES,
    Known,
    RuleInputs,
    central_rules,
    rule_inputs,
    rule_settings,
)
from cepasim.core.files import bundled, replace_file
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.economy.loading import load

Floats = NDArray[np.float64]

TABLE = "reference/fan"
#: The fan as it is stored reaches this far: from the last published year to 2047-48.
YEARS_AHEAD = 22
ENDS = (0.05, 0.95)
#: Spans whose pace is the range of a growth that lasts, years.
_LONG = 8
#: How errors may grow with the years ahead: as a random walk, or in proportion.
POWERS = {0.5: "as a random walk", 1.0: "in proportion to the years ahead"}


def known_totals(economy: Economy, history: History) -> dict[str, Floats]:
    """The pair's totals from 2010-11 to the last published year, current US$ million."""
    table = economy.parameters.table("reference/published_totals")
    out = {}
    for flow in FLOWS:
        rows = table[table["flow"] == flow].set_index("fiscal_year")["value"].astype(float)
        later = sorted(y for y in map(parse_fiscal_year, rows.index) if position(y) >= 0)
        values = dict(enumerate(history.totals[flow], start=FIRST))
        values |= {y: rows[format_fiscal_year(y)] for y in later if y not in values}
        out[flow] = np.array([values[year] for year in sorted(values)])
    return out


def rolling_errors(
    economy: Economy, rules: Mapping[str, str], last_chapters: int = LAST_BY_CHAPTER
) -> pd.DataFrame:
    """Log of actual over forecast for each flow, level, origin and years ahead.

    Parameters
    ----------
    economy : Economy
    rules : mapping of str to str
        Name of the rule by flow.
    last_chapters : int, optional
        Last year of sections and chapters that is looked at.

    Returns
    -------
    DataFrame
        ``flow``, ``level``, ``cell`` (section or chapter), ``origin``, ``year`` (first calendar
        years), ``ahead``, ``log_error``. Chapters and sections below the smallest
        amount in the origin are left out, as are those that have ended.
    """
    history = read_history(economy)
    inputs, totals = rule_inputs(economy, history), known_totals(economy, history)
    convention = settings(economy)
    smallest = dict.fromkeys(LEVELS, convention["smallest_base"])
    smallest["section"] = convention["smallest_section"]
    first = FIRST + int(rule_settings(economy)["years_known"]) - 1
    inflation = float(np.log1p(rule_settings(economy)["dollar_inflation"]))
    frames = []
    for flow, given in inputs.items():
        for level, cells, values in _levels(economy, given, totals[flow], last_chapters):
            real = values * np.exp(-inflation * np.arange(len(values)))[:, None]
            for origin in range(first, FIRST + len(values) - 1):
                known = _known(given, real[: position(origin) + 1])
                for year in range(origin + 1, FIRST + len(values)):
                    said = RULES[rules[flow]](known, year - origin)
                    came = real[position(year)]
                    seen = (values[position(origin)] >= smallest[level]) & (came > 0)
                    frames.append(
                        pd.DataFrame(
                            {
                                "flow": flow,
                                "level": level,
                                "cell": np.array(cells)[seen],
                                "origin": origin,
                                "year": year,
                                "ahead": year - origin,
                                "log_error": np.log(came[seen] / said[seen]),
                            }
                        )
                    )
    return pd.concat(frames, ignore_index=True)


def _levels(
    economy: Economy, given: RuleInputs, totals: Floats, last: int
) -> Iterator[tuple[str, list[str], Floats]]:
    """Trade with Japan by level, current US$ million: name, cells, shape (Y, cells)."""
    trade = given.flow.trade[: position(last) + 1]
    sections = sorted(set(given.flow.section))
    member = np.array([given.flow.section == section for section in sections], dtype=float)
    yield "total", ["total"], totals[:, None]
    yield "section", sections, trade @ member.T
    yield "chapter", list(economy.chapters), trade


def _known(given: RuleInputs, real: Floats) -> Known:
    """What a rule sees from the last of these years; incomes end where their series does."""
    end = min(len(real), len(given.income))
    incomes = given.income[1:end], given.india[1:end]
    return Known(real, real, *incomes, given.assumed, given.flow.smallest)


def spread(found: pd.DataFrame) -> tuple[float, float, float]:
    """Power of the years ahead, and the 5th and 95th percentile of errors one year ahead."""
    errors, ahead = found["log_error"].to_numpy(float), found["ahead"].to_numpy(float)
    best = min(POWERS, key=lambda power: _misfit(errors, ahead, power))
    low, high = np.quantile(errors / ahead**best, ENDS)
    return best, float(low), float(high)


def _misfit(errors: Floats, ahead: Floats, power: float) -> float:
    """Mean pinball loss of both ends, log points (Koenker and Bassett 1978)."""
    ends = np.quantile(errors / ahead**power, ENDS)
    loss = 0.0
    for share, end in zip(ENDS, ends, strict=True):
        away = errors - end * ahead**power
        loss += float(np.maximum(share * away, (share - 1) * away).mean())
    return loss


def fan_table(economy: Economy) -> pd.DataFrame:
    """The fan, one row per flow, level and years ahead, as `TABLE` holds it."""
    rules = central_rules(economy)
    found = rolling_errors(economy, rules)
    rows = []
    for flow in FLOWS:
        for level in LEVELS:
            cells = found[(found["flow"] == flow) & (found["level"] == level)]
            power, low, high = spread(cells)
            origins = cells.groupby("ahead")["origin"].nunique()
            years = f"{format_fiscal_year(cells['origin'].min())} to "
            years += format_fiscal_year(cells["year"].max())
            for ahead in range(1, YEARS_AHEAD + 1):
                measured = int(origins.get(ahead, 0))
                rows.append(
                    {
                        "flow": flow,
                        "level": level,
                        "years_ahead": ahead,
                        # The path itself is always inside its fan.
                        "error_low_log": round(min(low, 0.0) * ahead**power, 4),
                        "error_high_log": round(max(high, 0.0) * ahead**power, 4),
                        "origins": measured,
                        "unit": "log points",
                        "grade": "C" if measured else "D",
                        "year": years.split(" to ")[1],
                        "source": f"own calculation, python -m cepasim.calibrate.backcast.fan: "
                        f"errors of the rule {rules[flow]} from every origin of {years}, deflated "
                        f"by general inflation, growing {POWERS[power]}"
                        + ("" if measured else "; farther than any origin sees"),
                    }
                )
    return pd.DataFrame(rows)


def coverage_outside(economy: Economy) -> pd.DataFrame:
    """Share of errors after the fitting window inside a fan of those within it.

    Returns
    -------
    DataFrame
        ``flow``, ``level``, ``cells``, ``share_inside``, ``below``, ``above``: errors whose year
        lies after 2018-19, held against the fan of errors up to that year.
    """
    found = rolling_errors(economy, central_rules(economy))
    rows = []
    for (flow, level), cells in found.groupby(["flow", "level"], sort=False):
        within = cells["year"] <= LAST_FITTED
        power, low, high = spread(cells[within])
        later = cells[~within]
        scaled = later["log_error"] / later["ahead"] ** power
        below, above = (scaled < min(low, 0.0)), (scaled > max(high, 0.0))
        inside = ~(below | above)
        rows.append((flow, level, len(later), inside.mean(), below.mean(), above.mean()))
    columns = ["flow", "level", "cells", "share_inside", "below", "above"]
    return pd.DataFrame(rows, columns=columns)


def central_growth(economy: Economy) -> pd.DataFrame:
    """Growth of the central variant: the chosen rule, with the paces it missed by.

    Returns
    -------
    DataFrame
        ``flow``, ``rule``, ``growth_percent`` (real, a year), ``low_percent``, ``high_percent``:
        with the 5th and 95th percentile of what totals grew more or less than the rule said, as a
        pace a year over spans of `_LONG` years and more.

    Raises
    ------
    RunError
        If the chosen rule is no growth of the whole flow.
    """
    rules, inputs = central_rules(economy), rule_inputs(economy)
    found = rolling_errors(economy, rules)
    rows = []
    for flow in FLOWS:
        if rules[flow] not in ELASTICITIES:
            raise RunError(
                f"the rule {rules[flow]} of the {flow}s moves every chapter by its own trend; "
                "write its growth by group into reference/growth by hand"
            )
        growth = ELASTICITIES[rules[flow]] * inputs[flow].assumed
        seen = (found["flow"] == flow) & (found["level"] == "total") & (found["ahead"] >= _LONG)
        missed = np.quantile(found["log_error"][seen] / found["ahead"][seen], ENDS)
        percent = 100 * np.array([growth, growth + missed[0], growth + missed[1]])
        rows.append((flow, rules[flow], *percent.round(1)))
    columns = ["flow", "rule", "growth_percent", "low_percent", "high_percent"]
    return pd.DataFrame(rows, columns=columns)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m cepasim.calibrate.backcast.fan",
        description=f"Measure how far the central rule missed in the past and write {TABLE}.",
    )
    parser.add_argument("--params", type=Path, default=bundled("params"))
    parser.add_argument(
        "--growth", action="store_true", help="print the growth of the central variant instead"
    )
    given = parser.parse_args(arguments)
    directory = given.params
    economy = load() if directory == bundled("params") else load(directory)
    if given.growth:
        print(central_growth(economy).to_string(index=False))
        return 0
    file = directory / f"{TABLE}.csv"
    with replace_file(file) as partial:
        fan_table(economy).to_csv(partial, index=False, lineterminator="\n")
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The reference: the rule of its central variant, the fan around its levels, the fresh tests."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cepasim.calibrate.backcast import fresh
from cepasim.calibrate.backcast.bounds import is_ratio
from cepasim.calibrate.backcast.history import FLOWS, LAST_FITTED
from cepasim.calibrate.backcast.reference_rules import chosen
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.section import Section
from cepasim.calibrate.evidence.verdict import fan_ends
from cepasim.calibrate.evidence.words import (
    FLOW_WORDS,
    label,
    percent,
    records,
    score_in_words,
)

#: Years ahead at which the fan is printed.
SHOWN = (1, 3, 5, 7, 12)
_LEVELS = ("total", "section", "chapter")
_TESTS = {
    "bridged_2022_23": "2022-23 by chapter",
    "customs_goods": "Japan's customs, by goods",
    "totals": "total",
    "against_constant_share": "2019-22, error over that of a constant share",
    "band": "2019-22, 90 % band of chapters",
    "central_outside": "after 2018-19, fan of the years before",
}


def sections(result: Calibration) -> Iterator[Section]:
    """Sections of this subject, in order."""
    yield Section(
        "Years nobody knows yet: which rule",
        [
            "After the last published year the reference follows a rule. Each rule below is "
            "started in 2012-13 to 2015-16 with nothing but the years before, and judged three "
            f"years later and more, up to {label(LAST_FITTED)} (`python -m "
            "cepasim.calibrate.backcast.reference_rules`). Mean WAPE of totals, sections and "
            "chapters, in dollars less general inflation and in volumes; the mean of both decides. "
            "A test changes every number after 2018-19 and finds the same choice.",
            rule_table(result),
            rule_words(result),
        ],
    )
    yield Section(
        "How far levels may be off: the fan",
        [
            "The central rule started in every year since 2012-13 with all years published since "
            "(`python -m cepasim.calibrate.backcast.fan`); 90 % of what came lies between these "
            "percentages of what the rule said. Errors grow as a random walk. Beyond the longest "
            "span on record (13 years for totals, 9 for sections and chapters) the same formula "
            "goes on, and is an assumption (grade D).",
            fan_table(result),
            outside_words(result),
        ],
    )
    if len(result.fresh_bounds):
        yield Section("Fresh tests", [fresh_words(result), fresh_table(result)])


def rule_table(result: Calibration) -> pd.DataFrame:
    """Errors of every rule by flow, the best first."""
    best = chosen(result.rules)
    rows = [
        {
            "flow": FLOW_WORDS[r["flow"]],
            "rule": f"**{name}**" if best[r["flow"]] == r["rule"] else name,
            "in dollars": _one(r["dollars"]),
            "in volumes": _one(r["volumes"]),
            **{f"{level}s": _one(r[level]) for level in _LEVELS},
            "all": _one(r["error"]),
        }
        for r in records(result.rules)
        for name in [_named(r["rule"])]
    ]
    return pd.DataFrame(rows)


def _named(rule: str) -> str:
    return rule.replace("_", " ").replace("todays", "today's")


def _one(share: float) -> str:
    return f"{100 * share:.1f} %"


def rule_words(result: Calibration) -> str:
    """What is chosen, how narrowly, and what it means."""
    said = []
    for flow, rule in chosen(result.rules).items():
        free = result.rules[(result.rules["flow"] == flow) & ~result.rules["told"]]
        second = free.iloc[1]
        gap = 100 * float(second["error"] - free.iloc[0]["error"])
        said.append(
            f"{FLOW_WORDS[flow]}: {_named(rule)}, {gap:.1f} points before "
            f"{_named(str(second['rule']))}"
        )
    return (
        f"Chosen, printed bold: {'; '.join(said)}. These are ten overlapping forecasts of one "
        "decade: close calls are no more than that, and the other variants remain beside it. "
        "Japan's goods became cheaper in dollars as the yen fell: in volumes growth with income "
        "does better, in dollars no growth. Rules that know India's trade with others do "
        "better than all; nobody knows it in advance, so they are not candidates."
    )


def fan_table(result: Calibration) -> pd.DataFrame:
    """Ends of the fan in percent of the level, by flow, level and years ahead."""
    rows = []
    for flow in FLOWS:
        for level in _LEVELS:
            row = {"flow": FLOW_WORDS[flow], "level": level}
            for ahead in SHOWN:
                head = f"{ahead} year{'s' * (ahead > 1)} ahead"
                row[head] = fan_ends(result, flow, level, ahead)
            rows.append(row)
    return pd.DataFrame(rows)


def outside_words(result: Calibration) -> str:
    """Whether a fan of the window alone would have held."""
    held = result.fan_outside.set_index(["flow", "level"])["share_inside"]
    said = "; ".join(
        f"{FLOW_WORDS[flow]}: "
        + ", ".join(f"{level}s {percent(held[flow, level])}" for level in _LEVELS)
        for flow in FLOWS
    )
    return (
        f"Check: a fan of the errors up to {label(LAST_FITTED)} alone, held against what came "
        f"afterwards, has inside it: {said}."
    )


def fresh_words(result: Calibration) -> str:
    """What was tested, when, and how it ended."""
    table = result.fresh_bounds
    first, now = int((~table["first_met"]).sum()), int((~table["met"]).sum())
    return (
        "Years and sources no choice had looked at, with bounds committed before the first scored "
        f"run. In that run {first} of {len(table)} were missed. Afterwards the settings of the "
        "second model were chosen anew inside the window, from five origins instead of two and "
        f"with dated events as breaks; {now} are missed now. That choice looked at no year after "
        "2018-19, but who made it had seen the first run: only its column is strictly fresh. "
        "Beside it, where they apply, Japan's share of 2018-19 in India's other trade and the "
        "trade of 2018-19 unchanged. Two lessons: totals are forecast well by shares; which "
        "goods they are, no better than by assuming what was sold in 2018-19."
    )


def fresh_table(result: Calibration) -> pd.DataFrame:
    """Fresh scores beside their bounds and beside simple forecasts."""
    wide = result.fresh.pivot_table(
        index=["test", "name"], columns="forecast", values="measured", sort=False
    )
    rows = []
    for r in records(result.fresh_bounds):
        simple = wide.loc[(r["test"], r["name"])]
        ratio = is_ratio(r["name"])
        rows.append(
            {
                "test": _TESTS[r["test"]],
                "score": _fresh_score(r["test"], r["name"]),
                "bound": r["bound"],
                "first run": _score(r["first_run"], ratio, r["first_met"]),
                "now": _score(r["measured"], ratio, r["met"]),
                "constant share": _score(simple.get(fresh.SHARE, np.nan), ratio),
                "no change": _score(simple.get(fresh.SAME, np.nan), ratio),
                "why missed now": r["why_missed"].strip(),
            }
        )
    return pd.DataFrame(rows)


def _fresh_score(test: str, name: str) -> str:
    """What a fresh score measures; where it is named by flow and year, its test says what."""
    flow, _, year = name.partition("_")
    if test in ("totals", "customs_goods"):
        return f"{FLOW_WORDS[flow]} of {year}: {'miss' if test == 'totals' else 'mean miss'}"
    return score_in_words(name)


def _score(value: float, ratio: bool, met: bool = True) -> str:
    if np.isnan(value):
        return ""
    shown = f"{value:.2f}" if ratio else _one(value)
    return shown if met else f"{shown}, **missed**"

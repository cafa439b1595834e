"""The part of ``docs/benchmark.md`` that sets published data beside what the benchmark gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.report.pages import markdown_table

STANDARD_ERRORS = 2.0
"""Largest gap, in standard errors of the source, at which a datum counts as met."""
PERCENT = 2.0
"""The same in percent, for data without a stated error."""
_NOTHING = 0.1
"""Below this, in the unit of the datum, a value counts as none."""

_SHORT = {
    "customs by partner and good": "Japan Customs by partner and good (held exactly)",
    "chapter total": "India's imports by chapter (held exactly)",
    "totals": "totals of the pair (held exactly)",
    "preferential imports (>=)": "imports that claimed a preference, 2021 (floors)",
    "exporter's report": "exports to Japan as the exporter reports them",
    "exporter's report (>=)": "Germany's reported exports (floors of the Union)",
    "input-output suppliers 2022 (>=)": "intermediate use by supplier, 2022 (floors)",
}
_WHY = {
    "import penetration": "tables of 2014 and 2018; the balance takes a weighted mean with 2022",
    "domestic sales": "2022, moved with GDP; the balance takes a weighted mean with penetration",
    "preferential imports (>=)": "claimed in 2021; customs by good leaves less in 2023-24",
    "exporter's report": "what the exporter books against what Japan books, by origin",
    "Japan's statistics": "Japan's valuation: its exports f.o.b., its imports c.i.f.",
    "chapters 2021-22, with India's world trade": "2022-23 is known better from commodities",
    "principal commodities 2022-23, bridged": "lines of eight digits of 2022-23 say otherwise",
    "Japan's customs 2023-24, by goods": "recorded otherwise by India for good",
    "commodity groups 2023-24": "what a group holds is not published; groups overlap",
    "headings India reported, calendar 2023": "headings not listed were worth more before",
    "HS8 lines 2022-23, scaled": "commodities of 2022-23 say otherwise",
    "chapter total of 2023, moved to 2023-24 with all imports": "goods of Japan Customs, held "
    "exactly, say otherwise; prices moved between the two years",
    "WTO group over customs good, 2017-2019": "hardly any trade",
}
_WHY_TABLE = {
    "4_7": "India books its chapters otherwise than Japan: see Japan's shares of calendar 2023",
    "4_6": "Japan books its chapters otherwise than India: see Japan's shares of calendar 2023",
}
_TOLD_IN_FULL = (
    *("totals", "commodity groups 2023-24", "Japan's shares, calendar 2023", "Japan's statistics"),
    "partner total",
)


def compared(directory: Path) -> pd.DataFrame:
    """Every published datum the benchmark is compared with.

    Returns
    -------
    DataFrame
        ``market`` (the pair, Japan's imports, India's imports), ``group`` (kind of source),
        ``name``, ``period``, ``says``, ``balance``, ``unit``, ``gap_pct``, ``gap_in_sd``, ``met``,
        ``why`` (blank where met).
    """
    report = pd.read_csv(directory / "benchmark" / "report.csv", dtype={"name": str})
    report = report[report["kind"] != "chapter"].copy()
    for column in ("note", "hard", "flow", "period"):
        report[column] = report[column].astype(object).fillna("").astype(str)
    pair = report["part"] == "bilateral"
    kind = report["note"].where(~pair, report["source"])
    checked = ~pair & (report["kind"] == "check")
    report["group"] = kind.str.replace(r"check: ([a-z. ]+?)( \(.*)?$", r"check: \1", regex=True)
    floor = (report["hard"] == "floor") | report["group"].str.endswith("(>=)")
    report["met"] = (
        (report["gap_in_sd"].abs() <= STANDARD_ERRORS)
        | (report["gap_pct"].abs() <= PERCENT)
        | (floor & (report["balance"] >= report["says"] * (1 - 1e-6)))
        | ((report["says"] == 0) & (report["balance"].abs() < _NOTHING))
    )
    own = report["note"].str.extract(r"^check: [a-z. ]+ \((.*)\)$")[0].fillna("")
    table = report["group"].str.extract(r"table_(\d_\d)")[0].map(_WHY_TABLE)
    why = report["group"].map(_WHY).fillna(table).fillna(report["note"].where(pair, ""))
    why = own.where(checked, why)
    report["why"] = why.where(~report["met"], "")
    flow = report["flow"].map({"export": "India's exports", "import": "India's imports"})
    market = report["part"].map({"market JPN": "Japan's market", "market IND": "India's market"})
    report["market"] = market.fillna(flow)
    columns = ["market", "group", "name", "period", "says", "balance", "unit", "gap_pct"]
    return report[[*columns, "gap_in_sd", "met", "why"]].reset_index(drop=True)


def published(directory: Path) -> Iterator[str]:
    """Lines of the section: a count by source, the comparisons in full, every other gap."""
    table = compared(directory)
    in_full = table["group"].str.startswith(("check", *_TOLD_IN_FULL, "chapter total of"))
    yield "## Published data beside the benchmark"
    yield ""
    yield (
        f"{len(table):,} data are compared with the benchmark; {int(table['met'].sum()):,} are "
        f"met: within {PERCENT:g} %, or within {STANDARD_ERRORS:g} standard errors of their "
        "source, or not below a floor. Every other one is listed, in one of the two tables below "
        "the count. Data that were read into the balance and data that were only compared with it "
        "(check) stand side by side."
    )
    yield ""
    counts = table.groupby(["market", "group"], sort=False)["met"].agg(["count", "sum"])
    yield from markdown_table(
        ["what", "source", "data", "met", "gaps"],
        (
            [str(market), _SHORT.get(str(group), str(group)), *_counts(row)]
            for (market, group), row in counts.iterrows()  # type: ignore[misc]
        ),
    )
    yield ""
    yield "### One by one"
    yield ""
    yield from _listed(table[in_full], verdict=True)
    yield ""
    yield "### Gaps in the other sources"
    yield ""
    yield from _listed(table[~in_full & ~table["met"]], verdict=False)
    yield ""


def _counts(row: pd.Series) -> list[str]:
    count, met = int(row["count"]), int(row["sum"])
    return [str(count), str(met), str(count - met)]


def _listed(rows: pd.DataFrame, *, verdict: bool) -> Iterator[str]:
    """A table of comparisons, one row each."""
    head = ["what", "source", "datum", "published", "benchmark", "unit", "gap"]
    yield from markdown_table(
        [*head, *(["verdict"] if verdict else []), "why"],
        (
            [
                str(one["market"]),
                _SHORT.get(str(one["group"]), str(one["group"])),
                f"{one['name']}, {one['period']}" if one["period"] else str(one["name"]),
                _number(float(one["says"])),
                _number(float(one["balance"])),
                str(one["unit"]),
                f"{one['gap_pct']:+,.0f} %" if np.isfinite(one["gap_pct"]) else "",
                *([_verdict(one)] if verdict else []),
                str(one["why"]),
            ]
            for _, one in rows.iterrows()
        ),
    )


def _verdict(one: pd.Series) -> str:
    if not one["met"]:
        return "gap"
    return "met" if abs(float(one["gap_pct"])) <= PERCENT else "within its error"


def _number(value: float) -> str:
    """Three figures, or whole numbers above a thousand."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"

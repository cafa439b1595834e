"""What was fitted, and what the history was checked against."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.section import Section

_HEADS = {
    "fiscal_year": "fiscal year",
    "flow": "flow",
    "chapters_usd_mn": "chapters, US$ mn",
    "table_1_2_usd_mn": "Table 1.2, US$ mn",
    "gap_usd_mn": "gap, US$ mn",
    "gap_pct": "gap, %",
}


def sections(result: Calibration) -> Iterator[Section]:
    """Sections of this subject, in order."""
    report = result.backcast
    check = report.history_check.copy()
    check["gap_pct"] = [f"{v:+.2f}" for v in check["gap_pct"]]
    for column in ("chapters_usd_mn", "table_1_2_usd_mn", "gap_usd_mn"):
        check[column] = [f"{v:.1f}" for v in check[column]]

    yield Section("What was fitted", [parameter_rows(report)])
    yield Section(
        "Sums of the chapters against the published totals",
        [check.rename(columns=_HEADS)],
    )


def parameter_rows(report: Backcast) -> pd.DataFrame:
    """What was fitted, for reading."""
    p = report.parameters
    return pd.DataFrame(
        {
            "parameter": "`" + p["name"] + "`",
            "value": [f"{v:.3f}" for v in p["value"]],
            "90 % range": [
                f"{low:.3f} to {high:.3f}" for low, high in zip(p["low"], p["high"], strict=True)
            ],
            "unit": p["unit"],
            "note": p["note"],
        }
    )

"""Values at every level of detail, and the years that are judged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import FLOWS, LAST, LAST_FITTED, START
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]
Forecast = Mapping[str, Floats]

#: Number of years from the start year to the last.
YEARS_AHEAD = LAST - START + 1
#: Flows whose totals are scored.
ALL_FLOWS = (*FLOWS, "balance")
#: Chapters that need telling apart: what happened there is not what tariffs and prices explain.
HARD_CASES = (("export", "27"), ("import", "28"), ("import", "74"), ("import", "84"))
WINDOWS = {
    "fitted": (START + 1, LAST_FITTED),
    "judged": (LAST_FITTED + 1, LAST),
}
LEVELS = (
    "total",
    "section",
    "chapter",
    "total without hard cases",
    "chapter without hard cases",
)


def at_levels(
    economy: Economy, values: Forecast, totals: Mapping[str, Floats] | None = None
) -> dict[tuple[str, str], Floats]:
    """Values at every level and flow, years first: (level, flow) -> (T, cells)."""
    chapters = economy.chapters
    member = np.array(
        [[h in s.chapters for h in chapters] for s in economy.classification.sections],
        dtype=float,
    )
    hard = {flow: [h for f, h in HARD_CASES if f == flow] for flow in FLOWS}
    easy = {flow: np.array([h not in hard[flow] for h in chapters]) for flow in FLOWS}
    out: dict[tuple[str, str], Floats] = {}
    for flow in FLOWS:
        v = values[flow]
        out["total", flow] = (v.sum(axis=1) if totals is None else totals[flow])[:, None]
        out["section", flow] = v @ member.T
        out["chapter", flow] = v
        out["total without hard cases", flow] = v[:, easy[flow]].sum(axis=1)[:, None]
        out["chapter without hard cases", flow] = np.where(easy[flow], v, 0.0)
    for level in {level for level, _ in out}:
        out[level, "balance"] = out[level, "export"] - out[level, "import"]
    return out


def window_of(window: str, values: Floats) -> Floats:
    """Values, years first from the start year, of the years of a window."""
    first, last = WINDOWS[window]
    return values[first - START : last - START + 1]

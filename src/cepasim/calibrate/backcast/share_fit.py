"""Settings of the second model, chosen by cross-validation inside the fitting window.

    python -m cepasim.calibrate.backcast.share_fit

From each of five origins the model sees the six years up to it, or those there are since 2010-11,
and predicts the years to 2018-19 that it has not seen, one to six years ahead. What has the
smallest error, the mean WAPE of totals, sections and chapters, is taken. No year after 2018-19 is
looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import (
    FIRST,
    FLOWS,
    LAST_FITTED,
    START,
    position,
    read_history,
    settings,
)
from cepasim.calibrate.backcast.scoring import wape
from cepasim.calibrate.backcast.share_model import (
    ShareInputs,
    ShareSettings,
    predicted,
    share_conventions,
    share_inputs,
)
from cepasim.calibrate.table_command import write_table
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.loading import load

Floats = NDArray[np.float64]

#: Last year seen from each origin; the years up to the end of the window judge it.
ORIGINS = (2012, 2013, 2014, 2015, 2016)
#: Candidates. Value of trade to the yen: 0 to 0.3, as estimates of pass-through with a macro
#: elasticity near 1 have it; response to the CEPA: none to all that the elasticities expect.
_GROUPS = (True, False)
_SHRINKAGE = (0.3, 1.0, 3.0, 10.0)
_DAMPING = (0.0, 0.3, 0.6, 0.8, 1.0)
_CURRENCY = (0.0, 0.1, 0.2, 0.3)
_TARIFF = (0.0, 0.25, 0.5, 1.0)


def candidates() -> Iterator[ShareSettings]:
    """Every combination that is tried."""
    for values in product(_GROUPS, _SHRINKAGE, _DAMPING, _CURRENCY, _TARIFF):
        yield ShareSettings(*values)


def errors(values: Floats, actual: Floats, section: NDArray[np.str_]) -> tuple[float, ...]:
    """WAPE of totals, sections and chapters, shape (T, H) each."""
    member = (np.unique(section)[:, None] == section).astype(float)
    return (
        wape(values.sum(axis=1), actual.sum(axis=1)),
        wape(values @ member.T, actual @ member.T),
        wape(values, actual),
    )


def cross_validated(flow: ShareInputs, given: ShareSettings) -> Floats:
    """Mean WAPE of totals, sections and chapters over the origins, shape (3,)."""
    end = position(LAST_FITTED) + 1
    found = []
    for origin in ORIGINS:
        unseen = slice(origin - START + 1, LAST_FITTED - START + 1)
        values = predicted(flow, given, origin)[unseen]
        found.append(errors(values, flow.trade[position(origin) + 1 : end], flow.section))
    return np.asarray(np.mean(found, axis=0))


def table_of_candidates(flow: ShareInputs) -> pd.DataFrame:
    """Every candidate with its errors, the best first."""
    rows = [
        (*(getattr(given, name) for name in given.__slots__), *cross_validated(flow, given))
        for given in candidates()
    ]
    names = [*ShareSettings.__slots__, "total_wape", "section_wape", "chapter_wape"]
    frame = pd.DataFrame(rows, columns=names)
    frame["error"] = frame[["total_wape", "section_wape", "chapter_wape"]].mean(axis=1)
    return frame.sort_values("error", kind="stable").reset_index(drop=True)


#: Name in the table -> field of `ShareSettings`, unit, and what it is.
_FIELDS = {
    "share_trend_by_section": ("by_section", "flag", "trends lean on their section; 0: on all"),
    "share_shrinkage": ("shrinkage", "factor", "factor on the sampling variance of a trend"),
    "share_damping": ("damping", "share", "share of a trend left a year further"),
    "share_currency": ("currency", "elasticity", "value of trade to the exporter's currency"),
    "share_tariff": ("tariff", "share", "share of the expected response to CEPA cuts"),
}
_BAND = "share_band_pace"
TABLE = "history/share_model"


def band_pace(flow: ShareInputs, given: ShareSettings, smallest: float, nominal: float) -> float:
    """Quantile of the errors a year after an origin, log points; they grow like a random walk."""
    found = []
    seen = flow.trade[position(START)] >= smallest
    for origin in ORIGINS:
        values = predicted(flow, given, origin)
        for year in range(origin + 1, LAST_FITTED + 1):
            actual, said = flow.trade[position(year)], values[year - START]
            known = seen & (actual > 0) & (said > 0)
            found.append(np.log(actual[known] / said[known]) / np.sqrt(year - origin))
    return float(np.quantile(np.abs(np.concatenate(found)), nominal))


def share_fit_table(economy: Economy) -> pd.DataFrame:
    """What is chosen, one row per setting and flow, as `TABLE` holds it."""
    inputs = share_inputs(economy, read_history(economy))
    convention = settings(economy) | share_conventions(economy)
    window = f"{format_fiscal_year(FIRST)} to {format_fiscal_year(LAST_FITTED)}"
    about = {
        "grade": "C",
        "year": format_fiscal_year(LAST_FITTED),
        "source": f"own estimate on {window}, python -m cepasim.calibrate.backcast.share_fit",
    }
    rows = []
    for flow in FLOWS:
        tried = table_of_candidates(inputs[flow])
        as_good = tried[tried["error"] <= tried["error"].iloc[0] + convention["share_as_good"]]
        for name, (field, unit, what) in _FIELDS.items():
            ends = as_good[field].astype(float)
            row = {"name": name, "flow": flow, "value": float(tried[field].iloc[0])}
            rows.append(row | {"low": ends.min(), "high": ends.max(), "unit": unit, "reason": what})
        given = ShareSettings(*tried.loc[0, list(ShareSettings.__slots__)])
        pace = band_pace(
            inputs[flow], given, convention["smallest_base"], convention["band_coverage"]
        )
        row = {"name": _BAND, "flow": flow, "value": pace, "low": pace, "high": pace}
        rows.append(row | {"unit": "log points", "reason": "90 % of errors one year ahead"})
    columns = ["name", "flow", "value", "low", "high", "unit", *about, "reason"]
    table = pd.DataFrame([row | about for row in rows])[columns]
    table[["value", "low", "high"]] = table[["value", "low", "high"]].round(6)
    return table


def share_settings(economy: Economy) -> dict[str, ShareSettings]:
    """Settings of both flows as stored in `TABLE`."""
    table = economy.parameters.table(TABLE)
    stored = table.set_index(["flow", "name"])["value"].astype(float)
    return {
        flow: ShareSettings(
            by_section=bool(stored[flow, "share_trend_by_section"]),
            shrinkage=stored[flow, "share_shrinkage"],
            damping=stored[flow, "share_damping"],
            currency=stored[flow, "share_currency"],
            tariff=stored[flow, "share_tariff"],
        )
        for flow in FLOWS
    }


def share_bands(economy: Economy, values: Mapping[str, Floats]) -> dict[str, tuple[Floats, Floats]]:
    """90 % band of chapters, low and high, shape (T, H); open years are those after the window."""
    table = economy.parameters.table(TABLE)
    pace = table[table["name"] == _BAND].set_index("flow")["value"].astype(float)
    out = {}
    for flow in FLOWS:
        ahead = np.maximum(np.arange(len(values[flow])) - (LAST_FITTED - START), 0)
        half = pace[flow] * np.sqrt(ahead)[:, None]
        out[flow] = values[flow] * np.exp(-half), values[flow] * np.exp(half)
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Choose the settings and write them; returns the exit code."""
    return write_table(
        TABLE,
        "cepasim.calibrate.backcast.share_fit",
        f"Choose the settings of the second model and write {TABLE}.",
        lambda directory: share_fit_table(load(directory)),
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())

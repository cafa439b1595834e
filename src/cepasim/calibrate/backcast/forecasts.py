"""Every forecast by name: the model's, its variants, and the simple ones it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cepasim.calibrate.backcast import model
from cepasim.calibrate.backcast.drivers import FlowInputs
from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    START,
    History,
    position,
)
from cepasim.calibrate.backcast.levels import YEARS_AHEAD, Forecast
from cepasim.calibrate.backcast.scoring import linear_trend
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]

MODEL, REBASED = "model from 2013-14", "model from 2018-19"
LITERATURE, TREND = "model, nothing fitted", "model with preference trend"
STRICT = "model, no totals with Japan"
SIMPLE = ("no change", "constant share", "linear trend")
ORIGINS = (START, LAST_FITTED)


def forecasts_of(
    economy: Economy,
    history: History,
    flows: Mapping[str, FlowInputs],
    given: model.Settings,
    predicted: Forecast,
) -> dict[str, Forecast]:
    """Every forecast by name: flow -> (T, H), NaN before the year it starts from."""
    out: dict[str, Forecast] = {
        MODEL: predicted,
        REBASED: {f: _from(model.predict(flows[f], given, LAST_FITTED)) for f in FLOWS},
        LITERATURE: model.predictions(flows, model.literature(economy)),
        TREND: {f: predicted[f] * model.trend_factor(economy, f) for f in FLOWS},
        STRICT: {
            "export": predicted["export"],
            "import": model.predict(strict_driver(history, flows["import"]), given),
        },
    }
    for origin in ORIGINS:
        label = format_fiscal_year(origin)
        at, ahead = position(origin), LAST - origin
        out |= {
            f"no change {label}": {
                f: _from(np.repeat(flows[f].trade[at][None], ahead + 1, axis=0)) for f in FLOWS
            },
            f"constant share {label}": {
                f: _from(model.constant_share(flows[f], origin)) for f in FLOWS
            },
            f"linear trend {label}": {
                f: _from(linear_trend(flows[f].trade[: at + 1], ahead)) for f in FLOWS
            },
        }
    return out


def _from(values: Floats) -> Floats:
    """Pad a forecast that starts later with NaN, so that all begin in the same year."""
    missing = YEARS_AHEAD - len(values)
    return np.concatenate([np.full((missing, values.shape[1]), np.nan), values])


def strict_driver(history: History, flow: FlowInputs) -> FlowInputs:
    """India's demand after 2021-22 without any total that contains Japan.

    Its imports from others in 2021-22, moved by India's GDP in US$. Cruder than the published
    chapters, but Japan cannot be in it.
    """
    last = position(LAST_BY_CHAPTER)
    gdp = history.macro["gdp_nominal_IND_weo"]
    driver = flow.driver.copy()
    driver[last + 1 :] = driver[last] * (gdp[last + 1 :] / gdp[last])[:, None]
    return replace(flow, driver=driver, with_partner=np.zeros(len(driver), dtype=bool))

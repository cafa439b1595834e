"""Settings of the second model, chosen by cross-validation inside the fitting window.

    python -m cepasim.calibrate.backcast.share_fit

From each of two origins inside the window the model predicts the years up to 2018-19 that it has
not seen. What has the smallest error, the mean WAPE of totals, sections and chapters, is taken.
No year after 2018-19 is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import LAST_FITTED, START, position
from cepasim.calibrate.backcast.scoring import wape
from cepasim.calibrate.backcast.share_model import ShareInputs, ShareSettings, predicted

Floats = NDArray[np.float64]

#: Last year seen from each origin; the years up to the end of the window judge it.
ORIGINS = (2015, 2016)
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
    return np.mean(found, axis=0)


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

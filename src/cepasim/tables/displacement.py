"""Who loses: the change of each flow taken apart by whom it is taken from."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.countries import FLOW_INTO
from cepasim.equilibrium import displacement as who_loses
from cepasim.solution.state import Run
from cepasim.tables.column import words_at

Floats = NDArray[np.float64]


def displacement(run: Run) -> pd.DataFrame:
    """Who loses: the change of each cell taken apart by whom it is taken from.

    One row per (fiscal_year, flow, hs, source); a positive value is gained by the pair from that
    source. The parts sum to the change of the cell: for imports ``import_content``, the inputs and
    machinery that the levers' own output needs, is one of them.
    """
    frames = []
    for importer, flow in (("JPN", "export"), ("IND", "import")):
        names, values = taken_from(run, importer)
        year, chapter, source = np.unravel_index(np.arange(values.size), values.shape)
        frames.append(
            pd.DataFrame(
                {
                    "fiscal_year": words_at(run.labels, year),
                    "flow": flow,
                    "hs": words_at(run.economy.chapters, chapter),
                    "source": words_at(names, source),
                    "change_usd_mn": values.ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def taken_from(run: Run, importer: str) -> tuple[list[str], Floats]:
    """Whom the change of one flow is taken from: names of N parts, US$ million, shape (Y, H, N).

    Parameters
    ----------
    run : Run
    importer : str
    """
    market = run.economy.markets[importer]
    before, after = run.reference.markets[importer], run.outcome.markets[importer]
    column = market.partner_column
    # Home sales at the reference exchange rate: a currency that falls takes nothing from them.
    parts = who_loses(
        before.landed,
        after.landed,
        before.domestic / before.shocks.price_level,
        after.domestic / after.shocks.price_level,
        column,
        before.fob[:, :, column],
        before.wedge[:, :, column],
        after.wedge[:, :, column],
    )
    others = [source for source in market.exporters if source != market.partner]
    names = ["market_expansion", *others, "domestic", "wedge"]
    values = np.concatenate(
        [
            parts.market_expansion[:, :, None],
            np.delete(parts.by_source, column, axis=2),
            parts.domestic[:, :, None],
            parts.wedge[:, :, None],
        ],
        axis=2,
    )
    if FLOW_INTO[importer] == "export":
        return names, values
    # Exports are counted f.o.b., imports c.i.f.: the pair's freight scales the parts.
    values = values * (1 + market.freight[:, column])[:, None]
    content = run.outcome.imports - run.outcome.imports_solved
    content = content - (run.reference.imports - run.reference.imports_solved)
    return [*names, "import_content"], np.concatenate([values, content[:, :, None]], axis=2)

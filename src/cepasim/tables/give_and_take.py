"""What each side gives: the other's sales in its market, its duty, and its own producers' sales."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cepasim.products.classification import Classification
from cepasim.solution.state import Run
from cepasim.tables.displacement import displacement
from cepasim.tables.names import group_name, groups_of

#: What is counted of each side, as columns and as words.
COUNTED = ("sales_usd_mn", "duty_usd_mn", "producers_usd_mn")
#: Side and the flow into its market.
_TEXT = {"fiscal_year": "str", "section": "str", "hs": "str"}
FLOW_OF = {"JPN": "export", "IND": "import"}


def concessions(run: Run) -> pd.DataFrame:
    """Changes in each side's market by product, against the reference.

    Parameters
    ----------
    run : Run
        Reference and scenario, solved.

    Returns
    -------
    DataFrame
        One row per fiscal year, side and product: what the other side sells more, what the side
        collects in duty on it, and what its own producers sell at home; US$ million of 2023-24.
    """
    before, after, lost = run.reference, run.outcome, displacement(run)
    lost = lost[lost["source"] == "domestic"]
    shape = after.exports.shape
    of = groups_of(run.economy.classification, "section", run.economy.chapters)
    sections = np.array([of[hs] for hs in run.economy.chapters], dtype=object)
    year, product = np.indices(shape).reshape(2, -1)
    sold = {"JPN": after.exports - before.exports, "IND": after.imports - before.imports}
    frames = []
    for side, flow in FLOW_OF.items():
        duty = after.duty_on_partner(side) - before.duty_on_partner(side)
        # What the pair gains from them they lose.
        producers = 0.0 - lost.loc[lost["flow"] == flow, "change_usd_mn"].to_numpy(float)
        frames.append(
            pd.DataFrame(
                {
                    "fiscal_year": np.array(run.labels, dtype=object)[year],
                    "side": side,
                    "section": sections[product],
                    "hs": np.array(run.economy.chapters, dtype=object)[product],
                    "sales_usd_mn": sold[side].ravel(),
                    "duty_usd_mn": duty.ravel(),
                    "producers_usd_mn": producers,
                }
            )
        )
    return pd.concat(frames, ignore_index=True).astype(_TEXT)


def by_section(concessions: pd.DataFrame, classification: Classification) -> pd.DataFrame:
    """Table of `ResultTables.give_and_take` from the rows of one year."""
    summed = concessions.groupby(["side", "section"], sort=False)[[*COUNTED]].sum().reset_index()
    total = concessions.groupby("side", sort=False)[[*COUNTED]].sum().reset_index()
    table = pd.concat([summed, total.assign(section="total")], ignore_index=True)
    names = [group_name(classification, str(section)) for section in table["section"]]
    table.insert(2, "name", names)
    return table[["side", "section", "name", *COUNTED]]

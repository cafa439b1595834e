"""Use of the CEPA by year and chapter, and the cost of claiming that explains it.

Japan publishes what claimed in 2012 to 2021: a chapter's use, as the benchmark has it, moves as
that of its group did (textiles, clothing and footwear; all others). India's use is known for one
year only: the cost of claiming is taken as unchanged, so that fewer claimed while margins were
small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import YEARS, settings, tariff_rates
from cepasim.economy.economy import Economy
from cepasim.equilibrium.preferences import claimed_share
from cepasim.params.schema import chapters_of

Floats = NDArray[np.float64]


def use_of_cepa(economy: Economy, importer: str) -> Floats:
    """Share of the partner's trade with a margin that claims, shape (Y, H); 0 without a margin."""
    mfn, cepa = tariff_rates(economy, importer)
    claims = economy.markets[importer].claims
    cost = cost_of_claiming(economy, importer)
    return claimed_share(mfn - cepa, cost, claims.maximum, claims.function)


def cost_of_claiming(economy: Economy, importer: str) -> Floats:
    """Cost of claiming for the median dollar, fraction of c.i.f., by year and chapter, (Y, H).

    That which gives the measured use at the chapter's margin: of each year in Japan, of the last
    one in India.
    """
    mfn, cepa = tariff_rates(economy, importer)
    claims = economy.markets[importer].claims
    margin, used = mfn - cepa, np.broadcast_to(claims.observed, mfn.shape)
    if importer == "JPN":
        used = used * _relative_use(economy)
    else:
        margin = np.broadcast_to(margin[-1], mfn.shape)
    share = np.clip(used / claims.maximum, 1e-9, 1.0)
    return np.asarray(margin * np.exp(-claims.function.log_ratio(share)))


def _relative_use(economy: Economy) -> Floats:
    """Use of the CEPA in Japan over that of the last year known, shape (Y, H).

    Calendar years are mixed into fiscal ones; before the first and after the last year published
    use is that year's, and chapters without a group do not move.
    """
    table = economy.parameters.table("history/cepa_use")
    quarter = settings(economy)["first_quarter_weight"]
    out = np.ones((len(YEARS), len(economy.chapters)))
    for spec, rows in table.groupby("hs"):
        known, value = rows["year"].to_numpy(float), rows["value"].to_numpy(float)
        this, following = (np.interp(np.add(YEARS, ahead), known, value) for ahead in (0, 1))
        path = ((1 - quarter) * this + quarter * following) / value[known.argmax()]
        members = np.isin(economy.chapters, chapters_of(str(spec)))
        out[:, members] = path[:, None]
    return out

"""What the output that levers add buys in Japan."""

from __future__ import annotations

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.economy.economy import Economy
from cepasim.levers.fund import FundPath


def input_content(economy: Economy, exports: Floats, before: Floats, fund: FundPath) -> Floats:
    """Japanese inputs that the extra output needs, by chapter of the input, shape (Y, H).

    The supported plants buy at their own rate on all they make; every other extra dollar of
    exports to Japan carries the average content of its chapter.

    Parameters
    ----------
    economy : Economy
    exports, before : ndarray, shape (Y, H)
        India's exports to Japan, and those of the reference.
    fund : FundPath
    """
    parameters, chapters = economy.parameters, economy.chapters
    extra = exports - before
    from_fund = np.clip(extra, 0.0, fund.exports_to_japan)
    rate = parameters.by_chapter("input_content", chapters)
    bought = fund.inputs.sum(axis=1) + ((extra - from_fund) * rate).sum(axis=1)
    market = economy.markets["IND"]
    by_chapter = parameters.by_chapter("input_content_chapter_share", economy.by_chapter.chapters)
    parts = economy.divided(by_chapter / by_chapter.sum(), market.cif[:, market.partner_column])
    return np.outer(bought, parts)

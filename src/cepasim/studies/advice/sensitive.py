"""What makes a line sensitive to its importer, and how sure each value of a line is."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.language import mark
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.studies.advice.traded import Traded

#: Sections of the HS that are agriculture, fish and food.
_FOOD = ("I", "II", "III", "IV")
#: Bases of trade on a line that no data show: a rule chose the line of the product.
UNSEEN = ("best line", "not used", "mean")
#: What every gain rests on, by chapter and by source, in the words of a reader.
_RESPONSE = {
    "sigma_import": mark("substitution between sources"),
    "sigma_domestic": mark("substitution for domestic goods"),
    "eta": mark("elasticity of demand"),
    "epsilon_supply": mark("elasticity of supply"),
    "lag_first_year": mark("lag of trade"),
}


def sensitivity(
    economy: Economy, market: Market, traded: Traded, frame: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """Points by the rule of ``tariffs/sensitivity``, and the reasons in words.

    Parameters
    ----------
    economy : Economy
    market : Market
        Of the importer.
    traded : Traded
        Its lines.
    frame : DataFrame
        MFN rates, gains and losses of domestic producers, line by line.
    """
    rule = economy.parameters.table("tariffs/sensitivity").set_index("name")["value"]
    sections = [economy.classification.section_of(hs) for hs in market.chapters]
    food = np.array([section in _FOOD for section in sections])[traded.chapter]
    odd = ~np.isin(market.schedule.kind, ("free", "ad_valorem"))
    peak = frame["mfn_percent"].fillna(0.0).to_numpy() >= 100 * rule["peak_rate"]
    gain, loss = frame["gain_usd_mn"], frame["loss_domestic_usd_mn"]
    lost = (loss / gain.where(gain > 0)).fillna(0.0).clip(lower=0.0)
    points = 1 + rule["weight_peak"] * peak + rule["weight_not_ad_valorem"] * odd
    points = points + rule["weight_agriculture"] * food + rule["weight_domestic"] * lost
    large = lost.to_numpy() >= rule["large_loss"]
    marks = [
        (peak, mark("tariff peak")),
        (odd, mark("duty not ad valorem (specific, quota or other)")),
        (food, mark("agriculture and food")),
        (large, mark("own producers lose much of it")),
    ]
    reasons = [
        "; ".join(text for held, text in zip(row, (text for _, text in marks), strict=True) if held)
        for row in zip(*(mark for mark, _ in marks), strict=True)
    ]
    return points, pd.Series(reasons, index=frame.index)


def grades(
    economy: Economy, market: Market, traded: Traded, ask: pd.Series
) -> dict[str, NDArray[np.object_]]:
    """Grade of each kind of value, line by line, and what of grade D the gain rests on."""
    parameters = economy.parameters
    table = "tariffs/japan_lines" if market.importer == "JPN" else "tariffs/india_lines"
    rate = parameters.table(table)["grade"].mode().iloc[0]
    grade_rate = np.where(np.isnan(traded.rate), "D", rate).astype(object)
    known = economy.ground.known_trade[market.importer]
    if economy.split is not None:
        known = known[economy.split.layouts[market.importer].product]
    sold = known[traded.product] > 0
    # Trade of a product is official; which of its lines carries it is read from claims, and where
    # nobody can claim, assumed.
    ruled = np.isin(traded.basis, UNSEEN)
    one = traded.basis == "only line"
    of_line = np.select([one, ruled], ["A", "D"], "C")
    grade_trade = np.where(sold, of_line, "D").astype(object)
    weakest, words = _of_response(economy, market)
    worst = weakest[traded.chapter]
    rests = words[traded.chapter]
    barrier = ask.to_numpy() == "barrier"
    grade_gain = np.where(barrier, "D", np.maximum(np.maximum(grade_rate, grade_trade), worst))
    extra = [
        "; ".join(
            part
            for part in (
                mark("size of the barrier") if is_barrier else "",
                "" if known_trade else mark("trade by product"),
                mark("which line of the product is used") if is_ruled and not is_barrier else "",
                text,
            )
            if part
        )
        for is_barrier, known_trade, is_ruled, text in zip(barrier, sold, ruled, rests, strict=True)
    ]
    return {
        "grade_rate": grade_rate,
        "grade_trade": grade_trade,
        "grade_gain": grade_gain.astype(object),
        "grade_sensitivity": np.full(len(ask), "D", dtype=object),
        "rests_on": np.array(extra, dtype=object),
    }


def weak_response(economy: Economy, market: Market) -> NDArray[np.object_]:
    """What of grade D the response of each chapter rests on, in words, shape (H,)."""
    return _of_response(economy, market)[1]


def _of_response(
    economy: Economy, market: Market
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Worst grade of what a chapter's response rests on, and what of it is D, shape (H,)."""
    if economy.split is not None:  # ranges and grades are those of chapters
        coarse = economy.by_chapter
        worst, words = _of_response(coarse, coarse.markets[market.importer])
        return worst[economy.split.parent], words[economy.split.parent]
    key = "grades of the response", market.importer
    if key not in economy.known:
        describe = partial(economy.parameters.describe, importer=market.importer)
        found = []
        for hs in market.chapters:
            given = {
                name: str(describe(name, hs, exporter=market.partner)["grade"])
                for name in _RESPONSE
            }
            weak = [_RESPONSE[name] for name, grade in given.items() if grade == "D"]
            found.append((max(given.values()), "; ".join(weak)))
        economy.known[key] = tuple(np.array(one, dtype=object) for one in zip(*found, strict=True))
    worst, words = economy.known[key]
    return worst, words

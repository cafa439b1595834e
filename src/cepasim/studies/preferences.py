"""Which lines decide what a preference is worth: where it is left unclaimed, and what is not known.

Negotiators ask on which lines exporters pay duty that an agreement has removed. In Japan that is
known by nine digits: what claims the CEPA rate against what India sells. In India neither Japan's
goods by product nor their claims are published: chapters, with the use that the Budget's duty
forgone implies.
``docs/preferences.md`` prints both, and which products the choice of line still leaves open.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.benchmark import known_product_trade
from cepasim.economy.economy import Economy
from cepasim.products.levels import at_level

_LINES_USED = "tariffs/japan_lines_used"
#: Claims by line, and India's exports in the fiscal year nearest to them.
_CLAIMED, _EXPORTED = "claimed_2021", "2021-22"


def unclaimed_margins(economy: Economy, importer: str) -> pd.DataFrame:
    """Duty that the CEPA has removed and the partner's exporters still pay, by line or chapter.

    Parameters
    ----------
    economy : Economy
    importer : {"JPN", "IND"}
        ``JPN``: nine-digit lines, claims of 2021 against India's exports of 2021-22 c.i.f. on the
        lines that `tariffs/japan_lines_used` gives them. ``IND``: chapters in the base year, since
        no trade by product is known; the margin is the mean of what is not claimed.

    Returns
    -------
    DataFrame
        hs, description, margin_percent, open_usd_mn (trade that could claim), claimed_usd_mn,
        unclaimed_usd_mn, unclaimed_duty_usd_mn a year, grade; largest duty first.

    Raises
    ------
    InputError
        For an importer that is not of the pair.
    """
    if importer not in economy.markets:
        allowed = tr("JPN or IND")
        raise InputError([Problem("unclaimed_margins", None, "importer", importer, allowed)])
    found = _in_japan(economy) if importer == "JPN" else _in_india(economy)
    found["unclaimed_usd_mn"] = found["open_usd_mn"] - found["claimed_usd_mn"]
    found["unclaimed_duty_usd_mn"] = found["unclaimed_usd_mn"] * found["margin_percent"] / 100
    found["grade"] = "C" if importer == "JPN" else "D"
    found["description"] = (
        _descriptions(economy, found["hs"])
        if importer == "JPN"
        else [economy.classification.name(hs) for hs in found["hs"]]
    )
    order = ["hs", "description", "margin_percent", "open_usd_mn", "claimed_usd_mn"]
    order += ["unclaimed_usd_mn", "unclaimed_duty_usd_mn", "grade"]
    ranked = found.sort_values(["unclaimed_duty_usd_mn", "hs"], ascending=[False, True])
    return ranked.loc[ranked["unclaimed_duty_usd_mn"] > 0, order].reset_index(drop=True)


def _in_japan(economy: Economy) -> pd.DataFrame:
    market, parameters = economy.markets["JPN"], economy.parameters
    schedule = market.schedule
    claims = parameters.table("trade/japan_cepa_claims_hs9").set_index("hs9")[_CLAIMED]
    claimed = claims.reindex(schedule.lines).fillna(0.0).to_numpy(float)
    claimed = claimed / parameters.value("yen_per_dollar_2021") / 1e3
    exports = parameters.table("trade/india_exports_japan_hs6")
    sold = exports[exports["fiscal_year"] == _EXPORTED].set_index("hs6")["value"]
    uplift = 1 + parameters.value("freight_insurance_ind_jpn")
    traded = uplift * sold.reindex(schedule.products).fillna(0.0).to_numpy(float)
    shares = parameters.table(_LINES_USED).set_index("hs9")["share"]
    known = shares.reindex(schedule.lines).fillna(0.0).to_numpy(float)
    # A product of one line needs no share.
    alone = np.bincount(schedule.product_of_line) == 1
    share = np.where(alone[schedule.product_of_line], 1.0, known)
    margin = np.nan_to_num(schedule.mfn - schedule.rates.of("IND")[1])
    # More is claimed than India lists as sold where the two countries file goods differently.
    on_line = np.maximum(share * traded[schedule.product_of_line], claimed)
    return pd.DataFrame(
        {
            "hs": schedule.lines,
            "margin_percent": 100 * margin,
            "open_usd_mn": np.where(margin > 0, on_line, 0.0),
            "claimed_usd_mn": np.where(margin > 0, claimed, 0.0),
        }
    )


def _in_india(economy: Economy) -> pd.DataFrame:
    market = economy.markets["IND"]
    schedule, column = market.schedule, market.partner_column
    rates, mfn = schedule.product_base("JPN"), np.nan_to_num(schedule.product_mfn("JPN"))
    margin = np.maximum(mfn - rates, 0.0)
    cost = market.origin_cost[schedule.chapter, column]
    paid, collected = market.tariffs(mfn, rates, cost, market.claims.maximum)
    cif = market.product_weights[:, column] / (1 + paid)
    total = schedule.chapter_sums(cif)
    scale = np.divide(market.cif[:, column], total, out=np.zeros_like(total), where=total > 0)
    cif = cif * scale[schedule.chapter]
    use = np.divide(mfn - collected, margin, out=np.zeros_like(margin), where=margin > 0)
    sums = schedule.chapter_sums
    # Of the products that are open: what each claims times its margin is what it saves.
    unclaimed, duty = sums(cif * (1 - use) * (margin > 0)), sums(cif * (1 - use) * margin)
    return pd.DataFrame(
        {
            "hs": market.chapters,
            "margin_percent": 100 * np.divide(duty, unclaimed, out=0 * duty, where=unclaimed > 0),
            "open_usd_mn": sums(np.where(margin > 0, cif, 0.0)),
            "claimed_usd_mn": sums(use * cif),
        }
    )


def lines_in_doubt(economy: Economy) -> pd.DataFrame:
    """What India's exports pay Japan by product when the preference is claimed, by choice of line.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    DataFrame
        Products whose lines differ and that India is known to sell in the base year: hs,
        description, trade_usd_mn (f.o.b.), duty in US$ mn a year at the rates after staging by the
        ``best`` line, by ``claims``, by the ``mean`` line, ``low`` and ``high`` under the range
        of the shares; where claims tell nothing the range runs from best to mean; ``told``
        (whether claims tell). Largest difference between best and mean first.
    """
    parameters = economy.parameters
    schedule = Economy.build(parameters, "claims").markets["JPN"].schedule
    rates = schedule.rates.of("IND")[1]
    table = parameters.table(_LINES_USED).set_index("hs9")
    # A range of shares: the more a line with a margin carries, the less the others.
    claimed = table["basis"] == "claims"
    ends = {
        "low": table["high"].where(claimed, table["low"]),
        "high": table["low"].where(claimed, table["high"]),
    }
    known = ~np.isnan(rates)
    first = schedule.first_line

    def mean(weights: Floats) -> Floats:
        total = np.add.reduceat(np.where(known, weights * rates, 0.0), first)
        part = np.add.reduceat(known * weights, first)
        return np.asarray(np.divide(total, part, out=0 * total, where=part > 0))

    best = np.nan_to_num(np.fmin.reduceat(rates, first))
    even = mean(np.ones(len(rates)))
    found = {"best": best, "claims": np.nan_to_num(schedule.product_rates(rates, "IND"))}
    found["mean"] = even
    used = table["share"].reindex(schedule.lines).fillna(0.0).to_numpy(float)
    told = np.add.reduceat(used, first) > 0
    for end, silent in (("low", best), ("high", even)):
        shares = ends[end].reindex(schedule.lines).fillna(0.0).to_numpy(float)
        found[end] = np.where(told, mean(shares), silent)
    trade = known_product_trade(parameters, schedule)
    uplift = 1 + parameters.value("freight_insurance_ind_jpn")
    report = pd.DataFrame({"hs": schedule.products, "trade_usd_mn": trade})
    for name, rate in found.items():
        report[name] = uplift * trade * rate
    report["told"] = told
    report = report[(report["mean"] > report["best"] + 1e-9) & (report["trade_usd_mn"] > 0)]
    report.insert(1, "description", _descriptions(economy, report["hs"]))
    apart = (report["mean"] - report["best"]).sort_values(ascending=False, kind="stable")
    return report.loc[apart.index].reset_index(drop=True)


def _descriptions(economy: Economy, codes: pd.Series) -> list[str]:
    """What the HS calls each product: the end of its description, after the heading's."""
    names = economy.parameters.table("classification/hs6").set_index("hs6")["description"]
    found = names.reindex([at_level(str(code), "subheading") for code in codes]).fillna("")
    return [str(text) for text in found]

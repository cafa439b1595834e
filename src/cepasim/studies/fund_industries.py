"""The fund's money by industry, and what the result owes to the list of industries.

Each name on the list gets the same money. Six of the eleven names of the sunrise window lie in
chapter 85, so that how finely the proposal divides electronics decides how much goes there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.levers.fund import FundLever, allocation
from cepasim.products.groups import Industry
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run

#: Ways to divide a window, one after the other.
SPLITS = {
    "names": "the same money for every name on the list",
    "chapters": "the same money for every chapter, or group of chapters, names in it sharing",
    "imports": "by what Japan imports of their chapters",
}
MONEY = ("window", "industry", "chapters", "grants_usd_mn")
SENSITIVITY = ("split", "meaning", "largest_chapter", "largest_share", "exports", "imports")


def fund_money(economy: Economy, lever: FundLever | None = None) -> pd.DataFrame:
    """Money of a fund by industry.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    lever : FundLever, optional
        By default that of the bundled scenario ``fund-2bn``.

    Returns
    -------
    DataFrame
        One row per window and industry: what is disbursed in all, US$ million.
    """
    fund = lever or _proposed()
    budget = 1000 * fund.usd_bn * economy.parameters.value("disbursement_rate")
    rows = [
        (window, one.name, ",".join(one.chapters), budget * share * weight)
        for window, share in fund.windows.items()
        for one, weight in _weights(economy, fund, window)
    ]
    return pd.DataFrame(rows, columns=list(MONEY))


def fund_industries(
    economy: Economy, lever: FundLever | None = None, fiscal_year: str = "2030-31"
) -> pd.DataFrame:
    """Run a fund under other divisions of its money, and without each of its industries.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    lever : FundLever, optional
        By default that of the bundled scenario ``fund-2bn``. Its own ``industries`` are replaced.
    fiscal_year : str, optional
        The year whose changes are given.

    Returns
    -------
    DataFrame
        One row per division (`SPLITS`, and ``without`` each name): the chapter that gets most and
        its share of the money, and the changes of exports, imports and balance in the year, US$
        million.
    """
    fund = (lever or _proposed()).model_copy(update={"industries": None})
    rows = []
    for split, meaning, shares in _divisions(economy, fund):
        case = fund.model_copy(update={"industries": FrozenMapping(shares)})
        scenario = Scenario(name=split, horizon=fiscal_year, levers=(case,))
        solved = run(economy, scenario, attribution=False)
        state, reference = solved.outcome, solved.reference
        exports = float((state.exports - reference.exports)[-1].sum())
        imports = float((state.imports - reference.imports)[-1].sum())
        money = np.sum(
            [
                share * economy.summed(allocation(economy, case, window))
                for window, share in case.windows.items()
            ],
            axis=0,
        )
        place = int(money.argmax())
        chapter = economy.by_chapter.chapters[place]
        rows.append((split, meaning, chapter, float(money[place]), exports, imports))
    table = pd.DataFrame(rows, columns=list(SENSITIVITY))
    table["balance"] = table["exports"] - table["imports"]
    return table.rename(
        columns={name: f"change_in_{name}_usd_mn" for name in ("exports", "imports", "balance")}
    )


def _divisions(economy: Economy, fund: FundLever) -> list[tuple[str, str, dict[str, float]]]:
    """Shares of every industry within its window, by division."""
    windows = {window: _named(economy, window) for window, share in fund.windows.items() if share}
    found = [
        (split, meaning, _joined({w: _shared(economy, split, n) for w, n in windows.items()}))
        for split, meaning in SPLITS.items()
    ]
    for window, named in windows.items():
        for left_out in named if len(named) > 1 else ():
            shares = {
                w: dict.fromkeys([one.name for one in n if one is not left_out], 1.0)
                for w, n in windows.items()
            }
            meaning = f"the same money for every other name of its window ({window})"
            found.append((f"without {left_out.name}", meaning, _joined(shares)))
    return found


def _joined(shares: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Shares that sum to 1 within each window."""
    return {
        name: share / sum(inside.values())
        for inside in shares.values()
        for name, share in inside.items()
    }


def _shared(economy: Economy, split: str, named: list[Industry]) -> dict[str, float]:
    if split == "names":
        return dict.fromkeys([one.name for one in named], 1.0)
    sharing = {one.name: sum(other.chapters == one.chapters for other in named) for one in named}
    if split == "chapters":
        return {one.name: 1.0 / sharing[one.name] for one in named}
    japan = economy.by_chapter.markets["JPN"].cif.sum(axis=1)
    bought = dict(zip(economy.by_chapter.chapters, japan, strict=True))
    return {
        one.name: sum(float(bought[hs]) for hs in one.chapters) / sharing[one.name] for one in named
    }


def _named(economy: Economy, window: str) -> list[Industry]:
    industries = economy.classification.window_industries(window, optional=True)
    return [one for one in industries if one.named_in_proposal]


def _weights(economy: Economy, fund: FundLever, window: str) -> list[tuple[Industry, float]]:
    """Industries that get money, with their shares of the window."""
    every = economy.classification.window_industries(window, optional=True)
    own = {one.name: (fund.industries or {}).get(one.name, 0.0) for one in every}
    total = sum(own.values())
    if total:
        return [(one, own[one.name] / total) for one in every if own[one.name]]
    named = _named(economy, window)
    return [(one, 1.0 / len(named)) for one in named]


def _proposed() -> FundLever:
    """The fund of the bundled scenario."""
    return Scenario.bundled("fund-2bn").levers_of(FundLever)[0]

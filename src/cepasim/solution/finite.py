"""No answer that is not finite: where a run would hold one it stops, and says where and why."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.engines.engine import Engine
from cepasim.engines.outcome import Outcome
from cepasim.levers.words import listed
from cepasim.shocks.shocks import Shocks

Floats = NDArray[np.float64]
_MOST_NAMED = 5
#: What may first cease to be a number, in the order in which one follows from another.
_OF_BENCHMARK = {"import_shares": mark("shares of the sources"), "wedge": mark("landed wedges")}
_OF_SHOCKS = {
    "base": mark("purchases at unchanged prices"),
    "trade_cost": mark("changed landed wedges"),
    "capacity": mark("capacities"),
    "cost": mark("unit costs"),
    "capacity_domestic": mark("domestic capacities"),
    "cost_domestic": mark("domestic unit costs"),
    "demand": mark("demand"),
}
_OF_WEDGES = {
    "effective": mark("tariffs paid"),
    "collected": mark("duties"),
    "barrier": mark("barriers"),
}
_OF_OUTCOME = {
    "fob": mark("sales"),
    "wedge": mark("landed wedges"),
    "domestic": mark("domestic sales"),
    "composite_index": mark("price levels"),
}


def solved_in_numbers(
    engine: Engine, economy: Economy, hats: Mapping[str, Shocks]
) -> Mapping[str, Outcome]:
    """Solve some markets with an engine; every value of the outcomes is finite.

    Parameters
    ----------
    engine : Engine
    economy : Economy
    hats : mapping of importer to Shocks

    Returns
    -------
    mapping of importer to Outcome

    Raises
    ------
    RunError
        Where a result is not finite: names the importer, the products, what first ceased to be
        a number, and the elasticities there.
    """
    try:
        outcomes = engine.solve(economy, hats)
    except ValueError as error:  # a kernel was given what is not a number
        for importer, hat in hats.items():
            _refuse(economy.markets[importer], hat, None, error)
        raise
    for importer, outcome in outcomes.items():
        if not all(_finite(getattr(outcome, name)) for name in _OF_OUTCOME):
            _refuse(economy.markets[importer], outcome.shocks, outcome, None)
    return outcomes


def check_finite(market: Market, values: Floats, what: str) -> None:
    """Refuse values by year and product, shape (Y, H), that are not all finite.

    Raises
    ------
    RunError
        Names the importer, the products, what the values are, and the elasticities there.
    """
    if not _finite(values):
        raise RunError(_message(market, np.argwhere(~np.isfinite(values))[:, 1], what))


def _finite(array: Floats) -> bool:
    # The sum is not finite where any value is not; it may overflow by itself.
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.sum()) or np.isfinite(array).all())


def _refuse(
    market: Market, hats: Shocks, outcome: Outcome | None, error: ValueError | None
) -> None:
    """Raise for the first thing that is not a number; nothing where all are."""
    searched: list[tuple[object, dict[str, str], int]] = [
        (market, _OF_BENCHMARK, 0),
        (hats, _OF_SHOCKS, 1),
        (hats.wedges, _OF_WEDGES, 1),
        (outcome, _OF_OUTCOME, 1),
    ]
    for holder, names, axis in searched:
        for name, what in names.items() if holder is not None else ():
            bad = ~np.isfinite(getattr(holder, name))
            if bad.any():
                raise RunError(_message(market, np.argwhere(bad)[:, axis], what)) from error


def _message(market: Market, places: NDArray[np.intp], what: str) -> str:
    where = np.unique(places)
    codes = [market.chapters[h] for h in where]
    first = where[0]
    elasticities = separated(
        f"{name} {getattr(market, name)[first]:g}"
        for name in ("sigma_import", "sigma_domestic", "eta")
    )
    return tr(
        "{importer}: no finite result for HS {codes}: {what} are beyond what numbers can hold (HS "
        "{first}: {elasticities}); check the elasticities and the shocks there",
        importer=market.importer,
        codes=listed(codes, _MOST_NAMED),
        what=tr(what),
        first=codes[0],
        elasticities=elasticities,
    )

"""Size of the pair's trade in the reference: what happened, then the variant that was asked for.

In every known year the reference is what was published. The partner's sales at unchanged prices
are made as large as the published flow needs, its capacity with them, so that no price moves for
it; the size stays when the years run on, and grows by the variant against the market it is in.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cepasim.core.arrays import Floats, everywhere
from cepasim.core.countries import FLOW_INTO
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import separated, tr
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.economy.variants import Variant
from cepasim.engines.engine import Engine
from cepasim.engines.every import ENGINES, engine_named
from cepasim.engines.outcome import Outcome
from cepasim.levers.fund import FundPath
from cepasim.levers.timing import Years
from cepasim.shocks.shocks import scheduled_wedges, shocks
from cepasim.shocks.wedges import KnownWedges, moved_wedges
from cepasim.solution.finite import solved_in_numbers

#: Known years are met within this (logs): a thousandth of a dollar in a billion.
_CLOSE = 1e-12
_ROUNDS = 30
#: Of the part of `Market.known` that holds the sizes of known years.
_KEY = "partner size in known years"


def partner_sizes(
    engine: Engine, economy: Economy, variant: Variant, years: Years, staged: bool = True
) -> Mapping[str, Floats]:
    """Partner's sales at unchanged prices over the benchmark grown with the market.

    Parameters
    ----------
    engine : Engine
        Known years are met as it solves them.
    economy : Economy
        As the engine prepares it.
    variant : Variant
        Growth after the last known year.
    years : ndarray of int, shape (Y,)
        From the base year on, without a gap.
    staged : bool, optional
        False is comparative statics on the benchmark, which has no size but its own.

    Returns
    -------
    mapping of importer to ndarray, shape (Y, H)
    """
    shape = (len(years), len(economy.chapters))
    if not staged:
        return FrozenMapping({importer: everywhere(1.0, shape) for importer in economy.markets})
    known = _in_known_years(engine, economy, years)
    sizes = {}
    for importer, flow in FLOW_INTO.items():
        start = known[importer][: len(years)]
        sizes[importer] = size = np.empty(shape)
        size[: len(start)] = start
        later = years[len(start) :]
        if later.size:
            usual = economy.ground.demand_growth[importer]
            growth = variant.growth(flow, economy.by_chapter.chapters, later, usual, "value")
            if economy.split is not None:
                growth = growth[:, economy.split.parent]
            against_market = np.cumprod((1 + growth) / (1 + usual), axis=0)
            size[len(start) :] = start[-1] * against_market
    return FrozenMapping(sizes)


def _in_known_years(engine: Engine, economy: Economy, horizon: Years) -> dict[str, Floats]:
    """Sizes from the base year to the last known one, by importer, shape (1 + K, H)."""
    markets = economy.markets
    # Names belong to the engines that users can call; another one is solved anew.
    kept = engine.name in ENGINES and engine_named(engine.name) is engine
    if kept and all((_KEY, engine.name) in market.known for market in markets.values()):
        return {importer: market.known[_KEY, engine.name] for importer, market in markets.items()}
    weight = economy.parameters.value("anchor_known_years")
    last = max(known.last for known in economy.ground.known_years.values())
    years = np.arange(economy.base_year.first, last + 1)
    sizes = {importer: np.ones((len(years), len(economy.chapters))) for importer in markets}
    if weight > 0 and len(years) > 1:
        targets = {importer: _published(economy, importer) for importer in markets}
        # Wedges of the years of the run are worked out for its reference, too.
        over = horizon if len(horizon) > len(years) else years
        for group in engine.groups(economy):
            if not _meet_at_once(engine, economy, group, targets, sizes, over):
                _meet(engine, economy, group, targets, sizes, years, over)
    for importer, market in markets.items():
        sizes[importer] = sizes[importer] ** weight
        if kept:
            market.known[_KEY, engine.name] = sizes[importer]
    return sizes


def _published(economy: Economy, importer: str) -> Floats:
    """Published trade by chapter at constant dollars f.o.b., shape (K, H).

    Products keep their share of what is published of their chapter.
    """
    market, known = economy.markets[importer], economy.ground.known_years[importer]
    column, to_fob = market.partner_column, _to_fob(market, importer)
    pair = market.fob[:, column] / to_fob
    try:
        published = known.constant(economy.summed(pair))
        return np.asarray(economy.divided(published, pair) * to_fob)
    except ValueError as error:
        flow = FLOW_INTO[importer]
        words = tr(
            "{file}: {flow}: {why}",
            file="reference/published_chapters.csv",
            flow=tr(flow),
            why=error,
        )
        raise RunError(words) from None


def _to_fob(market: Market, importer: str) -> Floats | float:
    """What turns the flow as it is counted into f.o.b.: exports are, imports are c.i.f."""
    if FLOW_INTO[importer] == "export":
        return 1.0
    return np.asarray(1 / (1 + market.freight[:, market.partner_column]))


def _meet_at_once(
    engine: Engine,
    economy: Economy,
    group: tuple[str, ...],
    targets: Mapping[str, Floats],
    sizes: dict[str, Floats],
    years: Years,
) -> bool:
    """Set the sizes by what the engine knows of a given flow; False where it does not know all."""
    if engine.size_for is None:
        return False
    for importer in group:
        market, target = economy.markets[importer], targets[importer]
        felt = scheduled_wedges(economy, importer, years, len(target))
        sales = _missing(market, target, None, years[: 1 + len(target)])
        size = engine.size_for(market, felt, sales)
        there = (target > 0) & (market.fob[:, market.partner_column] > 0)
        sizes[importer][1:] = np.where(there, size, 1.0)
    return all(bool(np.isfinite(sizes[importer]).all()) for importer in group)


def _meet(
    engine: Engine,
    economy: Economy,
    group: tuple[str, ...],
    targets: Mapping[str, Floats],
    sizes: dict[str, Floats],
    years: Years,
    horizon: Years,
) -> None:
    """Set the sizes at which the reference of known years is what was published.

    Tariffs that change by schedule move prices a little, so that the size of a flow is not quite
    the flow: it is corrected by what is missing until nothing is.
    """
    for importer in group:
        sizes[importer][1:] = _missing(economy.markets[importer], targets[importer], None, years)
    known = {one: _early_wedges(economy, one, horizon, len(years)) for one in group}
    for _ in range(_ROUNDS):
        outcomes = _solved(engine, economy, known, sizes, years)
        worst = 0.0
        for importer in group:
            market, target = economy.markets[importer], targets[importer]
            missing = _missing(market, target, outcomes[importer], years)
            sizes[importer][1:] *= missing
            worst = max(worst, float(np.abs(np.log(missing)).max()))
        if worst < _CLOSE:
            return
    text = tr(
        "the reference does not settle on published trade of {importers} (still {gap} off in "
        "logs); anchor_known_years: 0 leaves the anchor out",
        importers=separated(group),
        gap=f"{worst:.2g}",
    )
    raise RunError(text)


def _early_wedges(economy: Economy, importer: str, years: Years, first: int) -> KnownWedges:
    """Wedges of one market without any lever, in the first of some years."""
    exporters = economy.markets[importer].exporters
    moved = moved_wedges(economy, importer, (), years, KnownWedges())
    rows = slice(first)
    return KnownWedges({(exporters[at], ()): one.in_years(rows) for at, one in moved.items()})


def _missing(market: Market, target: Floats, outcome: Outcome | None, years: Years) -> Floats:
    """Published trade over the reference's, shape (K, H); 1 where there is no trade."""
    column = market.partner_column
    if outcome is None:
        growth = (1 + market.growth) ** (years[1:] - years[0]).astype(float)
        sold: Floats = market.fob[:, column] * growth[:, None]
    else:
        sold = outcome.fob[1:, :, column]
    there = (sold > 0) & (target > 0)
    return np.divide(target, sold, out=np.ones_like(target), where=there)


def _solved(
    engine: Engine,
    economy: Economy,
    known: Mapping[str, KnownWedges],
    sizes: Mapping[str, Floats],
    years: Years,
) -> Mapping[str, Outcome]:
    """Reference of known years at given sizes."""
    nothing = FundPath.none(len(years), len(economy.chapters))
    hats = {
        importer: shocks(
            economy,
            importer,
            (),
            nothing,
            years,
            known_wedges=wedges,
            partner_size=sizes[importer],
        )
        for importer, wedges in known.items()
    }
    return solved_in_numbers(engine, economy, hats)

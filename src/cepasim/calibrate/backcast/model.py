r"""The model run over history: what it would have said of trade with Japan, given its drivers.

For each market (Japan's, where India sells; India's, where Japan sells), chapter and year the
Armington market is solved with the hats of wedges and unit costs since the year it starts from.
Capacity follows demand, so demand alone moves no price and every value is in proportion to the
demand shifter ``Y``. What the *other* sources sold is observed, or follows a driver; it fixes
``Y``, and with it what the partner sold:

.. math::
    Y_t = N_t / \sum_{s \ne p} N_{s,0} \hat v_{s,t}, \qquad X_t = X_0 \hat v_{p,t} Y_t

with ``N`` the trade of the other sources, ``v`` hats of value at unit demand and ``p`` the partner.
The partner's own trade after the start enters nowhere. Where only a total ``W = N + X`` is
published (India's chapters after 2021-22), the partner is taken out as the model itself predicts
it: ``X = W r / (1 + r)`` with ``r = X_0 v_p / sum N_s0 v_s``, the fixed point of ``N = W - X``.

All money is nominal US$ million; costs are price levels in US$ relative to traded goods whose
dollar prices are taken as given. The drivers: :mod:`cepasim.calibrate.backcast.drivers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.calibrate.backcast.drivers import IMPORTER, FlowInputs
from cepasim.calibrate.backcast.history import FLOWS, LAST, START, position
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.equilibrium import solve_market
from cepasim.equilibrium.lag import lagged

Floats = NDArray[np.float64]

#: What a counterfactual can leave as it was in the year the model starts from.
DRIVERS = ("demand", "tariffs", "prices")


@dataclass(frozen=True, eq=False)
class Settings:
    """What is fitted, or taken from the literature.

    Attributes
    ----------
    elasticity_scale : ndarray, shape (H,)
        Factor on ``sigma_import`` and ``sigma_domestic``.
    pass_through : float
        Share of a source's price level in US$ that reaches its prices.
    adjustment, first_year : float
        Speed of adjustment a year, and the share of the long run in the first year.
    """

    elasticity_scale: Floats
    pass_through: float
    adjustment: float
    first_year: float


def literature(economy: Economy) -> Settings:
    """Centres of the priors: nothing fitted."""
    p = economy.parameters
    return Settings(
        p.by_chapter("prior_elasticity_scale", economy.chapters),
        p.value("prior_pass_through"),
        p.value("prior_adjustment"),
        p.value("lag_first_year"),
    )


def fitted(economy: Economy) -> Settings:
    """What ``history/backcast_fit`` holds."""
    p = economy.parameters
    return Settings(
        p.by_chapter("backcast_elasticity_scale", economy.chapters),
        p.value("backcast_pass_through"),
        p.value("backcast_adjustment"),
        p.value("lag_first_year"),
    )


def value_hats(
    flow: FlowInputs, settings: Settings, start: int, off: tuple[str, ...] = ()
) -> Floats:
    """Hats of each source's sales at unit demand, years from the start on, shape (T, H, S).

    Parameters
    ----------
    flow : FlowInputs
    settings : Settings
    start : int
        The year hats are relative to.
    off : tuple of str, optional
        Of ``tariffs`` and ``prices``: what stays as it was felt in the start year. ``cepa`` puts
        tariffs to what they were before the agreement, as if it had never come.

    Raises
    ------
    RunError
        If a market does not converge.
    """
    first = position(start)

    def felt(path: Floats, name: str) -> Floats:
        slow = lagged(path, settings.first_year, settings.adjustment)[first:]
        return np.asarray(np.exp(slow - slow[:1]) if name not in off else np.ones(slow.shape))

    tariff = np.log1p(flow.tariff)
    wedge = felt(tariff, "tariffs")
    if "cepa" in off:
        then = lagged(tariff, settings.first_year, settings.adjustment)[first]
        wedge = np.broadcast_to(np.exp(tariff[0] - then), wedge.shape)
    cost = felt(settings.pass_through * flow.price_level, "prices")
    home = felt(settings.pass_through * flow.price_level_importer, "prices")
    equilibrium = solve_market(
        _import_shares(flow, start),
        flow.domestic_share,
        wedge,
        flow.sigma_import * settings.elasticity_scale,
        flow.sigma_domestic * settings.elasticity_scale,
        flow.eta,
        flow.supply,
        flow.supply_domestic,
        cost=cost[:, None, :],
        cost_domestic=home[:, None],
    )
    if not equilibrium.converged.all():
        raise RunError(f"backcast of {flow.flow}s: a market found no equilibrium")
    return np.asarray(equilibrium.value)


def _base_values(flow: FlowInputs, start: int) -> Floats:
    """Imports by source in the start year: US$ million, or in proportion; shape (H, S)."""
    first = position(start)
    others = flow.others[min(first, len(flow.others) - 1)].copy()
    if flow.partner_share is None:
        others[:, flow.partner] = flow.trade[first]
    else:
        others[:, flow.partner] = flow.partner_share / (1 - flow.partner_share)
    return np.asarray(others)


def _import_shares(flow: FlowInputs, start: int) -> Floats:
    landed = _base_values(flow, start) * (1 + flow.tariff[position(start)])
    total = landed.sum(axis=1, keepdims=True)
    even = np.full(landed.shape, 1 / landed.shape[1])
    return np.asarray(np.divide(landed, total, out=even, where=total > 0))


def demand(flow: FlowInputs, hats: Floats, start: int) -> Floats:
    """Demand shifter ``Y`` that gives the other sources what they sold, shape (T, H).

    Where the other sources sold nothing, demand is taken as unchanged.
    """
    first = position(start)
    rest = np.delete(_base_values(flow, start), flow.partner, axis=1)
    others = (rest * np.delete(hats, flow.partner, axis=2)).sum(axis=2)
    own = flow.trade[first] * hats[:, :, flow.partner]
    driver = flow.driver[first:]
    if flow.partner_share is not None:
        # Only relative changes are known; the total they follow contains the partner, who is
        # taken out as predicted: R = N + sum X, X in proportion to N.
        others = others / rest.sum(axis=1)
        own = flow.in_total * own / others
        size = driver[0] - own[0].sum()
        driver = np.where(flow.in_total > 0, driver / (size + own.sum(axis=1)[:, None]), driver)
        driver = driver / driver[0]
        own = np.zeros(others.shape)
    mixed = flow.with_partner[first:, None]
    base = others + np.where(mixed, own, 0.0)
    known = (base > 0) & (driver > 0)
    return np.asarray(np.divide(driver, base, out=np.ones(base.shape), where=known))


def predict(flow: FlowInputs, settings: Settings, start: int = START) -> Floats:
    """Trade with the partner from the start year on, US$ million, shape (T, H)."""
    hats = value_hats(flow, settings, start)
    trade = flow.trade[position(start)] * hats[:, :, flow.partner]
    return np.asarray(trade * demand(flow, hats, start))


def constant_share(flow: FlowInputs, start: int) -> Floats:
    """Trade that keeps the partner's place beside the other sources, US$ million, shape (T, H)."""
    sources = flow.price_level.shape[1]
    hats = np.ones((LAST - start + 1, len(flow.domestic_share), sources))
    return np.asarray(flow.trade[position(start)] * demand(flow, hats, start))


def counterfactuals(flow: FlowInputs, settings: Settings, start: int = START) -> Floats:
    """Trade in every coalition of `DRIVERS`, US$ million, shape (2**3, T, H).

    In coalition ``c`` driver ``i`` moved as it did where bit ``i`` is set, and stayed as in the
    start year elsewhere. Demand is real: without the commodity's price and without the importer's
    price level, both of which are ``prices``.
    """
    first = position(start)
    full = value_hats(flow, settings, start)
    nominal = demand(flow, full, start)
    level = settings.pass_through * flow.price_level_importer
    level = lagged(level, settings.first_year, settings.adjustment)[first:]
    price = np.exp(
        flow.commodity[first:] - flow.commodity[first] + flow.eta * (level - level[0])[:, None]
    )
    out = []
    for coalition in range(1 << len(DRIVERS)):
        on = {name for bit, name in enumerate(DRIVERS) if coalition >> bit & 1}
        off = tuple(name for name in ("tariffs", "prices") if name not in on)
        own = (
            value_hats(flow, settings, start, off)[:, :, flow.partner]
            if off
            else full[:, :, flow.partner]
        )
        moved = flow.trade[first] * own
        moved = moved * (nominal / price if "demand" in on else 1.0)
        out.append(moved * (price if "prices" in on else 1.0))
    return np.array(out)


def without_cepa(flow: FlowInputs, settings: Settings, start: int = START) -> Floats:
    """Trade had the agreement never come, demand and prices as they were, shape (T, H)."""
    full = value_hats(flow, settings, start)
    own = value_hats(flow, settings, start, ("cepa",))[:, :, flow.partner]
    return np.asarray(flow.trade[position(start)] * own * demand(flow, full, start))


def predictions(
    flows: Mapping[str, FlowInputs], settings: Settings, start: int = START
) -> dict[str, Floats]:
    """`predict` for both flows."""
    return {flow: predict(flows[flow], settings, start) for flow in FLOWS}


def trend_factor(economy: Economy, flow: str, start: int = START) -> Floats:
    """Factor of the fitted drift of preferences, years from the start on, shape (T, H).

    Not an effect of the agreement: what the fitting window leaves unexplained, as a yearly trend by
    group of chapters.
    """
    partner = {"JPN": "IND", "IND": "JPN"}[IMPORTER[flow]]
    slope = economy.parameters.by_chapter(
        "backcast_trend", economy.chapters, IMPORTER[flow], partner
    )
    years = np.arange(LAST - start + 1)[:, None]
    return np.asarray(np.exp(slope * years))

"""Where the wedge goes: freight, treasury, origin, barriers and the rents they leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class WedgeAccounts:
    """Who receives the difference between landed and producer value; same unit as the value.

    Attributes
    ----------
    landed_before_duty : ndarray
        Value with freight and insurance, (1 + f) p x.
    """

    landed_before_duty: FloatArray
    _value: FloatArray
    _freight: FloatArray
    _effective: FloatArray
    _duty: FloatArray
    _barrier: FloatArray
    _rent_share: FloatArray

    @property
    def freight(self) -> FloatArray:
        """Freight and insurance, f p x."""
        return np.asarray(self._value * self._freight)

    @property
    def duty(self) -> FloatArray:
        """Received by the importer's treasury, t_duty (1 + f) p x."""
        return np.asarray(self._duty * self.landed_before_duty)

    @property
    def origin_cost(self) -> FloatArray:
        """Cost of proving origin and of preference forgone beyond the duty, a resource cost.

        (t_eff − t_duty)(1 + f) p x.
        """
        return np.asarray((self._effective - self._duty) * self.landed_before_duty)

    @property
    def barriers(self) -> FloatArray:
        """Cost of the barriers, ν (1 + f)(1 + t_eff) p x."""
        cost = np.asarray(self._barrier * self.landed_before_duty)
        # By product these arrays are large: none is made that is not needed.
        return np.multiply(cost, 1.0 + self._effective, out=cost if cost.ndim else None)

    @property
    def barrier_rent(self) -> FloatArray:
        """Part of the barriers' cost that is a rent to a named owner."""
        cost = self.barriers
        return np.multiply(self._rent_share, cost, out=cost if cost.ndim else None)

    @property
    def barrier_cost(self) -> FloatArray:
        """The rest of the barriers' cost; a resource cost."""
        return np.asarray((1.0 - self._rent_share) * self.barriers)


def wedge_accounts(
    value: ArrayLike,
    freight: ArrayLike,
    tariff_effective: ArrayLike,
    tariff_duty: ArrayLike,
    barrier: ArrayLike,
    rent_share: ArrayLike = 0.0,
) -> WedgeAccounts:
    """Split landed minus producer value by who receives or bears it.

    The parts add up to ``(T − 1) p x`` with ``T = (1 + f)(1 + t_eff)(1 + nu)``.

    Parameters
    ----------
    value : array_like
        Export value p x in the state asked about (V0 times the value hat); money.
    freight : array_like
        Freight and insurance f as a fraction of the producer price.
    tariff_effective, tariff_duty : array_like
        What the tariff costs the shipper on average and what the treasury collects, fractions
        of the c.i.f. value (docs/method.md, "Tariffs").
    barrier : array_like
        Ad-valorem equivalent of barriers nu, fraction of the duty-paid value.
    rent_share : array_like
        Share of the barriers' cost that is a rent, 0 to 1.

    Returns
    -------
    WedgeAccounts
        Money of `value`.
    """
    worth, f, t_eff, t_duty, nu, share = (
        np.asarray(given, dtype=np.float64)
        for given in (value, freight, tariff_effective, tariff_duty, barrier, rent_share)
    )
    return WedgeAccounts(worth * (1.0 + f), worth, f, t_eff, t_duty, nu, share)


def quota_rent(
    value: ArrayLike, landed_before: ArrayLike, premium: ArrayLike, to_importer: ArrayLike = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Rent that the scarcity of a quota leaves, by owner.

    Parameters
    ----------
    value : array_like
        Value at producer prices of what enters within the quota; money.
    landed_before : array_like
        Wedge it bears before the premium, ``(1 + f)(1 + t_eff)(1 + nu)``.
    premium : array_like
        What buyers pay above that, a fraction of the landed price; >= 0.
    to_importer : array_like
        Share of the rent that the importing country owns, 0 to 1.

    Returns
    -------
    importer : ndarray
        What the importing country owns; money of `value`.
    exporter : ndarray
        The rest.
    """
    rent = np.asarray(value, dtype=np.float64) * np.asarray(landed_before) * np.asarray(premium)
    share = np.asarray(to_importer, dtype=np.float64)
    return np.asarray(rent * share), np.asarray(rent * (1.0 - share))

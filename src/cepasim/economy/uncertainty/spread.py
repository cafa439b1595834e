"""The shape of one figure's error, told by its range."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from cepasim.core.arrays import Bools, Floats

#: A range is this many standard deviations wide on either side: 90 % of a normal distribution.
WIDTH = float(ndtri(0.95))
#: Units in which a figure is a whole number.
_WHOLE = ("years", "steps", "first calendar year of the fiscal year")
#: Units in which the upper end is open ("never"): the delay errs in proportion.
_DATES = ("first calendar year of the fiscal year",)


class Scale(IntEnum):
    """In what a figure errs."""

    LEVEL = 0
    LOG = 1
    LOGIT = 2
    DELAY = 3


@dataclass(frozen=True, eq=False)
class Spread:
    """Distributions of n figures; every array has shape (n,).

    Attributes
    ----------
    value, minimum, maximum : ndarray
        Median, and what the figure can be at all.
    scale : ndarray of int
        A member of `Scale`.
    down, up : ndarray
        Standard deviation below and above the median on that scale; both 0 where exact.
    side : ndarray
        1 or -1 where the range lies on one side of the value only, else 0.
    whole : ndarray of bool
    low, high : ndarray
        The range.
    """

    value: Floats
    minimum: Floats
    maximum: Floats
    scale: NDArray[np.int8]
    down: Floats
    up: Floats
    side: NDArray[np.int8]
    whole: Bools
    low: Floats
    high: Floats

    @cached_property
    def exact(self) -> Bools:
        """Which figures have no error."""
        return np.asarray((self.down == 0) & (self.up == 0))

    def at(self, z: Floats) -> Floats:
        """Figures at standard normal scores.

        Parameters
        ----------
        z : ndarray, shape (..., n)
            0 is the median, ±`WIDTH` an end of the range. Where the range lies on one side of the
            value, the score counts by its size.

        Returns
        -------
        ndarray, shape (..., n)
        """
        found = np.empty(z.shape)
        found[...] = self.value
        for scale, places in self._places.items():
            score, side = z[..., places], self.side[places]
            score = np.where(side == 0, score, side * np.abs(score))
            move = np.where(score < 0, score * self.down[places], score * self.up[places])
            drawn = _moved(scale, self.value[places], move)
            drawn = np.where(self.whole[places], np.rint(drawn), drawn)
            drawn = np.maximum(drawn, self.minimum[places])
            found[..., places] = np.minimum(drawn, self.maximum[places])
        return found

    @cached_property
    def _places(self) -> dict[Scale, NDArray[np.intp]]:
        """Places of the figures that err on each scale."""
        each = {scale: np.flatnonzero((self.scale == scale) & ~self.exact) for scale in Scale}
        return {scale: places for scale, places in each.items() if places.size}

    @classmethod
    def of(
        cls,
        value: Floats,
        low: Floats,
        high: Floats,
        minimum: Floats | float = 0.0,
        maximum: Floats | float = np.inf,
        unit: NDArray[np.object_] | None = None,
    ) -> Spread:
        """Distributions of figures from their ranges.

        Parameters
        ----------
        value, low, high : ndarray, shape (n,)
            ``low <= value <= high``; exact where low = high or where an end is infinite.
        minimum, maximum : ndarray of shape (n,) or float, optional
            What the figures can be at all.
        unit : ndarray of str, shape (n,), optional
            As in ``params/tables.yaml``; says which figures are whole numbers or dates.

        Raises
        ------
        ValueError
            If a value lies outside its range.
        """
        if not np.all((low <= value) & (value <= high)):
            raise ValueError("a value lies outside its range")
        minimum = np.broadcast_to(np.asarray(minimum, float), value.shape)
        maximum = np.broadcast_to(np.asarray(maximum, float), value.shape)
        units = np.full(value.shape, "", dtype=object) if unit is None else unit
        exact = (low == high) | ~np.isfinite(low) | ~np.isfinite(high)
        date = np.isin(units, _DATES)
        share = (minimum == 0.0) & (maximum == 1.0) & (low > 0.0) & (high < 1.0)
        positive = (minimum >= 0.0) & (low > 0.0) & (maximum != 1.0)
        scale = np.select(
            [date, share, positive], [Scale.DELAY, Scale.LOGIT, Scale.LOG], default=Scale.LEVEL
        ).astype(np.int8)

        def measured(x: Floats) -> Floats:
            with np.errstate(all="ignore"):
                return np.asarray(
                    np.select(
                        [scale == Scale.LOG, scale == Scale.LOGIT, scale == Scale.DELAY],
                        [
                            np.log(x),
                            logit(np.clip(x, 1e-300, 1 - 1e-16)),
                            np.sign(x - value) * np.log1p(np.abs(x - value)),
                        ],
                        default=x,
                    )
                )

        centre = measured(value)
        with np.errstate(invalid="ignore"):
            down = np.where(exact, 0.0, (centre - measured(low)) / WIDTH)
            up = np.where(exact, 0.0, (measured(high) - centre) / WIDTH)
        side = np.select([exact, value == low, value == high], [0, 1, -1], default=0)
        return cls(
            value=value,
            # What has not happened by the earliest date cannot happen before it.
            minimum=np.where(date, low, minimum),
            maximum=maximum,
            scale=scale,
            down=down,
            up=up,
            side=side.astype(np.int8),
            whole=np.isin(units, _WHOLE),
            low=np.where(exact, value, low),
            high=np.where(exact, value, high),
        )


def _moved(scale: Scale, value: Floats, move: Floats) -> Floats:
    """Values moved by so much on a scale."""
    if scale == Scale.LOG:
        return np.asarray(value * np.exp(move))
    if scale == Scale.LOGIT:
        return np.asarray(expit(logit(np.clip(value, 1e-300, 1 - 1e-16)) + move))
    if scale == Scale.DELAY:
        return np.asarray(value + np.sign(move) * np.expm1(np.abs(move)))
    return np.asarray(value + move)

"""The lag of trade behind policy, as the parameters have it."""

from __future__ import annotations

from dataclasses import dataclass

from cepasim.core.arrays import Floats, same_everywhere
from cepasim.equilibrium.lag import lagged
from cepasim.params.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Delay:
    """How trade lags behind policy.

    Attributes
    ----------
    first_year, decay : float
        As in `lagged`.
    """

    first_year: float
    decay: float

    @classmethod
    def of(cls, parameters: Parameters, staged: bool = True) -> Delay:
        """Delay under the parameters; none in comparative statics."""
        value = parameters.value
        return cls(value("lag_first_year"), value("lag_decay")) if staged else cls(1.0, 1.0)

    def __call__(self, path: Floats) -> Floats:
        """Path of a shock as trade feels it, shape (Y, ...)."""
        # What never changes is felt as it is.
        if self.first_year == 1.0 or same_everywhere(path):
            return path
        return lagged(path, self.first_year, self.decay)

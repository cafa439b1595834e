"""Where welfare is claimed: not where tastes change, or only one side of the account is known.

Surplus compares prices at one taste. A lever that moves purchases at unchanged prices changes the
taste itself, one that moves plants leaves open who pays for them, and a currency moves prices of
all a country buys while the model holds only its sales to the partner: the levers say for which
countries (``Lever.no_welfare``), and their cells are empty, not a number.
"""

from __future__ import annotations

import numpy as np

from cepasim.core.arrays import Bools, Floats
from cepasim.solution.state import Run


def unclaimed(run: Run) -> dict[str, dict[str, Bools]]:
    """Cells in which no welfare is claimed, by kind of lever and country, shape (Y, H).

    Empty where no lever of the scenario leaves any.
    """
    found: dict[str, dict[str, Bools]] = {}
    for measure in (one for acting in run.measures.values() for one in acting):
        lever = measure.asked
        if not lever.no_welfare:
            continue
        running = measure.share.max(axis=1) > 0
        for country in lever.no_welfare:
            by_country = found.setdefault(lever.kind, {})
            mask = by_country.setdefault(country, np.zeros(run.reference.exports.shape, np.bool_))
            mask |= np.outer(running, measure.chapters)
    return found


def welfare_by_year(run: Run) -> dict[str, Floats]:
    """Change in national welfare against the reference, US$ million, shape (Y,) by country.

    NaN in years in which none is claimed.
    """
    change = run.outcome.welfare(run.reference)
    total = {country: values.sum(axis=1) for country, values in change.items()}
    for by_country in unclaimed(run).values():
        for country, mask in by_country.items():
            total[country] = np.where(mask.any(axis=1), np.nan, total[country])
    return total

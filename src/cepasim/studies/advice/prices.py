"""What each constraint of a package costs its objective: the search without it, or looser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.language import mark
from cepasim.studies.advice.candidates import read_candidates
from cepasim.studies.advice.package_effects import Runner, measured
from cepasim.studies.advice.programme import Programme
from cepasim.studies.advice.searched import Searched
from cepasim.studies.advice.settle import settled
from cepasim.studies.advice.terms import excluded_products, read_terms
from cepasim.studies.chunks import progress

#: Part by which a constraint is loosened for its price: what the column "a tenth looser" means.
_LOOSER = 0.1
_COLUMNS = ("constraint", "limit", "objective_usd_mn", "looser_usd_mn", "without_usd_mn")


def shadow_prices(package: Searched) -> pd.DataFrame:
    """Objective with each constraint as it is, a tenth looser, and without it.

    Parameters
    ----------
    package : Searched

    Returns
    -------
    DataFrame
        ``constraint``, ``limit``, ``objective_usd_mn`` (as it is), ``looser_usd_mn`` and
        ``without_usd_mn``, all run in the model. Of products kept out each has its own price, and
        all of them together; there is nothing between in and out, so ``looser_usd_mn`` is empty.
    """
    given = package.terms.given
    rows: list[tuple[str, str, float, float, float]] = []
    with progress(mark("prices"), len(given), 0) as advance:
        for name, limit in given.items():
            rest = {key: value for key, value in given.items() if key != name}
            if name == "exclude":
                rows += _of_products(package, rest)
            else:
                looser = _value(package, {**rest, name: _loosened(name, limit)})
                without = _value(package, rest)
                rows.append((name, str(limit), package.value, looser, without))
            advance(1)
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _value(package: Searched, constraints: Mapping[str, Any]) -> float:
    """Objective of the best package under other constraints on the same candidates."""
    terms = package.terms
    asked = read_terms(
        package.runner.economy,
        package.programme.candidates,
        terms.objective,
        terms.measure,
        constraints,
    )
    answer = settled(package.runner, package.programme, asked, package.programme.best)
    return float(asked.weights @ answer.model)


def _of_products(
    package: Searched, rest: Mapping[str, Any]
) -> Iterator[tuple[str, str, float, float, float]]:
    """Price of all products that are kept out, and of each where there are several."""
    kept_out = {side: codes for side, codes in excluded_products(package.terms.given).items()}
    each = sorted({(code, side) for side, codes in kept_out.items() for code in codes})
    codes = list(dict.fromkeys(code for code, _ in each))
    freed: list[tuple[str, ...]] = [tuple(codes)]
    freed += [(code,) for code in codes] if len(codes) > 1 else []
    for some in freed:
        left = {
            side: [code for code in held if code not in some] for side, held in kept_out.items()
        }
        value = _value_with(package, {**rest, "exclude": left})
        yield "exclude", ", ".join(some), package.value, np.nan, value


def _value_with(package: Searched, constraints: Mapping[str, Any]) -> float:
    """Objective of the best package where fewer products are kept out of the candidates."""
    terms, old = package.terms, package.runner
    runner = Runner(old.economy, package.year, package.name)
    found = read_candidates(
        old.economy, package.tried, package.year, excluded_products(constraints)
    )
    programme = Programme(found, measured(runner, found, label=""))
    asked = read_terms(old.economy, found, terms.objective, terms.measure, constraints)
    answer = settled(runner, programme, asked, programme.best)
    return float(asked.weights @ answer.model)


def _loosened(name: str, limit: Any) -> Any:
    """A constraint a tenth looser."""
    if isinstance(limit, Mapping):
        return {key: _loosened(name, value) for key, value in limit.items()}
    if name.startswith("most_"):
        return limit + max(1, round(_LOOSER * limit))
    if name in ("narrow_deficit_usd_mn", "each_side_gains_usd_mn"):
        return limit * (1 - _LOOSER)
    if name in ("sensitive_percent", "reciprocity_percent"):
        return min(100.0, limit * (1 + _LOOSER))
    return limit * (1 + _LOOSER)

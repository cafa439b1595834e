"""Objective and constraints of a package in a negotiator's words, as rows of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.core.language import Deferred, deferred, mark, tr
from cepasim.core.numbers import money
from cepasim.core.problems import InputError, Problem, closest
from cepasim.economy.economy import Economy
from cepasim.studies.advice.candidates import Candidate, lines_freed
from cepasim.studies.advice.package_effects import QUANTITIES

#: What a package can be best at, as weights of quantities.
OBJECTIVES: Mapping[str, Mapping[str, float]] = {
    "balance": {"exports": 1.0, "imports": -1.0},
    "exports": {"exports": 1.0},
    "welfare_india": {"welfare_india": 1.0},
    "welfare_japan": {"welfare_japan": 1.0},
    "joint_welfare": {"welfare_india": 1.0, "welfare_japan": 1.0},
}
#: What a side gains: welfare, or what it sells more to the other.
MEASURES: Mapping[str, Mapping[str, str]] = {
    "welfare": {"IND": "welfare_india", "JPN": "welfare_japan"},
    "sales": {"IND": "exports", "JPN": "imports"},
}
#: That a side gains nothing or more: it may lose duty all the same.
_KEPT: Mapping[str, str] = {
    "welfare": mark("{country}'s welfare does not fall"),
    "sales": mark("{country} sells no less"),
}
#: Constraints, and what each takes.
CONSTRAINTS: Mapping[str, str] = {
    "narrow_deficit_usd_mn": mark("US$ million by which the deficit must narrow"),
    "each_side_gains_usd_mn": mark("US$ million that each side must gain, 0 or more"),
    "revenue_loss_usd_mn": mark("US$ million of duty each importer may lose: {IND: 200, JPN: 50}"),
    "reciprocity_percent": mark("percent, 0 to 100, by which the gains of the sides may differ"),
    "sensitive_percent": mark(
        "percent of all tariff lines that pay and stay as they are: {IND: 5}"
    ),
    "exclude": mark("codes that nobody touches, or {JPN: ['1006'], IND: ['0402']}"),
    "most_sections": mark("sections at most"),
    "most_measures": mark("measures at most"),
}


@dataclass(frozen=True, eq=False)
class Row:
    """``weights`` of the quantities, or ``counts`` of candidates, at least ``least``.

    Attributes
    ----------
    name : str
        Constraint it belongs to.
    text : Deferred
        It in words.
    least : float
    weights : ndarray, shape (6,)
    counts : ndarray, shape (n,), or None
        Of candidates, where the row is about them and not about what they do.
    """

    name: str
    text: Deferred
    least: float
    weights: Floats
    counts: Floats | None = None

    def held(self, quantities: Floats, chosen: Floats, slack: float = 1e-6) -> bool:
        """Whether a package that does ``quantities`` keeps to it."""
        value = self.weights @ quantities if self.counts is None else self.counts @ chosen
        return bool(value >= self.least - slack * max(1.0, abs(self.least)))


@dataclass(frozen=True, eq=False)
class Terms:
    """What is asked of a package.

    Attributes
    ----------
    objective : str
    weights : ndarray, shape (6,)
    measure : {"welfare", "sales"}
    rows : tuple of Row
    most_sections : int or None
    given : mapping
        Constraints as given.
    """

    objective: str
    weights: Floats
    measure: str
    rows: tuple[Row, ...]
    most_sections: int | None
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gains(self) -> dict[str, Floats]:
        """What each side gains, as weights of the quantities."""
        return {side: _weights({name: 1.0}) for side, name in MEASURES[self.measure].items()}

    def aiming_at(self, weights: Floats) -> Terms:
        """Return the same constraints with another objective."""
        return replace(self, weights=weights)

    def also(self, *rows: Row) -> Terms:
        """Return the same with more rows."""
        return replace(self, rows=(*self.rows, *rows))

    def tightened(self, quantities: Floats) -> Terms:
        """Return the same, asking for as much more as a package that was run fell short by."""
        rows = []
        for row in self.rows:
            if row.counts is None:
                short = row.least - float(row.weights @ quantities)
                rows.append(replace(row, least=row.least + max(0.0, 1.1 * short)))
            else:
                rows.append(row)
        return replace(self, rows=tuple(rows))


def _weights(named: Mapping[str, float]) -> Floats:
    return np.array([float(named.get(name, 0.0)) for name in QUANTITIES])


def check_terms(objective: Any, measure: Any, constraints: Mapping[str, Any]) -> None:
    """Refuse an objective or constraints that mean nothing, all problems at once.

    Raises
    ------
    InputError
    """
    problems: list[Problem] = []

    def wrong(name: str, value: Any, allowed: str) -> None:
        problems.append(Problem("negotiate", None, name, value, allowed))

    if not (isinstance(objective, str) and objective in OBJECTIVES):
        wrong(
            "objective",
            objective,
            _one_of(OBJECTIVES) + closest(objective, OBJECTIVES),
        )
    if not (isinstance(measure, str) and measure in MEASURES):
        wrong("measure", measure, _one_of(MEASURES))
    for name, value in constraints.items():
        if name not in CONSTRAINTS:
            wrong("constraints", name, _one_of(CONSTRAINTS) + closest(name, CONSTRAINTS))
        elif not _fits(name, value):
            wrong(f"constraints.{name}", value, tr(CONSTRAINTS[name]))
    if problems:
        raise InputError(problems)


def _one_of(names: Mapping[str, Any]) -> str:
    return tr("one of {names}", names=", ".join(names))


def _number(value: Any, least: float = 0.0, most: float = float("inf")) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _fits(name: str, value: Any) -> bool:
    if name == "exclude":
        lists = value.values() if isinstance(value, Mapping) else [value]
        keys = set(value) <= {"JPN", "IND"} if isinstance(value, Mapping) else True
        return keys and all(
            isinstance(one, list | tuple) and all(isinstance(code, str) for code in one)
            for one in lists
        )
    if name in ("revenue_loss_usd_mn", "sensitive_percent"):
        most = 100.0 if name == "sensitive_percent" else float("inf")
        return (
            isinstance(value, Mapping)
            and set(value) <= {"JPN", "IND"}
            and all(_number(one, 0.0, most) for one in value.values())
        )
    if name.startswith("most_"):
        return _number(value, 1) and value == int(value)
    return _number(value, 0.0, 100.0 if name == "reciprocity_percent" else float("inf"))


def excluded_products(constraints: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Codes that no concession of an importer may touch."""
    given = constraints.get("exclude", ())
    if isinstance(given, Mapping):
        return {side: tuple(given.get(side, ())) for side in ("JPN", "IND")}
    return dict.fromkeys(("JPN", "IND"), tuple(given))


def read_terms(
    economy: Economy,
    candidates: Sequence[Candidate],
    objective: str,
    measure: str,
    constraints: Mapping[str, Any],
) -> Terms:
    """Rows of numbers for what was asked; checked before by `check_terms`."""
    gains = {side: _weights({name: 1.0}) for side, name in MEASURES[measure].items()}
    rows: list[Row] = []
    zero = np.zeros(len(QUANTITIES))
    narrow = constraints.get("narrow_deficit_usd_mn")
    if narrow is not None:
        text = deferred("the deficit narrower by {amount} at least", amount=partial(money, narrow))
        weights = _weights(OBJECTIVES["balance"])
        rows.append(Row("narrow_deficit_usd_mn", text, float(narrow), weights))
    least = constraints.get("each_side_gains_usd_mn")
    if least is not None:
        for side, weights in gains.items():
            name = COUNTRY[side]
            text = deferred(_KEPT[measure], country=name)
            if least:
                text = deferred(
                    "{country} gains {amount} at least", country=name, amount=partial(money, least)
                )
            rows.append(Row("each_side_gains_usd_mn", text, float(least), weights))
    for side, most in (constraints.get("revenue_loss_usd_mn") or {}).items():
        name = "duty_japan" if side == "JPN" else "duty_india"
        text = deferred(
            "{country} loses duty of {amount} at most",
            country=COUNTRY[side],
            amount=partial(money, most),
        )
        rows.append(Row("revenue_loss_usd_mn", text, -float(most), _weights({name: 1.0})))
    apart = constraints.get("reciprocity_percent")
    if apart is not None:
        for one, other in (("IND", "JPN"), ("JPN", "IND")):
            weights = gains[one] - (1 - apart / 100) * gains[other]
            text = deferred(
                "{country} gains {share} % of {other}'s gain at least",
                country=COUNTRY[one],
                share=f"{100 - apart:g}",
                other=COUNTRY[other],
            )
            rows.append(Row("reciprocity_percent", text, 0.0, weights))
    for side, share in (constraints.get("sensitive_percent") or {}).items():
        schedule = economy.markets[side].schedule
        due = np.nan_to_num(schedule.rates.of(economy.markets[side].partner)[1]) > 0
        least_lines = float(due.sum()) - share / 100 * len(schedule.lines)
        text = deferred(
            "{country} keeps at most {share} % of its lines as they are",
            country=COUNTRY[side],
            share=f"{share:g}",
        )
        counts = lines_freed(economy, candidates, side)
        rows.append(Row("sensitive_percent", text, least_lines, zero, counts))
    number = constraints.get("most_measures")
    if number is not None:
        text = deferred("{number} measures at most", number=number)
        rows.append(Row("most_measures", text, -float(number), zero, -np.ones(len(candidates))))
    return Terms(
        objective,
        _weights(OBJECTIVES[objective]),
        measure,
        tuple(rows),
        constraints.get("most_sections"),
        dict(constraints),
    )

"""Edges that nothing else reaches: wrong names, missing libraries, ranges where logarithms fail."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
import pytest

from cepasim.equilibrium import ces, solve_market, special
from cepasim.equilibrium.shapley import lean_of_pair

solve = importlib.import_module("cepasim.equilibrium.armington.solve")


def markets(count: int) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return {
        "import_shares": rng.dirichlet(np.ones(4), count),
        "domestic_share": rng.uniform(0.1, 0.9, count),
        "trade_cost": np.exp(rng.normal(0.0, 0.2, (count, 4))),
        "sigma_import": rng.uniform(2.0, 8.0, count),
        "sigma_domestic": rng.uniform(1.0, 4.0, count),
        "eta": rng.uniform(0.0, 2.0, count),
        "supply": rng.uniform(0.5, 10.0, (count, 4)),
        "supply_domestic": rng.uniform(0.5, 5.0, count),
    }


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="must be .numpy. or .numba."):
        solve_market(**markets(2), kernel="fortran")  # type: ignore[arg-type]


def test_a_compiled_kernel_without_its_compiler_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cepasim.equilibrium.armington.compiled", None)
    with pytest.raises(ImportError, match=r"cepasim\[speed\]"):
        solve_market(**markets(2), kernel="numba")


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    given = markets(40)
    alone = solve_market(**given, kernel="numba")
    monkeypatch.setattr(solve, "_THREADED", 1)
    monkeypatch.setattr(solve, "_cores", lambda: 3)
    side_by_side = solve_market(**given, kernel="numba")
    for name in ("price", "quantity", "value", "price_domestic"):
        assert np.array_equal(getattr(alone, name), getattr(side_by_side, name)), name


def test_markets_that_go_on_are_put_back_in_their_places() -> None:
    """Two that want more passes than most, not side by side, are solved by themselves."""
    given = markets(40)
    far = given["trade_cost"][[3, 20]] ** 50
    given["trade_cost"] **= 0.1
    given["trade_cost"][[3, 20]] = far
    found = solve_market(**given, kernel="numba")
    assert found.iterations[[3, 20]].min() > np.median(found.iterations)
    for place in (2, 3, 20, 21):
        lone = solve_market(**{name: value[place] for name, value in given.items()}, kernel="numba")
        for name in ("price", "value", "import_index", "residual", "iterations"):
            assert np.array_equal(getattr(lone, name), getattr(found, name)[place]), name


def test_cores_are_those_a_process_is_bound_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve.os, "sched_getaffinity", lambda _: {0, 2, 3}, raising=False)
    assert solve._cores() == 3


def test_cores_are_counted_where_a_process_cannot_be_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(solve.os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(solve.os, "cpu_count", lambda: 7)
    assert solve._cores() == 7
    monkeypatch.setattr(solve.os, "cpu_count", lambda: None)
    assert solve._cores() == 1


def test_a_wedge_that_leaves_next_to_nothing_has_its_index() -> None:
    """Every line of a group 10**200 times as dear: so is the group, to all digits."""
    weight, first = np.array([0.3, 0.7, 0.4, 0.6]), np.array([0, 2])
    far = 200.0 * np.log(10.0)
    hat, _ = ces.aggregate_sorted(
        np.array([far, far, 0.0, 0.1]), weight, np.array([4.0, 4.0]), first
    )
    assert hat[0] == pytest.approx(1e200, rel=1e-9)
    assert 1.0 < hat[1] < np.exp(0.1)


def test_coalitions_of_a_pair_must_match() -> None:
    with pytest.raises(ValueError, match="a power of two is needed"):
        lean_of_pair(np.ones(4), np.ones(2))


def test_a_function_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="erfinv"):
        _ = special.erfinv

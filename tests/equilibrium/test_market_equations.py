"""`solve_market` against the market as the paper writes it, one by one, without its closed form."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cepasim.equilibrium import solve_market
from cepasim.equilibrium.armington import equations
from cepasim.equilibrium.armington.equations import Market, closed_form, demand, solve

#: What the paper calls each argument of `solve_market`.
SYMBOLS = {
    "import_shares": "theta",
    "domestic_share": "theta_D",
    "trade_cost": "T",
    "sigma_import": "sigma_M",
    "sigma_domestic": "sigma_D",
    "eta": "eta",
    "supply": "epsilon",
    "supply_domestic": "epsilon_D",
    "taste": "a",
    "taste_domestic": "a_D",
    "demand": "Y",
    "capacity": "k",
    "capacity_domestic": "k_D",
    "cost": "c",
    "cost_domestic": "c_D",
}
ORDINARY = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def markets(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """One market of up to nine sources over ordinary ranges, any supply finite or infinite."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sources = draw(st.integers(1, 9))
    infinite = draw(st.sampled_from([0.0, 0.3, 1.0]))
    sigma = st.one_of(st.floats(0.3, 12.0), st.sampled_from([1.0, 1 - 1e-9, 1 + 1e-9, 0.9]))

    def hat(*shape: int) -> np.ndarray:
        return np.exp(rng.normal(0.0, 0.25, shape))

    def supply(*shape: int) -> np.ndarray:
        return np.where(rng.random(shape) < infinite, np.inf, rng.uniform(0.3, 15.0, shape))

    return {
        "import_shares": rng.dirichlet(np.full(sources, 0.5)),
        "domestic_share": np.float64(draw(st.one_of(st.just(0.0), st.floats(0.01, 0.95)))),
        "trade_cost": hat(sources),
        "sigma_import": np.float64(draw(sigma)),
        "sigma_domestic": np.float64(draw(sigma)),
        "eta": np.float64(draw(st.floats(0.05, 2.5))),
        "supply": supply(sources),
        "supply_domestic": supply(),
        "taste": hat(sources),
        "taste_domestic": hat(),
        "demand": hat(),
        "capacity": hat(sources),
        "capacity_domestic": hat(),
        "cost": hat(sources),
        "cost_domestic": hat(),
    }


def as_written(arguments: dict[str, np.ndarray]) -> Market:
    return Market(**{SYMBOLS[name]: array.tolist() for name, array in arguments.items()})


@ORDINARY
@given(markets())
def test_the_kernel_solves_the_market_of_the_paper(arguments: dict[str, np.ndarray]) -> None:
    paper, eq = solve(as_written(arguments)), solve_market(**arguments)
    assert eq.converged
    for ours, theirs in (
        (eq.price, paper.p),
        (eq.quantity, paper.x),
        (eq.price_domestic, paper.p_D),
        (eq.quantity_domestic, paper.x_D),
        (eq.import_index, paper.P_M),
        (eq.composite_index, paper.P),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=3e-8)


@ORDINARY
@given(markets())
def test_the_closed_form_is_the_solution(arguments: dict[str, np.ndarray]) -> None:
    m = as_written(arguments)
    found = solve(m)
    for s, price in enumerate(found.p):
        assert closed_form(m, s, found.P_M, found.P) == pytest.approx(price, rel=1e-8)


@ORDINARY
@given(markets())
def test_tastes_at_unchanged_prices_move_shares_only(arguments: dict[str, np.ndarray]) -> None:
    sources = len(arguments["trade_cost"])
    m = as_written({**arguments, "trade_cost": np.ones(sources), "demand": np.float64(1.0)})
    asked = demand(m, [1.0] * sources, 1.0)
    spent = m.theta_D * asked.x_D
    spent += (1 - m.theta_D) * sum(t * x for t, x in zip(m.theta, asked.x, strict=True))
    assert pytest.approx(1.0) == asked.P_M and pytest.approx(1.0) == asked.P
    assert spent == pytest.approx(1.0)


def test_a_market_without_a_shock_stays_as_it_is() -> None:
    one = [1.0, 1.0]
    m = Market([0.4, 0.6], 0.5, 4.0, 2.0, 1.0, [1.5, 8.0], 2.0, T=one, a=one, k=one, c=one)
    found = solve(m)
    assert [*found.p, *found.x, found.p_D, found.x_D] == pytest.approx([1.0] * 6, abs=1e-14)


def test_prices_that_are_no_equilibrium_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    one = [1.0]
    m = Market(one, 0.0, 3.0, 2.0, 1.0, [2.0], 2.0, T=[1.5], a=one, k=one, c=one)
    assert solve(m).p[0] < 1
    monkeypatch.setattr(equations, "root", lambda *_, **__: SimpleNamespace(x=[0.0, 0.0]))
    with pytest.raises(ArithmeticError, match="no equilibrium found"):
        solve(m)


def test_the_method_page_shows_these_equations() -> None:
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "method.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- generated: equations -->\n```python\n(.*?)```\n", page, re.DOTALL)
    source = Path(equations.__file__).read_text(encoding="utf-8")
    assert shown is not None
    assert shown[1] == source[source.index("@dataclass") :]

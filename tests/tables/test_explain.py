"""The chain behind one cell: its numbers are the run's, its sources the parameters'."""

from __future__ import annotations

import re

import pytest

import cepasim
from cepasim import Economy, Result, Scenario
from cepasim.core import numbers
from cepasim.core.language import language
from cepasim.params.parameters import bundled_directory
from cepasim.solution.solve import run


@pytest.fixture(scope="module")
def package(economy: Economy) -> Result:
    return cepasim.simulate(
        economy, Scenario.read(bundled_directory() / "scenarios" / "full-package.yaml")
    )


@pytest.mark.parametrize(("flow", "hs"), [("export", "03"), ("export", "64"), ("import", "84")])
def test_the_chain_ends_in_the_cell(package: Result, flow: str, hs: str) -> None:
    steps = package.explain(flow, hs, "2030-31").table.set_index("step")["value"]
    cells = package.sectors.set_index(["flow", "hs", "fiscal_year"])
    cell = cells.loc[(flow, hs, "2030-31")]
    assert steps["reference"] == pytest.approx(cell["baseline_usd_mn"])
    assert steps["scenario"] == pytest.approx(cell["scenario_usd_mn"])
    assert steps["change"] == pytest.approx(cell["change_usd_mn"])


def test_price_and_quantity_make_the_change(package: Result) -> None:
    steps = package.explain("export", "03", "2030-31").table.set_index("step")["value"]
    price = 1 + steps["producer price, scenario over reference"] / 100
    quantity = 1 + steps["quantity, scenario over reference"] / 100
    assert price * quantity == pytest.approx(steps["scenario"] / steps["reference"])


def test_every_assumed_step_names_its_source_and_grade(package: Result, economy: Economy) -> None:
    table = package.explain("export", "03", "2030-31").table.set_index("step")
    row = economy.parameters.describe("epsilon_supply", "03", "JPN", "IND")
    supply = table.loc["supply elasticity of India"]
    assert (supply["value"], supply["grade"]) == (row["value"], row["grade"])
    assert f"{row['low']:g} to {row['high']:g}" in supply["note"]
    for step in ("barriers, reference", "growth of demand in Japan since 2023-24"):
        assert table.loc[step, "grade"] == "D" and table.loc[step, "source"]
    assert "lag_first_year" in " ".join(table.index)


def test_the_benchmark_step_has_its_range(package: Result, economy: Economy) -> None:
    first = package.explain("import", "84", "2035-36").table.iloc[0]
    pairs = economy.bilateral.set_index(["flow", "hs"]).loc[("import", "84")]
    assert first["value"] == pairs["value"]
    assert f"{pairs['low']:,.1f} to {pairs['high']:,.1f}" in first["note"]


@pytest.mark.parametrize("hs", ["03", "64", "87"])
def test_the_capacity_step_is_what_the_fund_adds(economy: Economy, hs: str) -> None:
    """New plants over what India sells already: (B + X) / (B + kappa X), at today's size."""
    scenario = Scenario.read(bundled_directory() / "scenarios" / "fund-2bn.yaml")
    steps = cepasim.simulate(economy, scenario, attribution=False).explain("export", hs, "2030-31")
    shown = steps.table.set_index("step").loc["capacity of the partner", "value"]

    solved = run(economy, scenario, attribution=False)
    year, product = solved.labels.index("2030-31"), economy.chapters.index(hs)
    growth = (1 + economy.markets["JPN"].growth) ** year
    fund = solved.outcome.fund
    new, taken_back = (
        path[year, product] / growth for path in (fund.exports_to_japan, fund.captive)
    )
    # At the size the reference gives India's exports: what happened since the benchmark is in it.
    column = economy.markets["JPN"].partner_column
    sold = solved.reference.markets["JPN"].shocks.start[year, product, column]
    assert shown == pytest.approx(100 * ((sold + new) / (sold + taken_back) - 1), rel=1e-9)
    assert (shown > 0) == (new > 0)


def test_amounts_are_in_the_currency_of_the_reader(package: cepasim.Result) -> None:
    dollars = package.explain("export", "03", "2030-31").table
    with cepasim.currency("JPY"), language("ja"):
        yen = package.explain("export", "03", "2030-31").table
        factor = numbers.in_mn(1.0)
    amounts = dollars["unit"].str.startswith("US$ mn")
    assert amounts.sum() == 5 and 1.0 < factor < 2.0
    assert yen["value"][amounts].to_numpy() == pytest.approx(
        factor * dollars["value"][amounts].to_numpy()
    )
    assert yen["value"][~amounts].tolist() == dollars["value"][~amounts].tolist()
    assert yen["unit"][amounts].str.startswith("億円").all()
    assert not yen["unit"].str.contains("ドル|US").any()
    # The range of the benchmark is in the same unit as the benchmark.
    low, high = map(float, re.findall(r"[\d.]+", yen["note"].iloc[0])[:2])
    assert low < yen["value"].iloc[0] < high
